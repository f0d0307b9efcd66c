"""Publishing rule books: the record on ``hub.rules`` that every worker switches to, and one on trial.

An activation is two records in one transaction: the book under :data:`KEY`, of which compaction keeps the
newest, and the same under a key of its own, which stays for ever (:mod:`hub.rulehistory` reads it).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from hub import contracts, kafka, topics
from hub.errors import BrokerError, TopicsError
from hub.stages.tables import ACTIVE, HISTORY, SHADOW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.settings import Settings

__all__ = ("KEY", "digest", "edition_of", "publish", "record", "stop_trial", "try_out")

KEY: Final = ACTIVE
"""The key of the active book: compaction keeps the newest."""
_PUBLISH_S: Final = 10.0
_STILL: Final = "try again; the book that was active still is"


def digest(text: str) -> str:
    """Return the SHA-256 of a book's text, hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def edition_of(book: Mapping[str, Any]) -> str:
    """Return the ``id@version`` of a record."""
    return f"{book['book_id']}@{book['version']}"


def record(  # noqa: PLR0917  # the fields of the record, in its order
    text: str, edition: str, author: str, reason: str, at_ms: int, preview: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return the ``hub.rule_book`` record of a book's text; ``edition`` is its ``id@version``."""
    book_id, _, version = edition.partition("@")
    return {
        "book_id": book_id,
        "version": int(version),
        "text": text,
        "digest": digest(text),
        "author": author,
        "reason": reason,
        "activated_at": at_ms,
        "preview": preview,
    }


def publish(book: dict[str, Any], settings: Settings) -> None:
    """Publish the record as the active book; return when the broker has it.

    Raises TopicsError when there is no such topic, BrokerError when the book did not arrive.
    """
    value = contracts.codec().encode("hub.rule_book", book)
    own = b"%s%016d" % (HISTORY, book["activated_at"])
    _publish({KEY: value, own: value}, settings)


def try_out(book: dict[str, Any], settings: Settings) -> None:
    """Publish the record as the book on trial. Raises as :func:`publish`."""
    _publish({SHADOW: contracts.codec().encode("hub.rule_book", book)}, settings)


def stop_trial(settings: Settings) -> None:
    """End the trial of a book. Raises as :func:`publish`."""
    _publish({SHADOW: None}, settings)


def _publish(records: Mapping[bytes, bytes | None], settings: Settings) -> None:
    """Publish all records or none of them."""
    from confluent_kafka import KafkaException

    admin = kafka.admin(settings)
    kafka.require_broker(admin, settings)
    if topics.RULES not in admin.list_topics(timeout=_PUBLISH_S).topics:
        raise TopicsError(
            f"there is no topic {topics.RULES}", settings.bootstrap_servers, "make it: hub topics ensure"
        )
    # Two who activate at once fence each other off: the later one's books are whole.
    producer = kafka.connected(kafka.producer(settings, f"{settings.group}-rules"))
    try:
        producer.init_transactions(_PUBLISH_S)
        producer.begin_transaction()
        for key, value in records.items():
            producer.produce(topics.RULES, value, key)
        producer.commit_transaction(_PUBLISH_S)
    except KafkaException as error:
        raise BrokerError(
            f"the book was not published: {error.args[0].str()}", settings.bootstrap_servers, _STILL
        ) from None
