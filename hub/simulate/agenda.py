"""The plan of the year, and the rule that makes a day's end independent of its order.

Within a day, events are shuffled, spread over partitions and processed by whoever comes first. What
must be seen at the day's end can only be said if it does not depend on that. So, for one person:

1. on a day on which time alone changes their invitation (a certificate lapses, a cap is reached), or
   a directory change may concern their route, nothing else happens to them;
2. an event that *turns* the path (ends, forbids, answers, corrects, contradicts) is alone on its day;
3. while an invitation is open, there is at most one event a day;
4. otherwise several events that *open* (grounds, consent) may share a day, if what they say of the
   person (name, home, unit, student, consent) is the same;
5. at most one directory change that concerns routes happens per day.

An event that would break the rule is put off to the next day, keeping the time at which it occurred:
it has become a late one. Exact repetitions of an event count as the event itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hub.simulate.eligibility import lives_there
from hub.simulate.expect import Expectation
from hub.simulate.happening import Effect, Happening

__all__ = ("Agenda", "check_day")

_SAID = ("name", "residence", "host_unit", "student")


class Agenda:
    """Happenings by the day on which they are published."""

    def __init__(self, plant: Callable[[Happening], None]) -> None:
        """``plant`` may spoil a happening when it is planned; it marks its fate and effect."""
        self._days: dict[int, list[Happening]] = {}
        self._plant = plant
        self._serial = 0
        self.put_off = 0

    def next_serial(self) -> int:
        """Return a number that no other happening has."""
        self._serial += 1
        return self._serial

    def plan(self, day: int, happening: Happening) -> Happening:
        """Publish ``happening`` on ``day`` (or on a later one, by the rule of this module)."""
        self._plant(happening)
        self._days.setdefault(day, []).append(happening)
        return happening

    def repeat(self, day: int, happening: Happening) -> None:
        """Publish the very same event once more: nothing is planted again."""
        self._days.setdefault(day, []).append(happening)

    def send_again(self, day: int, happening: Happening) -> None:
        """Publish the same fact as a new event, as a source does after it changed its system."""
        self._days.setdefault(day, []).append(replace(happening, serial=self.next_serial()))

    def draw(self, day: int, expectation: Expectation, quiet: set[str]) -> list[Happening]:
        """Return what is published on ``day``; put off what the rule forbids.

        ``quiet`` are the documents whose invitation time alone has changed today.
        """
        rule = _DayRule(expectation, quiet)
        accepted: list[Happening] = []
        waiting = self._days.pop(day, [])
        waiting.sort(key=lambda happening: happening.effect is not Effect.TABLES)  # stable
        later = self._days.setdefault(day + 1, [])
        for happening in waiting:
            if rule.admits(happening):
                accepted.append(happening)
            else:
                later.append(happening)
                self.put_off += 1
        return accepted


class _DayRule:
    """The rule above, for one day."""

    def __init__(self, expectation: Expectation, quiet: set[str]) -> None:
        self._expectation = expectation
        self._quiet = set(quiet)
        self._place: tuple[str, str | None] | None = None
        self._turned: dict[str, int] = {}
        self._opened: dict[str, set[int]] = {}
        self._said: dict[str, dict[str, Any]] = {}

    def admits(self, happening: Happening) -> bool:
        """Whether it may still happen today; when so, it is noted."""
        if happening.effect is Effect.TABLES:
            return self._admits_tables(happening)
        keys = happening.keys
        if any(not self._free(key, happening) for key in keys):
            return False
        for key in keys:
            if happening.effect is Effect.TURNS:
                self._turned[key] = happening.serial
            else:
                self._opened.setdefault(key, set()).add(happening.serial)
            self._said.setdefault(key, {}).update(_said(happening))
        return True

    def _admits_tables(self, happening: Happening) -> bool:
        region, unit = happening.fields.get("region"), happening.fields.get("host_unit")
        if region is None or happening.type.startswith("population."):
            return True
        if not self._expectation.known:
            return True
        if self._place is not None:
            return False
        self._place = (region, unit)
        self._quiet |= self._expectation.concerned(region, unit)
        return True

    def _lives_there(self, key: str, happening: Happening) -> bool:
        """Whether today's directory change may concern somebody for what this event says of them."""
        if self._place is None:
            return False
        region, unit = self._place
        block = happening.block or {}
        if not block.get("residence") and key in self._expectation.known:
            return False
        there = lives_there(block.get("residence"), region)
        return there or (unit is not None and block.get("host_unit") == unit)

    def _free(self, key: str, happening: Happening) -> bool:
        if key in self._quiet or self._lives_there(key, happening):
            return False
        others = (self._opened.get(key, set()) | {self._turned.get(key, happening.serial)}) - {
            happening.serial
        }
        if not others:
            return True
        if happening.effect is Effect.TURNS or key in self._turned:
            return False
        known = self._expectation.known.get(key)
        if known is not None and known.last is not None and known.last.open:
            return False
        said = self._said.get(key, {})
        return all(said.get(name, value) == value for name, value in _said(happening).items())


def _said(happening: Happening) -> dict[str, Any]:
    block = happening.block or {}
    said = {name: block[name] for name in _SAID if block.get(name) is not None}
    if happening.consent is not None:
        said["consent"] = happening.consent
    return said


def check_day(happenings: list[Happening], expectation: Expectation, quiet: set[str]) -> None:
    """Raise ValueError when a day's happenings break the rule; ``expectation`` as of its beginning."""
    rule = _DayRule(expectation, quiet)
    for happening in sorted(happenings, key=lambda each: each.effect is not Effect.TABLES):
        if not rule.admits(happening):
            message = f"{happening.type} breaks the order-free rule"
            raise ValueError(message)
