"""One person under two books: what the second one does that the first one does not."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from hub.backtest.grounds import regrounded
from hub.core.invitation import Invitation
from hub.core.person import PersonState
from hub.core.sensitive import SensitiveBook, SensitiveState
from hub.core.verdict import Question, Verdict, verdict

__all__ = ("Contrast", "Effect", "Person", "Side", "contrast")


class Effect(StrEnum):
    """What the book after does to a person that the book before does not."""

    ISSUED = "issued"  #: an invitation more
    WITHDRAWN = "withdrawn"  #: one fewer
    RAISED = "raised"  #: at a better priority
    LOWERED = "lowered"  #: at a worse priority
    REVISED = "revised"  #: the same priority; rules, organisation, kind or validity differ
    AWAITED = "awaited"  #: one more, on the priority's day of the week
    NOT_AWAITED = "not_awaited"  #: one that was to come on that day will not
    UNCHANGED = "unchanged"  #: nothing


class Person(NamedTuple):
    """Somebody the hub knows."""

    key: bytes
    """The pseudonym."""
    state: PersonState
    """What matching knows."""
    secret: SensitiveState | None
    """What the stage for class s knows; None when nothing, or when it was not asked."""


class Side(NamedTuple):
    """A book, and what is asked under it."""

    question: Question
    secrets: SensitiveBook
    """The same book, as the stage for class s asks it."""


class Contrast(NamedTuple):
    """A person's two verdicts."""

    key: bytes
    before: Verdict
    after: Verdict
    effect: Effect
    secret: bool
    """The two differ in what is told of class s: nothing that points at the person may be shown."""


def contrast(person: Person, before: Side, after: Side, now: int) -> Contrast:
    """Evaluate a person under both books, at the same instant and on the same facts."""
    state, secret = person.state, person.secret
    one = other = state
    today = before.question.today
    if secret is not None:
        one = regrounded(state, secret, before.secrets, now, today)
        other = regrounded(state, secret, after.secrets, now, today)
    first, second = verdict(one, before.question), verdict(other, after.question)
    apart = secret is not None and one is not other and one.facts.get("ground") != other.facts.get("ground")
    return Contrast(person.key, first, second, _effect(first, second), apart)


def _effect(before: Verdict, after: Verdict) -> Effect:
    if after.open != before.open:
        return Effect.ISSUED if after.open else Effect.WITHDRAWN
    if after.open and before.invitation is not None and after.invitation is not None:
        return _moved(before.invitation, after.invitation)
    if after.waiting != before.waiting:
        return Effect.AWAITED if after.waiting else Effect.NOT_AWAITED
    return Effect.UNCHANGED


def _moved(before: Invitation, after: Invitation) -> Effect:
    """Compare two invitations that both run."""
    if after.priority != before.priority:
        return Effect.RAISED if after.priority < before.priority else Effect.LOWERED
    return Effect.REVISED if _said(after) != _said(before) else Effect.UNCHANGED


def _said(told: Invitation) -> tuple[object, ...]:
    """Return what an organisation is told of an invitation, but for when."""
    return told.status, told.rules, told.kind, told.organisation, told.valid_until, told.confirm_region
