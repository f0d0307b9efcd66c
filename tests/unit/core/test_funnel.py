"""T8's durations, T9 and T10."""

from __future__ import annotations

import pytest

from hub.core.funnel import Median, councils, durations, median, reach
from tests.unit.core.scenes import found, scene


@pytest.mark.parametrize(
    ("buckets", "expected"),
    [
        ({}, None),
        ({"3": 0}, None),
        ({"0": 1}, Median(0, 0)),
        ({"0": 1, "1": 1, "14": 2}, Median(0, 1)),
        ({"1": 1, "14": 2, "inf": 1}, Median(7, 14)),
        ({"365": 1, "inf": 2}, Median(365, None)),
        ({"7": 1, "14": 1, "2": 1}, Median(3, 7)),
    ],
    ids=["empty", "zero", "one", "even", "odd", "beyond", "unordered"],
)
def test_the_median_is_the_bucket_that_holds_it(buckets: dict[str, int], expected: Median | None) -> None:
    """Half of all lie at or below its upper bound."""
    assert median(buckets) == expected


DAYS = {
    "flow.days|bucket=1|channel=training|month=2022-05|priority=1|step=qualified_invited": 3,
    "flow.days|bucket=7|channel=rescue|month=2022-05|priority=1|step=qualified_invited": 1,
    "flow.days|bucket=inf|channel=training|month=2022-04|priority=2|step=invited_applied": 1,
}


def test_durations_are_by_channel_priority_step_and_period() -> None:
    """A median says the bucket's bounds; beyond the last bucket there is none."""
    figures = list(durations(scene(DAYS)))
    middle = found(
        figures, "T8.median_days|channel=training|priority=1|step=qualified_invited|period=2022-05"
    )
    assert (middle.value, middle.low, middle.high) == (1, 0, 1)
    beyond = found(figures, "T8.median_days|channel=training|priority=2|step=invited_applied|period=2022")
    assert (beyond.value, beyond.note) == (None, "more than 365")


def test_in_time_is_the_share_within_the_priority_s_days() -> None:
    """Of four invited with priority 1, three were within a day, whatever their channel."""
    share = found(durations(scene(DAYS)), "T8.in_time|priority=1|period=2022-05")
    assert (share.value, share.on_track) == (0.75, False)
    assert not [each for each in durations(scene(DAYS)) if each.key.labels == "priority=2"]


def candidates(
    member: int, no_member: int, day: str = "2022-05-03"
) -> tuple[float | None, bool | None, str | None]:
    """Return value, on_track and note of T9."""
    counters = {
        "candidates|council=zj|member=yes|session=2022-06-30": member,
        "candidates|council=zj|member=no|session=2022-06-30": no_member,
    }
    figure = found(councils(scene(counters, day=day)), "T9|council=zj|period=2022-06-30")
    return figure.value, figure.on_track, figure.note


def test_t9_is_judged_when_the_session_is_over() -> None:
    """All candidates are to be members; before the session it may still come, after it it is missed."""
    assert candidates(3, 1) == (0.75, None, None)
    assert candidates(3, 1, "2022-06-30") == (0.75, None, None)
    assert candidates(3, 1, "2022-07-01") == (0.75, False, "over")
    assert candidates(4, 0, "2022-07-01") == (1, True, "over")
    assert candidates(0, 0) == (None, None, "nobody")


def test_t10_is_the_share_of_those_who_were_reached() -> None:
    """Invited of all, by ground and region; nobody there is no value."""
    counters = {
        "priority_reach|county=330101|ground=first_aider|invited=yes": 3,
        "priority_reach|county=330102|ground=first_aider|invited=no": 1,
        "under_review|county=330101": 1,
    }
    figures = list(reach(scene(counters)))
    province = found(figures, "T10|ground=first_aider|region=33")
    assert (province.value, province.low, province.high) == (0.75, 0.5, 1)
    assert found(figures, "T10|ground=first_aider|region=330101").value == 1
    assert found(figures, "T10|ground=backbone|region=33").note == "nobody"
