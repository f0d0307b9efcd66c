"""A rule book that asks organisations to act, and knows a ground that is not named; organisations above."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hub.core.organisation import Directory
from tests.unit.core.people import (
    COUNTY,
    TODAY,
    FakeBook,
    FakeGuard,
    FakeHit,
    FakeRule,
    directory,
    organisation,
)

F10: Final = FakeRule("F10", 0, reason_en="stands for the council", makes="admission_task")
F18: Final = FakeRule("F18", 3, reason_en="has moved", makes="transfer_notice")
SHARED: Final = FakeRule("F7", 3, reason_en="gave money", public="F0", discloses=("name", "amount"))
SECRET: Final = FakeRule("F5", 2, reason_en="gave cells", public="F0", data_class="s", discloses=("name",))
OTHER: Final = "330109"


@dataclass(frozen=True)
class AskingBook(FakeBook):
    """Beside :class:`FakeBook`: a gift is F7, named F0; candidacies make F10, members who moved F18."""

    weekday: int | None = None
    """The day of the week on which P3 is invited."""

    def outlook(
        self, facts: Mapping[str, Sequence[Mapping[str, Any]]], today: int
    ) -> tuple[tuple[FakeHit, ...], int | None]:
        """Return the grounds that hold, best first, and the day after the first ground or session."""
        gifts = tuple(("gift", entry["key"]) for entry in facts.get("gift", ()))
        found, change = super().outlook(facts, today)
        if gifts:
            found = (*found, FakeHit(SHARED, None, gifts))
            found = tuple(sorted(found, key=lambda hit: (hit.rule.priority, hit.rule.public or hit.rule.id)))
        sessions = [entry["session_on"] + 1 for entry in facts.get("candidacy", ()) if "session_on" in entry]
        days = [day for day in (change, *sessions) if day is not None and day > today]
        return found, min(days, default=None)

    def guard(self, facts: Mapping[str, Sequence[Mapping[str, Any]]], today: int) -> FakeGuard | None:
        """Return the first guard that applies; stale grounds only where nothing else does."""
        found = super().guard(facts, today)
        if found is None and facts["subject"][0]["stale_grounds"]:
            return FakeGuard("stale_grounds", "hold")
        return found

    def path(self, facts: Mapping[str, Sequence[Mapping[str, Any]]], today: int) -> str:
        """Return group for organisations."""
        return "group" if facts["subject"][0]["group"] else super().path(facts, today)

    def task_hits(self, facts: Mapping[str, Sequence[Mapping[str, Any]]], today: int) -> tuple[FakeHit, ...]:
        """Return a hit per nomination before its session, and one for a member who moved."""
        found = [
            FakeHit(F10, entry["session_on"], (("candidacy", entry["key"]),))
            for entry in facts.get("candidacy", ())
            if entry.get("status") == "nominated" and entry.get("session_on", -1) >= today
        ]
        return (*found, FakeHit(F18, None, ())) if facts["subject"][0]["moved"] else tuple(found)

    def ground(self, priority: int) -> FakeRule:
        """Return the unnamed ground."""
        return FakeRule("F0", priority, reason_en="did good", public="F0", data_class="s")

    def rule(self, rule_id: str) -> FakeRule | None:
        """Return a rule by id."""
        own = next((rule for rule in (SECRET, SHARED) if rule.id == rule_id), None)
        return own or super().rule(rule_id)

    def batch_weekday(self, priority: int) -> int | None:  # type: ignore[override]
        """Return the day of the week for P3."""
        return self.weekday if priority == 3 else None


CANDIDACY: Final[dict[str, Any]] = {
    "council_org": "SOC", "term": "7", "session_on": TODAY + 60, "nominated_on": TODAY - 3,
    "status": "nominated",
}  # fmt: skip
GROUND: Final[dict[str, Any]] = {"holds": True, "priority": 2, "since_on": TODAY - 9}
NAMED: Final[dict[str, Any]] = {**GROUND, "disclosed": ["F5"], "recipients": [COUNTY]}
"""A ground that the person agreed to have named in their county."""
BOTH: Final = ["p", "s"]
"""Data classes of a consent that covers the ground that is not named."""
ABOVE: Final = {
    "SOC": {**organisation("society", COUNTY), "parent": "CITY"},
    "SOC9": organisation("society", OTHER),
    "CITY": organisation("society", "3301"),
    "PROV": organisation("society", "33"),
}


def society(**more: dict[str, Any]) -> Directory:
    """Return the societies of two counties, their city and the province."""
    return directory(**{**ABOVE, **more})


def dissolve(known: Directory, *org_ids: str, on: int = TODAY) -> Directory:
    """Dissolve organisations, in place, and return the directory."""
    nothing = dict.fromkeys(("org_class", "name", "parent", "region", "host_unit"))
    for org_id in org_ids:
        known.announce(org_id, "dissolved", {**nothing, "on": on, "stamp": b"2"})
    return known
