"""The packaged region table, read once: names of regions, villages of counties, counties of cities."""

from __future__ import annotations

import csv
import io
import re
from typing import Final

__all__ = ("Gazetteer",)

_COUNTY: Final = 6
_TOWNSHIP: Final = 9
_REAL_VILLAGE: Final = 400  # digits 10 to 12: below, a community or a village; above, something like one
_ELSEWHERE: Final = 97  # every so many villages: a few hundred of a province
_SUFFIX: Final = re.compile("(?:街道办事处|街道|镇|民族乡|乡)$")
_DIVIDED: Final = frozenset({"330109", "330110", "330212", "330327", "330383"})
"""Counties whose codes have changed by township in the past: a code of theirs may mean something else."""


class Gazetteer:
    """The regions of one edition. Codes of 2, 4, 6, 9 and 12 digits."""

    def __init__(self, table: str) -> None:
        """Read the CSV ``table`` (code, name, parent, level)."""
        rows = list(csv.DictReader(io.StringIO(table)))
        self.names: Final = {row["code"]: row["name"] for row in rows}
        self._villages: dict[str, list[str]] = {}
        for row in rows:
            if row["level"] == "village" and int(row["code"][_TOWNSHIP:]) < _REAL_VILLAGE:
                self._villages.setdefault(row["code"][:_COUNTY], []).append(row["code"])

    def villages(self, county: str) -> list[str]:
        """Return the villages and communities of a county; ValueError for one that is not there."""
        if len(county) != _COUNTY or county not in self.names:
            message = f"no county {county} in the region table: give six digits, such as 330604"
            raise ValueError(message)
        return sorted(self._villages.get(county, ()))

    def elsewhere(self, counties: tuple[str, ...]) -> list[str]:
        """Return some villages of the province that lie in none of these counties."""
        province = counties[0][:2]
        found = [
            village
            for county, villages in sorted(self._villages.items())
            if county.startswith(province) and county not in counties
            for village in sorted(villages)
        ]
        return found[::_ELSEWHERE]

    def counties(self, within: str) -> list[str]:
        """Return the counties of a city or province whose codes never meant anything else."""
        return sorted(
            county for county in self._villages if county.startswith(within) and county not in _DIVIDED
        )

    def cities(self, province: str) -> list[str]:
        """Return the cities of a province, by code."""
        return sorted({county[:4] for county in self._villages if county.startswith(province)})

    def namesake(self, township: str, county: str) -> str | None:
        """Return the township of another county that bears the same name, whatever its kind."""
        stem = self._stem(township)
        return next(
            (code for code in self.names if len(code) == _TOWNSHIP and code[:_COUNTY] == county
             and self._stem(code) == stem), None,
        )  # fmt: skip

    def _stem(self, township: str) -> str:
        name = self.names[township]
        return _SUFFIX.sub("", name) or name
