"""Region codes that change while the year runs, read naively: docs/matching.md, "Route"."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

__all__ = ("Territory",)

_COUNTY, _CITY = 6, 4
_TOWNSHIP: Final = "by_township"


class _Change(NamedTuple):
    """From ``starts``, codes that begin with ``old`` begin with ``new``; or (None) mean nothing any more."""

    starts: int
    rule: str
    county: str
    old: str
    new: str | None


class Territory:
    """The changes that were announced."""

    def __init__(self) -> None:
        """Know none."""
        self._changes: list[_Change] = []

    def announce(self, fields: dict[str, Any]) -> None:
        """Take one ``region.changed`` in, with the codes that the generator knows and does not publish."""
        old, new = fields["old_code"], fields["new_code"]
        if fields["rule"] == "manual":
            change = _Change(fields["from_on"], "manual", old, old, None)
        elif fields["rule"] == _TOWNSHIP:
            change = _Change(fields["from_on"], _TOWNSHIP, old, fields["township_code"], fields["lands_in"])
        else:
            change = _Change(fields["from_on"], "one_to_one", old, old, new)
        if change not in self._changes:
            self._changes.append(change)

    def current(self, code: str, today: int) -> str:
        """Return a stored code in today's edition; empty when nothing of it can be told."""
        for starts, rule, _, old, new in self._changes:
            if starts <= today and code.startswith(old):
                if new is None:
                    return ""
                return new if rule == _TOWNSHIP else new + code[len(old) :]
        return code if len(code) >= _COUNTY else ""

    def received(self, code: str | None, written_on: int, today: int) -> str | None:
        """Return what is kept of a residence that somebody wrote down on a day and that arrives today."""
        if code is None:
            return None
        divided = any(
            rule == _TOWNSHIP and county == code and written_on < starts <= today
            for starts, rule, county, _, _ in self._changes
        )  # it may mean either part
        return code[:_CITY] if divided else self.current(code, today) or code[:_CITY]

    def office(self, code: str, written_on: int, today: int) -> str | None:
        """Return what is kept of an office's region: at least its county, or nothing."""
        known = self.received(code, written_on, today)
        return known if known is not None and len(known) >= _COUNTY else None

    def places(self, fields: dict[str, Any]) -> tuple[str, ...]:
        """Return the beginnings of the codes that a change concerns."""
        return (fields["old_code"], fields["new_code"])
