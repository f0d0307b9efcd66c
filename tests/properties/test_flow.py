"""Upstream events through all three stages: order within a tick, repetition and partitions do not matter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from hub import contracts, data, topics
from hub.core import dates
from hub.core.person import decode, facts_digest
from hub.privacy.blind_index import BlindIndex
from hub.privacy.sealing import RecipientSealer, Sealer, SealingKey, new_pair
from hub.privacy.suite import INTL
from hub.stages.contract import Stage
from hub.stages.identity import IdentityStage
from hub.stages.intake import IntakeStage
from hub.stages.matching import PERSON, MatchingStage
from hub.stages.pipeline import MemoryPipeline
from hub.stages.tables import HubTables
from tests.properties.test_matching import BOOK, DAY0

CODEC: Final = contracts.codec()
BLIND: Final = BlindIndex(b"p" * 32, INTL)
SEALER: Final = Sealer(SealingKey.of(b"k" * INTL.key_bytes, INTL))
SENSITIVE: Final = Sealer(SealingKey.of(b"s" * INTL.key_bytes, INTL))
STAGES: Final = (
    IntakeStage(CODEC, BLIND, SEALER, data.regions(), data.crosswalk(), sensitive=SENSITIVE),
    IdentityStage(CODEC),
    MatchingStage(CODEC, BLIND, SEALER, RecipientSealer({"registry": new_pair()[1]}, INTL)),
)
VILLAGE: Final = "330106110227"
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class Event(NamedTuple):
    """One upstream record."""

    topic: str
    value: bytes


def number(birth: str, sequence: str) -> str:
    """Return a synthetic identity number with a valid check digit."""
    body = f"339901{birth}{sequence}"
    rest = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11
    return body + "10X98765432"[rest]


def person(birth: str, sequence: str, name: str) -> dict[str, Any]:
    """Return a person block."""
    block = dict.fromkeys(
        (
            "birth_date",
            "sex",
            "phone",
            "residence_township",
            "host_unit",
            "nationality",
            "student",
            "guardian",
        )
    )
    return {
        **block,
        "name": name,
        "doc_kind": "resident_id",
        "doc_no": number(birth, sequence),
        "residence_region": VILLAGE,
        "consent": None,
    }


def event(topic: str, ce_type: str, at: int, **fields: Any) -> Event:
    """Frame an event that occurred ``at`` minutes after midnight of the first day."""
    envelope = {
        "id": f"{ce_type}/{at}",
        "source": f"/{topic}",
        "type": ce_type,
        "specversion": "1.0",
        "time": f"{dates.iso(DAY0)}T{at // 60:02}:{at % 60:02}:00+08:00",
        "recordedat": None,
        "dataschema": None,
        "subject": None,
        "region": None,
        "legalmode": None,
        "seq": at,
    }
    return Event(topic, CODEC.encode(ce_type, {"envelope": envelope, **fields}))


def life(at: int, block: dict[str, Any], own: str) -> list[Event]:
    """Return what may happen to a person: half of it names nobody, only a source's own key."""
    today, later = dates.iso(DAY0), dates.iso(DAY0 + 1_000)
    consent = {
        "purpose": "membership_invitation",
        "recipients": ["33"],
        "data_classes": ["p"],
        "notice_version": "2022-01",
        "channel": None,
        "granted_on": today,
        "expires_on": None,
        "guardian": False,
        "legal_basis": None,
    }
    training, rescue, registry = topics.TRAINING, topics.RESCUE, topics.REGISTRY
    certificate = {
        "person": block, "cert_kind": "first_aider", "cert_no": f"C{own}", "issued_on": today,
        "expires_on": later, "issuer_org": None, "class_id": None, "region": VILLAGE[:6],
    }  # fmt: skip
    member = {
        "person": block, "member_key": f"M{own}", "team_id": "T", "team_kind": "relief", "role": None,
        "joined_on": today, "region": VILLAGE[:6],
    }  # fmt: skip
    admitted = {"card_no": f"K{own}", "kind": "adult", "organisation": "SOC", "on": today, "channel": None}
    return [
        event(topics.CONSENT, "consent.granted.v1", at, person=block, consent=consent),
        event(
            topics.CONSENT,
            "consent.withdrawn.v1",
            at + 1,
            person=block,
            purpose=consent["purpose"],
            withdrawn_on=today,
        ),
        event(training, "training.certificate.issued.v1", at + 2, **certificate),
        event(
            training,
            "training.certificate.revoked.v1",
            at + 3,
            cert_no=f"C{own}",
            reason=None,
            revoked_on=today,
        ),
        event(rescue, "rescue.member.registered.v1", at + 4, **member),
        event(
            rescue, "rescue.member.graded.v1", at + 5, member_key=f"M{own}", grade="backbone", from_on=today
        ),
        event(rescue, "rescue.member.left.v1", at + 6, member_key=f"M{own}", left_on=today, reason=None),
        event(registry, "member.admitted.v1", at + 7, person=block, invitation_id=None, **admitted),
        event(registry, "member.lapsed.v1", at + 8, card_no=f"K{own}", on=today),
        event(topics.PARTY, "party.deceased.v1", at + 9, person=block, deceased_on=today),
    ]


