"""The intake stage: to which end each record comes, and what leaves it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hub import data, topics
from hub.connectors.draft import Draft
from hub.core import assertion, dates
from hub.core.codes import Code
from hub.core.document import check
from hub.core.fact import BY_NAME
from hub.stages.contract import Batch, Record
from hub.stages.memory import MemoryContext
from hub.stages.tables import HubTables
from tests.unit.connectors.events import (
    ANTON,
    BEATE,
    COMPANY,
    DAY,
    NOW,
    OCCURRED,
    PROHIBITIONS,
    SENSITIVE,
    TYPES,
    consent,
    number,
    person,
)
from tests.unit.stages.receiving import (
    BLIND,
    CODEC,
    SEALER,
    asserted,
    content_of,
    decoded,
    ends,
    facts_of,
    fed,
    framed,
    intake,
    new_intake,
    on,
    taken_in,
    told_of,
    topic_of,
)

ISSUED = "training.certificate.issued.v1"
REVOKED = "training.certificate.revoked.v1"
WITHDRAWN = "consent.withdrawn.v1"
TAKEN_BACK = {"status": "withdrawn", "withdrawn_on": dates.day_of(OCCURRED)}
DECLINED = "member.declined.v1"
RECEIVED = "donation.money.received.v1"
ENROLLED = "project.participant.enrolled.v1"
CANARY = "司空无咎"
ANTONS_KEY = BLIND.person(check("resident_id", ANTON))
INVITATION = "ab" * 16


@pytest.mark.parametrize("ce_type", TYPES)
def test_every_valid_event_comes_to_one_end(ce_type: str) -> None:
    """A valid event is facts, waiting facts, facts of class s or a broadcast, once."""
    ctx = taken_in(ce_type)
    (end,) = ends(ctx)
    assert end in ({"sensitive"} if ce_type in SENSITIVE else {"facts", "alias", "broadcast"})
    assert (
        ctx.counters[f"flow.received|day=2022-05-08|system={topic_of(ce_type).split('.')[1]}|type={ce_type}"]
        == 1
    )
    assert not any(name.startswith("flow.rejected") for name in ctx.counters)


@pytest.mark.parametrize("ce_type", TYPES)
def test_what_is_asserted_is_in_the_catalogue(ce_type: str) -> None:
    """Every asserted kind and field is one of the fact catalogue."""
    ctx = taken_in(ce_type)
    told = [decoded(emitted)[1]["assertions"] for emitted in on(ctx, topics.FACTS)]
    told += [assertion.decode(content_of(emitted).assertions) for emitted in on(ctx, topics.FACTS_SENSITIVE)]
    for assertions in told:
        for kind, _, fields in assertions:
            assert {name for name in fields if BY_NAME[kind].field(name) is None} == set()


def test_a_certificate_leaves_as_pseudonymous_facts() -> None:
    """Person, name and number leave as keyed hashes, the contact sealed for the person."""
    ctx = taken_in(ISSUED, envelope={"seq": 7})
    facts = facts_of(ctx)
    assert facts["person"] == ANTONS_KEY
    assert (facts["event_id"], facts["source"], facts["type"]) == ("e-1", "synthetic/1", ISSUED)
    assert (facts["occurred_at"], facts["received_at"]) == (OCCURRED, NOW)
    assert facts["origin"] == {"topic": topics.TRAINING, "partition": 0, "offset": 0}
    assert asserted(facts, "party")["name_forms"] == [BLIND.name("王小明")]
    assert [key for _, key, _ in facts["assertions"]] == [BLIND.alias("cert_no", "zj7"), b""]
    contact = msgspec.msgpack.decode(SEALER.open(facts["contact"], ANTONS_KEY))
    assert contact == {"name": "王小明", "phone": "13800000000"}


def test_a_contact_is_sealed_anew_when_it_or_the_person_changes() -> None:
    """The same contact of a person may keep its seal; another contact or another person never does."""
    phones = ["13800000000", "13800000000", "13900000000"]
    values = [framed(ISSUED, person=person(phone=phone)) for phone in phones]
    values.append(framed(ISSUED, person=person(phone=phones[-1], doc_no=BEATE, birth_date=None, sex=None)))
    told = [decoded(emitted)[1] for emitted in told_of(fed(intake(), topics.TRAINING, values))]
    assert told[3]["person"] != ANTONS_KEY
    opened = [msgspec.msgpack.decode(SEALER.open(each["contact"], each["person"])) for each in told]
    assert [contact["phone"] for contact in opened] == [*phones, phones[-1]]
    assert len({each["contact"] for each in told[1:]}) == len(told) - 1


def test_a_certificate_binds_its_number() -> None:
    """The certificate's number becomes an alias of the person, and brings what is known of them."""
    ctx = taken_in(ISSUED)
    (binding,) = ctx.emitted
    assert binding.topic == topics.IDENTITY
    alias = BLIND.alias("cert_no", "zj7")
    assert binding.key == alias
    assert decoded(binding)[1] == {
        "alias": alias,
        "alias_kind": "cert_no",
        "person": ANTONS_KEY,
        "facts": told_of(ctx)[0].value,
        "event_id": "e-1",
        "stamp": facts_of(ctx)["stamp"],
        "erased": False,
    }


