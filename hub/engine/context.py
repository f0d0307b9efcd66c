"""What a stage gets to work with, for one task and one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.core.codes import Code
from hub.engine.deadletters import Place
from hub.engine.overlay import MAX_VALUE_BYTES
from hub.errors import DeadLetterError
from hub.topics import DEAD_LETTERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.engine.counters import Counters
    from hub.engine.deadletters import DeadLetters, FloodGate, Output
    from hub.engine.overlay import Overlay
    from hub.engine.timers import Timers
    from hub.stages.contract import Record, State, Tables

__all__ = ("Halt", "TaskContext")


class Halt(BaseException):
    """Nothing from ``offset`` on may be processed now."""

    def __init__(self, offset: int, code: str, message: str, *, flood: bool = False) -> None:
        """Halt before ``offset``: the whole worker when it is a flood, else this partition alone."""
        super().__init__(code)
        self.offset = offset
        self.code = code
        self.message = message
        self.flood = flood


class TaskContext:
    """Implements ``hub.stages.contract.Context``; one per task, used again in every transaction.

    ``schedule``, ``cancel`` and ``count`` are bound methods of what they work on: one call less on
    the hot path.
    """

    def __init__(
        self,
        place: tuple[str, str, int],
        state: Overlay,
        *,
        timers: Timers,
        counters: Counters,
        tables: Tables,
        letters: DeadLetters,
        released: Callable[[Place], bool],
    ) -> None:
        """Bind to a task; ``place`` is stage, topic and partition."""
        self._stage, self._topic, self.partition = place
        self.now = 0
        self.state: State = state
        self.tables = tables
        self.schedule = timers.schedule
        self.cancel = timers.cancel
        self.count = counters.count
        self.outputs: list[Output] = []
        self.letters_written = 0
        self.gate: FloodGate | None = None
        self.window_letters = 0
        self.window_records = 0
        self.first_offset = 0
        self._letters = letters
        self._released = released

    def emit(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: list[tuple[str, bytes]] | None = None,
    ) -> None:
        """Produce one record in this transaction; DeadLetterError when it is too large to travel."""
        if value is not None and len(value) > MAX_VALUE_BYTES:
            raise DeadLetterError(
                Code.RECORD_TOO_LARGE, "", f"a record for {topic} would exceed {MAX_VALUE_BYTES} bytes"
            )
        self.outputs.append((topic, value, key, -1, headers))

    def dead_letter(
        self, record: Record, code: str, field: str, message: str, *, event_type: str = ""
    ) -> None:
        """Send a record to the dead letters, or halt the worker when there are too many."""
        if self.gate is not None:
            letters = self.window_letters + self.letters_written
            records = self.window_records + record.offset - self.first_offset + 1
            if self.gate.closed(letters, records):
                raise Halt(record.offset, str(code), message, flood=True)
        self._write_letter(
            Place(self._topic, self.partition, record.offset),
            record,
            code=code,
            field=field,
            message=message,
            event_type=event_type,
        )

    def dead_letter_elsewhere(self, place: Place, record: Record, code: str, message: str) -> None:
        """Send to the dead letters what is no input record: a table change, a timer, a sweep step."""
        self._write_letter(place, record, code=code, field="", message=message, event_type="")

    def stop_source(self, record: Record, code: str, message: str) -> None:
        """Halt this partition before ``record``, unless an operator has released exactly this record."""
        if self._released(Place(self._topic, self.partition, record.offset)):
            self.dead_letter(record, code, "", message)
            return
        raise Halt(record.offset, str(code), message)

    def mark(self) -> tuple[int, int]:
        """Return a point to which :meth:`back_to` can return."""
        return len(self.outputs), self.letters_written

    def back_to(self, mark: tuple[int, int]) -> None:
        """Undo the outputs and dead letters since ``mark``."""
        outputs, self.letters_written = mark
        del self.outputs[outputs:]

    @property
    def letter_codes(self) -> dict[str, int]:
        """Return the transaction's dead letters by code."""
        codes: dict[str, int] = {}
        if self.letters_written:
            for topic, _, _, _, headers in self.outputs:
                if topic == DEAD_LETTERS and headers:
                    code = headers[-1][1].decode()
                    codes[code] = codes.get(code, 0) + 1
        return codes

    def clear(self) -> None:
        """Forget the transaction's outputs: they are committed, or aborted."""
        self.outputs.clear()
        self.letters_written = 0

    def _write_letter(
        self, place: Place, record: Record, *, code: str, field: str, message: str, event_type: str
    ) -> None:
        output = self._letters.letter(
            self._stage,
            place,
            record,
            code=str(code),
            field=field,
            message=message,
            event_type=event_type,
            at=self.now,
        )
        self.outputs.append(output)
        self.letters_written += 1
