"""What one transaction changes for one task, in memory, with savepoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.engine.context import TaskContext
from hub.engine.counters import Counters
from hub.engine.overlay import Overlay
from hub.engine.store import Kind
from hub.engine.timers import Timers

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.engine.deadletters import DeadLetters, Place
    from hub.engine.recent import Recent
    from hub.engine.store import Change, Store
    from hub.stages.contract import Tables

__all__ = ("Workbench",)


class Workbench:
    """The overlays of a task's store, what is bound to them, and the stage's context."""

    def __init__(
        self,
        store: Store,
        recent: Recent,
        place: tuple[str, str, int],
        *,
        tables: Tables,
        letters: DeadLetters,
        released: Callable[[Place], bool],
    ) -> None:
        """Lay empty overlays over ``store``; ``place`` is stage, topic and partition."""
        self._recent = recent
        self._state = Overlay(store, Kind.STATE, recent)
        self._timers = Overlay(store, Kind.TIMER)
        self._due = Overlay(store, Kind.DUE)
        self._entries = Overlay(store, Kind.COUNTER)
        self._overlays = (self._state, self._timers, self._due, self._entries)
        self.timers = Timers(self._timers, self._due)
        self.counters = Counters(self._entries)
        self.context = TaskContext(
            place,
            self._state,
            timers=self.timers,
            counters=self.counters,
            tables=tables,
            letters=letters,
            released=released,
        )
        self._mark = (0, 0)

    def open(self) -> None:
        """Begin with a store that was just restored."""
        self._recent.clear()
        self.counters.load()
        self.timers.discard()

    def push(self) -> None:
        """Set a savepoint."""
        for overlay in self._overlays:
            overlay.push()
        self.counters.push()
        self._mark = self.context.mark()

    def keep(self) -> None:
        """Forget the savepoint."""
        for overlay in self._overlays:
            overlay.keep()
        self.counters.keep()

    def drop(self) -> None:
        """Go back to the savepoint: what happened since did not."""
        for overlay in self._overlays:
            overlay.drop()
        self.counters.drop()
        self.context.back_to(self._mark)

    def changes(self) -> list[Change]:
        """Return what the transaction changes and the changelog must know."""
        return [*self._state.changes(), *self._timers.changes(), *self._entries.changes()]

    def derived(self) -> list[Change]:
        """Return what it changes and a restore derives by itself."""
        return self._due.changes()

    def settle(self) -> None:
        """Take note that the changes are committed and in the store."""
        for overlay in self._overlays:
            overlay.settle()
        self.counters.settle()
        self.context.clear()

    def discard(self) -> None:
        """Take note of an abort."""
        for overlay in self._overlays:
            overlay.discard()
        self.counters.discard()
        self.timers.discard()
        self.context.clear()
