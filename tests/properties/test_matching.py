"""What may not depend on order, repetition, batches and partitions; what a history always keeps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from typing import Any, Final, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub import contracts, data, packaged, topics
from hub.core import dates, invitation, matching, merge, statistics, task
from hub.core.assertion import encode
from hub.core.invitation import Terms
from hub.core.person import PersonState, decode, facts_digest, party, review
from hub.core.routing import county_of
from hub.privacy.blind_index import BlindIndex
from hub.privacy.sealing import RecipientSealer, Sealer, SealingKey, new_pair
from hub.privacy.suite import INTL
from hub.rules.book import load
from hub.rules.compile import compile_book
from hub.stages.matching import PERSON, MatchingStage
from hub.stages.pipeline import MemoryPipeline
from hub.stages.tables import HubTables
from tests.properties import naive

CODEC: Final = contracts.codec()
BOOK: Final = compile_book(
    load(packaged.read_text("rules/books/zhejiang-2022.yaml"), file="zhejiang-2022.yaml")
)
STAGE: Final = MatchingStage(
    CODEC,
    BlindIndex(b"p" * 32, INTL),
    Sealer(SealingKey.of(b"k" * INTL.key_bytes, INTL)),
    RecipientSealer({"registry": new_pair()[1]}, INTL),
)
DAY0: Final = 19_100
VILLAGE: Final = "330106110227"
COUNTY: Final = VILLAGE[:6]
PEOPLE: Final = (b"a" * 16, b"b" * 16, b"c" * 16)

PARTY: Final = {"citizen": True, "birth_day": 5_000, "residence": VILLAGE, "name_forms": ["aa"]}
CONSENT: Final[dict[str, Any]] = {
    "status": "granted",
    "recipients": ["33"],
    "data_classes": ["p"],
    "notice_version": "2022-01",
    "granted_on": DAY0 - 9,
    "expires_on": None,
    "guardian": False,
}
FIRST_AIDER: Final = {"kind": "first_aider", "issued_on": DAY0 - 5, "expires_on": DAY0 + 60, "region": COUNTY}
VOLUNTEER: Final = {
    "status": "active", "level": "registered", "registered_on": DAY0 - 400, "active_on": DAY0 - 300,
    "region": COUNTY,
}  # fmt: skip
CANDIDACY: Final = {
    "council_org": "SOC", "term": "7", "session_on": DAY0 + 40, "nominated_on": DAY0, "status": "nominated"
}  # fmt: skip
MEMBER_ELSEWHERE: Final = {"status": "member", "kind": "adult", "organisation": "SOC9"}
HANDED_OVER: Final = {"move": "transferred", "on": DAY0 - 3}
WITHDRAWN: Final = {"status": "withdrawn", "withdrawn_on": DAY0 + 1}
ASSERTED: Final[tuple[tuple[str, bytes, dict[str, Any]], ...]] = (
    ("party", b"", PARTY),
    ("party", b"", {"residence": "330109"}),
    ("party", b"", {"residence": "3301"}),
    ("party", b"", {"residence": None}),
    ("party", b"", {"student": True}),
    ("party", b"", {"birth_day": DAY0 - 6_500}),
    ("party", b"", {"host_unit": "USCC"}),
    ("party", b"", {"name_forms": ["zz"]}),
    ("party", b"", {"names_accepted": ["aa", "zz"]}),
    ("party", b"", {"deceased_on": DAY0}),
    ("consent", b"membership_invitation", CONSENT),
    ("consent", b"membership_invitation", CONSENT),
    ("consent", b"membership_invitation", {**CONSENT, "guardian": True}),
    ("consent", b"membership_invitation", {**CONSENT, "recipients": ["SOC", "VILL"]}),
    ("consent", b"membership_invitation", {**CONSENT, "expires_on": DAY0 + 35}),
    ("consent", b"membership_invitation", {**CONSENT, "granted_on": DAY0 + 20}),
    ("consent", b"membership_invitation", {"status": "withdrawn"}),
    ("certificate", b"k1", FIRST_AIDER),
    ("certificate", b"k1", {"expires_on": DAY0 + 700}),
    ("certificate", b"k1", {"revoked_on": DAY0}),
    (
        "certificate",
        b"k2",
        {"kind": "cpr_aed", "issued_on": DAY0 + 4, "expires_on": DAY0 + 90, "region": "330109"},
    ),
    ("course", b"c1", {"kind": "first_aid", "completed_on": DAY0 - 300, "region": COUNTY}),
    ("rescue_member", b"m1", {"status": "active", "joined_on": DAY0 - 40, "region": COUNTY}),
    ("rescue_member", b"m1", {"grade": "backbone"}),
    ("rescue_member", b"m1", {"status": "left", "left_on": DAY0}),
    ("membership", b"", {"status": "member", "kind": "adult", "since_on": DAY0}),
    ("membership", b"", {"status": "lapsed", "ended_on": DAY0 - 200}),
    ("application", b"", {"status": "submitted", "on": DAY0 + 2}),
    ("application", b"", {"status": "declined", "on": DAY0 + 8}),
    ("response", b"", {"answer": "accepted", "on": DAY0 + 1}),
    ("refusal", b"", {"declined_on": DAY0 + 2}),
    ("refusal", b"", {"declined_on": DAY0 - 250}),
    ("refusal", b"", {"never_on": DAY0 + 2}),
    ("response", b"", {"answer": "unreachable", "on": DAY0 + 3}),
    ("delivery", b"", {"on": DAY0 + 1}),
    ("consent", b"membership_invitation", {**CONSENT, "data_classes": ["p", "s"]}),
    ("ground", b"", {"holds": True, "priority": 2, "since_on": DAY0 - 1}),
    ("ground", b"", {"holds": True, "priority": 3, "since_on": DAY0 - 1, "until_on": DAY0 + 20}),
    (
        "ground",
        b"",
        {"holds": True, "priority": 2, "since_on": DAY0 - 1, "disclosed": ["R05"], "recipients": ["33"]},
    ),
    ("ground", b"", {"holds": False}),
    ("gift", b"g1", {"donated_on": DAY0 - 20, "region": COUNTY}),
    ("gift", b"g1", {"refunded_on": DAY0 + 1}),
    ("volunteer", b"v1", VOLUNTEER),
    ("volunteer", b"v1", {"star": 3, "active_on": DAY0 + 2}),
    ("membership", b"", MEMBER_ELSEWHERE),
    ("membership", b"", {"status": "member", "kind": "adult", "organisation": "VILL"}),
    ("candidacy", b"c1", CANDIDACY),
    ("candidacy", b"c1", {"status": "withdrawn"}),
    ("candidacy", b"c1", {"session_on": DAY0 + 130}),
    ("candidacy", b"c2", {**CANDIDACY, "council_org": "SOC9", "session_on": DAY0 + 8}),
    ("party", b"", {"group": True}),
    ("org_gift", b"o1", {"donated_on": DAY0 - 20, "region": COUNTY}),
    ("consent", b"membership_invitation", {**CONSENT, "notice_version": "2021-06"}),
    ("consent", b"membership_invitation", {**CONSENT, "data_classes": ["s"]}),
    ("consent", b"membership_invitation", {**CONSENT, "recipients": ["34", "SOC8"]}),
    ("consent", b"membership_invitation", WITHDRAWN),
    ("party", b"", {"citizen": False}),
    ("party", b"", {"superseded_on": DAY0}),
    ("membership_change", b"a1", {"move": "admitted", "on": DAY0 - 70, "channel": "training"}),
    ("membership_change", b"t1", {**HANDED_OVER, "from_organisation": "SOC9", "to_organisation": "VILL"}),
    ("membership_change", b"t2", {**HANDED_OVER, "from_organisation": "UNIT", "to_organisation": "SOC8"}),
    ("membership_change", b"l1", {"move": "lapsed", "on": DAY0 - 200}),
)
ERASURE: Final[tuple[str, bytes, dict[str, Any]]] = ("party", b"", {"erasure_on": DAY0})


class Told(NamedTuple):
    """One record on ``hub.facts``, and the kind of the first fact in it."""

    who: bytes
    value: bytes
    kind: str


def told(who: bytes, at: int, *asserted: tuple[str, bytes, dict[str, Any]]) -> Told:
    """Frame some assertions about a person."""
    content = encode(asserted)
    record = {
        "person": who,
        "event_id": f"{at}",
        "source": "/test",
        "type": "test.v1",
        "occurred_at": at,
        "received_at": at,
        "stamp": merge.stamp(at, asserted[0][2].get("status") == "withdrawn", 0, content),
        "assertions": content,
        "contact": None,
        "origin": {"topic": "test", "partition": 0, "offset": 0},
    }
    return Told(who, CODEC.encode("hub.person_facts", record), asserted[0][0])


POOL: Final = tuple(told(who, at, asserted) for who in PEOPLE for at in (2, 3) for asserted in ASSERTED)
ERASURES: Final = tuple(told(who, at, ERASURE) for who in PEOPLE for at in (2, 3))
"""What an erasure drops depends on what was read before it: it is in no example about order."""
READY: Final = tuple(told(who, 1, ASSERTED[0], ASSERTED[10], ASSERTED[17]) for who in PEOPLE)
"""Facts that get somebody invited: without them most examples would be about nobody."""

ORGANISATIONS: Final = {
    "SOC": ("society", COUNTY, None),
    "SOC9": ("society", "330109", None),
    "TOWN": ("township", VILLAGE[:9], None),
    "VILL": ("village", VILLAGE, None),
    "UNIT": ("company", "330281", "USCC"),
}


class Announced(NamedTuple):
    """One record on ``hub.organisations``: what becomes of an organisation, so many days after the tick."""

    org_id: str
    aspect: str
    days: int


class Tick(NamedTuple):
    """What happens between two ticks, and how many days after the last one it is."""

    days: int
    announced: Sequence[Announced]
    told: Sequence[Told]


ANNOUNCEMENTS: Final = st.builds(
    Announced,
    st.sampled_from(sorted(ORGANISATIONS)),
    st.sampled_from(["established", "established", "moved", "dissolved"]),
    st.sampled_from([-1, 0, 3, 40]),
)
ASKING: Final = frozenset({"candidacy", "membership"})
MOVING: Final = frozenset({"membership", "membership_change", "party"})
BARRING: Final = frozenset({"consent", "party", "refusal"})
GIVING: Final = frozenset({"ground", "gift", "org_gift", "volunteer", "delivery", "response", "consent"})


def first(*indices: int) -> tuple[Told, ...]:
    """Return facts of two people to begin with."""
    return tuple(told(who, 1, *(ASSERTED[index] for index in indices)) for who in PEOPLE[:2])


def _index(kind: str, fields: dict[str, Any]) -> int:
    return next(at for at, (name, _, each) in enumerate(ASSERTED) if (name, each) == (kind, fields))


AGREED: Final = ASSERTED[_index("consent", CONSENT)]
_GENTLE: Final = (0, _index("consent", {**CONSENT, "data_classes": ["p", "s"]}))
STARTS: Final = {
    "all": ((), READY[:2]),
    "barring": (BARRING, first(0, _index("certificate", FIRST_AIDER))),
    "restating": (BARRING, first(0, _index("certificate", FIRST_AIDER), _index("consent", WITHDRAWN))),
    "asking": (ASKING, first(*_GENTLE, _index("candidacy", CANDIDACY))),
    "giving": (GIVING, first(*_GENTLE, _index("volunteer", VOLUNTEER))),
    "moving": (MOVING, first(0, _index("membership", MEMBER_ELSEWHERE))),
    "groups": (GIVING, first(0, _index("party", {"group": True}))),
}
"""What kinds of facts an example is about besides a few others, and what is known at its start."""


def _ticks(start: str, pool: Sequence[Told] = POOL) -> st.SearchStrategy[list[Tick]]:
    kinds, ready = STARTS[start]
    fitting = [each for each in pool if not kinds or each.kind in kinds]
    facts = st.sampled_from(fitting) if not kinds else st.sampled_from(fitting) | st.sampled_from(pool)
    days = [1, 1, 5, 7, 31, 119, 200] if not kinds else [1, 1, 6, 7, 8, 28, 31, 90]
    tick = st.builds(
        Tick,
        st.sampled_from(days),
        st.lists(ANNOUNCEMENTS, max_size=2),
        st.lists(facts, max_size=5),
    )
    begin = [Announced("SOC", "established", -9), Announced("SOC9", "established", -9)]
    return st.lists(tick, min_size=1, max_size=5).map(
        lambda ticks: [Tick(1, begin[: 1 + bool(kinds)], ready), *ticks]
    )


TICKS: Final = st.sampled_from(sorted(STARTS)).flatmap(_ticks)
LIVES: Final = st.sampled_from(sorted(STARTS)).flatmap(lambda start: _ticks(start, (*POOL, *ERASURES)))
"""With requests for erasure."""


OBSTRUCTING: Final = frozenset({
    "deceased_on", "superseded_on", "erasure_on", "citizen", "name_forms", "birth_day", "never_on",
    "declined_on", "organisation", "ended_on",
})  # fmt: skip
OBSTACLES: Final = tuple(
    told(PEOPLE[0], 3, each)
    for each in (*ASSERTED, ERASURE)
    if each[0] == "consent" or each[2].keys() & OBSTRUCTING
)
"""What may stand in the way of inviting somebody, later than some consents and earlier than others."""
FREEING: Final = (READY[0], *(told(PEOPLE[0], at, AGREED) for at in (2, 4)))


def _barred(few: list[Told]) -> st.SearchStrategy[list[Tick]]:
    told_all = st.permutations([*few, *FREEING])
    days = st.lists(st.sampled_from([1, 6, 7, 31, 90, 200]), min_size=6, max_size=6)
    begin = [Announced("SOC", "established", -9)]
    return st.builds(
        lambda start, facts, days: [
            Tick(1, begin, STARTS[start][1][:1]),
            *(Tick(day, (), (each,)) for day, each in zip(days, facts, strict=False)),
            Tick(days[-1], (), ()),
        ],
        st.sampled_from(["barring", "restating"]),
        told_all,
        days,
    )


class World:
    """A pipeline of the matching stage, with the real rule book."""

    def __init__(self, partitions: int = 1, batch: int = 100) -> None:
        """Start on the day before the first tick, with nothing known."""
        self.day = DAY0 - 1
        self.flow = MemoryPipeline([STAGE], self._tables, partitions=partitions, batch=batch)
        self._stamp = 0

    def _tables(self) -> HubTables:
        self.known = HubTables(CODEC, data.crosswalk())
        self.known.book = BOOK
        return self.known

    def live(self, tick: Tick) -> None:
        """Let a tick pass."""
        self.day += tick.days
        for each in tick.announced:
            self._announce(each)
        for who, value, _ in tick.told:
            self.flow.publish(topics.FACTS, who, value)
        self.flow.tick(dates.midnight_ms(self.day))

    def _announce(self, each: Announced) -> None:
        self._stamp += 1
        org_class, region, unit = ORGANISATIONS[each.org_id]
        on = self.day + each.days
        aspect = f"moved/{on}" if each.aspect == "moved" else each.aspect
        record = {
            "org_id": each.org_id,
            "aspect": aspect,
            "on": on,
            "org_class": org_class if each.aspect == "established" else None,
            "name": None,
            "parent": None,
            "region": {"established": region, "moved": "330109"}.get(each.aspect),
            "host_unit": unit if each.aspect == "established" else None,
            "stamp": self._stamp.to_bytes(25, "big"),
        }
        key = f"{each.org_id}/{aspect}".encode()
        self.flow.publish(topics.ORGANISATIONS, key, CODEC.encode("hub.organisation", record))

    def people(self) -> Iterator[tuple[bytes, PersonState]]:
        """Yield everybody's state."""
        for part in self.flow.tasks:
            for key, stored in part.context.state.scan(PERSON):
                yield key[1:], decode(stored)

    def evaluated(self, state: PersonState) -> matching.Eligibility:
        """Evaluate a person from scratch."""
        last = state.invitation
        tables = matching.Tables(BOOK, self.known.organisations, self.known.regions, {})
        return matching.evaluate(state, tables, self.day, running=last is not None and last.open)

    def story(self, topic: str = topics.INVITATIONS) -> list[dict[str, Any]]:
        """Return every record on a topic, each person's in order."""
        return [CODEC.decode(value)[1] for _, value in self.flow.emitted(topic) if value is not None]


