"""What the expectation knows of one document, or of one organisation that gave. Plain dictionaries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hub.simulate.calendar import china_day
from hub.simulate.duties import Duty
from hub.simulate.entry import Entry
from hub.simulate.inviting import Invitation
from hub.simulate.secret import Secret, Told

__all__ = ("Known",)

Entries = dict[Any, Entry]


@dataclass(slots=True)
class Known:
    """Everything learnt about one document. ``secret`` is what matching does not know."""

    met: bool = False
    """Matching knows them: something that is not of class s was said, or a ground was told."""
    names: set[str] = field(default_factory=set)
    accepted: set[str] = field(default_factory=set)
    conflicts: set[str] = field(default_factory=set)
    party: Entry = field(default_factory=Entry)
    deceased: bool = False
    deceased_on: int | None = None
    superseded: bool = False
    review_on: int | None = None
    """The day since which a human has to look first."""
    never: bool = False
    declined_on: int | None = None
    delivered_on: int | None = None
    courses: dict[Any, dict[str, Any]] = field(default_factory=dict)
    certificates: Entries = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    teams: Entries = field(default_factory=dict)
    missions: Entries = field(default_factory=dict)
    volunteers: Entries = field(default_factory=dict)
    gifts: Entries = field(default_factory=dict)
    org_gifts: Entries = field(default_factory=dict)
    refunded: set[str] = field(default_factory=set)
    cards: set[str] = field(default_factory=set)
    changes: dict[Any, dict[str, Any]] = field(default_factory=dict)
    """What happened to memberships: by card, event type, day and organisation joined, what it said."""
    projects: Entries = field(default_factory=dict)
    candidacies: Entries = field(default_factory=dict)
    consent: Entry = field(default_factory=Entry)
    membership: Entry = field(default_factory=Entry)
    application: Entry = field(default_factory=Entry)
    response: Entry = field(default_factory=Entry)
    secret: Secret | None = None
    told: Told | None = None
    last: Invitation | None = None
    duties: dict[tuple[str, Any], list[Duty]] = field(default_factory=dict)
    past: list[Duty] = field(default_factory=list)
    """Tasks of before an erasure: nothing more comes of them."""
    newest: int | None = None
    """When the newest of what is known, or the contact block, was said (ms)."""
    erased_at: int | None = None
    """The instant of an erasure: what is not later is not taken in."""
    held: str | None = None
    codes: set[str] = field(default_factory=set)

    @property
    def group(self) -> bool:
        """Whether this is an organisation."""
        return bool(self.party.get("group"))

    @property
    def member(self) -> bool:
        """Whether the registry says: a member."""
        return self.membership.get("status") == "member"

    @property
    def left_on(self) -> int | None:
        """The day on which a membership ended, if it did and nobody is a member now."""
        return None if self.membership.get("status") in {None, "member"} else self.membership.get("ended_on")

    @property
    def review(self) -> bool:
        """Whether a human has to look first."""
        names = len(self.names - self.accepted) + bool(self.names & self.accepted)
        return self.superseded or bool(self.conflicts) or names > 1

    @property
    def busy(self) -> bool:
        """Whether an invitation or a task runs: then what happens has a history."""
        return (self.last is not None and self.last.open) or any(
            not duties[-1].over for duties in self.duties.values()
        )

    @property
    def erased(self) -> bool:
        """Whether they asked for erasure, and have not consented since."""
        if self.erased_at is None:
            return False
        if self.consent.get("status") != "granted":
            return True
        barred_until = max(china_day(self.erased_at), self.consent.get("withdrawn_on", 0))
        return bool(self.consent["granted_on"] < barred_until)

    @property
    def aliases(self) -> set[tuple[str, str]]:
        """The keys that sources have for them."""
        kinds = {
            "cert_no": (*self.certificates, *self.revoked), "member_key": self.teams,
            "volunteer_key": self.volunteers,
            "donation_no": (*self.gifts, *self.org_gifts, *self.refunded), "card_no": self.cards,
        }  # fmt: skip
        return {(kind, value) for kind, values in kinds.items() for value in values}

    def keeps_out(self, at: int) -> bool:
        """Whether what was said at an instant is older than an erasure."""
        return self.erased_at is not None and at <= self.erased_at

    def decline(self, on: int) -> None:
        """Remember the latest refusal."""
        self.declined_on = on if self.declined_on is None else max(self.declined_on, on)
