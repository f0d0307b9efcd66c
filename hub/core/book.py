"""What matching asks of a rule book. ``hub.rules.compile.CompiledBook`` is the one implementation.

The core does not import the rules: so it can be tested against a book of three lines, and the rules
can use the core.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol, TypeAlias

View: TypeAlias = Mapping[str, Sequence[Mapping[str, Any]]]
"""Facts as the rules see them: kind to entries, with the computed kind ``subject``."""


class Rule(Protocol):
    """A ground for inviting somebody, or for asking an organisation to act."""

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
    def makes(self) -> str:
        """``invitation``, ``admission_task`` or ``transfer_notice``."""

    @property
    def public(self) -> str | None:
        """The ground that is named in its place to everybody outside; None = its own id."""

    @property
    def data_class(self) -> str:
        """``p`` or ``s``: of the facts it reads."""

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
        """Id and version, ``zhejiang-2022@2``."""

    @property
    def minimum_notice(self) -> str:
        """The oldest version of the consent notice that still serves."""

    @property
    def valid_days(self) -> int:
        """How many days an invitation runs at most."""

    @property
    def cooldown_expired_days(self) -> int:
        """For how many days nobody is asked again after an invitation expired."""

    @property
    def reminder_days(self) -> int:
        """How many days after it was issued an unanswered invitation is recalled, once."""

    @property
    def task_due_days(self) -> int:
        """How many days before the session a candidate's admission is due."""

    @property
    def time_limit_hours(self) -> Sequence[int]:
        """Within how many hours an organisation contacts the person, by priority, P0 first."""

    def batch_weekday(self, priority: int) -> int | None:
        """Return the weekday on which invitations of a priority are issued, Monday is 0; None: any."""

    def rule(self, rule_id: str) -> Rule | None:
        """Return the rule with that id, whatever its status, or None: its own text, once it may be told."""

    def ground(self, priority: int) -> Rule | None:
        """Return the ground that stands for rules of class s, at that priority; None: the book has none."""

    def outlook(self, facts: View, today: int) -> tuple[Sequence[Hit], int | None]:
        """Return the grounds of class p for an invitation that hold today, best first, and the day of change.

        That is the first day after today on which an answer of the book may change by time alone, or None:
        of rules of class p, whatever they make, of the path and the guards.
        """

    def task_hits(self, facts: View, today: int) -> Sequence[Hit]:
        """Return what holds today and makes a task or a notice: a task per entry, its one evidence."""

    def sensitive_hits(self, facts: View, today: int) -> Sequence[Hit]:
        """Return the grounds of class s that hold today, best first.

        The view has the class s kinds, and ``subject`` with ``key``, ``age`` and ``citizen``.
        """

    def path(self, facts: View, today: int) -> str:
        """Return ``adult``, ``youth`` or ``group``."""

    def guard(self, facts: View, today: int) -> Guard | None:
        """Return the first guard that applies, or None."""

    def sensitive_next_change(self, facts: View, today: int) -> int | None:
        """Return the first day after today on which ``sensitive_hits`` may change by time alone, or None."""


_HOUR_MS: Final = 3_600_000


def act_by(book: Book, now: int) -> tuple[int, ...]:
    """Return by priority until when an organisation acts on what begins ``now``; both in ms.

    Hours of the clock, whatever day it is.
    """
    return tuple([now + hours * _HOUR_MS for hours in book.time_limit_hours])
