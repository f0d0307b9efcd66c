"""What is said of one figure that was counted anew."""

from __future__ import annotations

import pytest

from hub.core.shelf import Shelf
from hub.verification.verify import Asked, Outcome, _chosen, _finding
from tests.unit.figuremaking import figure

TODAY_COUNTED = "T13.rejected|system=organ"


@pytest.mark.parametrize(
    ("key", "found", "outcome"),
    [
        pytest.param("T2|region=33", {"T2|region=33": 5.0}, Outcome.AGREES, id="the same"),
        pytest.param("T2|region=33", {"T2|region=33": 6.0}, Outcome.DIFFERS, id="another"),
        pytest.param("T2|region=33", {}, Outcome.MISSING, id="there should be none"),
        pytest.param(
            TODAY_COUNTED, {TODAY_COUNTED: 5.0}, Outcome.AGREES, id="class s, at rest since yesterday"
        ),
        pytest.param(TODAY_COUNTED, {TODAY_COUNTED: 6.0}, Outcome.DIFFERS, id="class s, and another"),
        pytest.param(TODAY_COUNTED, {}, Outcome.NOT_RECOMPUTED, id="class s, counted today"),
    ],
)
def test_a_figure_is_compared(key: str, found: dict[str, float | None], outcome: Outcome) -> None:
    """What names class s and moved today is as of the morning: nothing is said of it, and it is no fault."""
    shelf = Shelf()
    for offset, made in enumerate((
        figure("T2", value=5.0), figure("T13.rejected", "", 5.0, labels="system=organ", level="source"),
    )):  # fmt: skip
        shelf.put(0, offset, made.key, made)
    assert _finding(key, shelf, found, frozenset()).outcome is outcome


def test_none_is_drawn_of_which_nothing_could_be_said() -> None:
    """A sample holds figures that can be recomputed: none that names class s and moved today."""
    shelf = Shelf()
    for offset, made in enumerate((
        figure("T2", value=5.0), figure("T13.rejected", "", 5.0, labels="system=organ", level="source"),
    )):  # fmt: skip
        shelf.put(0, offset, made.key, made)
    assert _chosen(Asked(), shelf, {"T2|region=33": 5.0}, frozenset()) == ["T2|region=33"]
    both = {"T2|region=33": 5.0, TODAY_COUNTED: 5.0}
    assert len(_chosen(Asked(), shelf, both, frozenset())) == 2
