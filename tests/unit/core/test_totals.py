"""Totals of counters."""

from __future__ import annotations

from hub.core.totals import Fold, Part, Total, newest


def part(origin: str, version: int, value: int, offset: int, epoch: int = 0) -> Part:
    """Return a part of the one counter."""
    return Part("persons|county=330106", origin, epoch, version, value, "stock", 10 * offset, offset, offset)


def test_the_newest_part_of_each_origin_counts() -> None:
    """A total is the sum over origins of their newest values, and says where each of them stood."""
    fold = Fold()
    for each in (part("m/f/1", 1, 5, 0), part("m/f/0", 1, 3, 1), part("m/f/1", 2, 4, 2)):
        assert fold.add(each)
    assert fold.changed() == [
        Total("persons|county=330106", "stock", 7, 3, 20, ("m/f/0@1", "m/f/1@2")),
    ]
    assert fold.changed() == []


def test_an_older_or_repeated_part_changes_nothing() -> None:
    """What was superseded, or comes twice, is ignored."""
    fold = Fold()
    fold.add(part("o", 3, 5, 0))
    fold.changed()
    assert not fold.add(part("o", 3, 5, 1))
    assert not fold.add(part("o", 2, 9, 2))
    assert fold.changed() == []
    assert [total.value for total in fold.totals()] == [5]


def test_a_newer_epoch_replaces_a_higher_version() -> None:
    """A writer that began anew counts from its first part on, whatever the version before was."""
    fold = Fold()
    fold.add(part("o", 90, 5, 0))
    assert fold.add(part("o", 1, 2, 1, epoch=1))
    assert not fold.add(part("o", 91, 6, 2))
    assert fold.total("persons|county=330106").value == 2


def test_the_version_rises_with_every_part_that_counts() -> None:
    """A total's version is the offset after its newest part."""
    fold = Fold()
    versions = []
    for offset, value in ((4, 1), (9, 1), (10, 0)):
        fold.add(part("o", offset, value, offset))
        versions += [total.version for total in fold.changed()]
    assert versions == [5, 10, 11]


def test_the_highest_version_of_a_total_counts() -> None:
    """A late total of a deposed worker loses against the one with the higher version."""
    first, second = Total("a", "stock", 1, 5, 0, ()), Total("a", "stock", 2, 9, 0, ())
    assert newest([second, first]) == newest([first, second]) == {"a": second}
