"""The matching stage: what it emits, counts, schedules and keeps."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hub import topics
from hub.core import dates
from hub.core.person import decode, encode
from hub.stages import matching, orphans, waking
from hub.stages.contract import Batch, Quarantine, Record, Stage, TableChange
from hub.stages.memory import MemoryContext
from hub.stages.tables import HubTables
from tests.unit.core.people import (
    CERTIFICATE,
    CONSENT,
    COUNTY,
    COURSE,
    PARTY,
    TODAY,
    VILLAGE,
    FakeBook,
    organisation,
)
from tests.unit.stages.matchmaking import (
    ANNA,
    BEN,
    CODEC,
    CONTACT,
    REGISTRY,
    FakeTables,
    announce,
    context,
    data,
    dissolved,
    everything,
    facts,
    fire,
    moved,
    process,
    sent,
    stage,
    state_of,
    stock,
    story,
    tell,
    timers,
    until,
)


def test_it_is_a_stage() -> None:
    """The engine finds every method it may call."""
    made: Stage = stage()
    assert isinstance(made, Quarantine)
    assert made.topics == (topics.FACTS,)


def test_somebody_qualified_is_invited() -> None:
    """One record, one invitation, one decision, one binding; the figures say the same."""
    ctx = context()
    process(ctx, everything())
    (invitation,) = sent(ctx, topics.INVITATIONS)
    assert invitation["change"] == invitation["status"] == "issued"
    assert (invitation["organisation"], invitation["priority"], invitation["episode"]) == ("SOC", 1, 1)
    assert (invitation["issued_on"], invitation["valid_until"]) == (TODAY, TODAY + 180)
    assert (invitation["cause"], invitation["cause_event_id"]) == (None, "event-1")
    assert (invitation["rule_ids"], invitation["book"], invitation["notice_version"]) == (
        ["F1"],
        "fake@1",
        "2022",
    )
    assert (invitation["reason_zh"], invitation["reason_en"]) == ("理由", "reason")
    assert len(bytes.fromhex(invitation["invitation_id"])) == 16
    assert stock(ctx) == {
        f"persons|county={COUNTY}": 1,
        f"certificates_valid|county={COUNTY}|kind=good": 1,
        f"qualified|county={COUNTY}|rule=F1": 1,
        f"invitations_open|county={COUNTY}|kind=adult|priority=1": 1,
    }
    labels = f"channel=training|county={COUNTY}|kind=adult|month=2022-04|priority=1"
    assert ctx.counters[f"flow.invitations|change=issued|{labels}"] == 1
    assert ctx.counters["flow.invitations_by_rule|change=issued|month=2022-04|rule=F1"] == 1
    labels = "channel=training|month=2022-04|priority=1|step=qualified_invited"
    assert ctx.counters[f"flow.days|bucket=0|{labels}"] == 1


def test_answers_that_carry_only_the_invitations_id_will_find_the_person() -> None:
    """A binding of the id goes to the identity stage, keyed by its blind index."""
    ctx = context()
    process(ctx, everything())
    (binding,) = sent(ctx, topics.IDENTITY)
    (invitation,) = sent(ctx, topics.INVITATIONS)
    (record,) = (each for each in ctx.emitted if each.topic == topics.IDENTITY)
    assert (binding["alias_kind"], binding["person"], binding["facts"]) == ("invitation_id", ANNA, None)
    assert record.key == binding["alias"]
    assert invitation["invitation_id"].encode() not in (record.value or b"")


def test_the_registry_alone_can_read_whom_it_is_about() -> None:
    """The contact block opens with the registry's key and holds what the rules disclose, no more."""
    ctx = context()
    process(ctx, everything())
    (invitation,) = sent(ctx, topics.INVITATIONS)
    plain = REGISTRY.open(invitation["contact"], bytes.fromhex(invitation["invitation_id"]))
    assert msgspec.msgpack.decode(plain) == {"name": CONTACT["name"], "phone": CONTACT["phone"]}
    assert invitation["disclosed"] == ["name", "phone"]
    assert all(str(CONTACT["phone"]).encode() not in (each.value or b"") for each in ctx.emitted)


