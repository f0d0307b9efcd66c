"""Whoever watches all published figures learns of a system of class s once a day, at the change of day."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.dates import midnight_ms
from hub.core.totals import Total
from hub.core.veil import system_in
from tests.unit.core.scenes import TODAY, board, world

COUNTERS = [
    f"flow.received|day=2022-0{month}-03|system={system}|type=x"
    for month in (4, 5)
    for system in ("organ", "blood")
] + ["flow.rejected|code=X|system=organ"]
HOUR_MS = 3_600_000
STEPS = st.lists(
    st.tuples(st.integers(0, 30), st.sampled_from([*range(len(COUNTERS)), "restart"])), max_size=40
)


def _own(counter: str) -> str:
    name, *labels = counter.split("|")
    day = next((each[4:] for each in labels if each.startswith("day=")), "")
    rest = [each for each in labels if not each.startswith("day=")]
    return "|".join([name, *rest, *([f"period={day}"] if day else [])])


@settings(max_examples=100, deadline=None)
@given(steps=STEPS)
def test_a_figure_of_class_s_is_as_of_the_beginning_of_a_day(steps: list[tuple[int, int | str]]) -> None:
    """Whenever workers start, no figure ever counts what came today, and each changes once a day.

    A worker that lived through the change of day tells all that came before it.
    """
    now, made, tables = midnight_ms(TODAY), board(), world()
    counts: dict[str, int] = {}
    totals: dict[str, Total] = {}
    morning: dict[str, int] = {}
    stands: dict[str, float | None] = {}
    changed: dict[str, int] = {}
    started = day = TODAY
    for version, (hours, what) in enumerate(steps):
        now += hours * HOUR_MS + 1
        today = (now - midnight_ms(TODAY)) // (24 * HOUR_MS) + TODAY
        if today != day:
            day, morning = today, dict(counts)
        if isinstance(what, int):
            counter = COUNTERS[what]
            counts[counter] = counts.get(counter, 0) + 1
            totals[counter] = Total(counter, "flow", counts[counter], version + 1, now, ())
            made.apply(totals[counter])
        else:
            made, started = board(), day
            for each in totals.values():
                made.apply(each)
        for dated in made.changes(now, tables):
            text = dated.figure.key.text
            if not system_in(text):
                continue
            assert dated.as_of <= midnight_ms(day)
            if stands.get(text) != dated.figure.value:
                assert changed.get(text, 0) < day
                changed[text] = day
            stands[text] = dated.figure.value
        for counter in COUNTERS:
            value = stands.get(_own(counter)) or 0
            assert value <= morning.get(counter, 0)
            if started < day:
                assert value == morning.get(counter, 0)
