"""Why was this person invited, and why not? A tree of every leaf with what was seen, and its rendering.

:func:`explain` re-evaluates the facts with the interpreter; :func:`paragraph` tells a decision that was
made, from the decision's own record: rules keep the text they had then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from hub.core.dates import iso
from hub.rules import interpret
from hub.rules.compile import CompiledBook
from hub.rules.hit import Facts
from hub.rules.interpret import EntryTrace, FactTrace, Trace
from hub.rules.model import Guard, Path, Rule, RuleBook
from hub.rules.wording import Language, field_label, kind_label, observed, requirement, until


class RuleTrace(NamedTuple):
    """A rule and its condition's tree."""

    rule: Rule
    trace: Trace


class GuardTrace(NamedTuple):
    """A guard and its condition's tree."""

    guard: Guard
    trace: Trace


class Explanation(NamedTuple):
    """Every rule, guard and path over one person's facts on one day."""

    edition: str
    today: int
    rules: tuple[RuleTrace, ...]
    """Rules of class p, active or on trial, best first."""
    path: Path
    path_trace: Trace | None
    """The condition of the path taken; None for the last one, which has none."""
    guards: tuple[GuardTrace, ...]

    @property
    def code(self) -> str:
        """The code of the first guard that applies; empty when none does."""
        return next((str(each.guard.code) for each in self.guards if each.trace.holds), "")


def explain(compiled: CompiledBook, facts: Facts, today: int) -> Explanation:
    """Evaluate all that matching sees, leaf by leaf, and keep what was seen: no rule of class s is in it."""
    book = compiled.book
    path = interpret.path(book, facts, today)
    return Explanation(
        edition=book.edition,
        today=today,
        rules=tuple(
            RuleTrace(rule, interpret.trace_rule(rule, facts, today))
            for rule in (*book.ordered(), *book.ordered("shadow"))
            if rule.data_class == "p"
        ),
        path=path,
        path_trace=None if path.when is None else interpret.trace(path.when, facts, today),
        guards=tuple(GuardTrace(guard, interpret.trace(guard.when, facts, today)) for guard in book.guards),
    )


def explain_sensitive(compiled: CompiledBook, facts: Facts, today: int) -> tuple[RuleTrace, ...]:
    """Evaluate the active rules of class s, best first: for the person themself, and nobody else."""
    return tuple(
        RuleTrace(rule, interpret.trace_rule(rule, facts, today)) for rule in compiled.book.sensitive()
    )


def render_rules(rules: Sequence[RuleTrace], language: Language) -> str:
    """Return what holds and what does not of some rules, leaf by leaf."""
    return "\n".join(_rules(rules, language))


def render_zh(explanation: Explanation) -> str:
    """Return the explanation in Chinese: what holds and what does not, leaf by leaf."""
    return "\n".join(_render(explanation, "zh"))


def render_en(explanation: Explanation) -> str:
    """Return the explanation in English: what holds and what does not, leaf by leaf."""
    return "\n".join(_render(explanation, "en"))


_WORDS: Final[dict[Language, dict[str, str]]] = {
    "zh": {
        "head": "规则集 {edition}，日期 {today}", "rules": "规则",
        "guards": "守门规则", "path": "入会途径：{title}",
        "all": "以下全部满足", "any": "以下至少满足一项", "none": "以下均不满足",
        "shadow": "（试运行，不据此行动）", "public": "（对外以 {ground} 的名义）",
        "admission_task": "（产生入会办理任务）", "transfer_notice": "（产生关系转接通知）",
        "fact": "有一项“{kind}”满足全部要求", "entry": "第 {number} 项", "nothing": "没有“{kind}”记录",
        "leaf": "{field}：{observed}（要求：{required}）", "clear": "：均不适用",
    },
    "en": {
        "head": "Rule book {edition}, day {today}", "rules": "Rules", "guards": "Guards",
        "path": "Path: {title}",
        "all": "all of these hold", "any": "at least one of these holds", "none": "none of these holds",
        "shadow": " (on trial: not acted on)", "public": " (named {ground} outside)",
        "admission_task": " (makes an admission task)", "transfer_notice": " (makes a transfer notice)",
        "fact": "one entry of “{kind}” meets every demand",
        "entry": "entry {number}", "nothing": "nothing is known of: {kind}",
        "leaf": "{field}: {observed} (required: {required})", "clear": ": none applies",
    },
}  # fmt: skip


def _render(explanation: Explanation, language: Language) -> Iterator[str]:
    words = _WORDS[language]
    yield words["head"].format(edition=explanation.edition, today=iso(explanation.today))
    yield words["rules"]
    yield from _rules(explanation.rules, language)
    taken = explanation.path.title
    yield words["path"].format(title=taken.zh if language == "zh" else taken.en)
    if explanation.path_trace is not None:
        yield from _tree(explanation.path_trace, language, 1)
    applying = [each for each in explanation.guards if each.trace.holds]
    yield words["guards"] + ("" if applying else words["clear"])
    for guard, trace in applying:
        yield f"  ! {guard.code} ({guard.kind}) {guard.reason_zh if language == 'zh' else guard.reason_en}"
        yield from _tree(trace, language, 2)


