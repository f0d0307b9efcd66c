"""The compiled rules against the interpreter, on random facts, random days and random books."""

from __future__ import annotations

from functools import partial
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub import packaged
from hub.core.fact import FactKind, Field, FieldType
from hub.core.subject import READABLE
from hub.core.subject import READABLE_BY_NAME as BY_NAME
from hub.rules import interpret
from hub.rules.book import load
from hub.rules.cases import split, switched
from hub.rules.compile import CompiledBook, compile_book
from hub.rules.condition import conditions_of
from hub.rules.days import FAR, Moment
from hub.rules.hit import Facts
from hub.rules.model import (
    All,
    AnyOf,
    Condition,
    FactCondition,
    Guard,
    GuardCode,
    Leaf,
    NoneOf,
    Path,
    Rule,
)
from hub.rules.operators import OPERATORS, Operand, Operator
from hub.rules.part import Text
from hub.rules.vocabulary import values_of

BOOK: Final = load(packaged.read_text("rules/books/zhejiang-2022.yaml"), file="zhejiang-2022.yaml")
COMPILED: Final = compile_book(BOOK)
SWITCHED: Final = compile_book(switched(BOOK, [rule.id for rule in BOOK.rules]))
"""The packaged book with every rule active."""
TODAY: Final = 19_158
"""2022-06-15. Days crowd around it and around what conditions make of it, so that boundaries are met."""
TODAYS: Final = st.integers(TODAY - 4, TODAY + 4)
DAYS: Final = st.one_of(
    TODAYS,
    *(st.integers(TODAY + back - 3, TODAY + back + 3) for back in (-365, -30, 30)),
    st.integers(TODAY - 800, TODAY + 800),
    st.sampled_from((-719_162, 2_932_896)),  # a certificate "for ever" is written 9999-12-31
)


_ANY_TEXT: Final = st.sampled_from(("a", "b", ""))


def _values(kind: FactKind, field: Field) -> st.SearchStrategy[Any]:
    texts = (
        st.sampled_from((*values_of(kind.name, field.name), ""))
        if values_of(kind.name, field.name)
        else _ANY_TEXT
    )
    return {
        FieldType.TEXT: texts,
        FieldType.DAY: DAYS,
        FieldType.NUMBER: st.integers(0, 40),
        FieldType.FLAG: st.booleans(),
        FieldType.TEXTS: st.lists(st.sampled_from(("a", "b", "c")), max_size=3),
    }[field.type]