@pytest.mark.parametrize(
    "contact",
    [pytest.param(None, id="none known"), pytest.param(b"sealed elsewhere" * 4, id="its key is gone")],
)
def test_an_invitation_goes_out_without_a_contact_block(contact: bytes | None) -> None:
    """The invitation stands; the decision says what is missing."""
    record = CODEC.decode(everything())[1]
    ctx = context()
    process(ctx, CODEC.encode("hub.person_facts", {**record, "contact": contact}))
    (invitation,) = sent(ctx, topics.INVITATIONS)
    (decision,) = sent(ctx, topics.DECISIONS)
    assert (invitation["contact"], invitation["disclosed"]) == (None, [])
    assert (decision["outcome"], decision["code"]) == ("invite", "no_contact")


def test_a_decision_says_why() -> None:
    """Rules with their text, and the facts used without anything that says who it is."""
    ctx = context()
    process(ctx, everything())
    (decision,) = sent(ctx, topics.DECISIONS)
    assert (decision["outcome"], decision["change"], decision["organisation"]) == ("invite", "issued", "SOC")
    assert [rule["id"] for rule in decision["rules"]] == ["F1"]
    assert decision["facts_used"] == [
        {
            "kind": "certificate",
            "key": "",
            "fields": {
                "kind": "good",
                "issued_on": dates.iso(CERTIFICATE["issued_on"]),
                "expires_on": dates.iso(CERTIFICATE["expires_on"]),
            },
        }
    ]


@pytest.mark.parametrize("topic", [topics.INVITATIONS, topics.DECISIONS])
def test_what_goes_out_carries_cloud_events_headers(topic: str) -> None:
    """The envelope's attributes are mirrored as headers, and ids are never used twice."""
    ctx = context()
    process(ctx, everything(), facts(at=2, course=COURSE))
    records = [each for each in ctx.emitted if each.topic == topic]
    ids = {dict(each.headers or ())["ce_id"] for each in records}
    assert len(ids) == len(records) == 2
    for each in records:
        assert each.value is not None
        envelope = CODEC.decode(each.value)[1]["envelope"]
        assert dict(each.headers or ()) == {
            f"ce_{name}": envelope[name].encode() for name in ("id", "source", "type", "specversion", "time")
        }
        assert dates.parse_ms(envelope["time"]) == ctx.now


def test_a_duplicate_changes_nothing() -> None:
    """The same record again: no output, no write, no count."""
    ctx = context()
    process(ctx, everything())
    ctx.take()
    before, counted = data(ctx), dict(ctx.counters)
    process(ctx, everything())
    assert ctx.emitted == []
    assert (data(ctx), ctx.counters) == (before, counted)


def test_a_confirmation_is_stored_and_not_evaluated() -> None:
    """The same values at a later time renew the stamps; nobody has to decide anything."""
    book = FakeBook()
    ctx = context(tables=FakeTables(book))
    process(ctx, everything())
    ctx.take()
    book.asked.clear()
    process(ctx, facts(at=2, party=PARTY))
    assert (ctx.emitted, book.asked) == ([], [])
    assert state_of(ctx).stamps["party"][0][0] > state_of(ctx).stamps["consent"][0][0]


def test_the_newest_contact_is_kept() -> None:
    """An older block that arrives late does not replace a newer one."""
    ctx = context()
    process(ctx, facts(at=5, contact={"name": "new"}, party=PARTY))
    kept = state_of(ctx).contact
    process(ctx, facts(at=3, contact={"name": "old"}, party=PARTY))
    assert state_of(ctx).contact == kept
    process(ctx, facts(at=9, contact={"name": "newest"}, party=PARTY))
    assert state_of(ctx).contact != kept


def test_a_better_rule_raises() -> None:
    """Who was invited for a course and gets a certificate keeps the invitation; nothing is told again."""
    ctx = context()
    process(ctx, facts(at=1, contact=CONTACT, party=PARTY, consent=CONSENT, course=COURSE))
    process(ctx, facts(at=2, certificate=CERTIFICATE))
    issued, raised = sent(ctx, topics.INVITATIONS)
    assert story(ctx) == [("issued", None), ("raised", None)]
    assert (issued["priority"], raised["priority"]) == (3, 1)
    assert issued["invitation_id"] == raised["invitation_id"]
    assert issued["contact"] is not None
    assert raised["contact"] is None
    assert stock(ctx)[f"invitations_open|county={COUNTY}|kind=adult|priority=1"] == 1
    assert f"invitations_open|county={COUNTY}|kind=adult|priority=3" not in stock(ctx)


