"""The plan of the year, and the rule that makes a day's end independent of its order.

Within a day, events are shuffled, spread over partitions and processed by whoever comes first. What
must be seen at the day's end can only be said if it does not depend on that. So, for one person (or
organisation that gave):

1. on a day on which time alone changes their invitation or a task (a certificate lapses, a cap is
   reached, a session comes near) or lets a ground be told, or on which a directory change may concern
   them, nothing else happens to them; and a directory change waits while time alone has changed
   something for somebody whom it leads elsewhere;
2. an event that *turns* the path (ends, forbids, answers, corrects, contradicts) is alone on its day;
   so is one that says other things of the person than what is known, or brings another consent than
   they have given before;
3. while an invitation or a task is open, there is at most one event a day;
4. otherwise several events that *open* (grounds, consent) may share a day, if what they say of the
   person (name, home, unit, student, consent) is the same;
5. at most one directory change that concerns routes happens per day, and nobody is nominated on that
   day. Region codes change ahead of time only: what is published changes nothing before its day.

An event that would break the rule is put off to the next day, keeping the time at which it occurred:
it has become a late one. Exact repetitions of an event count as the event itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hub.simulate.expect import Expectation
from hub.simulate.happening import Effect, Happening
from hub.simulate.known import Known
from hub.simulate.whereto import lives_there

__all__ = ("Agenda", "check_day")

_SAID = ("name", "residence", "host_unit", "student")
_ROUTING = ("region", "host_unit", "parent", "org_class")
"""What of an organisation decides who is sent to it, or who stands above it."""


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

        ``quiet`` are the documents for whom time alone has changed something today.
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
        self._timed = frozenset(quiet)
        self._quiet = set(quiet)
        self._places: list[tuple[str, str | None]] = []
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
            if _turns(happening, self._expectation.known.get(key)):
                self._turned[key] = happening.serial
            else:
                self._opened.setdefault(key, set()).add(happening.serial)
            self._said.setdefault(key, {}).update(_said(happening))
        return True

    def _admits_tables(self, happening: Happening) -> bool:
        if not happening.type.startswith("org.") or not self._expectation.known:
            return True
        if not any(happening.fields.get(name) for name in _ROUTING):
            return True
        if self._places:
            return False
        concerned = self._expectation.concerned(happening)
        timed = concerned & self._timed
        if timed and self._expectation.leads_elsewhere(happening, timed):
            return False
        self._places = self._expectation.places(happening)
        self._quiet |= concerned
        return True

    def _lives_there(self, key: str, happening: Happening) -> bool:
        """Whether today's directory change may concern somebody for what this event says of them."""
        if not self._places:
            return False
        if happening.type.startswith("council."):
            return True
        block = happening.block or {}
        home = block.get("residence") or happening.fields.get("org_region")
        if not home and key in self._expectation.known:
            return False
        return any(
            lives_there(home, region) or (unit is not None and block.get("host_unit") == unit)
            for region, unit in self._places
            if region
        )

    def _free(self, key: str, happening: Happening) -> bool:
        if key in self._quiet or self._lives_there(key, happening):
            return False
        others = (self._opened.get(key, set()) | {self._turned.get(key, happening.serial)}) - {
            happening.serial
        }
        if not others:
            return True
        known = self._expectation.known.get(key)
        if key in self._turned or _turns(happening, known):
            return False
        if known is not None and known.busy:
            return False
        said = self._said.get(key, {})
        return all(said.get(name, value) == value for name, value in _said(happening).items())


def _turns(happening: Happening, known: Known | None) -> bool:
    """Whether an event may do more to somebody than open."""
    if happening.effect is Effect.TURNS:
        return True
    if known is None:
        return False
    if happening.consent is not None and (known.consent or known.secret is not None):
        return True
    block = happening.block or {}
    if known.names and block.get("name") not in {None, *known.names}:
        return True
    return any(block.get(name) not in {None, known.party.get(name)} for name in _SAID[1:])


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
