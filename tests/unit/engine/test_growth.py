"""Noticing that topics have grown, with an admin client that answers when the test says so."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import pytest

from hub.engine.growth import Growth

EVERY_S = 30.0


class FakeAdmin:
    """Answers :meth:`describe_topics` when it is told to."""

    def __init__(self, counts: dict[str, int]) -> None:
        """Know topics and their partitions."""
        self.counts = counts
        self.asked: list[dict[str, Future[Any]]] = []
        self.prompt = True
        """Whether to answer at once."""
        self.failure = ""
        """The name of the error that every question for ``b`` gets."""

    def describe_topics(self, topics: Any, request_timeout: float) -> dict[str, Future[Any]]:
        """Take a question."""
        self.asked.append({name: Future() for name in ("a", "b")})
        if self.prompt:
            self.answer()
        return self.asked[-1]

    def answer(self) -> None:
        """Answer the last question."""
        from confluent_kafka import KafkaError, KafkaException

        for name, future in self.asked[-1].items():
            failure = self.failure if name == "b" else ""
            if name not in self.counts and not failure:
                failure = "UNKNOWN_TOPIC_OR_PART"
            if failure:
                future.set_exception(KafkaException(KafkaError(getattr(KafkaError, failure))))
            else:
                future.set_result(type("Description", (), {"partitions": [None] * self.counts[name]}))


@pytest.fixture
def admin() -> FakeAdmin:
    """Return a cluster with two topics."""
    return FakeAdmin({"a": 2, "b": 4})


def growth_of(admin: FakeAdmin) -> Growth:
    """Return a growth that has looked once."""
    growth = Growth(admin, ("a", "b"), EVERY_S)
    growth.first()
    return growth


def looks(growth: Growth, *times_s: float) -> list[bool]:
    """Return what the looks at these times find."""
    return [growth.look(now_s) for now_s in times_s]


def test_the_first_look_waits_for_the_counts(admin: FakeAdmin) -> None:
    """After the first question every topic's count is known; a topic that is missing has none."""
    assert growth_of(admin).counts == {"a": 2, "b": 4}
    del admin.counts["a"]
    assert growth_of(admin).counts == {"a": 0, "b": 4}


def test_growth_is_told_once(admin: FakeAdmin) -> None:
    """A count that rose is told by the look that hears of it, and by no later one."""
    growth = growth_of(admin)
    admin.counts["a"] = 3
    assert looks(growth, 0, 1, 2) == [False, True, False]
    assert growth.counts == {"a": 3, "b": 4}


def test_questions_keep_their_distance(admin: FakeAdmin) -> None:
    """Between two questions lies the interval, and while one is open there is no other."""
    growth = growth_of(admin)
    admin.prompt = False
    assert looks(growth, 0, 1, EVERY_S, 2 * EVERY_S) == [False] * 4
    assert len(admin.asked) == 2
    admin.answer()
    assert looks(growth, 2 * EVERY_S, 2 * EVERY_S) == [False, False]
    assert len(admin.asked) == 3


@pytest.mark.parametrize("failure", ["_TRANSPORT", "_TIMED_OUT"])
def test_a_broker_that_is_away_is_asked_again(admin: FakeAdmin, failure: str) -> None:
    """An answer that fails changes no count, and what it hid is found by the next question."""
    growth = growth_of(admin)
    admin.counts["a"], admin.failure = 3, failure
    assert looks(growth, 0, 1) == [False, False]
    assert growth.counts == {"a": 2, "b": 4}
    admin.failure = ""
    assert looks(growth, EVERY_S, EVERY_S) == [False, True]


def test_counts_never_fall(admin: FakeAdmin) -> None:
    """A topic that is deleted, or made anew with less, keeps the count we know: its tasks are open."""
    growth = growth_of(admin)
    del admin.counts["a"]
    admin.counts["b"] = 1
    assert looks(growth, 0, 1) == [False, False]
    assert growth.counts == {"a": 2, "b": 4}
