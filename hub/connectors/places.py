"""Region codes as sources write them: what is known of them in the current edition.

A code that the crosswalk cannot take to the current edition, or not to *one* region of it, is cut
back to what is known: the township, the county, the city. Everything below counts as not declared
(docs/matching.md, "Route").
"""

from __future__ import annotations

from typing import Final

from hub.core.codes import Code
from hub.core.region import Crosswalk, RegionTable, normal_code

COUNTY: Final = 6
"""Digits of a county's code."""
CITY: Final = 4
"""Digits of a city's code."""
_MAX_ANSWERS: Final = 65_536
"""Most answers of one sort kept, about 10 MB: 1,400 townships and villages in fifty eras."""


class Places:
    """The region table and the crosswalk, asked together as of one day. Pure; it remembers its answers."""

    def __init__(self, regions: RegionTable, crosswalk: Crosswalk, today: int) -> None:
        """Take both as they are on ``today``; for another day or after a change of codes, make a new one."""
        self.crosswalk: Final = crosswalk
        self.today: Final = today
        self._regions: Final = regions
        self._answers: dict[tuple[str, str | None, int], str | None] = {}
        self._offices: dict[tuple[str, int], str | None] = {}

    def on(self, today: int, crosswalk: Crosswalk) -> Places:
        """Return the places as of ``today``: itself when that changes nothing.

        What is remembered goes along while no change of codes lies between the days.
        """
        if today == self.today and crosswalk is self.crosswalk:
            return self
        places = Places(self._regions, crosswalk, today)
        if crosswalk is self.crosswalk and crosswalk.era(today) == crosswalk.era(self.today):
            places._answers, places._offices = self._answers, self._offices  # of its own kind
        return places

    def residence(self, code: str, township: str | None, written_on: int) -> str | None:
        """Return what is known of a residence declared on ``written_on``: 4 to 12 digits, or None.

        Four digits mean: somewhere in that city, which county is not known (330104 without a township).
        """
        # By era, not by day: nearly each is met again, and hardly any by day: saves 3 µs an event.
        asked = (code, township, self.crosswalk.era(written_on))
        try:
            return self._answers[asked]
        except KeyError:
            if len(self._answers) >= _MAX_ANSWERS:
                self._answers.clear()
            answer = self._answers[asked] = self._known(code, township, written_on)
            return answer

    def problem(self, code: str, township: str | None, written_on: int) -> Code | None:
        """Return why the county of a residence is not known; None when it is, or was never said."""
        return self.crosswalk.resolve(code, township, self.today, written_on=written_on).problem

    def office(self, code: str, written_on: int) -> str | None:
        """Return what is known of an office's region, at least its county, or None."""
        asked = (code, self.crosswalk.era(written_on))
        try:
            return self._offices[asked]
        except KeyError:
            if len(self._offices) >= _MAX_ANSWERS:
                self._offices.clear()
            known = self.residence(code, None, written_on)
            answer = known if known is not None and len(known) >= COUNTY else None
            self._offices[asked] = answer
            return answer

    def territory(self, code: str) -> str | None:
        """Return an organisation's region in the current edition; None for what is no code at all.

        The directory knows its own regions: one that is newer than the table keeps its code.
        """
        resolved = self.crosswalk.resolve(code, None, self.today)
        return resolved.code if resolved.code is not None and resolved.exact else normal_code(code)

    def _known(self, code: str, township: str | None, written_on: int) -> str | None:
        resolved = self.crosswalk.resolve(code, township, self.today, written_on=written_on)
        if resolved.code is not None:
            return resolved.code if len(resolved.code) >= CITY else None
        city = (normal_code(code) or "")[:CITY]
        return city if len(city) == CITY and self._regions.exists(city) else None