def test_a_prohibition_goes_straight_to_its_person() -> None:
    """A refusal that names person and key waits behind nothing; its key is bound beside it."""
    ctx = taken_in("member.declined.v1", invitation_id=INVITATION)
    assert [emitted.key for emitted in on(ctx, topics.FACTS)] == [ANTONS_KEY]
    assert [decoded(emitted)[1]["facts"] for emitted in on(ctx, topics.IDENTITY)] == [None]


def test_nothing_is_sealed_when_there_is_nothing_to_seal() -> None:
    """A block without name, phone and guardian has no contact."""
    assert facts_of(taken_in(ISSUED, person=person(name=None, phone=None)))["contact"] is None


def test_no_personal_value_leaves_in_the_clear() -> None:
    """Neither name, number, phone nor source key is in any key, value, counter or message."""
    secrets = (CANARY, BEATE, "13912345678", "zj-canary", "ZJ-CANARY")
    block = person(name=CANARY, doc_no=BEATE, sex=None, birth_date=None, phone="13912345678")
    values = [
        framed(ISSUED, person=block, cert_no="ZJ-CANARY"),
        framed(ISSUED, person={**block, "doc_no": None}, cert_no="ZJ-CANARY"),
        framed(ISSUED, person={**block, "doc_no": BEATE[:17]}, cert_no="ZJ-CANARY"),
        framed(ISSUED, person=block, cert_no="ZJ-CANARY", issued_on=CANARY),
        framed(REVOKED, cert_no="ZJ-CANARY"),
    ]
    ctx = fed(intake(), topics.TRAINING, values)
    assert sorted(ends(ctx)) == ["alias", "dead letter", "dead letter", "facts", "parked"]
    told = [part for emitted in ctx.emitted for part in (emitted.key or b"", emitted.value or b"")]
    told += [repr((letter.code, letter.field, letter.message)).encode() for letter in ctx.dead_letters]
    told += [name.encode() for name in ctx.counters]
    assert not [secret for secret in secrets if any(secret.encode() in part for part in told)]


def test_facts_known_by_an_alias_alone_wait_for_it() -> None:
    """An event without a person travels under its alias, its facts without a person inside."""
    (emitted,) = taken_in(REVOKED).emitted
    name, waiting = decoded(emitted)
    alias = BLIND.alias("cert_no", "zj7")
    assert (emitted.topic, emitted.key, name) == (topics.IDENTITY, alias, "hub.alias")
    assert (waiting["alias"], waiting["alias_kind"], waiting["person"]) == (alias, "cert_no", None)
    facts = CODEC.decode(waiting["facts"])[1]
    assert (facts["person"], facts["contact"], facts["stamp"]) == (b"", None, waiting["stamp"])
    assert assertion.decode(facts["assertions"]) == [("certificate", alias, {"revoked_on": DAY})]


