"""Activations, and the points at which tasks switched to them."""

from __future__ import annotations

from typing import Any

import pytest

from hub.engine.cursors import Switch
from hub.engine.progress import Progress
from hub.errors import UsageError
from hub.rulehistory import Books, Point, standings


def book(version: int, at: int) -> dict[str, Any]:
    """Return an activation."""
    return {
        "book_id": "b",
        "version": version,
        "activated_at": at,
        "text": f"v{version}",
        "digest": f"{version}",
    }


ONE, TWO, ONE_AGAIN = book(1, 10), book(2, 20), book(1, 30)


def test_each_switch_is_paired_with_its_activation() -> None:
    """Also when a book came back, and when a task was down while one was active."""
    steady = Progress(
        switches=(Switch("b@1", 0, 11, 0, 11), Switch("b@2", 5, 21, 0, 25), Switch("b@1", 9, 31, 0)),
        sweep=b"p\x80",
    )
    absent = Progress(switches=(Switch("b@1", 0, 12, 0, 12), Switch("b@2", 3, 22, 0)), sweep=b"")
    found = standings([ONE, TWO, ONE_AGAIN], [("matching", 0, steady), ("matching", 1, absent)])
    assert [each.points for each in found] == [
        (Point("matching", 0, 0, 11, 11, 1), Point("matching", 1, 0, 12, 12, 1)),
        (Point("matching", 0, 5, 21, 25, 1), Point("matching", 1, 3, 22, None, 0)),
        (Point("matching", 0, 9, 31, None, 0.5),),
    ]
    assert [(each.waiting, each.part) for each in found] == [(0, 1), (0, 0.5), (1, 0.25)]


def test_a_book_that_nobody_remembers_is_passed_over() -> None:
    """What a task switched to before the history was kept belongs to no activation."""
    progress = Progress(switches=(Switch("old@1", 0, 1, 0, 1), Switch("b@1", 4, 11, 0, 11)))
    (found,) = standings([ONE], [("matching", 0, progress)])
    assert found.points == (Point("matching", 0, 4, 11, 11, 1),)
    assert (found.waiting, found.part) == (0, 1)


def test_the_way_back() -> None:
    """The last book that is not the active one, or the one that is named; its newest text."""
    books = Books((ONE, TWO), None)
    assert books.before(None) is ONE
    assert books.before("b@2") is TWO
    assert Books((ONE, TWO, ONE_AGAIN), None).before("b@1") is ONE_AGAIN
    assert (books.text("b@2"), books.text("b@3")) == ("v2", None)


@pytest.mark.parametrize(
    ("activations", "edition"),
    [((), None), ((ONE,), None), ((ONE, TWO), "b@3")],
    ids=["none", "one", "unknown"],
)
def test_there_may_be_no_way_back(activations: tuple[dict[str, Any], ...], edition: str | None) -> None:
    """That is a usage error."""
    with pytest.raises(UsageError, match=r"(ever|never) active"):
        Books(activations, None).before(edition)
