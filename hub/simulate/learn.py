"""The naive reading of an event into what is known. Independent of the hub: the event contracts only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from hub.simulate.calendar import add_months, china_day
from hub.simulate.entry import Entry, Stamp
from hub.simulate.happening import RESTRICTIVE, Happening
from hub.simulate.known import Known
from hub.simulate.territory import Territory

__all__ = ("PURPOSE", "Told", "learn", "say", "stamp_of")

_CERTIFICATE_MONTHS: Final = 36
PURPOSE: Final = "membership_invitation"
_ONLY_GROWS: Final = frozenset({
    "training.certificate.revoked.v1", "rescue.mission.participated.v1", "volunteer.hours.accrued.v1",
    "donation.money.refunded.v1", "party.deceased.v1",
})  # fmt: skip
"""Event types that say nothing but firsts, lasts and most: it is not kept when they were said."""


@dataclass(slots=True, frozen=True)
class Told:
    """One event that arrives on a day."""

    happening: Happening
    stamp: Stamp
    territory: Territory
    today: int

    @property
    def fields(self) -> dict[str, Any]:
        """What it says beside the person."""
        return self.happening.fields

    @property
    def occurred_on(self) -> int:
        """The day on which it occurred."""
        return china_day(self.happening.at)

    @property
    def region(self) -> str | None:
        """The region of the office it comes from: its own, else that of its envelope."""
        code = self.fields.get("region") or self.happening.county
        return self.territory.office(code, self.occurred_on, self.today) if code else None


def stamp_of(happening: Happening) -> Stamp:
    """Return what decides between two events about one field."""
    return happening.at, happening.type in RESTRICTIVE, happening.seq


def learn(known: Known, happening: Happening, territory: Territory, today: int) -> None:
    """Take one event's facts in, for the document it is about.

    What ends or forbids says only whom it is about: the rest of its block is not taken in.
    """
    told = Told(happening, stamp_of(happening), territory, today)
    known.met = True
    spoken = happening.block is not None and happening.type not in RESTRICTIVE
    if spoken or happening.type not in _ONLY_GROWS:
        known.newest = max(happening.at, known.newest or happening.at)
    if happening.block is not None and happening.type not in RESTRICTIVE:
        say(told, known.names, known.conflicts, known.party)
    if happening.consent is not None and happening.consent["purpose"] == PURPOSE:
        known.consent.put(told.stamp, **granted(happening.consent))
    _READERS[happening.type](known, told)


def granted(grant: dict[str, Any]) -> dict[str, Any]:
    """Return a consent as it is kept."""
    return {"status": "granted"} | {name: value for name, value in grant.items() if name != "purpose"}


def say(told: Told, names: set[str], conflicts: set[str], party: Entry) -> None:
    """Take in what a block says of the person."""
    block = told.happening.block or {}
    if block.get("conflict"):
        conflicts.add(block["conflict"])
    if block["name"] is not None:
        names.add(block["name"])
    said = {name: block.get(name) for name in ("birth", "citizen", "student", "residence", "host_unit")}
    said["residence"] = told.territory.received(said["residence"], told.occurred_on, told.today)
    party.put(told.stamp, **{name: value for name, value in said.items() if value is not None})


def _entry(entries: dict[Any, Entry], key: Any, told: Told, **values: Any) -> Entry:
    """Put values, but for those that are not known, into the entry with a key."""
    entry = entries.setdefault(key, Entry())
    entry.put(told.stamp, **{name: value for name, value in values.items() if value is not None})
    return entry


def _course(known: Known, told: Told) -> None:
    fields = told.fields
    key = (fields["course_kind"], fields["course_id"], fields["completed_on"])
    known.courses.setdefault(key, {"completed_on": fields["completed_on"], "region": told.region})


def _certificate(known: Known, told: Told) -> None:
    fields = told.fields
    until = fields["expires_on"]
    if until is None:
        until = add_months(fields["issued_on"], _CERTIFICATE_MONTHS) - 1
    _entry(
        known.certificates, fields["cert_no"], told, kind=fields["cert_kind"], issued_on=fields["issued_on"],
        expires_on=until, region=told.region,
    )  # fmt: skip


def _renewed(known: Known, told: Told) -> None:
    _entry(known.certificates, told.fields["cert_no"], told, expires_on=told.fields["new_expires_on"])


def _revoked(known: Known, told: Told) -> None:
    known.revoked.add(told.fields["cert_no"])


def _registered(known: Known, told: Told) -> None:
    fields = told.fields
    _entry(
        known.teams, fields["member_key"], told, status="active", joined_on=fields["joined_on"],
        region=told.region,
    )  # fmt: skip


def _graded(known: Known, told: Told) -> None:
    _entry(known.teams, told.fields["member_key"], told, grade=told.fields["grade"])


def _left(known: Known, told: Told) -> None:
    _entry(known.teams, told.fields["member_key"], told, status="left")


def _mission(known: Known, told: Told) -> None:
    fields = told.fields
    key = (fields["mission_id"], fields["member_key"])
    known.missions.setdefault(key, Entry()).most(until_on=fields["to_on"])


def _volunteer(known: Known, told: Told) -> None:
    fields = told.fields
    _entry(
        known.volunteers, fields["volunteer_key"], told, status="active", level=fields["level"],
        registered_on=fields["on"], region=told.region,
    )  # fmt: skip


def _hours(known: Known, told: Told) -> None:
    fields = told.fields
    entry = known.volunteers.setdefault(fields["volunteer_key"], Entry())
    entry.most(active_on=fields["on"])
    if fields["star"] is not None:
        entry.most(star=fields["star"])


def _volunteer_left(known: Known, told: Told) -> None:
    _entry(known.volunteers, told.fields["volunteer_key"], told, status="left")


def _gift(known: Known, told: Told) -> None:
    fields = told.fields
    gifts = known.gifts if fields["donor_kind"] == "person" else known.org_gifts
    _entry(gifts, fields["donation_no"], told, donated_on=fields["donated_on"], region=told.region)
    if fields["donor_kind"] == "org":
        seat = told.territory.received(fields["org_region"], told.occurred_on, told.today)
        known.party.put(told.stamp, group=True, **({} if seat is None else {"residence": seat}))


def _refunded(known: Known, told: Told) -> None:
    known.refunded.add(told.fields["donation_no"])


def _nominated(known: Known, told: Told) -> None:
    fields = told.fields
    _entry(
        known.candidacies, (fields["council_org"], fields["term"]), told, status="nominated",
        session_on=fields["session_on"],
    )  # fmt: skip


def _candidate_withdrawn(known: Known, told: Told) -> None:
    _entry(known.candidacies, (told.fields["council_org"], told.fields["term"]), told, status="withdrawn")


def _helper(known: Known, told: Told) -> None:
    fields = told.fields
    _entry(
        known.projects, fields["project_id"], told, role=fields["role"], enrolled_on=fields["on"],
        region=told.region,
    )  # fmt: skip


def _withdrawn(known: Known, told: Told) -> None:
    if told.fields["purpose"] == PURPOSE:
        known.consent.put(told.stamp, status="withdrawn")
        known.consent.most(withdrawn_on=told.fields["withdrawn_on"])


def _corrected(known: Known, told: Told) -> None:
    block = told.happening.block or {}
    known.accepted.add(block["name"])
    if told.fields["old_name"] is not None:
        known.accepted.add(told.fields["old_name"])


def _deceased(known: Known, told: Told) -> None:
    known.deceased = True
    day = told.fields["deceased_on"]
    known.deceased_on = day if known.deceased_on is None else min(day, known.deceased_on)


def _submitted(known: Known, told: Told) -> None:
    known.application.put(told.stamp, status="submitted", on=told.fields["on"])


def _admitted(known: Known, told: Told) -> None:
    fields = told.fields
    known.membership.put(
        told.stamp, status="member", kind=fields["kind"], organisation=fields["organisation"]
    )
    known.application.put(told.stamp, status="admitted", on=fields["on"])
    known.cards.add(fields["card_no"])
    _membership_changed(known, told)


def _declined(known: Known, told: Told) -> None:
    known.decline(told.fields["on"])
    known.application.put(told.stamp, status="declined", on=told.fields["on"])


def _ended(known: Known, told: Told) -> None:
    status = told.happening.type.split(".")[1]
    known.membership.put(told.stamp, status=status, ended_on=told.fields["on"])
    _membership_changed(known, told)


def _transferred(known: Known, told: Told) -> None:
    known.membership.put(told.stamp, organisation=told.fields["to_organisation"])
    _membership_changed(known, told)


def _membership_changed(known: Known, told: Told) -> None:
    fields, move = told.fields, told.happening.type.split(".")[1]
    key = (fields["card_no"], move, fields["on"], fields.get("to_organisation"))
    known.changes.setdefault(key, {"move": move, "on": fields["on"], "channel": fields.get("channel")})


def _membership_corrected(known: Known, told: Told) -> None:
    said = {name: told.fields[name] for name in ("kind", "organisation") if told.fields[name] is not None}
    known.membership.put(told.stamp, **said)


def _responded(known: Known, told: Told) -> None:
    answer, on = told.fields["answer"], told.fields["on"]
    known.response.put(told.stamp, answer=answer, on=on)
    if answer in {"declined", "never"}:
        known.decline(on)
    known.never = known.never or answer == "never"


def _delivered(known: Known, told: Told) -> None:
    on = told.fields["on"]
    known.delivered_on = on if known.delivered_on is None else max(known.delivered_on, on)


def _nothing(_known: Known, _told: Told) -> None:
    """Learn nothing beyond the block and the consent."""


_READERS: Final = {
    "training.course.completed.v1": _course,
    "training.certificate.issued.v1": _certificate,
    "training.certificate.renewed.v1": _renewed,
    "training.certificate.revoked.v1": _revoked,
    "rescue.member.registered.v1": _registered,
    "rescue.member.graded.v1": _graded,
    "rescue.member.left.v1": _left,
    "rescue.mission.participated.v1": _mission,
    "volunteer.registered.v1": _volunteer,
    "volunteer.hours.accrued.v1": _hours,
    "volunteer.left.v1": _volunteer_left,
    "donation.money.received.v1": _gift,
    "donation.money.refunded.v1": _refunded,
    "council.candidate.nominated.v1": _nominated,
    "council.candidate.withdrawn.v1": _candidate_withdrawn,
    "project.participant.enrolled.v1": _helper,
    "consent.granted.v1": _nothing,
    "consent.withdrawn.v1": _withdrawn,
    "party.identity.corrected.v1": _corrected,
    "party.deceased.v1": _deceased,
    "member.application.submitted.v1": _submitted,
    "member.admitted.v1": _admitted,
    "member.declined.v1": _declined,
    "member.lapsed.v1": _ended,
    "member.resigned.v1": _ended,
    "member.expelled.v1": _ended,
    "member.transferred.v1": _transferred,
    "member.corrected.v1": _membership_corrected,
    "invitation.responded.v1": _responded,
    "invitation.delivered.v1": _delivered,
}
