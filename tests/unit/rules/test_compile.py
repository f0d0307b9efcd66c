"""The compiled book: what it answers, beyond what the cases and properties say."""

from __future__ import annotations

from typing import Any

import pytest

from hub.rules import interpret
from hub.rules.compile import compile_book
from hub.rules.days import Moment
from hub.rules.hit import Hit
from hub.rules.model import All, AnyOf, FactCondition, Guard, GuardCode, Leaf, NoneOf
from hub.rules.part import Text
from tests.unit.rules.facts import BOOK, COMPILED, TODAY, book_with, facts, rule

VALID: dict[str, Any] = {
    "key": b"c",
    "kind": "first_aider",
    "issued_on": TODAY - 10,
    "expires_on": TODAY + 10,
}
RECENT = FactCondition(fact="course", where=(Leaf(field="completed_on", operator="within_days", value=30),))
ACTIVE = FactCondition(fact="rescue_member", where=(Leaf(field="status", operator="is", value="active"),))


def test_a_hit_names_rule_end_and_evidence() -> None:
    """A hit is the rule itself, the ground's last day, and the entries it rests on."""
    found = COMPILED.hits(facts(certificate=[VALID]), TODAY)
    assert found == (Hit(rule(BOOK, "R01"), TODAY + 10, (("certificate", b"c"),)),)
    assert isinstance(found[0], Hit)


def test_nobody_is_hit_without_facts() -> None:
    """Somebody of whom nothing is known meets no rule, and nothing will change by time alone."""
    assert COMPILED.hits({}, TODAY) == COMPILED.hits(facts(), TODAY) == ()
    assert COMPILED.next_change(facts(), TODAY) is None
    assert (COMPILED.path({}, TODAY), COMPILED.guard({}, TODAY)) == ("adult", None)


def test_the_book_says_what_it_reads() -> None:
    """The kinds a change of which can matter to the rules."""
    assert COMPILED.kinds == {
        "candidacy", "certificate", "course", "gift", "mission", "org_gift", "project", "rescue_member",
        "subject", "volunteer",
    }  # fmt: skip
    assert COMPILED.sensitive_kinds == {"hsc_donation", "organ_family", "subject"}


def test_terms_are_at_hand() -> None:
    """Matching finds the book's edition and terms without looking into it."""
    assert (COMPILED.id, COMPILED.minimum_notice) == ("zhejiang-2022@2", "2021-11")
    assert (COMPILED.valid_days, COMPILED.cooldown_expired_days) == (180, 180)
    assert (COMPILED.reminder_days, COMPILED.task_due_days) == (30, 14)
    assert [COMPILED.batch_weekday(priority) for priority in range(4)] == [None, None, None, 0]


def test_a_ground_stands_for_sensitive_rules_at_their_priority() -> None:
    """The ground is a rule to the core: its own texts, the priority asked for, nothing more."""
    ground = COMPILED.ground(2)
    assert ground is not None
    assert (ground.id, ground.public, ground.priority, ground.title_zh) == ("G00", "G00", 2, "公益贡献")
    assert (ground.discloses, ground.makes) == (("name", "phone"), "invitation")
    assert compile_book(BOOK.model_copy(update={"grounds": ()})).ground(2) is None


def test_the_ground_is_the_one_the_sensitive_rules_name() -> None:
    """With several grounds in the book it is theirs; a rule of class p may have another."""
    other = BOOK.grounds[0].model_copy(update={"id": "G01"})
    ground = compile_book(BOOK.model_copy(update={"grounds": (other, *BOOK.grounds)})).ground(3)
    assert ground is not None
    assert ground.id == "G00"


def test_a_rules_own_text_is_at_hand() -> None:
    """Once the person agreed to have it named, a rule is found by its id, whatever its status."""
    assert COMPILED.rule("R05") is rule(BOOK, "R05")
    assert COMPILED.rule("R13") is rule(BOOK, "R13")
    assert COMPILED.rule("R99") is None


