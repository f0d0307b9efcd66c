"""The naive expectation against scenarios worked out by hand from docs/matching.md."""

from __future__ import annotations

import re
from typing import Any

import pytest

from hub import packaged
from hub.simulate.calendar import iso
from hub.simulate.expect import MINIMUM_NOTICE, Expectation
from hub.simulate.happening import Fate, Happening
from tests.unit.simulate.saying import (
    HOME,
    KEY,
    SCHOOL,
    SOCIETY,
    TOWNSHIP,
    VILLAGE,
    block,
    certificate,
    consent,
    course,
    day,
    dissolved,
    event,
    founded,
    play,
    registered,
)

Steps = list[tuple[str, Happening]]


def revoked(on: str, number: str = "C1") -> Happening:
    """Return a revocation, which names no person."""
    return event("training.certificate.revoked.v1", on, named=False, alias=("cert_no", number),
                 cert_no=number, revoked_on=day(on))  # fmt: skip


def renewed(on: str, until: str) -> Happening:
    """Return a renewal, which names no person."""
    return event("training.certificate.renewed.v1", on, named=False, alias=("cert_no", "C1"), cert_no="C1",
                 new_expires_on=day(until))  # fmt: skip


def graded(on: str, grade: str) -> Happening:
    """Return a grade, which names no person."""
    return event("rescue.member.graded.v1", on, named=False, alias=("member_key", "M1"), member_key="M1",
                 grade=grade, from_on=day(on))  # fmt: skip


def left(on: str) -> Happening:
    """Return a leaving, which names no person."""
    return event("rescue.member.left.v1", on, named=False, alias=("member_key", "M1"), member_key="M1")


def answered(on: str, answer: str) -> Happening:
    """Return an answer to an invitation, by person."""
    return event("invitation.responded.v1", on, answer=answer, on=day(on))


def applied(on: str) -> Happening:
    """Return an application, by person."""
    return event("member.application.submitted.v1", on, on=day(on))


def admitted(on: str) -> Happening:
    """Return an admission."""
    return event("member.admitted.v1", on, kind="adult", card_no="K9", on=day(on), alias=("card_no", "K9"),
                 organisation=SOCIETY)  # fmt: skip


def lapsed(on: str) -> Happening:
    """Return the end of a membership, by card only."""
    return event("member.lapsed.v1", on, named=False, alias=("card_no", "K9"), card_no="K9", on=day(on))


def withdrawn(on: str) -> Happening:
    """Return a consent's withdrawal."""
    return event("consent.withdrawn.v1", on, purpose="membership_invitation", withdrawn_on=day(on))


def dead(on: str, death: str) -> Happening:
    """Return a death."""
    return event("party.deceased.v1", on, deceased_on=day(death))


def at(on: str, happening: Happening) -> tuple[str, Happening]:
    """Return a step."""
    return on, happening


CERTIFIED: Steps = [at("01-03", certificate("01-03", grant=consent()))]
"""Invited on 3 January by R01, until the cap of 180 days: 2 July."""


def state(expectation: Expectation) -> tuple[Any, ...] | None:
    """Return (status, cause, priority, rules, organisation, valid until) of the last invitation."""
    last = expectation.known[KEY].last
    if last is None:
        return None
    return (
        last.status,
        last.cause,
        last.priority,
        "+".join(last.rules),
        last.organisation,
        iso(last.valid_until),
    )


