"""Region codes as of a day: the packaged edition, its history, and what ``region.changed`` announced."""

from __future__ import annotations

import csv
import gzip
import re
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

__all__ = ("Change", "Places")

_DATA: Final = Path(__file__).resolve().parents[2] / "hub" / "data"
_KIND: Final = re.compile(r"(街道办事处|街道|镇|民族乡|乡)$")
_COUNTY, _TOWNSHIP, _CITY = 6, 9, 4
_LENGTHS: Final = (2, 4, 6, 9, 12)
_HOPS: Final = 8


class Change(NamedTuple):
    """From ``on``, ``old`` is ``new``: all of it, one township, or nobody can tell (``manual``)."""

    old: str
    new: str
    township: str
    rule: str
    on: date


def _stem(name: str | None) -> str:
    text = "".join((name or "").split())
    return _KIND.sub("", text) or text


class Places:
    """All regions, and what became of their codes."""

    def __init__(self) -> None:
        """Read the packaged table and its changes."""
        with gzip.open(_DATA / "zhejiang-regions-2023.csv.gz", "rt", encoding="utf-8") as lines:
            self.names = {row["code"]: row["name"] for row in csv.DictReader(lines)}
        text = (_DATA / "region-changes.csv").read_text("utf-8")
        rows = csv.DictReader(line for line in text.splitlines() if line and not line.startswith("#"))
        self.changes = [
            Change(
                row["old"],
                row["new"],
                _stem(row["township"]),
                row["rule"],
                date.fromisoformat(row["from_on"]),
            )
            for row in rows
        ]
        self._townships = {
            (code[:_COUNTY], _stem(name)): code for code, name in self.names.items() if len(code) == _TOWNSHIP
        }

    def announce(self, old: str, new: str, township: str | None, rule: str, on: date) -> None:
        """Take a change in."""
        change = Change(old, new, _stem(township), rule, on)
        if change not in self.changes:
            self.changes.append(change)

    def received(self, code: str | None, township: str | None, today: date, written: date) -> str | None:
        """Return what is known of a code that arrives today: down to its city at least, or None."""
        if not code or not code.strip():
            return None
        found = self.resolve(code, township, today, written)
        if found is not None:
            return found if len(found) >= _CITY else None
        city = code.strip()[:_CITY]
        return city if code.strip().isdecimal() and city in self.names else None

    def current(self, code: str, today: date) -> str:
        """Return a stored code in today's edition, at least its county, or nothing."""
        found = self.resolve(code, None, today, None)
        return found if found is not None and len(found) >= _COUNTY else ""

    def resolve(self, code: str, township: str | None, today: date, written: date | None) -> str | None:
        """Return a code in today's edition, as far as it can be told; None when its county cannot."""
        text = code.strip()
        while (
            text.isdecimal()
            and len(text) in _LENGTHS[1:]
            and not text[_LENGTHS[_LENGTHS.index(len(text)) - 1] :].strip("0")
        ):
            text = text[: _LENGTHS[_LENGTHS.index(len(text)) - 1]]
        if len(text) not in _LENGTHS or not text.isdecimal():
            return None
        if len(text) < _COUNTY:
            return text if text in self.names else None
        stem = _stem(self.names.get(text[:_TOWNSHIP]) if len(text) > _COUNTY else None) or _stem(township)
        county, renamed = text[:_COUNTY], True
        for _ in range(_HOPS):
            step = self._step(county, text, stem, today, written)
            if step is None:
                return None
            if step.new == county:
                break
            county, renamed = step.new, renamed and step.rule == "one_to_one"
        if not self._exists(county):
            return None
        return self._below(county, text, stem, renamed=renamed)

    def _exists(self, county: str) -> bool:
        return county in self.names or any(change.new == county for change in self.changes)

    def _step(self, county: str, text: str, stem: str, today: date, written: date | None) -> Change | None:
        """Return the next change; one to itself when there is none, None when nobody can tell."""
        stay = Change(county, county, "", "one_to_one", today)
        there = self._exists(county)
        mine = [each for each in self.changes if each.old == county and (not there or each.on <= today)]
        mine.sort(key=lambda each: (each.on, each.new))
        parts = {each.township: each for each in mine if each.rule == "by_township"}
        if stem in parts:
            return parts[stem]
        if any(each.rule == "manual" for each in mine):
            return None
        whole = [each for each in mine if each.rule == "one_to_one"]
        if whole:
            return whole[-1]
        if not parts or (stem and (county, stem) in self._townships):
            return stay
        if there:
            lost = len(text) > _COUNTY and text[:_TOWNSHIP] not in self.names
            bare = (
                len(text) == _COUNTY and written is not None and any(p.on > written for p in parts.values())
            )
            return None if lost or bare else stay
        targets = {each.new: each for each in parts.values()}
        named = [each for new, each in targets.items() if stem and (new, stem) in self._townships]
        left = named or list(targets.values())
        return left[0] if len(left) == 1 else None

    def _below(self, county: str, text: str, stem: str, *, renamed: bool) -> str:
        if len(text) == _COUNTY:
            return county
        if renamed:
            for length in (12, 9):
                code = county + text[_COUNTY:length]
                fits = not stem or _stem(self.names.get(code[:_TOWNSHIP])) == stem
                newer = county not in self.names and text[:length] in self.names
                if (code in self.names and fits) or newer:
                    return code
        return self._townships.get((county, stem), county) if stem else county