def test_sensitive_rules_hit_apart() -> None:
    """A donation of stem cells is seen by one function and by no other, whatever it is shown."""
    person = facts(hsc_donation=[{"key": b"2022-03", "completed_on": TODAY + 20}])
    assert COMPILED.sensitive_hits(person, TODAY) == ()
    assert COMPILED.sensitive_next_change(person, TODAY) == TODAY + 20
    assert COMPILED.next_change(person, TODAY) is None
    (hit,) = COMPILED.sensitive_hits(person, TODAY + 20)
    assert hit == Hit(rule(BOOK, "R05"), None, (("hsc_donation", b"2022-03"),))
    assert COMPILED.hits(person, TODAY + 20) == COMPILED.task_hits(person, TODAY + 20) == ()


def test_a_task_is_made_for_each_candidacy() -> None:
    """Nominated by two councils: two hits, each with its session and its own one evidence."""
    person = facts(candidacy=[
        {"key": b"1", "status": "nominated", "session_on": TODAY + 30},
        {"key": b"2", "status": "withdrawn", "session_on": TODAY + 40},
        {"key": b"3", "status": "nominated", "session_on": TODAY},
    ])  # fmt: skip
    r10 = rule(BOOK, "R10")
    assert COMPILED.task_hits(person, TODAY) == (
        Hit(r10, TODAY + 30, (("candidacy", b"1"),)), Hit(r10, TODAY, (("candidacy", b"3"),)),
    )  # fmt: skip
    assert COMPILED.hits(person, TODAY) == ()
    assert COMPILED.next_change(person, TODAY) == TODAY + 1


def test_a_member_who_moved_is_one_notice() -> None:
    """R18 reads the computed subject: one hit without evidence, beside whatever invites."""
    person = facts({"member": True, "moved": True}, certificate=[VALID])
    assert COMPILED.task_hits(person, TODAY) == (Hit(rule(BOOK, "R18"), None, ()),)
    assert [hit.rule.id for hit in COMPILED.hits(person, TODAY)] == ["R01"]


def test_one_entry_must_satisfy_every_leaf() -> None:
    """A revoked certificate and an expired one do not make one valid certificate."""
    revoked, expired = {**VALID, "revoked_on": TODAY}, {**VALID, "expires_on": TODAY - 400}
    assert COMPILED.hits(facts(certificate=[revoked, expired]), TODAY) == ()


@pytest.mark.parametrize(
    ("status", "acted", "tried"),
    [
        pytest.param("active", 1, 0, id="active"),
        pytest.param("shadow", 0, 1, id="shadow"),
        pytest.param("off", 0, 0, id="off"),
    ],
)
def test_the_status_decides_who_sees_a_hit(status: str, acted: int, tried: int) -> None:
    """Only active rules hit; a rule on trial hits apart, one that is off nowhere."""
    compiled = compile_book(book_with(ACTIVE, status=status))
    person = facts(rescue_member=[{"key": b"m", "status": "active"}])
    assert len(compiled.hits(person, TODAY)) == acted
    assert len(compiled.shadow_hits(person, TODAY)) == tried


@pytest.mark.parametrize(
    ("condition", "until"),
    [
        pytest.param(AnyOf(any=(RECENT, ACTIVE)), None, id="any-ends-with-the-last"),
        pytest.param(All(all=(RECENT, ACTIVE)), TODAY + 25, id="all-ends-with-the-first"),
        pytest.param(
            All(
                all=(
                    RECENT,
                    NoneOf(
                        none=(
                            FactCondition(
                                fact="mission", where=(Leaf(field="hours", operator="present", value=True),)
                            ),
                        )
                    ),
                )
            ),
            TODAY + 25,
            id="none-sets-no-end",
        ),
    ],
)
def test_a_grounds_end_follows_from_its_condition(condition: Any, until: int | None) -> None:
    """The end of groups is derived from the ends of their parts."""
    person = facts(
        course=[{"key": b"1", "completed_on": TODAY - 20}, {"key": b"2", "completed_on": TODAY - 5}],
        rescue_member=[{"key": b"m", "status": "active"}],
    )
    (hit,) = compile_book(book_with(condition)).hits(person, TODAY)
    assert hit.until == until


