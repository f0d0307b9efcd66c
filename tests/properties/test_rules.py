"""The compiled rules against the interpreter, on random facts, random days and random books."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from hub import packaged
from hub.core.fact import FactKind, Field, FieldType
from hub.core.subject import READABLE
from hub.rules import interpret
from hub.rules.book import load
from hub.rules.compile import CompiledBook, compile_book
from hub.rules.days import Moment, months_later
from hub.rules.hit import Facts
from hub.rules.model import All, AnyOf, Condition, FactCondition, Guard, GuardCode, Leaf, NoneOf, Path, Rule, Text
from hub.rules.operators import OPERATORS, Operand, Operator
from hub.rules.vocabulary import values_of

BOOK: Final = load(packaged.read_text("rules/books/zhejiang-2022.yaml"), file="zhejiang-2022.yaml")
COMPILED: Final = compile_book(BOOK)
TODAY: Final = 19_158
"""2022-06-15; days are drawn around it, so that boundaries are met."""
DAYS: Final = st.integers(TODAY - 800, TODAY + 800) | st.integers(TODAY - 3, TODAY + 3)
FAR_DAYS: Final = DAYS | st.sampled_from((-719_162, 2_932_896))
"""The ends of the calendar too: a certificate "for ever" is written 9999-12-31."""


_ANY_TEXT: Final = st.sampled_from(("a", "b", ""))


def _values(kind: FactKind, field: Field) -> st.SearchStrategy[Any]:
    texts = st.sampled_from((*values_of(kind.name, field.name), "")) if values_of(kind.name, field.name) else _ANY_TEXT
    return {
        FieldType.TEXT: texts,
        FieldType.DAY: FAR_DAYS,
        FieldType.NUMBER: st.integers(0, 40),
        FieldType.FLAG: st.booleans(),
        FieldType.TEXTS: st.lists(st.sampled_from(("a", "b", "c")), max_size=3),
    }[field.type]


def _entries(kind: FactKind) -> st.SearchStrategy[list[dict[str, Any]]]:
    entry = st.fixed_dictionaries(
        {"key": st.binary(min_size=1, max_size=1)},
        optional={field.name: _values(kind, field) for field in kind.fields},
    )
    return st.lists(entry, min_size=1, max_size=1 if kind.name in ("subject", "party") else 3)


FACTS: Final[st.SearchStrategy[Facts]] = st.fixed_dictionaries(
    {"subject": _entries(READABLE[-1])},
    optional={kind.name: _entries(kind) for kind in READABLE[:-1] if kind.name in COMPILED.kinds},
)
"""Every fact kind but ``subject`` may be missing, and every field."""


def _operands(kind: FactKind, field: Field, operator: Operator) -> st.SearchStrategy[Any]:
    value = _values(kind, field).filter(lambda drawn: drawn != "")
    return {
        Operand.VALUE: value,
        Operand.VALUES: st.lists(value, min_size=1, max_size=2).map(tuple),
        Operand.TRUE: st.just(True),  # noqa: FBT003  # the word in the book
        Operand.NUMBER: st.integers(0, 40),
        Operand.COUNT: st.integers(1, 24),
        Operand.MOMENT: st.builds(Moment, st.integers(-400, 400), st.just("days"))
        | st.builds(Moment, st.integers(-24, 24), st.just("months")),
        Operand.TEXT: st.sampled_from(("a", "b")),
    }[operator.operand]


def _leaves(kind: FactKind) -> st.SearchStrategy[Leaf]:
    return st.one_of([
        _operands(kind, field, operator).map(partial(_leaf, field.name, operator.name))
        for operator in OPERATORS
        for field in kind.fields
        if field.type in operator.types
    ])  # fmt: skip


def _leaf(field: str, operator: str, value: Any) -> Leaf:  # noqa: ANN401  # an operand of any type
    return Leaf(field=field, operator=operator, value=value)


def _fact_condition(fact: str, where: list[Leaf]) -> FactCondition:
    return FactCondition(fact=fact, where=tuple(where))


FACT_CONDITIONS: Final = st.one_of([
    st.lists(_leaves(kind), min_size=1, max_size=3).map(partial(_fact_condition, kind.name))
    for kind in READABLE
    if kind.name in ("certificate", "course", "subject")
])  # fmt: skip
"""Conditions on one entry that the checker would accept. Built once: building strategies is what takes time."""


def _grouped(children: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(children, min_size=1, max_size=3).map(tuple)
    return (
        several.map(lambda drawn: All(all=drawn))
        | several.map(lambda drawn: AnyOf(any=drawn))
        | several.map(lambda drawn: NoneOf(none=drawn))
    )


CONDITIONS: Final[st.SearchStrategy[Condition]] = st.recursive(FACT_CONDITIONS, _grouped, max_leaves=4)
_WORDS: Final = Text(zh="文", en="text")


def _rule(number: int, priority: int, condition: Condition, cooldown_days: int | None) -> Rule:
    return Rule(
        id=f"R{number:02}", version=1, title=_WORDS, reason=_WORDS, phrase="x", source="S0", data_class="p",
        priority=priority, discloses=(), when=condition, cooldown_days=cooldown_days,
    )  # fmt: skip


def _book(rules: list[tuple[int, Condition, int | None]], guards: list[Condition], youth: Condition) -> CompiledBook:
    return compile_book(BOOK.model_copy(update={
        "rules": tuple(_rule(number, *drawn) for number, drawn in enumerate(rules)),
        "guards": tuple(
            Guard(code=code, kind="hold", reason=_WORDS, when=when)
            for code, when in zip(GuardCode, guards, strict=False)
        ),
        "paths": (
            Path(id="a", version=1, kind="youth", title=_WORDS, when=youth),
            Path(id="b", version=1, kind="adult", title=_WORDS),
        ),
    }))  # fmt: skip


RULES: Final = st.tuples(st.integers(1, 3), CONDITIONS, st.none() | st.integers(1, 400))
BOOKS: Final = st.builds(
    _book, st.lists(RULES, min_size=1, max_size=3), st.lists(CONDITIONS, max_size=2), CONDITIONS
)
"""Books of a few rules, guards and paths, compiled."""


def _near(facts: Facts) -> st.SearchStrategy[tuple[Facts, int]]:
    """Draw a day at which something begins or ends: a fact's day, moved as conditions move it."""
    days = [
        value
        for entries in facts.values() for entry in entries for value in entry.values()
        if isinstance(value, int) and TODAY - 2000 < value < TODAY + 2000
    ]  # fmt: skip
    moved = st.sampled_from(days or [TODAY]).flatmap(
        lambda day: st.sampled_from((day, months_later(day, 12), day + 365)).flatmap(
            lambda pivot: st.integers(pivot - 2, pivot + 2)
        )
    )
    return st.tuples(st.just(facts), DAYS | moved)


