"""A graph of any size with the shape of a real one, made by arithmetic: for measuring stores, not for reading."""

from __future__ import annotations

import polars as pl

from graph.schema import EDGE, EDGE_KEY, ENDS, NODE, NODE_KEY, EdgeKind, Projection

_RECORDS, _DRIVES = 3, 4  # a person
_SAID = {
    "Identity": '{"name":"Ñandú Pérez","countries":["CA","MX","US"],"records":3}',
    "Record": '{"source":"US","country":"US","entity_type":"person","name":"Ñandú Pérez","is_derogatory":false}',
    "Carrier": '{"name":"Línea, S.A.","country":"MX","usdot":"1","docket":null,"rfc":null,"members":["a","b"]}',
    "Vehicle": '{"vin":"1FUJGLDR0DPKK7446","vin_quality":"valid","plate":"43JA0A","plate_jurisdiction":"FED"}',
    "Address": '{"address":"100 PARK CT","city":"YUMA","region":"AZ","postal_code":"85366","country":"US"}',
    "Event": '{"incident_id":"i","event_type":"customs","code":"CA-AMPS","severity":4.0,"status":"conviction"}',
}


def made_graph(people: int) -> Projection:
    """People with three records each; a carrier for ten, a truck for three, a phone for two, a home for two."""
    person = pl.DataFrame({"n": pl.arange(people, eager=True)})
    edges = [
        _edges(_times(person, _RECORDS), EdgeKind.RECORD_OF, _record(), _key("I", pl.col("n"))),
        _edges(person, EdgeKind.EMPLOYED_BY, _key("I", pl.col("n")), _key("C", pl.col("n") // 10), _day(0)),
        _edges(_times(person, 2), EdgeKind.HAS_PHONE, _key("I", pl.col("n")), _key("+1", pl.col("n") // 2)),
        _edges(_times(person, 2), EdgeKind.LIVES_AT, _key("I", pl.col("n")), _key("A", pl.col("n") // 2)),
        _edges(person, EdgeKind.ENROLLED, _key("I", pl.col("n")), pl.lit("FAST"), _day(1), '{"status":"active"}'),
        _edges(person, EdgeKind.COMMITTED, _key("I", pl.col("n")), _key("E", pl.col("n")), _day(2)),
        _edges(person, EdgeKind.CITED_UNDER, _key("E", pl.col("n")), _key("C", pl.col("n") // 10), _day(2)),
        _edges(_times(person, _DRIVES), EdgeKind.DROVE, _key("I", pl.col("n")), _truck(), _day(3)),
    ]
    held = pl.concat(edges).unique(EDGE_KEY).sort(EDGE_KEY)
    return Projection(_nodes(held), held)


def _times(person: pl.DataFrame, times: int) -> pl.DataFrame:
    return person.join(pl.DataFrame({"m": pl.arange(times, eager=True)}), how="cross")


def _key(letter: str, number: pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.lit(letter), number.cast(pl.String).str.zfill(9))


def _record() -> pl.Expr:
    return pl.concat_str(pl.lit("US/"), pl.col("n").cast(pl.String), pl.lit("-"), pl.col("m").cast(pl.String))


def _truck() -> pl.Expr:
    return _key("V", (pl.col("n") // 10 * 10 + (pl.col("n") + pl.col("m") * 3) % 10) // 3)


def _day(offset: int) -> pl.Expr:
    return (pl.col("n") * 7 % 3000 + 17_000 + offset).cast(pl.Int32).cast(pl.Date)


def _edges(  # noqa: PLR0913, PLR0917
    rows: pl.DataFrame, kind: EdgeKind, src: pl.Expr, dst: pl.Expr, day: pl.Expr | None = None, props: str | None = None
) -> pl.DataFrame:
    src_kind, dst_kind = ENDS[kind]
    numbered = rows if "m" in rows.columns else rows.with_columns(m=pl.lit(0))
    return EDGE.conform(
        numbered.select(
            kind=pl.lit(kind.value),
            src_kind=pl.lit(src_kind.value),
            src=src,
            dst_kind=pl.lit(dst_kind.value),
            dst=dst,
            record=_record(),
            first_seen=pl.lit(None, pl.Date) if day is None else day,
            last_seen=pl.lit(None, pl.Date) if day is None else day.dt.offset_by("30d"),
            confidence=1 / (1 + (pl.col("n") % 97) / 1000),
            known_on=_day(40),
            days=pl.lit(None, pl.Int32) if kind is not EdgeKind.DROVE else (pl.col("n") % 9 + 1).cast(pl.Int32),
            props=pl.lit(props, pl.String),
        )
    )


def _nodes(edges: pl.DataFrame) -> pl.DataFrame:
    """The ends of the edges, saying about as much as real ones do."""
    ends = pl.concat(
        [
            edges.select(pl.col(f"{end}_kind").alias("kind"), pl.col(end).alias("key"), "known_on")
            for end in ("src", "dst")
        ]
    )
    props = pl.col("kind").replace_strict(_SAID, default=None)
    grouped = ends.group_by(NODE_KEY).agg(pl.col("known_on").min()).with_columns(props=props)
    return NODE.conform(grouped).sort(NODE_KEY)
