"""An account as text, in Chinese or English, and as a document for machines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from hub.core.dates import iso
from hub.core.fact import FieldType
from hub.core.subject import READABLE_BY_NAME
from hub.rules.account import Account, GuardPart, RulePart
from hub.rules.days import Moment
from hub.rules.explain import tree
from hub.rules.interpret import FactTrace, Trace
from hub.rules.model import Leaf
from hub.rules.span import Turn
from hub.rules.whynot import Lack, Missing
from hub.rules.wording import Language, field_label, kind_label, observed, requirement

__all__ = ("document", "render")

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "zh": {
        "head": "规则集 {edition}，日期 {today}", "outcome": "结果：{outcome}", "path": "入会途径：{path}",
        "named": "对外写明的依据：{named}", "rules": "规则", "secret": "敏感类规则（仅限数据专员）",
        "guards": "守门规则", "none": "无", "met": "{day} 起将满足", "lapses": "{day} 起将不再满足",
        "ends": "{day} 起将不再适用", "begins": "{day} 起将适用", "never": "不会仅随时间改变",
        "lack": "还差：{kind}的“{field}”为 {seen}，须{required}",
        "against": "阻碍：{kind}的“{field}”为 {seen}",
        "unknown": "还差：没有“{kind}”记录（须有“{field}”{required}）", "right": "，{day} 起自行满足",
        "gone": "，{day} 起自行消除", "trial": "（试运行）",
    },
    "en": {
        "head": "Rule book {edition}, day {today}", "outcome": "Outcome: {outcome}", "path": "Path: {path}",
        "named": "Named outside: {named}", "rules": "Rules", "secret": "Rules of class s (data officer only)",
        "guards": "Guards", "none": "none", "met": "will be met on {day}", "lapses": "will lapse on {day}",
        "ends": "will cease to apply on {day}", "begins": "will apply on {day}",
        "never": "time alone will not change it",
        "lack": "missing: {field} of {kind} is {seen}, required: {required}",
        "against": "in the way: {field} of {kind} is {seen}",
        "unknown": "missing: nothing is known of: {kind} (required: {field} {required})",
        "right": "; time sets it right on {day}", "gone": "; gone on {day}", "trial": " (on trial)",
    },
}  # fmt: skip


def render(told: Account, language: Language) -> str:
    """Return an account as lines of text."""
    return "\n".join(_lines(told, language))


def _lines(told: Account, language: Language) -> Iterator[str]:
    words = _WORDS[language]
    yield words["head"].format(edition=told.edition, today=iso(told.today))
    yield words["outcome"].format(outcome=" · ".join(filter(None, (told.outcome, told.code))))
    yield words["path"].format(path=getattr(told.path, language))
    yield words["named"].format(named=", ".join(told.named) or words["none"])
    yield words["rules"]
    for part in told.rules:
        yield from _rule(part, language)
    if told.secret:
        yield words["secret"]
        for part in told.secret:
            yield from _rule(part, language)
    yield words["guards"]
    for guard in told.guards:
        yield from _guard(guard, language)


def _rule(part: RulePart, language: Language) -> Iterator[str]:
    words = _WORDS[language]
    priority = "" if part.priority is None else f" P{part.priority}"
    trial = words["trial"] if part.trial else ""
    yield f"  {_tick(part.holds)} {part.id}{priority} {getattr(part.title, language)}{trial}"
    if part.trace is not None:
        yield from tree(part.trace, language, 2)
    yield from _lacks(part.missing, language)
    if part.turn is not None:
        yield f"    → {_turned(part.turn, language, 'lapses', 'met')}"


def _guard(guard: GuardPart, language: Language) -> Iterator[str]:
    if not guard.applies:
        if guard.turn is not None and guard.turn.met_on is not None:
            yield f"  · {guard.code}: {_turned(guard.turn, language, 'ends', 'begins')}"
        return
    yield f"  ! {guard.code} ({guard.kind}) {getattr(guard.reason, language)}"
    yield from _lacks(guard.missing, language)
    if guard.turn is not None:
        yield f"    → {_turned(guard.turn, language, 'ends', 'begins')}"


def _turned(turned: Turn, language: Language, lapses: str, met: str) -> str:
    words = _WORDS[language]
    day = turned.lapses_on if turned.holds else turned.met_on
    return words["never"] if day is None else words[lapses if turned.holds else met].format(day=iso(day))


def _lacks(lacks: Missing, language: Language) -> Iterator[str]:
    words = _WORDS[language]
    for lack in lacks:
        fact, leaf = lack.fact, lack.leaf
        shape = "against" if lack.against else "unknown" if lack.key is None else "lack"
        said = words[shape].format(
            kind=kind_label(fact, language),
            field=field_label(fact, leaf.field, language),
            seen=observed(fact, leaf.field, lack.observed, language),
            required=requirement(fact, leaf, language),
        )
        when = words["gone" if lack.against else "right"]
        yield f"    {said}" + (when.format(day=iso(lack.changes_on)) if lack.changes_on is not None else "")


def _tick(holds: bool) -> str:  # noqa: FBT001  # one mark for one answer
    return "✓" if holds else "✗"


# --- for machines


def document(told: Account) -> dict[str, Any]:
    """Return an account as plain values; days as dates, keys as hex."""
    return {
        "level": told.level.value,
        "book": told.edition,
        "day": iso(told.today),
        "outcome": told.outcome,
        "code": told.code,
        "path": told.path.model_dump(),
        "named": list(told.named),
        "rules": [_rule_document(part) for part in told.rules],
        **({"sensitive": [_rule_document(part) for part in told.secret]} if told.secret else {}),
        "guards": [_guard_document(guard) for guard in told.guards],
    }


def _rule_document(part: RulePart) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": part.id,
        "title": part.title.model_dump(),
        "reason": part.reason.model_dump(),
        "holds": part.holds,
    }
    if part.priority is not None:
        found["priority"] = f"P{part.priority}"
    if part.trial:
        found["trial"] = True
    return found | _reasons(part.trace, part.turn, part.missing)


def _guard_document(guard: GuardPart) -> dict[str, Any]:
    found = {
        "code": guard.code,
        "kind": guard.kind,
        "reason": guard.reason.model_dump(),
        "applies": guard.applies,
    }
    return found | _reasons(guard.trace, guard.turn, guard.missing)


def _reasons(trace: Trace | None, turned: Turn | None, lacks: Missing) -> dict[str, Any]:
    if trace is None:
        return {}
    known = {} if turned is None else {"met_on": _day(turned.met_on), "lapses_on": _day(turned.lapses_on)}
    return {
        **known,
        "condition": _tree(trace),
        "missing": [_lack(lack) for lack in lacks],
    }


def _tree(trace: Trace) -> dict[str, Any]:
    if not isinstance(trace, FactTrace):
        return {"holds": trace.holds, trace.word: [_tree(child) for child in trace.children]}
    fact = trace.condition.fact
    return {
        "holds": trace.holds,
        "fact": fact,
        "entries": [
            {
                "key": entry.key.hex(),
                "holds": entry.holds,
                "leaves": [
                    {**_leaf(fact, each.leaf, each.observed), "holds": each.holds} for each in entry.leaves
                ],
            }
            for entry in trace.entries
        ],
    }


def _leaf(fact: str, leaf: Leaf, seen: object) -> dict[str, Any]:
    value = leaf.value
    return {
        "field": leaf.field,
        leaf.operator: str(value) if isinstance(value, Moment) else value,
        "observed": _plain(fact, leaf.field, seen),
    }


def _lack(lack: Lack) -> dict[str, Any]:
    return {
        "fact": lack.fact,
        "key": None if lack.key is None else lack.key.hex(),
        **_leaf(lack.fact, lack.leaf, lack.observed),
        "against": lack.against,
        "changes_on": _day(lack.changes_on),
    }


def _day(day: int | None) -> str | None:
    return None if day is None else iso(day)


def _plain(fact: str, name: str, seen: Any) -> Any:  # a field holds anything
    field = READABLE_BY_NAME[fact].field(name)
    if field is not None and field.type is FieldType.DAY and isinstance(seen, int):
        return iso(seen)
    return seen
