"""A rule book on trial: counted, and without any other effect."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from hub import packaged, topics
from hub.core.person import PersonState
from hub.rules.book import load
from hub.rules.compile import compile_book
from hub.rules.trial import Trial, on_trial
from hub.stages import shadowing
from hub.stages.memory import MemoryContext
from tests.unit.core.people import CONSENT, COURSE, PARTY, TODAY, FakeBook, FakeHit
from tests.unit.stages.matchmaking import (
    ANNA,
    BEN,
    FakeTables,
    context,
    data,
    everything,
    facts,
    fire,
    process,
    sent,
    state_of,
)

PACKAGED = load(packaged.read_text("rules/books/zhejiang-2022.yaml"), file="zhejiang-2022.yaml")


@dataclasses.dataclass(frozen=True)
class OtherBook(FakeBook):
    """The book of a few lines without its P3, and with its P1 as a P2; or one that raises."""

    id: str = "fake@2"
    priority: int = 2
    broken: bool = False

    def outlook(
        self, facts: Mapping[str, Sequence[Mapping[str, Any]]], today: int
    ) -> tuple[tuple[FakeHit, ...], int | None]:
        """Return the P1 with another priority."""
        if self.broken:
            raise KeyError("a book nobody tried before")
        hits, change = super().outlook(facts, today)
        mine = tuple(
            hit._replace(rule=hit.rule._replace(priority=self.priority))
            for hit in hits
            if hit.rule.id == "F1"
        )
        return mine, change


def trying(book: FakeBook | None, run: int = 7) -> MemoryContext:
    """Return a context in which a book is on trial beside the one of a few lines."""
    tables = FakeTables()
    tables.trial = Trial(book, run) if book is not None else None  # type: ignore[arg-type]  # as FakeTables
    return context(tables=tables)


def counted(ctx: MemoryContext) -> dict[str, int]:
    """Return what the trial came to."""
    return {name: value for name, value in ctx.counters.items() if value and name.startswith("shadow|")}


def label(rule: str, verdict: str, run: int = 7) -> str:
    """Return a counter's name."""
    return f"shadow|book=fake@2|rule={rule}|run={run}|verdict={verdict}"


def student_of_a_course(who: bytes = BEN) -> bytes:
    """Return facts of somebody with nothing but a course."""
    return facts(who, 1, party=PARTY, consent=CONSENT, course=COURSE)


def test_what_a_trial_would_say_is_counted_by_rule_and_as_a_whole() -> None:
    """One person each: another priority, no invitation any more."""
    ctx = trying(OtherBook())
    process(ctx, everything(), student_of_a_course())
    assert counted(ctx) == {
        label("all", "other_priority"): 1,
        label("F1", "other_priority"): 1,
        label("all", "would_not"): 1,
        label("F3", "would_not"): 1,
    }


def test_a_trial_may_invite_more() -> None:
    """Whom only the trial invites is told apart from whom both do."""
    ctx = trying(FakeBook(id="fake@2"))
    ctx.tables.book = OtherBook(id="fake@1", priority=1)  # type: ignore[attr-defined]
    process(ctx, everything(), student_of_a_course())
    assert counted(ctx) == {
        label("all", "same"): 1, label("F1", "same"): 1,
        label("all", "would_invite"): 1, label("F3", "would_invite"): 1,
    }  # fmt: skip


def test_a_person_counts_once_as_they_stand() -> None:
    """Evaluated again they add the same; when their grounds change, what they add does; then nothing."""
    ctx = trying(OtherBook())
    process(ctx, everything(), facts(ANNA, 2, response={"answer": "accepted", "on": TODAY}))
    assert counted(ctx) == {label("all", "other_priority"): 1, label("F1", "other_priority"): 1}
    process(ctx, facts(ANNA, 3, course=COURSE))
    assert counted(ctx) == {
        label("all", "other_priority"): 1, label("F1", "other_priority"): 1, label("F3", "would_not"): 1
    }  # fmt: skip
    process(ctx, facts(ANNA, 4, certificate={"revoked_on": TODAY}, course={"completed_on": TODAY - 900}))
    assert (counted(ctx), data(ctx).get(shadowing.KEPT + ANNA)) == ({}, None)


