"""The naive expectation of the newer systems, against scenarios worked out by hand from docs/matching.md."""

from __future__ import annotations

from typing import Any

import pytest

from hub.simulate.calendar import iso
from hub.simulate.expect import Expectation
from hub.simulate.happening import Effect, Fate, Happening
from tests.unit.simulate.saying import (
    HOME,
    KEY,
    SOCIETY,
    VILLAGE,
    certificate,
    consent,
    day,
    dissolved,
    event,
    founded,
    play,
)

Steps = list[tuple[str, Happening]]
FIRM = "organisation 91339902MA0000001X"
BOTH = consent(data_classes=["p", "s"])
YOUNG = {"birth": day("2005-03-07")}


def at(on: str, happening: Happening) -> tuple[str, Happening]:
    """Return a step: it is published on the day on which it occurs."""
    return on, happening


def serves(on: str, level: str = "registered", **more: Any) -> tuple[str, Happening]:
    """Return a volunteer's registration."""
    fields: dict[str, Any] = {"volunteer_key": "V1", "level": level, "on": day(on), "region": None}
    return on, event("volunteer.registered.v1", on, alias=("volunteer_key", "V1"), **fields, **more)


def hours(on: str, star: int | None = None) -> tuple[str, Happening]:
    """Return a report of hours."""
    fields: dict[str, Any] = {
        "volunteer_key": "V1",
        "hours": 2.0,
        "total_hours": 9.0,
        "star": star,
        "on": day(on),
    }
    return on, event("volunteer.hours.accrued.v1", on, named=False, alias=("volunteer_key", "V1"), **fields)


def gave(on: str, **more: Any) -> tuple[str, Happening]:
    """Return a gift of a person, or of a firm."""
    firm = more.get("uscc") is not None
    fields: dict[str, Any] = {"donor_kind": "org" if firm else "person", "uscc": None, "org_region": None,
              "donation_no": "D1", "donated_on": day(on), "region": None}  # fmt: skip
    key = FIRM if firm else KEY
    made = event("donation.money.received.v1", on, key=key, alias=("donation_no", "D1"), **fields | more)
    if firm:
        made.block = None
    return on, made


def refunded(on: str) -> tuple[str, Happening]:
    """Return a refund, which names nobody."""
    return on, event("donation.money.refunded.v1", on, named=False, alias=("donation_no", "D1"),
                     donation_no="D1", refunded_on=day(on))  # fmt: skip


def stem_cells(on: str, month: str = "2022-01", **more: Any) -> tuple[str, Happening]:
    """Return a donation of stem cells."""
    return on, event("hsc.donation.completed.v1", on, completed_month=month, **more)


def family(on: str, quiet: str | None, *, released: bool = True, **more: Any) -> tuple[str, Happening]:
    """Return a relative of an organ donor."""
    until = None if quiet is None else day(quiet)
    return on, event("organ.family.contactable.v1", on, relation="child", donor_ref="R1", quiet_until=until,
                     coordinator_id="K", released=released, **more)  # fmt: skip


def discloses(on: str, said: dict[str, Any] | None = None, **more: Any) -> tuple[str, Happening]:
    """Return the agreement to have a ground named."""
    grant = consent(on, purpose="ground_disclosure", **{"data_classes": ["p", "s"], **more})
    return on, event("consent.granted.v1", on, grant=grant, said=said or {})


def nominated(on: str, session: str, council: str = SOCIETY) -> tuple[str, Happening]:
    """Return a nomination."""
    return on, event("council.candidate.nominated.v1", on, council_org=council, term="T1",
                     session_on=day(session), on=day(on))  # fmt: skip


def member(on: str, organisation: str = SOCIETY, **more: Any) -> tuple[str, Happening]:
    """Return an admission."""
    return on, event("member.admitted.v1", on, kind="adult", card_no="K9", on=day(on),
                     organisation=organisation, alias=("card_no", "K9"), **more)  # fmt: skip


def delivered(on: str) -> tuple[str, Happening]:
    """Return the delivery of an invitation."""
    return on, event("invitation.delivered.v1", on, invitation_id=None, on=day(on), channel=None)


def answered(on: str, answer: str) -> tuple[str, Happening]:
    """Return an answer."""
    return on, event("invitation.responded.v1", on, answer=answer, on=day(on))


