"""The hub's stages, run in memory, against the simulation's independent expectation."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from hub import activation, contracts, packaged, topics
from hub.demo.observed import Observed, add_counters, fold
from hub.demo.play import Played
from hub.demo.result import Result, make_result, pseudonyms
from hub.demo.site import BOOK
from hub.demo.topic_reader import Message
from hub.privacy.key_ring import KeyRing
from hub.rules.book import load as load_book
from hub.settings import load
from hub.simulate import consents, councils, directory, life, organs, registry, stem_cells
from hub.simulate.days import Plan, Year
from hub.simulate.regions import region_table
from hub.stages.build import build_stages
from hub.stages.pipeline import MemoryPipeline


def pipeline_with_book(ring: KeyRing, partitions: int, text: str, batch: int = 37) -> MemoryPipeline:
    """Return the whole flow in memory, with a rule book active."""
    stages, tables = build_stages(load(key_dir=ring.directory), ring)
    pipeline = MemoryPipeline(stages, tables, partitions=partitions, batch=batch)
    book = activation.record(text, load_book(text, file="the book").edition, "", "", 0)
    pipeline.publish(topics.RULES, b"active", contracts.codec().encode("hub.rule_book", book))
    return pipeline


def outputs(pipeline: MemoryPipeline) -> Observed:
    """Return what came out, read as the demo reads it from Kafka."""

    def read(topic: str) -> Iterable[Message]:
        for offset, (key, value) in enumerate(pipeline.emitted(topic)):
            yield Message(0, offset, 0, key, value)

    seen = fold(read, contracts.codec())
    add_counters(pipeline.counters(), seen)
    for task in pipeline.tasks:
        seen.dead_letters.update(letter.code for letter in task.context.dead_letters)
    return seen


def run(plan: Plan, ring: KeyRing, partitions: int, text: str | None = None) -> Result:
    """Play a year through the stages in memory and compare."""
    year, played = Year(plan, region_table(), contracts.codec().writer), Played()
    pipeline = pipeline_with_book(ring, partitions, text or packaged.read_text(BOOK))
    for day in year.days():
        for message in day.messages:
            pipeline.publish(message.topic, message.key, message.value)
        pipeline.tick(day.tick)
        played.ticks.append((day.tick, day.expected))
        played.events += len(day.messages)
    return make_result(plan, year, played, outputs(pipeline), pseudonyms(ring.blind_index()))


@pytest.mark.parametrize(
    ("plan", "partitions"),
    [
        pytest.param(Plan(people=400, days=365, problems=0.05), 1, id="a-year"),
        pytest.param(Plan(people=400, days=180, problems=0.05, seed=2), 2, id="half-a-year"),
        pytest.param(Plan(people=400, days=180, problems=0.05, seed=3), 3, id="another-half-year"),
        pytest.param(Plan(people=700, days=120, problems=0.5, seed=2), 3, id="half-of-it-spoilt"),
        pytest.param(Plan(people=500, days=100, county="330106", seed=3), 2, id="another-county"),
        pytest.param(Plan(people=500, days=120, counties=11, problems=0.05, seed=4), 2, id="province"),
    ],
)
def test_stages_do_what_is_expected(plan: Plan, partitions: int, tmp_path: Path) -> None:
    """At every tick each person's latest invitation, and at the end every figure, is as expected."""
    ring = KeyRing.create(tmp_path / "keys").make_recipient("registry", tmp_path / "registry.key")
    result = run(plan, ring, partitions)
    assert [str(difference) for difference in result.differences] == []
    assert result.summary["comparison"]["changes"] > 100
    assert len(result.summary["examples"]) == 5


RARE: tuple[tuple[object, str, object], ...] = (
    (life, "_ERASED", 0.12), (life, "_DIES", 0.1), (life, "_MOVES", 0.5), (organs, "_FAMILIES", 0.3),
    (organs, "_WISHES", 0.1), (stem_cells, "_REGISTERED", 0.3), (stem_cells, "_GIVES", 0.7),
    (registry, "_MEMBERS", 0.2), (registry, "_FORMER", 0.2), (councils, "_PER_THOUSAND", 200),
    (consents, "_PLANS", {"class": 0.3, "early": 0.4, "late": 0.25, "never": 0.05}),
    (consents, "_WITHDRAWN", 0.2), (directory, "_CHANGES_OF_EACH", 60),
)  # fmt: skip
"""What hardly happens, and how often it does here."""


def test_what_is_rare_is_as_expected_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nearly everybody moves, gives, stands for a council, is erased or dies, all is as expected."""
    for story, share, often in RARE:
        monkeypatch.setattr(story, share, often)
    ring = KeyRing.create(tmp_path / "keys").make_recipient("registry", tmp_path / "registry.key")
    result = run(Plan(people=200, days=250, problems=0.1, counties=2, seed=5), ring, 2)
    assert [str(difference) for difference in result.differences] == []
    stock, tasks = result.summary["stock"], result.summary["tasks"]
    assert stock["sensitive_grounds"] > 20
    assert {
        "sensitive_held|code=quiet",
        "sensitive_held|code=release",
        "sensitive_held|code=deceased",
    } <= set(stock)
    assert {"transfer opened", "transfer done", "admission escalated", "admission done"} <= set(tasks)


@pytest.mark.parametrize(
    ("right", "wrong", "shows"),
    [
        pytest.param("valid_days: 180", "valid_days: 170", "valid_until", id="validity"),
        pytest.param('minimum: "2021-11"', 'minimum: "2019-01"', "consent", id="notice"),
        pytest.param("today - 365 days", "today - 20 days", "cooldown", id="cooldown"),
        pytest.param("priority: P2", "priority: P3", "priority", id="priority"),
        pytest.param("reminder_days: 30", "reminder_days: 31", "reminded_on", id="reminder"),
        pytest.param("P3: monday", "P3: tuesday", "invitation", id="batch"),
        pytest.param("P3: 168", "P3: 169", "act_by", id="time-limit"),
        pytest.param("due_days_before: 14", "due_days_before: 10", "tasks", id="due"),
    ],
)
def test_a_hub_that_does_otherwise_is_found_out(right: str, wrong: str, shows: str, tmp_path: Path) -> None:
    """A changed rule, guard or validity shows as differences that name what differs."""
    text = packaged.read_text(BOOK)
    assert right in text
    ring = KeyRing.create(tmp_path / "keys").make_recipient("registry", tmp_path / "registry.key")
    result = run(Plan(people=400, days=120, problems=0.05), ring, 1, text.replace(right, wrong))
    assert result.differences
    assert any(shows in str(difference) for difference in result.differences)
