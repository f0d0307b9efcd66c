"""A prohibition that cannot be read whole still holds, through all four stages."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from hub import topics
from hub.core import dates, invitation
from tests.properties.test_erasure import CODEC, READY, Erasing
from tests.properties.test_flow import ANNA, Event, event
from tests.properties.test_matching import DAY0

FRAME_BYTES: Final = 10
"""The length of what says which schema a record is of."""
NOT_DIGITS: Final = st.characters(exclude_categories=["Cs", "Nd", "Nl", "No"])
BLANK: Final = st.sampled_from(["", " ", "\u3000"])
GARBAGE: Final = st.one_of(
    BLANK,
    st.sampled_from(["?", "\x00", "9999-99-99", "2022-13-01", "１２３", "9" * 300, "0000-00-00"]),
    st.text(NOT_DIGITS, max_size=20),
)
"""What is no date, no time and no answer."""
TODAY: Final = dates.iso(DAY0)
LONG_AGO: Final = dates.iso(DAY0 - 900)


class Prohibition(NamedTuple):
    """A type of event that ends something, what it says, and the field besides its day that says what."""

    ce_type: str
    fields: dict[str, Any]
    day: str = "on"
    what: str = ""
    unreadable: st.SearchStrategy[str] = GARBAGE


INVITATION_ID: Final = "invitation_id"
_DECLINED: Final = {"person": ANNA, "by": "person", "reason": None, "on": TODAY, INVITATION_ID: None}
_ANSWER: Final = {"person": ANNA, INVITATION_ID: None, "on": TODAY}
_CARD: Final = {"card_no": "K1", "on": TODAY}
PROHIBITIONS: Final = {
    "withdrawn": Prohibition(
        "consent.withdrawn.v1",
        {"person": ANNA, "purpose": "membership_invitation", "withdrawn_on": TODAY},
        "withdrawn_on",
        "purpose",
        BLANK | st.just("x" * 300),  # any other word is a purpose that is not the hub's
    ),
    "dead": Prohibition("party.deceased.v1", {"person": ANNA, "deceased_on": TODAY}, "deceased_on"),
    "erasure": Prohibition(
        "subject.erasure.requested.v1",
        {"person": ANNA, "requested_on": TODAY, "scope": None},
        "requested_on",
    ),
    "declined": Prohibition("member.declined.v1", _DECLINED),
    "declined by id": Prohibition("member.declined.v1", {**_DECLINED, "person": None}),
    "no": Prohibition("invitation.responded.v1", {**_ANSWER, "answer": "declined"}, what="answer"),
    "never": Prohibition("invitation.responded.v1", {**_ANSWER, "answer": "never"}, what="answer"),
    "never by id": Prohibition(
        "invitation.responded.v1", {**_ANSWER, "person": None, "answer": "never"}, what="answer"
    ),
    "lapsed": Prohibition("member.lapsed.v1", _CARD),
    "resigned": Prohibition("member.resigned.v1", _CARD),
    "expelled": Prohibition("member.expelled.v1", _CARD),
}
FORMER_MEMBER: Final = (
    event(
        topics.REGISTRY, "member.admitted.v1", 4, person=ANNA, card_no="K1", kind="adult", organisation="SOC",
        on=LONG_AGO, channel=None, invitation_id=None,
    ),
    event(topics.REGISTRY, "member.lapsed.v1", 5, card_no="K1", on=LONG_AGO),
)  # fmt: skip
SURE: Final = frozenset({"doc_kind", "doc_no"})
"""What says for sure whom an event is about."""


class Flaw(NamedTuple):
    """A field that cannot be read: in the envelope, the person or the event itself."""

    path: str
    field: str
    value: str


def flaws(about: Prohibition) -> st.SearchStrategy[list[Flaw]]:
    """Return flaws of an event: one at least in what ends something, others wherever they matter less."""
    grave = [
        st.builds(Flaw, st.just(""), st.just(about.day), GARBAGE),
        st.builds(Flaw, st.just("envelope"), st.just("time"), GARBAGE),
        st.builds(Flaw, st.just("envelope"), st.sampled_from(["id", "source"]), BLANK),
    ]
    if about.what:
        grave.append(st.builds(Flaw, st.just(""), st.just(about.what), about.unreadable))
    slight = [st.builds(Flaw, st.just("envelope"), st.sampled_from(["subject", "region", "type"]), GARBAGE)]
    if about.fields.get("person") is not None:
        unsure = sorted(ANNA.keys() - SURE - {"consent", "guardian", "student"})
        slight.append(st.builds(Flaw, st.just("person"), st.sampled_from(unsure), GARBAGE))
    return st.builds(
        lambda some, more: [*more, *some],
        st.lists(st.one_of(grave), min_size=1, max_size=2),
        st.lists(st.one_of(slight), max_size=3),
    )


def damaged(about: Prohibition, fields: dict[str, Any], days_ago: int, found: list[Flaw]) -> bytes:
    """Return the event with its flaws, as far as its schema allows."""
    made = CODEC.decode(event("", about.ce_type, 600, **fields).value)[1]
    made["envelope"]["time"] = f"{dates.iso(DAY0 - days_ago)}T10:00:00+08:00"
    for path, field, value in found:
        tried = {**made, path: {**made[path], field: value}} if path else {**made, field: value}
        CODEC.encode(about.ce_type, tried)
        made = tried
    return CODEC.encode(about.ce_type, made)


def open_invitations(flow: Erasing) -> list[str]:
    """Return the ids of the invitations that are open."""
    return [
        record["invitation_id"]
        for topic, record in flow.compacted()
        if topic == topics.INVITATIONS and record["status"] in invitation.OPEN
    ]


@settings(max_examples=500, deadline=None)
@given(
    data=st.data(), name=st.sampled_from(sorted(PROHIBITIONS)), days_ago=st.sampled_from([0, 0, 1, 20, 500])
)
def test_an_unreadable_prohibition_holds(data: st.DataObject, name: str, days_ago: int) -> None:
    """Whatever cannot be read of a prohibition, whenever it happened: nothing stays open, or it stops all."""
    about = PROHIBITIONS[name]
    flow = Erasing()
    flow.live(READY if "card_no" not in about.fields else (*FORMER_MEMBER, *READY))
    (number,) = open_invitations(flow)
    fields = {**about.fields, INVITATION_ID: number} if name.endswith("by id") else about.fields
    if data.draw(st.booleans(), label="cut off"):
        value = damaged(about, fields, days_ago, [])
        value = value[: data.draw(st.integers(FRAME_BYTES, len(value) - 1))]
    else:
        value = damaged(about, fields, days_ago, data.draw(flaws(about)))
    flow.live([Event(CODEC.catalogue.by_type(about.ce_type).topic, value)])
    assert open_invitations(flow) == [] or any(task.context.stops for task in flow.flow.tasks)
