"""Write a book's conditions as Python: the text of ``outlook``, ``path`` and ``guard``.

Every fact condition is a conjunction over one entry, so for a given entry it is a set of *plain*
tests that no passing of time changes, and an interval of days: the entry serves from its latest
first day to its earliest last day. All three functions are read off that:

- ``outlook`` asks whether today is in an interval, and takes the interval's end as the ground's end;
  it also takes the first interval start, or day after an interval's end, that is still to come;
- ``task_hits`` asks the same of the rules that make a task: one made per entry hits once for each;
- ``guard`` and ``path`` only ask whether there is such an entry.

Entries are looped over once per fact kind, each field read once per entry: measured, two thirds of
the time of an evaluation is dictionary look-ups. Asking for the rules that hit and for the day of change
in one pass takes two thirds of the time of asking twice. A rule is looked at only where a kind that it needs
is known: measured with 200 rules, that takes a quarter of the time for somebody of whom nothing is known that
a rule reads, and five sixths on average. The interpreter (:mod:`hub.rules.interpret`)
says the same in the plainest way, and a property test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple, TypeAlias

from hub.rules.condition import SUBJECT_KIND, children_of, conditions_of, each_entry, needs
from hub.rules.days import FAR
from hub.rules.entry import Entry, analyse
from hub.rules.model import All, AnyOf, Condition, FactCondition, Guard, NoneOf, Path, Rule

NO: Final = -9_999_999
"""The end of a ground that does not hold: before the first day of the calendar."""
OPEN: Final = 9_999_999
"""The end of a ground that does not end: after the last day of the calendar."""
_Placed: TypeAlias = tuple[int, Condition]
"""A condition with the place of its rule among those asked, best first."""


_RETURN_ORDERED: Final = (
    "    if mixed:",
    "        found = in_order(found)",
    f"    return found, change if change <= {FAR} else None",
)


class _Look(NamedTuple):
    """How an entry is looked at: plain tests, first days, and what it comes to once they have come."""

    tests: tuple[str, ...]
    firsts: tuple[str, ...]
    lines: list[str]


def write_outlook(rules: Iterable[Rule], others: Iterable[Condition]) -> list[str]:
    """Return the lines of ``outlook(facts, today)``: the rules that hit, as ordered, and the day of change.

    ``others`` are the conditions that can change an answer beside those of the ``rules``. A rule that reads
    one kind is looked at where that kind's entries are; the others at the end, where one of the kinds they
    need is known. So a rule that nothing concerns costs nothing; the hits carry their place, to be ordered.
    """
    ordered = [(place, rule.condition) for place, rule in enumerate(rules)]
    asked = _number(condition for _, condition in ordered)
    every = _number((*(condition for _, condition in ordered), *others))
    alone, shared = _by_need(ordered)
    early = _number(condition for _, condition in shared)
    guards = {kind for _, condition in shared for kind in needs(condition) or ()}
    lines = ["def outlook(facts, today):", "    get = facts.get", "    found = ()", f"    change = {OPEN}"]
    lines += ["    at = -1", "    mixed = False"]
    lines += _indented(_initial(asked[fact] for fact in early))
    relevant = {fact: n for fact, n in every.items() if fact in asked or any(analyse(fact)[2:])}
    for kind, group in _by_kind(relevant).items():
        own = [asked[fact] for fact, _ in group if fact in asked and fact not in early]
        looks = [_look(fact, asked.get(fact)) for fact, _ in group]
        loop = _loop(kind, [fact for fact, _ in group], remember=kind in guards)
        lines += [*loop[:2], *_indented(_indented(_initial(own))), *loop[2:]]
        lines += [f"            {line}" for line in _sifted(looks)]
        for place, condition in alone.get(kind, ()):
            lines += _indented(_found_at(place, condition, asked))
    return [*lines, *_write_shared(shared, asked), *_RETURN_ORDERED]


def _kind(condition: Condition) -> str:
    """Return the one kind that a condition reads and needs; empty when it is not so."""
    kinds = {fact.fact for fact in conditions_of(condition)}
    return next(iter(kinds)) if len(kinds) == 1 and needs(condition) is not None else ""


def _by_need(ordered: Iterable[_Placed]) -> tuple[dict[str, list[_Placed]], list[_Placed]]:
    """Return by kind the conditions that read it and nothing else, and apart the others."""
    alone: dict[str, list[_Placed]] = {}
    shared: list[_Placed] = []
    for each in ordered:
        kind = _kind(each[1])
        (alone.setdefault(kind, []) if kind else shared).append(each)
    return alone, shared


def _initial(numbers: Iterable[int]) -> list[str]:
    listed = list(numbers)
    if not listed:
        return []
    return [
        " = ".join(f"{name}{n}" for n in listed) + f" = {value}" for name, value in (("c", NO), ("e", "()"))
    ]


def _write_shared(shared: Iterable[_Placed], asked: dict[FactCondition, int]) -> list[str]:
    """Return the lines of rules that read several kinds, or hold of somebody of whom nothing is known."""
    groups: dict[frozenset[str] | None, list[str]] = {}
    for place, condition in shared:
        groups.setdefault(needs(condition), []).extend(_found_at(place, condition, asked))
    lines: list[str] = []
    for kinds, written in groups.items():
        known = " or ".join(f"k_{kind}" for kind in sorted(kinds or ()))
        lines += [f"    if {known}:", *_indented(written)] if known else written
    return lines


def _found_at(place: int, condition: Condition, asked: dict[FactCondition, int]) -> list[str]:
    """Return the lines that append a rule's one hit, and note when a better rule came after it.

    Most people have one hit, and many of the others have them in order: sorting always costs more.
    """
    noted = [f"        mixed = mixed or at > {place}", f"        at = {place}"]
    return [*_found(f"R{place}", condition, asked), *noted]


def write_task_hits(rules: Iterable[Rule]) -> list[str]:
    """Return the lines of ``task_hits(facts, today)``: the rules, in the order given, that hit."""
    ordered = [(f"R{number}", rule) for number, rule in enumerate(rules)]
    numbers = _number(rule.condition for _, rule in ordered)
    apart = {fact: numbers[fact] for _, rule in ordered if (fact := each_entry(rule)) is not None}
    lines = ["def task_hits(facts, today):", "    get = facts.get", "    found = ()"]
    if numbers:
        lines.append("    " + " = ".join(f"c{n}" for n in numbers.values()) + f" = {NO}")
        lines.append("    " + " = ".join(f"e{n}" for n in numbers.values()) + " = ()")
    if apart:
        lines.append("    " + " = ".join(f"a{n}" for n in apart.values()) + " = ()")
    for kind, group in _by_kind(numbers).items():
        lines += _loop(kind, [fact for fact, _ in group])
        for fact, number in group:
            lines += _hit(fact, number, apart=fact in apart)
    for rule, each in ordered:
        single = each_entry(each)
        lines += _found_apart(rule, apart[single]) if single else _found(rule, each.condition, numbers)
    return [*lines, "    return found"]


def _found(rule: str, condition: Condition, numbers: dict[FactCondition, int]) -> list[str]:
    """Return the lines that append a rule's one hit."""
    lines: list[str] = []
    value, evidence = _fold(condition, numbers, lines, rule)
    # Two conditions of a group can be satisfied by one entry: it is evidence once.
    once = f"tuple(dict.fromkeys({evidence})) if len({evidence}) > 1 else {evidence}"
    proof = evidence if isinstance(condition, FactCondition) else once
    return [
        *lines,
        f"    if {value} != {NO}:",
        f"        found += (new(Hit, ({rule}, None if {value} == {OPEN} else {value}, {proof})),)",
    ]


