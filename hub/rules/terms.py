"""The terms of a rule book: how long things run, on which days, and how soon somebody must act.

What was added after the first book has a default, so that a book already active goes on being read.
"""

from __future__ import annotations

from typing import Final, Literal

from hub.rules.part import Part, Positive, Words

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

WEEKDAYS: Final[dict[Weekday, str]] = {
    "monday": "星期一", "tuesday": "星期二", "wednesday": "星期三", "thursday": "星期四", "friday": "星期五",
    "saturday": "星期六", "sunday": "星期日",
}  # fmt: skip
"""In their order, Monday is 0; with their Chinese names."""


class Notice(Part):
    """The oldest version of the consent notice that still serves; versions sort as text."""

    minimum: Words


class Batch(Part):
    """By priority, the one day of the week on which invitations are issued; none = on any day."""

    P0: Weekday | None = None
    P1: Weekday | None = None
    P2: Weekday | None = None
    P3: Weekday | None = None

    def weekday(self, priority: int) -> int | None:
        """Return the day of the week for a priority, Monday is 0; None = any."""
        day: Weekday | None = getattr(self, f"P{priority}")
        return None if day is None else tuple(WEEKDAYS).index(day)


class InvitationTerms(Part):
    """How long an invitation runs, when it is issued, recalled once, and rested after it expired."""

    valid_days: Positive
    cooldown_expired_days: Positive
    reminder_days: Positive = 30
    """So many days after it was issued an unanswered invitation is recalled, once: the law forbids more."""
    batch: Batch = Batch()


class AdmissionTerms(Part):
    """When the admission of a candidate for a council is due."""

    due_days_before: Positive = 14
    """Days before the session."""


class TaskTerms(Part):
    """What tasks ask of those who act on them."""

    admission: AdmissionTerms = AdmissionTerms()


class TimeLimits(Part):
    """Within how many hours the organisation should act, by priority."""

    P0: Positive
    P1: Positive
    P2: Positive
    P3: Positive
