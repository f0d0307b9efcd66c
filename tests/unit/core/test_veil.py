"""Figures that name a system of class s are told as of the beginning of the day."""

from __future__ import annotations

import pytest

from hub.core.board import Board
from hub.core.dates import midnight_ms
from hub.core.totals import Total
from hub.core.veil import SYSTEMS, system_in
from tests.unit.core.scenes import NOW_MS, TODAY, board, shown, world

DAY_MS = 86_400_000
GAVE = "flow.received|day=2022-05-03|system=organ|type=organ.family.contactable.v1"
OTHER = "flow.received|day=2022-05-03|system=training|type=x"
YEAR = "flow.received|system=organ|type=organ.family.contactable.v1|period=2022"
MORNING = midnight_ms(TODAY)


def total(value: int, tick: int, counter: str = GAVE) -> Total:
    """Return a total that is newer the later it is."""
    return Total(counter, "flow", value, tick, tick, ())


def told(made: Board, now_ms: int) -> dict[str, float | None]:
    """Return what a board says of systems of class s."""
    found = shown(made.changes(now_ms, world()))
    return {key: figure.value for key, figure in found.items() if system_in(figure.key.labels)}


def test_it_is_the_systems_of_class_s() -> None:
    """Blood, stem cells and organs; what names another system, or none, is told at once."""
    assert sorted(SYSTEMS) == ["blood", "organ", "stem-cell"]
    assert [system_in(counter) for counter in (GAVE, OTHER, "held|code=organ|county=330101")] == [
        "organ",
        "",
        "",
    ]
    made = board()
    made.apply(total(1, NOW_MS, OTHER))
    now = shown(made.changes(NOW_MS, world()))
    assert now["flow.received|system=training|type=x|period=2022"].value == 1


def test_what_is_counted_today_is_told_tomorrow_all_at_once() -> None:
    """Sums, shares and days of silence stay as they were in the morning; the change of day tells all."""
    made = board()
    made.apply(total(1, MORNING - 1))
    assert told(made, MORNING + 1)[YEAR] == 1
    for value in (2, 3):
        made.apply(total(value, NOW_MS + value))
        assert told(made, NOW_MS + value) == {}
    after = told(made, MORNING + DAY_MS)
    assert after[YEAR] == 3
    assert after["T13.rejected|system=organ"] == 0


def test_what_came_before_midnight_is_told_though_more_came_since() -> None:
    """A board that lived through the change of day knows both: only what was counted before counts."""
    made = board()
    told(made, NOW_MS)
    made.apply(total(4, MORNING + DAY_MS - 1))
    made.apply(total(5, MORNING + DAY_MS))
    assert told(made, MORNING + DAY_MS + 1)[YEAR] == 4
    assert told(made, MORNING + 2 * DAY_MS)[YEAR] == 5


def test_a_start_does_not_tell_what_was_counted_since_the_morning() -> None:
    """It knows the newest total only: where that is of today, what stands of the system is left alone."""
    made = board()
    made.apply(total(2, NOW_MS))
    made.apply(total(1, MORNING - 1, GAVE.replace("organ|", "blood|")))
    first = told(made, NOW_MS + 1)
    assert {system_in(key) for key in first} == {"blood"}
    assert told(made, MORNING + DAY_MS)[YEAR] == 2


def test_a_board_that_was_laid_aside_does_not_tell_what_it_knew_then() -> None:
    """Another worker had the seat for days: of what moved today the morning is unknown, as at a start."""
    made, later = board(), NOW_MS + 3 * DAY_MS
    made.apply(total(2, MORNING - 1))
    made.apply(total(3, MORNING - 1, OTHER))
    assert told(made, NOW_MS)[YEAR] == 2
    made.apply(total(9, later))
    made.resume()
    again = shown(made.changes(later, world()))
    assert "flow.received|system=training|type=x|period=2022" in again
    assert not [key for key, figure in again.items() if system_in(figure.key.labels)]
    assert told(made, MORNING + 4 * DAY_MS)[YEAR] == 9


def test_they_say_as_of_when_they_are() -> None:
    """The newest tick that is counted, and never one of today, also of what is computed."""
    made = board()
    made.apply(total(1, MORNING - 5))
    made.apply(total(9, NOW_MS, OTHER))
    dated = [each for each in made.changes(NOW_MS, world()) if system_in(each.figure.key.labels)]
    as_of = {each.figure.key.text: each.as_of for each in dated}
    assert as_of[YEAR] == MORNING - 5
    assert as_of["T13.rejected|system=organ"] == MORNING


def test_what_is_no_counter_is_refused_though_it_is_held_back() -> None:
    """A day that is none would be found out at midnight only."""
    with pytest.raises(ValueError, match="day"):
        board().apply(total(1, NOW_MS, GAVE.replace("05-03", "05-33")))
