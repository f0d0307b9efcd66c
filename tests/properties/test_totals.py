"""Folding and rolling up depend on what was published, and on no order, repetition or replay."""

from __future__ import annotations

from collections import defaultdict
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from hub.core.board import Board
from hub.core.totals import Fold, Part
from tests.unit.core.scenes import NOW_MS, RESIDENTS, TABLE, TARGETS, values, world

COUNTERS = (
    "persons|county=330101", "members|county=330102|kind=adult", "under_review|county=unknown",
    "members_moved|county=330201|month=2022-04|move=lapsed",
    "flow.received|day=2022-05-03|system=training|type=a",
    "flow.invitations|change=issued|channel=rescue|county=330101|kind=adult|month=2022-05|priority=1",
    "flow.days|bucket=3|channel=rescue|month=2022-05|priority=1|step=qualified_invited",
    "candidates|council=zj|member=yes|session=2022-06-30",
    "priority_reach|county=330101|ground=backbone|invited=yes",
)  # fmt: skip


@st.composite
def logs(draw: st.DrawFn) -> list[Part]:
    """Draw a log of parts as single writers leave it: versions rise, a restart raises the epoch."""
    log: list[Part] = []
    versions: dict[tuple[str, str], int] = defaultdict(int)
    epochs: dict[str, int] = defaultdict(int)
    steps = st.tuples(st.sampled_from(COUNTERS), st.sampled_from("abc"), st.integers(-3, 9), st.booleans())
    for offset, (counter, origin, drawn, anew) in enumerate(draw(st.lists(steps, max_size=40))):
        epochs[origin] += anew
        versions[counter, origin] += 1
        value = max(1, drawn) if counter.startswith("flow.received") else drawn  # received stays received
        log.append(
            Part(counter, origin, epochs[origin], versions[counter, origin], value,
                 "flow" if counter.startswith("flow.") else "stock", NOW_MS + offset, offset, offset)
        )  # fmt: skip
    return log


def naive(log: list[Part]) -> dict[str, int]:
    """Return counter to value, the slow and obvious way."""
    last = {(part.counter, part.origin): part.value for part in log}
    sums: dict[str, int] = defaultdict(int)
    for (counter, _), value in last.items():
        sums[counter] += value
    return dict(sums)


@given(logs(), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_give_the_same_totals(log: list[Part], random: Random) -> None:
    """However the parts are shuffled and repeated, the totals are those of the last part per origin."""
    again = [*log, *random.choices(log, k=len(log))] if log else []
    random.shuffle(again)
    orderly, shuffled = Fold(), Fold()
    for fold, parts in ((orderly, log), (shuffled, again)):
        for part in parts:
            fold.add(part)
    assert {total.counter: total for total in orderly.totals()} == {
        total.counter: total for total in shuffled.totals()
    }
    assert {total.counter: total.value for total in orderly.totals()} == naive(log)


@given(logs(), st.randoms(use_true_random=False))
def test_a_replay_from_anywhere_changes_no_figure(log: list[Part], random: Random) -> None:
    """A board that saw every step, in batches, and one that starts from the end show the same figures."""
    stepwise, afterwards = (Board(TARGETS, TABLE, RESIDENTS) for _ in range(2))
    fold, shown = Fold(), {}
    for part in log:
        fold.add(part)
        if random.random() < 0.3:
            for total in fold.changed():
                stepwise.apply(total)
            shown.update(values(stepwise.changes(NOW_MS, world())))
    totals = list(fold.totals())
    random.shuffle(totals)
    for board in (stepwise, afterwards):
        for total in totals:
            board.apply(total)
    shown.update(values(stepwise.changes(NOW_MS, world())))
    # What was only ever counted along the way is 0 in the one and missing in the other.
    final = values(afterwards.changes(NOW_MS, world()))
    assert {key: value for key, value in shown.items() if key in final} == final
    assert not any(value for key, value in shown.items() if key not in final)


@given(logs())
def test_the_province_is_the_sum_of_its_parts(log: list[Part]) -> None:
    """Every sum of the province is that of its cities and of what is of no known county."""
    fold, board = Fold(), Board(TARGETS, TABLE, RESIDENTS)
    for part in log:
        fold.add(part)
    for total in fold.totals():
        board.apply(total)
    for key in list(board.rollup.keys()):
        if key.level == "province" and not key.figure.startswith("T"):
            parts = [
                board.rollup.value(key.figure, key.labels, region, level, key.period)
                for region, level in (("3301", "city"), ("3302", "city"), ("unknown", "none"))
            ]
            assert board.rollup.value(*key) == sum(parts)
