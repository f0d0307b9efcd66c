"""Region codes in today's edition: the packaged crosswalk, and the changes published since.

What is stored of a person's residence was in the current edition when it arrived. A region may be
renamed, merged or split afterwards: ``region.changed`` events carry on from there, each from its day.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.core.region import Crosswalk
from hub.core.routing import COUNTY


class Edition:
    """Region codes in the edition of a day. Mutable: one per worker, fed by the broadcast topic."""

    def __init__(self, crosswalk: Crosswalk) -> None:
        """Start from the packaged crosswalk."""
        self._packaged = crosswalk
        self.crosswalk = crosswalk
        """The packaged crosswalk with the changes published since; another object after each change."""
        self._changes: dict[str, Mapping[str, Any]] = {}
        self._answers: dict[str, str] = {}
        self._answered_for = 0

    def change(self, key: str, change: Mapping[str, Any] | None) -> None:
        """Take a ``hub.region_change`` in, or None to take back the one with that key."""
        if change is None:
            self._changes.pop(key, None)
        else:
            self._changes[key] = change
        self.crosswalk = self._packaged
        for _, each in sorted(self._changes.items()):
            self.crosswalk = self.crosswalk.with_change(
                each["old_code"], each["new_code"], each["township"], each["rule"], each["from_on"]
            )
        self._answers.clear()

    def starts(self, key: str) -> int | None:
        """Return the first day of the change with that key, None when there is none."""
        change = self._changes.get(key)
        return change["from_on"] if change is not None else None

    def upcoming(self, day: int) -> list[tuple[str, int]]:
        """Return the changes that take effect after ``day``: key and first day."""
        return sorted((key, each["from_on"]) for key, each in self._changes.items() if each["from_on"] > day)

    def resolve(self, code: str, today: int) -> str:
        """Return what today's edition knows of a code: its 12, 9 or 6 digits, or empty.

        Answers are kept for the day: there are some thousand codes, and everybody has one.
        """
        if today != self._answered_for:
            self._answers.clear()
            self._answered_for = today
        answer = self._answers.get(code)
        if answer is None:
            known = self.crosswalk.resolve(code, None, today).code or ""
            answer = self._answers[code] = known if len(known) >= COUNTY else ""
        return answer
