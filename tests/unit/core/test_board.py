"""The board: totals and tables in, figures out."""

from __future__ import annotations

import pytest

from hub.core.figure import Key
from tests.unit.core.scenes import NOW_MS, board, directory, shown, total, world

DAY_MS = 86_400_000


def test_what_did_not_change_is_not_said_again() -> None:
    """After the first time only sums that were touched come, and what is computed from them."""
    made, tables = board(), world()
    made.apply(total("persons|county=330101", 3))
    assert shown(made.changes(NOW_MS, tables))["persons|region=33"].value == 3
    assert shown(made.changes(NOW_MS, tables)) == {}
    made.apply(total("persons|county=330102", 4))
    assert set(shown(made.changes(NOW_MS, tables))) == {
        f"{figure}|region={region}"
        for figure in ("persons", "T8.matched")
        for region in ("330102", "3301", "33")
    }


def test_an_older_total_is_ignored() -> None:
    """A late total of a deposed worker changes nothing."""
    made = board()
    assert made.apply(total("persons|county=330101", 3, version=9))
    assert not made.apply(total("persons|county=330101", 5, version=8))
    assert not made.apply(total("persons|county=330101", 5, version=9))
    assert shown(made.changes(NOW_MS, world()))["persons|region=33"].value == 3


def test_people_under_review_give_the_figures_of_their_region_a_range() -> None:
    """The range comes with a review, in every figure of persons of the region, and goes with it."""
    made, tables = board(), world()
    made.apply(total("members|county=330101|kind=adult", 3))
    made.apply(total("certificates_valid|county=330201|kind=cpr_aed", 3))
    shown(made.changes(NOW_MS, tables))
    made.apply(total("under_review|county=330101", 1))
    after = shown(made.changes(NOW_MS, tables))
    assert (
        after["members|kind=adult|region=330101"].low,
        after["members|kind=adult|region=330101"].high,
    ) == (2, 4)
    assert (after["T2|region=33"].low, after["T2|region=33"].high) == (2, 4)
    assert "certificates_valid|kind=cpr_aed|region=330201" not in after
    assert after["under_review|region=33"].low is None
    made.apply(total("under_review|county=330101", 0, version=2))
    assert shown(made.changes(NOW_MS, tables))["members|kind=adult|region=330101"].low is None


def test_a_system_that_falls_silent_shows_in_what_rests_on_it() -> None:
    """The day a system is beyond its rhythm changes the figures that rest on it, though no total came."""
    made, tables = board(), world()
    made.apply(total("members|county=330101|kind=adult", 3))
    made.apply(total("flow.received|day=2022-05-03|system=registry|type=x", 3))
    first = shown(made.changes(NOW_MS, tables))
    assert first["members|kind=adult|region=33"].silent == ()
    assert first["T3|region=33"].silent == ("directory",)
    later = shown(made.changes(NOW_MS + 8 * DAY_MS, tables))
    assert later["members|kind=adult|region=33"].silent == ("registry",)
    assert later["T1|region=33"].silent == ("registry",)


def test_organisations_are_those_of_the_day() -> None:
    """One that is founded tomorrow counts tomorrow; one that is gone is 0, and not forgotten."""
    made = board()
    tables = world(directory(("a", "village", "330101001201", "2022-05-04")))
    assert shown(made.changes(NOW_MS, tables))["T3.organised|region=33"].value == 0
    tomorrow = shown(made.changes(NOW_MS + DAY_MS, tables))
    assert tomorrow["T3.organised|region=33"].value == 1
    assert tomorrow["organisations|class=village|region=330101001"].value == 1
    tables.organisations.announce("a", "established", None)
    gone = shown(made.changes(NOW_MS + DAY_MS, tables._replace(version=1)))
    assert gone["organisations|class=village|region=330101001"].value == 0
    assert gone["T3.organised|region=33"].value == 0


def test_what_was_published_before_a_restart_is_remembered() -> None:
    """A class of organisations that vanished while nobody published becomes 0 all the same."""
    made = board()
    made.remember(Key("organisations", "class=hospital", "3301", "city"))
    made.remember(Key("persons", "", "3301", "city"))
    first = shown(made.changes(NOW_MS, world()))
    assert first["organisations|class=hospital|region=3301"].value == 0
    assert "persons|region=3301" not in first


