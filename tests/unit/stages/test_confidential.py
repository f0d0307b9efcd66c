"""Class s: where such an event goes, where it never goes, and what of it can be read without its key."""

from __future__ import annotations

from typing import Any

import pytest

from hub import topics
from hub.core import assertion, merge
from hub.core.codes import Code
from hub.core.document import check
from hub.errors import HubError
from hub.stages.contract import Batch, Record
from hub.stages.memory import MemoryContext
from tests.unit.connectors.events import ANTON, DAY, NOW, SENSITIVE, connected, consent, person
from tests.unit.stages.receiving import (
    BLIND,
    CODEC,
    SEALER,
    SENSITIVE_SEALER,
    asserted,
    content_of,
    decoded,
    ends,
    facts_of,
    fed,
    framed,
    intake,
    on,
    taken_in,
    topic_of,
)

REVOKED = "organ.intent.revoked.v1"
FAMILY = "organ.family.contactable.v1"
ORDINARY = tuple(ce_type for ce_type in SENSITIVE if ce_type != REVOKED)
ANTONS_KEY = BLIND.person(check("resident_id", ANTON))


@pytest.mark.parametrize("ce_type", SENSITIVE)
def test_a_sure_event_of_class_s_is_one_sealed_record(ce_type: str) -> None:
    """It goes to the sensitive facts of its person, and no other record is made of it."""
    ctx = taken_in(ce_type, envelope={"seq": 7})
    (emitted,) = ctx.emitted
    name, fields = decoded(emitted)
    assert (emitted.topic, emitted.key, name) == (topics.FACTS_SENSITIVE, ANTONS_KEY, "hub.sensitive_facts")
    assert (fields["person"], fields["event_id"], fields["received_at"]) == (ANTONS_KEY, "e-1", NOW)
    assert len(fields["stamp"]) == 25
    assert set(fields) == {"person", "event_id", "received_at", "stamp", "sealed"}


@pytest.mark.parametrize("ce_type", SENSITIVE)
def test_the_seal_holds_the_whole_event(ce_type: str) -> None:
    """Opened, it tells type, source, place, contact and the assertions that the connector made."""
    (emitted,) = taken_in(ce_type).emitted
    content = content_of(emitted)
    assert (content.type, content.source) == (ce_type, "synthetic/1")
    assert content.origin == (topic_of(ce_type), 0, 0)
    told = {kind: fields for kind, _, fields in assertion.decode(content.assertions)}
    (claim,) = connected(ce_type)[0].claims
    assert told[claim.kind] == claim.fields
    if ce_type == REVOKED:
        assert (content.contact, set(told)) == (None, {claim.kind})
    else:
        assert content.contact is not None
        assert (content.contact.name, content.contact.phone) == ("王小明", "13800000000")
        assert told["party"]["name_forms"] == [BLIND.name("王小明")]


def test_a_consent_in_the_block_is_sealed_too() -> None:
    """Which purposes somebody agreed to together with a gift of blood is nobody else's business."""
    given = [consent(), consent(purpose="ground_disclosure")]
    for each in given:
        (emitted,) = taken_in(SENSITIVE[0], person=person(consent=each)).emitted
        told = assertion.decode(content_of(emitted).assertions)
        assert [key for kind, key, _ in told if kind == "consent"] == [each["purpose"].encode()]


def test_the_seal_is_bound_to_the_person_and_the_sensitive_key() -> None:
    """Neither another person's record nor the ordinary sealing key opens it."""
    (emitted,) = taken_in(SENSITIVE[0]).emitted
    sealed = decoded(emitted)[1]["sealed"]
    with pytest.raises(HubError):
        SENSITIVE_SEALER.open(sealed, bytes(16))
    with pytest.raises(HubError):
        SEALER.open(sealed, ANTONS_KEY)


