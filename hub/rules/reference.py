"""The reference pages of rules and facts, written from the book, the operators and the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from hub.core.fact import FactKind, Field, FieldType
from hub.core.subject import READABLE, SUBJECT
from hub.rules.condition import children_of
from hub.rules.days import Moment
from hub.rules.model import (
    PRIORITIES,
    All,
    AnyOf,
    Condition,
    FactCondition,
    Ground,
    Guard,
    Leaf,
    NoneOf,
    Path,
    Rule,
    RuleBook,
)
from hub.rules.operators import OPERATORS, Operand
from hub.rules.terms import WEEKDAYS
from hub.rules.vocabulary import VALUES
from hub.rules.wording import Language, field_label, kind_label, requirement

_GRAMMAR: Final = """\
# Rules

A rule book is a YAML file that says whom the Red Cross invites, and what stands in the way. It is data,
not a program: it is checked, explained leaf by leaf, and compiled. `hub rules check BOOK` checks one,
`hub rules test BOOK` runs the cases beside it, `hub rules activate BOOK` puts it to work.
[Write a rule](../howto/write-a-rule.md) goes through all of it, for somebody who is no programmer.

## How to read a condition

- `all: [...]`: every one holds 全部满足. `any: [...]`: at least one holds 至少一项.
  `none: [...]`: not one holds 均不满足.
- `fact:` with `where:` means there is **one entry** of that fact for which every line holds
  同一项事实满足全部要求: the kind, the date and the missing revocation are those of the same certificate.
- A line is one field and one comparison, `{field: expires_on, on_or_after: today}`. The facts and their
  fields are on their [own page](facts.md).
- What is unknown satisfies nothing but `absent`; an empty text or list is unknown 未知不满足任何比较。
- A distance in days, months or years is counted from the fact's day: `on_or_after: today - 12 months` holds
  until twelve months after that day, at the end of a month on its last day.

**How long a ground holds** 依据的期限 follows from the condition. A line ends on the last day on which
it still holds by time alone; one without a day does not end. An entry ends with its first line to end;
several entries, and `any`, with the last; `all` with the first; `none` sets no end.

## What comes of a rule that hits

- `makes: invitation`, which need not be written: an invitation, unless a guard stands in the way.
- `makes: admission_task` 入会办理任务: a task for an organisation, P0, one for each candidacy that satisfies
  the rule. `makes: transfer_notice` 关系转接通知: a notice to a member's organisation. Neither is an
  invitation, and no guard stops it.
- `public: G00` 对外名义: organisations, tasks and figures read the ground of that id, its title and its
  reason, never the rule's. Rules that share a ground tell the same of the contact block.
- `data_class: s` 敏感个人信息: the rule reads what only one stage keeps: facts of class s, `subject.age` and
  `subject.citizen`. It must have a `public` ground, the same for all of them; it discloses name and phone at
  most, and makes invitations only. At its priority an active rule of class p must share the ground, and must
  not always come with another that is named: else the priority, or the company, betrays it 优先级或并列的规则
  都不得暴露依据. The checker refuses such a book.
- `status: shadow` is counted and never acted on 试运行; `status: off` is not evaluated 停用.

YAML's traps are closed: only `true` and `false` are booleans, so `off` and `no` are words; dates need no
quotes; numbers that are texts do (`"2021-11"` and `"330106"` read the same with quotes in every editor);
a key written twice, anchors and tags are errors.

