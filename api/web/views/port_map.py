"""The ports on the two borders: outlines from the web build, with the ports' marks on them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from markupsafe import Markup, escape

from api.port_map import READINGS, MappedPort
from api.web.texts import Catalogue
from api.web.views.map_labels import Box, Label, Room
from api.web.views.map_marks import Mark, spread
from api.web.views.port_marks import RING, SHAPES, UNTRANSLATED, lines_of, marked, reading_text, sample, weight_of


@dataclass(frozen=True, slots=True)
class PortMap:
    """The map and what stands beside it.

    Args:
        overview: both borders, with a numbered frame a part.
        parts: heading, anchor and picture of each part that has a port.
        legend: shape, word and number of ports of each reading.
        rows: every port on the map, with its part's number.
        unplaced: ports that no part has a place for.
    """

    overview: Markup
    parts: Sequence[Mapping[str, Any]]
    legend: Sequence[tuple[Markup, Markup, int]]
    rows: Sequence[tuple[int, MappedPort]]
    unplaced: Sequence[MappedPort]


def port_map(ports: Sequence[MappedPort], t: Catalogue) -> PortMap:
    """The ports on the map."""
    drawn, by_code = _outlines(), {port.code: port for port in ports}
    parts, rows = [], []
    for number, part in enumerate(drawn["parts"], 1):
        mine = [by_code[code] for code in part["ports"] if code in by_code]
        name = t(f"port_map.{part['name']}")
        title = t("port_map.part", number=number, name=name)
        picture = _part(part, mine, title, t)
        parts.append({"anchor": f"map-{part['name']}", "title": title, "picture": picture, "empty": not mine})
        rows += [(number, port) for port in mine]
    placed = {port.code for _, port in rows}
    counts = {reading: sum(port.reading == reading for port in ports) for reading in READINGS}
    legend = [(sample(SHAPES[name]), reading_text(name, t), count) for name, count in counts.items()]
    legend.append((sample(RING), t("port_map.signal"), sum(port.has_signal for port in ports)))
    unplaced = [port for port in ports if port.code not in placed]
    return PortMap(_overview(drawn, placed, t), parts, legend, rows, unplaced)


def _part(part: Mapping[str, Any], ports: Sequence[MappedPort], title: str, t: Catalogue) -> Markup:
    marks = spread([Mark(port.code, *part["ports"][port.code]) for port in ports], part["width"], part["height"])
    by_code = {port.code: port for port in ports}
    room = Room(part["width"], part["height"], marks, [_scale_box(part)])
    in_order = sorted(marks, key=lambda mark: weight_of(by_code[mark.code]))
    labels = room.label(in_order, {port.code: lines_of(port, t) for port in ports})
    leaders = Markup("").join(
        Markup('<path class="leader" d="M{},{}L{},{}"/>').format(mark.x, mark.y, mark.shown_x, mark.shown_y)
        for mark in marks
        if mark.is_moved
    )
    links = Markup("").join(marked(by_code[mark.code], mark, labels.get(mark.code), t) for mark in marks)
    return Markup('<svg class="map" viewBox="0 0 {} {}" role="group" aria-label="{}">{}{}{}</svg>').format(
        part["width"], part["height"], title, _ground(part, room, t), leaders, links
    )


def _ground(part: Mapping[str, Any], room: Room, t: Catalogue) -> Markup:
    """Land, water, borders, names of areas where there is room, and a scale: nothing of it is read out."""
    names = [(t(f"port_map.country_{one['name'].lower()}"), one, "country") for one in part["countries"]]
    names += [(escape(one["name"]), one, "state") for one in part["states"]]
    texts = Markup("").join(
        Markup('<text class="area {}"{} x="{}" y="{}" text-anchor="middle">{}</text>').format(
            kind, UNTRANSLATED if kind == "state" else "", at["x"], at["y"], name
        )
        for name, at, kind in names
        if room.take(Label(at["x"], at["y"], "middle", (str(name),)))
    )
    return _outline(part, texts + _scale(part))


def _scale(part: Mapping[str, Any]) -> Markup:
    low, wide = part["height"] - 12, part["scale_px"]
    return Markup('<path class="scale" d="M14,{}v5h{}v-5"/><text class="area" x="14" y="{}">{} km</text>').format(
        low - 5, wide, low - 9, part["scale_km"]
    )


def _scale_box(part: Mapping[str, Any]) -> Box:
    return (0, part["height"] - 34, 18 + part["scale_px"], part["height"])


def _outline(part: Mapping[str, Any], more: Markup) -> Markup:
    paths = Markup("").join(
        Markup('<path class="{}" d="{}"/>').format(name.replace("_", "-"), part[name])
        for name in ("land", "water", "state_lines", "border")
        if part[name]
    )
    return Markup('<g aria-hidden="true">{}{}</g>').format(paths, more)


def _overview(drawn: Mapping[str, Any], placed: set[str], t: Catalogue) -> Markup:
    whole = drawn["overview"]
    dots = Markup("").join(
        Markup('<circle class="dot" cx="{}" cy="{}" r="2.5"/>').format(*spot)
        for code, spot in whole["ports"].items()
        if code in placed
    )
    frames = Markup("").join(
        Markup(
            '<a href="#map-{}" aria-label="{}"><rect class="frame" x="{}" y="{}" width="{}" height="{}" rx="3"/>'
            '<text class="number" x="{}" y="{}">{}</text></a>'
        ).format(
            frame["name"],
            t("port_map.part", number=number, name=t(f"port_map.{frame['name']}")),
            *(frame[side] for side in ("x", "y", "width", "height")),
            round(frame["x"] + 6, 1),
            round(frame["y"] + frame["height"] - 6, 1),
            number,
        )
        for number, frame in enumerate(whole["frames"], 1)
    )
    return Markup('<svg class="map overview" viewBox="0 0 {} {}" role="group" aria-label="{}">{}{}</svg>').format(
        whole["width"], whole["height"], t("port_map.overview"), _outline(whole, dots), frames
    )


@cache
def _outlines() -> Mapping[str, Any]:
    held = resources.files("api") / "static" / "dist" / "ports-map.json"
    drawn: dict[str, Any] = json.loads(held.read_text("utf-8"))
    return drawn
