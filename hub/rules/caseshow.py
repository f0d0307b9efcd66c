"""Why a case came out as it did: the rules and guards it is wrong about, line by line, where they stand."""

from __future__ import annotations

from collections.abc import Iterator

from hub.core.dates import iso, parse_day
from hub.core.fact import FieldType
from hub.core.subject import READABLE_BY_NAME
from hub.rules.cases import Result, facts_of, split, switched
from hub.rules.hit import Facts
from hub.rules.interpret import FactTrace, Trace, trace
from hub.rules.model import Rule, RuleBook
from hub.rules.operators import known
from hub.rules.place import Owner, owners, written
from hub.rules.source import At, Source


def failed_lines(source: Source, book: RuleBook, result: Result) -> Iterator[str]:
    """Yield, for a failed case, each rule, guard and path it is wrong about with every line of it."""
    personal, kept = split(facts_of(result.case))
    today = parse_day(result.case.today)
    concerned = _concerned(result)
    for owner in owners(switched(book, result.case.switch_on)):
        if owner.id in concerned or (owner.word == "path" and "path" in concerned):
            yield from _shown(source, owner, _facts(owner, personal, kept), today)


def _concerned(result: Result) -> set[str]:
    found = {each.rule for each in result.wrong}
    for each in result.wrong:
        if each.what == "outcome":  # the guard's code stands behind the outcome
            found |= {*each.expected.split()[1:], *each.found.split()[1:]}
        elif each.what == "path":
            found.add("path")
    return found


def _facts(owner: Owner, personal: Facts, kept: Facts) -> Facts:
    return kept if isinstance(owner.said, Rule) and owner.said.data_class == "s" else personal


def _shown(source: Source, owner: Owner, facts: Facts, today: int) -> Iterator[str]:
    seen = trace(owner.when, facts, today)
    said = "holds 成立" if seen.holds else "does not hold 不成立"
    off = " (off 停用)" if isinstance(owner.said, Rule) and owner.said.status == "off" else ""
    yield f"{owner.word} {owner.id}{off} {said}: {source.file}:{source.mark(owner.at).line}"
    yield from _tree(source, seen, (*owner.at, "when"), 1)


def _tree(source: Source, seen: Trace, at: At, depth: int) -> Iterator[str]:
    indent = "  " * depth
    line = source.mark(at).line
    if not isinstance(seen, FactTrace):
        yield f"{indent}{_tick(holds=seen.holds)} {line}: {seen.word}"
        for index, child in enumerate(seen.children):
            yield from _tree(source, child, (*at, seen.word, index), depth + 1)
        return
    fact = seen.condition.fact
    if not seen.entries:
        yield f"{indent}✗ {line}: {fact}: no entry 没有记录"
    for number, entry in enumerate(seen.entries, 1):
        yield f"{indent}{_tick(holds=entry.holds)} {line}: {fact} {number}"
        for index, leaf in enumerate(entry.leaves):
            place = source.mark((*at, "where", index)).line
            found = _observed(fact, leaf.leaf.field, leaf.observed)
            asked = f"{leaf.leaf.field} {written(leaf.leaf)}"
            yield f"{indent}  {_tick(holds=leaf.holds)} {place}: {asked} — found 实为 {found}"


def _observed(fact: str, name: str, value: object) -> str:
    """Return what was there as one would write it in a book or a case, so that it can be copied."""
    if not known(value):
        return "nothing 无"
    field = READABLE_BY_NAME[fact].field(name)
    if field is not None and field.type is FieldType.DAY and isinstance(value, int):
        return iso(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _tick(*, holds: bool) -> str:
    return "✓" if holds else "✗"
