"""The ledger: what stands on a topic, and what is written there."""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple, cast

import pytest

from hub.statistics.ledger import Ledger, Standing


class Metadata(NamedTuple):
    """What a broker answers."""

    partition: int
    offset: int


class Broker:
    """Takes records down, in order; one partition."""

    def __init__(self) -> None:
        self.records: list[tuple[str, str]] = []
        self.broken = False

    async def send(
        self, topic: str, *, value: bytes, key: bytes, partition: int | None
    ) -> asyncio.Future[Metadata]:
        """Take one record down."""
        future: asyncio.Future[Metadata] = asyncio.get_running_loop().create_future()
        self.records.append((key.decode(), value.decode()))
        if self.broken:
            future.set_exception(OSError("full"))
        else:
            future.set_result(Metadata(partition or 0, len(self.records) - 1))
        return future


def version(content: int, standing: Standing[int] | None) -> int | None:
    """Give each content a version one higher, unless it stands already and was not overtaken."""
    if standing is None:
        return 1
    if standing.content == content and standing.version == standing.highest:
        return None
    return standing.highest + 1


def ledger() -> Ledger[int]:
    """Return an empty ledger of numbers."""
    return Ledger("topic", version=version, encode=lambda content, rising: f"{content} v{rising}".encode())


def write(book: Ledger[int], broker: Broker) -> list[int]:
    """Write what differs."""
    return asyncio.run(book.write(cast(Any, broker)))


def test_only_what_differs_is_written() -> None:
    """A content is written once, and again when it changes, with a rising version."""
    book, broker = ledger(), Broker()
    for content in (5, 5, 6, 6):
        book.hold("a", content)
        write(book, broker)
    assert broker.records == [("a", "5 v1"), ("a", "6 v2")]


def test_what_stands_on_the_topic_is_not_written_again() -> None:
    """A worker that starts on what another wrote goes on with its versions."""
    book, broker = ledger(), Broker()
    book.seen("a", (0, 7), 40, 5)
    book.hold("a", 5)
    assert write(book, broker) == []
    book.hold("a", 6)
    broker.records = [("", "")] * 8
    assert write(book, broker) == [6]
    assert broker.records[-1] == ("a", "6 v41")


def test_a_late_record_is_written_over() -> None:
    """Somebody else's record that comes last with a lower version makes us write ours once more."""
    book, broker = ledger(), Broker()
    book.hold("a", 5)
    write(book, broker)
    book.hold("a", 6)
    write(book, broker)
    book.seen("a", (0, 2), 1, 5)
    assert write(book, Broker()) == [6]


def test_the_echo_of_our_own_record_changes_nothing() -> None:
    """Following the topic brings our records back, older ones after newer ones were written."""
    book, broker = ledger(), Broker()
    for content in (5, 6):
        book.hold("a", content)
        write(book, broker)
    assert not book.news("a", 0)
    assert not book.news("a", 1)
    book.seen("a", (0, 0), 1, 5)
    assert write(book, broker) == []


def test_what_is_released_is_left_to_others() -> None:
    """Keys of a partition that another worker has now are not set right by us."""
    book, broker = ledger(), Broker()
    book.hold("a", 5)
    write(book, broker)
    book.release()
    book.seen("a", (0, 9), 0, 4)
    assert write(book, broker) == []
    assert len(book) == 1


def test_an_error_of_the_broker_is_an_error_of_ours() -> None:
    """What the brokers did not take is not taken for written."""
    book, broker = ledger(), Broker()
    broker.broken = True
    book.hold("a", 5)
    with pytest.raises(OSError, match="full"):
        write(book, broker)
    assert len(book) == 0