def _found_apart(rule: str, number: int) -> list[str]:
    """Return the lines that append a hit for every entry that satisfies the rule."""
    return [
        f"    for end, proof in a{number}:",
        f"        found += (new(Hit, ({rule}, None if end == {OPEN} else end, proof)),)",
    ]


def write_guard(guards: Iterable[Guard]) -> list[str]:
    """Return the lines of ``guard(facts, today)``: the first guard that applies, or None."""
    conditions = [(f"G{number}", guard.when) for number, guard in enumerate(guards)]
    return [*_write_first("guard", conditions), "    return None"]


def write_path(paths: Iterable[Path]) -> list[str]:
    """Return the lines of ``path(facts, today)``: the kind of the first path that holds, else the last."""
    listed = list(paths)
    conditions = [(repr(path.kind), path.when) for path in listed if path.when is not None]
    return [*_write_first("path", conditions), f"    return {listed[-1].kind!r}"]


def _number(conditions: Iterable[Condition]) -> dict[FactCondition, int]:
    facts = dict.fromkeys(fact for condition in conditions for fact in conditions_of(condition))
    return {fact: number for number, fact in enumerate(facts)}


def _by_kind(numbers: dict[FactCondition, int]) -> dict[str, list[tuple[FactCondition, int]]]:
    groups: dict[str, list[tuple[FactCondition, int]]] = {}
    for condition, number in numbers.items():
        groups.setdefault(condition.fact, []).append((condition, number))
    return groups


