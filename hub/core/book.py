"""What matching asks of a rule book. ``hub.rules.compile.CompiledBook`` is the one implementation.

The core does not import the rules: so it can be tested against a book of three lines, and the rules
can use the core.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias

View: TypeAlias = Mapping[str, Sequence[Mapping[str, Any]]]
"""Facts as the rules see them: kind to entries, with the computed kind ``subject``."""


class Rule(Protocol):
    """A ground for inviting somebody."""

    @property
    def id(self) -> str:
        """The rule's id."""

    @property
    def version(self) -> int:
        """The rule's version."""

    @property
    def priority(self) -> int:
        """0 is best."""

    @property
    def discloses(self) -> Sequence[str]:
        """What of the contact block the organisation may be told."""

    @property
    def title_zh(self) -> str:
        """The title in Chinese."""

    @property
    def title_en(self) -> str:
        """The title in English."""

    @property
    def reason_zh(self) -> str:
        """The reason in Chinese, as the invited person reads it."""

    @property
    def reason_en(self) -> str:
        """The reason in English."""


class Hit(Protocol):
    """A ground that holds."""

    @property
    def rule(self) -> Rule:
        """The rule."""

    @property
    def until(self) -> int | None:
        """The last day it holds; None = open-ended."""

    @property
    def evidence(self) -> Sequence[tuple[str, bytes]]:
        """The facts it rests on: (kind, key)."""


class Guard(Protocol):
    """What stands between a ground and an invitation."""

    @property
    def code(self) -> str:
        """The stable code."""

    @property
    def kind(self) -> str:
        """``stop`` or ``hold``."""

    @property
    def reason_zh(self) -> str:
        """Why, in Chinese."""

    @property
    def reason_en(self) -> str:
        """Why, in English."""


class Book(Protocol):
    """The active rule book, compiled."""

    @property
    def id(self) -> str:
        """Id and version, ``zhejiang-2022@1``."""

    @property
    def minimum_notice(self) -> str:
        """The oldest version of the consent notice that still serves."""

    @property
    def valid_days(self) -> int:
        """How many days an invitation runs at most."""

    @property
    def cooldown_expired_days(self) -> int:
        """For how many days nobody is asked again after an invitation expired."""

    def outlook(self, facts: View, today: int) -> tuple[Sequence[Hit], int | None]:
        """Return the grounds that hold today, best first, and the day of change.

        That is the first day after today on which an answer of the book may change by time alone, or None.
        """

    def path(self, facts: View, today: int) -> str:
        """Return ``adult`` or ``youth``."""

    def guard(self, facts: View, today: int) -> Guard | None:
        """Return the first guard that applies, or None."""
