"""A port's mark on the map: a link whose shape says how the port reads, and the words for who cannot see it."""

from __future__ import annotations

from markupsafe import Markup

from api.port_map import NOTHING, MappedPort
from api.web.texts import Catalogue
from api.web.views.map_labels import LINE, Label
from api.web.views.map_marks import Mark

SHAPES = {
    "riskier": Markup('<path class="full" d="M0,-8L8,6L-8,6Z"/>'),
    "safer": Markup('<path class="full" d="M0,8L8,-6L-8,-6Z"/>'),
    "no_difference_shown": Markup('<circle r="7.5"/><path class="stroke" d="M-4,-2H4M-4,2H4"/>'),
    "cannot_tell": Markup('<circle class="dashed" r="7.5"/><text y="4">?</text>'),
    NOTHING: Markup('<rect x="-3.5" y="-3.5" width="7" height="7"/>'),
}
UNTRANSLATED = Markup(' translate="no"')
RING = Markup('<circle class="ring" r="11.5"/>')
"""Around the mark of a port with a signal; the words say it too."""


def reading_text(reading: str, t: Catalogue) -> Markup:
    """A reading in words."""
    return t("ports.no_crossings") if reading == NOTHING else t(f"verdict.{reading}")


def told(port: MappedPort, t: Catalogue) -> str:
    """A port in words: what its mark shows, for who hears it or points at it."""
    place = f"{port.name}, {port.state}" if port.state else port.name
    words = f"{place}: {reading_text(port.reading, t)}"
    return f"{words}; {t('port_map.signal')}" if port.has_signal else words


def weight_of(port: MappedPort) -> tuple[int, int, int, str]:
    """Who is named first where not all can be: what stands out, then what is read from most."""
    stands_out = port.has_signal or port.reading in {"riskier", "safer"}
    return (-stands_out, -port.crossings, -(port.trucks or 0), port.code)


def lines_of(port: MappedPort, t: Catalogue) -> tuple[str, ...]:
    """The lines beside a mark: the name, and the reading where there is one to be read."""
    is_read = port.reading in {"riskier", "safer"}
    return (port.name, str(reading_text(port.reading, t))) if is_read else (port.name,)


def marked(port: MappedPort, mark: Mark, label: Label | None, t: Catalogue) -> Markup:
    """The mark where it is shown, with its name where that finds room."""
    words = told(port, t)
    return Markup(
        '<a href="/ports/{}" data-port="{}" data-reading="{}" aria-label="{}"><title>{}</title>'
        '<g class="mark {}" transform="translate({} {})"><circle class="reach" r="12.5"/>{}{}</g>{}</a>'
    ).format(
        port.code,
        port.code,
        port.reading,
        words,
        words,
        port.reading.replace("_", "-"),
        mark.shown_x,
        mark.shown_y,
        RING if port.has_signal else "",
        SHAPES[port.reading],
        _named(label),
    )


def _named(label: Label | None) -> Markup:
    if label is None:
        return Markup("")
    return Markup("").join(
        Markup('<text class="name"{} x="{}" y="{}" text-anchor="{}">{}</text>').format(
            "" if place else UNTRANSLATED, label.x, round(label.y + LINE * place, 1), label.anchor, line
        )
        for place, line in enumerate(label.lines)
    )


def sample(shape: Markup) -> Markup:
    """A shape by itself, for the legend."""
    return Markup(
        '<svg class="map sample" viewBox="-13 -13 26 26" width="26" height="26" aria-hidden="true">'
        '<g class="mark">{}</g></svg>'
    ).format(shape)