def _loop(kind: str, conditions: list[FactCondition], *, remember: bool = False) -> list[str]:
    """Return the lines that read each entry of a kind; ``remember``: whether there is one is asked again."""
    fields = dict.fromkeys(field for condition in conditions for field in analyse(condition).fields)
    return [
        f"    entries = k_{kind} = get({kind!r})" if remember else f"    entries = get({kind!r})",
        "    if entries:",
        "        for entry in entries:",
        "            read = entry.get",
        *(f"            f_{field} = read({field!r})" for field in fields),
    ]


def _tests(entry: Entry) -> str:
    tests = [*entry.plain, *(f"{first} <= today" for first in entry.firsts)]
    tests += [f"(u{index} := {last}) >= today" for index, last in enumerate(entry.lasts)]
    return " and ".join(tests)


def _hit(condition: FactCondition, number: int, *, apart: bool) -> list[str]:
    entry = analyse(condition)
    until = _one("min", [f"u{index}" for index in range(len(entry.lasts))]) if entry.lasts else str(OPEN)
    lines = [f"if {_tests(entry)}:", f"    if {until} > c{number}:", f"        c{number} = {until}"]
    proof = f"(({condition.fact!r}, read('key', b'')),)"
    if condition.fact != SUBJECT_KIND:  # computed, so no evidence of anything
        lines.append(f"    e{number} += {proof}")
    if apart:
        lines.append(f"    a{number} += (({until}, {proof}),)")
    return [f"            {line}" for line in lines]


def _look(condition: FactCondition, number: int | None) -> _Look:
    """Return how an entry is looked at; ``number``: of the ground that it may be, None for none."""
    entry = analyse(condition)
    lines = [] if number is None else _ground(condition.fact, number, "day" if entry.lasts else str(OPEN))
    if entry.lasts:
        lines += ["if day < change:", "    change = day + 1"]
        lines = [f"day = {_one('min', entry.lasts)}", "if day >= today:", *_indented(lines)]
    return _Look(entry.plain, entry.firsts, lines)


def _sifted(looks: Iterable[_Look]) -> list[str]:
    """Return the lines behind their plain tests, a test that several begin with made once.

    Kinds of certificate share most of their tests, and most entries fail at the first. So do days:
    where several begin on the same one, whether it has come is asked once.
    """
    groups: dict[str, list[_Look]] = {}
    begun: dict[tuple[str, ...], list[str]] = {}
    lines: list[str] = []
    for look in looks:
        if look.tests:
            groups.setdefault(look.tests[0], []).append(look._replace(tests=look.tests[1:]))
        else:
            begun.setdefault(look.firsts, []).extend(look.lines)
    for firsts, within in begun.items():
        lines += _once_begun(firsts, within) if firsts else within
    for test, group in groups.items():
        inner = _sifted(group)
        lines += [f"if {test}:", *_indented(inner)] if inner else []
    return lines