def order_free(world: World) -> tuple[object, ...]:
    """Return what may not depend on how the facts arrived: facts, eligibility and stock figures.

    Left out is what depends on what was sent: open invitations, and the codes that such an invitation
    can hide or leave behind (an application under way; the cool-down after an expiry; the batch).
    """
    known = sorted(
        (who, facts_digest(state), eligible.outcome, eligible.code, eligible.rules, eligible.organisation)
        for who, state in world.people()
        for eligible in [world.evaluated(state)]
    )
    hidden = ("flow.", "invitations_open|", "held|code=applied|", "held|code=cooldown|", "held|code=batch|")
    figures: Counter[str] = Counter()
    for name, value in world.flow.counters().items():
        if not name.startswith(hidden):  # who is reached was invited, or was not: but is counted
            figures[name.partition("|invited=")[0]] += value
    return known, figures


@settings(max_examples=500, deadline=None)
@given(data=st.data(), ticks=TICKS)
def test_order_repetition_batches_and_partitions_do_not_matter(
    data: st.DataObject, ticks: list[Tick]
) -> None:
    """A tick's facts shuffled, repeated, cut into other batches and partitions give the same figures."""
    one = World()
    other = World(partitions=data.draw(st.integers(1, 3)), batch=data.draw(st.integers(1, 4)))
    for tick in ticks:
        again = data.draw(st.lists(st.sampled_from(tick.told), max_size=2)) if tick.told else []
        one.live(tick)
        other.live(tick._replace(told=data.draw(st.permutations([*tick.told, *again]))))
        assert order_free(one) == order_free(other)