def test_person_and_alias_give_facts_and_bindings() -> None:
    """When the registry names person and keys, the person wins and both keys are bound."""
    ctx = taken_in("member.admitted.v1", invitation_id=INVITATION)
    assert ends(ctx) == ["facts"]
    bound = {
        decoded(emitted)[1]["alias_kind"]: decoded(emitted)[1]["person"]
        for emitted in on(ctx, topics.IDENTITY)
    }
    assert bound == {"invitation_id": ANTONS_KEY, "card_no": ANTONS_KEY}


@pytest.mark.parametrize("block", [None, person(doc_no=None)], ids=["no person", "unsure person"])
def test_an_admission_by_invitation_alone_links_the_card(block: dict[str, Any] | None) -> None:
    """Without a sure person an admission waits under the invitation and takes the card along."""
    (emitted,) = taken_in("member.admitted.v1", person=block, invitation_id=INVITATION).emitted
    assert emitted.key == BLIND.alias("invitation_id", INVITATION)
    facts = CODEC.decode(decoded(emitted)[1]["facts"])[1]
    link = ("alias", BLIND.alias("card_no", "k1"), {"kind": "card_no"})
    assert link in assertion.decode(facts["assertions"])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"doc_no": None}, Code.FIELD_MISSING),
        ({"doc_no": ANTON[:15] + "000"}, Code.ID_CHECK),
        ({"doc_no": "33990l1990O307123" + ANTON[17]}, Code.ID_REPAIRABLE),
    ],
    ids=["no document", "3: zeroed", "6: letters for digits"],
)
def test_an_unsure_person_is_parked(changes: dict[str, Any], reason: Code) -> None:
    """Without a sure key the event is parked, sealed as received, with the reason."""
    value = framed(ISSUED, person=person(**changes))
    ctx = fed(intake(), topics.TRAINING, [value])
    (emitted,) = ctx.emitted
    name, parked = decoded(emitted)
    assert (emitted.topic, name) == (topics.IDENTITY, "hub.parked")
    assert emitted.key == BLIND.key("event", "synthetic/1\ne-1")
    assert (parked["reason"], parked["prohibition"]) == (reason.value, False)
    assert SEALER.open(parked["sealed"], emitted.key) == value
    assert ctx.counters[f"flow.parked|reason={reason.value}|system=training"] == 1


@pytest.mark.parametrize(
    ("value", "code", "path"),
    [
        (None, Code.FRAME_UNKNOWN, ""),
        (b"", Code.FRAME_UNKNOWN, ""),
        (b"{}", Code.FRAME_UNKNOWN, ""),
        (b"\xc3\x01" + bytes(8) + b"body", Code.SCHEMA_UNKNOWN, ""),
        (framed(ISSUED)[:40], Code.SCHEMA_MISMATCH, ""),
        (framed(ISSUED) + b"\0", Code.SCHEMA_MISMATCH, ""),
        (CODEC.encode("hub.tick", {"now": 1}), Code.SCHEMA_UNKNOWN, ""),
        (
            framed(ISSUED, envelope={"type": "training.course.completed.v1"}),
            Code.ENVELOPE_INVALID,
            "envelope.type",
        ),
        (framed(ISSUED, person=person(doc_no="3.39901E+17")), Code.ID_TRUNCATED, "person.doc_no"),
        (framed(ISSUED, person=person(doc_no=number("33990319850229101"))), Code.ID_DATE, "person.doc_no"),
        (framed(ISSUED, issued_on="???"), Code.DATE_INVALID, "issued_on"),
        (framed(ISSUED, envelope={"time": "2022-06-04"}), Code.DATE_FUTURE, "envelope.time"),
        (framed(ISSUED, person=person(doc_no="", name="", phone="")), Code.FIELD_MISSING, "person.doc_no"),
        (framed("member.admitted.v1", person=None, card_no=""), Code.FIELD_MISSING, "person.doc_no"),
    ],
    ids=[
        "no value",
        "empty",
        "json",
        "unknown schema",
        "cut off",
        "bytes left over",
        "a record of the hub's own",
        "another type",
        "2: scientific",
        "7: impossible date",
        "bad date",
        "future",
        "nobody",
        "nobody at the registry",
    ],
)
def test_what_is_no_prohibition_may_be_a_dead_letter(value: bytes | None, code: Code, path: str) -> None:
    """Unreadable and unlawful records go to the dead letters with a code and the path of the field."""
    ctx = fed(intake(), topics.TRAINING, [value])
    (letter,) = ctx.dead_letters
    assert (letter.code, letter.field) == (code.value, path)
    assert ctx.emitted == []
    rejected = [(name, times) for name, times in ctx.counters.items() if name.startswith("flow.rejected")]
    assert len(rejected) == 1
    assert rejected[0][0].startswith(f"flow.rejected|code={code.value}|system=")
    assert sum(times for name, times in ctx.counters.items() if name.startswith("flow.received")) == 1