SCENARIOS: list[Any] = [
    pytest.param(
        CERTIFIED, "01-10", ("issued", None, 1, "R01", VILLAGE, "2022-07-02"), None, id="R01-issues"
    ),
    pytest.param([at("01-03", certificate("01-03"))], "01-10", None, "consent", id="no-consent-holds"),
    pytest.param(
        [at("01-03", course("01-03", completed="2021-02-10", grant=consent()))],
        "01-10",
        ("issued", None, 3, "R03", VILLAGE, "2022-02-10"),
        None,
        id="R03-until-12-months-after",
    ),
    pytest.param(
        [at("01-03", course("01-03", completed="2021-02-10", grant=consent()))],
        "02-11",
        ("expired", None, 3, "R03", VILLAGE, "2022-02-10"),
        None,
        id="ground-over-after-valid-until-expires",
    ),
    pytest.param(
        [at("01-03", course("01-03", completed="2021-02-10", grant=consent())), at("03-01", course("03-01"))],
        "03-02",
        ("expired", None, 3, "R03", VILLAGE, "2022-02-10"),
        "cooldown",
        id="quiet-after-expiry",
    ),
    pytest.param(
        [at("01-03", course("01-03", completed="2021-02-10", grant=consent())), at("03-01", course("03-01"))],
        "08-10",
        ("expired", None, 3, "R03", VILLAGE, "2022-02-10"),
        "batch",
        id="180-days-after-expiry-waits-for-monday",
    ),
    pytest.param(
        [at("01-03", course("01-03", completed="2021-02-10", grant=consent())), at("03-01", course("03-01"))],
        "08-15",
        ("issued", None, 3, "R03", VILLAGE, "2023-02-11"),
        None,
        id="invited-again-on-the-monday-after",
    ),
    pytest.param(
        [at("01-03", certificate("01-03", issued="2019-01-05", grant=consent()))],
        "01-04",
        ("issued", None, 1, "R01", VILLAGE, "2022-01-04"),
        None,
        id="default-36-months-less-a-day",
    ),
    pytest.param(
        [at("01-03", certificate("01-03", issued="2019-01-05", grant=consent()))],
        "01-05",
        ("issued", None, 3, "R03", VILLAGE, "2022-07-02"),
        None,
        id="lapsed-certificate-falls-to-R03",
    ),
    pytest.param(
        [
            at("01-03", certificate("01-03", issued="2019-01-05", grant=consent())),
            at("01-20", renewed("01-20", "2025-01-04")),
        ],
        "01-21",
        ("issued", None, 1, "R01", VILLAGE, "2022-07-02"),
        None,
        id="renewal-raises-again",
    ),
    pytest.param(
        [*CERTIFIED, at("02-01", revoked("02-01"))],
        "02-02",
        ("withdrawn", "ground", 1, "R01", VILLAGE, "2022-07-02"),
        None,
        id="revoked-withdraws",
    ),
    pytest.param(
        [at("01-03", revoked("01-03")), at("01-05", certificate("01-05", grant=consent()))],
        "01-06",
        None,
        None,
        id="revoked-before-issued-never-invites",
    ),
    pytest.param(
        [*CERTIFIED, at("02-01", withdrawn("02-01"))],
        "02-02",
        ("withdrawn", "consent", 1, "R01", VILLAGE, "2022-07-02"),
        "consent",
        id="consent-withdrawn",
    ),
    pytest.param(
        [*CERTIFIED, at("02-01", dead("02-01", "01-30"))],
        "02-02",
        ("withdrawn", "deceased", 1, "R01", VILLAGE, "2022-07-02"),
        "deceased",
        id="deceased",
    ),
    pytest.param(
        [at("01-03", registered("01-03", grant=consent()))],
        "01-04",
        ("issued", None, 2, "R04", VILLAGE, "2022-07-02"),
        None,
        id="R04-open-ended",
    ),
    pytest.param(
        [at("01-03", graded("01-03", "backbone")), at("01-05", registered("01-05", grant=consent()))],
        "01-06",
        ("issued", None, 1, "R02+R04", VILLAGE, "2022-07-04"),
        None,
        id="grade-before-registration",
    ),
    pytest.param(
        [at("01-03", registered("01-03", grant=consent())), at("02-01", left("02-01"))],
        "02-02",
        ("withdrawn", "ground", 2, "R04", VILLAGE, "2022-07-02"),
        None,
        id="left-withdraws",
    ),
    pytest.param(
        [*CERTIFIED, at("01-20", answered("01-20", "accepted"))],
        "01-21",
        ("accepted", None, 1, "R01", VILLAGE, "2022-07-02"),
        None,
        id="accepted",
    ),
    pytest.param(
        [*CERTIFIED, at("01-20", answered("01-20", "declined"))],
        "01-21",
        ("declined", None, 1, "R01", VILLAGE, "2022-07-02"),
        "cooldown",
        id="declined-cools-down",
    ),
    pytest.param(
        [*CERTIFIED, at("01-20", answered("01-20", "never"))],
        "01-21",
        ("declined", None, 1, "R01", VILLAGE, "2022-07-02"),
        "never",
        id="never",
    ),
    pytest.param(
        [*CERTIFIED, at("01-20", applied("01-20")), at("02-01", dissolved(VILLAGE, "02-01"))],
        "02-02",
        ("applied", None, 1, "R01", TOWNSHIP, "2022-07-02"),
        None,
        id="applied-follows-a-dissolved-organisation",
    ),
    pytest.param(
        [*CERTIFIED, at("01-20", applied("01-20"))],
        "09-01",
        ("applied", None, 1, "R01", VILLAGE, "2022-07-02"),
        None,
        id="applied-outlives-the-cap",
    ),
    pytest.param(
        [*CERTIFIED, at("01-20", applied("01-20")), at("02-01", withdrawn("02-01"))],
        "02-02",
        ("withdrawn", "consent", 1, "R01", VILLAGE, "2022-07-02"),
        "applied",
        id="withdrawal-beats-applied",
    ),
    pytest.param(
        [*CERTIFIED, at("01-20", applied("01-20")), at("02-01", admitted("02-01"))],
        "02-02",
        ("admitted", None, 1, "R01", VILLAGE, "2022-07-02"),
        "member",
        id="admitted",
    ),
    pytest.param(
        [*CERTIFIED, at("02-01", admitted("02-01"))],
        "02-02",
        ("withdrawn", "member", 1, "R01", VILLAGE, "2022-07-02"),
        "member",
        id="member-without-answer",
    ),
    pytest.param(
        [*CERTIFIED, at("02-01", admitted("02-01")), at("03-01", lapsed("03-01"))],
        "2023-02-28",
        ("withdrawn", "member", 1, "R01", VILLAGE, "2022-07-02"),
        "cooldown",
        id="lapsed-cools-down",
    ),
    pytest.param(
        [*CERTIFIED, at("02-01", admitted("02-01")), at("03-01", lapsed("03-01"))],
        "2023-03-01",
        ("withdrawn", "member", 1, "R01", VILLAGE, "2022-07-02"),
        "stale_grounds",
        id="a-year-after-lapsing-nothing-is-new",
    ),
    pytest.param(
        [
            *CERTIFIED,
            at("02-01", admitted("02-01")),
            at("03-01", lapsed("03-01")),
            at("2023-02-01", certificate("2023-02-01", number="C2")),
        ],
        "2023-03-01",
        ("issued", None, 1, "R01", VILLAGE, "2023-08-28"),
        None,
        id="a-year-after-lapsing-invited-on-a-new-ground",
    ),
    pytest.param(
        CERTIFIED, "07-03", ("expired", None, 1, "R01", VILLAGE, "2022-07-02"), "cooldown", id="cap-expires"
    ),
    pytest.param(
        CERTIFIED, "12-29", ("expired", None, 1, "R01", VILLAGE, "2022-07-02"), "cooldown", id="still-quiet"
    ),
    pytest.param(
        CERTIFIED, "12-30", ("issued", None, 1, "R01", VILLAGE, "2023-06-28"), None, id="quiet-time-over"
    ),
]