@settings(max_examples=500, deadline=None)
@given(ticks=LIVES)
def test_nobody_waits_for_an_evaluation(ticks: list[Tick]) -> None:
    """After each tick everybody stands as if evaluated just now: no timer or directory change is missed."""
    world = World()
    terms = Terms(BOOK.valid_days, BOOK.cooldown_expired_days, BOOK.reminder_days)
    for tick in ticks:
        world.live(tick)
        for _, state in world.people():
            eligible, last, today = world.evaluated(state), state.invitation, world.day
            code = eligible.code
            if last is not None and last.open:
                assert invitation.advance(last, eligible, state.facts, terms, today) is None
                code = ""
            elif eligible.outcome == matching.INVITE:
                weekday = BOOK.batch_weekday(eligible.priority)
                code = invitation.pause(last, weekday, terms, today)
                assert code
            scene = task.Scene(eligible, BOOK, world.known.organisations, today, lambda *_: "")
            assert task.settle(state.tasks, scene).changes == ()
            assert bool(state.review_on) == (review(party(state)) != "")
            figures = statistics.Figures(
                eligible.route.county,
                eligible.public,
                code if eligible.hits else "",
                last,
                state.tasks,
                review_on=state.review_on,
                county_of=partial(
                    county_of,
                    directory=world.known.organisations,
                    regions=world.known.regions,
                    today=today,
                ),
            )
            assert state.counted == statistics.contributions(state.facts, figures, today)
        recount = Counter(statistics.counter(short) for _, state in world.people() for short in state.counted)
        assert recount == {
            name: n for name, n in world.flow.counters().items() if not name.startswith("flow.")
        }