def moves(on: str, rule: str, **codes: Any) -> tuple[str, Happening]:
    """Return a change of region codes, announced on a day."""
    fields = {"new_code": "330602", "township": None, "rule": rule, **codes}
    return on, Happening("region.changed.v1", 0, fields=fields, effect=Effect.TABLES)


CERTIFIED = at("01-03", certificate("01-03", grant=consent()))
"""Invited on 3 January, a Monday, by R01."""


def last(expectation: Expectation, key: str = KEY) -> tuple[Any, ...] | None:
    """Return (status, priority, rules, kind, organisation, valid until) of the last invitation."""
    found = expectation.known[key].last
    if found is None:
        return None
    return found.status, found.priority, "+".join(found.rules), found.kind, found.organisation, iso(
        found.valid_until
    )  # fmt: skip


GROUNDS: list[Any] = [
    pytest.param([serves("01-03", grant=consent()), hours("01-11")], "01-16", None, "batch", id="R09-waits"),
    pytest.param(
        [serves("01-03", grant=consent()), hours("01-11")], "01-17",
        ("issued", 3, "G00", "adult", VILLAGE, "2022-07-16"), None, id="R09-on-monday-is-not-named",
    ),
    pytest.param(
        [serves("01-03", grant=consent()), hours("01-12", star=3)], "01-12",
        ("issued", 2, "G00", "adult", VILLAGE, "2022-07-11"), None, id="R09a-and-R09-are-one-name",
    ),
    pytest.param(
        [serves("01-03", "recorded", grant=consent()), hours("01-10")], "01-17", None, None,
        id="recorded-is-not-registered",
    ),
    pytest.param(
        [gave("01-05", grant=consent())], "01-10",
        ("issued", 3, "G00", "adult", VILLAGE, "2022-07-09"), None, id="R07-on-monday",
    ),
    pytest.param(
        [gave("01-05", grant=consent()), refunded("01-06")], "01-10", None, None, id="refunded-is-no-ground"
    ),
    pytest.param(
        [refunded("01-04"), gave("01-05", grant=consent())], "01-10", None, None, id="refunded-before-given"
    ),
    pytest.param(
        [stem_cells("01-05", grant=BOTH)], "01-05",
        ("issued", 2, "G00", "adult", VILLAGE, "2022-07-04"), None, id="R05-is-not-named",
    ),
    pytest.param(
        [stem_cells("01-05", grant=consent())], "01-05", None, "consent", id="alone-it-needs-class-s"
    ),
    pytest.param(
        [CERTIFIED, stem_cells("01-05")], "01-05",
        ("issued", 1, "R01", "adult", VILLAGE, "2022-07-02"), None, id="beside-another-it-does-not-count",
    ),
    pytest.param(
        [discloses("01-03"), stem_cells("01-05", grant=BOTH)], "01-05",
        ("issued", 2, "R05", "adult", VILLAGE, "2022-07-04"), None, id="named-when-agreed",
    ),
    *(
        pytest.param(
            [discloses("01-03", **flaw), stem_cells("01-05", grant=BOTH)], "01-05",
            ("issued", 2, "G00", "adult", VILLAGE, "2022-07-04"), None, id=f"not-named-{name}",
        )
        for name, flaw in (
            ("by-an-old-notice", {"notice_version": "2020-01"}), ("to-others", {"recipients": ["330602"]}),
            ("without-class-s", {"data_classes": ["p"]}),
            ("to-too-many", {"recipients": [HOME, *(f"33060{number}" for number in range(8))]}),
        )
    ),
    *(
        pytest.param(
            [discloses("01-03", said=YOUNG, guardian=guardian),
             stem_cells("01-05", said=YOUNG, grant=consent(data_classes=["p", "s"], guardian=True))],
            "01-05", ("issued", 2, rule, "youth", SOCIETY, "2022-07-04"), None, id=f"a-minor-{rule}",
        )
        for guardian, rule in ((False, "G00"), (True, "R05"))
    ),
    pytest.param([family("01-05", "01-20", grant=BOTH)], "01-20", None, None, id="quiet-is-inclusive"),
    pytest.param(
        [family("01-05", "01-20", grant=BOTH)], "01-21",
        ("issued", 2, "G00", "adult", VILLAGE, "2022-07-20"), None, id="R06-when-the-quiet-is-over",
    ),
    pytest.param(
        [family("01-05", None, grant=BOTH)], "07-05",
        ("issued", 2, "G00", "adult", VILLAGE, "2023-01-01"), None, id="180-days-when-none-is-named",
    ),
    pytest.param(
        [family("01-05", "01-06", released=False, grant=BOTH)], "01-20", None, None, id="not-released"
    ),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "until", "expected", "held"), GROUNDS)
