"""The broadcast tables fold what is published, in any of their topics."""

from __future__ import annotations

from typing import Any

import pytest

from hub import packaged, topics
from hub.core.codes import Code
from hub.core.organisation import Directory
from hub.data import crosswalk
from hub.errors import DeadLetterError
from hub.stages.tables import MOST_COMPILED, HubTables
from tests.unit.core.people import COUNTY, TODAY, organisation
from tests.unit.stages.matchmaking import CODEC, announce

BOOK = packaged.read_text("rules/books/zhejiang-2022.yaml")


def rule_book(text: str, version: int = 2, *, at: int = 0) -> bytes:
    """Return the activation of a rule book."""
    return CODEC.encode(
        "hub.rule_book",
        {
            "book_id": "zhejiang-2022",
            "version": version,
            "text": text,
            "digest": "",
            "author": "test",
            "reason": "test",
            "activated_at": at,
            "preview": None,
        },
    )


@pytest.fixture
def tables() -> HubTables:
    """Return empty tables."""
    return HubTables(CODEC, crosswalk())


def test_empty_tables_have_no_edition(tables: HubTables) -> None:
    """Before the first activation there is no book, and nobody can be evaluated."""
    assert (tables.edition, tables.book, tables.world(TODAY)) == ("", None, None)


def test_a_rule_book_is_activated_and_taken_back(tables: HubTables) -> None:
    """The edition names the active book; a tombstone leaves none."""
    tables.apply(topics.RULES, b"active", rule_book(BOOK))
    assert tables.edition == "zhejiang-2022@2"
    compiled = tables.book
    tables.apply(topics.RULES, b"active", rule_book(BOOK))
    assert tables.book is compiled, "compiled once per text"
    tables.apply(topics.RULES, b"draft", rule_book(BOOK))
    assert tables.edition == "zhejiang-2022@2"
    tables.apply(topics.RULES, b"active", None)
    assert tables.edition == ""


def test_a_book_that_is_wrong_leaves_the_last_good_one(tables: HubTables) -> None:
    """A book that was published unchecked is a dead letter, not the end of the hub."""
    tables.apply(topics.RULES, b"active", rule_book(BOOK))
    with pytest.raises(DeadLetterError) as caught:
        tables.apply(topics.RULES, b"active", rule_book("id: zhejiang-2022\n"))
    assert caught.value.code == Code.VALUE_INVALID
    assert tables.edition == "zhejiang-2022@2"


def test_every_book_that_was_active_can_be_asked_again(tables: HubTables) -> None:
    """By its edition, whether the worker saw it active or came later; not one that is wrong by now."""
    tables.apply(topics.RULES, b"active", rule_book(BOOK))
    active = tables.book
    old = BOOK.replace("version: 2", "version: 1", 1)
    tables.apply(topics.RULES, b"history/0000000000000001", rule_book(old, 1))
    tables.apply(topics.RULES, b"active", rule_book(BOOK.replace("version: 2", "version: 3", 1), 3))
    for edition in ("zhejiang-2022@1", "zhejiang-2022@2"):
        found = tables.earlier(edition)
        assert found is not None
        assert found.id == edition
    assert tables.edition == "zhejiang-2022@3"
    assert tables.earlier("zhejiang-2022@2") is active, "compiled once"
    assert tables.earlier("") is None
    tables.apply(topics.RULES, b"history/0000000000000000", rule_book("id: x\n", 9))
    assert tables.earlier("zhejiang-2022@9") is None


def test_books_are_not_kept_compiled_for_ever(tables: HubTables) -> None:
    """The oldest is compiled again when it is asked for."""
    for version in range(1, MOST_COMPILED + 3):
        text = BOOK.replace("version: 2", f"version: {version}", 1)
        tables.apply(topics.RULES, b"active", rule_book(text, version))
    first, again = tables.earlier("zhejiang-2022@1"), tables.earlier("zhejiang-2022@1")
    assert first is not None
    assert first is again


def on_trial(tables: HubTables) -> tuple[str, int] | None:
    """Return the edition on trial, and since when."""
    trial = tables.trial
    return (trial.book.id, trial.run) if trial is not None else None


def test_what_runs_beside_the_active_book(tables: HubTables) -> None:
    """A book that was published for that, else the active one's own rules on trial, else nothing."""
    tables.apply(topics.RULES, b"active", rule_book(BOOK))
    assert on_trial(tables) is None
    tables.apply(topics.RULES, b"shadow", rule_book(BOOK.replace("version: 2", "version: 7", 1), 7, at=44))
    assert on_trial(tables) == ("zhejiang-2022@7", 44)
    assert tables.edition == "zhejiang-2022@2"
    tables.apply(topics.RULES, b"shadow", None)
    assert on_trial(tables) is None
    own = BOOK.replace("    status: active\n", "    status: shadow\n", 1)
    tables.apply(topics.RULES, b"active", rule_book(own, at=55))
    assert on_trial(tables) == ("zhejiang-2022@2", 55)
    tables.apply(topics.RULES, b"active", rule_book(BOOK, at=56))
    assert on_trial(tables) is None


def test_organisations_are_folded(tables: HubTables) -> None:
    """What is announced is found on its day, what is taken back is not."""
    announce(tables, "SOC", organisation("society", COUNTY, on=TODAY))
    assert tables.organisations.at("society", COUNTY, TODAY) is not None
    announce(tables, "SOC", None)
    assert tables.organisations.at("society", COUNTY, TODAY) is None
    assert isinstance(tables.organisations, Directory)


@pytest.mark.parametrize(
    ("topic", "key", "name", "record"),
    [
        pytest.param(
            topics.REGIONS,
            "population/33/2022/census",
            "hub.population",
            {"region": "33", "year": 2022, "value": 65_770_000, "vintage": "2022"},
            id="population",
        ),
        pytest.param(
            topics.CONTROLS,
            "release",
            "hub.control",
            {"action": "release", "subject": "x", "author": "test", "reason": "test", "at": 0},
            id="control",
        ),
    ],
)
def test_figures_and_controls_are_kept_by_their_key(
    tables: HubTables, topic: str, key: str, name: str, record: dict[str, Any]
) -> None:
    """The newest record of a key counts; a tombstone removes it."""
    kept = tables.populations if topic == topics.REGIONS else tables.controls
    tables.apply(topic, key.encode(), CODEC.encode(name, record))
    assert kept == {key: record}
    tables.apply(topic, key.encode(), None)
    assert kept == {}


def test_regions_follow_the_changes(tables: HubTables) -> None:
    """A region change is for the edition of region codes, not for the populations."""
    change = {"old_code": COUNTY, "new_code": "330199", "township": None, "rule": "one_to_one", "from_on": 5}
    tables.apply(topics.REGIONS, f"{COUNTY}/330199/".encode(), CODEC.encode("hub.region_change", change))
    assert tables.regions.resolve(COUNTY, TODAY) == "330199"
    assert tables.populations == {}


def test_routes_are_kept_for_a_day_and_until_a_change(tables: HubTables) -> None:
    """A kept answer never outlives what it rests on."""
    tables.apply(topics.RULES, b"active", rule_book(BOOK))

    def kept(day: int) -> dict[Any, Any]:
        world = tables.world(day)
        assert world is not None
        return world.routes

    kept(TODAY)["adult", None, COUNTY] = None
    assert kept(TODAY)
    assert not kept(TODAY + 1)
    kept(TODAY + 1)["adult", None, COUNTY] = None
    announce(tables, "SOC", organisation("society", COUNTY))
    assert not kept(TODAY + 1)
