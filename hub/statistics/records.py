"""Parts, totals and figures as records of their topics, and back."""

from __future__ import annotations

from typing import Any, Final

from hub.core.codes import Code
from hub.core.figure import Figure, Key, parse_counter
from hub.core.totals import KINDS, Part, Total
from hub.errors import DeadLetterError
from hub.schemas.codec import Codec

__all__ = ("Records",)

_PART: Final = "hub.counter_part"
_TOTAL: Final = "hub.counter_total"
_FIGURE: Final = "hub.figure"


class Records:
    """Reads and writes the three kinds of records. What cannot be used is a DeadLetterError."""

    def __init__(self, codec: Codec) -> None:
        """Compile what the codec needs for them."""
        self._part = codec.reader(_PART)
        self._total = codec.reader(_TOTAL)
        self._figure = codec.reader(_FIGURE)
        self._write_total = codec.writer(_TOTAL)
        self._write_figure = codec.writer(_FIGURE)

    def part(self, value: bytes | None, offset: int) -> Part:
        """Return the part that a record holds; ``offset`` is its own."""
        read = self._part(_there(value))
        _check(read)
        return Part(
            read["counter"], read["origin"], read["epoch"], read["version"], read["value"], read["kind"],
            read["tick"], read["position"], offset,
        )  # fmt: skip

    def total(self, value: bytes | None) -> Total:
        """Return the total that a record holds."""
        read = self._total(_there(value))
        _check(read)
        return Total(
            read["counter"],
            read["kind"],
            read["value"],
            read["version"],
            read["tick"],
            tuple(read["origins"]),
        )

    def figure(self, value: bytes | None) -> tuple[Figure, int]:
        """Return the figure that a record holds, and its version."""
        read = self._figure(_there(value))
        key = Key(read["figure"], read["labels"], read["region"], read["level"], read["period"])
        figure = Figure(
            key, read["kind"], read["unit"], read["value"], read["low"], read["high"], read["target"],
            read["milestone"], read["on_track"], read["vintage"], tuple(read["silent"]), read["restated"],
            read["note"],
        )  # fmt: skip
        return figure, read["version"]

    def of_total(self, total: Total) -> bytes:
        """Return the record of a total."""
        return self._write_total({
            "counter": total.counter, "kind": total.kind, "value": total.value, "version": total.version,
            "tick": total.tick, "origins": list(total.origins),
        })  # fmt: skip

    def of_figure(self, figure: Figure, as_of: int, version: int) -> bytes:
        """Return the record of a figure."""
        key = figure.key
        return self._write_figure({
            "figure": key.figure, "labels": key.labels, "region": key.region, "level": key.level,
            "period": key.period, "kind": figure.kind, "unit": figure.unit, "value": figure.value,
            "low": figure.low, "high": figure.high, "target": figure.target, "milestone": figure.milestone,
            "on_track": figure.on_track, "vintage": figure.vintage, "silent": list(figure.silent),
            "restated": figure.restated, "note": figure.note, "as_of": as_of, "version": version,
        })  # fmt: skip


def _there(value: bytes | None) -> bytes:
    if value is None:
        raise DeadLetterError(Code.FIELD_MISSING, "", "the record has no value")
    return value


def _check(read: dict[str, Any]) -> None:
    """Refuse a counter that is none, and a kind nobody knows."""
    try:
        parse_counter(read["counter"])
    except ValueError:
        raise DeadLetterError(Code.VALUE_INVALID, "counter", "this is no counter") from None
    if read["kind"] not in KINDS:
        raise DeadLetterError(Code.VALUE_INVALID, "kind", "neither stock nor flow")
