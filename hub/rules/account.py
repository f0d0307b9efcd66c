"""Why, why not, and until when: everything a book says of one person on a day, at two levels.

To a *branch* nothing may betray a ground of class s: rules that share a public id appear as that ground
alone, whether it holds and nothing else; order is by id, no priority is told, and the guards that depend on
the ground (what the consent must cover, whether it is stale) have neither leaves nor dates. To a data
*officer* everything is told. What is not told to a branch is not in an account for one: no rendering can
show it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from hub.rules import interpret
from hub.rules.compile import CompiledBook
from hub.rules.condition import SUBJECT_KIND, conditions_of
from hub.rules.hit import Facts
from hub.rules.interpret import FactTrace, Trace
from hub.rules.model import Condition, Guard, GuardCode, Rule
from hub.rules.part import Text
from hub.rules.span import Turn, days, turn
from hub.rules.whynot import Missing, missing, standing

__all__ = ("Account", "Asked", "GuardPart", "Level", "RulePart", "account", "facts_read")


class Level(StrEnum):
    """Who reads an account."""

    BRANCH = "branch"
    OFFICER = "officer"


class Asked(NamedTuple):
    """What an account is made of."""

    facts: Facts
    """As matching sees them, the computed ``subject`` among them."""
    kept: Facts | None
    """As the stage for class s sees them; None when nothing is known there, or nobody may see it."""
    today: int
    named: Sequence[str]
    """The ids by which what hit is named outside."""
    outcome: str
    code: str
    birth_day: int | None = None
    turns: Mapping[str, Turn] = {}
    """By code, what time does to a guard that reads what matching computes anew every day."""


class RulePart(NamedTuple):
    """A rule, or a ground in the place of some."""

    id: str
    title: Text
    reason: Text
    holds: bool
    trial: bool
    priority: int | None
    """None to a branch."""
    trace: Trace | None
    """None of what is only named."""
    turn: Turn | None
    missing: Missing


class GuardPart(NamedTuple):
    """A guard."""

    code: str
    kind: str
    reason: Text
    applies: bool
    trace: Trace | None
    turn: Turn | None
    missing: Missing
    """What makes it apply."""


class Account(NamedTuple):
    """What may be told at a level."""

    level: Level
    edition: str
    today: int
    outcome: str
    code: str
    named: tuple[str, ...]
    path: Text
    rules: tuple[RulePart, ...]
    secret: tuple[RulePart, ...]
    """Rules of class s; empty to a branch, always."""
    guards: tuple[GuardPart, ...]


_UNTOLD: Final = frozenset({GuardCode.CONSENT, GuardCode.STALE_GROUNDS})
"""Guards that ask about the grounds themselves: a branch is told only whether they apply."""


def account(compiled: CompiledBook, asked: Asked, level: Level) -> Account:
    """Return what a book says of somebody, as far as the level may know it."""
    book, officer = compiled.book, level is Level.OFFICER
    shown = [*book.ordered(), *(book.ordered("shadow") if officer else ())]
    personal = [rule for rule in shown if rule.data_class == "p" and (officer or rule.public is None)]
    parts = [_rule(rule, asked.facts, asked, tell=officer) for rule in personal]
    parts += [
        RulePart(
            ground.id, ground.title, ground.reason, ground.id in asked.named, False, None, None, None, ()
        )
        for ground in book.grounds
    ]
    secret: tuple[RulePart, ...] = ()
    if officer and asked.kept is not None:
        secret = tuple(_rule(rule, asked.kept, asked, tell=True) for rule in book.sensitive())
    return Account(
        level,
        book.edition,
        asked.today,
        asked.outcome,
        asked.code,
        tuple(asked.named) if officer else tuple(sorted(asked.named)),
        interpret.path(book, asked.facts, asked.today).title,
        tuple(parts) if officer else tuple(sorted(parts, key=lambda part: part.id)),
        secret,
        tuple(_guard(guard, asked, tell=officer or guard.code not in _UNTOLD) for guard in book.guards),
    )


def _rule(rule: Rule, facts: Facts, asked: Asked, *, tell: bool) -> RulePart:
    condition, today, born = rule.condition, asked.today, asked.birth_day
    seen = interpret.trace(condition, facts, today)
    return RulePart(
        rule.id,
        rule.title,
        rule.reason,
        seen.holds,
        rule.status == "shadow",
        rule.priority if tell else None,
        seen,
        None if _renewed(condition) else turn(days(condition, facts, born), today),
        missing(condition, facts, today, born),
    )


def _guard(guard: Guard, asked: Asked, *, tell: bool) -> GuardPart:
    facts, today, born = asked.facts, asked.today, asked.birth_day
    seen = interpret.trace(guard.when, facts, today)
    code = str(guard.code)
    if not tell:
        return GuardPart(code, guard.kind, guard.reason, seen.holds, None, None, ())
    turned: Turn | None = asked.turns.get(code)
    if turned is None and not _renewed(guard.when):
        turned = turn(days(guard.when, facts, born), today)
    against = standing(guard.when, facts, today, born)
    return GuardPart(code, guard.kind, guard.reason, seen.holds, seen, turned, against)


_RENEWED: Final = frozenset({"consent", "guardian_missing", "region_known", "stale_grounds", "moved"})
"""Fields of the computed fact that turn on days the rules do not see."""


def _renewed(condition: Condition) -> bool:
    """Return whether a condition reads what matching computes anew every day: it alone tells no date."""
    return any(
        leaf.field in _RENEWED
        for fact in conditions_of(condition)
        if fact.fact == SUBJECT_KIND
        for leaf in fact.where
    )


def facts_read(told: Account) -> Iterator[tuple[str, bytes]]:
    """Yield kind and key of every entry that the account shows, each once; the computed fact is none."""
    traces = [part.trace for part in (*told.rules, *told.secret) if part.trace is not None]
    traces += [guard.trace for guard in told.guards if guard.trace is not None]
    found = dict.fromkeys(
        (fact.condition.fact, entry.key) for fact in _facts(traces) for entry in fact.entries
    )
    yield from (each for each in found if each[0] != SUBJECT_KIND)


def _facts(traces: Iterable[Trace]) -> Iterator[FactTrace]:
    for trace in traces:
        if isinstance(trace, FactTrace):
            yield trace
        else:
            yield from _facts(trace.children)
