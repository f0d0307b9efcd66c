"""hub.backtest.contrast: what two books make of the tasks about one person."""

from __future__ import annotations

import pytest

from hub.backtest.contrast import Person, Side, TaskEffect, contrast
from hub.backtest.forecast import Forecast
from hub.backtest.page import page
from hub.backtest.report import document
from hub.backtest.run import compiled
from hub.backtest.tally import Tally
from hub.core import dates, task
from hub.core.edition import Edition
from hub.core.invitation import Terms
from hub.core.matching import Tables
from hub.core.person import PersonState
from hub.core.verdict import Question
from hub.data import crosswalk
from tests.unit.backtest.books import PACKAGED, changed
from tests.unit.core.people import COUNTY, directory, organisation

TODAY = dates.parse_day("2022-06-15")
NOW = dates.midnight_ms(TODAY)
NONE = changed(("R10", "status: active", "status: off"))
SOONER = changed(("", "due_days_before: 14", "due_days_before: 45"))


def side(text: str) -> Side:
    """Return a book over a directory with one society."""
    book = compiled(text)
    world = Tables(book, directory(SOC=organisation("society", COUNTY)), Edition(crosswalk()), {})
    return Side(Question(world, Terms.of(book, NOW), TODAY, {book.id: book}.get), book)


def candidate(*tasks: task.Task) -> Person:
    """Return somebody who stands for the society's council in a month."""
    stands = {
        "council_org": "SOC", "term": "7", "session_on": TODAY + 30, "nominated_on": TODAY - 9,
        "status": "nominated",
    }  # fmt: skip
    party = {"key": b"", "citizen": True, "residence": COUNTY}
    facts = {"party": [party], "candidacy": [{"key": b"7", **stands}]}
    return Person(b"anna", PersonState(facts, {}, tasks=tasks), None)


RUNNING = task.Task(
    "17", task.ADMISSION, b"7", 1, task.OPEN, "SOC", "", "R10", TODAY + 16, TODAY + 30, "7", council="SOC"
)  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "person", "effect", "status"),
    [
        pytest.param(NONE, PACKAGED, candidate(), TaskEffect.OPENED, task.OPEN, id="asked for anew"),
        pytest.param(
            PACKAGED, NONE, candidate(RUNNING), TaskEffect.CANCELLED, task.CANCELLED, id="it runs and ends"
        ),
        pytest.param(
            PACKAGED, NONE, candidate(), TaskEffect.CANCELLED, task.OPEN, id="it would have been opened"
        ),
        pytest.param(
            PACKAGED,
            SOONER,
            candidate(RUNNING),
            TaskEffect.REVISED,
            task.ESCALATED,
            id="due sooner, and late",
        ),
    ],
)
def test_tasks_of_both_books_are_compared(
    before: str, after: str, person: Person, effect: TaskEffect, status: str
) -> None:
    """A task more, one fewer, or one that is told otherwise; with its state as it will be."""
    (found,) = contrast(person, side(before), side(after), NOW).tasks
    assert (found.effect, found.task.kind, found.task.key) == (effect, task.ADMISSION, b"7")
    assert found.task.status == status


@pytest.mark.parametrize("person", [candidate(), candidate(RUNNING)], ids=["to be opened", "running"])
def test_what_both_books_ask_is_no_difference(person: Person) -> None:
    """Of a task that is as it would be under the other book nothing is said."""
    assert contrast(person, side(PACKAGED), side(changed()), NOW).tasks == ()


def test_tasks_are_counted_by_kind_and_effect() -> None:
    """Two processes' tasks add up, and are in the document and on the page."""
    whole = Tally()
    for before, after, person in ((NONE, PACKAGED, candidate()), (PACKAGED, NONE, candidate(RUNNING))):
        part = Tally()
        part.take(contrast(person, side(before), side(after), NOW))
        whole += part
    told = document(Forecast("a@1", "b@1", "0" * 64, "live-state", TODAY, 1, 0.1, whole))
    assert told["tasks"] == {
        "admission": {"opened": 1, "cancelled": 1, "revised": 0},
        "transfer": {"opened": 0, "cancelled": 0, "revised": 0},
    }
    assert "入会办理任务 · admission tasks" in page(told)