@pytest.mark.parametrize("ce_type", SENSITIVE)
def test_nothing_of_the_event_can_be_read_without_the_key(ce_type: str) -> None:
    """Neither who, nor what, nor from which system: a canary in each place is found in the event only."""
    told: dict[str, Any] = {
        "person": person(name="司空无咎", phone="13912345678", host_unit="canary-unit"),
        "envelope": {"source": "canary-source", "subject": "canary-subject", "region": "339901"},
    }
    told |= {"scope": "canary-scope"} if ce_type == "organ.intent.registered.v1" else {}
    if ce_type == FAMILY:
        told |= {"relation": "canary-relation", "donor_ref": "canary-donor", "coordinator_id": "canary-c"}
    secrets = [
        b"canary",
        "司空无咎".encode(),
        b"13912345678",
        ANTON.encode(),
        BLIND.name("司空无咎").encode(),
    ]
    secrets += [ce_type.encode(), topic_of(ce_type).encode(), b"330106", b"name_forms"]
    secrets += [kind.encode() for kind in ("blood_donation", "hsc_", "organ_", "party", "contact")]
    value = framed(ce_type, **told)
    ctx = fed(intake(), topic_of(ce_type), [value])
    (emitted,) = ctx.emitted
    shown = b"".join((emitted.topic.encode(), emitted.key or b"", emitted.value or b""))
    assert [secret for secret in secrets if secret in shown] == []
    assert emitted.headers is None
    assert b"canary" in value  # the search would find it
    opened = SENSITIVE_SEALER.open(decoded(emitted)[1]["sealed"], ANTONS_KEY)
    assert ce_type.encode() in opened
    assert b"canary" in opened


def test_events_look_alike() -> None:
    """Whatever the event and whatever it says, there is as much that is sealed."""
    spoken = person(consent=consent(recipients=["33", "3301"]), guardian=None)
    events = [
        *((ce_type, {}) for ce_type in SENSITIVE),
        *((ce_type, {"person": spoken}) for ce_type in SENSITIVE),
        ("party.deceased.v1", {}), ("consent.withdrawn.v1", {}), ("subject.erasure.requested.v1", {}),
    ]  # fmt: skip
    lengths = set()
    for ce_type, changes in events:
        (emitted,) = on(taken_in(ce_type, **changes), topics.FACTS_SENSITIVE)
        lengths.add(len(decoded(emitted)[1]["sealed"]))
    assert len(lengths) == 1


@pytest.mark.parametrize("ce_type", SENSITIVE)
def test_nobody_can_try_out_what_was_said(ce_type: str) -> None:
    """The stamp's last part is no hash of the assertions, and still the same for each delivery of them."""
    (emitted,), (again,) = taken_in(ce_type).emitted, taken_in(ce_type).emitted
    fields = decoded(emitted)[1]
    guessed = content_of(emitted).assertions
    at, prohibits = merge.occurred_at(fields["stamp"]), merge.restricts(fields["stamp"])
    assert fields["stamp"] != merge.stamp(at, prohibits, 0, guessed)
    assert fields["stamp"] == merge.stamp(at, prohibits, 0, BLIND.key("stamp", guessed))
    assert fields["stamp"] == decoded(again)[1]["stamp"]


