"""Erasure through all four stages: whatever arrives in whatever order, a stub is all that stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from hub import contracts, data, topics
from hub.core import dates
from hub.core.document import check
from hub.privacy.blind_index import BlindIndex
from hub.privacy.sealing import RecipientSealer, Sealer, SealingKey, new_pair
from hub.privacy.suite import INTL
from hub.stages.identity import IdentityStage, decode
from hub.stages.intake import IntakeStage
from hub.stages.matching import MatchingStage
from hub.stages.sensitive import SensitiveStage
from tests.properties.test_flow import ANNA, BEN, SHARED, VILLAGE, Event, Flow, event, life
from tests.properties.test_matching import DAY0

CODEC: Final = contracts.codec()
BLIND: Final = BlindIndex(b"p" * 32, INTL)
SEALER: Final = Sealer(SealingKey.of(b"k" * INTL.key_bytes, INTL))
SECRET: Final = Sealer(SealingKey.of(b"s" * INTL.key_bytes, INTL))
STAGES: Final = (
    IntakeStage(CODEC, BLIND, SEALER, data.regions(), data.crosswalk(), sensitive=SECRET),
    IdentityStage(CODEC),
    SensitiveStage(CODEC, SEALER, SECRET),
    MatchingStage(CODEC, BLIND, SEALER, RecipientSealer({"registry": new_pair()[1]}, INTL)),
)
ANNAS_KEY: Final = BLIND.person(check("resident_id", ANNA["doc_no"]))
TODAY: Final = dates.iso(DAY0)
CONSENT: Final = {
    "purpose": "membership_invitation", "recipients": ["33"], "data_classes": ["p", "s"],
    "notice_version": "2022-01", "channel": None, "granted_on": TODAY, "expires_on": None,
    "guardian": False, "legal_basis": None,
}  # fmt: skip


def secret(at: int) -> list[Event]:
    """Return what may happen that is of class s: stem cells were given, a wish is revoked."""
    block = {**ANNA, "consent": CONSENT}
    return [
        event(topics.STEM_CELL, "hsc.donation.completed.v1", at, person=block, completed_month=TODAY[:7]),
        event(topics.ORGAN, "organ.intent.revoked.v1", at + 1, person=block, on=TODAY),
    ]


def volunteer(at: int) -> Event:
    """Return a registration as a volunteer."""
    return event(
        topics.VOLUNTEER, "volunteer.registered.v1", at, person=ANNA, volunteer_key="V1", level="registered",
        team=None, on=TODAY, region=VILLAGE[:6],
    )  # fmt: skip


def nomination(at: int) -> Event:
    """Return a nomination for the society's council."""
    return event(
        topics.COUNCIL, "council.candidate.nominated.v1", at, person=ANNA, council_org="SOC", term="7",
        session_on=dates.iso(DAY0 + 300), nominated_by=None, on=TODAY,
    )  # fmt: skip


def erasure(at: int) -> Event:
    """Return a request for erasure."""
    return event(
        topics.PARTY, "subject.erasure.requested.v1", at, person=ANNA, requested_on=TODAY, scope=None
    )


OLDER: Final = (*life(1, ANNA, "1"), *life(101, ANNA, "2"), *secret(210), volunteer(220), nomination(221))
BENS: Final = life(201, BEN, "3")[:-1]
READY: Final = (life(1, ANNA, "1")[0], life(1, ANNA, "1")[2])
ERASURE: Final = erasure(600)
DAYS: Final = st.lists(st.lists(st.sampled_from((*OLDER, *BENS)), max_size=6), min_size=1, max_size=4)


