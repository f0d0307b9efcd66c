"""Boards and scenes of a small province: two cities, three counties, five townships, ten villages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from hub.core.board import Board, Dated, World
from hub.core.census import census, denominators
from hub.core.dates import midnight_ms, parse_day
from hub.core.edition import Edition
from hub.core.figure import Figure, Key
from hub.core.organisation import Directory, Organisation
from hub.core.region import Crosswalk, RegionTable
from hub.core.residents import Population, Residents
from hub.core.rollup import Rollup
from hub.core.scene import Scene
from hub.core.targets import Goal, Targets
from hub.core.totals import Total

TODAY = parse_day("2022-05-03")
NOW_MS = midnight_ms(TODAY) + 3_600_000
TOWNSHIPS = ("330101001", "330101100", "330102001", "330201001", "330201400")
VILLAGES = tuple(f"{township}{number}" for township in TOWNSHIPS for number in ("001", "201"))
TABLE = RegionTable(
    dict.fromkeys(
        ["33", "3301", "3302", "330101", "330102", "330201", *TOWNSHIPS, *VILLAGES, "330101001500"], "某地"
    )
)
RESIDENTS = (
    Residents("33", 2020, 100_000, "census"),
    Residents("33", 2022, 110_000, "bulletin"),
    Residents("3301", 2020, 60_000, "census"),
    Residents("330101", 2020, 20_000, "census"),
)
TARGETS = Targets(
    "plan",
    parse_day("2019-12-31"),
    parse_day("2022-12-31"),
    "33",
    {
        "T1": Goal(0.02, {"33": 0.01}),
        "T2": Goal(1000, {"33": 900}),
        "T3": Goal(0.4, {"33": 0.1}),
        "T4": Goal(13, {"33": 0}),
        "T5.township_rate": Goal(None, {"33": 0.5}),
        "T6/hospital": Goal(None, {"33": 1}),
    },
    {"33": 10},
    {"training": 7, "registry": 7, "directory": 31},
)


def directory(*organisations: tuple[str, str, str, str]) -> Directory:
    """Return a directory of id, class, region, day of foundation."""
    made = Directory()
    for org_id, org_class, region, day in organisations:
        founded = {
            "org_id": org_id, "aspect": "established", "on": parse_day(day), "org_class": org_class,
            "name": "某会", "parent": None, "region": region, "host_unit": None, "stamp": b"1",
        }  # fmt: skip
        made.announce(org_id, "established", founded)
    return made


def total(counter: str, value: int, version: int = 1, tick: int = NOW_MS) -> Total:
    """Return a total."""
    kind = "flow" if counter.startswith("flow.") else "stock"
    return Total(counter, kind, value, version, tick, ())


def rolled(counters: Mapping[str, int], tick: int = NOW_MS) -> Rollup:
    """Return counters rolled up."""
    made = Rollup("33")
    for counter, value in counters.items():
        made.take(counter, total(counter, value).kind, value, tick)
    return made


def scene(
    counters: Mapping[str, int] | None = None,
    organisations: Iterable[Organisation] = (),
    *,
    day: str = "2022-05-03",
    **changed: Any,
) -> Scene:
    """Return a scene of these counters and organisations."""
    made = Scene(
        parse_day(day), rolled(counters or {}), TARGETS, TABLE, Population(RESIDENTS),
        census(organisations, TABLE, str), denominators(TABLE), Counter(), {},
    )  # fmt: skip
    return made._replace(**changed)


def organisation(org_class: str, region: str, org_id: str = "") -> Organisation:
    """Return an organisation."""
    return Organisation(org_id or f"{org_class}/{region}", org_class, "某会", "", region, "")


def found(figures: Iterable[Figure], text: str) -> Figure:
    """Return the figure with that key."""
    (only,) = [figure for figure in figures if figure.key.text == text]
    return only


def board() -> Board:
    """Return an empty board."""
    return Board(TARGETS, TABLE, RESIDENTS)


def world(organisations: Directory | None = None, version: int = 0) -> World:
    """Return tables with these organisations."""
    return World(version, organisations or Directory(), Edition(Crosswalk((), TABLE)), {})


def shown(dated: Iterable[Dated]) -> dict[str, Figure]:
    """Return key to figure; the same key twice is an error."""
    shown: dict[str, Figure] = {}
    for each in dated:
        assert each.figure.key.text not in shown
        shown[each.figure.key.text] = each.figure
    return shown


def values(dated: Iterable[Dated]) -> dict[Key, float | None]:
    """Return key to value."""
    return {each.figure.key: each.figure.value for each in dated}
