"""What the expectation knows of one document, and the naive reading of an event into it.

Independent of the hub: only ``docs/matching.md`` and the event contracts, in plain dictionaries.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from hub.simulate.calendar import add_months
from hub.simulate.happening import RESTRICTIVE, Happening

__all__ = ("Entry", "Invitation", "Known", "OrderMattersError", "learn")

_CERTIFICATE_MONTHS: Final = 36
PURPOSE: Final = "membership_invitation"


class OrderMattersError(Exception):
    """Two events of one instant say different things: the simulation itself is at fault."""


class Entry(dict[str, Any]):
    """Field → value, of which the newest by (instant, restrictive, sequence) stays."""

    __slots__ = ("stamps",)

    def __init__(self) -> None:
        """Start with nothing known."""
        super().__init__()
        self.stamps: dict[str, tuple[int, bool, int]] = {}

    def put(self, stamp: tuple[int, bool, int], **values: Any) -> None:
        """Keep each value unless a newer one is there; OrderMattersError on a tie of two values."""
        for name, value in values.items():
            before = self.stamps.get(name)
            if before is None or stamp > before:
                self[name] = value
                self.stamps[name] = stamp
            elif stamp == before and self[name] != value:
                raise OrderMattersError(name)


@dataclass(slots=True)
class Invitation:
    """One invitation as the expectation sees it."""

    episode: int
    issued_on: int
    status: str
    priority: int
    rules: tuple[str, ...]
    kind: str
    organisation: str
    valid_until: int
    cause: str | None = None
    ended_on: int | None = None

    @property
    def open(self) -> bool:
        """Whether it still runs."""
        return self.status in {"issued", "accepted", "applied"}

    def view(self) -> tuple[Any, ...]:
        """Return what is compared: everything but ids and the change that led here."""
        return (
            self.episode, self.status, self.cause, self.priority, self.rules, self.kind, self.organisation,
            self.valid_until,
        )  # fmt: skip


@dataclass(slots=True)
class Known:
    """Everything learnt about one document."""

    names: set[str] = field(default_factory=set)
    accepted: set[str] = field(default_factory=set)
    conflicts: set[str] = field(default_factory=set)
    party: Entry = field(default_factory=Entry)
    deceased: bool = False
    erased: bool = False
    superseded: bool = False
    never: bool = False
    declined_on: int | None = None
    courses: dict[Any, dict[str, Any]] = field(default_factory=dict)
    certificates: dict[str, Entry] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    teams: dict[str, Entry] = field(default_factory=dict)
    consent: Entry = field(default_factory=Entry)
    membership: Entry = field(default_factory=Entry)
    application: Entry = field(default_factory=Entry)
    response: Entry = field(default_factory=Entry)
    last: Invitation | None = None
    held: str | None = None

    def decline(self, on: int) -> None:
        """Remember the latest refusal."""
        self.declined_on = on if self.declined_on is None else max(self.declined_on, on)


def learn(known: Known, happening: Happening) -> None:
    """Take one event's facts in, for the document it is about.

    What ends or forbids says only whom it is about: the rest of its block is not taken in.
    """
    stamp = (happening.at, happening.type in RESTRICTIVE, happening.seq)
    if happening.block is not None and happening.type not in RESTRICTIVE:
        _learn_block(known, happening, stamp)
    if happening.consent is not None:
        grant = happening.consent
        if grant["purpose"] == PURPOSE:
            known.consent.put(stamp, status="granted", **{k: v for k, v in grant.items() if k != "purpose"})
    _READERS[happening.type](known, happening, stamp)


def _learn_block(known: Known, happening: Happening, stamp: tuple[int, bool, int]) -> None:
    block = happening.block or {}
    if block.get("conflict"):
        known.conflicts.add(block["conflict"])
    if block["name"] is not None:
        known.names.add(block["name"])
    said = {name: block.get(name) for name in ("birth", "citizen", "student", "residence", "host_unit")}
    known.party.put(stamp, **{name: value for name, value in said.items() if value is not None})


def _course(known: Known, happening: Happening, _stamp: tuple[int, bool, int]) -> None:
    fields = happening.fields
    key = (fields["course_kind"], fields["course_id"], fields["completed_on"])
    known.courses.setdefault(key, {"completed_on": fields["completed_on"], "region": fields["region"]})


def _certificate(known: Known, happening: Happening, stamp: tuple[int, bool, int]) -> None:
    fields = happening.fields
    until = fields["expires_on"]
    if until is None:
        until = add_months(fields["issued_on"], _CERTIFICATE_MONTHS) - 1
    known.certificates.setdefault(fields["cert_no"], Entry()).put(
        stamp,
        kind=fields["cert_kind"],
        issued_on=fields["issued_on"],
        expires_on=until,
        region=fields["region"],
    )


def _renewed(known: Known, happening: Happening, stamp: tuple[int, bool, int]) -> None:
    entry = known.certificates.setdefault(happening.fields["cert_no"], Entry())
    entry.put(stamp, expires_on=happening.fields["new_expires_on"])


def _revoked(known: Known, happening: Happening, _stamp: tuple[int, bool, int]) -> None:
    known.revoked.add(happening.fields["cert_no"])


def _registered(known: Known, happening: Happening, stamp: tuple[int, bool, int]) -> None:
    fields = happening.fields
    known.teams.setdefault(fields["member_key"], Entry()).put(
        stamp, status="active", joined_on=fields["joined_on"], region=fields["region"]
    )


def _graded(known: Known, happening: Happening, stamp: tuple[int, bool, int]) -> None:
    fields = happening.fields
    known.teams.setdefault(fields["member_key"], Entry()).put(stamp, grade=fields["grade"])


def _left(known: Known, happening: Happening, stamp: tuple[int, bool, int]) -> None:
    known.teams.setdefault(happening.fields["member_key"], Entry()).put(stamp, status="left")


def _withdrawn(known: Known, happening: Happening, stamp: tuple[int, bool, int]) -> None:
    if happening.fields["purpose"] == PURPOSE:
        known.consent.put(stamp, status="withdrawn")


def _corrected(known: Known, happening: Happening, _stamp: tuple[int, bool, int]) -> None:
    block = happening.block or {}
    known.accepted.add(block["name"])
    if happening.fields["old_name"] is not None:
        known.accepted.add(happening.fields["old_name"])


def _deceased(known: Known, _happening: Happening, _stamp: tuple[int, bool, int]) -> None:
    known.deceased = True


def _erasure(known: Known, _happening: Happening, _stamp: tuple[int, bool, int]) -> None:
    known.erased = True


def _submitted(known: Known, happening: Happening, stamp: tuple[int, bool, int]) -> None:
    known.application.put(stamp, status="submitted", on=happening.fields["on"])


def _admitted(known: Known, happening: Happening, stamp: tuple[int, bool, int]) -> None:
    known.membership.put(stamp, status="member", kind=happening.fields["kind"])
    known.application.put(stamp, status="admitted", on=happening.fields["on"])


def _declined(known: Known, happening: Happening, stamp: tuple[int, bool, int]) -> None:
    known.decline(happening.fields["on"])
    known.application.put(stamp, status="declined", on=happening.fields["on"])


def _ended(known: Known, happening: Happening, stamp: tuple[int, bool, int]) -> None:
    status = happening.type.split(".")[1]
    known.membership.put(stamp, status=status, ended_on=happening.fields["on"])


def _transferred(_known: Known, _happening: Happening, _stamp: tuple[int, bool, int]) -> None:
    """Change the organisation only, which nothing here depends on."""


def _membership_corrected(known: Known, happening: Happening, stamp: tuple[int, bool, int]) -> None:
    if happening.fields["kind"] is not None:
        known.membership.put(stamp, kind=happening.fields["kind"])


def _responded(known: Known, happening: Happening, stamp: tuple[int, bool, int]) -> None:
    answer, on = happening.fields["answer"], happening.fields["on"]
    known.response.put(stamp, answer=answer, on=on)
    if answer in {"declined", "never"}:
        known.decline(on)
    known.never = known.never or answer == "never"


def _nothing(_known: Known, _happening: Happening, _stamp: tuple[int, bool, int]) -> None:
    """Learn nothing beyond the block and the consent."""


_READERS: Final = {
    "training.course.completed.v1": _course,
    "training.certificate.issued.v1": _certificate,
    "training.certificate.renewed.v1": _renewed,
    "training.certificate.revoked.v1": _revoked,
    "rescue.member.registered.v1": _registered,
    "rescue.member.graded.v1": _graded,
    "rescue.member.left.v1": _left,
    "rescue.mission.participated.v1": _nothing,
    "consent.granted.v1": _nothing,
    "consent.withdrawn.v1": _withdrawn,
    "party.identity.corrected.v1": _corrected,
    "party.deceased.v1": _deceased,
    "subject.erasure.requested.v1": _erasure,
    "member.application.submitted.v1": _submitted,
    "member.admitted.v1": _admitted,
    "member.declined.v1": _declined,
    "member.lapsed.v1": _ended,
    "member.resigned.v1": _ended,
    "member.expelled.v1": _ended,
    "member.transferred.v1": _transferred,
    "member.corrected.v1": _membership_corrected,
    "invitation.responded.v1": _responded,
}
