"""Schemas and records that several tests of this package use. All data is synthetic."""

from __future__ import annotations

import json
from typing import Any

from hub.schemas.catalogue import Catalogue

ENVELOPE: dict[str, Any] = {
    "id": "e-1",
    "source": "/redcross/33/training",
    "type": "training.certificate.issued.v1",
    "specversion": "1.0",
    "time": "2022-05-08T09:30:00+08:00",
    "recordedat": None,
    "dataschema": None,
    "subject": "s-1234",
    "region": "330106",
    "legalmode": "consent",
    "seq": 3,
}

CERTIFICATE: dict[str, Any] = {
    "envelope": ENVELOPE,
    "person": {
        "name": "王小明",
        "doc_kind": "resident_id",
        "doc_no": "339901199003071236",
        "birth_date": "1990-03-07",
        "sex": "男",
        "phone": None,
        "residence_region": "330106001001",
        "residence_township": "北山街道",
        "host_unit": None,
        "nationality": "CN",
        "student": False,
        "guardian": {"name": "王大明", "phone": None, "relation": "father"},
        "consent": {
            "purpose": "membership_invitation",
            "recipients": ["33", "330106"],
            "data_classes": ["p"],
            "notice_version": "2021-03",
            "channel": "paper",
            "granted_on": "2022-05-08",
            "expires_on": None,
            "guardian": True,
            "legal_basis": None,
        },
    },
    "cert_kind": "first_aider",
    "cert_no": "ZJ-2022-000123",
    "issued_on": "2022-05-08",
    "expires_on": "2025-05-07",
    "issuer_org": None,
    "class_id": "c-12",
    "region": "330106",
}

FACTS: dict[str, Any] = {
    "person": bytes(range(16)),
    "event_id": "e-1",
    "source": "/redcross/33/training",
    "type": "training.certificate.issued.v1",
    "occurred_at": 1_651_973_400_000,
    "received_at": 1_651_975_400_000,
    "stamp": bytes(25),
    "assertions": bytes(range(120)),
    "contact": bytes(300),
    "origin": {"topic": "redcross.training.events", "partition": 3, "offset": 123_456},
}

PERSON = {
    "type": "record",
    "name": "Who",
    "namespace": "t",
    "doc": "d",
    "docZh": "d",
    "fields": [{"name": "name", "type": "string", "class": "p", "doc": "d", "docZh": "d"}],
}


def event(*fields: dict[str, Any], ce_type: str = "thing.happened.v1", **extra: Any) -> dict[str, Any]:
    """Return the JSON of an event schema; fields get docs and a class unless they have them."""
    dressed = [{"class": "-", "doc": "d", "docZh": "d", **field} for field in fields]
    return {
        "type": "record",
        "name": "Happened",
        "namespace": "t",
        "ceType": ce_type,
        "topic": "redcross.things.events",
        "prohibition": False,
        "doc": "d",
        "docZh": "d",
        "fields": dressed,
        **extra,
    }


def load(*events: dict[str, Any], **released: dict[str, Any]) -> Catalogue:
    """Return a catalogue of events (and the record t.Who); keyword ``v1`` is the released version 1."""
    texts = {f"{each['ceType']}.avsc": json.dumps(each) for each in events}
    texts["t.Who.avsc"] = json.dumps(PERSON)
    for name, each in released.items():
        texts[f"released/{each['ceType']}/{name.removeprefix('v')}.avsc"] = json.dumps(each)
    return Catalogue.load(texts)
