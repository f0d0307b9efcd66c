"""One valid event of each type, to be changed by a test; people and numbers are made up."""

from __future__ import annotations

from typing import Any, Final

from hub import data, topics
from hub.connectors.catalogue import BY_TYPE
from hub.connectors.draft import Draft
from hub.connectors.places import Places
from hub.connectors.reading import Limits, Reading
from hub.contracts import catalogue
from hub.core import dates
from hub.core.document import check_digit
from hub.core.uscc import check_character

TIME: Final = "2022-05-08T10:00:00+08:00"
OCCURRED: Final = dates.parse_ms(TIME)
DAY: Final = dates.day_of(OCCURRED)
NOW: Final = dates.parse_ms("2022-06-01T08:00:00+08:00")
TODAY: Final = dates.day_of(NOW)
VILLAGE: Final = "330106110227"


def number(body: str) -> str:
    """Return a resident number of an unassigned county for 17 digits, its check digit computed."""
    return body + check_digit(body)


ANTON: Final = number("33990119900307123")
"""A man born on 7 March 1990."""
BEATE: Final = number("33990119880412002")
"""A woman born on 12 April 1988."""
MINOR: Final = number("33990220090815220")

COMPANY: Final = "91339901MA2XYNT01" + check_character("91339901MA2XYNT01")
"""A made-up company of an unassigned county."""


def person(**changes: Any) -> dict[str, Any]:
    """Return a full person block."""
    block: dict[str, Any] = {
        "name": "王小明",
        "doc_kind": "resident_id",
        "doc_no": ANTON,
        "birth_date": "1990-03-07",
        "sex": "男",
        "phone": "13800000000",
        "residence_region": VILLAGE,
        "residence_township": None,
        "host_unit": None,
        "nationality": "CN",
        "student": False,
        "guardian": None,
        "consent": None,
    }
    return {**block, **changes}


def consent(**changes: Any) -> dict[str, Any]:
    """Return a consent record."""
    block: dict[str, Any] = {
        "purpose": "membership_invitation",
        "recipients": ["33", "3301"],
        "data_classes": ["p"],
        "notice_version": "2022-1",
        "channel": "paper",
        "granted_on": "2022-05-08",
        "expires_on": None,
        "guardian": False,
        "legal_basis": None,
    }
    return {**block, **changes}