def test_a_published_population_counts() -> None:
    """A county's residents arrive as a record, and its share appears."""
    made = board()
    made.apply(total("members|county=330201|kind=adult", 3))
    assert shown(made.changes(NOW_MS, world()))["T1|region=330201"].value is None
    record = {"region": "330201", "year": 2021, "value": 300, "vintage": "county"}
    tables = world(version=1)._replace(populations={"population/330201/2021": record})
    after = shown(made.changes(NOW_MS, tables))["T1|region=330201"]
    assert (after.value, after.vintage) == (0.01, "2021 county")


def test_a_figure_is_dated_by_the_newest_tick_it_counts() -> None:
    """A sum has the tick of its newest part, a target the newest of all."""
    made = board()
    made.apply(total("persons|county=330101", 1, tick=NOW_MS - 5))
    made.apply(total("members|county=330102|kind=adult", 1, tick=NOW_MS - 3))
    dated = {each.figure.key.text: each.as_of for each in made.changes(NOW_MS, world())}
    assert dated["persons|region=33"] == NOW_MS - 5
    assert dated["T1|region=33"] == NOW_MS - 3


def test_a_counter_that_is_none_is_refused() -> None:
    """The caller is told, and nothing is counted."""
    made = board()
    with pytest.raises(ValueError, match="label"):
        made.apply(total("persons|county", 1))
    assert len(made.rollup) == 0


def test_t7_and_t11_follow_what_they_are_computed_from() -> None:
    """They are computed after T1 to T4, in the same step."""
    made = board()
    made.apply(total("members|county=330101|kind=adult", 1100))
    first = shown(made.changes(NOW_MS, world()))
    assert first["T7|of=T2|period=2022|region=33"].value == 1100
    assert first["T11|region=330101"].value == 0


@pytest.mark.parametrize(
    ("founded", "weak"),
    [("2021-09-30", 1), ("2021-10-01", 0), ("2022-03-31", 0), ("2022-04-01", 1)],
    ids=["before", "first day", "last day", "running quarter"],
)
def test_a_village_is_growth_in_the_quarter_in_which_it_was_organised(founded: str, weak: int) -> None:
    """T11 asks of members and of villages for the same two full quarters: what came later is for the next."""
    made = board()
    made.apply(total("members_moved|county=330201|month=2021-05|move=admitted", 1))
    tables = world(
        directory(("a", "village", "330101001201", founded), ("b", "village", "330201001201", "2019-01-01"))
    )
    assert shown(made.changes(NOW_MS, tables))["T11|region=330101"].value == weak


def test_a_class_that_is_no_more_has_fallen_below_its_start() -> None:
    """T6 of a class that had one when the plan began is off track, whether one was ever announced or not."""
    made = board()
    never = shown(made.changes(NOW_MS, world()))["T6|class=hospital|region=33"]
    assert (never.value, never.target, never.on_track) == (0, 1, False)
    tables = world(directory(("a", "hospital", "330101", "2020-01-01")), version=1)
    assert shown(made.changes(NOW_MS, tables))["T6|class=hospital|region=33"].on_track is True
    tables.organisations.announce("a", "established", None)
    gone = shown(made.changes(NOW_MS, tables._replace(version=2)))
    assert gone["T6|class=hospital|region=33"].on_track is False
    assert gone["T6|class=hospital|region=3301"].value == 0


def test_residents_that_were_taken_back_are_not_shown_any_more() -> None:
    """A county's population whose record was withdrawn is unknown again, after a restart too."""
    made = board()
    made.remember(Key("population", "", "330102", "county"))
    record = {"region": "330201", "year": 2021, "value": 300, "vintage": "county"}
    tables = world()._replace(populations={"population/330201/2021": record})
    first = shown(made.changes(NOW_MS, tables))
    assert first["population|region=330201"].value == 300
    assert (first["population|region=330102"].value, first["population|region=330102"].note) == (
        None,
        "population unknown",
    )
    second = shown(made.changes(NOW_MS, world(version=1)))
    assert second["population|region=330201"].value is None