def test_grounds(steps: Steps, until: str, expected: tuple[Any, ...] | None, held: str | None) -> None:
    """Each new rule invites, holds back or is silent as the page says, under its public name."""
    expectation = play(*steps, until=until)
    assert last(expectation) == expected
    assert expectation.known[KEY].held == held


def test_who_has_no_ground_is_not_told_of() -> None:
    """Of somebody who only registered, gave blood or is in the quiet period, matching knows nothing."""
    steps = [
        at("01-03", event("hsc.donor.registered.v1", "01-03", registered_on=day("01-03"), grant=BOTH)),
        at("01-04", event("blood.donation.qualified.v1", "01-04", kind="whole", donated_on=day("01-04"))),
        family("01-05", "03-01"),
    ]
    assert play(*steps).stock() == {"sensitive_held|code=quiet": 1}


def test_of_who_takes_back_that_a_ground_may_be_named_matching_does_not_hear() -> None:
    """A withdrawal that concerns class s alone makes nobody known."""
    fields: dict[str, Any] = {"purpose": "ground_disclosure", "withdrawn_on": day("01-03")}
    expectation = play(at("01-03", event("consent.withdrawn.v1", "01-03", **fields)))
    assert (expectation.known[KEY].met, expectation.stock()) == (False, {})


def test_a_death_ends_the_ground() -> None:
    """Nothing is told of the dead, and figures say why."""
    death = event("party.deceased.v1", "01-08", deceased_on=day("01-08"))
    expectation = play(stem_cells("01-05", grant=BOTH), at("01-08", death))
    assert last(expectation) == ("withdrawn", 2, "G00", "adult", VILLAGE, "2022-07-04")
    assert expectation.stock() == {"persons": 1, "sensitive_held|code=deceased": 1}


def test_firm_is_a_group() -> None:
    """An organisation that gave goes to the county's society, needs no consent, and is no person."""
    expectation = play(gave("01-05", uscc="91339902MA0000001X", org_region=HOME))
    assert last(expectation, FIRM) == ("issued", 3, "R08", "group", SOCIETY, "2022-07-09")
    stock = expectation.stock()
    assert (stock["groups"], stock.get("persons")) == (1, None)


@pytest.mark.parametrize("flow", ["flow.anonymous", "flow.beneficiaries"])
def test_who_must_stay_unknown_is_counted(flow: str) -> None:
    """An anonymous giver and somebody who is aided are counted, and nobody is known."""
    _, happening = gave("01-05")
    happening.fate, happening.code, happening.subject = Fate.FORGOTTEN, flow, None
    expectation = play(at("01-05", happening))
    assert (expectation.known, dict(expectation.forgotten)) == ({}, {flow: 1})


REMINDERS: list[Any] = [
    pytest.param([], "02-01", ("issued", None), id="not-before-30-days"),
    pytest.param([], "02-02", ("issued", "2022-02-02"), id="after-30-days"),
    pytest.param([delivered("01-10")], "02-02", ("delivered", "2022-02-02"), id="delivered-is-no-answer"),
    pytest.param([answered("01-10", "unreachable")], "03-01", ("issued", None), id="any-answer-will-do"),
    pytest.param([delivered("01-10"), answered("01-11", "accepted")], "03-01", ("accepted", None),
                 id="accepted-after-delivery"),
    pytest.param([delivered("02-02")], "02-05", ("delivered", "2022-02-02"), id="time-comes-before-events"),
    pytest.param([at("01-20", dissolved(VILLAGE, "02-02"))], "02-02", ("issued", None), id="another-change"),
    pytest.param([at("01-20", dissolved(VILLAGE, "02-02"))], "02-03", ("issued", "2022-02-03"),
                 id="the-day-after-another-change"),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "until", "expected"), REMINDERS)
def test_deliveries_and_reminders(steps: Steps, until: str, expected: tuple[str, str | None]) -> None:
    """Who has said nothing for 30 days is reminded once, on a day on which nothing else happens."""
    found = play(CERTIFIED, *steps, until=until).known[KEY].last
    assert found is not None
    assert (found.status, found.reminded_on and iso(found.reminded_on)) == expected


