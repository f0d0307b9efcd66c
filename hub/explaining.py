"""What is known of one person now, evaluated: read from the state that the workers keep, by the person's key.

A shell for ``hub rules explain``; what may be told of it is decided in :mod:`hub.rules.account`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from hub import tables, topics
from hub.backtest import partition
from hub.backtest.state import entries
from hub.core import dates, matching, merge, person, sensitive
from hub.core.invitation import Terms
from hub.core.matching import Tables
from hub.core.person import PersonState
from hub.core.verdict import Question, verdict
from hub.outputs import Outputs
from hub.privacy.padding import unpad
from hub.rules.account import Asked
from hub.rules.interpret import trace
from hub.rules.span import Turn

if TYPE_CHECKING:
    from hub.privacy.key_ring import KeyRing
    from hub.rules.compile import CompiledBook
    from hub.settings import Settings

__all__ = ("Known", "known")

_PERSON: Final = b"p"
_MOST_DAYS: Final = 400
"""A person has some ten days on which anything changes; an invitation that is due weekly has more."""


class Known(NamedTuple):
    """A person as matching, and if it was asked the stage for class s, know them."""

    asked: Asked
    as_of: dict[tuple[str, bytes], str]
    """Kind and key of an entry → the day of the newest event that it rests on."""


def known(
    settings: Settings, ring: KeyRing, who: bytes, book: CompiledBook, *, secrets: bool
) -> Known | None:
    """Return what is known of a person and what a book makes of it today; None when nobody is known."""
    found = _state(settings, "matching", who)
    kept = _state(settings, "sensitive", who) if secrets else None
    if found is None and kept is None:
        return None
    state = person.decode(found) if found is not None else PersonState({}, {})
    secret = None
    if kept is not None:
        secret = sensitive.decode(unpad(ring.sensitive_sealer().open(kept, _PERSON + who)))
    held, now = tables.read(settings), Outputs(settings).now()
    today = dates.day_of(now)
    world = Tables(book, held.organisations, held.regions, {})
    answer = verdict(state, Question(world, Terms.of(book, now), today, held.earlier))
    eligible = answer.eligible
    asked = Asked(
        facts=eligible.view,
        kept=sensitive.assess(secret.facts, book, today).view if secret is not None else None,
        today=today,
        named=eligible.public,
        outcome=eligible.outcome,
        code=answer.code,
        birth_day=person.party(state).get("birth_day"),
        turns=_turns(state, world, today, book),
    )
    as_of = _as_of(state.facts, state.stamps)
    if secret is not None:
        as_of |= _as_of(secret.facts, secret.stamps)
    return Known(asked, as_of)


def _turns(state: PersonState, world: Tables, today: int, book: CompiledBook) -> dict[str, Turn]:
    """Return when each guard turns by time alone: evaluated on every day on which anything may change."""
    guards = {str(guard.code): guard.when for guard in book.book.guards}
    eligible = matching.evaluate(state, world, today, running=False)
    holds = {code: trace(when, eligible.view, today).holds for code, when in guards.items()}
    turned: dict[str, int] = {}
    day: int | None = matching.next_day(eligible, state.invitation, book, today)
    for _ in range(_MOST_DAYS):
        if day is None or len(turned) == len(guards):
            break
        eligible = matching.evaluate(state, world._replace(routes={}), day, running=False)
        for code, when in guards.items():
            if code not in turned and trace(when, eligible.view, day).holds is not holds[code]:
                turned[code] = day
        day = matching.next_day(eligible, state.invitation, book, day)
    return {
        code: Turn(now, None if now else turned.get(code), turned.get(code) if now else None)
        for code, now in holds.items()
    }


def _state(settings: Settings, stage: str, who: bytes) -> bytes | None:
    """Return what a stage keeps under the person's key, in whichever partition."""
    for number in range(partition.count(settings, topics.state_topic(stage))):
        for _, stored in entries(settings, stage, number, _PERSON + who, lambda _: None):
            return stored
    return None


def _as_of(facts: merge.Facts, stamps: merge.Stamps) -> dict[tuple[str, bytes], str]:
    found = {}
    for kind, marks in stamps.items():
        for entry, (base, others) in zip(facts[kind], marks, strict=True):
            newest = max((base, *others.values()))
            if newest:
                found[kind, entry["key"]] = dates.iso(dates.day_of(merge.occurred_at(newest)))
    return found