SITUATIONS: Final = FACTS.flatmap(_near)
"""Facts, and a day, often one at which an answer is about to change."""


def _assert_same(compiled: CompiledBook, facts: Facts, today: int) -> None:
    assert compiled.hits(facts, today) == interpret.hits(compiled.book, facts, today)
    assert compiled.guard(facts, today) == interpret.guard(compiled.book, facts, today)
    assert compiled.path(facts, today) == interpret.path(compiled.book, facts, today).kind


def _answer(book: CompiledBook, facts: Facts, day: int) -> tuple[object, ...]:
    return (
        interpret.hits(book.book, facts, day), interpret.guard(book.book, facts, day),
        interpret.path(book.book, facts, day),
    )  # fmt: skip


def _assert_quiet(compiled: CompiledBook, facts: Facts, today: int, steps: list[int]) -> None:
    change = compiled.next_change(facts, today)
    assert change is None or change > today
    end = TODAY + 4000 if change is None else min(change, TODAY + 4000)
    expected = _answer(compiled, facts, today)
    for day in {today + 1, end - 1, *(today + step for step in steps)}:
        if today < day < end:
            assert _answer(compiled, facts, day) == expected


STEPS: Final = st.lists(st.integers(1, 1500), max_size=6)


@settings(max_examples=1000, deadline=None)
@given(SITUATIONS)
def test_the_packaged_book_compiles_to_what_it_says(situation: tuple[Facts, int]) -> None:
    """Hits with their ends and evidence, guard and path are the interpreter's, for any facts and day."""
    _assert_same(COMPILED, *situation)


@settings(max_examples=1000, deadline=None)
@given(SITUATIONS, STEPS)
def test_nothing_changes_before_the_next_change_of_the_packaged_book(
    situation: tuple[Facts, int], steps: list[int]
) -> None:
    """Strictly between today and next_change every answer stays what it is today."""
    _assert_quiet(COMPILED, *situation, steps)


@settings(max_examples=500, deadline=None)
@given(BOOKS, SITUATIONS)
def test_any_book_compiles_to_what_it_says(compiled: CompiledBook, situation: tuple[Facts, int]) -> None:
    """Random conditions, nested groups and negations included, are compiled to what they mean."""
    _assert_same(compiled, *situation)


@settings(max_examples=500, deadline=None)
@given(BOOKS, SITUATIONS, STEPS)
def test_nothing_changes_before_the_next_change_of_any_book(
    compiled: CompiledBook, situation: tuple[Facts, int], steps: list[int]
) -> None:
    """Also for random books, nothing changes by time alone before next_change."""
    _assert_quiet(compiled, *situation, steps)
