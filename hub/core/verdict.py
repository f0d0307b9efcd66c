"""What becomes of one person under one book on one day: decided here, carried out elsewhere.

The matching stage carries it out; a backtest only counts it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from hub.core import invitation, matching
from hub.core.book import Book
from hub.core.invitation import Change, Invitation, Terms
from hub.core.matching import Eligibility, Tables
from hub.core.person import PersonState

__all__ = ("Question", "Verdict", "verdict")


class Question(NamedTuple):
    """Under what a person is evaluated."""

    world: Tables
    terms: Terms
    today: int
    earlier: Callable[[str], Book | None]
    """Finds a book that was active before by its edition: open invitations may rest on it."""
    batches: bool = True
    """Whether an invitation waits for its priority's day of the week. Over history it does not: the question
    is who would be invited, not on which day."""


class Verdict(NamedTuple):
    """The answer. Nothing of it names a rule of class s but ``eligible``: tell ``eligible.public``."""

    eligible: Eligibility
    outcome: str
    """The evaluation's, but held while an invitation has to wait."""
    code: str
    """What stands in the way, a pause included; empty when nothing does."""
    change: Change | None
    """What happens to an invitation now."""
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


def verdict(state: PersonState, asked: Question, new_id: Callable[[], str] = str) -> Verdict:
    """Evaluate a person; the state is left as it is.

    ``new_id`` names an invitation if one is issued; for a mere question it has no name.
    """
    world, terms, today, earlier, batches = asked
    last = state.invitation
    running = last is not None and last.ended_on is None
    eligible = matching.evaluate(state, world, today, running=running)
    outcome, code = eligible.outcome, eligible.code
    change: Change | None = None
    now = last
    if last is not None and running:
        change = invitation.advance(last, eligible, state.facts, terms, today)
        if last.book != world.book.id:
            change, now = matching.carried(change, last, eligible, world.book.id, earlier, today)
        if change is not None:
            now = change.invitation
    if outcome == matching.INVITE and (now is None or now.ended_on is not None):
        pause = invitation.pause(
            now, world.book.batch_weekday(eligible.priority) if batches else None, terms, today
        )
        if pause:
            outcome, code = matching.HELD, pause
        elif change is None:  # an end and an offer are never one evaluation
            change = invitation.offer(new_id(), state.episode + 1, eligible, terms, today)
            now = change.invitation
    return Verdict(eligible, outcome, code, change, now)