@settings(max_examples=500, deadline=None)
@given(ticks=LIVES)
def test_the_history_of_invitations_keeps_its_invariants(ticks: list[Tick]) -> None:
    """At most one open per person, issued = open + ended, each open one at an active organisation."""
    world = World()
    for tick in ticks:
        world.live(tick)
        open_by_person: dict[bytes, str] = {}
        used: set[str] = set()
        changes: Counter[str] = Counter()
        for record in world.story():
            who, number = record["person"], record["invitation_id"]
            changes[record["change"]] += 1
            if record["change"] == invitation.ISSUED:
                assert who not in open_by_person, "two open"
                assert number not in used, "an id twice"
                used.add(number)
                open_by_person[who] = number
            else:
                assert open_by_person[who] == number, "a change of something that is not open"
            if record["status"] not in invitation.OPEN:
                del open_by_person[who]
            assert (record["cause"] is not None) == (record["change"] == invitation.WITHDRAWN)
            assert record["valid_until"] <= record["issued_on"] + BOOK.valid_days
        states = dict(world.people())
        running = {who: each.invitation for who, each in states.items() if each.invitation is not None}
        running = {who: last for who, last in running.items() if last.open}
        assert {who: last.id for who, last in running.items()} == open_by_person
        for last in running.values():
            assert world.known.organisations.active(last.organisation, world.day) is not None, "orphaned"
        ended = sum(changes[end] for end in ("admitted", "declined", "withdrawn", "expired"))
        assert changes["issued"] == len(running) + ended
        counters = world.flow.counters()
        assert sum(v for name, v in counters.items() if name.startswith("invitations_open|")) == len(running)
        for change, times in changes.items():
            flow = [
                v for name, v in counters.items() if name.startswith(f"flow.invitations|change={change}|")
            ]
            assert sum(flow) == times
        assert all(value > 0 for value in counters.values()), "a stock below zero"


