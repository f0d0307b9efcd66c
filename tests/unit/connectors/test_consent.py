"""Consents."""

from __future__ import annotations

import pytest

from hub.connectors.draft import Claim, Fields
from hub.core.codes import Code
from hub.errors import DeadLetterError
from tests.unit.connectors.events import DAY, connected, consent, drafted, person

GRANTED = "consent.granted.v1"
WITHDRAWN = "consent.withdrawn.v1"
PURPOSE = "membership_invitation"
FULL: Fields = {
    "status": "granted",
    "recipients": ["33", "3301"],
    "data_classes": ["p"],
    "notice_version": "2022-1",
    "granted_on": DAY,
    "expires_on": None,
    "guardian": False,
}


def test_a_consent_is_asserted_whole() -> None:
    """A consent asserts all its fields under its purpose: also that it does not expire."""
    assert drafted(GRANTED).claims == [Claim("consent", PURPOSE, FULL)]


def test_lists_are_sets() -> None:
    """Blanks, doubles and order of recipients do not matter."""
    claim = drafted(GRANTED, consent=consent(recipients=["3301", " 33", "", "3301"])).claims[0]
    assert claim.fields["recipients"] == ["33", "3301"]


def test_the_event_itself_outranks_the_block() -> None:
    """A consent in the person block gives way to the event's own, but only for the same purpose."""
    own = consent(granted_on="2022-05-01")
    for purpose, expected in ((PURPOSE, 1), ("publicity", 2)):
        block = person(consent=consent(purpose=purpose))
        claims = drafted(GRANTED, consent=own, person=block).claims
        assert len(claims) == expected
        assert claims[0].fields["granted_on"] == DAY - 7


@pytest.mark.parametrize(
    "ce_type", ["training.course.completed.v1", "rescue.member.registered.v1", "member.admitted.v1"]
)
def test_a_consent_may_come_with_any_event(ce_type: str) -> None:
    """The consent in a person block is asserted whatever the event is."""
    claims = drafted(ce_type, person=person(consent=consent())).claims
    assert Claim("consent", PURPOSE, FULL) in claims


@pytest.mark.parametrize("ce_type", [WITHDRAWN, "party.deceased.v1", "invitation.responded.v1"])
def test_a_prohibition_grants_nothing(ce_type: str) -> None:
    """What ends or forbids never grants a consent by the profile it carries."""
    claims = drafted(ce_type, person=person(consent=consent())).claims
    assert all(claim.fields.get("status") != "granted" for claim in claims)


def test_a_consent_to_name_a_ground_is_confided() -> None:
    """It stands apart from the others, whether it is granted, comes in a block or is taken back."""
    naming = consent(purpose="ground_disclosure")
    granted = drafted(GRANTED, consent=naming, person=person(consent=consent()))
    block = drafted(GRANTED, consent=consent(), person=person(consent=naming))
    taken = drafted(WITHDRAWN, purpose="ground_disclosure")
    assert [claim.key for claim in granted.claims] == [claim.key for claim in block.claims] == [PURPOSE]
    assert [claim.key for claim in granted.confided] == [claim.key for claim in block.confided]
    assert (taken.claims, taken.confided) == (
        [], [Claim("consent", "ground_disclosure", {"status": "withdrawn", "withdrawn_on": DAY})]
    )  # fmt: skip


def test_a_withdrawal_withdraws() -> None:
    """A withdrawal asserts the status for its purpose."""
    assert drafted(WITHDRAWN).claims == [
        Claim("consent", PURPOSE, {"status": "withdrawn", "withdrawn_on": DAY})
    ]


@pytest.mark.parametrize(
    "written", ["Membership_Invitation", " membership_invitation\t", "MEMBERSHIP_INVITATION"]
)
def test_a_purpose_is_the_same_however_it_is_written(written: str) -> None:
    """A purpose in other letters or with space around it is granted, and withdrawn, under the same key."""
    assert drafted(GRANTED, consent=consent(purpose=written)).claims == [Claim("consent", PURPOSE, FULL)]
    draft, read = connected(WITHDRAWN, purpose=written)
    assert draft.claims == [Claim("consent", PURPOSE, {"status": "withdrawn", "withdrawn_on": DAY})]
    assert read.problems == []


@pytest.mark.parametrize("purpose", ["ground_disclosure", "Publicity"])
def test_another_purpose_is_withdrawn_alone(purpose: str) -> None:
    """Who withdraws a known purpose besides the invitation withdraws that one and no other."""
    draft, read = connected(WITHDRAWN, purpose=purpose)
    assert [claim.key for claim in (*draft.claims, *draft.confided)] == [purpose.lower()]
    assert read.problems == []


@pytest.mark.parametrize("purpose", ["all", "全部", "membership invitation", "membership-invitation", "x"])
def test_a_withdrawal_for_an_unknown_purpose_withdraws_the_invitation(purpose: str) -> None:
    """A withdrawal whose purpose there is not still prohibits: it counts as unreadable."""
    draft, read = connected(WITHDRAWN, purpose=purpose)
    assert draft.claims == [Claim("consent", PURPOSE, {"status": "withdrawn", "withdrawn_on": DAY})]
    assert read.problems == ["purpose"]


@pytest.mark.parametrize(
    ("changes", "problem"), [({"purpose": " "}, "purpose"), ({"withdrawn_on": "?"}, "withdrawn_on")]
)
def test_an_unreadable_withdrawal_withdraws(changes: dict[str, str], problem: str) -> None:
    """A withdrawal with an unreadable field withdraws the consent that the hub acts on."""
    draft, read = connected(WITHDRAWN, **changes)
    assert draft.claims == [Claim("consent", PURPOSE, {"status": "withdrawn", "withdrawn_on": DAY})]
    assert read.problems == [problem]


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"granted_on": "x"}, Code.DATE_INVALID, "consent.granted_on"),
        ({"purpose": ""}, Code.FIELD_MISSING, "consent.purpose"),
        ({"notice_version": ""}, Code.FIELD_MISSING, "consent.notice_version"),
        ({"recipients": [str(n) for n in range(600)]}, Code.VALUE_INVALID, "consent.recipients"),
    ],
)
def test_an_unreadable_grant_is_refused(changes: dict[str, object], code: Code, path: str) -> None:
    """A consent that cannot be read whole is no consent."""
    with pytest.raises(DeadLetterError) as caught:
        drafted(GRANTED, consent=consent(**changes))
    assert (caught.value.code, caught.value.field) == (code, path)
