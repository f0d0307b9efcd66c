"""The ground that is not named, under another book: told anew where its rules of class s say otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hub.core import assertion, ground, merge, person, sensitive
from hub.core.background import background
from hub.core.person import PersonState
from hub.core.sensitive import Ground, SensitiveBook, SensitiveState
from hub.rules.compile import CompiledBook

__all__ = ("differ", "regrounded", "told")

_NOTHING: Final[Mapping[str, Any]] = {}


def differ(before: CompiledBook, after: CompiledBook) -> bool:
    """Return whether two books may tell matching different grounds: then what class s rests on is needed."""
    return (before.book.sensitive(), before.minimum_notice) != (after.book.sensitive(), after.minimum_notice)


def told(state: PersonState) -> Ground:
    """Return the ground that matching was told last."""
    entries = state.facts.get(ground.KIND)
    fact = entries[0] if entries else _NOTHING
    return Ground(
        bool(fact.get("holds", False)),
        fact.get("priority"),
        fact.get("since_on"),
        fact.get("until_on"),
        tuple(fact.get("disclosed", ())),
        tuple(fact.get("recipients", ())),
    )


def regrounded(
    state: PersonState, secret: SensitiveState, book: SensitiveBook, now: int, today: int
) -> PersonState:
    """Return the person as matching knows them once the stage for class s has told what holds under a book.

    The same state when that is what was told already. What goes with a ground is told as of its own time.
    """
    found = sensitive.assess(secret.facts, book, today).ground
    if found == told(state):
        return state
    knows = person.decode(person.encode(state))
    tellings = secret.tellings + 1
    if found.holds:
        for said in background(secret):
            content = assertion.encode(said.assertions)
            mark = merge.stamp(said.at, False, tellings, content)
            merge.merge(knows.facts, knows.stamps, mark, said.assertions)
    told_now = [found.assertion()]
    mark = merge.stamp(max(now, secret.told_at + 1), not found.holds, tellings, assertion.encode(told_now))
    merge.merge(knows.facts, knows.stamps, mark, told_now)
    return knows