@pytest.mark.parametrize(("steps", "until", "expected", "held"), SCENARIOS)
def test_life(steps: Steps, until: str, expected: tuple[Any, ...] | None, held: str | None) -> None:
    """An invitation lives as the numbered list of docs/matching.md says."""
    expectation = play(*steps, until=until)
    assert state(expectation) == expected
    assert expectation.known[KEY].held == held


GUARDS: list[Any] = [
    pytest.param({"citizen": False}, {}, "not_citizen", id="foreigner"),
    pytest.param({"birth": day("2010-05-01")}, {}, "guardian", id="minor-without-guardian"),
    pytest.param({"conflict": "CONFLICT"}, {}, "review", id="contradiction"),
    pytest.param({"residence": "330106001001"}, {}, "region", id="no-organisation-there"),
    pytest.param({"residence": "3301"}, {}, "region", id="divided-county-is-declared"),
    pytest.param({}, {"notice_version": "2020-06"}, "consent", id="old-notice"),
    pytest.param({}, {"data_classes": ["s"]}, "consent", id="other-class"),
    pytest.param({}, {"recipients": ["330106", SOCIETY]}, "consent", id="other-recipients"),
    pytest.param({}, {"granted_on": day("06-01")}, "consent", id="not-yet-granted"),
    pytest.param({}, {"expires_on": day("01-02")}, "consent", id="expired-consent"),
    pytest.param({}, {"recipients": [VILLAGE]}, None, id="recipient-by-id"),
    pytest.param({}, {"expires_on": day("01-10")}, None, id="expiry-is-inclusive"),
    pytest.param({"birth": day("2010-05-01")}, {"guardian": True}, None, id="minor-with-guardian"),
]


