"""Regions: the table of one edition of the codes, and the crosswalk from older editions to it.

A code nests: 2 digits province, 4 city, 6 county (GB/T 2260), 9 township, 12 village or community
(statistical codes). Names are no keys: one province has 21 villages called 三联.

Counties are renamed, merged and split. The crosswalk takes a code as some source still writes it to the
code of the current edition: *one to one*; *by township*, when a county was split or dissolved into
others, and then the township's name decides; or *manual*. Where it cannot tell, it says so: whoever
guesses a county hands a person's data to the wrong society.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from hub.core.codes import Code
from hub.core.dates import parse_day

LEVELS: Final = {2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}
"""Number of digits -> level."""

_PARENT_LENGTH: Final = {4: 2, 6: 4, 9: 6, 12: 9}
_TOWNSHIP_SUFFIX: Final = re.compile("(?:街道办事处|街道|镇|民族乡|乡)$")
_HOPS: Final = 8  # a code has changed three times at most so far; ends a circle in wrong data


def normal_code(text: str) -> str | None:
    """Return a code as 2, 4, 6, 9 or 12 digits without padding zeros, None when it is none.

    ``330102000000`` and ``330102`` are one county.
    """
    code = unicodedata.normalize("NFKC", text).strip()
    if len(code) not in LEVELS or not (code.isascii() and code.isdecimal()):
        return None
    while (length := _PARENT_LENGTH.get(len(code))) and not code[length:].strip("0"):
        code = code[:length]
    return code


def township_stem(name: str) -> str:
    """Return a township's name without its kind, which changes: 白杨 for 白杨街道 and 白杨镇."""
    text = "".join(unicodedata.normalize("NFKC", name).split())
    return _TOWNSHIP_SUFFIX.sub("", text) or text


class RegionTable:
    """The regions of one edition. Immutable."""

    __slots__ = ("_townships", "names")

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names: Final[Mapping[str, str]] = dict(names)
        """Code -> name, in the order of the edition."""
        self._townships: dict[tuple[str, str], str] = {
            (code[:6], township_stem(name)): code for code, name in names.items() if len(code) == 9
        }

    @classmethod
    def parse(cls, text: str) -> RegionTable:
        """Return the table of a CSV text with the columns ``code`` and ``name`` (others are ignored)."""
        return cls({row["code"]: row["name"] for row in csv.DictReader(text.splitlines())})

    def __len__(self) -> int:
        """Return the number of regions of all levels."""
        return len(self.names)

    def __contains__(self, code: object) -> bool:
        """Return whether the edition has the code."""
        return code in self.names

    def __repr__(self) -> str:
        """Show the size."""
        return f"RegionTable({len(self)} regions)"

    def exists(self, code: str) -> bool:
        """Return whether the edition has the code, in normal form."""
        return code in self.names

    def name(self, code: str) -> str | None:
        """Return the region's own name, such as 上城区; None for an unknown code."""
        return self.names.get(code)

    def level(self, code: str) -> str | None:
        """Return province, city, county, township or village; None when the length fits none."""
        return LEVELS.get(len(code))

    def county(self, code: str) -> str | None:
        """Return the county a code lies in (itself for a county), None above the county level."""
        return code[:6] if len(code) >= 6 else None

    def parent(self, code: str) -> str | None:
        """Return the code one level up, None for a province."""
        length = _PARENT_LENGTH.get(len(code))
        return None if length is None else code[:length]

    def codes(self, level: str, under: str = "") -> Iterator[str]:
        """Yield the codes of a level that lie in ``under`` (everywhere by default), in order."""
        return (code for code in self.names if LEVELS[len(code)] == level and code.startswith(under))

    def township(self, county: str, name: str) -> str | None:
        """Return the nine-digit code of a township by its name within a county, whatever its kind is."""
        return self._townships.get((county, township_stem(name)))

    def bears(self, name: str) -> bool:
        """Return whether any region bears the name, with or without the words for its kind."""
        text = "".join(unicodedata.normalize("NFKC", name).split())
        return bool(text) and any(own.startswith(text) for own in self.names.values())


def is_village(code: str) -> bool:
    """Return whether a 12-digit code is a community (001-199) or a village (200-399).

    The rest, 类似, is what stands in for one: a farm, a development zone. It counts in no rate.
    """
    return len(code) == 12 and "001" <= code[9:] <= "399"


class Change(NamedTuple):
    """One row of the crosswalk: from ``from_on``, what was ``old`` is ``new``."""

    old: str
    new: str
    township: str
    """The township it holds for; "" for all (one_to_one, manual)."""
    rule: str
    """one_to_one, by_township or manual."""
    from_on: int


class Resolved(NamedTuple):
    """What a code came to: a code of the current edition, or a problem."""

    code: str | None
    problem: Code | None
    exact: bool
    """False when levels below ``code`` were given but are not known in this edition."""


class _Rules(NamedTuple):
    """The changes of one old county."""

    default: Change | None
    manual: Change | None
    townships: dict[str, Change]