@pytest.mark.parametrize(
    ("ce_type", "changes", "counter"),
    [
        pytest.param(RECEIVED, {"anonymous": True}, "flow.anonymous|system=donation", id="anonymous"),
        pytest.param(
            RECEIVED,
            {"anonymous": True, "donor_kind": "?", "donation_no": "", "envelope": {"time": "?", "id": ""}},
            "flow.anonymous|system=donation",
            id="anonymous-and-wrong",
        ),
        pytest.param(
            RECEIVED,
            {"anonymous": True, "person": None, "donor_kind": "org", "uscc": COMPANY, "org_name": CANARY},
            "flow.anonymous|system=donation",
            id="anonymous-company",
        ),
        pytest.param(
            ENROLLED, {"role": "Beneficiary"}, "flow.beneficiaries|system=project", id="beneficiary"
        ),
        pytest.param(
            ENROLLED,
            {"role": "beneficiary", "on": "?", "person": person(doc_no="3.39901E+17", name=CANARY)},
            "flow.beneficiaries|system=project",
            id="beneficiary-and-wrong",
        ),
    ],
)
def test_who_must_stay_unknown_is_counted_and_forgotten(
    ce_type: str, changes: dict[str, Any], counter: str
) -> None:
    """Of an anonymous gift and of somebody who is aided, two counters are all that is left."""
    ctx = taken_in(ce_type, **changes)
    assert (ctx.emitted, ctx.dead_letters, ctx.stops, ctx.memory.data) == ([], [], [], {})
    assert ctx.counters[counter] == 1
    day = "2022-06-01" if "envelope" in changes else "2022-05-08"
    system = counter.partition("=")[2]
    assert ctx.counters[f"flow.received|day={day}|system={system}|type={ce_type}"] == 1
    assert len(ctx.counters) == 2


def test_a_source_clock_may_be_a_little_ahead() -> None:
    """An event from two days ahead is believed, one from later is not; the days are a setting."""
    just = dates.iso(dates.day_of(NOW) + 2)
    assert ends(taken_in(ISSUED, envelope={"time": just})) == ["facts"]
    strict = new_intake(future_days=0)
    assert ends(fed(strict, topics.TRAINING, [framed(ISSUED, envelope={"time": just})])) == ["dead letter"]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"withdrawn_on": "?"}, TAKEN_BACK),
        ({"purpose": ""}, TAKEN_BACK),
        ({"envelope": {"time": "?"}}, TAKEN_BACK),
        ({"envelope": {"time": "2199-01-01"}}, TAKEN_BACK),
        ({"envelope": {"id": "", "source": ""}}, TAKEN_BACK),
        ({"envelope": {"type": "consent.granted.v1"}}, TAKEN_BACK),
    ],
    ids=["date", "purpose", "time", "future", "no id", "another type"],
)
def test_a_prohibition_with_an_unreadable_field_still_restrains(
    changes: dict[str, Any], fields: dict[str, Any]
) -> None:
    """What is unreadable gets the safest reading, and the person is marked for a human."""
    ctx = taken_in(WITHDRAWN, **changes)
    facts = facts_of(ctx)
    assert asserted(facts, "consent") == fields
    assert asserted(facts, "party") == {"conflicts": ["PROHIBITION_UNREADABLE"]}
    assert facts["occurred_at"] == (NOW if "time" in changes.get("envelope", {}) else OCCURRED)
    assert ctx.counters["flow.prohibitions_unreadable|system=consent"] == 1
    assert ctx.dead_letters == []