class Erasing(Flow):
    """All four stages, and what is left of somebody in them."""

    stages = STAGES

    def replay(self, order: Sequence[int], *names: str) -> None:
        """Publish again whatever was on some internal topics, in another order."""
        records = [(name, *each) for name in names for each in list(self.flow.emitted(name))]
        for place in sorted(range(len(records)), key=lambda place: (order[place % len(order)], place)):
            self.flow.publish(*records[place])
        self.live([])

    def kept(self) -> dict[tuple[str, int, bytes], bytes]:
        """Return all state of all stages."""
        return {
            (task.stage.name, task.partition, key): value
            for task in self.flow.tasks
            for key, value in task.context.state.scan(b"")
        }

    def traces(self) -> list[tuple[str, bytes]]:
        """Return where anything but a stub of Anna is kept: in keys, values and timers."""
        found = [
            (stage, key)
            for (stage, _, key), value in self.kept().items()
            if (ANNAS_KEY in key and key[:1] != b"e") or (ANNAS_KEY in value and key != b"e" + ANNAS_KEY)
        ]
        found += [
            (task.stage.name, key)
            for task in self.flow.tasks
            for key in task.context.timers
            if ANNAS_KEY in key
        ]
        return found

    def compacted(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the newest record of each key of the topics on which erasure is a tombstone."""
        for topic in (topics.INVITATIONS, topics.TASKS, topics.PERSON_KEYS):
            newest = dict(self.flow.emitted(topic))
            for value in newest.values():
                if value is not None:
                    yield topic, CODEC.decode(value)[1]

    def stock(self) -> dict[str, int]:
        """Return the stock figures, but for what waits under keys of which nobody knows whose they are."""
        left_out = ("flow.", "aliases_waiting|")
        return {name: n for name, n in self.flow.counters().items() if not name.startswith(left_out)}


@settings(max_examples=150, deadline=None)
@given(
    data=st.data(), days=DAYS, partitions=st.integers(1, 3), batch=st.integers(1, 3),
    order=st.lists(st.integers(0, 9), min_size=1, max_size=9),
)  # fmt: skip
def test_a_stub_is_all_that_stays(
    data: st.DataObject, days: list[list[Event]], partitions: int, batch: int, order: list[int]
) -> None:
    """An erasure anywhere among older facts, then everything told again: nothing of the person is there."""
    flow, without = Erasing(partitions, batch), Erasing()
    at = data.draw(st.integers(0, len(days) - 1))
    flow.live(READY)
    without.live([])
    for number, events in enumerate(days):
        arrived = list(events)
        if number == at:
            arrived.insert(data.draw(st.integers(0, len(events))), ERASURE)
        flow.live(arrived)
        without.live([each for each in events if each in BENS])
    flow.live([], days=40)
    without.live([], days=40)
    assert flow.traces() == []
    assert [topic for topic, record in flow.compacted() if record["person"] == ANNAS_KEY] == []
    assert flow.stock() == without.stock()
    before = flow.kept()
    flow.replay(order, topics.FACTS, topics.FACTS_SENSITIVE, topics.IDENTITY)
    flow.live(data.draw(st.lists(st.sampled_from(OLDER), max_size=3)))
    flow.live([], days=40)
    assert flow.traces() == []
    assert [topic for topic, record in flow.compacted() if record["person"] == ANNAS_KEY] == []
    stubs = {place: value for place, value in before.items() if ANNAS_KEY in place[2]}
    assert stubs
    assert {place: flow.kept()[place][:26] for place in stubs if place[0] == "matching"} == {
        place: value[:26] for place, value in stubs.items() if place[0] == "matching"
    }
    assert flow.stock() == without.stock()
    assert all(not task.context.dead_letters and not task.context.stops for task in flow.flow.tasks)


@settings(max_examples=100, deadline=None)
@given(
    before=st.lists(st.sampled_from(OLDER), max_size=5), after=st.lists(st.sampled_from(OLDER), max_size=5)
)
def test_who_comes_back_is_as_if_never_known(before: list[Event], after: list[Event]) -> None:
    """With a consent newer than the erasure the same things lead to what they lead to with anybody."""
    back = [*life(701, ANNA, "1")[:1], *life(701, ANNA, "1")[2:3]]
    returned, new = Erasing(), Erasing()
    returned.live([*READY, *before])
    returned.live([ERASURE])
    returned.live(after)
    new.live([], days=3)
    for flow in (returned, new):
        flow.live(back)
    assert returned.stock() == new.stock()
    assert [record["status"] for topic, record in returned.compacted() if topic == topics.INVITATIONS][
        -1:
    ] == ["issued"]
    aliases = {decode(value).kind for (stage, _, _), value in new.kept().items() if stage == "identity"}
    assert aliases == {"cert_no", "invitation_id"}


def test_a_conflict_noted_before_stays_out() -> None:
    """What the hub itself told of the person, as of its ticks, does not bring them back either."""
    flow = Erasing()
    flow.live([*READY, SHARED])
    flow.live([*secret(210)[:1]])
    flow.live([ERASURE])
    told = [
        CODEC.decode(value)[1]["type"]
        for key, value in flow.flow.emitted(topics.FACTS)
        if key == ANNAS_KEY and value
    ]
    assert {"hub.alias", "hub.ground"} <= set(told)
    flow.replay([2, 1, 0], topics.FACTS, topics.FACTS_SENSITIVE, topics.IDENTITY)
    assert flow.traces() == []


def test_there_is_something_to_erase() -> None:
    """Without the request there are traces everywhere: the search would find them."""
    flow = Erasing()
    flow.live([*READY, *secret(210), volunteer(220), nomination(221)])
    assert {stage for stage, _ in flow.traces()} == {"identity", "sensitive", "matching"}
    assert {topic for topic, _ in flow.compacted()} == {topics.INVITATIONS, topics.TASKS, topics.PERSON_KEYS}
