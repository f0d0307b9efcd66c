"""From a happening to the event that a system publishes: topic, key, framed Avro.

Keys are event ids: they tell nothing of anybody. Sources start with ``synthetic/``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from hub.simulate.blemishes import blemish, blemish_bytes
from hub.simulate.calendar import china_ms, iso
from hub.simulate.happening import Happening

__all__ = ("Encoder", "Message", "Writer", "Writers", "event_body")

_DAY_MS: Final = 86_400_000
_RECORDED: Final = "T20:00:00+08:00"
_NOT_PUBLISHED: Final = frozenset({"old_document", "township_code", "lands_in"})
_TABLES_ONLY: Final = ("region", "host_unit")
_UNSAID: Final[dict[str, None]] = dict.fromkeys((
    "name", "doc_kind", "doc_no", "birth_date", "sex", "phone", "residence_region", "residence_township",
    "host_unit", "nationality", "student", "guardian", "consent",
))  # fmt: skip

Writer = Callable[[dict[str, Any]], bytes]
Writers = Callable[[str], Writer]
"""Event type → function from a body to its framed bytes: ``Codec.writer``."""


class Message(NamedTuple):
    """One record to publish."""

    topic: str
    key: bytes
    value: bytes


class Encoder:
    """Writes happenings; remembers what it wrote, for exact repetitions."""

    def __init__(self, writers: Writers, seed: int) -> None:
        """Encode with ``writers``; ids name the seed, sources the county of the office."""
        self._writers = writers
        self._seed = seed
        self._written: dict[int, Message] = {}

    def message(self, happening: Happening, published: int) -> Message:
        """Return the record for a happening published on a day; the same one when it is repeated."""
        known = self._written.get(happening.serial)
        if known is not None:
            return known
        event_id = f"syn-{self._seed}-{happening.serial:07}"
        body = event_body(happening, event_id, published)
        blemish(body, happening)
        value = blemish_bytes(self._writers(happening.type)(body), happening)
        message = Message(f"redcross.{happening.system}.events", event_id.encode(), value)
        self._written[happening.serial] = message
        return message


def event_body(happening: Happening, event_id: str, published: int) -> dict[str, Any]:
    """Return the event as a dictionary, before any blemish."""
    county = happening.county
    body: dict[str, Any] = {
        "envelope": {
            "id": event_id,
            "source": f"synthetic/{county}/{happening.system}",
            "type": happening.type,
            "specversion": "1.0",
            "time": _instant(happening.at),
            "recordedat": iso(published) + _RECORDED,
            "dataschema": None,
            "subject": None,
            "region": county,
            "legalmode": "consent",
            "seq": happening.seq,
        }
    }
    for name, value in happening.fields.items():
        if name in _NOT_PUBLISHED or (happening.type == "org.dissolved.v1" and name in _TABLES_ONLY):
            continue
        body[name] = iso(value) if isinstance(value, int) and _is_day(name) else value
    if happening.type in _MAY_NAME or happening.block is not None:
        body["person"] = _person(happening)
    if happening.type == "consent.granted.v1" and happening.consent is not None:
        body["consent"] = _consent(happening.consent)
        body["person"]["consent"] = None
    return body


_MAY_NAME: Final = frozenset({
    "member.admitted.v1", "member.declined.v1", "invitation.responded.v1", "invitation.delivered.v1",
    "donation.money.received.v1",
})  # fmt: skip
_DAYS: Final = frozenset({"on", "retraining_date", "quiet_until"})


def _is_day(name: str) -> bool:
    return name in _DAYS or name.endswith("_on")


def _instant(at: int) -> str:
    day, since = divmod(at - china_ms(0), _DAY_MS)
    seconds, milliseconds = divmod(since, 1000)
    return (
        f"{iso(day)}T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{milliseconds:03}+08:00"
    )


def _person(happening: Happening) -> dict[str, Any] | None:
    block = happening.block
    if block is None:
        return None
    person: dict[str, Any] = dict(_UNSAID)
    person["name"], person["doc_kind"], person["doc_no"] = block["name"], block["doc_kind"], block["doc_no"]
    if "phone" in block:
        person["birth_date"] = iso(block["birth"])
        person["sex"] = block["sex"]
        person["phone"] = block["phone"]
        person["residence_region"] = block["residence"]
        person["host_unit"] = block["host_unit"]
        person["nationality"] = block["nationality"]
        person["student"] = block["student"]
        person["guardian"] = block["guardian"]
    if happening.consent is not None:
        person["consent"] = _consent(happening.consent)
    return person


def _consent(grant: dict[str, Any]) -> dict[str, Any]:
    return {
        "purpose": grant["purpose"],
        "recipients": grant["recipients"],
        "data_classes": grant["data_classes"],
        "notice_version": grant["notice_version"],
        "channel": "synthetic",
        "granted_on": iso(grant["granted_on"]),
        "expires_on": None if grant["expires_on"] is None else iso(grant["expires_on"]),
        "guardian": grant["guardian"],
        "legal_basis": None,
    }
