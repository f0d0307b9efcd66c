"""Why somebody must not be invited, said once more and naively, without the code that decides it.

What is told is kept as a list and looked through for every question: docs/matching.md ("Eligibility" 4,
"Erasure") in the fewest words.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from hub.core.assertion import Assertion, decode

GROWING: Final = frozenset({
    "name_forms", "names_accepted", "conflicts", "deceased_on", "superseded_on", "revoked_on", "refunded_on",
    "withdrawn_on", "declined_on", "never_on", "active_on", "star",
})  # fmt: skip
"""Fields that only grow: when they were written says nothing of how new the rest is."""
_EPOCH: Final = date(1970, 1, 1)
_YEAR: Final = 365


class Known:
    """What is known of one person, in the order in which it was told."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._told: list[tuple[bytes, int, list[Assertion]]] = []
        self._forgotten_until: int | None = None

    def tell(self, record: Mapping[str, Any]) -> None:
        """Take in a ``hub.person_facts``. A ground stands in nobody's way: it is left out."""
        at, asserted = record["occurred_at"], decode(record["assertions"])
        if asserted[0][0] == "ground" or (self._forgotten_until is not None and at <= self._forgotten_until):
            return
        if any("erasure_on" in fields for _, _, fields in asserted):
            lasting = [
                when for _, when, told in self._told for _, _, fields in told if fields.keys() - GROWING
            ]
            self._forgotten_until = max([at, *lasting])
            self._told = []
            return
        self._told.append((record["stamp"], at, asserted))

    def bar(self, organisation: str, region: str, today: int, *, routed: bool = True) -> str:
        """Return why no invitation to an organisation may be open today, or empty.

        ``routed``: it is the one the person would be invited to today.
        """
        ended_on = self._newest("membership", "ended_on")
        member = self._newest("membership", "status")
        forms, accepted = self._all("party", "name_forms"), self._all("party", "names_accepted")
        group = bool(self._newest("party", "group"))
        bars = {
            "dead": bool(self._all("party", "deceased_on")),
            "superseded": bool(self._all("party", "superseded_on")),
            "never": bool(self._all("refusal", "never_on")),
            "declined": any(today < on + _YEAR for on in self._all("refusal", "declined_on")),
            "member": member == "member",
            "left": member not in {None, "member"} and ended_on is not None and today < ended_on + _YEAR,
            "foreign": self._newest("party", "citizen") is False,
            "names": len(forms - accepted) + bool(forms & accepted) > 1,
            "erased": self._forgotten_until is not None and bool(self._refused()),
            "consent": "" if group else self._refused() or self._limited(today),
            "recipient": routed and not group and not self._covers(organisation, region),
            "guardian": not group and self._minor(today) and not self._consent("guardian"),
        }
        return next((name for name, holds in bars.items() if holds), "")

    def _refused(self) -> str:
        """Return why there is no consent at all."""
        if self._consent("status") != "granted":
            return "not granted"
        granted_on = self._consent("granted_on")
        withdrawn = self._all("consent", "withdrawn_on")
        return "withdrawn" if any(granted_on is None or on > granted_on for on in withdrawn) else ""

    def _limited(self, today: int) -> str:
        """Return why a consent that was granted does not serve."""
        begins, ends = self._consent("granted_on"), self._consent("expires_on")
        if begins is not None and today < begins:
            return "not begun"
        if ends is not None and today > ends:
            return "expired"
        if (self._consent("notice_version") or "") < "2021-11":
            return "old notice"
        return "" if "p" in (self._consent("data_classes") or ()) else "data class"

    def _covers(self, organisation: str, region: str) -> bool:
        names = [name for name in self._consent("recipients") or () if name]
        return any(name == organisation or name == region[: len(name)] for name in names)

    def _minor(self, today: int) -> bool:
        born_on = self._newest("party", "birth_day")
        if born_on is None:
            return False
        born, now = _EPOCH + timedelta(born_on), _EPOCH + timedelta(today)
        return now.year - born.year - ((now.month, now.day) < (born.month, born.day)) < 18

    def _consent(self, name: str) -> Any:
        return self._newest("consent", name)

    def _newest(self, kind: str, name: str) -> Any:
        """Return what was said last of a field of which the last word counts."""
        said = [(stamp, fields[name]) for stamp, fields in self._about(kind) if name in fields]
        return max(said, key=lambda each: each[0])[1] if said else None

    def _all(self, kind: str, name: str) -> set[Any]:
        """Return all that was ever said of a field that only grows."""
        said = [fields[name] for _, fields in self._about(kind) if fields.get(name) is not None]
        return {one for each in said for one in (each if isinstance(each, (list, tuple)) else (each,))}

    def _about(self, kind: str) -> list[tuple[bytes, Mapping[str, Any]]]:
        return [(stamp, fields) for stamp, _, told in self._told for each, _, fields in told if each == kind]