def tasks(expectation: Expectation) -> list[str]:
    """Return all tasks, each as one text."""
    return [
        " ".join("–" if value is None else str(value) for value in (
            duty.kind, duty.status, duty.organisation, duty.target or "–",
            iso(duty.due_on) if duty.due_on else None, duty.blocked_by or duty.escalated_to,
        ))
        for duties in expectation.known[KEY].duties.values()
        for duty in duties
    ]  # fmt: skip


CITY = at("01-02", founded("RC-CITY", "society", "3306"))
FAR = at("01-02", founded("RC-FAR", "society", "330602"))
AWAY = {"residence": "330602001001"}
FOREIGN = at("01-12", certificate("01-12", said={"citizen": False}))
CITIZEN = at("02-20", certificate("02-20", said={"citizen": True}))
TASKS: list[Any] = [
    pytest.param([nominated("01-10", "03-01")], "02-15",
                 ["admission open RC-S – 2022-02-15 –"], id="open-until-due"),
    pytest.param([CITY, nominated("01-10", "03-01")], "02-16",
                 ["admission escalated RC-S – 2022-02-15 RC-CITY"], id="escalated-to-the-city"),
    pytest.param([nominated("02-20", "03-01")], "02-20",
                 ["admission escalated RC-S – 2022-02-15 –"], id="late-from-the-start-and-nobody-above"),
    pytest.param([nominated("01-10", "03-01"), member("01-20")], "01-21",
                 ["admission done RC-S – 2022-02-15 –"], id="done"),
    pytest.param([nominated("01-10", "03-01")], "03-02",
                 ["admission missed RC-S – 2022-02-15 –"], id="missed-after-the-session"),
    pytest.param([nominated("01-10", "03-01"), nominated("01-20", "04-01")], "02-16",
                 ["admission open RC-S – 2022-03-18 –"], id="postponed"),
    pytest.param([nominated("01-10", "03-01", council="RC-NEW")], "01-20",
                 ["admission blocked  – 2022-02-15 no_organisation"], id="nobody-to-act"),
    pytest.param([nominated("01-10", "03-01"), FOREIGN], "02-20",
                 ["admission blocked  – 2022-02-15 not_citizen"], id="a-foreigner-blocks-the-session"),
    pytest.param([nominated("01-10", "03-01"), FOREIGN, CITIZEN],
                 "02-20", ["admission escalated RC-S – 2022-02-15 –"], id="free-when-it-is-late"),
    pytest.param([nominated("01-10", "03-01"), FOREIGN], "03-02",
                 ["admission missed  – 2022-02-15 not_citizen"], id="blocked-until-the-session"),

    pytest.param([nominated("01-10", "03-01", "RC-NEW"),
                  at("01-12", founded("RC-NEW", "society", "330699", "01-20"))], "01-20",
                 ["admission open RC-NEW – 2022-02-15 –"], id="opened-when-somebody-can-act"),
    pytest.param([CITY, nominated("01-10", "03-01", VILLAGE), at("01-20", dissolved(VILLAGE, "01-20"))],
                 "01-20", ["admission open RC-CITY – 2022-02-15 –"], id="a-dissolved-one-s-superior"),
    pytest.param([member("01-10"), FAR, at("01-12", certificate("01-12", said=AWAY))], "01-12",
                 ["transfer open RC-S RC-FAR – –"], id="a-member-moved-away"),
    pytest.param([member("01-10", VILLAGE), at("01-12", dissolved(VILLAGE, "01-15"))], "01-15",
                 ["transfer open RC-T RC-T – –"], id="the-organisation-is-no-more"),
    pytest.param([member("01-10", "RC-UNKNOWN"), FAR, at("01-12", certificate("01-12", said=AWAY))], "01-12",
                 [], id="an-unknown-organisation-moves-nobody"),
    pytest.param([member("01-10"), FAR, at("01-12", certificate("01-12", said=AWAY)),
                  at("01-20", event("member.transferred.v1", "01-20", named=False, card_no="K9",
                                    to_organisation="RC-FAR", on=day("01-20"), alias=("card_no", "K9")))],
                 "01-20", ["transfer done RC-S RC-FAR – –"], id="handed-over"),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "until", "expected"), TASKS)
def test_tasks(steps: Steps, until: str, expected: list[str]) -> None:
    """A candidate is to be admitted in time, a member who moved to be handed over."""
    assert tasks(play(*steps, until=until)) == expected


