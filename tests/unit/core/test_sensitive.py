"""What follows from facts of class s: grounds, what is in the way, and when to look again."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core import dates, merge, sensitive
from hub.core.fact import BY_NAME
from hub.core.sensitive import NO_GROUND, Ground, SensitiveState, Stub
from hub.errors import StateError
from tests.unit.core.donors import (
    BLOOD_DAYS,
    BLOOD_GIVEN,
    CELLS_GIVEN,
    MAY_BE_NAMED,
    PARTY,
    RELATIVE,
    WILLING,
    DonorBook,
    knowing,
    known,
    said,
)
from tests.unit.core.people import TODAY

BOOK = DonorBook()
BLOOD_ENDS = BLOOD_GIVEN["donated_on"] + BLOOD_DAYS


def day(text: str) -> int:
    """Return a day."""
    return dates.parse_day(text)


@pytest.mark.parametrize(
    ("facts", "priority", "until", "rules"),
    [
        pytest.param({}, None, None, (), id="nothing"),
        pytest.param({"blood_donation": BLOOD_GIVEN}, 3, BLOOD_ENDS, ("S13",), id="blood"),
        pytest.param({"hsc_donation": CELLS_GIVEN}, 2, None, ("S05",), id="cells"),
        pytest.param({"organ_family": RELATIVE}, 2, None, ("S06",), id="family"),
        pytest.param({"organ_intent": WILLING}, 3, None, ("S16",), id="intent"),
        pytest.param({"organ_intent": {**WILLING, "status": "revoked"}}, None, None, (), id="intent-revoked"),
        pytest.param(
            {"blood_donation": BLOOD_GIVEN, "organ_family": RELATIVE},
            2,
            None,
            ("S06", "S13"),
            id="open-end-wins",
        ),
        pytest.param(
            {"blood_donation": {**BLOOD_GIVEN, "donated_on": TODAY + 1}}, None, None, (), id="not-yet"
        ),
        pytest.param(
            {"blood_donation": BLOOD_GIVEN, "party": {**PARTY, "birth_day": TODAY - 17 * 365}},
            None,
            None,
            (),
            id="too-young",
        ),
    ],
)
def test_a_ground_is_the_best_of_what_holds(
    facts: dict[str, Any], priority: int | None, until: int | None, rules: tuple[str, ...]
) -> None:
    """The best priority and the last day; the rules stay behind."""
    found = sensitive.assess(known(**facts), BOOK, TODAY)
    assert (found.ground.priority, found.ground.until_on) == (priority, until)
    assert found.ground.holds is bool(rules)
    assert found.rules == rules


def test_rules_of_class_s_are_shown_nothing_else() -> None:
    """Kinds of class s, and of the person the age and whether a citizen."""
    book = DonorBook()
    facts = known(blood_donation=BLOOD_GIVEN, organ_family=RELATIVE, consent={"status": "granted"})
    found = sensitive.assess(facts, book, TODAY)
    assert {kind for kinds in book.looked for kind in kinds} == {"blood_donation", "organ_family", "subject"}
    assert found.view["subject"] == ({"key": b"", "citizen": True, "age": dates.age(5_000, TODAY)},)


def test_of_whom_nothing_of_class_s_is_known_the_book_is_not_asked() -> None:
    """Withdrawals and deaths of everybody come by; they are looked at monthly like anybody else."""
    book = DonorBook(raises=True)
    facts = known(consent={"status": "withdrawn"})
    assert sensitive.assess(facts, book, TODAY)[:3] == (NO_GROUND, (), ())
    assert sensitive.next_day(facts, book, TODAY) == day("2022-05-01")


@pytest.mark.parametrize(
    ("facts", "since"),
    [
        pytest.param(
            {"blood_donation": {**BLOOD_GIVEN, "donated_on": day("2022-02-17")}}, "2022-02-01", id="blood"
        ),
        pytest.param({"hsc_donation": {"completed_on": day("2022-02-01")}}, "2022-02-01", id="cells"),
        pytest.param(
            {"hsc_registration": {"registered_on": day("2022-02-28")}}, "2022-02-01", id="registration"
        ),
        pytest.param({"organ_intent": {**WILLING, "on": day("2022-02-03")}}, "2022-02-01", id="intent"),
        pytest.param(
            {"organ_family": {**RELATIVE, "quiet_until_on": day("2022-01-31")}}, "2022-02-01", id="family"
        ),
        pytest.param(
            {
                "blood_donation": {**BLOOD_GIVEN, "donated_on": day("2022-03-01")},
                "hsc_registration": {"registered_on": day("2022-02-28")},
            },
            "2022-03-01",
            id="the-newest",
        ),
    ],
)
def test_every_ground_is_dated_by_the_month(facts: dict[str, Any], since: str) -> None:
    """Of stem cells no day is known: a day would tell the other kinds from them."""
    found = sensitive.assess(known(**facts), BOOK, TODAY)
    assert found.ground.since_on == day(since)


@pytest.mark.parametrize(
    ("changed", "codes", "holds"),
    [
        pytest.param({}, (), True, id="free"),
        pytest.param({"quiet_until_on": TODAY}, ("quiet",), False, id="last-quiet-day"),
        pytest.param({"quiet_until_on": TODAY, "released": False}, ("quiet",), False, id="quiet-comes-first"),
        pytest.param({"quiet_until_on": None}, ("quiet",), False, id="no-end-known"),
        pytest.param({"released": False}, ("release",), False, id="not-released"),
        pytest.param({"released": None}, ("release",), False, id="release-not-known"),
    ],
)
def test_a_family_is_left_alone_until_time_and_coordinator_allow(
    changed: dict[str, Any], codes: tuple[str, ...], *, holds: bool
) -> None:
    """Either alone keeps the ground from holding, and says so."""
    found = sensitive.assess(known(organ_family={**RELATIVE, **changed}), BOOK, TODAY)
    assert (found.codes, found.ground.holds) == (codes, holds)
    assert found.figures == (("sensitive_grounds",) if holds else (f"sensitive_held|code={codes[0]}",))


def test_a_family_of_whom_no_rule_speaks_is_not_held() -> None:
    """While the rule is off there is nothing that anything could be in the way of."""
    book = DonorBook(off=frozenset({"S06"}))
    found = sensitive.assess(known(organ_family={**RELATIVE, "released": False}), book, TODAY)
    assert (found.codes, found.figures) == ((), ())


def test_one_family_may_wait_while_another_ground_holds() -> None:
    """A donor of blood in the quiet period has a ground, and something that is held."""
    found = sensitive.assess(
        known(blood_donation=BLOOD_GIVEN, organ_family={**RELATIVE, "released": False}), BOOK, TODAY
    )
    assert (found.ground.holds, found.ground.priority, found.codes) == (True, 3, ("release",))
    assert found.figures == ("sensitive_grounds", "sensitive_held|code=release")


@pytest.mark.parametrize(
    ("party", "code"),
    [
        pytest.param({"deceased_on": TODAY - 1}, "deceased", id="deceased"),
        pytest.param({"conflicts": ["PROHIBITION_UNREADABLE"]}, "review", id="unreadable-prohibition"),
    ],
)
def test_what_forbids_stops_every_ground(party: dict[str, Any], code: str) -> None:
    """On that day and on every other; of whom nothing of class s is known, there is nothing to say."""
    about = {**PARTY, **party}
    found = sensitive.assess(known(blood_donation=BLOOD_GIVEN, party=about), BOOK, TODAY)
    assert (found.ground, found.rules, found.codes) == (NO_GROUND, (), (code,))
    assert sensitive.assess(known(party=about), BOOK, TODAY).codes == ()


RECIPIENTS = [f"33010{number}" for number in range(9)]


@pytest.mark.parametrize(
    ("consent", "named"),
    [
        pytest.param(None, False, id="not-asked"),
        pytest.param(MAY_BE_NAMED, True, id="granted"),
        pytest.param({**MAY_BE_NAMED, "expires_on": TODAY}, True, id="last-day"),
        pytest.param({**MAY_BE_NAMED, "expires_on": TODAY - 1}, False, id="expired"),
        pytest.param({**MAY_BE_NAMED, "granted_on": TODAY + 1}, False, id="not-yet"),
        pytest.param({**MAY_BE_NAMED, "status": "withdrawn"}, False, id="withdrawn"),
        pytest.param({**MAY_BE_NAMED, "notice_version": "2021"}, True, id="the-oldest-notice"),
        pytest.param({**MAY_BE_NAMED, "notice_version": "2020-12"}, False, id="an-older-notice"),
        pytest.param({**MAY_BE_NAMED, "data_classes": ["p"]}, False, id="not-for-class-s"),
        pytest.param({**MAY_BE_NAMED, "recipients": []}, False, id="for-nobody"),
        pytest.param({**MAY_BE_NAMED, "recipients": RECIPIENTS[:8]}, True, id="for-eight"),
        pytest.param({**MAY_BE_NAMED, "recipients": RECIPIENTS}, False, id="for-more-than-fits"),
    ],
)
def test_a_rule_is_named_only_to_whom_the_person_agreed(
    consent: dict[str, Any] | None, *, named: bool
) -> None:
    """The consent to be invited is none to have the ground named."""
    kinds = {"blood_donation": BLOOD_GIVEN, "hsc_donation": CELLS_GIVEN, "consent": MAY_BE_NAMED}
    facts = known(**kinds, **({"disclosure": consent} if consent is not None else {}))
    ground = sensitive.assess(facts, BOOK, TODAY).ground
    recipients = tuple(consent["recipients"]) if consent is not None else ()
    assert (ground.disclosed, ground.recipients) == ((("S05", "S13"), recipients) if named else ((), ()))


@pytest.mark.parametrize(
    ("born", "guardian", "named"),
    [
        pytest.param("2004-04-19", False, False, id="17"),
        pytest.param("2004-04-19", True, True, id="17-with-a-guardian"),
        pytest.param("2004-04-18", False, True, id="18-today"),
        pytest.param(None, False, True, id="unknown"),
    ],
)
def test_of_a_minor_a_rule_is_named_only_with_a_guardian(
    born: str | None, *, guardian: bool, named: bool
) -> None:
    """Known to be under 18, their own consent is not enough."""
    party = {name: value for name, value in PARTY.items() if name != "birth_day"}
    party |= {"birth_day": day(born)} if born is not None else {}
    facts = known(party=party, hsc_donation=CELLS_GIVEN, disclosure={**MAY_BE_NAMED, "guardian": guardian})
    assert bool(sensitive.assess(facts, BOOK, TODAY).ground.disclosed) is named


@pytest.mark.parametrize(
    ("facts", "due"),
    [
        pytest.param({"hsc_donation": CELLS_GIVEN}, "2022-05-01", id="nothing-ends"),
        pytest.param({"blood_donation": BLOOD_GIVEN}, "2022-05-01", id="an-end-that-is-far"),
        pytest.param(
            {"blood_donation": {**BLOOD_GIVEN, "donated_on": TODAY - BLOOD_DAYS}}, "2022-04-19", id="last-day"
        ),
        pytest.param(
            {"organ_family": {**RELATIVE, "quiet_until_on": TODAY + 2}}, "2022-04-21", id="quiet-end"
        ),
        pytest.param(
            {"disclosure": {**MAY_BE_NAMED, "expires_on": TODAY + 3}}, "2022-04-22", id="disclosure-ends"
        ),
        pytest.param(
            {"disclosure": {**MAY_BE_NAMED, "granted_on": TODAY + 4}}, "2022-04-22", id="disclosure-begins"
        ),
        pytest.param({"party": {**PARTY, "birth_day": day("2004-04-20")}}, "2022-04-20", id="birthday"),
        pytest.param({"party": {**PARTY, "birth_day": day("2004-04-18")}}, "2022-05-01", id="birthday-today"),
        pytest.param({"party": {**PARTY, "deceased_on": TODAY}}, None, id="deceased"),
    ],
)
def test_a_timer_tells_nothing_of_what_is_far(facts: dict[str, Any], due: str | None) -> None:
    """The day of the next change, if it is in this month; else the first of the next, for everybody."""
    found = sensitive.next_day(known(**facts), BOOK, TODAY)
    assert (dates.iso(found) if found is not None else None) == due


def test_a_ground_says_every_field() -> None:
    """So that what is no longer so is cleared when it is merged over what was said before."""
    names = {field.name for field in BY_NAME["ground"].fields}
    for ground in (NO_GROUND, Ground(holds=True, priority=2, since_on=1, until_on=None, disclosed=("S05",))):
        kind, key, fields = ground.assertion()
        assert (kind, key, set(fields)) == ("ground", b"", names)


def test_saying_that_none_holds_clears_what_was_said() -> None:
    """No priority, no date and no rule of a ground that is gone stays with matching."""
    before = Ground(
        holds=True, priority=2, since_on=1, until_on=5, disclosed=("S05",), recipients=("33",)
    )  # fmt: skip
    facts, stamps = knowing(before.assertion())
    merge.merge(facts, stamps, merge.stamp(2, True, 0, b""), [NO_GROUND.assertion()])
    assert facts["ground"] == [{"key": b"", "holds": False}]


def test_a_state_is_read_as_it_was_written() -> None:
    """Facts, what was told, and the stub of somebody erased."""
    facts, stamps = knowing(*said(blood_donation=BLOOD_GIVEN, party=PARTY))
    state = SensitiveState(facts, stamps, b"s", b"c", Ground(holds=True, priority=3), b"d", 5, 2, 3, ("S13",))
    assert sensitive.decode(sensitive.encode(state)) == state
    stub = Stub(b"stamp", 7, 2)
    assert sensitive.decode_stub(sensitive.encode(stub)) == stub


@pytest.mark.parametrize("read", [sensitive.decode, sensitive.decode_stub])
@pytest.mark.parametrize("stored", [b"", b"\x02abc"], ids=["none", "newer"])
def test_a_state_of_another_format_is_refused(read: Any, stored: bytes) -> None:
    """The process ends: going on would overwrite what it cannot read."""
    with pytest.raises(StateError, match="format"):
        read(stored)
