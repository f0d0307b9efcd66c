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
in one pass takes two thirds of the time of asking twice. The interpreter (:mod:`hub.rules.interpret`)
says the same in the plainest way, and a property test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from hub.core.fact import FieldType
from hub.core.subject import READABLE_BY_NAME
from hub.rules.days import FAR, Moment
from hub.rules.model import All, AnyOf, Condition, FactCondition, Guard, Leaf, NoneOf, Path, Rule

NO: Final = -9_999_999
"""The end of a ground that does not hold: before the first day of the calendar."""
OPEN: Final = 9_999_999
"""The end of a ground that does not end: after the last day of the calendar."""
SUBJECT_KIND: Final = "subject"
_EMPTY_IS_ABSENT: Final = (FieldType.TEXT, FieldType.TEXTS)


class Entry(NamedTuple):
    """A fact condition over one entry: plain tests, first days and last days, as expressions."""

    fields: tuple[str, ...]
    plain: tuple[str, ...]
    firsts: tuple[str, ...]
    lasts: tuple[str, ...]


def conditions_of(condition: Condition) -> tuple[FactCondition, ...]:
    """Return the fact conditions in a condition, in reading order, each once."""
    if isinstance(condition, FactCondition):
        return (condition,)
    found = (fact for child in children_of(condition) for fact in conditions_of(child))
    return tuple(dict.fromkeys(found))


def children_of(condition: All | AnyOf | NoneOf) -> tuple[Condition, ...]:
    """Return the conditions a group is made of."""
    if isinstance(condition, All):
        return condition.all
    return condition.any if isinstance(condition, AnyOf) else condition.none


def analyse(condition: FactCondition, prefix: str = "f_") -> Entry:
    """Return the condition as expressions over ``today`` and the variables ``<prefix><field>``."""
    plain: list[str] = []
    firsts: list[str] = []
    lasts: list[str] = []
    for leaf in condition.where:
        name = prefix + leaf.field
        first, last = _days(leaf, name)
        if first or last:
            plain.append(f"{name} is not None")
            firsts += [first] if first else []
            lasts += [last] if last else []
        else:
            plain.append(_plain(condition.fact, leaf, name))
    fields = tuple(dict.fromkeys(leaf.field for leaf in condition.where))
    return Entry(fields, tuple(dict.fromkeys(plain)), tuple(firsts), tuple(lasts))


def _days(leaf: Leaf, name: str) -> tuple[str, str]:
    """Return the first and the last day on which a dated leaf holds; empty where it has none."""
    if leaf.operator == "within_months":
        return name, f"months_later({name}, {leaf.value!r})"
    if leaf.operator == "within_days":
        return name, f"({name} + {leaf.value!r})"
    if not isinstance(leaf.value, Moment):
        return "", ""
    pivot = _pivot(leaf.value, name)
    return {
        "on_or_before": (pivot, ""),
        "before": (f"({pivot} + 1)", ""),
        "on_or_after": ("", pivot),
        "after": ("", f"({pivot} - 1)"),
    }[leaf.operator]


def _pivot(moment: Moment, name: str) -> str:
    if moment.unit == "months" and moment.amount:
        return f"months_later({name}, {-moment.amount})"
    return f"({name} + {-moment.amount})" if moment.amount else name


def _plain(fact: str, leaf: Leaf, name: str) -> str:
    field = READABLE_BY_NAME[fact].field(leaf.field)
    empty_is_absent = field is not None and field.type in _EMPTY_IS_ABSENT
    known = f"{name}" if empty_is_absent else f"{name} is not None"
    value = leaf.value
    if leaf.operator == "is":
        return f"{name} is {value}" if isinstance(value, bool) else f"{name} == {value!r}"
    if leaf.operator == "is_not":
        return f"{name} is {not value}" if isinstance(value, bool) else f"{known} and {name} != {value!r}"
    return {
        "in": f"{name} in {value!r}",
        "present": known,
        "absent": f"not {name}" if empty_is_absent else f"{name} is None",
        "at_least": f"{name} is not None and {name} >= {value!r}",
        "at_most": f"{name} is not None and {name} <= {value!r}",
        "includes": f"{name} is not None and {value!r} in {name}",
    }[leaf.operator]


def write_outlook(rules: Iterable[Rule], others: Iterable[Condition]) -> list[str]:
    """Return the lines of ``outlook(facts, today)``: the rules that hit, as ordered, and the day of change.

    ``others`` are the conditions that can change an answer beside those of the ``rules``.
    """
    ordered = [(f"R{number}", rule.condition) for number, rule in enumerate(rules)]
    asked = _number(condition for _, condition in ordered)
    every = _number((*(condition for _, condition in ordered), *others))
    lines = ["def outlook(facts, today):", "    get = facts.get", "    found = ()", f"    change = {OPEN}"]
    if asked:
        lines.append("    " + " = ".join(f"c{n}" for n in asked.values()) + f" = {NO}")
        lines.append("    " + " = ".join(f"e{n}" for n in asked.values()) + " = ()")
    relevant = {fact: n for fact, n in every.items() if fact in asked or any(analyse(fact)[2:])}
    for kind, group in _by_kind(relevant).items():
        lines += _loop(kind, [fact for fact, _ in group])
        looks = [(analyse(fact).plain, _look(fact, asked.get(fact))) for fact, _ in group]
        lines += [f"            {line}" for line in _sifted(looks)]
    for rule, condition in ordered:
        lines += _found(rule, condition, asked)
    return [*lines, f"    return found, change if change <= {FAR} else None"]


def each_entry(rule: Rule) -> FactCondition | None:
    """Return the condition every entry of which is a hit of its own: an admission task is per candidacy."""
    condition = rule.condition
    return condition if rule.makes == "admission_task" and isinstance(condition, FactCondition) else None


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


def _loop(kind: str, conditions: list[FactCondition]) -> list[str]:
    fields = dict.fromkeys(field for condition in conditions for field in analyse(condition).fields)
    return [
        f"    entries = get({kind!r})",
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


def _look(condition: FactCondition, number: int | None) -> list[str]:
    """Return what an entry comes to that passed the plain tests; ``number``: of the ground, None for none."""
    entry = analyse(condition)
    lines = [] if number is None else _ground(condition.fact, number, "day" if entry.lasts else str(OPEN))
    if entry.lasts:
        lines += ["if day < change:", "    change = day + 1"]
        lines = [f"day = {_one('min', entry.lasts)}", "if day >= today:", *_indented(lines)]
    if entry.firsts:
        begun = ["else:", *_indented(lines)] if lines else []
        later = ["if day > today:", "    if day < change:", "        change = day", *begun]
        lines = [f"day = {_one('max', entry.firsts)}", *later]
    return lines


def _sifted(looks: Iterable[tuple[tuple[str, ...], list[str]]]) -> list[str]:
    """Return the lines behind their plain tests, a test that several begin with made once.

    Kinds of certificate share most of their tests, and most entries fail at the first.
    """
    groups: dict[str, list[tuple[tuple[str, ...], list[str]]]] = {}
    lines: list[str] = []
    for tests, body in looks:
        if tests:
            groups.setdefault(tests[0], []).append((tests[1:], body))
        else:
            lines += body
    for test, group in groups.items():
        within = _sifted(group)
        lines += [f"if {test}:", *_indented(within)] if within else []
    return lines


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
