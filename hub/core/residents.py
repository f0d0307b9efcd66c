"""Residents by region and vintage: what membership is measured against.

Several figures of one region are known, of several years and editions. A figure of a day rests on the one
of the newest year that is not after that day's; of two editions of one year, on the greater name.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple


class Residents(NamedTuple):
    """The residents of a region, by one edition."""

    region: str
    year: int
    value: int
    vintage: str

    @property
    def told(self) -> str:
        """Return year and edition, as a figure says what it is divided by."""
        return f"{self.year} {self.vintage}"


class Population:
    """All editions that are known. Immutable."""

    def __init__(self, known: Iterable[Residents]) -> None:
        """Take them in any order."""
        self._known: dict[str, list[Residents]] = {}
        for each in sorted(set(known), key=lambda each: (each.region, each.year, each.vintage, each.value)):
            self._known.setdefault(each.region, []).append(each)

    def at(self, region: str, year: int) -> Residents | None:
        """Return what a figure of that year rests on, None when nothing is known that early."""
        return next((each for each in reversed(self._known.get(region, ())) if each.year <= year), None)

    def regions(self) -> tuple[str, ...]:
        """Return the regions of which something is known."""
        return tuple(self._known)

    def all(self) -> tuple[Residents, ...]:
        """Return everything that is known."""
        return tuple(each for editions in self._known.values() for each in editions)


def parse(text: str) -> tuple[Residents, ...]:
    """Return the editions of a CSV text ``region,year,value,vintage``; lines with # are remarks."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return tuple(
        Residents(row["region"], int(row["year"]), int(row["value"]), row["vintage"])
        for row in csv.DictReader(lines)
    )


def published(records: Iterable[Mapping[str, Any]]) -> tuple[Residents, ...]:
    """Return the editions of ``hub.population`` records."""
    return tuple(Residents(each["region"], each["year"], each["value"], each["vintage"]) for each in records)