@pytest.mark.parametrize("ce_type", ORDINARY)
@pytest.mark.parametrize(
    ("doc_no", "code"),
    [
        pytest.param(None, Code.SENSITIVE_UNSURE, id="none"),
        pytest.param(ANTON[:17] + "0", Code.SENSITIVE_UNSURE, id="check-digit"),
        pytest.param("33990l1990O307123" + ANTON[17], Code.SENSITIVE_UNSURE, id="repairable"),
        pytest.param("3.39901E+17", Code.ID_TRUNCATED, id="truncated"),
    ],
)
def test_an_unsure_person_is_a_dead_letter_and_never_parked(
    ce_type: str, doc_no: str | None, code: Code
) -> None:
    """An event of class s whose person is not sure waits nowhere, and is compared with nobody."""
    ctx = taken_in(ce_type, person=person(doc_no=doc_no))
    (letter,) = ctx.dead_letters
    assert (letter.code, letter.field, letter.event_type) == (code.value, "person.doc_no", "sensitive")
    assert (ctx.emitted, ctx.stops) == ([], [])
    system = topic_of(ce_type).split(".")[1]
    assert ctx.counters[f"flow.rejected|code={code.value}|system={system}"] == 1
    assert not any(name.startswith("flow.parked") for name in ctx.counters)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(framed(REVOKED, person=person(doc_no=None)), id="no-document"),
        pytest.param(framed(REVOKED, person=person(doc_no=ANTON[:17] + "0")), id="check-digit"),
        pytest.param(framed(REVOKED, person=person(doc_no="3.39901E+17")), id="truncated"),
        pytest.param(framed(REVOKED)[:30], id="cut-off-early"),
    ],
)
def test_a_revocation_that_names_nobody_for_sure_stops_its_source(value: bytes) -> None:
    """A revoked wish is a prohibition: it is neither parked nor lost, and what is behind it waits."""
    ctx = MemoryContext(NOW)
    records = [Record(0, b"", framed("organ.intent.registered.v1")), Record(1, b"", value)]
    stop = ctx.run(intake(), Batch(topics.ORGAN, 0, records))
    assert stop is not None
    assert (stop.record.offset, stop.code) == (1, "PROHIBITION_UNREADABLE")
    assert ends(ctx) == ["sensitive", "stop"]
    assert on(ctx, topics.IDENTITY) == []


def test_a_damaged_revocation_restrains_whom_it_still_names() -> None:
    """Cut off behind a sure person, it still ends the wish, and a human is told, under seal."""
    ctx = fed(intake(), topics.ORGAN, [framed(REVOKED)[:-4]])
    (emitted,) = ctx.emitted
    assert (emitted.topic, emitted.key) == (topics.FACTS_SENSITIVE, ANTONS_KEY)
    told = {kind: fields for kind, _, fields in assertion.decode(content_of(emitted).assertions)}
    assert told["organ_intent"] == {"status": "revoked", "on": DAY}
    assert told["party"] == {"conflicts": ["PROHIBITION_UNREADABLE"]}


def test_a_revocation_on_an_unreadable_day_counts_from_when_it_occurred() -> None:
    """The day falls back to the event's, and at one instant a revocation outranks a registration."""
    (revoked,) = taken_in(REVOKED, on="not said").emitted
    told = {kind: fields for kind, _, fields in assertion.decode(content_of(revoked).assertions)}
    assert told["organ_intent"] == {"status": "revoked", "on": DAY}
    (registered,) = taken_in("organ.intent.registered.v1", envelope={"seq": 99}).emitted
    assert decoded(revoked)[1]["stamp"] > decoded(registered)[1]["stamp"]


@pytest.mark.parametrize(
    ("ce_type", "changes"),
    [
        pytest.param("party.deceased.v1", {}, id="death"),
        pytest.param("subject.erasure.requested.v1", {}, id="erasure"),
        pytest.param("consent.withdrawn.v1", {}, id="withdrawal"),
    ],
)
def test_what_concerns_all_that_is_known_is_told_to_both(ce_type: str, changes: dict[str, Any]) -> None:
    """The same facts as of the same moment go to the ordinary topic and, sealed, to the sensitive one."""
    ctx = taken_in(ce_type, **changes)
    facts = facts_of(ctx)
    (emitted,) = on(ctx, topics.FACTS_SENSITIVE)
    content = content_of(emitted)
    assert emitted.key == ANTONS_KEY
    assert decoded(emitted)[1]["stamp"][:17] == facts["stamp"][:17]
    assert assertion.decode(content.assertions) == facts["assertions"]
    assert content.type == ce_type
    assert dict(zip(("topic", "partition", "offset"), content.origin, strict=True)) == facts["origin"]
    assert ce_type.encode() not in (emitted.value or b"")


DISCLOSURE = b"ground_disclosure"
GRANTED = {"consent": consent(purpose="ground_disclosure")}
AGREED = person(consent=consent(purpose="ground_disclosure"))


