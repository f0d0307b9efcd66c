"""hub.core.shelf: the newest version of each key, chosen and in order."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.core.shelf import Selection, Shelf, key_of, order, outruns, silent_systems
from tests.unit.figuremaking import figure

A = figure("T1", "33", 1.0)


def versions(*numbers: int) -> Shelf:
    """Return a shelf that took these versions of one figure in this order."""
    shelf = Shelf()
    for offset, number in enumerate(numbers):
        shelf.put(0, offset, A.key, A._replace(version=number, value=float(number)))
    return shelf


def test_the_newest_version_counts() -> None:
    """A lower version that comes later, from a worker that was replaced, changes nothing."""
    (found,) = versions(1, 3, 2).figures()
    assert found.value == 3.0


def test_a_tombstone_takes_a_figure_away_and_it_can_come_back() -> None:
    """It is gone for whoever looks, told to whoever follows, and any version may follow it."""
    shelf = versions(5)
    gone = shelf.put(0, 1, A.key, None)
    assert gone is not None
    assert (gone.figure, len(shelf), shelf.get(A.key), shelf.figures()) == (None, 0, None, [])
    assert shelf.since({0: 1}) == [gone]
    assert shelf.put(0, 2, A.key, None) is None
    back = shelf.put(0, 3, A.key, A)
    assert back is not None
    assert shelf.get(A.key) == back


def test_what_was_read_already_or_says_nothing_new_is_no_change() -> None:
    """A record read twice and one that repeats the figure are not told again; positions only rise."""
    shelf = versions(1)
    assert shelf.put(0, 0, A.key, A._replace(version=9)) is None
    assert shelf.put(0, 1, A.key, A._replace(version=1, value=1.0)) is None
    assert shelf.positions == {0: 2}
    shelf.put(0, 0, "other", None)
    assert shelf.positions == {0: 2}


@pytest.mark.parametrize(
    ("selection", "keys"),
    [
        pytest.param(Selection(("T8",)), ["T8.invited|region=3301"], id="a-name-takes-its-parts"),
        pytest.param(Selection(("T1",)), ["T1|region=33", "T1|region=330106"], id="T1-is-not-T12"),
        pytest.param(Selection(region="3301"), ["T1|region=330106", "T8.invited|region=3301"], id="below"),
        pytest.param(Selection(region="3301", below=False), ["T8.invited|region=3301"], id="itself"),
        pytest.param(Selection(levels=("county",)), ["T1|region=330106"], id="level"),
        pytest.param(Selection(period="2022"), ["T12|period=2022-05|region=33"], id="period"),
        pytest.param(Selection(("T12",), period="now"), [], id="now"),
        pytest.param(Selection(labels={"kind": "adult"}), ["members|kind=adult|region=unknown"], id="label"),
        pytest.param(Selection(("members",), "33"), ["members|kind=adult|region=unknown"], id="unknown"),
    ],
)
def test_a_selection_takes_what_it_names(selection: Selection, keys: list[str]) -> None:
    """By figure, region with what lies in it, level, period and label."""
    shelf = Shelf()
    figures = [
        figure("T1", "33"), figure("T1", "330106"), figure("T8.invited", "3301"),
        figure("T12", "33", period="2022-05"), figure("members", "unknown", labels="kind=adult"),
    ]  # fmt: skip
    for offset, each in enumerate(figures):
        shelf.put(0, offset, each.key, each)
    assert [each.key for each in shelf.figures(selection)] == keys
    assert [each.key for each in shelf.placed(selection)] == keys


def test_figures_are_ordered_as_people_count() -> None:
    """T2 before T10; a province before its cities."""
    told = [figure("T10"), figure("T2", "3301"), figure("T2", "33"), figure("T1.x"), figure("T1")]
    assert [(each.figure, each.region) for each in sorted(told, key=order)] == [
        ("T1", "33"), ("T1.x", "33"), ("T2", "33"), ("T2", "3301"), ("T10", "33"),
    ]  # fmt: skip


def test_keys_leave_out_what_is_empty() -> None:
    """The key is what the topic's key is."""
    assert key_of("T9", "council=zj", "2022-06-30") == "T9|council=zj|period=2022-06-30"
    assert A.key == "T1|region=33"


def test_positions_of_another_topic_are_found_out() -> None:
    """A position beyond the end, or of a partition there is not, means nothing here."""
    assert outruns({0: 5}, {0: 4})
    assert outruns({1: 0}, {0: 4})
    assert not outruns({0: 4}, {0: 4})


def test_silent_systems_are_told_once() -> None:
    """Every system that some figure rests on and that is silent, in order."""
    told = [figure("T1", silent=["training"]), figure("T2", silent=["rescue", "training"])]
    assert silent_systems(told) == ("rescue", "training")


_RECORDS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2), st.one_of(st.none(), st.integers(1, 9))))


@example([(0, 0, 2), (0, 0, None), (0, 0, 1)], 1)
@given(_RECORDS, st.integers(0, 30))
def test_whoever_comes_back_misses_nothing(records: list[tuple[int, int, int | None]], left: int) -> None:
    """What was heard up to any position, and then what changed since, is what the shelf holds."""
    shelf, cut, ends = Shelf(), {}, [0, 0, 0]
    heard: dict[str, object] = {}
    for number, (key, partition, version) in enumerate(records):
        told = None if version is None else A._replace(region=str(key), version=version)
        name = f"{key}@{partition}"  # a key is always in the same partition
        changed = shelf.put(partition, ends[partition], name, told)
        ends[partition] += 1
        if number < left:
            cut[partition] = ends[partition]
            if changed is not None:
                heard[name] = changed.figure
    heard |= {placed.key: placed.figure for placed in shelf.since(cut)}
    held = {placed.key: placed.figure for placed in shelf.placed(Selection())}
    assert {name: figure for name, figure in heard.items() if figure is not None} == held
