"""Noticing that topics have got more partitions: nobody tells a consumer that does not subscribe to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hub.log import log

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from confluent_kafka.admin import AdminClient

__all__ = ("Growth",)

_TIMEOUT_S: Final = 10.0
_MISSING: Final = "UNKNOWN_TOPIC_OR_PART"


class Growth:
    """Asks the cluster now and then how many partitions each topic has; the loop never waits for it."""

    def __init__(self, admin: AdminClient, topics: Sequence[str], every_s: float) -> None:
        """Watch ``topics``, asking every so many seconds."""
        self._admin = admin
        self._topics = list(topics)
        self._every_s = every_s
        self._asked: Mapping[str, Any] = {}
        self._asked_s = float("-inf")
        self.counts: dict[str, int] = dict.fromkeys(topics, 0)
        """Topic → its partitions, as last heard. Partitions never go, so neither do these: 0 = none yet."""

    def first(self) -> None:
        """Ask and wait for the answer. KafkaException when there is none."""
        self._ask()
        self._hear()

    def look(self, now_s: float) -> bool:
        """Return whether some topic has grown since the last look. ``now_s`` is monotonic."""
        if self._asked:
            if all(future.done() for future in self._asked.values()):
                return self._heard()
        elif now_s - self._asked_s >= self._every_s:
            self._asked_s = now_s
            self._ask()
        return False

    def _ask(self) -> None:
        from confluent_kafka import TopicCollection

        self._asked = self._admin.describe_topics(TopicCollection(self._topics), request_timeout=_TIMEOUT_S)

    def _heard(self) -> bool:
        from confluent_kafka import KafkaException

        try:
            return self._hear()
        except KafkaException as error:  # a broker is away: the next question will do
            log("partitions.unknown", level="WARNING", reason=error.args[0].name())
            return False

    def _hear(self) -> bool:
        """Take the answers, all or none; return whether a count rose."""
        from confluent_kafka import KafkaException

        asked, self._asked = self._asked, {}
        counts = dict(self.counts)
        for topic, future in asked.items():
            try:
                counts[topic] = max(counts[topic], len(future.result().partitions))
            except KafkaException as error:
                if error.args[0].name() != _MISSING:
                    raise
        before, self.counts = self.counts, counts
        return counts != before