@pytest.mark.parametrize(("said", "grant", "code"), GUARDS)
def test_guards(said: dict[str, Any], grant: dict[str, Any], code: str | None) -> None:
    """The first guard that applies holds the person, and only then nobody is invited."""
    expectation = play(at("01-03", certificate("01-03", said=said, grant=consent(**grant))))
    assert expectation.known[KEY].held == code
    assert (expectation.known[KEY].last is None) == (code is not None)


ROUTES: list[Any] = [
    pytest.param({}, "adult", VILLAGE, id="village"),
    pytest.param({"residence": "330604001002"}, "adult", TOWNSHIP, id="no-village-organisation"),
    pytest.param({"residence": "330604001"}, "adult", TOWNSHIP, id="township-declared"),
    pytest.param({"residence": "330604002001"}, "adult", SOCIETY, id="no-township-organisation"),
    pytest.param({"residence": None}, "adult", SOCIETY, id="nothing-declared-goes-by-the-trainer"),
    pytest.param({"host_unit": "UNIT-1"}, "adult", SCHOOL, id="host-unit"),
    pytest.param({"host_unit": SCHOOL}, "adult", SCHOOL, id="host-unit-by-organisation-id"),
    pytest.param({"host_unit": "UNIT-2"}, "adult", VILLAGE, id="host-unit-without-organisation"),
    pytest.param({"student": True}, "youth", SOCIETY, id="youth-skips-village-and-township"),
    pytest.param({"student": True, "host_unit": "UNIT-1"}, "youth", SCHOOL, id="youth-by-school"),
]


@pytest.mark.parametrize(("said", "kind", "organisation"), ROUTES)
def test_route(said: dict[str, Any], kind: str, organisation: str) -> None:
    """Everybody has one organisation, found step by step from the host unit to the county."""
    last = play(at("01-03", certificate("01-03", said=said, grant=consent()))).known[KEY].last
    assert last is not None
    assert (last.kind, last.organisation) == (kind, organisation)


def test_directory_changes_reroute() -> None:
    """Dissolving and founding an organisation moves open invitations, also when announced ahead."""
    steps = [
        *CERTIFIED,
        at("01-10", dissolved(VILLAGE, "01-20")),
        at("02-01", founded("RC-N", "village", HOME, "02-01")),
    ]
    seen = []
    for until in ("01-19", "01-20", "02-01"):
        last = play(*[s for s in steps if day(s[0]) <= day(until)], until=until).known[KEY].last
        seen.append(last.organisation if last else None)
    assert seen == [VILLAGE, TOWNSHIP, "RC-N"]


def test_eighteenth_birthday_changes_the_path() -> None:
    """On the day somebody turns 18 the youth invitation becomes an adult one."""
    said = {"birth": day("2004-02-29"), "student": False}
    steps = [at("01-03", certificate("01-03", said=said, grant=consent(guardian=True)))]
    kinds = []
    for until in ("02-28", "03-01"):
        last = play(*steps, until=until).known[KEY].last
        kinds.append((last.kind, last.organisation) if last else None)
    assert kinds == [("youth", SOCIETY), ("adult", VILLAGE)]


