"""The directory: announcements in any order fold into the same history."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from hub.core.organisation import Directory
from tests.unit.core.people import organisation


def aspects() -> list[tuple[str, dict[str, Any]]]:
    """Return a life: established on day 10, moved on 20 and 30, dissolved on 40."""
    unchanged = {
        "org_class": None,
        "name": None,
        "parent": None,
        "region": None,
        "host_unit": None,
        "stamp": b"1",
    }
    return [
        ("established", organisation("village", "330106003201", on=10, host_unit="U1")),
        ("moved/20", {**unchanged, "on": 20, "region": "330106003202"}),
        ("moved/30", {**unchanged, "on": 30, "org_class": "community", "host_unit": "U2"}),
        ("dissolved", {**unchanged, "on": 40}),
    ]


def test_the_order_of_announcements_does_not_matter() -> None:
    """Every permutation of a life's announcements gives the same history and the same look-ups."""
    histories = set()
    for told in permutations(aspects()):
        known = Directory()
        for aspect, announced in told:
            known.announce("A", aspect, announced)
        places = [known.at("village", "330106003201", day) for day in range(45)]
        histories.add((known.history("A"), tuple(places)))
    assert len(histories) == 1


@pytest.mark.parametrize(
    ("day", "place", "unit"),
    [
        pytest.param(9, None, None, id="before it is established"),
        pytest.param(10, ("village", "330106003201"), "U1", id="established"),
        pytest.param(29, ("village", "330106003202"), "U1", id="moved"),
        pytest.param(30, ("community", "330106003202"), "U2", id="class and host changed"),
        pytest.param(40, None, None, id="dissolved on the day itself"),
    ],
)
def test_what_it_is_on_a_day(day: int, place: tuple[str, str] | None, unit: str | None) -> None:
    """An organisation is found where it is that day, and nowhere else."""
    known = Directory()
    for aspect, announced in aspects():
        known.announce("A", aspect, announced)
    spots = [(kind, code) for kind in ("village", "community") for code in ("330106003201", "330106003202")]
    assert [spot for spot in spots if known.at(*spot, day)] == ([place] if place else [])
    assert [name for name in ("U1", "U2") if known.hosted_by(name, day)] == ([unit] if unit else [])
    assert (known.active("A", day) is not None) == (place is not None)


def test_without_a_foundation_there_is_no_organisation() -> None:
    """A move that arrives first waits for the foundation."""
    known = Directory()
    known.announce("A", *aspects()[1])
    assert known.active("A", 25) is None
    known.announce("A", *aspects()[0])
    assert known.active("A", 25) is not None


def test_the_greater_stamp_stays() -> None:
    """Of two announcements of one aspect the later one counts, in either order."""
    early = organisation("society", "330106", on=10)
    late = {**organisation("society", "330109", on=12), "stamp": b"2"}
    for told in ((early, late), (late, early)):
        known = Directory()
        for announced in told:
            known.announce("A", "established", announced)
        assert known.at("society", "330106", 20) is None
        assert known.at("society", "330109", 20) is not None


def test_an_announcement_can_be_taken_back() -> None:
    """A tombstone of the broadcast topic removes the aspect."""
    known = Directory()
    for aspect, announced in aspects():
        known.announce("A", aspect, announced)
    known.announce("A", "dissolved", None)
    assert known.active("A", 50) is not None
    for aspect in ("established", "moved/20", "moved/30"):
        known.announce("A", aspect, None)
    assert len(known) == 0
    assert known.hosted_by("U1", 15) is None


def test_the_smallest_id_wins() -> None:
    """Where two serve the same place or host unit, the choice does not depend on the order of arrival."""
    known = Directory()
    for org_id in ("B", "A", "C"):
        known.announce(org_id, "established", organisation("society", "330106", host_unit="B"))
    found = known.at("society", "330106", 1)
    hosted = known.hosted_by("B", 1)
    assert found is not None
    assert hosted is not None
    assert (found.org_id, hosted.org_id) == ("A", "A")


def test_what_is_to_come_is_known() -> None:
    """The days on which an announced change takes effect can be asked for."""
    known = Directory()
    for aspect, announced in aspects():
        known.announce("A", aspect, announced)
    assert [known.next_change("A", day) for day in (0, 10, 20, 30, 40)] == [10, 20, 30, 40, None]
    assert known.upcoming(15) == [("A", 20)]
    assert known.upcoming(40) == []


def test_where_it_ever_was_is_remembered() -> None:
    """Whoever lived where it was announced may miss it, even when the announcement was corrected."""
    known = Directory()
    assert known.announced("A") == (frozenset(), frozenset())
    for aspect, announced in aspects():
        known.announce("A", aspect, announced)
    known.announce("A", "established", {**organisation("society", "330109"), "stamp": b"2"})
    regions, units = known.announced("A")
    assert sorted(regions) == ["330106003201", "330106003202", "330109"]
    assert sorted(units) == ["U1", "U2"]


def test_who_is_not_active_is_known() -> None:
    """Who is not founded yet, is dissolved or was taken back is not active; nobody else is named."""
    known = Directory()
    for aspect, announced in aspects():
        known.announce("B", aspect, announced)
    known.announce("A", "established", organisation("society", "330106"))
    assert [known.inactive(day) for day in (5, 15, 45)] == [["B"], [], ["B"]]
    known.announce("A", "established", None)
    assert known.inactive(15) == ["A"]


def test_the_organisations_of_a_day() -> None:
    """On a day there are those that are active then, by id, each as it is then."""
    known = Directory()
    for org_id in "BA":
        for aspect, announced in aspects():
            known.announce(org_id, aspect, announced)
    known.announce("C", "established", organisation("school", "330106", on=35))
    assert [each.org_id for each in known.on(9)] == []
    assert [(each.org_id, each.org_class) for each in known.on(35)] == [
        ("A", "community"),
        ("B", "community"),
        ("C", "school"),
    ]
    assert [each.org_id for each in known.on(40)] == ["C"]
