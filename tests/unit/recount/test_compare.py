"""What the hub says is read apart, and every difference is told."""

from __future__ import annotations

from typing import Any

from hub import contracts
from tools.recount import compare
from tools.recount.frames import Frames
from tools.recount.topics import Record

CODEC = contracts.codec()


def part(origin: str, epoch: int, version: int, value: int) -> Record:
    """Return a part of a counter."""
    fields: dict[str, Any] = {
        "counter": "members|county=330604|kind=adult", "origin": origin, "epoch": epoch, "version": version,
        "value": value, "kind": "stock", "tick": 0, "position": 0,
    }  # fmt: skip
    return Record(compare.PARTS, 0, 0, 0, None, CODEC.encode("hub.counter_part", fields))


def test_the_newest_part_of_each_origin_counts() -> None:
    """Epoch before version, whatever the order; a repetition changes nothing."""
    parts = [part("a", 1, 9, 7), part("a", 2, 1, 3), part("a", 1, 9, 7), part("b", 1, 1, 2)]
    assert compare.counted(parts, Frames()) == {"members|county=330604|kind=adult": 5}


def test_every_difference_is_told() -> None:
    """What one has and the other does not is a difference too; no value is nothing."""
    mine = {"T1|region=33": 0.1 + 0.2, "T2|region=33": 7.0, "T3|region=33": 1.0}
    theirs = {"T1|region=33": 0.3, "T2|region=33": 8.0, "T4|region=33": None, "T5|region=33": 1.0}
    assert list(compare.differences(mine, theirs)) == [
        "T2|region=33: recounted 7, the hub says 8",
        "T3|region=33: recounted 1, the hub says 0",
        "T5|region=33: recounted 0, the hub says 1",
    ]
