"""By which way people come, and that none betrays what somebody gave."""

from __future__ import annotations

import pytest

from hub.core import channel, ground
from tests.unit.core.people import P1, FakeHit, FakeRule


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("certificate", "training"), ("course", "training"), ("rescue_member", "rescue"),
        ("mission", "rescue"), ("org_gift", "donation"), ("volunteer", "volunteer"), ("project", "project"),
        ("party", "other"),
    ],
)  # fmt: skip
def test_a_ground_comes_by_what_it_rests_on(kind: str, expected: str) -> None:
    """The kind of fact that a rule hits on is the way."""
    assert channel.of_hit(FakeHit(P1, None, ((kind, b"k"),))) == expected


def test_a_rule_without_evidence_has_no_way() -> None:
    """A rule may hit on the absence of something."""
    assert channel.of_hit(FakeHit(P1, None, ())) == "other"


@pytest.mark.parametrize(
    "hit",
    [
        pytest.param(FakeHit(FakeRule("R05", 2), None, tuple(ground.EVIDENCE)), id="not named"),
        pytest.param(FakeHit(FakeRule("R07", 3, public="G00"), None, (("gift", b"k"),)), id="shares its id"),
    ],
)
def test_what_is_not_named_comes_by_the_same_way(hit: FakeHit) -> None:
    """The ground that is not named and whatever shares its public id are one channel."""
    assert channel.of_hit(hit) == "public_welfare"


@pytest.mark.parametrize(
    "word", ["hsc", "Blood", "organ", "organ_family", "stem_cell", "donor", "donation", "volunteer"]
)
def test_no_word_of_a_source_betrays_a_gift_of_the_body(word: str) -> None:
    """Whatever a registry calls it, stem cells, blood, organs, money and hours are one channel."""
    assert channel.of_word(f" {word} ") == "public_welfare"


def test_another_word_is_just_another() -> None:
    """A free text of a source is no label."""
    assert channel.of_word("a|b=c, 13900000000") == "other"
    assert channel.of_word(None) == "unknown"
