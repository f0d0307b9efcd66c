"""A happening: one upstream event as meant, before anything spoils it on its way."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

__all__ = ("RESTRICTIVE", "SENSITIVE", "SYSTEMS", "Effect", "Fate", "Happening", "system_of")

SYSTEMS: Final = (
    "directory", "training", "rescue", "volunteer", "donation", "blood", "stem-cell", "organ", "council",
    "project", "consent", "party", "registry",
)  # fmt: skip
"""The upstream systems; each publishes on ``redcross.<system>.events``."""

RESTRICTIVE: Final = frozenset({
    "training.certificate.revoked.v1", "rescue.member.left.v1", "consent.withdrawn.v1", "party.deceased.v1",
    "subject.erasure.requested.v1", "member.declined.v1", "member.lapsed.v1", "member.resigned.v1",
    "member.expelled.v1", "invitation.responded.v1", "donation.money.refunded.v1",
    "council.candidate.withdrawn.v1", "organ.intent.revoked.v1",
})  # fmt: skip
"""Event types that end or forbid something: at the same instant they win."""


SENSITIVE: Final = frozenset({
    "blood.donation.qualified.v1", "hsc.donor.registered.v1", "hsc.donation.completed.v1",
    "organ.intent.registered.v1", "organ.intent.revoked.v1", "organ.family.contactable.v1",
})  # fmt: skip
"""Event types of class s."""


class Effect(Enum):
    """What an event does to a person's path, for the order-free rule of :mod:`hub.simulate.agenda`."""

    OPENS = "opens"  #: adds grounds or permission: several on one day end alike in any order
    TURNS = "turns"  #: ends, forbids, answers or corrects: alone on its day
    TABLES = "tables"  #: changes the directory: keeps everybody whose route it concerns quiet that day


class Fate(Enum):
    """What becomes of an event."""

    TAKEN = "taken"
    DEAD = "dead"  #: a dead letter with ``code``
    PARKED = "parked"  #: parked on the identity topic with reason ``code``
    FORGOTTEN = "forgotten"  #: counted in the flow ``code``, and nothing of it is kept


@dataclass(slots=True)
class Happening:
    """One event. Days in ``fields`` are integers; ``block`` is what it says of a person.

    ``keys`` are the documents it concerns (also through an alias), for the agenda. ``subject`` is
    the document named in the event itself; ``alias`` the (kind, value) it carries.
    """

    type: str
    at: int
    subject: str | None = None
    block: dict[str, Any] | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    alias: tuple[str, str] | None = None
    consent: dict[str, Any] | None = None
    keys: tuple[str, ...] = ()
    effect: Effect = Effect.OPENS
    fate: Fate = Fate.TAKEN
    code: str = ""
    problem: str = ""
    serial: int = 0
    seq: int = 0
    county: str = ""
    """Of the office it comes from: it stands in the envelope."""

    @property
    def system(self) -> str:
        """The upstream system that publishes it."""
        return system_of(self.type)


_PREFIXES: Final = (
    ("training.", "training"), ("rescue.", "rescue"), ("volunteer.", "volunteer"), ("donation.", "donation"),
    ("blood.", "blood"), ("hsc.", "stem-cell"), ("organ.", "organ"), ("council.", "council"),
    ("project.", "project"), ("consent.", "consent"), ("party.", "party"),
    ("subject.", "party"), ("member.", "registry"), ("invitation.", "registry"), ("org.", "directory"),
    ("region.", "directory"), ("population.", "directory"),
)  # fmt: skip


def system_of(event_type: str) -> str:
    """Return the upstream system of an event type."""
    return next(system for prefix, system in _PREFIXES if event_type.startswith(prefix))