## Comparisons
"""


def rules_reference(book: RuleBook) -> str:
    """Return the page about rule books: how to read one, and what this one says."""
    kinds = {Operand.VALUE: "value", Operand.VALUES: "list", Operand.TRUE: "`true`", Operand.NUMBER: "number",
             Operand.COUNT: "whole number", Operand.MOMENT: "`today`, `today - 365 days`",
             Operand.TEXT: "text"}  # fmt: skip
    operators = [
        (f"`{o.name}`", _types(o.types), kinds[o.operand], f"{o.doc_en}<br>{o.doc_zh}") for o in OPERATORS
    ]
    return "\n".join([
        _GRAMMAR,
        _table(("comparison", "for fields of type", "followed by", "meaning"), operators),
        f"## The book {book.edition}", "", book.title.zh + "  ", book.title.en, "",
        *_terms(book), "", *_grounds(book.grounds),
        *(line for rule in sorted(book.rules, key=lambda rule: rule.id) for line in _rule(rule)),
        *_paths(book.paths), *_guards(book.guards),
    ])  # fmt: skip


def facts_reference() -> str:
    """Return the page about facts: every kind, its fields, and how two pieces of knowledge merge."""
    lines = [
        "# Facts", "",
        "What the hub may know of a person. A fact is an entry of a kind, one per key; events assert",
        "fields of entries, and each field says how two values of it become one, in whatever order:", "",
        "- `last`: the one that occurred later 以较晚发生者为准",
        "- `first_day`: once set it stays; of two days the earlier 一经确定不再改变，取较早之日",
        "- `last_day`, `maximum`: the later day, the larger number 取较晚之日、较大之数",
        "- `union`: all of them together 合并", "",
        "A *day* is a date in China. Class p is personal, s sensitive (PIPL art. 28).", "",
        *(line for kind in READABLE for line in _kind(kind)),
    ]  # fmt: skip
    return "\n".join(lines)


def describe(condition: Condition, language: Language, depth: int = 0) -> Iterator[str]:
    """Yield a condition as the lines of a nested Markdown list."""
    indent = "  " * depth + "- "
    zh = language == "zh"
    if isinstance(condition, FactCondition):
        kind = kind_label(condition.fact, language)
        yield f"{indent}{kind}：" if zh else f"{indent}{kind}:"
        for leaf in condition.where:
            label = field_label(condition.fact, leaf.field, language)
            yield f"  {indent}{label}{'：' if zh else ': '}{requirement(condition.fact, leaf, language)}"
        return
    yield indent + _GROUPS[_word(condition)][0 if zh else 1]
    for child in children_of(condition):
        yield from describe(child, language, depth + 1)


_GROUPS: Final[dict[str, tuple[str, str]]] = {
    "all": ("全部满足：", "all of:"),
    "any": ("至少满足一项：", "at least one of:"),
    "none": ("均不满足：", "none of:"),
}


def _word(condition: All | AnyOf | NoneOf) -> str:
    return "all" if isinstance(condition, All) else "any" if isinstance(condition, AnyOf) else "none"


def ends(condition: Condition) -> str:
    """Return what a ground's end depends on: ``expires_on``, ``completed_on + 12 months``, ``no end``."""
    if isinstance(condition, FactCondition):
        return (
            " or ".join(found)
            if (found := [end for leaf in condition.where if (end := _end(leaf))])
            else "no end"
        )
    if not isinstance(condition, All | AnyOf):
        return "no end"
    found = list(dict.fromkeys(ends(child) for child in children_of(condition)))
    if isinstance(condition, All):
        found = [end for end in found if end != "no end"] or ["no end"]
    if len(found) == 1:
        return found[0]
    return f"the {'first' if isinstance(condition, All) else 'last'} of: {', '.join(found)}"


def _end(leaf: Leaf) -> str:
    if leaf.operator in ("within_months", "within_days"):
        return f"`{leaf.field}` + {leaf.value} {leaf.operator.removeprefix('within_')}"
    if leaf.operator not in ("on_or_after", "after") or not isinstance(leaf.value, Moment):
        return ""
    amount = -leaf.value.amount
    moved = f" {'+' if amount > 0 else '-'} {abs(amount)} {leaf.value.unit}" if amount else ""
    return f"{'the day before ' if leaf.operator == 'after' else ''}`{leaf.field}`{moved}"


def _terms(book: RuleBook) -> Iterator[str]:
    hours = ", ".join(f"{name} {getattr(book.time_limit_hours, name)} h" for name in PRIORITIES)
    yield f"- oldest consent notice that serves 最低告知书版本: `{book.notice.minimum}`"
    yield f"- an invitation runs at most 邀请最长有效: {book.invitation.valid_days} days"
    yield f"- quiet time after one expired 到期后不再邀请: {book.invitation.cooldown_expired_days} days"
    days = {priority: getattr(book.invitation.batch, priority) for priority in PRIORITIES}
    batches = [f"{name} {WEEKDAYS[day]} {day}" for name, day in days.items() if day is not None]
    yield f"- issued on that day of the week only 集中发出: {', '.join(batches) or 'none'}"
    yield f"- an unanswered one is recalled, once, after 提醒一次: {book.invitation.reminder_days} days"
    due = book.tasks.admission.due_days_before
    yield f"- a candidate's admission is due 入会办理期限: {due} days before the session"
    yield f"- the organisation acts within 组织办理时限: {hours}"