def one_by_one(tick: Tick) -> Iterator[Tick]:
    """Yield ticks of the same day: the time and the tables first, then each record in one of its own."""
    yield tick._replace(told=())
    for each in tick.told:
        yield Tick(0, (), (each,))


@settings(max_examples=500, deadline=None)
@given(ticks=LIVES, at_once=st.booleans())
def test_nobody_is_invited_who_must_not_be(ticks: list[Tick], *, at_once: bool) -> None:
    """Nothing known at the tick of its issue forbids an invitation, nor at a later one while it is open."""
    nobody_barred(ticks, at_once=at_once)


@pytest.mark.parametrize("obstacle", OBSTACLES, ids=range(len(OBSTACLES)))
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_one_obstacle_is_enough(obstacle: Told, data: st.DataObject) -> None:
    """The same of somebody in whose way one thing stands, or two: many at once would hide each other."""
    others = data.draw(st.lists(st.sampled_from(OBSTACLES), max_size=1))
    nobody_barred(data.draw(_barred([obstacle, *others])), at_once=False)


def nobody_barred(ticks: list[Tick], *, at_once: bool) -> None:
    """Ask the oracle about each invitation at its issue and after each tick.

    ``at_once``: records that come in one tick are known one after the other, so what one of them issues
    another may have ended when the tick ends.
    """
    world = World()
    known = {who: naive.Known() for who in PEOPLE}
    seen = 0
    for tick in ticks if at_once else [part for each in ticks for part in one_by_one(each)]:
        world.live(tick)
        for each in tick.told:
            known[each.who].tell(CODEC.decode(each.value)[1])
        records = world.story()
        issued = [record for record in records[seen:] if record["change"] == invitation.ISSUED]
        ended = {r["invitation_id"] for r in records[seen:] if r["status"] not in invitation.OPEN}
        seen = len(records)
        for record in issued:
            assert record["issued_on"] == world.day
            if record["priority"] == 3:
                assert date.fromisoformat(dates.iso(world.day)).weekday() == 0, "P3 on Mondays"
            if record["invitation_id"] in ended:
                assert at_once, "ended in the tick of its issue"
                continue
            at = world.known.organisations.active(record["organisation"], world.day)
            assert at is not None
            assert not known[record["person"]].bar(at.org_id, at.region, world.day)
        for who, state in world.people():
            last = state.invitation
            if last is None or not last.open:
                continue
            at = world.known.organisations.active(last.organisation, world.day)
            assert at is not None
            # While an application runs the invitation stays where it is, whoever would be asked today.
            routed = last.status != invitation.APPLIED
            assert not known[who].bar(at.org_id, at.region, world.day, routed=routed)
            assert set(last.rules).isdisjoint({"R07", "R09", "R09a"}), "named by what they share"


