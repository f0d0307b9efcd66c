"""Parts, totals and figures as records."""

from __future__ import annotations

from typing import Any

import pytest

from hub import contracts
from hub.core.figure import Figure, Key
from hub.core.totals import Part, Total
from hub.errors import DeadLetterError
from hub.statistics.records import Records

CODEC = contracts.codec()
RECORDS = Records(CODEC)
PART: dict[str, Any] = {
    "counter": "persons|county=330106", "origin": "matching/hub.facts/0", "epoch": 1, "version": 2,
    "value": 3, "kind": "stock", "tick": 4, "position": 5,
}  # fmt: skip


def encoded(**changed: Any) -> bytes:
    """Return a part's record."""
    return CODEC.encode("hub.counter_part", PART | changed)


def test_a_part_is_read_with_its_offset() -> None:
    """All of a part's record, and where it stands."""
    assert RECORDS.part(encoded(), 9) == Part(
        "persons|county=330106", "matching/hub.facts/0", 1, 2, 3, "stock", 4, 5, 9
    )


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "FIELD_MISSING"),
        (b"garbage", "FRAME_UNKNOWN"),
        (encoded()[:-1], "SCHEMA_MISMATCH"),
        (encoded(counter="persons|county"), "VALUE_INVALID"),
        (encoded(counter=""), "VALUE_INVALID"),
        (encoded(kind="gauge"), "VALUE_INVALID"),
    ],
    ids=["none", "garbage", "cut", "labels", "name", "kind"],
)
def test_a_part_that_cannot_be_used_is_a_dead_letter(value: bytes | None, code: str) -> None:
    """Whatever is wrong with a record has a code and no other consequence."""
    with pytest.raises(DeadLetterError) as caught:
        RECORDS.part(value, 0)
    assert caught.value.code == code


def test_a_total_comes_back_as_it_was_written() -> None:
    """Writing and reading a total are inverse."""
    total = Total("persons|county=330106", "stock", 3, 7, 4, ("a@1", "b@2"))
    assert RECORDS.total(RECORDS.of_total(total)) == total


@pytest.mark.parametrize(
    "figure",
    [
        Figure(
            Key("T1", "", "33", "province"), "target", "share", 0.25, 0.2, 0.3, 0.02, 0.01, True, "2022 x",
            ("registry",),
        ),
        Figure(
            Key("T12", "", "3301", "city", "2022-05"), "target", "persons", -3, restated=True, note="a note"
        ),
        Figure(Key("T8.median_days", "step=x"), "target", "days", None),
    ],
    ids=["full", "restated", "empty"],
)  # fmt: skip
def test_a_figure_comes_back_as_it_was_written(figure: Figure) -> None:
    """Writing and reading a figure are inverse; numbers are compared as numbers."""
    assert RECORDS.figure(RECORDS.of_figure(figure, 123, 9)) == (figure, 9)