def test_another_trial_begins_anew() -> None:
    """What a trial that is over has counted stays; the next counts whomever it meets."""
    ctx = trying(OtherBook())
    process(ctx, everything())
    ctx.tables.trial = Trial(OtherBook(), 8)  # type: ignore[attr-defined, arg-type]
    process(ctx, facts(ANNA, 2, response={"answer": "accepted", "on": TODAY}))
    assert counted(ctx) == {label(rule, "other_priority", run): 1 for rule in ("all", "F1") for run in (7, 8)}


def test_a_trial_reaches_nobody() -> None:
    """With a trial, whatever it says, the hub sends, keeps and plans what it does without one."""
    plain, tried, broken = trying(None), trying(OtherBook()), trying(OtherBook(broken=True))
    for ctx in (plain, tried, broken):
        process(ctx, everything(), student_of_a_course(), facts(ANNA, 2, certificate={"revoked_on": TODAY}))
        fire(ctx)
    for ctx in (tried, broken):
        for topic in (topics.INVITATIONS, topics.TASKS):
            assert unsealed(sent(ctx, topic)) == unsealed(sent(plain, topic))
        assert [each["code"] for each in sent(ctx, topics.DECISIONS)] == [
            each["code"] for each in sent(plain, topics.DECISIONS)
        ]
        assert len(ctx.emitted) == len(plain.emitted)
        assert ctx.timers == plain.timers
        assert {name for name in data(ctx) if name[:1] != shadowing.KEPT} == {*data(plain)}
        assert without_keys(state_of(ctx)) == without_keys(state_of(plain))
        assert ctx.dead_letters == []
    assert counted(plain) == {}


def test_a_trial_that_raises_is_counted_and_costs_nobody() -> None:
    """Its failure is a figure."""
    ctx = trying(OtherBook(broken=True))
    process(ctx, everything())
    assert counted(ctx) == {label("all", "failed"): 1}
    assert len(sent(ctx, topics.INVITATIONS)) == 1


@pytest.mark.parametrize("over", [False, True], ids=["while it runs", "when it is over"])
def test_who_is_erased_leaves_nothing(over: bool) -> None:  # noqa: FBT001  # a case of the table
    """Nothing is kept of them, and while the trial runs they count no more."""
    ctx = trying(OtherBook())
    process(ctx, everything())
    if over:
        ctx.tables.trial = None  # type: ignore[attr-defined]
    process(ctx, facts(ANNA, 9, restrictive=True, party={"erasure_on": TODAY}))
    assert not any(key.startswith(shadowing.KEPT) for key in data(ctx))
    assert bool(counted(ctx)) is over


def unsealed(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return records without what is sealed, which is another one each time."""
    return [{name: value for name, value in each.items() if name != "contact"} for each in records]


def without_keys(state: PersonState) -> PersonState:
    """Return the state without what is drawn at random."""
    state.key, state.contact = b"", None
    return state


def test_the_rules_of_a_book_that_are_on_trial() -> None:
    """They are switched on beside the others; those of class s and those that make tasks are not."""
    assert on_trial(PACKAGED) is None
    shadowed = PACKAGED.with_rules(
        tuple(
            rule.model_copy(update={"status": "shadow"}) if rule.id in {"R05", "R10", "R12"} else rule
            for rule in PACKAGED.rules
        )
    )
    tried = on_trial(shadowed)
    assert tried is not None
    status = {rule.id: rule.status for rule in tried.rules}
    assert (status["R05"], status["R10"], status["R12"], status["R01"]) == (
        "shadow",
        "shadow",
        "active",
        "active",
    )
    compiled = compile_book(tried)
    mission = {"subject": [{"key": b"", "student": False}], "mission": [{"key": b"m", "until_on": TODAY - 3}]}
    assert [hit.rule.id for hit in compiled.hits(mission, TODAY)] == ["R12"]
    assert compile_book(shadowed).hits(mission, TODAY) == ()
