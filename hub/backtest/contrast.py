"""One person under two books: what the second one does that the first one does not."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from hub.backtest.grounds import regrounded
from hub.core import task
from hub.core.book import act_by
from hub.core.invitation import Invitation
from hub.core.person import PersonState
from hub.core.sensitive import SensitiveBook, SensitiveState
from hub.core.task import Task
from hub.core.verdict import Question, Verdict, verdict

__all__ = ("Contrast", "Effect", "Person", "Side", "TaskContrast", "TaskEffect", "contrast")


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


class TaskEffect(StrEnum):
    """What the book after does to a task that the book before does not."""

    OPENED = "opened"  #: a task more, a blocked one included
    CANCELLED = "cancelled"  #: one fewer
    REVISED = "revised"  #: it runs under both; who acts, until when, or its status differs


class TaskContrast(NamedTuple):
    """One task that the two books treat otherwise."""

    effect: TaskEffect
    task: Task
    """As it is under the book after, or was when that knows none; a new one has no id."""


class Contrast(NamedTuple):
    """A person's two verdicts."""

    key: bytes
    before: Verdict
    after: Verdict
    effect: Effect
    secret: bool
    """The two differ in what is told of class s: nothing that points at the person may be shown."""
    tasks: tuple[TaskContrast, ...] = ()
    """Tasks of an organisation about the person that differ, in their order."""


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
    tasks = _tasks(_settled(one, first, before, now), _settled(other, second, after, now))
    return Contrast(person.key, first, second, _effect(first, second), apart, tasks)


def _settled(state: PersonState, found: Verdict, side: Side, now: int) -> dict[tuple[str, bytes], Task]:
    """Return the person's tasks after the evaluation, by kind and key."""
    if not task.concerns(state.tasks, found.eligible.view):
        return {}
    world, today = side.question.world, side.question.today
    limits = act_by(world.book, now)
    scene = task.Scene(
        found.eligible, world.book, world.directory, today, lambda *_: "", limits, side.question.earlier
    )
    return {(each.kind, each.key): each for each in task.settle(state.tasks, scene).tasks}


def _tasks(
    before: Mapping[tuple[str, bytes], Task], after: Mapping[tuple[str, bytes], Task]
) -> tuple[TaskContrast, ...]:
    """Compare what runs, place by place."""
    found = []
    for place in sorted({*before, *after}):
        was, now = before.get(place), after.get(place)
        ran = was if was is not None and was.running else None
        runs = now if now is not None and now.running else None
        if runs is None and ran is not None:
            found.append(TaskContrast(TaskEffect.CANCELLED, now or ran))
        elif runs is not None and ran is None:
            found.append(TaskContrast(TaskEffect.OPENED, runs))
        elif runs is not None and ran is not None and _asked(ran) != _asked(runs):
            found.append(TaskContrast(TaskEffect.REVISED, runs))
    return tuple(found)


def _asked(told: Task) -> tuple[object, ...]:
    """Return what an organisation is told of a task, but for when."""
    return (
        told.status, told.organisation, told.target, told.due_on, told.session_on, told.term,
        told.escalated_to, told.council, told.blocked_by,
    )  # fmt: skip


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
