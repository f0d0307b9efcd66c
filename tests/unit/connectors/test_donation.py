"""The donation system."""

from __future__ import annotations

from typing import Any

import pytest

from hub.connectors import donation
from hub.connectors.draft import Alias, Claim, Contact, Fields, Organisation
from hub.core.codes import Code
from hub.errors import DeadLetterError
from tests.unit.connectors.events import COMPANY, DAY, connected, drafted, event

RECEIVED = "donation.money.received.v1"
REFUNDED = "donation.money.refunded.v1"
D1 = Alias("donation_no", "d1")
GIVEN: Fields = {"donated_on": DAY, "project": "flood", "region": "330106"}
BY_COMPANY: dict[str, Any] = {
    "donor_kind": "ORG",
    "person": None,
    "uscc": f" {COMPANY.lower()}",
    "org_name": "合成有限公司",
    "org_region": "330106",
}


def test_a_persons_gift_is_a_fact_without_the_amount() -> None:
    """A gift asserts day, project and office; its number is bound to the giver; the amount is not read."""
    draft = drafted(RECEIVED, project="flood", amount=float("nan"))
    assert draft.claims == [Claim("gift", D1, GIVEN)]
    assert (draft.binds, draft.organisation) == ((D1,), None)
    assert draft.person is not None


def test_a_companys_gift_is_about_the_company() -> None:
    """A gift of an organisation asserts a group with its seat; the person block is not looked at."""
    draft = drafted(RECEIVED, project="flood", **BY_COMPANY)
    assert draft.organisation == Organisation(COMPANY, Contact("合成有限公司"))
    assert draft.claims == [Claim("org_gift", D1, GIVEN)]
    assert draft.party == {"group": True, "residence": "330106"}
    assert (draft.person, draft.binds) == (None, (D1,))
    nameless = drafted(RECEIVED, **{**BY_COMPANY, "org_name": None, "org_region": None})
    assert nameless.organisation == Organisation(COMPANY, None)
    assert nameless.party == {"group": True}


def test_a_refund_ends_the_gift_of_whoever_gave() -> None:
    """The number does not tell person from organisation, so the end is asserted of either kind."""
    draft = drafted(REFUNDED)
    assert draft.alias == D1
    assert draft.claims == [
        Claim("gift", D1, {"refunded_on": DAY}),
        Claim("org_gift", D1, {"refunded_on": DAY}),
    ]


def test_a_refund_on_an_unreadable_day_still_refunds() -> None:
    """A refund is a prohibition: its day becomes the one it occurred on."""
    draft, reading = connected(REFUNDED, refunded_on="?")
    assert draft.claims[0].fields == {"refunded_on": DAY}
    assert reading.problems == ["refunded_on"]


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        pytest.param({"donor_kind": "ghost"}, Code.VALUE_INVALID, "donor_kind", id="kind"),
        pytest.param({"person": None}, Code.FIELD_MISSING, "person", id="no-person"),
        pytest.param({"donation_no": ""}, Code.FIELD_MISSING, "donation_no", id="no-number"),
        pytest.param({**BY_COMPANY, "uscc": None}, Code.VALUE_INVALID, "uscc", id="no-code"),
        pytest.param({**BY_COMPANY, "uscc": COMPANY[:-1] + "I"}, Code.VALUE_INVALID, "uscc", id="bad-code"),
        pytest.param({**BY_COMPANY, "donation_no": " "}, Code.FIELD_MISSING, "donation_no", id="org-number"),
    ],
)
def test_what_cannot_be_read_is_refused(changes: dict[str, Any], code: Code, path: str) -> None:
    """A gift with a field that is none is a dead letter with the field's path."""
    with pytest.raises(DeadLetterError) as caught:
        drafted(RECEIVED, **changes)
    assert (caught.value.code, caught.value.field) == (code, path)


def test_only_an_anonymous_gift_is_counted_and_forgotten() -> None:
    """The giver's wish decides, whatever else the event says."""
    assert donation.anonymous(event(RECEIVED, anonymous=True)) == "flow.anonymous"
    assert donation.anonymous(event(RECEIVED)) == ""
