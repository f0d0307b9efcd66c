"""The audit of who looked at whom: records on ``hub.audit``, written before anything is shown.

A shell. A record that the brokers have not confirmed was not written, and then nothing may be shown.
"""

from __future__ import annotations

import getpass
import secrets
import socket
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from hub import kafka, topics
from hub.engine.tail import read_all
from hub.errors import BrokerError
from hub.stages.build import make_codec

if TYPE_CHECKING:
    from hub.settings import Settings

__all__ = ("AuditTrail",)

TYPE: Final = "hub.audit"
_PATIENCE_S: Final = 20.0


class AuditTrail:
    """Writes and reads the records of one hub."""

    def __init__(self, settings: Settings) -> None:
        """Take the settings; nothing is written or read yet."""
        self._settings = settings
        self._codec = make_codec(settings)

    def write(
        self, person: bytes, command: str, reason: str, acting_as: str | None, shown: Sequence[str]
    ) -> None:
        """Write that somebody is about to see, or to ask for, something; raise BrokerError if that fails."""
        who = getpass.getuser()
        record = {
            "id": secrets.token_hex(16), "at": int(time.time() * 1000), "os_user": who,
            "acting_as": acting_as or who, "host": socket.gethostname(), "command": command,
            "reason": reason, "person": person, "shown": list(shown),
        }  # fmt: skip
        failed: list[str] = []

        def confirmed(error: Any, _message: Any) -> None:
            failed.append(error.str() if error is not None else "")

        extra = {"message.timeout.ms": int(_PATIENCE_S * 1000)}
        producer = kafka.connected(kafka.producer(self._settings, extra=extra))
        producer.produce(topics.AUDIT, self._codec.encode(TYPE, record), on_delivery=confirmed)
        producer.flush(_PATIENCE_S + 5)
        if failed != [""]:
            raise BrokerError(
                f"the audit record could not be written: {(failed or ['no answer'])[0]}",
                f"{topics.AUDIT} on {self._settings.bootstrap_servers}",
                "nothing was shown or done; see that the topic is there (`hub topics ensure`) and try again",
            )

    def read(self) -> Iterator[dict[str, Any]]:
        """Yield all records, oldest first."""
        read = self._codec.reader(TYPE)
        records = [read(value) for _, value in read_all(self._settings, topics.AUDIT) if value is not None]
        yield from sorted(records, key=lambda record: (record["at"], record["id"]))
