"""The naive reading of what concerns class s: into :class:`~hub.simulate.secret.Secret`."""

from __future__ import annotations

from typing import Any, Final

from hub.simulate.calendar import china_day, day_number
from hub.simulate.entry import Entry
from hub.simulate.happening import RESTRICTIVE, SENSITIVE, Happening
from hub.simulate.known import Known
from hub.simulate.learn import PURPOSE, Told, granted, say, stamp_of
from hub.simulate.secret import DISCLOSURE, Secret, tell
from hub.simulate.territory import Territory

__all__ = ("ask", "concerns_all", "confide", "confidential")

_QUIET_DAYS: Final = 180


def concerns_all(happening: Happening) -> bool:
    """Whether an event that is not of class s concerns what is of class s too."""
    consent = happening.consent or {}
    return happening.type in {
        "party.deceased.v1", "subject.erasure.requested.v1", "consent.withdrawn.v1"
    } or consent.get("purpose") == DISCLOSURE  # fmt: skip


def confidential(happening: Happening) -> bool:
    """Whether matching must not hear of an event at all: of class s, or about nothing but its being named."""
    if happening.type == "consent.withdrawn.v1":
        return bool(happening.fields["purpose"] == DISCLOSURE)
    return happening.type in SENSITIVE


def confide(known: Known, happening: Happening, territory: Territory, today: int) -> None:
    """Take one event in, unless the person asked for erasure after it."""
    told = Told(happening, stamp_of(happening), territory, today)
    if known.secret is None:
        known.secret = Secret()
    secret = known.secret
    if secret.forgotten is not None and happening.at <= secret.forgotten:
        return
    if happening.type == "subject.erasure.requested.v1":
        known.secret = Secret(forgotten=max(happening.at, secret.newest or 0, secret.forgotten or 0))
        return
    if happening.type != "party.deceased.v1":
        secret.newest = max(happening.at, secret.newest or happening.at)
    if happening.block is not None and happening.type not in RESTRICTIVE:
        say(told, secret.names, secret.conflicts, secret.party)
    if happening.consent is not None:
        secret.consent(happening.consent["purpose"]).put(told.stamp, **granted(happening.consent))
    _READERS.get(happening.type, _other if happening.type in SENSITIVE else _granted)(secret, told)


def ask(known: Known, today: int, minimum: str) -> bool:
    """Let matching be told what may be told of somebody today; return whether that is news."""
    secret = known.secret
    if secret is None:
        return False
    found, beside = tell(secret, today, minimum), None
    if found is not None:
        known.met = True
        known.newest = max(secret.newest or 0, known.newest or 0)
        known.names |= secret.names
        known.conflicts |= secret.conflicts
        known.party.absorb(secret.party)
        known.consent.absorb(secret.consent(PURPOSE))
        beside = secret.beside()
    if (found, beside) != (secret.told, secret.mark):
        secret.told, secret.mark = found, beside
        known.told = found
        return True
    return False


def _donated(secret: Secret, told: Told) -> None:
    secret.stem_cells.add(day_number(f"{told.fields['completed_month']}-01"))


def _family(secret: Secret, told: Told) -> None:
    fields = told.fields
    quiet = fields["quiet_until"]
    if quiet is None:
        quiet = china_day(told.happening.at) + _QUIET_DAYS
    entry = secret.families.setdefault(fields["donor_ref"], Entry())
    entry.put(told.stamp, released=fields["released"])
    entry.most(quiet_until=quiet)


def _withdrawn(secret: Secret, told: Told) -> None:
    taken_back = secret.consent(told.fields["purpose"])
    taken_back.put(told.stamp, status="withdrawn")
    taken_back.most(withdrawn_on=told.fields["withdrawn_on"])


def _deceased(secret: Secret, _told: Told) -> None:
    secret.deceased = True


def _granted(_secret: Secret, _told: Told) -> None:
    """Learn nothing beyond the block and the consent."""


def _other(secret: Secret, _told: Told) -> None:
    secret.others = True


_READERS: Final[dict[str, Any]] = {
    "hsc.donation.completed.v1": _donated,
    "organ.family.contactable.v1": _family,
    "consent.withdrawn.v1": _withdrawn,
    "consent.granted.v1": _granted,
    "party.deceased.v1": _deceased,
}