@pytest.mark.parametrize(
    ("kinds", "change", "cause", "held"),
    [
        pytest.param({"certificate": {"revoked_on": TODAY}}, "withdrawn", "ground", "", id="revoked"),
        pytest.param(
            {"consent": {"status": "withdrawn"}}, "withdrawn", "consent", "consent", id="consent withdrawn"
        ),
        pytest.param(
            {"membership": {"status": "member"}}, "withdrawn", "member", "member", id="became a member"
        ),
        pytest.param({"party": {"deceased_on": TODAY}}, "withdrawn", "deceased", "deceased", id="died"),
        pytest.param({"refusal": {"declined_on": TODAY}}, "declined", None, "cooldown", id="declined"),
        pytest.param({"party": {"name_forms": ["zz"]}}, "withdrawn", "review", "review", id="another name"),
    ],
)
def test_an_end_is_told_and_counted(kinds: dict[str, Any], change: str, cause: str | None, held: str) -> None:
    """Each end has a reason a person can read; whoever still qualifies is held with the code."""
    ctx = context()
    process(ctx, everything(), facts(at=2, **kinds))
    assert story(ctx) == [("issued", None), (change, cause)]
    last = sent(ctx, topics.INVITATIONS)[-1]
    assert last["reason_zh"]
    assert last["reason_en"]
    assert last["contact"] is None
    codes = [name for name in stock(ctx) if name.startswith("held|")]
    assert codes == ([f"held|code={held}|county={COUNTY}"] if held else [])
    assert not any(name.startswith("invitations_open") for name in stock(ctx))


def test_after_an_end_a_new_ground_makes_a_new_invitation() -> None:
    """Consent given again: a second episode with another id."""
    ctx = context()
    process(ctx, everything(), facts(at=2, consent={"status": "withdrawn"}), facts(at=3, consent=CONSENT))
    assert [change for change, _ in story(ctx)] == ["issued", "withdrawn", "issued"]
    first, _, second = sent(ctx, topics.INVITATIONS)
    assert first["invitation_id"] != second["invitation_id"]
    assert (second["episode"], state_of(ctx).episode) == (2, 2)


def test_time_alone_ends_an_invitation() -> None:
    """The timer fires when the certificate ends; half a year without another."""
    ctx = context()
    process(
        ctx,
        everything(certificate={**CERTIFICATE, "expires_on": TODAY + 30}),
        facts(at=2, course={**COURSE, "completed_on": TODAY + 25}),
    )
    until(ctx, TODAY + 30)
    assert story(ctx)[-1] == ("revised", None)
    until(ctx, TODAY + 31)
    assert story(ctx)[-1] == ("revised", None), "the course still holds: a worse priority"
    until(ctx, TODAY + 126)
    assert story(ctx)[-1] == ("expired", None)
    assert sent(ctx, topics.INVITATIONS)[-1]["cause_event_id"] is None


def test_an_expired_invitation_cools_down_before_the_next() -> None:
    """180 days after it was issued it expires; 180 days after that another is made."""
    ctx = context()
    process(ctx, everything())
    until(ctx, TODAY + 180)
    assert [change for change, _ in story(ctx)] == ["issued", "reminded"]
    until(ctx, TODAY + 181)
    assert stock(ctx)[f"held|code=cooldown|county={COUNTY}"] == 1
    until(ctx, TODAY + 181 + 179)
    assert [change for change, _ in story(ctx)] == ["issued", "reminded", "expired"]
    until(ctx, TODAY + 181 + 180)
    assert [change for change, _ in story(ctx)] == ["issued", "reminded", "expired", "issued"]