def _rules(rules: Sequence[RuleTrace], language: Language) -> Iterator[str]:
    words = _WORDS[language]
    for rule, trace in rules:
        end = f" — {until(trace.until, language)}" if trace.holds else ""
        named = words["public"].format(ground=rule.public) if rule.public else ""
        trial = words["shadow"] if rule.status == "shadow" else ""
        title = rule.title_zh if language == "zh" else rule.title_en
        yield f"  {_tick(trace.holds)} {rule.id} {title}{end}{words.get(rule.makes, '')}{named}{trial}"
        yield from _tree(trace, language, 2)


def tree(trace: Trace, language: Language, depth: int) -> Iterator[str]:
    """Yield the lines of a condition's tree, ``depth`` steps in."""
    yield from _tree(trace, language, depth)


def _tree(trace: Trace, language: Language, depth: int) -> Iterator[str]:
    words, indent = _WORDS[language], "  " * depth
    if isinstance(trace, FactTrace):
        kind = kind_label(trace.condition.fact, language)
        if not trace.entries:
            yield f"{indent}{_tick(trace.holds)} {words['nothing'].format(kind=kind)}"
            return
        yield f"{indent}{_tick(trace.holds)} {words['fact'].format(kind=kind)}"
        several = len(trace.entries) > 1
        for number, entry in enumerate(trace.entries, 1):
            if several:
                yield f"{indent}  {_tick(entry.holds)} {words['entry'].format(number=number)}"
            yield from _entry(trace.condition.fact, entry, language, depth + 1 + several)
        return
    yield f"{indent}{_tick(trace.holds)} {words[trace.word]}"
    for child in trace.children:
        yield from _tree(child, language, depth + 1)


def _entry(fact: str, entry: EntryTrace, language: Language, depth: int) -> Iterator[str]:
    words, indent = _WORDS[language], "  " * depth
    for leaf, seen, holds, _ in entry.leaves:
        yield f"{indent}{_tick(holds)} " + words["leaf"].format(
            field=field_label(fact, leaf.field, language),
            observed=observed(fact, leaf.field, seen, language),
            required=requirement(fact, leaf, language),
        )


def _tick(holds: bool) -> str:  # noqa: FBT001  # one mark for one answer
    return "✓" if holds else "✗"


_OUTCOMES: Final[dict[Language, dict[str, str]]] = {
    "zh": {"invite": "结果：发出邀请", "held": "结果：暂缓", "stop": "结果：不邀请",
           "none": "结果：没有规则适用"},
    "en": {"invite": "Outcome: invited", "held": "Outcome: held", "stop": "Outcome: not invited",
           "none": "Outcome: no rule applies"},
}  # fmt: skip
_KINDS: Final[dict[Language, dict[str, str]]] = {
    "zh": {"adult": "成人会员", "youth": "青少年会员", "group": "团体会员"},
    "en": {"adult": "adult member", "youth": "youth member", "group": "group member"},
}


def paragraph(decision: Mapping[str, Any], language: Language, book: RuleBook | None = None) -> str:
    """Return a ``hub.decision`` record as one paragraph: grounds, facts, outcome, and what stood in the way.

    The guard's text is the book's, when the book is at hand; otherwise its code stands alone.
    """
    zh = language == "zh"
    parts = [_ground(rule, language) for rule in decision["rules"]]
    facts = [_used(fact, language) for fact in decision["facts_used"]]
    if facts:
        parts.append(
            ("所依据的事实：" if zh else "Facts used: ")
            + ("；" if zh else "; ").join(facts)
            + ("。" if zh else ".")
        )
    parts.append(_outcome(decision, language, book))
    return ("" if zh else " ").join(parts)


def _ground(rule: Mapping[str, Any], language: Language) -> str:
    end = until(rule["until"], language)
    if language == "zh":
        return f"规则 {rule['id']}（第 {rule['version']} 版，{end}）“{rule['title_zh']}”：{rule['reason_zh']}"
    return f"Rule {rule['id']} (version {rule['version']}, {end}), {rule['title_en']}: {rule['reason_en']}"


def _used(fact: Mapping[str, Any], language: Language) -> str:
    kind = fact["kind"]
    fields = [
        f"{field_label(kind, name, language)} {observed(kind, name, value, language)}"
        for name, value in sorted(fact["fields"].items())
    ]
    label = kind_label(kind, language)
    return f"{label}（{'，'.join(fields)}）" if language == "zh" else f"{label} ({', '.join(fields)})"


def _outcome(decision: Mapping[str, Any], language: Language, book: RuleBook | None) -> str:
    zh = language == "zh"
    text = _OUTCOMES[language].get(decision["outcome"], decision["outcome"])
    details: Sequence[str] = ()
    if decision["outcome"] == "invite":
        kind = _KINDS[language].get(decision["kind"], decision["kind"])
        details = [f"P{decision['priority']}", kind, *filter(None, [decision["organisation"]])]
    code = decision["code"]
    guards = book.guards if book is not None else ()
    reason = next(((g.reason_zh if zh else g.reason_en) for g in guards if g.code == code), "")
    if code:
        details = [*details, code]
    tail = ("（" + "，".join(details) + "）" if zh else f" ({', '.join(details)})") if details else ""
    edition = f"规则集 {decision['book']}" if zh else f"rule book {decision['book']}"
    said = f"{text}{tail}" + (("：" if zh else ": ") + reason if reason else "。" if zh else ".")
    return f"{said}（{edition}）" if zh else f"{said} [{edition}]"
