"""How long invitations take while a rule book is switched and everybody known is evaluated again.

Half of the live load is worked off first: those are the people to be evaluated. The other half comes at a
steady rate; in its middle another edition of the same book is activated, in which two rules are off. Waits
are told of the invitations that events cause, for three spans of time, by when the event was published.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, NamedTuple

from bench.contestants import BY_NAME, launched
from bench.ground import Ground
from bench.latency import WARM_S, Waits, Watcher, await_ready, await_settled, free_port
from bench.load import BOOK, Load
from hub import activation, packaged, rulehistory
from hub.errors import RetryError
from hub.rules.book import load as load_book
from hub.simulate.publish import Publisher

__all__ = ("Sweep", "measure")

_OFF: Final = ("R03", "R04")
_LOOK_S: Final = 1.0
_LIMIT_S: Final = 300.0


class Sweep(NamedTuple):
    """What came of it: waits in milliseconds until a read-committed consumer has the invitation."""

    rate: float
    seconds: float
    """From the activation until everybody was evaluated."""
    withdrawn: int
    """Invitations that the new book withdrew meanwhile."""
    before: Waits
    during: Waits
    after: Waits | None
    """None when the sweep was not over before the load was."""


class _Switch(threading.Thread):
    """Activates the other edition after a while, and waits until everybody is evaluated by it."""

    def __init__(self, ground: Ground, group: str, after_s: float) -> None:
        super().__init__(daemon=True)
        self._settings = ground.settings.model_copy(update={"group": group})
        self._after_s = after_s
        self.began_ms = self.ended_ms = 0.0

    def run(self) -> None:
        time.sleep(self._after_s)
        text = _edited(packaged.read_text(BOOK))
        now = time.time_ns() // 1_000_000
        record = activation.record(text, load_book(text, file=BOOK).edition, "bench", "measured with it", now)
        self.began_ms = time.time() * 1000
        activation.publish(record, self._settings)
        deadline = time.monotonic() + _LIMIT_S
        while time.monotonic() < deadline:
            books = rulehistory.read(self._settings)
            newest = rulehistory.standings(books.activations, rulehistory.points(self._settings))[-1]
            if newest.book["digest"] == record["digest"] and not newest.waiting and newest.part >= 1:
                self.ended_ms = time.time() * 1000
                return
            time.sleep(_LOOK_S)


def measure(
    ground: Ground, load: Load, rate: float, seconds: float, progress: Callable[[int], None]
) -> Sweep:
    """Publish half of the live load at once, the rest at ``rate``; activate in the middle."""
    ground.clear(upstream=True)
    half = len(load.live) // 2
    wanted = load.live[half : half + int(rate * (seconds + WARM_S))]
    stamps: dict[bytes, int] = {}
    watcher = Watcher(ground)
    hub, port = BY_NAME["hub1"], free_port()
    group = ground.new_group("sweep")
    with launched(ground, hub, group, port) as child:
        await_ready(ground, child, port)
        Publisher(ground.settings).publish(load.live[:half], progress)
        await_settled(ground, group, child)
        watcher.start()
        switch = _Switch(ground, group, WARM_S + seconds / 3)
        began_ms = time.time() * 1000
        switch.start()
        Publisher(ground.settings, rate, stamps).publish(wanted, progress)
        took_s = time.time() - began_ms / 1000
        switch.join()
        await_settled(ground, group, child)
        watcher.stop()
    if not switch.ended_ms:
        raise RetryError("the sweep does not end", "bench", "see the hub's log: --logs")
    spans: list[list[float]] = [[], [], []]
    for cause, _, at in watcher.found:
        published = stamps.get(cause)
        if published is not None and published >= began_ms + WARM_S * 1000:
            span = (published >= switch.began_ms) + (published > switch.ended_ms)
            spans[span].append(max(0.0, at - published))
    before, during, after = spans
    if not before or not during:
        raise RetryError("no invitation came of the load", "bench", "publish more: --live-seconds")
    return Sweep(
        len(wanted) / took_s, (switch.ended_ms - switch.began_ms) / 1000, watcher.withdrawn,
        Waits.of(before), Waits.of(during), Waits.of(after) if after else None,
    )  # fmt: skip


def _edited(text: str) -> str:
    """Return the next version of the book, with some rules off."""
    book = load_book(text, file=BOOK)
    text = text.replace(f"\nversion: {book.version}\n", f"\nversion: {book.version + 1}\n", 1)
    for rule in _OFF:
        place = text.index(f"- id: {rule}\n")
        text = text[:place] + text[place:].replace("status: active", "status: off", 1)
    return text
