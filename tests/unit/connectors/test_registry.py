"""The membership registry."""

from __future__ import annotations

from typing import Any

import pytest

from hub.connectors.draft import Alias, Claim, Fields, Hashed
from hub.core.codes import Code
from hub.errors import DeadLetterError
from tests.unit.connectors.events import DAY, connected, drafted, person

CARD = Alias("card_no", "k1")
INVITATION = Alias("invitation_id", "ab" * 16)
MEMBERSHIP: Fields = {"status": "member", "kind": "adult", "organisation": "org-1", "since_on": DAY}


def _refusal(**fields: int) -> Claim:
    return Claim("refusal", None, dict(fields))


def _change(move: str, **more: str) -> Claim:
    key = f"k1|{move}|{DAY}|{more.get('to_organisation', '')}"
    return Claim("membership_change", Hashed("membership_change", key), {"move": move, "on": DAY, **more})


def _ended(status: str) -> list[Claim]:
    return [Claim("membership", None, {"status": status, "ended_on": DAY}), _change(status)]


def _response(answer: str) -> Claim:
    return Claim("response", None, {"answer": answer, "on": DAY})


@pytest.mark.parametrize(
    ("ce_type", "changes", "claims"),
    [
        (
            "member.application.submitted.v1",
            {},
            [Claim("application", None, {"status": "submitted", "on": DAY})],
        ),
        (
            "member.admitted.v1",
            {},
            [
                Claim("membership", None, MEMBERSHIP),
                Claim("application", None, {"status": "admitted", "on": DAY}),
                _change("admitted", channel="unknown"),
                Claim("card", CARD, {"issued_on": DAY}),
            ],
        ),
        (
            "member.declined.v1",
            {"by": "organisation"},
            [_refusal(declined_on=DAY), Claim("application", None, {"status": "declined", "on": DAY})],
        ),
        (
            "member.transferred.v1",
            {},
            [
                Claim("membership", None, {"organisation": "org-2"}),
                _change("transferred", from_organisation="org-1", to_organisation="org-2"),
            ],
        ),
        ("member.lapsed.v1", {}, _ended("lapsed")),
        ("member.resigned.v1", {}, _ended("resigned")),
        ("member.expelled.v1", {}, _ended("expelled")),
        ("member.corrected.v1", {}, [Claim("membership", None, {"kind": "youth"})]),
        (
            "member.corrected.v1",
            {"organisation": "o"},
            [Claim("membership", None, {"kind": "youth", "organisation": "o"})],
        ),
        ("invitation.responded.v1", {"answer": "accepted"}, [_response("accepted")]),
        ("invitation.responded.v1", {"answer": "unreachable"}, [_response("unreachable")]),
        (
            "invitation.responded.v1",
            {"answer": "declined"},
            [_response("declined"), _refusal(declined_on=DAY)],
        ),
        (
            "invitation.responded.v1",
            {"answer": "Never"},
            [_response("never"), _refusal(declined_on=DAY, never_on=DAY)],
        ),
    ],
)
def test_what_the_registry_says(ce_type: str, changes: dict[str, str], claims: list[Claim]) -> None:
    """Each event of the registry asserts exactly its facts."""
    assert drafted(ce_type, **changes).claims == claims


def test_the_keys_become_aliases_of_the_person() -> None:
    """Card and invitation of an admission are bound; without a person the invitation finds them."""
    draft = drafted("member.admitted.v1", invitation_id="AB" * 16)
    assert draft.binds == (INVITATION, CARD)
    alone = drafted("member.admitted.v1", person=None, invitation_id="AB" * 16)
    assert (alone.person, alone.alias, alone.binds) == (None, INVITATION, (INVITATION, CARD))
    assert drafted("member.admitted.v1", person=None).alias == CARD


@pytest.mark.parametrize(
    "ce_type", ["member.transferred.v1", "member.lapsed.v1", "member.resigned.v1", "member.expelled.v1"]
)
def test_later_events_name_the_card(ce_type: str) -> None:
    """After the admission the registry knows its member by the card."""
    assert drafted(ce_type).alias == CARD


@pytest.mark.parametrize("block", [None, person()], ids=["by the invitation", "by the person"])
def test_a_delivery_finds_the_person_either_way(block: dict[str, Any] | None) -> None:
    """A delivery asserts its day, about the person or about whoever has the invitation."""
    draft = drafted("invitation.delivered.v1", person=block, invitation_id="AB" * 16)
    assert (Claim("delivery", None, {"on": DAY}), INVITATION) == (draft.claims[0], draft.alias)
    assert (draft.person is None) == (block is None)


def test_an_unreadable_answer_is_a_refusal() -> None:
    """An answer that is none of the four refuses, and a human is told."""
    draft, read = connected("invitation.responded.v1", answer="maybe", on="?")
    assert draft.claims == [_response("declined"), _refusal(declined_on=DAY)]
    assert read.problems == ["on", "answer"]


def test_a_correction_of_nothing_is_refused() -> None:
    """A correction that corrects nothing is a mistake of the source."""
    with pytest.raises(DeadLetterError) as caught:
        drafted("member.corrected.v1", kind=None)
    assert caught.value.code == Code.FIELD_MISSING
