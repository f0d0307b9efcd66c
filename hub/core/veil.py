"""Totals that name a system of class s: taken in only when the day on which they were counted is over.

Such a figure moves seconds before an invitation of the channel ``public_welfare`` is counted somewhere; who
watches both would know why somebody was invited. So it is told as of the beginning of the day, and stays so
until the next one. A start remembers nothing: it tells of a system that nothing was counted of since.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from hub.core.dates import day_of
from hub.core.figure import Key, pairs, parse_counter
from hub.core.totals import Total
from hub.topics import SENSITIVE, system_of

SYSTEMS: Final = frozenset(map(system_of, SENSITIVE))
"""The systems of which every event is of class s."""
_LABEL: Final = "system"


def system_in(labels: str) -> str:
    """Return the system of class s that labels, or a counter, name; empty = none.

    >>> system_in("flow.received|day=2022-05-03|system=organ|type=x"), system_in("system=training")
    ('organ', '')
    """
    return _system_in(labels) if f"{_LABEL}=" in labels else ""


@lru_cache(maxsize=65_536)
def _system_in(labels: str) -> str:
    system = dict(pairs("|".join(part for part in labels.split("|") if "=" in part))).get(_LABEL, "")
    return system if system in SYSTEMS else ""


class Veil:
    """The totals whose day is not over. Mutable."""

    def __init__(self) -> None:
        """Hold nothing."""
        self._held: dict[str, list[Total]] = {}
        """Counter to its newest total of each day that is not over, in order."""
        self._since: int | None = None
        """The first day; what a total that is held was at its beginning, is not known."""
        self._hidden: frozenset[str] = frozenset()

    def resume(self) -> None:
        """Take note that totals may have been missed: it is the first day again."""
        self._since = None

    def holds(self, total: Total) -> bool:
        """Hold a total back, newer than those before of its counter; False for one that is told at once.

        Raise ValueError when its counter is none.
        """
        if not system_in(total.counter):
            return False
        parse_counter(total.counter)
        held = self._held.setdefault(total.counter, [])
        if held and day_of(held[-1].tick) >= day_of(total.tick):
            held.pop()
        held.append(total)
        return True

    def lifted(self, today: int) -> Iterator[Total]:
        """Yield the totals whose day is over, of each counter the newest; ``today`` never goes back."""
        if self._since is None:
            self._since = today
        for counter, held in list(self._held.items()):
            over = [total for total in held if day_of(total.tick) < today]
            if over:
                yield over[-1]
                self._held[counter] = held[len(over) :]
        self._held = {counter: held for counter, held in self._held.items() if held}
        unknown = self._held if today == self._since else ()
        self._hidden = frozenset(map(system_in, unknown))

    def hides(self, key: Key) -> bool:
        """Return whether a figure is not told today: what stands of it, stays."""
        return bool(self._hidden) and system_in(key.labels) in self._hidden
