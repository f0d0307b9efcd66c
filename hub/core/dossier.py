"""What is known of one person, put together from the records of the hub's topics. Pure.

Of somebody who was erased, what is older than the erasure is left out: the records lie on append-only
topics until their time is over, but nobody is told what they say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from hub.core import dates, erasure, ground, masking
from hub.core.assertion import Assertion
from hub.core.erasure import Stub
from hub.core.fact import BY_NAME, FieldType

GROUND_TYPE: Final = "hub.ground"
"""Type of what the stage for class s tells: of class s itself, whatever it says."""
_DAYS: Final = ("issued_on", "valid_until", "reminded_on", "due_on", "session_on")
_LEFT_OUT: Final = frozenset({"envelope", "contact", "person", "sealed", "named"})


def stub_of(facts: Iterable[tuple[Mapping[str, Any], Sequence[Assertion]]]) -> Stub | None:
    """Return what erasures leave of a person by all their facts, in the order of the topic; None = none."""
    stub: Stub | None = None
    newest, grounds = b"", b""
    for record, assertions in facts:
        if stub is not None and erasure.drops(stub, record["stamp"], assertions):
            continue
        own = erasure.kind_of(assertions)
        if own == erasure.GROUND:
            grounds = max(grounds, record["stamp"])
        elif own != erasure.CONFLICT:
            newest = max(newest, record["stamp"])
        if erasure.requested(assertions) is not None:
            stub = Stub(newest, ground=grounds, at=record["received_at"])
    return stub


def erasures(facts: Iterable[tuple[Mapping[str, Any], Sequence[Assertion]]]) -> list[str]:
    """Return the days on which the person asked for erasure, each once, in order."""
    days = {erasure.requested(assertions) for _, assertions in facts}
    return [dates.iso(day) for day in sorted(day for day in days if day is not None)]


def fact(
    record: Mapping[str, Any], assertions: Sequence[Assertion], contact: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return what one event said, as it is shown."""
    return {
        "type": record.get("type", ""),
        "source": record.get("source", ""),
        "event_id": record["event_id"],
        "received_at": record["received_at"],
        "asserts": [
            {
                "kind": kind,
                "key": key.hex(),
                "fields": {name: _shown(kind, name, fields[name]) for name in fields},
            }
            for kind, key, fields in assertions
        ],
        "contact": dict(contact) if contact is not None else None,
    }


def secret(record: Mapping[str, Any], assertions: Sequence[Assertion]) -> bool:
    """Return whether a record of the ordinary facts is of class s all the same: it tells of a ground."""
    return record["type"] == GROUND_TYPE or any(kind == ground.KIND for kind, _, _ in assertions)


def stands(stub: Stub | None, record: Mapping[str, Any]) -> bool:
    """Return whether a decision is later than every erasure, or is what an erasure left."""
    return stub is None or record["tick"] > stub.at or record["code"] == erasure.CODE


def decision(record: Mapping[str, Any], *, secrets: bool) -> dict[str, Any]:
    """Return an opened decision as it is shown; without ``secrets`` not that it rests on class s.

    Then the rules are as they are named outside, without the days of their grounds, and an event of the
    stage that keeps class s is none.
    """
    shown = {name: value for name, value in record.items() if name not in _LEFT_OUT}
    if not secrets:
        named = record.get("named", record["rules"])
        shown["rules"] = [{name: rule[name] for name in rule if name != "until"} for rule in named]
        if ground.telling(record["cause_event_id"], record["person"]):
            shown["cause_event_id"] = None
        shown["facts_used"] = [used for used in record["facts_used"] if used["kind"] != ground.KIND]
    return shown


def output(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return an invitation or a task as it is shown."""
    shown = {name: value for name, value in record.items() if name not in _LEFT_OUT}
    return shown | {name: dates.iso(shown[name]) for name in _DAYS if shown.get(name) is not None}


def masked(document: Any) -> Any:
    """Return a document with every contact block in it masked."""
    if isinstance(document, Mapping):
        return {
            name: masking.contact(value) if name == "contact" and value else masked(value)
            for name, value in document.items()
        }
    if isinstance(document, list | tuple):
        return [masked(each) for each in document]
    return document


def _shown(kind: str, name: str, value: Any) -> Any:
    known = BY_NAME.get(kind)
    field = known.field(name) if known is not None else None
    if field is not None and field.type is FieldType.DAY and value is not None:
        return dates.iso(value)
    return value
