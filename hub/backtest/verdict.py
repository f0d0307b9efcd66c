"""What becomes of one person under one book on one day: the core's own functions, and nothing carried out.

It is what the matching stage decides when it evaluates the person (:meth:`MatchingStage._settle`), without
what that announces, counts and stores.
"""

from __future__ import annotations

from typing import NamedTuple, Self

from hub.core import invitation, matching
from hub.core.book import Book, act_by
from hub.core.invitation import Change, Invitation, Terms
from hub.core.matching import Eligibility, Tables
from hub.core.person import PersonState

__all__ = ("Question", "Verdict", "verdict")


class Question(NamedTuple):
    """Under what a person is evaluated."""

    world: Tables
    terms: Terms
    today: int
    batches: bool
    """Whether an invitation waits for its priority's day of the week. Over history it does not: the question
    is who would be invited, not on which day."""
    before: Book
    """The book that was active until then: open invitations rest on it."""

    @classmethod
    def of(cls, world: Tables, now: int, today: int, *, batches: bool, before: Book) -> Self:
        """Return the question at an instant (ms), as a worker asks it in a transaction of that tick."""
        return cls(world, _terms(world.book, now), today, batches, before)

    def earlier(self, edition: str) -> Book | None:
        """Return the book of that edition, if it is the one before."""
        return self.before if self.before.id == edition else None


class Verdict(NamedTuple):
    """The answer. Nothing of it names a rule of class s but ``eligible``: tell ``eligible.public``."""

    eligible: Eligibility
    code: str
    """What stands in the way, a pause included; empty when nothing does."""
    change: Change | None
    """What happens to an invitation now; a new one has no id."""
    invitation: Invitation | None
    """The last invitation after that, open or ended."""

    @property
    def open(self) -> bool:
        """Whether an invitation runs."""
        return self.invitation is not None and self.invitation.ended_on is None

    @property
    def waiting(self) -> bool:
        """Whether nothing but the day of the week is missing."""
        return not self.open and self.code == invitation.BATCH

    @property
    def priority(self) -> int | None:
        """The priority of the invitation that runs, or of the one that is to come."""
        if self.invitation is not None and self.open:
            return self.invitation.priority
        return self.eligible.priority if self.waiting else None


def verdict(state: PersonState, asked: Question) -> Verdict:
    """Evaluate a person; the state is left as it is."""
    world, terms, today, batches, _ = asked
    last = state.invitation
    running = last is not None and last.ended_on is None
    eligible = matching.evaluate(state, world, today, running=running)
    change: Change | None = None
    code = eligible.code
    if last is not None and running:
        change = invitation.advance(last, eligible, state.facts, terms, today)
        if last.book != world.book.id:
            change, last = matching.carried(change, last, eligible, world.book.id, asked.earlier, today)
    elif eligible.outcome == matching.INVITE:
        weekday = world.book.batch_weekday(eligible.priority) if batches else None
        code = invitation.pause(last, weekday, terms, today)
        if not code:
            change = invitation.offer("", state.episode + 1, eligible, terms, today)
    return Verdict(eligible, code, change, change.invitation if change is not None else last)


def _terms(book: Book, now: int) -> Terms:
    return Terms(book.valid_days, book.cooldown_expired_days, book.reminder_days, act_by(book, now), book.id)