ANNA, BEN = person("19900307", "122", "测试甲"), person("19850508", "113", "测试乙")
ALIVE: Final = (*life(1, ANNA, "1"), *life(101, ANNA, "2"), *life(201, BEN, "3"))[:-1]
SHARED: Final = event(
    topics.TRAINING,
    "training.certificate.issued.v1",
    400,
    person=BEN,
    cert_kind="first_aider",
    cert_no="C1",
    issued_on=dates.iso(DAY0),
    expires_on=None,
    issuer_org=None,
    class_id=None,
    region=VILLAGE[:6],
)
"""A number that another person's certificate has too: both are marked, whichever came first."""
DAYS: Final = st.lists(st.lists(st.sampled_from((*ALIVE, SHARED)), max_size=8), min_size=1, max_size=3)


class Flow:
    """The stages in memory, with a society that takes everybody."""

    stages: Sequence[Stage] = STAGES

    def __init__(self, partitions: int = 1, batch: int = 100) -> None:
        """Start on the first day."""
        self.day = DAY0
        self.flow = MemoryPipeline(self.stages, self._tables, partitions=partitions, batch=batch)
        established = {
            "org_id": "SOC", "org_class": "society", "name": "红十字会", "parent": None,
            "region": VILLAGE[:6], "host_unit": None, "on": dates.iso(DAY0 - 1),
        }  # fmt: skip
        self.live([event(topics.DIRECTORY, "org.established.v1", 0, **established)])

    def _tables(self) -> HubTables:
        made = HubTables(CODEC, data.crosswalk())
        made.book = BOOK
        return made

    def live(self, events: Sequence[Event], days: int = 1) -> None:
        """Let some days pass; on the last some events arrive, each topic keyed as its system likes."""
        self.day += days
        for number, each in enumerate(events):
            self.flow.publish(each.topic, str(number).encode(), each.value)
        self.flow.tick(dates.midnight_ms(self.day) + 1)

    def known(self) -> tuple[object, ...]:
        """Return what may not depend on how the events arrived."""
        people = sorted(
            (key[1:], facts_digest(decode(stored)))
            for task in self.flow.tasks
            if task.stage.name == "matching"
            for key, stored in task.context.state.scan(PERSON)
        )
        hidden = ("flow.", "invitations_open|", "held|code=applied|", "held|code=cooldown|")
        figures: Counter[str] = Counter()
        for name, value in self.flow.counters().items():
            if not name.startswith(hidden):
                # Whether somebody to be reached ever was invited is history, as the invitation is.
                figures[name.partition("|invited=")[0]] += value
        return people, figures


@settings(max_examples=500, deadline=None)
@given(data=st.data(), days=DAYS)
def test_how_events_arrive_within_a_day_does_not_matter(data: st.DataObject, days: list[list[Event]]) -> None:
    """Events of all systems shuffled, repeated and spread otherwise give the same facts and figures."""
    one = Flow()
    other = Flow(partitions=data.draw(st.integers(1, 3)), batch=data.draw(st.integers(1, 3)))
    for events in days:
        again = data.draw(st.lists(st.sampled_from(events), max_size=2)) if events else []
        one.live(events)
        other.live(data.draw(st.permutations([*events, *again])))
        assert one.known() == other.known()
    for flow in (one, other):
        assert all(not task.context.dead_letters and not task.context.stops for task in flow.flow.tasks)


def test_the_events_mean_something() -> None:
    """The examples are about people who are invited, and whose invitations end."""
    flow = Flow()
    flow.live([*life(1, ANNA, "1")[:1], *life(1, ANNA, "1")[2:3]])
    flow.live(life(1, ANNA, "1")[3:4])
    counters = flow.flow.counters()
    changes = {name.split("|")[1] for name in counters if name.startswith("flow.invitations|")}
    assert changes == {"change=issued", "change=withdrawn"}
