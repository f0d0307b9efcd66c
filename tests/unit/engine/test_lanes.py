"""How partitions follow lanes."""

from __future__ import annotations

import pytest

from hub.engine.lanes import Lanes

LANES = Lanes("hub.facts", 4, ("hub.facts", "as.many", "fewer", "more"))
COUNTS = {"hub.facts": 4, "as.many": 4, "fewer": 2, "more": 11}
EVERY = {(topic, partition) for topic, count in COUNTS.items() for partition in range(count)}


@pytest.mark.parametrize(
    ("lanes", "places"),
    [
        (
            {0},
            {("hub.facts", 0), ("as.many", 0), ("fewer", 0), ("more", 0), ("more", 4), ("more", 8)},
        ),
        ({3}, {("hub.facts", 3), ("as.many", 3), ("more", 3), ("more", 7)}),
        (set(), set()),
        ({0, 1, 2, 3}, EVERY),
        ({4}, set()),
    ],
    ids=["a lane", "one without a partition of a topic", "none", "all", "one that cannot be"],
)
def test_a_lane_is_partition_p_of_every_topic(lanes: set[int], places: set[tuple[str, int]]) -> None:
    """A lane holds the partition of its number, and those of wider topics that go round to it."""
    found = LANES.expand(lanes, COUNTS)
    assert set(found) == places
    assert len(found) == len(places)


@pytest.mark.parametrize("owners", [1, 2, 3, 4, 5])
def test_every_partition_has_one_owner(owners: int) -> None:
    """However the lanes are dealt out, every partition of every topic is somebody's, and nobody else's."""
    hands = [{lane for lane in range(4) if lane % owners == owner} for owner in range(owners)]
    held = [place for hand in hands for place in LANES.expand(hand, COUNTS)]
    assert sorted(held) == sorted(EVERY)


def test_growing_moves_nothing() -> None:
    """A topic that gets more partitions keeps every partition it had in its lane."""
    for lane in range(4):
        grown = LANES.expand({lane}, COUNTS | {"fewer": 9})
        assert set(LANES.expand({lane}, COUNTS)) <= set(grown)


def test_a_topic_that_is_not_there_has_no_partitions() -> None:
    """What nobody has heard of yet is left out."""
    assert LANES.expand({1}, {"hub.facts": 4}) == [("hub.facts", 1)]