def consents(assertions: list[Any]) -> list[bytes]:
    """Return the purposes of the consents among assertions."""
    return [key for kind, key, _ in assertions if kind == "consent"]


@pytest.mark.parametrize(
    ("ce_type", "changes", "kinds"),
    [
        pytest.param("consent.granted.v1", GRANTED, {"party", "consent"}, id="granted"),
        pytest.param(
            "training.course.completed.v1", {"person": AGREED}, {"party", "consent"}, id="in a block"
        ),
        pytest.param(
            "training.certificate.issued.v1", {"person": AGREED}, {"party", "consent"}, id="with a key"
        ),
        pytest.param("blood.donation.qualified.v1", {"person": AGREED}, None, id="with class s"),
    ],
)
def test_that_a_ground_may_be_named_is_told_under_seal_only(
    ce_type: str, changes: dict[str, Any], kinds: set[str] | None
) -> None:
    """Nobody but a donor agrees to that: the consent goes to the stage for class s, the rest as ever."""
    ctx = taken_in(ce_type, **changes)
    (emitted,) = on(ctx, topics.FACTS_SENSITIVE)
    told = assertion.decode(content_of(emitted).assertions)
    assert consents(told) == [DISCLOSURE]
    assert kinds in (None, {kind for kind, _, _ in told})
    assert not [each for each in ctx.emitted if DISCLOSURE in (each.value or b"")]
    if kinds is not None:
        assert asserted(facts_of(ctx), "party")["citizen"] is True


def test_who_is_not_sure_has_not_agreed() -> None:
    """What waits under a source's key is not sealed, so the consent does not wait there."""
    block = person(doc_no=None, consent=consent(purpose="ground_disclosure"))
    ctx = taken_in("member.application.submitted.v1", person=block, invitation_id="I1")
    assert ends(ctx) == ["alias"]
    assert not [each for each in ctx.emitted if DISCLOSURE in (each.value or b"")]


def test_to_take_that_back_says_nothing_ordinary() -> None:
    """Matching does not even hear of whom; the stage for class s gets it as a prohibition."""
    ctx = taken_in("consent.withdrawn.v1", purpose="ground_disclosure")
    (emitted,) = ctx.emitted
    assert emitted.topic == topics.FACTS_SENSITIVE
    assert assertion.decode(content_of(emitted).assertions) == [
        ("consent", DISCLOSURE, {"status": "withdrawn", "withdrawn_on": DAY})
    ]
    assert merge.restricts(decoded(emitted)[1]["stamp"])


def test_to_take_it_back_unreadably_holds_on_both() -> None:
    """The ordinary facts hold the person for review, and still do not say what was taken back."""
    ctx = taken_in("consent.withdrawn.v1", purpose="ground_disclosure", withdrawn_on="not said")
    held = ("party", b"", {"conflicts": ["PROHIBITION_UNREADABLE"]})
    (emitted,) = on(ctx, topics.FACTS_SENSITIVE)
    told = assertion.decode(content_of(emitted).assertions)
    assert (held in told, consents(told)) == (True, [DISCLOSURE])
    assert facts_of(ctx)["assertions"] == [held]


def test_an_ordinary_event_is_not_told_to_the_sensitive_topic() -> None:
    """A certificate and a consent for the hub's own purpose concern the ordinary facts only."""
    for ce_type in ("training.certificate.issued.v1", "consent.granted.v1"):
        ctx = taken_in(ce_type)
        assert on(ctx, topics.FACTS_SENSITIVE) == []
        assert asserted(facts_of(ctx), "party")["citizen"] is True


def test_a_sensitive_schema_counts_wherever_it_comes() -> None:
    """An event of class s that was published on another system's topic is sealed all the same."""
    (emitted,) = fed(intake(), topics.TRAINING, [framed(SENSITIVE[0])]).emitted
    assert emitted.topic == topics.FACTS_SENSITIVE
    assert CODEC.catalogue.by_type(SENSITIVE[0]).topic == topics.BLOOD
