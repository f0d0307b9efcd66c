"""What a rule book on trial would have said, beside the active one, on live traffic: counted, never acted on.

Whoever is evaluated while a trial runs is evaluated under both books. What differs is a stock figure, one
contribution per person, like all of :mod:`hub.core.statistics`: whoever is evaluated again counts once, as
they stand now. What a person adds is kept under ``v <person>``, apart from the person, so that a hub without
a trial pays nothing. Nothing else is written: no record, no timer, nothing of the person.

The counters have no county, and name rules as everybody may (a ground that is not named stays so)::

    shadow|book=zhejiang-2022@3|rule=R03|run=1667260800000|verdict=would_not

``rule=all`` is the whole book: whether the person would be invited, and at which priority. Days on which
nobody is invited, and the wait after an invitation expired, are left out: they move, the books do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from hub.core import matching
from hub.core.book import Hit
from hub.core.person import PersonState
from hub.rules.trial import Trial

if TYPE_CHECKING:
    from hub.stages.contract import Context

__all__ = ("NAME", "Shadow", "Verdict", "forget", "observe", "verdicts")

KEPT: Final = b"v"
NAME: Final = "shadow"
"""Name of the counters."""
ALL: Final = "all"
"""Stands for the whole book where a rule would be named."""


class Verdict:
    """What the trial comes to beside the active book, of a person or of one rule for a person."""

    SAME: Final = "same"
    WOULD_INVITE: Final = "would_invite"
    WOULD_NOT: Final = "would_not"
    OTHER_PRIORITY: Final = "other_priority"
    FAILED: Final = "failed"
    """The trial raised: it would have stopped nobody but itself."""


class Shadow(NamedTuple):
    """A trial, and the tables it is evaluated with."""

    trial: Trial
    world: matching.Tables


class _Kept(msgspec.Struct, array_like=True):
    """What a person adds to the counters of a run."""

    run: int
    found: tuple[tuple[str, str], ...]
    """Rule and verdict."""


_ENCODE: Final = msgspec.msgpack.Encoder().encode
_DECODE: Final = msgspec.msgpack.Decoder(_Kept).decode


def observe(  # noqa: PLR0917  # all of it is what an evaluation is
    shadow: Shadow, who: bytes, state: PersonState, eligible: matching.Eligibility, ctx: Context, today: int
) -> None:
    """Evaluate somebody under the trial too, and count how it differs from ``eligible``."""
    trial = shadow.trial
    running = state.invitation is not None and state.invitation.open
    try:
        found: tuple[tuple[str, str], ...] = tuple(
            verdicts(eligible, matching.evaluate(state, shadow.world, today, running=running))
        )
    except Exception:  # noqa: BLE001 - a trial that raises must not cost the person the real evaluation
        found = ((ALL, Verdict.FAILED),)
    _restate(trial, who, found, ctx)


def forget(shadow: Shadow | None, who: bytes, ctx: Context) -> None:
    """Leave nothing of an erased person; what a trial that is over has counted stays as it was."""
    stored = ctx.state.get(KEPT + who)
    if stored is not None:
        if shadow is not None:
            _restate(shadow.trial, who, (), ctx)
        ctx.state.delete(KEPT + who)


def verdicts(active: matching.Eligibility, trial: matching.Eligibility) -> Iterator[tuple[str, str]]:
    """Yield what the trial comes to: for the whole book, then rule by rule, by the ids all may know.

    Nothing for somebody on whom no rule of either book hits.
    """
    mine, other = _priorities(active.hits), _priorities(trial.hits)
    if not mine and not other:
        return
    invited, would = active.outcome == matching.INVITE, trial.outcome == matching.INVITE
    if invited and would:
        yield ALL, Verdict.SAME if active.priority == trial.priority else Verdict.OTHER_PRIORITY
    else:
        yield ALL, Verdict.WOULD_NOT if invited else Verdict.WOULD_INVITE if would else Verdict.SAME
    for rule in sorted({*mine, *other}):
        if rule not in other:
            yield rule, Verdict.WOULD_NOT
        elif rule not in mine:
            yield rule, Verdict.WOULD_INVITE
        else:
            yield rule, Verdict.SAME if mine[rule] == other[rule] else Verdict.OTHER_PRIORITY


def _priorities(hits: Sequence[Hit]) -> dict[str, int]:
    """Return the best priority of each id by which what hit is named."""
    found: dict[str, int] = {}
    for hit in hits:
        found.setdefault(hit.rule.public or hit.rule.id, hit.rule.priority)
    return found


def _restate(trial: Trial, who: bytes, found: tuple[tuple[str, str], ...], ctx: Context) -> None:
    """Let a person add this to the counters of a trial, and no longer what they added to it before."""
    key, run, book = KEPT + who, trial.run, trial.book.id
    stored = ctx.state.get(key)
    kept = _DECODE(stored) if stored is not None else _Kept(run, ())
    before = kept.found if kept.run == run else ()
    if before == found and kept.run == run:
        return
    for sign, told in ((-1, before), (1, found)):
        for rule, verdict in told:
            ctx.count(f"{NAME}|book={book}|rule={rule}|run={run}|verdict={verdict}", sign)
    if found:
        ctx.state.put(key, _ENCODE(_Kept(run, found)))
    elif stored is not None:
        ctx.state.delete(key)