def _grounds(grounds: Sequence[Ground]) -> Iterator[str]:
    if grounds:
        yield from ("### Grounds that are named in place of rules 对外名义", "")
    for ground in grounds:
        yield f"**{ground.id}** (version {ground.version}): {ground.title_zh} · {ground.title_en}  "
        yield ground.reason_zh + "  "
        yield ground.reason_en + "  "
        yield f"Discloses 可告知: {', '.join(ground.discloses) or 'nothing'}."
        yield ""


def _rule(rule: Rule) -> Iterator[str]:
    yield f"### {rule.id} {rule.title_zh} · {rule.title_en}"
    yield ""
    standing = f"version {rule.version} · {rule.status} · P{rule.priority} · class {rule.data_class}"
    named = f" · named outside 对外名义 {rule.public}" if rule.public else ""
    makes = "" if rule.makes == "invitation" else f" · makes `{rule.makes}`"
    yield f"{standing}{makes}{named} · {rule.source} 「{rule.phrase}」"
    yield ""
    yield rule.reason_zh + "  "
    yield rule.reason_en
    yield ""
    if rule.remark is not None:
        yield from (f"*{rule.remark.zh}*  ", f"*{rule.remark.en}*", "")
    yield from _condition(rule.condition)
    told = ", ".join(rule.discloses) or "nothing"
    yield f"Holds until 期限: {ends(rule.condition)}. Discloses 可告知: {told}."
    yield ""


def _condition(condition: Condition) -> Iterator[str]:
    yield from describe(condition, "zh")
    yield ""
    yield from describe(condition, "en")
    yield ""


def _paths(paths: Sequence[Path]) -> Iterator[str]:
    yield from (
        "### Paths 入会途径",
        "",
        "The first whose condition holds is taken. 从上往下，先符合者为准。",
        "",
    )
    for path in paths:
        yield f"**{path.kind}** ({path.id}, version {path.version}): {path.title.zh} · {path.title.en}"
        yield ""
        if path.when is not None:
            yield from _condition(path.when)


def _guards(guards: Sequence[Guard]) -> Iterator[str]:
    yield from (
        "### Guards 守门规则",
        "",
        "The first that applies gives the code. `stop` ends it, `hold` waits.",
        "",
    )
    rows = [(f"`{g.code}`", g.kind, f"{g.reason_zh}<br>{g.reason_en}", _short(g.when)) for g in guards]
    yield _table(("code", "kind", "reason", "when"), rows)


def _short(condition: Condition) -> str:
    if isinstance(condition, FactCondition):
        leaves = [
            f"`{condition.fact}.{leaf.field}` {leaf.operator} {_value(leaf)}" for leaf in condition.where
        ]
        return " and ".join(leaves)
    inner = [_short(child) for child in children_of(condition)]
    joined = (" and " if isinstance(condition, All) else " or ").join(inner)
    return f"not ({joined})" if isinstance(condition, NoneOf) else joined


def _value(leaf: Leaf) -> str:
    return str(leaf.value).lower() if isinstance(leaf.value, bool) else str(leaf.value)


def _kind(kind: FactKind) -> Iterator[str]:
    computed = " (computed, never stored 推算得出，不存储)" if kind is SUBJECT else ""
    yield f"## {kind.name} {kind.doc_zh}"
    yield ""
    yield f"{kind.doc_en}{computed}. Key: {kind.key}. Class {kind.data_class}."
    yield ""
    rows = [_field(kind, field) for field in kind.fields]
    yield _table(("field", "type", "merge", "what", "values"), rows)


def _field(kind: FactKind, field: Field) -> tuple[str, str, str, str, str]:
    values = VALUES.get((kind.name, field.name), {})
    listed = "<br>".join(f"`{value}` {zh}" for value, (zh, _) in values.items())
    merge = "" if kind is SUBJECT else field.merge.value
    return f"`{field.name}`", field.type.value, merge, f"{field.doc_zh}<br>{field.doc_en}", listed


def _types(types: Iterable[FieldType]) -> str:
    found = sorted(types)
    return "any" if len(found) == len(FieldType) else ", ".join(found)


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + "\n"