@settings(max_examples=500, deadline=None)
@given(ticks=LIVES)
def test_the_history_of_tasks_keeps_its_invariants(ticks: list[Tick]) -> None:
    """One runs per candidacy, one transfer; each ends once; each open one at an active organisation."""
    world = World()
    for tick in ticks:
        world.live(tick)
        running: dict[str, dict[str, Any]] = {}
        ended: set[str] = set()
        changes: Counter[tuple[str, str]] = Counter()
        for record in world.story(topics.TASKS):
            number = record["task_id"]
            changes[record["kind"], record["change"]] += 1
            assert number not in ended, "a change of something that has ended"
            began = {task.OPENED, task.BLOCKED} if number not in running else {record["change"]}
            assert record["change"] in began, "it begins with its opening, or blocked"
            blocked = record["status"] == task.BLOCKED
            if record["status"] in task.RUNNING_STATUSES:
                assert blocked == (record["blocked_by"] is not None) == (record["organisation"] == "")
            was_open = number in running and running[number]["status"] in task.OPEN_STATUSES
            assert record["change"] != task.OPENED or not was_open, "opened only once, or after a block"
            assert record["revision"] == (running[number]["revision"] + 1 if number in running else 0)
            assert record["contact"] is None, "nobody has one here"
            running[number] = record
            if record["status"] not in task.RUNNING_STATUSES:
                ended.add(number)
                del running[number]
        states = dict(world.people())
        kept = {each.id: who for who, state in states.items() for each in state.tasks if each.running}
        assert kept == {number: record["person"] for number, record in running.items()}
        for state in states.values():
            places = [(each.kind, each.key) for each in state.tasks]
            assert len(places) == len(set(places)), "one per candidacy, one transfer"
            transfers = [each for each in state.tasks if each.kind == task.TRANSFER and each.open]
            is_member = (state.facts.get("membership") or [{}])[0].get("status") == "member"
            assert is_member or not transfers
            assert not (
                is_member and any(each.running and each.kind == task.ADMISSION for each in state.tasks)
            )
        acting = [record for record in running.values() if record["status"] in task.OPEN_STATUSES]
        for record in acting:
            assert world.known.organisations.active(record["organisation"], world.day) is not None
        counters = world.flow.counters()
        assert sum(v for name, v in counters.items() if name.startswith("tasks_open|")) == len(acting)
        for (kind, change), times in changes.items():
            flow = f"flow.tasks|change={change}|kind={kind}|"
            assert sum(v for name, v in counters.items() if name.startswith(flow)) == times
