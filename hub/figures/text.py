"""A figure in a few characters: its value, its range, a bar towards the target, a line over months."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from hub.core import figurename
from hub.core.shelf import Published, order

__all__ = ("Line", "bar", "lines", "spark", "value_text")

_BLOCKS: Final = "▁▂▃▄▅▆▇█"
_MONTHS: Final = 12
BAR_WIDTH: Final = 24
MILESTONE: Final = "┃"
"""Stands in a bar where the plan wants the value to be by now."""
NOTHING: Final = "—"


class Line(NamedTuple):
    """A figure of one region: its newest period, and the last months."""

    newest: Published
    months: tuple[float, ...]


def _number(value: float, unit: str) -> str:
    if unit == "share":
        return f"{value * 100:.2f}%"
    text = f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
    return text + figurename.UNITS[unit].zh if unit in figurename.UNITS else text


def value_text(figure: Published) -> str:
    """Return value and range: ``1,204人 (1,200–1,208)``; a dash and the note when there is no value."""
    if figure.value is None:
        return f"{NOTHING} {figurename.note_text(figure.note)}".strip()
    text = _number(figure.value, figure.unit)
    if figure.low is not None and figure.high is None:  # the bucket that a median lies in
        return f"{_number(figure.low, figure.unit)}–{text}"
    if figure.low is None or figure.high is None or figure.low == figure.high:
        return text
    return f"{text} ({_number(figure.low, figure.unit)}–{_number(figure.high, figure.unit)})"


def target_text(figure: Published) -> str:
    """Return the target, and the milestone where it is another."""
    if figure.target is None:
        return ""
    text = _number(figure.target, figure.unit)
    if figure.milestone is None or figure.milestone == figure.target:
        return text
    return f"{text} ({MILESTONE}{_number(figure.milestone, figure.unit)})"


def bar(figure: Published, width: int = BAR_WIDTH) -> str:
    """Return a bar of value towards target, with a mark at the milestone; empty without a target.

    A target of nothing is reached by whatever is there.
    """
    if figure.target is None or figure.value is None:
        return ""
    share = 1.0 if figure.target <= 0 else min(max(figure.value / figure.target, 0.0), 1.0)
    filled = int(share * width)
    cells = ["█"] * filled + ["░"] * (width - filled)
    if figure.milestone is not None and figure.target > 0:
        mark = int(min(max(figure.milestone / figure.target, 0.0), 1.0) * width)
        cells[min(mark, width - 1)] = MILESTONE
    return "".join(cells)


def spark(values: Sequence[float]) -> str:
    """Return a line of blocks between the lowest and the highest value; empty for fewer than two.

    >>> spark([0, 1, 2, 7])
    '▁▂▃█'
    """
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    scale = (len(_BLOCKS) - 1) / (high - low) if high > low else 0.0
    return "".join(_BLOCKS[round((value - low) * scale)] for value in values)


def lines(figures: Iterable[Published]) -> list[Line]:
    """Return one line per figure, labels and region: what is now, else its newest period, and its months."""
    groups: dict[tuple[str, str, str], list[Published]] = {}
    for each in figures:
        groups.setdefault((each.figure, each.labels, each.region), []).append(each)
    found = [Line(_newest(group), _months(group)) for group in groups.values()]
    return sorted(found, key=lambda line: order(line.newest)[:2] + order(line.newest)[3:])


def _newest(group: list[Published]) -> Published:
    """Return what is now; else the widest of the newest periods: a year before its quarters and months."""
    now = [each for each in group if each.period == ""]
    if now:
        return now[0]
    return max(group, key=lambda each: (each.period[:4], -len(each.period), each.period))


def _months(group: list[Published]) -> tuple[float, ...]:
    monthly = sorted((each.period, each.value) for each in group if _is_month(each.period))
    return tuple(value for _, value in monthly[-_MONTHS:] if value is not None)


def _is_month(period: str) -> bool:
    return len(period) == 7 and period[5].isdecimal()