def test_corrected_name_is_one_person() -> None:
    """A second name sends to review, until a correction says that both are one person's."""
    other = certificate("01-20", number="C2", said={"name": "王大明"})
    correction = event("party.identity.corrected.v1", "02-01", said={"name": "王大明"}, old_name="王小明")
    reviewed = play(*CERTIFIED, at("01-20", other))
    assert state(reviewed) == ("withdrawn", "review", 1, "R01", VILLAGE, "2022-07-02")
    corrected = play(*CERTIFIED, at("01-20", other), at("02-01", correction))
    last = corrected.known[KEY].last
    assert last is not None
    assert (last.episode, last.status) == (2, "issued")


def test_corrected_document_supersedes_the_old_one() -> None:
    """The person of a document that was corrected away goes to review; their facts do not move."""
    old = "resident_id mistyped"
    lost = event("training.course.completed.v1", "01-03", key=old, course_kind="lecture", course_id="K",
                 region=None, completed_on=day("01-03"), grant=consent())  # fmt: skip
    correction = event("party.identity.corrected.v1", "01-09", old_name=None, old_document=old)
    expectation = play(at("01-03", lost), at("01-09", correction))
    assert expectation.known[old].held == "review"
    assert expectation.known[KEY].held is None


def test_one_certificate_number_for_two_people() -> None:
    """A source key bound to two people sends both to review."""
    second = "resident_id another"
    expectation = play(*CERTIFIED, at("01-20", certificate("01-20", key=second)))
    assert state(expectation) == ("withdrawn", "review", 1, "R01", VILLAGE, "2022-07-02")
    assert expectation.known[second].held == "review"


def test_rejected_events_only_count() -> None:
    """A dead letter and a parked event change nobody; they are counted by code."""
    bad, doubtful = certificate("01-03", grant=consent()), certificate("01-03", grant=consent())
    bad.fate, bad.code = Fate.DEAD, "ID_DATE"
    doubtful.fate, doubtful.code = Fate.PARKED, "ID_CHECK"
    expectation = play(at("01-03", bad), at("01-03", doubtful))
    assert expectation.known == {}
    assert (dict(expectation.dead_letters), dict(expectation.parked)) == ({"ID_DATE": 1}, {"ID_CHECK": 1})


def test_stock() -> None:
    """The stock figures count people, valid certificates, qualified, held, members and open invitations."""
    cpr = certificate("01-03", number="C2", kind="cpr_aed", key="resident_id another")
    expectation = play(*CERTIFIED, at("01-03", cpr), at("01-05", admitted("01-05")))
    assert expectation.stock() == {
        "certificates_valid|kind=cpr_aed": 1,
        "certificates_valid|kind=first_aider": 1,
        "held|code=consent": 1,
        "held|code=member": 1,
        "members_admitted|channel=unknown|month=2022-01": 1,
        "members_moved|month=2022-01|move=admitted": 1,
        "members|kind=adult": 1,
        "persons": 2,
        "qualified|rule=R01": 1,
        "qualified|rule=R03": 1,
    }


def test_what_a_prohibition_says_of_the_person_is_not_taken_in() -> None:
    """A withdrawal under another name withdraws; it does not make a second name."""
    strange = withdrawn("02-01")
    strange.block = block(name="李强")
    expectation = play(*CERTIFIED, at("02-01", strange))
    assert expectation.known[KEY].held == "consent"
    assert expectation.known[KEY].names == {"王小明"}


def test_minimum_notice_is_the_book_s() -> None:
    """The oldest notice that serves is the one of the packaged rule book."""
    text = packaged.read_text("rules/books/zhejiang-2022.yaml")
    found = re.search(r'^\s+minimum: "([\d-]+)"', text, re.MULTILINE)
    assert found is not None
    assert found.group(1) == MINIMUM_NOTICE