@pytest.mark.parametrize(
    "changes", [{"doc_no": "3.39901E+17"}, {"doc_no": None}, {"doc_no": None, "name": ""}]
)
def test_a_prohibition_about_somebody_unsure_stops_its_source(changes: dict[str, Any]) -> None:
    """Parked, it would hold nobody: whoever it is about would go on being invited."""
    assert ends(taken_in(WITHDRAWN, person=person(**changes))) == ["stop"]


def test_a_refusal_finds_an_unsure_person_by_the_invitation() -> None:
    """A refusal whose person is not sure still waits under the invitation it answers."""
    ctx = taken_in(DECLINED, person=person(doc_no="3.39901E+17"), invitation_id=INVITATION)
    assert ends(ctx) == ["alias"]


@pytest.mark.parametrize(
    ("topic", "value", "headers"),
    [
        (topics.REGISTRY, framed(DECLINED, person=None), None),
        (topics.TRAINING, framed(REVOKED, cert_no=" "), None),
        (topics.CONSENT, framed(WITHDRAWN, person=person(doc_no=None, name=None, phone=None)), None),
        (topics.CONSENT, framed(WITHDRAWN)[:30], None),
        (topics.TRAINING, framed(REVOKED)[:-1], None),
        (topics.CONSENT, b"garbage", [("ce_type", WITHDRAWN.encode())]),
        (topics.CONSENT, framed("consent.granted.v1", envelope={"type": WITHDRAWN}), None),
    ],
    ids=[
        "nobody",
        "no key",
        "an empty person",
        "cut off early",
        "an alias cut off",
        "by its header",
        "by its type",
    ],
)
def test_an_unreadable_prohibition_stops_its_source(
    topic: str, value: bytes, headers: list[tuple[str, bytes]] | None
) -> None:
    """A prohibition that does not say readably whom it is about stops its source before it."""
    ctx = MemoryContext(NOW)
    records = [Record(0, b"", framed(ISSUED)), Record(1, b"", value, headers), Record(2, b"", framed(ISSUED))]
    stop = ctx.run(intake(), Batch(topic, 0, records))
    assert stop is not None
    assert (stop.record.offset, stop.code) == (1, "PROHIBITION_UNREADABLE")
    assert ends(ctx) == ["facts", "stop"]
    assert sum(ctx.counters.values()) == 1


def test_a_released_record_is_a_dead_letter_and_the_source_moves_on() -> None:
    """Once an operator has released it, an unreadable prohibition no longer stops its source."""
    ctx = MemoryContext(NOW)
    ctx.released = {0}
    values = [framed(DECLINED, person=None), framed(DECLINED)]
    assert fed(intake(), topics.REGISTRY, values, ctx=ctx) is ctx
    assert ends(ctx) == ["facts", "dead letter"]
    assert ctx.counters["flow.rejected|code=PROHIBITION_UNREADABLE|system=registry"] == 1


def test_a_damaged_prohibition_restrains_whom_it_still_names() -> None:
    """A withdrawal that was cut off behind a sure person is carried out, and a human is told."""
    whole = framed(WITHDRAWN)
    ctx = fed(intake(), topics.CONSENT, [whole[:-4]])
    facts = facts_of(ctx)
    assert facts["person"] == ANTONS_KEY
    assert asserted(facts, "consent") == TAKEN_BACK
    assert asserted(facts, "party") == {"conflicts": ["PROHIBITION_UNREADABLE"]}