def _once_begun(firsts: tuple[str, ...], lines: list[str]) -> list[str]:
    """Return the lines that look at an entry once its first day has come, and until then note that day."""
    later = ["if day > today:", "    if day < change:", "        change = day"]
    return [f"day = {_one('max', firsts)}", *later, *(["else:", *_indented(lines)] if lines else ())]


def _ground(fact: str, number: int, until: str) -> list[str]:
    """Return the lines that note the entry as a ground that holds until a day."""
    lines = [f"if {until} > c{number}:", f"    c{number} = {until}"]
    if fact != SUBJECT_KIND:  # computed, so no evidence of anything
        lines.append(f"e{number} += (({fact!r}, read('key', b'')),)")
    return lines


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _one(function: str, expressions: Iterable[str]) -> str:
    listed = list(expressions)
    return listed[0] if len(listed) == 1 else f"{function}({', '.join(listed)})"


def _fold(
    condition: Condition, numbers: dict[FactCondition, int], lines: list[str], prefix: str
) -> tuple[str, str]:
    """Append the lines that compute a condition's end and evidence; return the two expressions."""
    if isinstance(condition, FactCondition):
        return f"c{numbers[condition]}", f"e{numbers[condition]}"
    parts = [
        _fold(child, numbers, lines, f"{prefix}_{index}")
        for index, child in enumerate(children_of(condition))
    ]
    values, evidence = [value for value, _ in parts], " + ".join(proof for _, proof in parts)
    end, proof = f"{prefix}_c", f"{prefix}_e"
    if isinstance(condition, NoneOf):
        lines.append(
            f"    {end} = {OPEN} if {' and '.join(f'{value} == {NO}' for value in values)} else {NO}"
        )
        return end, "()"
    worse = ">" if isinstance(condition, AnyOf) else "<"
    lines.append(f"    {end} = {values[0]}")
    for value in values[1:]:
        lines += [f"    if {value} {worse} {end}:", f"        {end} = {value}"]
    lines.append(f"    {proof} = {evidence} if {end} != {NO} else ()")
    return end, proof


def _write_first(name: str, conditions: list[tuple[str, Condition]]) -> list[str]:
    """Return a function that returns the result beside the first condition that holds."""
    numbers = _number(condition for _, condition in conditions)
    lines = [f"def {name}(facts, today):", "    get = facts.get"]
    if any(fact.fact == SUBJECT_KIND for fact in numbers):
        lines += [
            f"    entries = get({SUBJECT_KIND!r})",
            "    subject = entries[0].get if entries else ABSENT",
        ]
    read: set[str] = set()
    for result, condition in conditions:
        for fact in conditions_of(condition):
            if fact.fact != SUBJECT_KIND:
                lines += [
                    f"    h{numbers[fact]} = False",
                    *_loop(fact.fact, [fact]),
                    f"            if {_tests(analyse(fact))}:",
                    f"                h{numbers[fact]} = True",
                    "                break",
                ]
                continue
            fresh = [field for field in analyse(fact).fields if field not in read]
            lines += [f"    s_{field} = subject({field!r})" for field in fresh]
            read.update(fresh)
        lines += [f"    if {_truth(condition, numbers)}:", f"        return {result}"]
    return lines


def _truth(condition: Condition, numbers: dict[FactCondition, int]) -> str:
    if isinstance(condition, FactCondition):
        if condition.fact != SUBJECT_KIND:
            return f"h{numbers[condition]}"
        return f"({_tests(analyse(condition, 's_'))})"
    inner = [_truth(child, numbers) for child in children_of(condition)]
    if isinstance(condition, All):
        return f"({' and '.join(inner)})"
    joined = f"({' or '.join(inner)})"
    return f"(not {joined})" if isinstance(condition, NoneOf) else joined
