"""Pick decisions worth reading and put them into plain words, Chinese and English. Pure.

Five in full, of different kinds; and of every rule, path and guard that occurred one, in brief. What is
of class s appears as hub.decisions has it: as the ground that is not named. Rules without a decision of
their own are named with why they have none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hub.core import dates

if TYPE_CHECKING:
    from hub.rules.model import Rule, RuleBook

__all__ = (
    "Brief", "Example", "Silent", "choose", "each_guard", "each_path", "each_rule", "each_task",
    "guard_texts", "silent_rules",
)  # fmt: skip

Decision = Mapping[str, Any]


class Example(NamedTuple):
    """One decision in words. ``person`` is the beginning of a pseudonym."""

    title_zh: str
    title_en: str
    person: str
    zh: tuple[str, ...]
    en: tuple[str, ...]


class Brief(NamedTuple):
    """A rule or a guard with one decision in which it had a say."""

    name: str
    zh: str
    en: str
    came_of_it: str
    """What was decided, for whom to act, and on which facts: codes and dates, the same in both languages."""
    person: str
    times: int
    """Decisions in which it had a say."""


class Silent(NamedTuple):
    """A rule of the book of which there is no decision in its own name, and why."""

    name: str
    zh: str
    en: str
    why: str
    """``off``; ``class s``: its decisions are told as the public ground ``public``; ``no hit``."""
    public: str


_WANTED: Final[tuple[tuple[str, str, Callable[[Decision], bool]], ...]] = (
    ("优先邀请", "a priority invitation", lambda d: d["change"] == "issued" and d["priority"] == 1),
    ("优先级提高", "raised to a better priority", lambda d: d["change"] == "raised"),
    ("青少年路径", "the youth path", lambda d: d["change"] == "issued" and d["kind"] == "youth"),
    (
        "暂缓",
        "held back",
        lambda d: d["outcome"] == "held" and not d["change"] and d["code"] in {"consent", "guardian"},
    ),
    ("撤回", "withdrawn", lambda d: d["change"] == "withdrawn" and d["code"] == "consent"),
    ("改由其他组织邀请", "sent to another organisation", lambda d: d["change"] == "rerouted"),
    ("到期", "expired", lambda d: d["change"] == "expired"),
    ("邀请", "an invitation", lambda d: d["change"] == "issued"),
    ("停止", "stopped", lambda d: d["outcome"] == "stop"),
)
_COUNT: Final = 5
_BATCH: Final = {
    "batch": (
        "等待该优先级每周集中邀请的日子。",
        "Waits for the day of the week on which its priority is invited.",
    )
}
"""The one code that no guard gives: everything holds, and only the day has not come."""
_KINDS: Final = {"youth": "青少年", "adult": "成人", "group": "团体"}


def guard_texts(book: RuleBook) -> dict[str, tuple[str, str]]:
    """Return code → (zh, en) of a rule book's guards, and of the code ``batch``."""
    return {str(guard.code): (guard.reason.zh, guard.reason.en) for guard in book.guards} | _BATCH


def choose(decisions: Iterable[Decision], guards: Mapping[str, tuple[str, str]]) -> list[Example]:
    """Return up to five examples, of different kinds, the earliest of each kind."""
    ordered = sorted(decisions, key=lambda d: (d["tick"], d["person"]))
    found: list[Example] = []
    taken: set[bytes] = set()
    for title_zh, title_en, fits in _WANTED:
        for decision in ordered:
            if decision["person"] not in taken and fits(decision):
                taken.add(decision["person"])
                found.append(_tell(title_zh, title_en, decision, guards))
                break
        if len(found) == _COUNT:
            break
    return found


def each_rule(decisions: Iterable[Decision]) -> list[Brief]:
    """Return every rule that hit, by id, with its first decision."""
    return _each(decisions, lambda decision: [(rule["id"], _rule(rule)) for rule in decision["rules"]])


def each_task(tasks: Iterable[Mapping[str, Any]]) -> list[Brief]:
    """Return every rule that made tasks, by id, with the first one; ``tasks`` are those opened."""
    return _each(
        tasks, lambda task: [(task["rule_id"], (f"任务：{task['reason_zh']}", f"task: {task['reason_en']}"))]
    )