def test_a_person_has_one_timer() -> None:
    """It moves with what is known, and goes when nothing is ahead."""
    ctx = context()
    process(ctx, everything())
    key = matching.PERSON + ANNA
    assert timers(ctx) == {key: dates.midnight_ms(TODAY + 30)}, "when a reminder is due"
    process(ctx, facts(at=2, consent={**CONSENT, "expires_on": TODAY + 3}))
    assert timers(ctx) == {key: dates.midnight_ms(TODAY + 4)}
    process(ctx, facts(at=3, certificate={"revoked_on": 1}, consent={**CONSENT, "expires_on": None}))
    assert state_of(ctx).due == TODAY + 180, "the withdrawn one's memory: harmless, a look too many"


def test_who_is_held_for_a_region_is_released() -> None:
    """An organisation that is announced later than the person finds those who wait for it."""
    tables = FakeTables()
    announce(tables, "SOC", None)
    ctx = context(tables=tables)
    process(ctx, everything(), everything(BEN, party={**PARTY, "residence": "330109"}))
    assert story(ctx) == []
    assert stock(ctx)[f"held|code=region|county={COUNTY}"] == 1
    tell(ctx, announce(tables, "SOC", organisation("society", COUNTY)))
    assert story(ctx) == [("issued", None)]
    assert state_of(ctx, BEN).code == "region"
    assert f"held|code=region|county={COUNTY}" not in stock(ctx)


def test_an_invitation_follows_the_organisation() -> None:
    """A nearer one: rerouted, with the contact block. Dissolved: back again. Both gone: withdrawn."""
    tables = FakeTables()
    ctx = context(tables=tables)
    process(ctx, everything())
    tell(ctx, announce(tables, "VILL", organisation("village", VILLAGE)))
    tell(ctx, announce(tables, "VILL", dissolved(TODAY), "dissolved"))
    tell(ctx, announce(tables, "SOC", dissolved(TODAY), "dissolved"))
    assert story(ctx) == [("issued", None), ("rerouted", None), ("rerouted", None), ("withdrawn", "region")]
    invitations = sent(ctx, topics.INVITATIONS)
    assert [each["organisation"] for each in invitations] == ["SOC", "VILL", "SOC", "SOC"]
    assert [each["contact"] is not None for each in invitations] == [True, True, True, False]


def test_only_those_concerned_are_evaluated() -> None:
    """A village's organisation wakes its villagers, not the whole county."""
    tables = FakeTables()
    ctx = context(tables=tables)
    process(ctx, everything(), everything(BEN, party={**PARTY, "residence": VILLAGE[:9]}))
    fire(ctx)
    stage().on_table([announce(tables, "VILL", organisation("village", VILLAGE))], ctx)
    assert ctx.due() == [matching.PERSON + ANNA, orphans.TIMER]


def test_a_change_of_a_day_to_come_waits_for_it() -> None:
    """A dissolution announced ahead is acted on on its day."""
    tables = FakeTables()
    ctx = context(tables=tables)
    process(ctx, everything())
    tell(ctx, announce(tables, "SOC", dissolved(TODAY + 5), "dissolved"))
    assert story(ctx) == [("issued", None)]
    until(ctx, TODAY + 5)
    assert story(ctx)[-1] == ("withdrawn", "region")


def test_a_change_announced_before_the_task_began_is_not_missed() -> None:
    """What lies ahead in the tables is scheduled with the task's first record."""
    tables = FakeTables()
    announce(tables, "VILL", organisation("village", VILLAGE, on=TODAY + 5))
    ctx = context(tables=tables)
    process(ctx, everything())
    until(ctx, TODAY + 5)
    assert [each["organisation"] for each in sent(ctx, topics.INVITATIONS)] == ["SOC", "VILL"]


@pytest.mark.parametrize(
    "established",
    [
        pytest.param(organisation("company", "330281", host_unit="USCC"), id="its host unit"),
        pytest.param(organisation("company", "330281"), id="its id"),
    ],
)
def test_a_host_unit_in_another_county_is_found(established: dict[str, Any]) -> None:
    """People are looked up by their host unit wherever its organisation is."""
    tables = FakeTables()
    ctx = context(tables=tables)
    process(ctx, everything(party={**PARTY, "host_unit": "USCC"}))
    tell(ctx, announce(tables, "USCC", established))
    assert story(ctx) == [("issued", None), ("rerouted", None)]