def _entries(kind: FactKind) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Draw entries in which three fields of four are there."""
    maybe = {field.name: st.one_of(*[_values(kind, field)] * 3, st.none()) for field in kind.fields}
    entry = st.fixed_dictionaries({"key": st.binary(min_size=1, max_size=1), **maybe}).map(_without_nothing)
    return st.lists(entry, min_size=1, max_size=1 if kind.name == "subject" else 3)


def _without_nothing(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if value is not None}


FACTS: Final[st.SearchStrategy[Facts]] = st.fixed_dictionaries(
    {"subject": _entries(READABLE[-1]), "certificate": _entries(BY_NAME["certificate"])},
    optional={
        kind: _entries(BY_NAME[kind]) for kind in ("course", "rescue_member", "candidacy", "hsc_donation")
    },
)
"""Facts of the kinds a random book reads, and a few more."""
_KINDS: Final = sorted({fact.fact for rule in BOOK.rules for fact in conditions_of(rule.when)} - {"subject"})
EVERYTHING: Final[st.SearchStrategy[Facts]] = st.fixed_dictionaries(
    {"subject": _entries(READABLE[-1])}, optional={kind: _entries(BY_NAME[kind]) for kind in _KINDS}
)
"""Facts of every kind the packaged book reads, those of class s among them: more than any stage is shown."""


def _operands(kind: FactKind, field: Field, operator: Operator) -> st.SearchStrategy[Any]:
    value = _values(kind, field).filter(lambda drawn: drawn != "")
    return {
        Operand.VALUE: value,
        Operand.VALUES: st.lists(value, min_size=1, max_size=2).map(tuple),
        Operand.TRUE: st.just(True),  # the word in the book
        Operand.NUMBER: st.integers(0, 40),
        Operand.COUNT: st.integers(1, 3),
        Operand.MOMENT: st.builds(Moment, st.integers(-3, 3), st.just("days"))
        | st.builds(Moment, st.integers(-1, 1), st.just("months")),
        Operand.TEXT: st.sampled_from(("a", "b")),
    }[operator.operand]


def _leaves(kind: FactKind) -> st.SearchStrategy[Leaf]:
    return st.one_of([
        _operands(kind, field, operator).map(partial(_leaf, field.name, operator.name))
        for operator in OPERATORS
        for field in kind.fields
        if field.type in operator.types
    ])  # fmt: skip


def _leaf(field: str, operator: str, value: Any) -> Leaf:  # an operand of any type
    return Leaf(field=field, operator=operator, value=value)


def _fact_condition(fact: str, where: list[Leaf]) -> FactCondition:
    return FactCondition(fact=fact, where=tuple(where))


FACT_CONDITIONS: Final = st.one_of([
    st.lists(_leaves(kind), min_size=1, max_size=3).map(partial(_fact_condition, kind.name))
    for kind in READABLE
    if kind.name in ("certificate", "course", "candidacy", "hsc_donation", "subject")
])  # fmt: skip
"""Conditions on one entry that the checker would accept. Built once: that is what takes time."""


def _grouped(children: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(children, min_size=1, max_size=3).map(tuple)
    return (
        several.map(lambda drawn: All(all=drawn))
        | several.map(lambda drawn: AnyOf(any=drawn))
        | several.map(lambda drawn: NoneOf(none=drawn))
    )


CONDITIONS: Final[st.SearchStrategy[Condition]] = st.recursive(FACT_CONDITIONS, _grouped, max_leaves=4)
_WORDS: Final = Text(zh="文", en="text")


_Made: TypeAlias = Literal["invitation", "admission_task", "transfer_notice"]


class _Drawn(NamedTuple):
    """What a random rule is made of."""

    priority: Literal[1, 2, 3]
    when: Condition
    cooldown_days: int | None
    makes: _Made
    data_class: Literal["p", "s"]
    status: Literal["active", "shadow", "off"]


def _rule(number: int, drawn: _Drawn) -> Rule:
    return Rule(
        id=f"R{number:02}", version=1, title=_WORDS, reason=_WORDS, phrase="x", source="S0", discloses=(),
        **drawn._asdict(),
    )  # fmt: skip


def _book(rules: list[_Drawn], guards: list[Condition], youth: Condition) -> CompiledBook:
    return compile_book(BOOK.model_copy(update={
        "rules": tuple(_rule(number, drawn) for number, drawn in enumerate(rules)),
        "guards": tuple(
            Guard(code=code, kind="hold", reason=_WORDS, when=when)
            for code, when in zip(GuardCode, guards, strict=False)
        ),
        "paths": (
            Path(id="a", version=1, kind="youth", title=_WORDS, when=youth),
            Path(id="b", version=1, kind="adult", title=_WORDS),
        ),
    }))  # fmt: skip


PRIORITIES: Final[st.SearchStrategy[Literal[1, 2, 3]]] = st.sampled_from((1, 2, 3))
_MAKES_OF_CLASS: Final[tuple[tuple[_Made, Literal["p", "s"]], ...]] = (
    ("invitation", "p"), ("invitation", "p"), ("admission_task", "p"), ("transfer_notice", "p"),
    ("invitation", "s"), ("invitation", "s"),
)  # fmt: skip
"""What a rule makes, with its class: the checker refuses a task of class s, which would name it."""
RULES: Final = st.builds(
    lambda priority, when, cooldown, made, status: _Drawn(priority, when, cooldown, made[0], made[1], status),
    PRIORITIES, CONDITIONS, st.none() | st.integers(1, 400), st.sampled_from(_MAKES_OF_CLASS),
    st.sampled_from(("active", "active", "active", "shadow", "off")),
)  # fmt: skip
BOOKS: Final = st.builds(
    _book, st.lists(RULES, min_size=1, max_size=4), st.lists(CONDITIONS, max_size=2), CONDITIONS
)
"""Books of a few rules, guards and paths, compiled."""


def _assert_same(compiled: CompiledBook, facts: Facts, today: int) -> None:
    assert compiled.hits(facts, today) == interpret.hits(compiled.book, facts, today)
    assert compiled.task_hits(facts, today) == interpret.task_hits(compiled.book, facts, today)
    assert compiled.sensitive_hits(facts, today) == interpret.sensitive_hits(compiled.book, facts, today)
    assert compiled.guard(facts, today) == interpret.guard(compiled.book, facts, today)
    assert compiled.path(facts, today) == interpret.path(compiled.book, facts, today).kind


def _assert_apart(compiled: CompiledBook, facts: Facts, today: int) -> None:
    """Fail when a rule is heard where it must not be, or a task does not rest on one entry."""
    told = [("p", hit) for hit in (*compiled.hits(facts, today), *compiled.task_hits(facts, today))]
    told += [("s", hit) for hit in compiled.sensitive_hits(facts, today)]
    for data_class, hit in told:
        assert (hit.rule.data_class, hit.rule.status) == (data_class, "active")
    assert all(hit.rule.makes == "invitation" for hit in compiled.hits(facts, today))
    for hit in compiled.task_hits(facts, today):
        assert hit.rule.makes != "invitation"
        if hit.rule.makes == "admission_task" and isinstance(hit.rule.condition, FactCondition):
            assert len(hit.evidence) == 1


def _answer(book: CompiledBook, facts: Facts, day: int) -> tuple[object, ...]:
    return (
        interpret.hits(book.book, facts, day), interpret.task_hits(book.book, facts, day),
        interpret.guard(book.book, facts, day), interpret.path(book.book, facts, day),
    )  # fmt: skip


def _assert_quiet(compiled: CompiledBook, facts: Facts, today: int, days: int) -> None:
    """Fail when an answer changes before ``next_change``, within so many days; of rules of class s apart."""
    change, apart = compiled.next_change(facts, today), compiled.sensitive_next_change(facts, today)
    assert change is None or change > today
    assert apart is None or apart > today
    expected = _answer(compiled, facts, today)
    for day in range(today + 1, min(change or FAR, today + days)):
        assert _answer(compiled, facts, day) == expected
    sensitive = interpret.sensitive_hits(compiled.book, facts, today)
    for day in range(today + 1, min(apart or FAR, today + days)):
        assert interpret.sensitive_hits(compiled.book, facts, day) == sensitive


@settings(max_examples=600, deadline=None)
@given(st.sampled_from((COMPILED, SWITCHED)), EVERYTHING, TODAYS)
def test_the_packaged_book_compiles_to_what_it_says(compiled: CompiledBook, facts: Facts, today: int) -> None:
    """Hits with their ends and evidence, guard and path are the interpreter's, for any facts and day."""
    _assert_same(compiled, facts, today)
    _assert_apart(compiled, facts, today)