def each_path(decisions: Iterable[Decision], book: RuleBook) -> list[Brief]:
    """Return every way in that somebody was invited to, by id, with the first such decision."""
    paths = {path.kind: (path.id, (path.title.zh, path.title.en)) for path in book.paths}
    issued = (decision for decision in decisions if decision["change"] == "issued")
    return _each(issued, lambda decision: [paths[decision["kind"]]])


def silent_rules(book: RuleBook, told: Collection[str]) -> list[Silent]:
    """Return the rules of a book that are not among those told, in the book's order."""

    def why(rule: Rule) -> str:
        if rule.status == "off":
            return "off"
        return "class s" if rule.data_class == "s" else "no hit"

    return [
        Silent(rule.id, rule.title.zh, rule.title.en, why(rule), rule.public or rule.id)
        for rule in book.rules
        if rule.id not in told
    ]


def each_guard(decisions: Iterable[Decision], guards: Mapping[str, tuple[str, str]]) -> list[Brief]:
    """Return every guard that stopped or held somebody, in the book's order, with its first decision."""

    def said(decision: Decision) -> list[tuple[str, tuple[str, str]]]:
        code = decision["code"]
        return [(code, guards[code])] if code in guards else []

    found = {brief.name: brief for brief in _each(decisions, said)}
    return [found[code] for code in guards if code in found]


def _each(
    decisions: Iterable[Decision], said: Callable[[Decision], list[tuple[str, tuple[str, str]]]]
) -> list[Brief]:
    first: dict[str, Brief] = {}
    times: Counter[str] = Counter()
    for decision in sorted(decisions, key=lambda each: (each["tick"], each["person"])):
        for name, (zh, en) in said(decision):
            times[name] += 1
            first.setdefault(name, Brief(name, zh, en, _came_of(decision), decision["person"].hex()[:8], 0))
    return [first[name]._replace(times=times[name]) for name in sorted(first)]


def _came_of(decision: Decision) -> str:
    """Return what a decision came to, or a task that was opened."""
    if "task_id" in decision:
        due = f", due {dates.iso(decision['due_on'])}" if decision["due_on"] is not None else ""
        return f"{decision['kind']} {decision['status']} → {decision['organisation']}{due}"
    rules = "+".join(rule["id"] for rule in decision["rules"])
    what = " ".join(filter(None, (decision["change"] or decision["outcome"], decision["code"])))
    where = f" → {decision['organisation']}" if decision["organisation"] else ""
    return f"{rules or '–'}: {what}{where}; {_facts(decision)}"


def _rule(rule: Mapping[str, Any]) -> tuple[str, str]:
    return f"{rule['title_zh']}：{rule['reason_zh']}", f"{rule['title_en']}: {rule['reason_en']}"


def _tell(title_zh: str, title_en: str, decision: Decision, guards: Mapping[str, tuple[str, str]]) -> Example:
    zh, en = [], []
    for rule in decision["rules"]:
        zh.append(f"{rule['id']} v{rule['version']} {rule['title_zh']}：{rule['reason_zh']}")
        en.append(f"{rule['id']} v{rule['version']} {rule['title_en']}: {rule['reason_en']}")
    if decision["code"] in guards:
        guard_zh, guard_en = guards[decision["code"]]
        zh.append(f"{decision['code']}：{guard_zh}")
        en.append(f"{decision['code']}: {guard_en}")
    if decision["organisation"]:
        zh.append(f"归口组织 {decision['organisation']}，{_KINDS[decision['kind']]}会员")
        en.append(f"organisation {decision['organisation']}, {decision['kind']} member")
    zh.append(f"规则手册 {decision['book']}；依据事实 {_facts(decision)}")
    en.append(f"rule book {decision['book']}; facts used {_facts(decision)}")
    return Example(title_zh, title_en, decision["person"].hex()[:8], tuple(zh), tuple(en))


def _facts(decision: Decision) -> str:
    facts = [
        f"{fact['kind']}({', '.join(f'{name} {value}' for name, value in sorted(fact['fields'].items()))})"
        for fact in decision["facts_used"]
    ]
    return "; ".join(facts) or "–"