def test_a_moved_organisation_lets_go_and_takes_in() -> None:
    """A society that moves away leaves its invitations behind and releases those who wait there."""
    tables = FakeTables()
    ctx = context(tables=tables)
    process(ctx, everything(), everything(BEN, party={**PARTY, "residence": "330109"}))
    tell(ctx, announce(tables, "SOC", moved(TODAY, region="330109"), f"moved/{TODAY}"))
    assert (state_of(ctx).code, state_of(ctx, BEN).outcome) == ("region", "invite")


def test_a_region_that_changes_takes_its_people_along() -> None:
    """A renumbered county: invitations are looked at at once, the figures of everybody are restated."""
    tables = FakeTables()
    announce(tables, "NEW", organisation("society", "330199"))
    ctx = context(tables=tables)
    process(ctx, everything(), facts(BEN, party=PARTY))
    change = {
        "old_code": COUNTY,
        "new_code": "330199",
        "township": None,
        "rule": "one_to_one",
        "from_on": TODAY + 2,
    }
    key = f"{COUNTY}/330199/".encode()
    value = CODEC.encode("hub.region_change", change)
    tables.apply(topics.REGIONS, key, value)
    tell(ctx, TableChange(topics.REGIONS, key, value))
    assert stock(ctx)[f"persons|county={COUNTY}"] == 2
    until(ctx, TODAY + 2)
    assert [each["organisation"] for each in sent(ctx, topics.INVITATIONS)] == ["SOC", "NEW"]
    assert stock(ctx)["persons|county=330199"] == 2
    assert not any(COUNTY in name for name in stock(ctx))
    assert waking.RESTATEMENT not in data(ctx)


def test_population_figures_concern_nobody() -> None:
    """They share a topic with the regions."""
    ctx = context()
    process(ctx, everything())
    fire(ctx)
    stage().on_table([TableChange(topics.REGIONS, b"population/33/2022/x", None)], ctx)
    assert ctx.due() == []


def test_a_sweep_evaluates_everybody_in_steps() -> None:
    """Before the first rule book nobody is evaluated; its activation sweeps over all."""
    tables = FakeTables()
    book, tables.book = tables.book, None
    ctx = context(tables=tables)
    people = [bytes([number]) * 16 for number in range(5)]
    process(ctx, *(everything(who) for who in people))
    assert (story(ctx), stock(ctx)) == ([], {})
    tables.book = book
    cursor, steps = b"", 0
    while (after := stage().sweep(cursor, 2, ctx)) is not None:
        assert stage().next_key(cursor, ctx) == matching.PERSON + people[2 * steps]
        cursor, steps = after, steps + 1
    assert steps == 2
    assert len(story(ctx)) == 5
    assert stage().next_key(matching.PERSON + people[-1], ctx) is None


@pytest.mark.parametrize(
    ("value", "code"),
    [
        pytest.param(b"garbage", "FRAME_UNKNOWN", id="no frame"),
        pytest.param(facts(party=PARTY)[:-40], "SCHEMA_MISMATCH", id="cut off"),
        pytest.param(facts(party={**PARTY, "shoe_size": 42}), "FACT_UNKNOWN", id="unknown field"),
    ],
)
def test_a_bad_record_is_put_aside_and_the_rest_goes_through(value: bytes, code: str) -> None:
    """Nothing of it takes effect, not even the fields that were good."""
    ctx = context()
    process(ctx, everything(), value, everything(BEN), None)
    assert [letter.code for letter in ctx.dead_letters] == [code]
    assert [change for change, _ in story(ctx)] == ["issued", "issued"]
    assert "shoe_size" not in state_of(ctx).facts["party"][0]


def test_a_prohibition_that_cannot_be_taken_in_holds_all_the_same() -> None:
    """A withdrawal with a field of a later version is put aside, and whom it is about is under review."""
    ctx = context()
    unknown = facts(at=2, restrictive=True, consent={"status": "withdrawn", "shoe_size": 42})
    process(ctx, everything(), unknown)
    assert [letter.code for letter in ctx.dead_letters] == ["FACT_UNKNOWN"]
    assert story(ctx) == [("issued", None), ("withdrawn", "review")]
    assert state_of(ctx).facts["party"][0]["conflicts"] == ["PROHIBITION_UNREADABLE"]


