"""``python -m bench.rules``: what evaluating a person by a rule book costs, with 18 rules and with 200.

The 200 are the packaged book's own and variations of them that a province might write: other kinds of
certificate, grades and stars, other spans, two facts in place of one, with and without somebody's age. All
variations are active, read facts that the people here have, and no two ask the same; so none is skipped
for a trivial reason. The people are drawn from a fixed seed: one to three kinds of facts each, some old,
revoked or incomplete. Time is CPU time of this thread, the best of several rounds. The last table runs each
rule as a book of its own, over those who have a fact that it reads, and over the others.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from random import Random
from typing import Any, Final, NamedTuple

from hub import packaged
from hub.cli.common import print_table
from hub.rules.book import load
from hub.rules.compile import CompiledBook, compile_book
from hub.rules.condition import conditions_of
from hub.rules.days import Moment
from hub.rules.hit import Facts
from hub.rules.model import All, Condition, FactCondition, Leaf, NoneOf, Rule, RuleBook

__all__ = ("Cost", "book_of", "main", "measure", "people")

TODAY: Final = 19_158
"""2022-06-15."""
PEOPLE: Final = 2_000
ROUNDS: Final = 7
SEED: Final = 7
LARGE: Final = 200
_NANOSECONDS: Final = 1_000
_SPANS: Final = (3, 6, 9, 12, 18, 24, 36)
_SUBJECT: Final[dict[str, Any]] = {
    "key": b"", "age": 34, "student": False, "citizen": True, "deceased": False, "erasure": False,
    "superseded": False, "never": False, "member": False, "applied": False, "review": "", "consent": "valid",
    "guardian_missing": False, "region_known": True, "group": False, "stale_grounds": False, "moved": False,
}  # fmt: skip


class Cost(NamedTuple):
    """What a book costs, in microseconds of CPU per person."""

    rules: int
    compile_ms: float
    outlook: float
    """The rules that invite and hit, and the day of the next change: once per event."""
    all: float
    """Everything matching asks of a book for one event: outlook, tasks, path and guard."""
    hits: float
    """Rules that hit, per person."""


def people(count: int = PEOPLE) -> list[Facts]:
    """Return facts of so many people, as matching shows them to a book."""
    return list(_drawn(Random(SEED), count))


def _drawn(chance: Random, count: int) -> Iterator[Facts]:
    for _ in range(count):
        facts: dict[str, list[dict[str, Any]]] = {"subject": [{**_SUBJECT, "age": chance.randint(12, 80)}]}
        for kind in chance.sample(tuple(_ENTRIES), chance.choice((1, 1, 1, 2, 2, 3))):
            entries = [_ENTRIES[kind](chance) for _ in range(chance.choice((1, 1, 1, 2, 3)))]
            facts[kind] = [{"key": bytes((number,)), **entry} for number, entry in enumerate(entries)]
        yield facts


def _past(chance: Random) -> int:
    return TODAY - chance.randint(0, 1_500)


def _certificate(chance: Random) -> dict[str, Any]:
    issued = _past(chance)
    found = {
        "kind": chance.choice(("first_aider", "first_aider", "cpr_aed", "trainer")),
        "issued_on": issued, "expires_on": issued + 1_095,
    }  # fmt: skip
    return {**found, "revoked_on": issued + 200} if chance.random() < 0.05 else found


def _volunteer(chance: Random) -> dict[str, Any]:
    return {
        "status": chance.choice(("active", "active", "left")),
        "level": chance.choice(("registered", "recorded")),
        "star": chance.randint(0, 5), "total_hours": chance.randint(0, 900), "active_on": _past(chance),
    }  # fmt: skip


_ENTRIES: Final[dict[str, Callable[[Random], dict[str, Any]]]] = {
    "certificate": _certificate,
    "volunteer": _volunteer,
    "course": lambda chance: {"completed_on": _past(chance), "hours": chance.choice((4, 8, 16, 40))},
    "gift": lambda chance: {"donated_on": _past(chance)},
    "rescue_member": lambda chance: {
        "status": chance.choice(("active", "left")), "joined_on": _past(chance),
        "grade": chance.choice(("trainee", "regular", "backbone")),
    },
    "mission": lambda chance: {"until_on": _past(chance), "hours": chance.randint(2, 90)},
    "project": lambda chance: {"role": "helper", "enrolled_on": _past(chance)},
    "candidacy": lambda chance: {"status": "nominated", "session_on": TODAY + chance.randint(-300, 300)},
}  # fmt: skip


def _leaf(field: str, operator: str, value: Any) -> Leaf:
    return Leaf(field=field, operator=operator, value=value)


_KINDS: Final = ("first_aider", "cpr_aed", "trainer")
_GRADES: Final = ("trainee", "regular", "backbone")
_UNREVOKED: Final = Leaf(field="revoked_on", operator="absent", value=True)
_ACTIVE: Final = Leaf(field="status", operator="is", value="active")


def _entry(fact: str, *where: Leaf) -> FactCondition:
    return FactCondition(fact=fact, where=where)


def _within(field: str, months: int) -> Leaf:
    return _leaf(field, "within_months", months)


def _variations() -> Iterator[Condition]:
    """Yield conditions that a province might write, no two the same."""
    grown = _entry("subject", _leaf("age", "at_least", 18))
    minor = _entry("subject", _leaf("age", "at_most", 17))
    for months in _SPANS:
        for kind in _KINDS:
            issued = _leaf("issued_on", "on_or_before", Moment(0, "days"))
            lasting = _leaf("expires_on", "on_or_after", Moment(months, "months"))
            yield _entry("certificate", _leaf("kind", "is", kind), _UNREVOKED, _within("issued_on", months))
            yield _entry("certificate", _leaf("kind", "is", kind), _UNREVOKED, issued, lasting)
        for star in (1, 2, 4, 5):
            registered, served = _leaf("level", "is", "registered"), _within("active_on", months)
            yield _entry("volunteer", _ACTIVE, registered, served, _leaf("star", "at_least", star))
        for hours in (8, 16):
            yield _entry("course", _leaf("hours", "at_least", hours), _within("completed_on", months))
            yield _entry("mission", _leaf("hours", "at_least", hours), _within("until_on", months))
        kept = _leaf("refunded_on", "absent", value=True)
        yield All(all=(_entry("gift", kept, _within("donated_on", months)), grown))
        helper = _entry("project", _leaf("role", "is", "helper"), _within("enrolled_on", months))
        yield All(all=(helper, NoneOf(none=(minor,))))
        for grade in _GRADES[1:]:
            long_ago = _leaf("joined_on", "before", Moment(-months, "months"))
            yield _entry("rescue_member", _ACTIVE, _leaf("grade", "is", grade), long_ago)
    for kind, grade, months in product(_KINDS, _GRADES, _SPANS):
        certified = (_leaf("kind", "is", kind), _UNREVOKED, _within("issued_on", months + 12))
        team = _entry("rescue_member", _ACTIVE, _leaf("grade", "is", grade))
        yield All(all=(_entry("certificate", *certified), team))


def book_of(rules: int) -> RuleBook:
    """Return the packaged book, and with variations so many rules. ValueError when there are not so many."""
    book = load(packaged.read_text("rules/books/zhejiang-2022.yaml"), file="zhejiang-2022.yaml")
    model = book.rules[0]
    missing = rules - len(book.rules)
    names = (f"R{number:02}{letter}" for number, letter in product(range(20, 100), "abcdefgh"))
    made = [
        model.model_copy(update={"id": name, "priority": 1 + number % 3, "when": when})
        for number, (name, when) in enumerate(zip(names, _variations(), strict=False)) if number < missing
    ]  # fmt: skip
    found = book.with_rules((*book.rules, *made))
    if len(found.rules) < rules:
        raise ValueError(f"there are variations for {len(found.rules)} rules only")
    return found


def measure(book: RuleBook, persons: Sequence[Facts], rounds: int = ROUNDS) -> Cost:
    """Return what evaluating each person once by the book costs."""
    begin = time.thread_time_ns()
    compiled = compile_book(book)
    compile_ms = (time.thread_time_ns() - begin) / 1e6
    return Cost(
        len(book.rules), compile_ms, _best(persons, compiled.outlook, rounds),
        _best(persons, _everything(compiled), rounds),
        sum(len(compiled.hits(facts, TODAY)) for facts in persons) / max(1, len(persons)),
    )  # fmt: skip


def _everything(book: CompiledBook) -> Callable[[Facts, int], object]:
    outlook, tasks, path, guard = book.outlook, book.task_hits, book.path, book.guard

    def asked(facts: Facts, today: int) -> None:
        outlook(facts, today)
        tasks(facts, today)
        path(facts, today)
        guard(facts, today)

    return asked


def _best(persons: Sequence[Facts], ask: Callable[[Facts, int], object], rounds: int) -> float:
    """Return the microseconds per person of the best of several rounds."""
    best = None
    for _ in range(rounds):
        begin = time.thread_time_ns()
        for facts in persons:
            ask(facts, TODAY)
        spent = time.thread_time_ns() - begin
        best = spent if best is None else min(best, spent)
    return (best or 0) / max(1, len(persons)) / _NANOSECONDS


def _alone(book: RuleBook, rules: Iterable[Rule], persons: Sequence[Facts]) -> Iterator[tuple[object, ...]]:
    """Yield for each rule what it costs by itself where it is concerned, and where it is not."""
    for rule in rules:
        kinds = {fact.fact for fact in conditions_of(rule.condition)} - {"subject"}
        concerned = [facts for facts in persons if kinds & facts.keys()]
        others = [facts for facts in persons if not kinds & facts.keys()]
        ask = compile_book(book.with_rules((rule,))).outlook
        yield (
            rule.id,
            ", ".join(sorted(kinds)),
            *(f"{_best(each, ask, 3):.2f}" for each in (concerned, others)),
        )


def main() -> None:
    """Print the tables."""
    persons = people()
    costs = [measure(book_of(rules), persons) for rules in (18, 50, 100, LARGE)]
    rows = [
        (
            cost.rules, f"{cost.outlook:.2f}", f"{cost.outlook / cost.rules * _NANOSECONDS:.0f}",
            f"{cost.all:.2f}", f"{cost.hits:.2f}", f"{cost.compile_ms:.0f}",
        )
        for cost in costs
    ]  # fmt: skip
    columns = (
        "rules",
        "outlook, µs per event",
        "ns per rule",
        "all questions, µs per event",
        "hits per person",
        "compiling, ms",
    )
    print_table(
        columns, rows, title=f"{len(persons)} people, best of {ROUNDS} rounds, CPU time of one thread"
    )
    book = book_of(18)
    print_table(
        ("rule", "reads", "concerned, µs", "others, µs"), _alone(book, book.inviting(), persons),
        title="Each rule of class p as a book of its own",
    )  # fmt: skip


if __name__ == "__main__":
    main()
