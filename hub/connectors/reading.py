"""Reading the fields of one event, strictly or failing closed.

An ordinary event with a field that cannot be read raises :class:`DeadLetterError` with the path of
that field. A *prohibition* (a revocation, a withdrawal, a death, a refusal) must not be lost that way:
what cannot be read of it is replaced by the reading that restrains the hub most, and remembered in
``problems``, so that a human looks at the person.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any, Final

from hub.connectors.draft import Alias
from hub.connectors.places import COUNTY, Places
from hub.core import dates
from hub.core.codes import Code
from hub.errors import DeadLetterError

DAY_MS: Final = 86_400_000
MAX_TEXT: Final = 256
"""Longest short text (a kind, an id, a source key) in characters; the longest real one has about 60."""
MAX_NUMBER: Final = 1_000_000
"""Largest number of hours that is believed: more than a hundred years."""
MAX_SEQUENCE: Final = 2**63 - 1

_day_of_text = lru_cache(maxsize=16_384)(dates.parse_day)
"""Sources write few different days (45 years of days in one format fit): saves 0.6 µs a date."""

Event = dict[str, Any]


def normal_key(text: str) -> str:
    """Return a source's own key in normal form: half-width, lower case, no white space.

    >>> normal_key(" ZJ-2022 0007 ")
    'zj-20220007'
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return "".join(text.split()).lower()


class Limits:
    """What intake may be told to believe. Days and months are whole numbers."""

    __slots__ = ("future_days", "organ_quiet_days", "valid_months")

    def __init__(
        self, future_days: int = 2, valid_months: dict[str, int] | None = None, organ_quiet_days: int = 180
    ) -> None:
        """Believe clocks up to ``future_days`` ahead; certificates last ``valid_months`` (default 36).

        A relative of an organ donor is left in peace for ``organ_quiet_days`` when the event does not
        say how long.
        """
        self.future_days = future_days
        self.valid_months = valid_months or {}
        self.organ_quiet_days = organ_quiet_days


class Reading:
    """One event being read: what its envelope says, and what could not be read so far."""

    __slots__ = (
        "at", "day_limit", "event_id", "limits", "now", "occurred_on", "places",
        "problems", "region", "restrictive", "seq", "source", "unclear",
    )  # fmt: skip

    def __init__(
        self,
        envelope: Event,
        restrictive: bool,  # noqa: FBT001  # once per event: keywords would cost 0.2 µs
        now: int,
        places: Places,
        limits: Limits,
    ) -> None:
        """Read the envelope; ``now`` is the tick in ms, ``restrictive`` says that it is a prohibition."""
        self.restrictive = restrictive
        self.now = now
        self.places = places
        self.limits = limits
        self.problems: list[str] = []
        self.unclear: Code | None = None
        self.day_limit = dates.day_of(now) + limits.future_days
        self.event_id: str = envelope["id"].strip() or self._blank("envelope.id")
        self.source: str = envelope["source"].strip() or self._blank("envelope.source")
        self.region: str | None = envelope["region"]
        self.seq: int = min(max(envelope["seq"], 0), MAX_SEQUENCE)
        self.at = self._occurred(envelope["time"])
        self.occurred_on = dates.day_of(self.at)

    def _blank(self, path: str) -> str:
        self.fail(Code.ENVELOPE_INVALID, path, "the attribute is empty")
        return "?"

    def _occurred(self, text: str) -> int:
        """Return when it occurred (ms); a prohibition without a credible time occurs now."""
        try:
            at = dates.parse_ms(text)
        except dates.DateError:
            self.fail(Code.ENVELOPE_INVALID, "envelope.time", "the time is in none of the accepted formats")
            return self.now
        if at > self.now + self.limits.future_days * DAY_MS:
            self.fail(Code.DATE_FUTURE, "envelope.time", "the event lies in the future")
            return self.now
        return at

    def fail(self, code: str, path: str, message: str) -> None:
        """Raise for an ordinary event; for a prohibition remember that ``path`` could not be read."""
        if not self.restrictive:
            raise DeadLetterError(code, path, message)
        self.problems.append(path)

    def text(self, event: Event, field: str, fallback: str = "", path: str = "") -> str:
        """Return a required short text without white space around it."""
        value: str = (event[field] or "").strip()
        if value and len(value) <= MAX_TEXT:
            return value
        code = Code.VALUE_INVALID if value else Code.FIELD_MISSING
        self.fail(code, path or field, "the text is too long" if value else "the field is empty")
        return fallback

    def text_or_none(self, event: Event, field: str, path: str = "") -> str | None:
        """Return a short text, or None when it is absent or empty."""
        value = event[field]
        return self.text(event, field, path=path) or None if value and not value.isspace() else None

    def token(self, event: Event, field: str, fallback: str = "") -> str:
        """Return a required word of a closed vocabulary, in lower case."""
        return self.text(event, field, fallback).lower()

    def choice(self, event: Event, field: str, words: frozenset[str]) -> str:
        """Return one of ``words``, in lower case; raise when the field holds another one."""
        word = self.token(event, field)
        if word not in words:
            self.fail(Code.VALUE_INVALID, field, f"it is none of: {', '.join(sorted(words))}")
        return word

    def day(self, event: Event, field: str, path: str = "") -> int:
        """Return a required day. For a prohibition: when it occurred, if unreadable or too far ahead."""
        try:
            day = _day_of_text(event[field] or "")
        except dates.DateError:
            self.fail(Code.DATE_INVALID, path or field, "the date is in none of the accepted formats")
            return self.occurred_on
        if self.restrictive and day > self.day_limit:
            self.fail(Code.DATE_FUTURE, path or field, "the date lies in the future")
            return self.occurred_on
        return day

    def day_or_none(self, event: Event, field: str, path: str = "") -> int | None:
        """Return a day, or None when it is absent or empty."""
        value = event[field]
        return self.day(event, field, path) if value and not value.isspace() else None

    def number(self, value: float, path: str) -> int:
        """Return a number of hours, rounded; raise when it is none (negative, endless, absurd)."""
        if 0 <= value <= MAX_NUMBER:  # false for NaN too
            return int(value + 0.5)
        self.fail(Code.VALUE_INVALID, path, "the number is out of range")
        return 0

    def alias(self, event: Event, field: str) -> Alias | None:
        """Return the source's own key in ``field``, or None when it is absent or empty.

        One that is too long to be one counts as absent for a prohibition.
        """
        value = normal_key(event[field] or "")
        if not value:
            return None
        if len(value) > MAX_TEXT:
            self.fail(Code.VALUE_INVALID, field, "the key is too long")
            return None
        return Alias(field, value)

    def required_alias(self, event: Event, field: str) -> Alias | None:
        """Return the source's own key in ``field``; None only for a prohibition that has none."""
        alias = self.alias(event, field)
        if alias is None:
            self.fail(Code.FIELD_MISSING, field, "the field is empty")
        return alias

    def residence(self, code: str, township: str | None) -> str | None:
        """Return what is known of a residence; where the county is not, ``unclear`` says why."""
        known = self.places.residence(code, township, self.occurred_on)
        if known is None or len(known) < COUNTY:
            self.unclear = self.places.problem(code, township, self.occurred_on)
        return known

    def office(self, event: Event, field: str = "region") -> str | None:
        """Return the office's region code in the current edition, at least its county, or None.

        An event that names none falls back to the region in its envelope.
        """
        code = event[field] or self.region
        return self.places.office(code, self.occurred_on) if code else None