def test_a_quarantined_person_is_held_until_something_new_is_known() -> None:
    """What is open is withdrawn, the figures say review, the timer goes; the next fact evaluates again."""
    ctx = context()
    process(ctx, everything())
    stage().quarantine(matching.PERSON + ANNA, ctx)
    assert story(ctx)[-1] == ("withdrawn", "review")
    assert stock(ctx)[f"held|code=review|county={COUNTY}"] == 1
    assert timers(ctx) == {}
    stage().quarantine(matching.PERSON + BEN, ctx)
    process(ctx, facts(at=2, course=COURSE))
    assert story(ctx)[-1] == ("issued", None)
    assert f"held|code=review|county={COUNTY}" not in stock(ctx)


def test_a_review_is_open_since_the_day_on_which_what_began_it_was_received() -> None:
    """Not since it is read; what comes after changes nothing, until a correction ends it."""
    ctx, both = context(), ["n", "zz"]

    def told(at: int, days_ago: int, **party: Any) -> list[str]:
        received_at = dates.midnight_ms(TODAY - days_ago)
        process(ctx, facts(at=at, received_at=received_at, party=party))
        return [name for name in stock(ctx) if name.startswith(("reviews_open", "identities_decided"))]

    process(ctx, everything(party={**PARTY, "name_forms": ["n"]}))
    since = [f"reviews_open|day={dates.iso(TODAY - 3)}"]
    assert told(2, 3, name_forms=["zz"]) == since
    assert told(3, 1, name_forms=["zz"], student=False) == since
    decided = [f"identities_decided|county={COUNTY}|verdict=confirmed"]
    assert told(4, 1, names_accepted=both) == decided
    assert told(5, 0, name_forms=["third"]) == [f"reviews_open|day={dates.iso(TODAY)}"]


def test_a_review_that_an_earlier_version_knew_of_is_open_since_it_is_met_again() -> None:
    """Nobody said since when: the day of the restatement is what is known."""
    ctx = context()
    process(ctx, everything(party={**PARTY, "name_forms": ["n", "zz"]}))
    state = state_of(ctx)
    state.review_on, state.counted = 0, tuple(each for each in state.counted if ":w" not in each)
    ctx.state.put(matching.PERSON + ANNA, encode(state))
    ctx.counters.clear()
    until(ctx, TODAY + 5)
    stage().sweep(b"", 10, ctx)
    assert stock(ctx)[f"reviews_open|day={dates.iso(TODAY + 5)}"] == 1


def test_indexes_hold_only_those_the_directory_has_a_say_about() -> None:
    """Nobody without a ground, and nobody who could not be invited anyway, is looked up on changes."""
    ctx = context()
    process(ctx, facts(party=PARTY), everything(BEN, membership={"status": "member"}))
    assert {key[:1] for key in data(ctx)} == {matching.PERSON, matching.STARTED}
    process(ctx, everything(at=2))
    assert {key[:1] for key in data(ctx)} == {b"p", b"t", b"i", b"o"}
    process(ctx, facts(at=3, membership={"status": "member"}))
    assert {key[:1] for key in data(ctx)} == {b"p", b"t"}


def test_state_values_are_of_the_current_format() -> None:
    """What the stage writes, it can read."""
    ctx = context()
    process(ctx, everything())
    stored = ctx.state.get(matching.PERSON + ANNA)
    assert stored is not None
    assert decode(stored).invitation is not None


def test_tables_of_another_kind_are_a_mistake_in_the_wiring() -> None:
    """The stage needs the hub's tables."""
    ctx = context()
    ctx.tables = NothingTables()
    with pytest.raises(AssertionError):
        stage().process(Batch(topics.FACTS, 0, [Record(0, None, everything())]), ctx)
    assert not isinstance(ctx.tables, HubTables)


class NothingTables:
    """Tables of some other program."""

    edition = ""

    def apply(self, topic: str, key: bytes, value: bytes | None) -> None:
        """Ignore the record."""


