"""Every error the hub raises on purpose.

The tree; what stands under a class is caught with it::

    HubError                      something went wrong, and we know what to tell the operator
    ├── RetryError                the loop backs off and tries again; then the process restarts clean
    │   └── BrokerError           Kafka cannot be reached, or refuses us
    ├── DeadLetterError           this record is bad: it goes to the dead letters, the rest goes through
    └── StopError                 going on would fail everywhere: the process ends
        ├── ConfigurationError    a setting is wrong
        ├── UsageError            a command was called with arguments that make no sense
        ├── TopicsError           the topics on the broker are not what the hub needs
        ├── KeyRingError          keys are missing, unreadable or too open
        ├── SchemaConflictError   two schemas contradict each other
        ├── StateError            local state or its changelog cannot be trusted
        ├── FloodError            too many dead letters in the window: something else is wrong
        ├── EmbeddedBrokerError   the embedded broker cannot be started or stopped
        │   ├── JavaMissingError  no Java runtime of version 17 or later
        │   └── DownloadError     the broker's files cannot be fetched
        └── CheckFailedError      a check the operator asked for found a difference

Every error says *what* happened, *where* (topic, partition, offset, file, line) and the *cure*: what
the operator does now. ``code`` is stable, the runbook and alerts may rely on it; ``exit_code`` is
what a command returns. No error ever holds a value of a record: names and numbers of people do not
belong in logs.
"""

from __future__ import annotations

from typing import ClassVar

__all__ = (
    "BrokerError",
    "CheckFailedError",
    "ConfigurationError",
    "DeadLetterError",
    "DownloadError",
    "EmbeddedBrokerError",
    "FloodError",
    "HubError",
    "JavaMissingError",
    "KeyRingError",
    "RetryError",
    "SchemaConflictError",
    "StateError",
    "StopError",
    "TopicsError",
    "UsageError",
)


class HubError(Exception):
    """Something went wrong, and we know what to tell the operator."""

    code: ClassVar[str] = "HUB"
    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, where: str = "", cure: str = "") -> None:
        """Say what happened, where, and what to do now; each is one line or a few, no personal data."""
        super().__init__(what, where, cure)
        self.what = what
        self.where = where
        self.cure = cure

    def __str__(self) -> str:
        """Return the three parts in one line, for a log or a traceback."""
        where = f" (at {self.where})" if self.where else ""
        cure = f" — {self.cure}" if self.cure else ""
        return f"{self.what}{where}{cure}"


class RetryError(HubError):
    """Trying again may help: back off, and after the last try end the process to restart clean."""

    code = "RETRY"
    exit_code = 75  # EX_TEMPFAIL of sysexits.h: a supervisor may simply start us again


class BrokerError(RetryError):
    """Kafka cannot be reached, or refuses us."""

    code = "BROKER"
    exit_code = 69  # EX_UNAVAILABLE


class DeadLetterError(HubError):
    """This record is bad: it is put aside with a reason, and the rest goes through.

    The instance's ``code`` is one of ``hub.core.codes.Code``; ``field`` is a path such as
    ``person.doc_no``. ``message`` says what is wrong without repeating the value.
    """

    code = "DEAD_LETTER"
    exit_code = 65  # EX_DATAERR

    def __init__(self, code: str, field: str, message: str) -> None:
        """Take the stable dead-letter code, the path of the field and a text without personal data."""
        super().__init__(message, field)
        self.code = str(code)  # type: ignore[misc]  # of the instance: each record has its own reason
        self.field = field
        self.message = message

    def __reduce__(self) -> tuple[type[DeadLetterError], tuple[str, str, str]]:
        """Make copies and pickles carry code, field and message."""
        return type(self), (self.code, self.field, self.message)

    def __str__(self) -> str:
        """Return code, field and message in one line."""
        return f"{self.code} {self.field}: {self.message}" if self.field else f"{self.code}: {self.message}"


class StopError(HubError):
    """Going on would fail everywhere: the process ends and a human acts."""

    code = "STOP"
    exit_code = 70  # EX_SOFTWARE


class ConfigurationError(StopError):
    """A setting is wrong."""

    code = "CONFIGURATION"
    exit_code = 78  # EX_CONFIG


class UsageError(StopError):
    """A command was called with arguments that make no sense together."""

    code = "USAGE"
    exit_code = 2


class TopicsError(StopError):
    """The topics on the broker are not what the hub needs."""

    code = "TOPICS"
    exit_code = 3


class KeyRingError(StopError):
    """Keys are missing, unreadable or readable by others."""

    code = "KEY_RING"
    exit_code = 77  # EX_NOPERM


class SchemaConflictError(StopError):
    """Two schemas contradict each other."""

    code = "SCHEMA_CONFLICT"
    exit_code = 4


class StateError(StopError):
    """Local state or its changelog cannot be trusted."""

    code = "STATE"
    exit_code = 5


class FloodError(StopError):
    """Too many dead letters in the window: we stop instead of draining a topic into the bin."""

    code = "DEAD_LETTER_FLOOD"
    exit_code = 6


class EmbeddedBrokerError(StopError):
    """The embedded broker cannot be started or stopped."""

    code = "EMBEDDED_BROKER"
    exit_code = 7


class JavaMissingError(EmbeddedBrokerError):
    """No Java runtime of version 17 or later was found."""

    code = "JAVA_MISSING"


class DownloadError(EmbeddedBrokerError):
    """The broker's files cannot be fetched."""

    code = "DOWNLOAD"
    exit_code = 69


class CheckFailedError(StopError):
    """A check the operator asked for found a difference."""

    code = "CHECK_FAILED"
    exit_code = 1