_ON: Final = {"on": "2022-05-08"}
_FIELDS: Final[dict[str, dict[str, Any]]] = {
    "training.course.completed.v1": {
        "person": person(),
        "course_kind": "first_aider",
        "course_id": "C7",
        "hours": 16,
        "completed_on": "2022-05-08",
        "trainer_org": None,
        "region": "330106",
    },
    "training.certificate.issued.v1": {
        "person": person(),
        "cert_kind": "first_aider",
        "cert_no": "ZJ 7",
        "issued_on": "2022-05-08",
        "expires_on": None,
        "issuer_org": None,
        "class_id": None,
        "region": "330106",
    },
    "training.certificate.renewed.v1": {
        "cert_no": "ZJ 7",
        "new_expires_on": "2028-05-07",
        "retraining_date": None,
    },
    "training.certificate.revoked.v1": {"cert_no": "ZJ 7", "reason": None, "revoked_on": "2022-05-08"},
    "rescue.member.registered.v1": {
        "person": person(),
        "member_key": "M-1",
        "team_id": "T1",
        "team_kind": "search",
        "role": None,
        "joined_on": "2022-05-08",
        "region": "330106",
    },
    "rescue.member.graded.v1": {"member_key": "M-1", "grade": "backbone", "from_on": "2022-05-08"},
    "rescue.member.left.v1": {"member_key": "M-1", "left_on": "2022-05-08", "reason": None},
    "rescue.mission.participated.v1": {
        "member_key": "M-1",
        "mission_id": "X1",
        "hours": 7.5,
        "from_on": None,
        "to_on": "2022-05-08",
    },
    "consent.granted.v1": {"person": person(), "consent": consent()},
    "consent.withdrawn.v1": {
        "person": person(),
        "purpose": "membership_invitation",
        "withdrawn_on": "2022-05-08",
    },
    "party.identity.corrected.v1": {
        "person": person(name="张丰"),
        "old_doc_kind": None,
        "old_doc_no": None,
        "old_name": "张三丰",
        "proof_ref": None,
        "corrected_on": "2022-05-08",
    },
    "party.deceased.v1": {"person": person(), "deceased_on": "2022-05-08"},
    "subject.erasure.requested.v1": {"person": person(), "requested_on": "2022-05-08", "scope": None},
    "member.application.submitted.v1": {
        "person": person(),
        **_ON,
        "organisation": None,
        "invitation_id": None,
    },
    "member.admitted.v1": {
        "person": person(),
        "card_no": "K1",
        "kind": "adult",
        "organisation": "org-1",
        **_ON,
        "channel": None,
        "invitation_id": None,
    },
    "member.declined.v1": {"person": person(), "by": "person", "reason": None, **_ON, "invitation_id": None},
    "member.transferred.v1": {
        "card_no": "K1",
        "from_organisation": "org-1",
        "to_organisation": "org-2",
        **_ON,
    },
    "member.lapsed.v1": {"card_no": "K1", **_ON},
    "member.resigned.v1": {"card_no": "K1", **_ON},
    "member.expelled.v1": {"card_no": "K1", **_ON},
    "member.corrected.v1": {"card_no": "K1", "kind": "youth", "organisation": None, **_ON},
    "invitation.responded.v1": {"person": person(), "invitation_id": "ab" * 16, "answer": "accepted", **_ON},
    "org.established.v1": {
        "org_id": "org-1",
        "org_class": "society",
        "name": "某区红十字会",
        "parent": None,
        "region": "330106",
        "host_unit": None,
        **_ON,
    },
    "org.dissolved.v1": {"org_id": "org-1", **_ON},
    "org.moved.v1": {
        "org_id": "org-1",
        "name": "新名",
        "org_class": None,
        "region": None,
        "parent": None,
        "host_unit": None,
        **_ON,
    },
    "region.changed.v1": {
        "old_code": "330106",
        "new_code": "330199",
        "township": None,
        "rule": "one_to_one",
        "from_on": "2022-05-08",
    },
    "population.published.v1": {"region": "33", "year": 2021, "value": 65_400_000, "vintage": "2021"},
    "invitation.delivered.v1": {"person": None, "invitation_id": "ab" * 16, **_ON, "channel": "sms"},
    "volunteer.registered.v1": {
        "person": person(),
        "volunteer_key": "V 1",
        "level": "registered",
        "team": None,
        **_ON,
        "region": "330106",
    },
    "volunteer.hours.accrued.v1": {
        "volunteer_key": "V 1",
        "hours": 2.5,
        "total_hours": 320.5,
        "star": 3,
        **_ON,
    },
    "volunteer.left.v1": {"volunteer_key": "V 1", **_ON},
    "donation.money.received.v1": {
        "donor_kind": "person",
        "person": person(),
        "uscc": None,
        "org_name": None,
        "org_region": None,
        "anonymous": False,
        "amount": 200.0,
        "project": None,
        "publicity_ok": None,
        "donation_no": "D 1",
        "donated_on": "2022-05-08",
        "region": "330106",
    },
    "donation.money.refunded.v1": {"donation_no": "D 1", "refunded_on": "2022-05-08"},
    "council.candidate.nominated.v1": {
        "person": person(),
        "council_org": "org-1",
        "term": "9",
        "session_on": "2022-09-01",
        "nominated_by": None,
        **_ON,
    },
    "council.candidate.withdrawn.v1": {"person": person(), "council_org": "org-1", "term": "9", **_ON},
    "project.participant.enrolled.v1": {
        "person": person(),
        "project_id": "P1",
        "role": "helper",
        **_ON,
        "region": "330106",
    },
    "blood.donation.qualified.v1": {
        "person": person(),
        "kind": "whole",
        "donated_on": "2022-05-08",
        "count_to_date": 4,
    },
    "hsc.donor.registered.v1": {"person": person(), "registered_on": "2022-05-08"},
    "hsc.donation.completed.v1": {"person": person(), "completed_month": "2022-05"},
    "organ.intent.registered.v1": {"person": person(), "scope": "organs", **_ON},
    "organ.intent.revoked.v1": {"person": person(), **_ON},
    "organ.family.contactable.v1": {
        "person": person(),
        "relation": "配偶",
        "donor_ref": "D-77",
        "quiet_until": None,
        "coordinator_id": "C-5",
        "released": False,
    },
}

TYPES: Final = tuple(_FIELDS)
SENSITIVE: Final = tuple(
    ce_type for ce_type in TYPES if catalogue().by_type(ce_type).topic in topics.SENSITIVE
)
PROHIBITIONS: Final = tuple(ce_type for ce_type in TYPES if catalogue().by_type(ce_type).prohibition)


def envelope(ce_type: str, **changes: Any) -> dict[str, Any]:
    """Return the envelope of an event that occurred at ``TIME``."""
    attributes: dict[str, Any] = {
        "id": "e-1",
        "source": "synthetic/1",
        "type": ce_type,
        "specversion": "1.0",
        "time": TIME,
        "recordedat": None,
        "dataschema": None,
        "subject": None,
        "region": None,
        "legalmode": None,
        "seq": 0,
    }
    return {**attributes, **changes}


def event(ce_type: str, **changes: Any) -> dict[str, Any]:
    """Return a valid event of the type, with fields changed; ``envelope`` may be given in part."""
    head = envelope(ce_type, **changes.pop("envelope", {}))
    return {"envelope": head, **_FIELDS[ce_type], **changes}


def reading(made: dict[str, Any], **limits: Any) -> Reading:
    """Return the reading of an event's envelope."""
    restrictive = catalogue().by_type(made["envelope"]["type"]).prohibition
    places = Places(data.regions(), data.crosswalk(), TODAY)
    return Reading(made["envelope"], restrictive, NOW, places, Limits(**limits))


def connected(ce_type: str, **changes: Any) -> tuple[Draft, Reading]:
    """Return what the connector makes of an event, and its reading."""
    made = event(ce_type, **changes)
    read = reading(made)
    return BY_TYPE[ce_type](made, read), read


def drafted(ce_type: str, **changes: Any) -> Draft:
    """Return what the connector makes of an event."""
    return connected(ce_type, **changes)[0]