def test_firing_a_timer_of_nobody_does_nothing() -> None:
    """A person erased meanwhile has no state left."""
    ctx = context()
    process(ctx)
    before = data(ctx)
    ctx.schedule(0, matching.PERSON + ANNA)
    fire(ctx)
    assert data(ctx) == before


def test_an_application_without_a_ground_follows_the_organisation() -> None:
    """While an application runs it is not asked for grounds: it goes on elsewhere, and says why it runs."""
    tables = FakeTables()
    ctx = context(tables=tables)
    process(ctx, everything(), facts(at=2, application={"status": "submitted", "on": TODAY}))
    process(ctx, facts(at=3, certificate={"revoked_on": TODAY}))
    announce(tables, "SOC2", organisation("society", COUNTY))
    tell(ctx, announce(tables, "SOC", dissolved(TODAY), "dissolved"))
    *_, told = sent(ctx, topics.INVITATIONS)
    assert (told["change"], told["status"], told["organisation"]) == ("rerouted", "applied", "SOC2")
    assert told["reason_en"] == "An application was submitted."


MEMBER = {"status": "member", "kind": "adult", "organisation": "SOC"}
MOVED = {"move": "transferred", "on": TODAY - 40, "from_organisation": "LATE", "to_organisation": "SOC"}


def moves(ctx: MemoryContext) -> dict[str, int]:
    """Return the figures of moved members, without the name they have in common."""
    begins = "members_moved|"
    return {name.removeprefix(begins): n for name, n in stock(ctx).items() if name.startswith(begins)}


@pytest.mark.parametrize("standing", [MEMBER, {**MEMBER, "status": "resigned"}], ids=["member", "who left"])
def test_a_transfer_counts_in_the_county_of_an_organisation_that_is_announced_later(
    standing: dict[str, Any],
) -> None:
    """Whoever was transferred is woken by either organisation: the figure does not depend on the order."""
    ctx = context()
    process(ctx, facts(at=1, party=PARTY, membership=standing, membership_change=MOVED))
    assert moves(ctx) == {
        f"county={COUNTY}|month=2022-03|move=transferred_in": 1,
        "county=unknown|month=2022-03|move=transferred_out": 1,
    }
    tables = ctx.tables
    assert isinstance(tables, HubTables)
    tell(ctx, announce(tables, "LATE", organisation("society", "330109")))
    assert moves(ctx) == {
        f"county={COUNTY}|month=2022-03|move=transferred_in": 1,
        "county=330109|month=2022-03|move=transferred_out": 1,
    }


def test_an_erased_person_takes_all_stock_figures_back_and_no_flow() -> None:
    """What they added to any month goes; that they were invited happened, and stays."""
    ctx = context()
    admitted = {"move": "admitted", "on": TODAY - 400, "channel": "training"}
    candidacy = {"council_org": "SOC", "session_on": TODAY + 9, "status": "nominated"}
    process(ctx, everything(membership_change=admitted, candidacy=candidacy))
    assert {name.partition("|")[0] for name in stock(ctx)} >= {
        "members_moved", "members_admitted", "candidates"
    }  # fmt: skip
    flows = {name: n for name, n in ctx.counters.items() if name.startswith("flow.")}
    process(ctx, facts(at=9, party={"erasure_on": TODAY}))
    assert stock(ctx) == {}
    assert flows.items() <= ctx.counters.items()


@pytest.mark.parametrize("day", [TODAY, TODAY + 1], ids=["a record comes", "only days come"])
def test_a_task_of_an_earlier_version_restates_everybody(day: int) -> None:
    """What it did not count yet is counted at once, not when each person happens to be evaluated."""
    ctx = context()
    process(ctx, everything())
    state = state_of(ctx)
    state.counted = state.counted[:1]
    ctx.state.put(matching.PERSON + ANNA, encode(state))
    for counter in [name for name in stock(ctx) if not name.startswith("persons|")]:
        ctx.count(counter, -1)
    ctx.state.put(matching.STARTED, b"\x02")
    if day == TODAY:
        process(ctx)
        fire(ctx)
    until(ctx, day)
    assert f"certificates_valid|county={COUNTY}|kind=good" in stock(ctx)
    assert timers(ctx).keys() == {matching.PERSON + ANNA}
