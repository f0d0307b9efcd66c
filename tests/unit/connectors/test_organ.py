"""The organ donation system."""

from __future__ import annotations

from typing import Any

import pytest

from hub.connectors.catalogue import BY_TYPE
from hub.connectors.draft import Claim, Fields, Hashed
from hub.core import dates
from hub.core.codes import Code
from hub.errors import DeadLetterError
from tests.unit.connectors.events import DAY, connected, drafted, event, person, reading

REGISTERED = "organ.intent.registered.v1"
REVOKED = "organ.intent.revoked.v1"
FAMILY = "organ.family.contactable.v1"
KEY = Hashed("organ_family", "D-77")


def test_a_wish_is_one_per_person() -> None:
    """A registration asserts status, scope and day, under no key."""
    fields: Fields = {"status": "registered", "scope": "organs", "on": DAY}
    assert drafted(REGISTERED, scope="Organs").claims == [Claim("organ_intent", None, fields)]


def test_a_revocation_reads_only_who_it_is() -> None:
    """A revocation asserts status and day; the rest of the person block cannot stand in its way."""
    draft, read = connected(REVOKED, on="?", person=person(birth_date="?", residence_region="?"))
    assert draft.claims == [Claim("organ_intent", None, {"status": "revoked", "on": DAY})]
    assert (draft.party, read.problems) == ({}, ["on"])


@pytest.mark.parametrize("number", ["3.39901E+17", "123", ""], ids=["truncated", "format", "none"])
def test_a_revocation_never_raises_for_its_person(number: str) -> None:
    """A document that would reject another event leaves a revocation without a sure person, not lost."""
    draft = drafted(REVOKED, person=person(doc_no=number))
    assert draft.person is not None
    assert draft.person.document is None
    assert draft.claims == [Claim("organ_intent", None, {"status": "revoked", "on": DAY})]


def test_a_family_rests_for_the_configured_days() -> None:
    """Without a quiet period of its own the event gets the configured one, counted from its day."""
    made = event(FAMILY)
    fields: Fields = {
        "relation": "配偶",
        "quiet_until_on": DAY + 30,
        "released": False,
        "coordinator": "C-5",
    }
    draft = BY_TYPE[FAMILY](made, reading(made, organ_quiet_days=30))
    assert draft.claims == [Claim("organ_family", KEY, fields)]
    assert drafted(FAMILY).claims[0].fields["quiet_until_on"] == DAY + 180


def test_a_named_quiet_period_counts() -> None:
    """A quiet period in the event is taken as it is, longer or shorter than the configured one."""
    fields = drafted(FAMILY, quiet_until="2022-06-30", released=True).claims[0].fields
    assert (fields["quiet_until_on"], fields["released"]) == (dates.parse_day("2022-06-30"), True)


@pytest.mark.parametrize("relation", ["self", " Donor ", "本人", "捐献者本人", "ｓｅｌｆ"])
def test_the_donor_is_never_a_relative(relation: str) -> None:
    """DOMAIN §7, no. 25: a family record of the donor is refused, however it is written."""
    with pytest.raises(DeadLetterError) as caught:
        drafted(FAMILY, relation=relation)
    assert (caught.value.code, caught.value.field) == (Code.DONOR_ALIVE, "relation")


@pytest.mark.parametrize(
    ("ce_type", "changes", "code", "path"),
    [
        pytest.param(REGISTERED, {"scope": ""}, Code.FIELD_MISSING, "scope", id="scope"),
        pytest.param(REGISTERED, {"on": "?"}, Code.DATE_INVALID, "on", id="day"),
        pytest.param(FAMILY, {"relation": ""}, Code.FIELD_MISSING, "relation", id="relation"),
        pytest.param(FAMILY, {"donor_ref": " "}, Code.FIELD_MISSING, "donor_ref", id="donor"),
        pytest.param(FAMILY, {"coordinator_id": ""}, Code.FIELD_MISSING, "coordinator_id", id="coordinator"),
        pytest.param(FAMILY, {"quiet_until": "?"}, Code.DATE_INVALID, "quiet_until", id="quiet"),
    ],
)
def test_what_cannot_be_read_is_refused(ce_type: str, changes: dict[str, Any], code: Code, path: str) -> None:
    """A wish or a family event with a field that is none is a dead letter with the field's path."""
    with pytest.raises(DeadLetterError) as caught:
        drafted(ce_type, **changes)
    assert (caught.value.code, caught.value.field) == (code, path)
