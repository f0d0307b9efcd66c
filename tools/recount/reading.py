"""Raw records into rows: what each event says, of whom, and whether it can be taken in at all."""

from __future__ import annotations

import json
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

from tools.recount.days import day_of, instant, read_day
from tools.recount.frames import Frames
from tools.recount.names import lost, one_form
from tools.recount.papers import NOBODY, WRONG, contradicts, credit_code, person_of
from tools.recount.places import Places
from tools.recount.topics import Record

__all__ = ("COLUMNS", "CONFIDENTIAL", "Rows")

COLUMNS: Final = (
    "n", "arrived", "topic", "system", "type", "day", "verdict", "moment", "occurred", "restrictive", "seq",
    "confidential", "spoken", "person", "old_person", "alias", "residence", "office", "name", "accepted",
    "doubtful", "covers_s", "fields",
)  # fmt: skip
"""Of a row. ``person`` and ``alias`` are names that only serve to tell one from another."""
_FUTURE: Final = timedelta(days=2)
_ENDING: Final = frozenset({
    "training.certificate.revoked.v1", "rescue.member.left.v1", "consent.withdrawn.v1", "party.deceased.v1",
    "subject.erasure.requested.v1", "member.declined.v1", "member.lapsed.v1", "member.resigned.v1",
    "member.expelled.v1", "invitation.responded.v1", "donation.money.refunded.v1",
    "council.candidate.withdrawn.v1", "organ.intent.revoked.v1",
})  # fmt: skip
"""What ends or forbids: its dates are read as well as can be, and of its block only whom it is about."""
CONFIDENTIAL: Final = frozenset({"blood", "stem-cell", "organ"})
"""Systems of class s."""
_DIRECTORY: Final = "directory"
_KEYS: Final = ("cert_no", "member_key", "volunteer_key", "donation_no", "card_no")
"""Keys that sources have of a person; each event has one of them at most."""
_MAY_BE_EMPTY: Final = frozenset({"member.admitted.v1"})
_DATES: Final = frozenset({"on", "quiet_until"})
_DONOR: Final = frozenset({"self", "donor", "本人", "捐献者", "捐献者本人"})
_MONTH: Final = "completed_month"
_PURPOSE: Final = "membership_invitation"
_LEFT_OUT: Final = frozenset({"envelope", "person"})


class _RefusedError(Exception):
    """The event cannot be taken in: ``verdict`` says what becomes of it."""

    def __init__(self, verdict: str) -> None:
        super().__init__(verdict)
        self.verdict = verdict