def test_an_entry_is_evidence_once() -> None:
    """One entry that satisfies two conditions of a rule is named once."""
    compiled = compile_book(book_with(All(all=(ACTIVE, ACTIVE))))
    (hit,) = compiled.hits(facts(rescue_member=[{"key": b"m", "status": "active"}]), TODAY)
    assert hit.evidence == (("rescue_member", b"m"),)


def test_a_rule_may_ask_for_a_longer_cooldown() -> None:
    """With cooldown_days a rule stays silent so long after a refusal, whatever the guard says."""
    compiled = compile_book(book_with(ACTIVE, cooldown_days=730))
    person = facts({"declined_on": TODAY - 729}, rescue_member=[{"key": b"m", "status": "active"}])
    assert compiled.hits(person, TODAY) == ()
    assert compiled.next_change(person, TODAY) == TODAY + 1
    assert len(compiled.hits(person, TODAY + 1)) == 1


def test_guards_may_read_any_fact() -> None:
    """A guard is not bound to the computed subject; the first that applies is returned."""
    words = Text(zh="文", en="text")
    left = FactCondition(
        fact="rescue_member", where=(Leaf(field="left_on", operator="after", value=Moment(-30, "days")),)
    )
    guards = (Guard(code=GuardCode.REVIEW, kind="hold", reason=words, when=left), *BOOK.guards)
    compiled = compile_book(BOOK.model_copy(update={"guards": guards}))
    person = facts({"deceased": True}, rescue_member=[{"key": b"m", "left_on": TODAY - 29}])
    assert compiled.guard(person, TODAY) is guards[0]
    found = compiled.guard(person, TODAY + 1)
    assert found is not None
    assert found.code == "deceased"
    assert compiled.next_change(person, TODAY) == TODAY + 1


@pytest.mark.parametrize("value", ["it's", 'a "quote"', "back\\slash", "f_kind", "new\nline", "{x}"])
def test_values_are_data(value: str) -> None:
    """Whatever a text in a book holds, it is compared, not executed."""
    when = FactCondition(fact="course", where=(Leaf(field="kind", operator="in", value=(value,)),))
    compiled = compile_book(book_with(when))
    assert len(compiled.hits(facts(course=[{"key": b"1", "kind": value}]), TODAY)) == 1
    assert compiled.hits(facts(course=[{"key": b"1", "kind": value + "x"}]), TODAY) == ()


def test_for_ever_is_no_boundary() -> None:
    """A certificate until 9999-12-31 neither overflows nor asks for a timer in the year 10000."""
    far = {**VALID, "expires_on": 2_932_896}
    person = facts(certificate=[far])
    assert COMPILED.hits(person, TODAY)[0].until == 2_932_896
    assert COMPILED.next_change(person, TODAY) is None


def test_hits_are_in_their_order_whatever_order_they_are_looked_at_in() -> None:
    """A rule of several kinds is looked at last, and has its place all the same."""
    first = AnyOf(any=(RECENT, ACTIVE))
    rules = tuple(
        BOOK.rules[0].model_copy(update={"id": name, "when": when, "priority": priority})
        for name, when, priority in (("R30", ACTIVE, 3), ("R31", first, 1), ("R32", RECENT, 2))
    )
    person = facts(
        course=[{"key": b"1", "completed_on": TODAY}], rescue_member=[{"key": b"2", "status": "active"}]
    )
    book = compile_book(BOOK.with_rules(rules))
    assert [hit.rule.id for hit in book.hits(person, TODAY)] == ["R31", "R32", "R30"]
    assert book.hits(person, TODAY) == interpret.hits(book.book, person, TODAY)
    assert book.hits(facts(), TODAY) == ()