@settings(max_examples=200, deadline=None)
@given(EVERYTHING, TODAYS)
def test_nothing_changes_before_the_next_change_of_the_packaged_book(facts: Facts, today: int) -> None:
    """Strictly between today and next_change every answer stays what it is today."""
    _assert_quiet(SWITCHED, facts, today, 40)


@pytest.mark.parametrize("kind", _KINDS)
def test_no_kind_changes_unseen(kind: str) -> None:
    """Nor with facts of one kind only: among many, what changes next hides what changes later."""

    @settings(max_examples=80, deadline=None)
    @given(_entries(BY_NAME[kind]), TODAYS)
    def hold(entries: list[dict[str, Any]], today: int) -> None:
        _assert_quiet(SWITCHED, {"subject": [{"age": 34}], kind: entries}, today, 40)

    hold()


@settings(max_examples=400, deadline=None)
@given(st.sampled_from((COMPILED, SWITCHED)), EVERYTHING, TODAYS)
def test_each_side_needs_nothing_of_the_other(compiled: CompiledBook, facts: Facts, today: int) -> None:
    """What matching answers does not depend on facts of class s, nor the other stage's answer on the rest."""
    personal, sensitive = split(facts)
    assert compiled.hits(facts, today) == compiled.hits(personal, today)
    assert compiled.task_hits(facts, today) == compiled.task_hits(personal, today)
    assert compiled.guard(facts, today) == compiled.guard(personal, today)
    assert compiled.next_change(facts, today) == compiled.next_change(personal, today)
    assert compiled.sensitive_hits(facts, today) == compiled.sensitive_hits(sensitive, today)
    assert compiled.sensitive_next_change(facts, today) == compiled.sensitive_next_change(sensitive, today)


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(BOOKS, FACTS, TODAYS)
def test_any_book_compiles_to_what_it_says(compiled: CompiledBook, facts: Facts, today: int) -> None:
    """Random conditions, nested groups and negations included, are compiled to what they mean."""
    _assert_same(compiled, facts, today)
    _assert_apart(compiled, facts, today)


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(BOOKS, FACTS, TODAYS)
def test_nothing_changes_before_the_next_change_of_any_book(
    compiled: CompiledBook, facts: Facts, today: int
) -> None:
    """Also for random books, nothing changes by time alone before next_change."""
    _assert_quiet(compiled, facts, today, 70)