class Rows:
    """Reads records in the order in which they arrived."""

    def __init__(self, frames: Frames, places: Places) -> None:
        """Take how to decode, and the region codes, which the events add to."""
        self._frames = frames
        self._places = places
        self._schemas: dict[str, Mapping[str, Any]] = {}
        self.hub: dict[str, list[tuple[Record, dict[str, Any] | None]]] = {}
        """Records of the hub's own topics, by topic."""
        self.as_of = date.min
        """The day of the newest tick, else of the newest record."""

    def read(self, records: Iterable[Record]) -> list[dict[str, Any]]:
        """Return a row for each upstream record."""
        upstream: list[Record] = []
        for record in records:
            if record.topic.startswith("redcross."):
                upstream.append(record)
            else:
                found = self._frames.decode(record.value)
                self.hub.setdefault(record.topic, []).append((record, found.body if found else None))
        upstream.sort(key=lambda each: (each.timestamp, each.topic, each.partition, each.offset))
        ticks = sorted(
            (record.timestamp, body["now"])
            for record, body in self.hub.get("hub.ticks", ())
            if body is not None
        )
        times = [timestamp for timestamp, _ in ticks]

        def arrived(record: Record) -> date:
            at = bisect_right(times, record.timestamp)
            return day_of(ticks[at - 1][1] if at else record.timestamp)

        self.as_of = day_of(ticks[-1][1]) if ticks else max(map(arrived, upstream), default=date.min)
        return [self._row(n, record, arrived(record)) for n, record in enumerate(upstream)]

    def _row(self, n: int, record: Record, today: date) -> dict[str, Any]:
        row: dict[str, Any] = dict.fromkeys(COLUMNS)
        system = record.topic.split(".")[1]
        row |= {
            "n": n, "arrived": today, "topic": record.topic, "system": system, "type": "unknown",
            "day": today, "verdict": "rejected", "confidential": system in CONFIDENTIAL,
        }  # fmt: skip
        decoded = self._frames.decode(record.value)
        if decoded is None:
            return row
        row["type"], row["restrictive"] = decoded.type, decoded.type in _ENDING
        if decoded.body is None:
            return row
        try:
            self._envelope(decoded.body["envelope"], today, row)
            self._take(decoded.body, today, row)
        except _RefusedError as refused:
            row["verdict"] = refused.verdict
        else:
            row["verdict"] = "taken"
        return row

    def _envelope(self, envelope: Mapping[str, Any], today: date, row: dict[str, Any]) -> None:
        at = instant(envelope["time"])
        blank = not envelope["id"].strip() or not envelope["source"].strip()
        ahead = at is None or day_of(at) > today + _FUTURE
        if (blank or ahead) and not row["restrictive"]:
            raise _RefusedError("rejected")
        assert at is not None  # of what ends something, sources know the time
        row |= {"moment": at, "occurred": day_of(at), "seq": max(envelope["seq"], 0), "day": day_of(at)}

    def _take(self, body: dict[str, Any], today: date, row: dict[str, Any]) -> None:
        kind = row["type"]
        if body.get("anonymous") or str(body.get("role", "")).strip().lower() == "beneficiary":
            raise _RefusedError("forgotten")
        fields = dict(self._fields(body, row))
        row["fields"] = json.dumps(fields, ensure_ascii=False)
        if row["system"] == _DIRECTORY:
            self._announce(kind, fields)
            return
        self._who(body, row)
        key = next((name for name in _KEYS if name in body), None)
        if key is not None:
            value = "".join(unicodedata.normalize("NFKC", body[key] or "").split()).lower()
            if value:
                row["alias"] = f"{key} {value}"
            elif kind not in _MAY_BE_EMPTY:
                raise _RefusedError("rejected")
        if row["person"] is None and row["alias"] is None:
            raise _RefusedError("rejected")
        self._where(body, today, row)

    def _fields(self, body: Mapping[str, Any], row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """Yield the fields, dates as ISO; refuse what must be said and cannot be read."""
        for name, value in body.items():
            if name in _LEFT_OUT or isinstance(value, dict | list):
                continue
            if name == _MONTH:
                yield name, self._day(f"{value}-01", row, needed=True)
            elif name in _DATES or name.endswith("_on"):
                needed = value is not None
                yield name, self._day(value, row, needed=needed)
            elif isinstance(value, str):
                yield name, value.strip()
            else:
                yield name, value
        if str(body.get("relation", "")).strip().lower() in _DONOR:
            raise _RefusedError("rejected")

    def _day(self, text: str | None, row: Mapping[str, Any], *, needed: bool) -> str | None:
        day = read_day(text)
        if day is None and needed:
            if not row["restrictive"]:
                raise _RefusedError("rejected")
            day = row["occurred"]
        return day.isoformat() if day is not None else None

    def _who(self, body: Mapping[str, Any], row: dict[str, Any]) -> None:
        """Find the person that the event names; refuse what names nobody for sure."""
        if body.get("donor_kind") == "org":
            code = credit_code(body["uscc"])
            if code is None:
                raise _RefusedError("rejected")
            row["person"] = f"organisation {code}"
            return
        block = body.get("person")
        if block is None:
            return
        born = read_day(block["birth_date"])
        found = person_of(block["doc_kind"], block["doc_no"], born)
        either = row["type"].startswith(("member.", "invitation.")) and bool(
            body.get("invitation_id") or body.get("card_no")
        )
        if found == WRONG and not row["restrictive"]:
            raise _RefusedError("rejected")
        if found in {WRONG, NOBODY}:
            if row["confidential"]:
                raise _RefusedError("rejected")
            if either:
                return
            raise _RefusedError("parked" if block["name"] or block["doc_no"] else "rejected")
        row["person"] = found
        if not row["restrictive"]:
            self._spoken(body, found, born, row)
        if body.get("old_doc_no"):
            old = person_of(body["old_doc_kind"], body["old_doc_no"], born)
            row["old_person"] = None if old in {WRONG, NOBODY, found} else old

    def _spoken(self, body: Mapping[str, Any], found: str, born: date | None, row: dict[str, Any]) -> None:
        """Read what an event says of its person beside whom it is about."""
        block = body["person"]
        row["spoken"] = True
        name = (block["name"] or "").strip()
        row["doubtful"] = contradicts(found, born, block["sex"]) or lost(name)
        if name and not lost(name):
            row["name"] = one_form(name)
        if row["type"] == "party.identity.corrected.v1":
            row["accepted"] = [one_form(each) for each in (name, body["old_name"]) if each]
        consent = body.get("consent") or block["consent"]
        if consent is not None and consent["purpose"].strip().lower() == _PURPOSE:
            row["covers_s"] = "s" in consent["data_classes"]

    def _where(self, body: Mapping[str, Any], today: date, row: dict[str, Any]) -> None:
        """Read the region codes, as of the day on which they arrive."""
        block = body.get("person")
        if row["spoken"] and block is not None:
            home, township = block["residence_region"], block["residence_township"]
            row["residence"] = self._places.received(home, township, today, row["occurred"])
        elif body.get("donor_kind") == "org":
            row["residence"] = self._places.received(body["org_region"], None, today, row["occurred"])
        office = body.get("region") or body["envelope"]["region"]
        code = self._places.received(office, None, today, row["occurred"])
        row["office"] = code if code is not None and len(code) >= 6 else None

    def _announce(self, kind: str, fields: Mapping[str, Any]) -> None:
        if kind == "region.changed.v1":
            on = date.fromisoformat(fields["from_on"])
            self._places.announce(
                fields["old_code"], fields["new_code"], fields["township"], fields["rule"], on
            )
