"""The Faust application: what it must be told, and what an agent does with an error."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import ConsumerRecord

from hub import topics
from hub.settings import Settings
from hub.statistics.app import _agent, make_app


async def nothing(_: Sequence[Any]) -> None:
    """Take a batch and do nothing."""


async def nowhere(_: frozenset[str]) -> Mapping[Any, int]:
    """Know of no position."""
    return {}


def failed(error: Exception) -> None:
    """Fail."""
    raise error


def application() -> Any:
    """Return the application with agents that do nothing."""
    return make_app(
        Settings(),
        {topics.PARTS: nothing, topics.TOTALS: nothing},
        lambda _, __: None,
        nowhere,
        failed,
        directory="nowhere",
    )


def test_faust_has_nothing_but_two_agents_that_run_once() -> None:
    """No web server, no topics declared, no tables, no exactly-once, and one copy of each agent."""
    app = application()
    conf = app.conf
    assert not conf.web_enabled
    assert not conf.topic_allow_declare
    assert conf.topic_disable_leader
    assert str(conf.processing_guarantee) == "ProcessingGuarantee.AT_LEAST_ONCE"
    assert conf.id == "hub-statistics"
    assert {name: agent.concurrency for name, agent in app.agents.items()} == {"parts": 1, "totals": 1}
    assert not app.tables
    assert type(app.transport).__module__ == "hub.statistics.app"


class Stream:
    """One batch of two messages; counts how often it was asked for more."""

    def __init__(self) -> None:
        """Start with nothing asked."""
        self.settled = 0

    async def take_events(self, _: int, *, within: float) -> AsyncIterator[list[Any]]:
        """Yield a batch; whoever comes back for the next has dealt with it."""
        assert within > 0
        yield [
            SimpleNamespace(message=SimpleNamespace(value=["one", "two"])),
            SimpleNamespace(message=SimpleNamespace(value=["three"])),
        ]
        self.settled += 1


def test_an_error_ends_the_worker_and_acknowledges_nothing() -> None:
    """An agent lets no exception out, for Faust would skip what failed: it tells, and waits for the end."""
    errors: list[Exception] = []

    async def take(_: Sequence[Any]) -> None:
        raise ValueError

    async def play() -> Stream:
        stream = Stream()
        agent = asyncio.ensure_future(_agent(take, 0.1, errors.append)(stream))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(agent, 0.2)
        return stream

    assert asyncio.run(play()).settled == 0
    assert [type(error) for error in errors] == [ValueError]


def test_a_batch_that_was_taken_is_settled() -> None:
    """The records of all its messages are handed on as they are, and the next batch is asked for."""
    seen: list[Any] = []

    async def take(messages: Sequence[Any]) -> None:
        seen.extend(messages)

    async def play() -> Stream:
        stream = Stream()
        await _agent(take, 0.1, failed)(stream)
        return stream

    assert asyncio.run(play()).settled == 1
    assert seen == ["one", "two", "three"]


def test_what_was_fetched_of_a_partition_is_one_message() -> None:
    """Its value is the records in order, its place the last one's: what Faust then takes for settled."""
    fetched = [_record(offset) for offset in (3, 4, 7)]
    (place, whole), *others = (
        application().conf.ConsumerScheduler().iterate({"here": fetched, "nothing new": []})
    )
    assert (place, others) == ("here", [])
    assert (whole.topic, whole.partition, whole.offset) == ("t", 1, 7)
    assert whole.value == fetched


def _record(offset: int) -> ConsumerRecord[bytes, bytes]:
    return ConsumerRecord("t", 1, offset, 0, 0, b"key", b"value", None, 3, 5, ())
