"""Warn of what a book says in vain: what nobody can meet, what contradicts, what another covers.

The answers rest on :mod:`hub.rules.logic`: what is warned of is so, but not all that is so is seen.
Rules that are switched off are looked at alone, and compared with no other.
"""

from __future__ import annotations

from typing import Any, Final

from hub.rules.logic import contradiction, implies, impossible, redundant
from hub.rules.model import PRIORITIES, All, AnyOf, Condition, FactCondition, Guard, Path, Rule, RuleBook
from hub.rules.place import Owner, owners, within, written
from hub.rules.source import At, Source

_NEVER: Final = {
    "rule": ("{id} never hits", "{id} 永远不会命中"),
    "path": ("{id} is never taken", "{id} 永远不会被采用"),
    "guard": ("{id} never applies", "{id} 永远不会适用"),
}
_PART: Final = ("this part of {id} is met by nobody", "{id} 的这一部分没有人符合")


def lint(source: Source, book: RuleBook) -> None:
    """Note every warning about a book that has no problem, ``source`` being what it was read from."""
    dead = set()
    for owner in owners(book):
        if impossible(_condition(owner)):
            dead.add(owner.at)
        _alone(source, owner)
    living = [owner for owner in owners(book) if owner.at not in dead]
    _rules(source, [owner for owner in living if isinstance(owner.said, Rule)])
    _first(source, "SHADOWED_PATH", [owner for owner in living if isinstance(owner.said, Path)])
    guards = [owner for owner in living if isinstance(owner.said, Guard)]
    _first(source, "SHADOWED_GUARD", guards)
    for owner in living:
        if isinstance(owner.said, Rule) and owner.said.makes == "invitation":
            _stopped(source, owner, guards)


def _condition(owner: Owner) -> Condition:
    return owner.said.condition if isinstance(owner.said, Rule) else owner.when


def _alone(source: Source, owner: Owner) -> None:
    """Note what is wrong with one condition by itself."""
    dead = impossible(_condition(owner))
    said = len(source.problems)
    for at, part in within(owner.when, (*owner.at, "when")):
        if isinstance(part, FactCondition):
            _entry(source, owner, at, part, dead=dead)
        elif isinstance(part, AnyOf):
            _choices(source, at, part)
        elif isinstance(part, All) and impossible(part) and not any(map(impossible, part.all)):
            _note_dead(source, "CANNOT_HOLD_TOGETHER", (*at, "all"), owner, dead=dead)
    if dead and len(source.problems) == said:  # with the rule's own cool-down
        _note_dead(source, "CANNOT_HOLD_TOGETHER", (*owner.at, "when"), owner, dead=dead)


def _note_dead(source: Source, code: str, at: At, owner: Owner, *, dead: bool, **words: Any) -> None:
    so, so_zh = _NEVER[owner.word] if dead else _PART
    source.add(code, at, so=so.format(id=owner.id), so_zh=so_zh.format(id=owner.id), **words)


def _entry(source: Source, owner: Owner, at: At, part: FactCondition, *, dead: bool) -> None:
    if (found := contradiction(part)) is not None:
        earlier, later = found
        _note_dead(
            source, "CANNOT_HOLD", (*at, "where", later), owner, dead=dead, fact=part.fact,
            field=part.where[later].field, found=written(part.where[later]),
            other=written(part.where[earlier]), line=source.mark((*at, "where", earlier)).line,
        )  # fmt: skip
    elif (found := redundant(part)) is not None:
        place, other = found
        source.add(
            "REDUNDANT_LINE", (*at, "where", place), found=_line(part, place), other=_line(part, other),
            line=source.mark((*at, "where", other)).line,
        )  # fmt: skip


def _line(part: FactCondition, place: int) -> str:
    return f"{part.where[place].field} {written(part.where[place])}"


def _choices(source: Source, at: At, part: AnyOf) -> None:
    for index, child in enumerate(part.any):
        for place, wide in enumerate(part.any):
            same = implies(wide, child)
            if (
                place != index
                and not impossible(child)
                and implies(child, wide)
                and (not same or place < index)
            ):
                line = source.mark((*at, "any", place)).line
                source.add("REDUNDANT_PART", (*at, "any", index), line=line)
                break


def _rules(source: Source, rules: list[Owner]) -> None:
    for index, owner in enumerate(rules):
        rule = owner.said
        assert isinstance(rule, Rule)  # that is what was chosen
        for place, better in enumerate(rules):
            other = better.said
            assert isinstance(other, Rule)
            if place != index and _comparable(rule, other) and implies(rule.condition, other.condition):
                same = implies(other.condition, rule.condition)
                ahead = (other.priority, place) < (rule.priority, index)
                if ahead if same else other.priority <= rule.priority:
                    _covered(source, owner, better, same=same)
                    break


def _comparable(rule: Rule, other: Rule) -> bool:
    """Return whether ``rule`` does in the same way what ``other``, which is active, does."""
    if rule.status == "off" or other.status != "active":
        return False
    return (rule.makes, rule.data_class) == (other.makes, other.data_class)


def _covered(source: Source, owner: Owner, better: Owner, *, same: bool) -> None:
    rule, other = owner.said, better.said
    assert isinstance(rule, Rule)
    assert isinstance(other, Rule)
    code = "SHADOWED_RULE"
    if same:
        code = "DUPLICATE_RULE" if rule.priority == other.priority else "SAME_CONDITION"
    at = (*owner.at, "priority") if code == "SAME_CONDITION" else (*owner.at, "id")
    source.add(
        code, at, rule=rule.id, other=other.id, priority=PRIORITIES[rule.priority],
        better=PRIORITIES[other.priority], line=source.mark((*better.at, "id")).line,
    )  # fmt: skip


def _first(source: Source, code: str, listed: list[Owner]) -> None:
    """Note what comes too late, where the first whose condition holds is taken."""
    key = "code" if code == "SHADOWED_GUARD" else "id"
    for index, owner in enumerate(listed):
        for before in listed[:index]:
            if implies(owner.when, before.when):
                line = source.mark((*before.at, key)).line
                source.add(code, (*owner.at, key), found=owner.id, other=before.id, line=line)
                break


def _stopped(source: Source, owner: Owner, guards: list[Owner]) -> None:
    for guard in guards:
        if implies(_condition(owner), guard.when):
            line = source.mark((*guard.at, "code")).line
            source.add("ALWAYS_STOPPED", (*owner.at, "id"), rule=owner.id, other=guard.id, line=line)
            return