TOWN = {"old_code": "330604", "township_code": "330604001", "from_on": day("02-01")}
RENAMED = {"old_code": "330604", "new_code": "330698", "from_on": day("02-01")}
REGIONS: list[Any] = [
    pytest.param([moves("01-20", "by_township", lands_in="330602", **TOWN)], "01-31",
                 ("issued", VILLAGE), id="nothing-before-its-day"),
    pytest.param([moves("01-20", "by_township", lands_in="330602", **TOWN)], "02-01",
                 ("withdrawn", VILLAGE), id="no-consent-for-the-new-county"),
    pytest.param([moves("01-20", "manual", **RENAMED)], "02-01",
                 ("withdrawn", VILLAGE), id="nobody-can-tell"),
    pytest.param([moves("01-20", "one_to_one", **RENAMED)], "02-01", ("withdrawn", VILLAGE),
                 id="renamed-and-no-organisation-there"),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "until", "expected"), REGIONS)
def test_region_codes_change(steps: Steps, until: str, expected: tuple[str, str]) -> None:
    """From its day on a change of region codes leads people elsewhere, or nowhere."""
    found = play(CERTIFIED, FAR, *steps, until=until).known[KEY].last
    assert found is not None
    assert (found.status, found.organisation) == expected


def test_a_county_written_down_before_it_was_divided_is_neither_part() -> None:
    """Who declared the undivided county before the day is of no county when that arrives after it."""
    split = moves("01-20", "by_township", lands_in="330602", **TOWN)
    late = certificate("01-25", said={"residence": "330604"}, grant=consent())
    assert play(split, at("02-03", late), until="02-04").known[KEY].held == "region"
    early = certificate("01-25", said={"residence": "330604"}, grant=consent())
    assert play(split, at("01-25", early), until="02-04").known[KEY].held is None


def erased(on: str, occurs: str) -> tuple[str, Happening]:
    """Return a request for erasure that is published on a day."""
    return on, event("subject.erasure.requested.v1", occurs, requested_on=day(occurs), scope=None)


BACK = at("01-12", certificate("01-12", number="C2"))
AGREES = at("01-14", event("consent.granted.v1", "01-14", grant=consent("01-14")))
ERASURES: list[Any] = [
    pytest.param([], {}, None, id="nothing-is-left"),
    pytest.param([at("01-12", certificate("01-09", number="C2"))], {}, None, id="older-things-stay-out"),
    pytest.param([at("01-12", event("training.certificate.renewed.v1", "01-12", named=False, cert_no="C1",
                                    alias=("cert_no", "C1"), new_expires_on=day("2026-01-01")))], {}, None,
                 id="the-certificate-is-nobody-s"),
    pytest.param([stem_cells("01-12")], {"persons": 1, "sensitive_grounds": 1}, "erasure",
                 id="a-new-ground-is-held"),
    pytest.param([BACK], {"persons": 1}, "erasure", id="who-comes-back-has-to-agree"),
    pytest.param([BACK, AGREES], {"persons": 1}, None, id="and-is-invited-once-they-do"),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "figures", "held"), ERASURES)
def test_erasure(steps: Steps, figures: dict[str, int], held: str | None) -> None:
    """All that occurred until the request is forgotten, what was open ends; later things begin anew."""
    before = [CERTIFIED, stem_cells("01-05", grant=BOTH), nominated("01-06", "03-01")]
    erased_on = play(*before, erased("01-10", "01-10"))
    assert erased_on.known[KEY].last is None
    assert tasks(erased_on) == []
    assert [duty.status for duty in erased_on.known[KEY].past] == ["cancelled"]
    expectation = play(*before, erased("01-10", "01-10"), *steps, until="01-14")
    stock = expectation.stock()
    assert {name: stock[name] for name in stock if name in {"persons", "sensitive_grounds"}} == figures
    assert expectation.known[KEY].held == held
    if AGREES in steps:
        found = expectation.known[KEY].last
        assert found is not None
        assert (found.episode, found.status, found.rules) == (1, "issued", ("R01",))


def test_erasure_withdraws_what_is_open() -> None:
    """On the day of the request the open invitation is withdrawn because of it."""
    expectation = play(CERTIFIED, until="01-09")
    expectation.begin(day("01-10"))
    expectation.take(erased("01-10", "01-10")[1])
    assert expectation.finish().changes[KEY][1:3] == ("withdrawn", "erasure")
