"""Activating a rule book: the record on ``hub.rules`` that every worker switches to."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from hub import contracts, kafka, topics
from hub.errors import BrokerError, TopicsError

if TYPE_CHECKING:
    from hub.settings import Settings

__all__ = ("KEY", "publish", "record")

KEY: Final = b"active"
"""The key of the active book: compaction keeps the newest."""
_PUBLISH_S: Final = 10.0


def record(text: str, edition: str, author: str, reason: str, at_ms: int) -> dict[str, Any]:
    """Return the ``hub.rule_book`` record of a book's text; ``edition`` is its ``id@version``."""
    book_id, _, version = edition.partition("@")
    return {
        "book_id": book_id,
        "version": int(version),
        "text": text,
        "digest": hashlib.sha256(text.encode()).hexdigest(),
        "author": author,
        "reason": reason,
        "activated_at": at_ms,
    }


def publish(book: dict[str, Any], settings: Settings) -> None:
    """Publish the record as the active book; return when the broker has it.

    Raises TopicsError when there is no such topic, BrokerError when the book did not arrive.
    """
    admin = kafka.admin(settings)
    kafka.require_broker(admin, settings)
    if topics.RULES not in admin.list_topics(timeout=_PUBLISH_S).topics:
        raise TopicsError(
            f"there is no topic {topics.RULES}", settings.bootstrap_servers, "make it: hub topics ensure"
        )
    refused: list[str] = []
    producer = kafka.producer(settings)
    producer.produce(
        topics.RULES,
        contracts.codec().encode("hub.rule_book", book),
        KEY,
        on_delivery=lambda error, _: refused.append(str(error)) if error else None,
    )
    waiting = producer.flush(_PUBLISH_S)
    if waiting or refused:
        raise BrokerError(
            f"the book was not published: {refused[0] if refused else 'no answer in time'}",
            settings.bootstrap_servers, "try again; the book that was active still is",
        )  # fmt: skip
