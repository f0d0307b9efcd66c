"""hub.core.snapshot: what goes outside, and what does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from hub.core.shelf import Published
from hub.core.snapshot import DERIVED, FAMILIES, FREE, Cell, compose, figure_of
from tests.unit.figuremaking import figure

COUNTIES = ["330102", "330105", "330106", "330203", "330205"]
ADULTS = {"330102": 40.0, "330105": 3.0, "330106": 9.0, "330203": 50.0, "330205": 60.0}


def members(counts: Mapping[str, float], kind: str = "adult") -> list[Published]:
    """Return members of a kind by county, as they are live."""
    return [figure("members", code, value, labels=f"kind={kind}") for code, value in counts.items()]


def by_key(cells: list[Cell]) -> dict[str, float | None]:
    """Return key → value, None for what is suppressed."""
    return {cell.key: cell.value for cell in cells}


def made(live: list[Published], *earlier: Cell, day: str = "2022-06-30") -> list[Cell]:
    """Return a snapshot."""
    return compose(day, live, COUNTIES, earlier)


def test_a_small_county_hides_the_next_one_and_no_total() -> None:
    """3 is hidden with 9 of its city: the city's, the province's and the other counties' cells stand."""
    assert by_key(made(members(ADULTS))) == {
        "members|kind=adult|region=330102": 40.0, "members|kind=adult|region=330105": None,
        "members|kind=adult|region=330106": None, "members|kind=adult|region=330203": 50.0,
        "members|kind=adult|region=330205": 60.0, "members|kind=adult|region=3301": 52.0,
        "members|kind=adult|region=3302": 110.0, "members|kind=adult|region=33": 162.0,
    }  # fmt: skip


def test_people_of_no_known_county_count_in_the_province() -> None:
    """Many are told; a few are hidden with somebody, so that the province less its cities tells nothing."""
    many = by_key(made([*members(ADULTS), figure("members", "unknown", 20.0, labels="kind=adult")]))
    assert many["members|kind=adult|region=unknown"] == 20.0
    assert many["members|kind=adult|region=33"] == 182.0
    few = by_key(made([*members(ADULTS), figure("members", "unknown", 2.0, labels="kind=adult")]))
    assert few["members|kind=adult|region=unknown"] is None
    assert few["members|kind=adult|region=33"] == 164.0
    assert None in {few["members|kind=adult|region=3301"], few["members|kind=adult|region=3302"]}


def test_counties_without_anybody_are_there_too() -> None:
    """A complete set of siblings: an absent county is hidden like a small one, so absence tells nothing."""
    few = {code: value for code, value in ADULTS.items() if code != "330105"}
    told = by_key(made(members(few)))
    assert told["members|kind=adult|region=330105"] is None
    assert told["members|kind=adult|region=330106"] is None
    assert told["members|kind=adult|region=3301"] == 49.0


def test_derived_figures_follow_the_cell_they_rest_on() -> None:
    """A share of hidden members is hidden with its verdict; the share of the city is told."""
    shares = [
        figure("T1", code, 0.01, unit="share", target=0.02, on_track=False) for code in ("330105", "3301")
    ]
    cells = {cell.key: cell for cell in made([*members(ADULTS), *shares])}
    hidden, told = cells["T1|region=330105"], cells["T1|region=3301"]
    assert (hidden.value, hidden.on_track, hidden.suppressed, hidden.target) == (None, None, True, 0.02)
    assert (told.value, told.on_track, told.suppressed) == (0.01, False, False)


def test_net_change_is_told_only_when_every_move_is() -> None:
    """12 admitted and 2 deceased: 10 beside 12 would tell the 2; with 6 deceased nothing is small."""
    for deceased, told in ((2.0, None), (6.0, 6.0)):
        moved = [
            figure("members_moved", "330102", value, labels=f"move={move}", period="2022-05")
            for move, value in (("admitted", 12.0), ("deceased", deceased))
        ]
        # Two counties each, else the province's only county would be hidden.
        moved += [each._replace(region="330205", value=50.0) for each in moved]
        net = figure("T12", "33", 6.0, period="2022-05")
        moved = [each for each in moved if each.value != 50.0 or "admitted" in each.labels or told]
        assert by_key(made([*moved, net]))["T12|period=2022-05|region=33"] == told


def test_small_months_make_a_year_together() -> None:
    """No month of 3 is told; the year of 6 is."""
    moved = [
        figure("members_moved", "330102", 3.0, labels="move=resigned", period=month)
        for month in ("2022-04", "2022-05")
    ]
    told = by_key(made(moved))
    assert told["members_moved|move=resigned|period=2022|region=33"] == 6.0
    assert told["members_moved|move=resigned|period=2022-05|region=33"] is None


def test_a_small_kind_holds_back_the_total_it_would_follow_from() -> None:
    """Adults are told; 2 youths in all are not, and so neither is the total of both."""
    told = by_key(made([*members(ADULTS), *members({"330102": 2.0}, "youth")]))
    assert told["members|kind=adult|region=3301"] == 52.0
    assert told["members|kind=youth|region=33"] is None
    assert told["members|region=33"] is None


def test_a_pair_stays_a_pair() -> None:
    """Grown to 30, the county stays hidden with its partner: else the earlier sum would tell its 3."""
    first = made(members(ADULTS))
    grown = members({**ADULTS, "330105": 30.0})
    assert by_key(made(grown))["members|kind=adult|region=330105"] == 30.0
    second = by_key(made(grown, *first, day="2022-07-31"))
    assert second["members|kind=adult|region=330105"] is None
    assert second["members|kind=adult|region=330106"] is None
    assert second["members|kind=adult|region=3301"] == 79.0


@pytest.mark.parametrize(
    ("name", "more"),
    [
        pytest.param("sensitive_grounds", {}, id="sensitive"),
        pytest.param("held", {"labels": "code=consent"}, id="held"),
        pytest.param("qualified", {"labels": "rule=R05"}, id="rule"),
        pytest.param("T8.invited", {"labels": "channel=public_welfare"}, id="channel"),
        pytest.param("T9", {"labels": "council=zj", "level": "council"}, id="council"),
        pytest.param("T11", {}, id="weak"),
        pytest.param("under_review", {}, id="review"),
        pytest.param("source.silent_days", {"labels": "system=blood", "level": "source"}, id="source"),
    ],
)
def test_what_is_not_named_stays_inside(name: str, more: dict[str, Any]) -> None:
    """Nothing of class s, of reasons, rules, channels, councils or sources is in a snapshot."""
    cells = made([*members(ADULTS), figure(name, "33", 100.0, **more)])
    assert {cell.figure for cell in cells} == {"members"}
    assert name not in {*FREE, *(each.figure for each in (*FAMILIES, *DERIVED))}


def test_no_range_goes_outside() -> None:
    """Its width is the number of people under review."""
    wide = figure("T3", "33", 0.4, unit="share", low=0.39, high=0.41)
    (cell,) = made([wide])
    told = figure_of(cell)
    assert (told.value, told.low, told.high, told.note) == (0.4, None, None, None)
    assert figure_of(cell._replace(value=None, suppressed=True)).note == "suppressed"
