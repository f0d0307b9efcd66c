"""hub.doors.paging: pages join without gaps, tags follow content."""

from __future__ import annotations

import pytest

from hub.doors.paging import etag, matches, page
from hub.doors.problem import ProblemError
from tests.unit.figuremaking import figure

FOUND = [figure("T1", f"3301{n:02}") for n in range(1, 8)]


@pytest.mark.parametrize("limit", [1, 2, 7, 8])
def test_pages_joined_are_everything_once(limit: int) -> None:
    """From page to page by cursor nothing is left out or told twice."""
    told, cursor = [], None
    while True:
        figures, total, cursor = page(FOUND, cursor, limit)
        told += figures
        assert (total, len(figures) <= limit) == (7, True)
        if cursor is None:
            break
    assert told == FOUND


def test_a_cursor_that_is_gone_is_a_problem() -> None:
    """The client is told to begin again, not given a wrong page."""
    with pytest.raises(ProblemError, match="CURSOR_UNKNOWN"):
        page(FOUND, "T9", 3)


def test_tags_follow_content_and_compare_weakly() -> None:
    """Equal parts make equal tags; a list of tags and a star match."""
    tag = etag([1, "a"])
    assert tag == etag([1, "a"])
    assert tag != etag([1, "b"])
    assert matches(tag, f'"x", {tag}')
    assert matches(tag, tag.removeprefix("W/"))
    assert matches(tag, "*")
    assert not matches(tag, None)
    assert not matches(tag, 'W/"x"')