class Crosswalk:
    """Dated changes of county codes, over the table they lead to. Immutable; ``with_change`` copies."""

    __slots__ = ("_days", "_moving", "_names", "_new", "_rules", "_table", "changes")

    def __init__(self, changes: Iterable[Change], table: RegionTable) -> None:
        # Later rows replace earlier ones about the same old, new and township: changes can be redelivered.
        unique = {(change.old, change.new, change.township): change for change in changes}
        self.changes: Final = tuple(unique.values())
        self._days = sorted({change.from_on for change in self.changes})
        self._table = table
        self._names = table.names
        self._new = {change.new for change in self.changes}
        self._rules: dict[str, _Rules] = {}
        for change in sorted(self.changes, key=lambda change: (change.from_on, change.new)):
            rules = self._rules.get(change.old, _Rules(None, None, {}))
            if change.rule == "by_township":
                rules.townships[township_stem(change.township)] = change
            elif change.rule == "one_to_one":
                rules = rules._replace(default=change)
            else:
                rules = rules._replace(manual=change)
            self._rules[change.old] = rules
        # Counties whose current townships may move; of the others, a current code stays what it is.
        self._moving = {
            county
            for county, rules in self._rules.items()
            if rules.default or rules.manual or any(table.township(county, stem) for stem in rules.townships)
        }

    @classmethod
    def parse(cls, text: str, table: RegionTable) -> Crosswalk:
        """Return the crosswalk of a CSV text ``old,new,township,rule,from_on``; lines with # are remarks."""
        lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
        return cls(
            (
                Change(row["old"], row["new"], row["township"], row["rule"], parse_day(row["from_on"]))
                for row in csv.DictReader(lines)
            ),
            table,
        )

    def __repr__(self) -> str:
        """Show the size."""
        return f"Crosswalk({len(self.changes)} changes)"

    def with_change(self, old: str, new: str, township: str | None, rule: str, from_on: int) -> Crosswalk:
        """Return a crosswalk that knows one more change, as ``region.changed`` reports it."""
        return Crosswalk((*self.changes, Change(old, new, township or "", rule, from_on)), self._table)

    def era(self, day: int) -> int:
        """Return a number that two days share when no change lies between them: all is resolved alike."""
        return bisect_right(self._days, day)

    def resolve(
        self,
        code: str,
        township_name: str | None = None,
        on_day: int | None = None,
        *,
        written_on: int | None = None,
    ) -> Resolved:
        """Take a code as received to the current edition.

        ``township_name`` decides where a county was split. Changes after ``on_day`` do not count yet for
        a code that still exists; None = all count. ``written_on``: the day a bare county code was written
        down: before a split of that county, it may mean either part.
        """
        county = code[:6]
        if code in self._names and (
            county not in self._rules or (len(code) > 6 and county not in self._moving)
        ):
            return Resolved(code, None, True)  # the hot path
        text = normal_code(code)
        if text is None:
            return _failed(Code.REGION_AMBIGUOUS if self._table.bears(code) else Code.REGION_UNKNOWN)
        if len(text) < 6:
            return Resolved(text, None, True) if text in self._table else _failed(Code.REGION_UNKNOWN)
        own_name = self._table.name(text[:9]) if len(text) > 6 else None
        stem = township_stem(own_name or township_name or "")
        county, carried = text[:6], True
        for _ in range(_HOPS):
            step = self._step(county, text, stem, on_day, written_on)
            if isinstance(step, Code):
                return _failed(step)
            if step is None or step.new == county:
                break
            county, carried = step.new, carried and step.rule == "one_to_one"
        if county not in self._table and county not in self._new:
            return _failed(Code.REGION_UNKNOWN)
        return self._lower(county, text, stem, carried=carried)

    def _step(
        self, county: str, text: str, stem: str, on_day: int | None, written_on: int | None
    ) -> Change | Code | None:
        """Return the change that ``county`` underwent, None for none, or why that cannot be told."""
        rules = self._rules.get(county)
        if rules is None:
            return None
        current = county in self._table or county in self._new

        def counts(change: Change | None) -> bool:
            return change is not None and (not current or on_day is None or change.from_on <= on_day)

        by_name = rules.townships.get(stem)
        if counts(by_name):
            return by_name
        if counts(rules.manual):
            return Code.REGION_AMBIGUOUS
        if counts(rules.default):
            return rules.default
        parts = [change for change in rules.townships.values() if counts(change)]
        if not parts or (stem and self._table.township(county, stem) is not None):
            return None
        if current:
            lost = len(text) > 6 and text[:9] not in self._table  # a township that may be in either part
            old = (
                len(text) == 6 and written_on is not None and any(part.from_on > written_on for part in parts)
            )
            return Code.REGION_AMBIGUOUS if lost or old else None
        there = {part.new: part for part in parts}
        named = [part for new, part in there.items() if stem and self._table.township(new, stem) is not None]
        candidates = named or list(there.values())
        return candidates[0] if len(candidates) == 1 else Code.REGION_AMBIGUOUS

    def _lower(self, county: str, text: str, stem: str, *, carried: bool) -> Resolved:
        """Return the deepest known code in ``county`` for the digits below it.

        The digits are kept (``carried``) where the county was only renamed: a merger gives new ones.
        """
        if len(text) == 6:
            return Resolved(county, None, True)
        if carried:
            for length in (12, 9):
                code = county + text[6:length]
                fits = not stem or township_stem(self._table.name(code[:9]) or "") == stem
                # A county newer than the table keeps the digits that the table has under the old one.
                if (code in self._table and fits) or (
                    text[:length] in self._table and county not in self._table
                ):
                    return Resolved(code, None, len(code) == len(text))
        township = self._table.township(county, stem) if stem else None
        return Resolved(township or county, None, township is not None and len(text) == 9)


def _failed(problem: Code) -> Resolved:
    """Return the result for a code that leads nowhere."""
    return Resolved(None, problem, False)
