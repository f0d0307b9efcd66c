"""Silent systems, and T13."""

from __future__ import annotations

import pytest

from hub import topics
from hub.core.completeness import RESTS_ON, quality, rests_on, reviews, silent_systems, sources
from hub.core.dates import parse_day
from hub.core.figure import Key
from tests.unit.core.scenes import TODAY, found, scene


@pytest.mark.parametrize(("day", "silent"), [("2022-04-26", False), ("2022-04-25", True)])
def test_a_system_is_silent_beyond_its_rhythm(day: str, silent: bool) -> None:  # noqa: FBT001 - a case
    """Seven days are within a rhythm of seven, eight are not; one never heard of is silent."""
    heard = {"training": parse_day(day)}
    assert ("training" in silent_systems(scene(heard=heard))) is silent
    assert "registry" in silent_systems(scene(heard=heard))
    figure = found(sources(scene(heard=heard)), "source.silent_days|system=training")
    assert (figure.note == "silent") is silent


def test_a_figure_rests_on_systems() -> None:
    """Members rest on the registry, what has a system on that one, and a target's part on its target's."""
    assert rests_on(Key("members", "kind=adult")) == ("registry",)
    assert rests_on(Key("flow.rejected", "code=X|system=blood")) == ("blood",)
    assert rests_on(Key("T5.schools")) == ("directory",)
    assert rests_on(Key("shadow", "rule=all")) == ()


def test_no_figure_tells_of_class_s() -> None:
    """No list of systems names one of class s: who qualifies by what must not show."""
    sensitive = {topics.system_of(topic) for topic in topics.SENSITIVE}
    known = {topics.system_of(topic) for topic in topics.UPSTREAM}
    assert not [systems for systems in RESTS_ON.values() if sensitive & set(systems)]
    assert {system for systems in RESTS_ON.values() for system in systems} <= known - sensitive


def test_t13_is_the_share_of_what_was_received() -> None:
    """Each record is received once, whatever its type and day."""
    counters = {
        "flow.received|day=2022-05-03|system=training|type=a": 6,
        "flow.received|day=2021-05-03|system=training|type=b": 2,
        "flow.rejected|code=X|system=training": 1,
        "flow.rejected|code=Y|system=training": 1,
        "flow.parked|reason=Z|system=rescue": 1,
    }
    figures = list(quality(scene(counters)))
    assert found(figures, "T13.rejected|system=training").value == 0.25
    assert found(figures, "T13.parked|system=training").value == 0
    assert found(figures, "T13.parked|system=rescue").note == "nothing received"


def test_the_oldest_review_is_that_of_the_first_day_on_which_one_that_is_open_began() -> None:
    """A day on which no review is open any more does not count; without any there is no age."""
    counters = {
        "reviews_open|day=2021-12-01": 0,
        "reviews_open|day=2022-02-28": 1,
        "reviews_open|day=2022-03-31": 4,
    }
    oldest = found(reviews(scene(counters)), "T13.oldest_days")
    assert (oldest.value, oldest.note) == (TODAY - parse_day("2022-02-28"), None)
    none = found(reviews(scene(dict.fromkeys(counters, 0))), "T13.oldest_days")
    assert (none.value, none.note) == (None, "nobody")


def test_precision_is_the_share_of_what_was_decided_by_hand_that_was_right() -> None:
    """By region; where nothing was decided there is no sample."""
    counters = {
        "identities_decided|county=330101|verdict=confirmed": 3,
        "identities_decided|county=330101|verdict=refuted": 1,
        "identities_decided|county=330201|verdict=refuted": 1,
    }
    figures = list(reviews(scene(counters)))
    regions = ("33", "3301", "330101", "330102", "330201")
    values = [found(figures, f"T13.match_precision|region={region}").value for region in regions]
    assert values == [0.6, 0.75, 0.75, None, 0]
    assert found(figures, "T13.match_precision|region=330102").note == "no sample"