def test_a_defect_of_the_hub_stops_at_a_prohibition(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the hub fails on a prohibition its source stops; other events are the engine's to isolate."""
    stage = new_intake()

    def broken(_event: object, _reading: object) -> Draft:
        raise ZeroDivisionError

    plans = {name: plan._replace(connect=broken) for name, plan in stage._plans.items()}
    monkeypatch.setattr(stage, "_plans", plans)
    assert fed(stage, topics.CONSENT, [framed(WITHDRAWN)]).stops[0].code == "STAGE_FAILED"
    with pytest.raises(ZeroDivisionError):
        fed(stage, topics.TRAINING, [framed(ISSUED)])


@pytest.mark.parametrize("ce_type", PROHIBITIONS)
def test_prohibitions_are_stamped_as_such(ce_type: str) -> None:
    """At one instant a prohibition outranks what it prohibits, whatever their sequence numbers."""
    (emitted, *_) = taken_in(ce_type).emitted
    stamp = decoded(emitted)[1]["stamp"]
    (other, *_) = taken_in(ISSUED, envelope={"seq": 99}).emitted
    assert stamp > decoded(other)[1]["stamp"]


def test_the_same_event_twice_is_the_same_facts() -> None:
    """DOMAIN §7, nos. 18 and 19: a repetition, also under a new id, has the same stamp and keys."""
    ctx = fed(intake(), topics.TRAINING, [framed(ISSUED), framed(ISSUED, envelope={"id": "e-2"})])
    first, second = (decoded(emitted)[1] for emitted in told_of(ctx))
    assert (first["stamp"], first["assertions"]) == (second["stamp"], second["assertions"])


def test_a_corrected_document_marks_the_old_person() -> None:
    """The old person is superseded by the same event that brings the new one."""
    ctx = taken_in("party.identity.corrected.v1", old_doc_kind="resident_id", old_doc_no=BEATE)
    new, old = (decoded(emitted)[1] for emitted in on(ctx, topics.FACTS))
    assert new["person"] == ANTONS_KEY
    assert asserted(new, "party")["names_accepted"] == [BLIND.name("张三丰"), BLIND.name("张丰")]
    assert old["person"] == BLIND.person(check("resident_id", BEATE))
    assert asserted(old, "party") == {"superseded_on": DAY}


def test_a_consent_in_the_block_is_keyed_by_its_purpose() -> None:
    """The purpose itself is the key: it tells nothing of anybody."""
    facts = facts_of(taken_in(ISSUED, person=person(consent=consent())))
    assert [key for kind, key, _ in facts["assertions"] if kind == "consent"] == [b"membership_invitation"]


def test_the_directory_is_told_to_everybody() -> None:
    """Organisations, regions and population go to the compacted tables, keyed by what they say."""
    types = ("org.established.v1", "org.moved.v1", "region.changed.v1", "population.published.v1")
    ctx = fed(intake(), topics.DIRECTORY, [framed(ce_type) for ce_type in types])
    assert [(emitted.topic, emitted.key) for emitted in ctx.emitted] == [
        (topics.ORGANISATIONS, b"org-1/established"),
        (topics.ORGANISATIONS, b"org-1/moved/2022-05-08"),
        (topics.REGIONS, b"330106/330199/"),
        (topics.REGIONS, b"population/33/2021/2021"),
    ]
    assert decoded(ctx.emitted[0])[1]["stamp"] != decoded(ctx.emitted[1])[1]["stamp"]


def test_published_changes_of_codes_count_at_once() -> None:
    """A region code that was published as changed is taken to the new one."""
    tables = HubTables(CODEC, data.crosswalk())
    (told,) = taken_in("region.changed.v1").emitted
    ctx = MemoryContext(NOW, tables=tables)
    value = framed(ISSUED, person=person(residence_region="330199"))
    fed(intake(), topics.TRAINING, [value], ctx=ctx)
    tables.apply(told.topic, told.key or b"", told.value)
    fed(intake(), topics.TRAINING, [value], ctx=ctx)
    before, after = (asserted(decoded(each)[1], "party") for each in told_of(ctx))
    assert (before["residence"], after["residence"]) == ("3301", "330199")


def test_intake_keeps_nothing() -> None:
    """The stage has no state, timers or sweep of its own."""
    ctx = taken_in(ISSUED)
    intake().on_timer(b"", ctx)
    intake().on_table((), ctx)
    assert intake().sweep(b"", 10, ctx) is None
    assert (ctx.memory.data, ctx.timers) == ({}, {})
