"""What a backtest says of people who are at hand, against what the stages then do with them in memory."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from hub import activation, contracts, topics
from hub.backtest import run
from hub.backtest.contrast import Contrast, Effect, Person
from hub.backtest.share import GivenShare, Place
from hub.core import dates, person, sensitive
from hub.core.person import PersonState
from hub.core.task import Task
from hub.privacy.key_ring import KeyRing
from hub.privacy.padding import unpad
from hub.simulate import organs, stem_cells
from hub.simulate.days import Plan, Year
from hub.simulate.regions import region_table
from hub.stages.pipeline import MemoryPipeline
from hub.stages.tables import HubTables
from tests.unit.backtest.books import BOOKS, PACKAGED
from tests.unit.demo.test_agreement import pipeline_with_book

CODEC = contracts.codec()
_PERSON = b"p"
_BATCH = 1_000
"""So that every ground that class s tells anew is known before matching's own sweep: what a forecast takes
for granted. Whoever is swept before is changed twice."""


def played(ring: KeyRing, plan: Plan) -> tuple[MemoryPipeline, int]:
    """Play a simulation under the packaged book; return the hub at rest, and its time."""
    pipeline, now = pipeline_with_book(ring, 1, PACKAGED, _BATCH), 0
    for day in Year(plan, region_table(), CODEC.writer).days():
        for message in day.messages:
            pipeline.publish(message.topic, message.key, message.value)
        now = day.tick
        pipeline.tick(now)
    return pipeline, now


def share_of(pipeline: MemoryPipeline, ring: KeyRing) -> GivenShare:
    """Return everybody the hub knows, as its stages keep them."""
    sealer, states = (
        ring.sensitive_sealer(),
        {task.stage.name: task.context.memory.data for task in pipeline.tasks},
    )
    secrets = {
        key[1:]: sensitive.decode(unpad(sealer.open(value, key)))
        for key, value in states["sensitive"].items()
        if key.startswith(_PERSON)
    }
    people = {
        key[1:]: person.decode(value) for key, value in states["matching"].items() if key.startswith(_PERSON)
    }
    everybody = [
        Person(who, people.get(who) or PersonState({}, {}), secrets.get(who))
        for who in sorted({*people, *secrets})
    ]
    tables = pipeline.tables
    assert isinstance(tables, HubTables)
    return GivenShare(everybody, Place(tables.organisations, tables.regions))


def asked_of(task: Task) -> tuple[Any, ...]:
    """Return what a forecast tells of a task."""
    return (
        task.kind, task.status, task.organisation, task.target, task.rule, task.due_on, task.session_on,
        task.term, task.council or None, task.blocked_by or None, task.escalated_to, task.act_by,
        task.revision,
    )  # fmt: skip


def told_of(record: dict[str, Any]) -> tuple[Any, ...]:
    """Return the same of a record of a task."""
    return tuple(
        record[name]
        for name in (
            "kind", "status", "organisation", "target", "rule_id", "due_on", "session_on", "term", "council",
            "blocked_by", "escalated_to", "act_by", "revision",
        )
    )  # fmt: skip


def tasks_of(pipeline: MemoryPipeline) -> list[dict[str, Any]]:
    """Return every record of a task so far."""
    read = CODEC.reader("hub.task")
    return [read(value) for _, value in pipeline.emitted(topics.TASKS) if value is not None]


def tasks_told(pipeline: MemoryPipeline) -> list[tuple[bytes, tuple[Any, ...]]]:
    """Return the same as a forecast tells it, with the person."""
    return [(each["person"], told_of(each)) for each in tasks_of(pipeline)]


def activate(pipeline: MemoryPipeline, text: str, now: int) -> dict[bytes, tuple[Any, ...]]:
    """Activate a book at the same instant; return what happened, by person."""
    before = len(list(pipeline.emitted(topics.INVITATIONS)))
    record = activation.record(text, run.compiled(text).id, "", "", now)
    pipeline.publish(topics.RULES, b"active", CODEC.encode("hub.rule_book", record))
    pipeline.tick(now)
    read = CODEC.reader("hub.invitation")
    told = [
        read(value) for _, value in list(pipeline.emitted(topics.INVITATIONS))[before:] if value is not None
    ]
    assert max(Counter(each["person"] for each in told).values(), default=1) == 1
    return {each["person"]: observed(each) for each in told}


def observed(record: dict[str, Any]) -> tuple[Any, ...]:
    """Return what a forecast tells of a record of an invitation."""
    return (
        record["change"], record["cause"], record["episode"], record["status"], record["priority"],
        tuple(record["rule_ids"]), record["kind"], record["organisation"], record["valid_until"],
        record["act_by"],
    )  # fmt: skip


def expected(one: Contrast) -> tuple[Any, ...]:
    """Return the same of what is forecast."""
    change = one.after.change
    assert change is not None
    made = change.invitation
    return (
        change.change, change.cause, made.episode, made.status, made.priority, made.rules, made.kind,
        made.organisation, made.valid_until, made.act_by,
    )  # fmt: skip


@pytest.mark.parametrize("name", [pytest.param(name, id=name) for name in BOOKS])
def test_what_is_forecast_is_what_happens(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Activated at rest, a book does what its backtest said, to the invitation and to the task."""
    monkeypatch.setattr(organs, "_FAMILIES", 0.2)
    monkeypatch.setattr(stem_cells, "_REGISTERED", 0.3)
    monkeypatch.setattr(stem_cells, "_GIVES", 0.7)
    ring = KeyRing.create(tmp_path / "keys").make_recipient("registry", tmp_path / "registry.key")
    pipeline, now = played(ring, Plan(people=300, days=200, problems=0.05, counties=2, seed=7))
    asked = run.Comparison(PACKAGED, BOOKS[name], now, batches=True)
    contrasts = list(run.compare(share_of(pipeline, ring), asked, lambda _: None))
    assert not [one for one in contrasts if one.before.change is not None], "it was not at rest"
    foreseen = {one.key: expected(one) for one in contrasts if one.after.change is not None}
    asked_before = tasks_told(pipeline)
    happened = activate(pipeline, BOOKS[name], now)
    assert foreseen == happened
    tasks = Counter((one.key, asked_of(told.task)) for one in contrasts for told in one.tasks)
    assert tasks == Counter(tasks_told(pipeline)) - Counter(asked_before)
    words = {
        each["reason_en"]
        for each in tasks_of(pipeline)
        if each["change"] == "cancelled" and each["book"] == run.compiled(BOOKS[name]).id
    }
    assert words == ({"The rule that asked for it was withdrawn or changed."} if name == "tasks" else set())
    kinds = {told.task.kind for one in contrasts for told in one.tasks}
    assert kinds == ({"transfer"} if name == "tasks" else set())
    assert happened
    effects = Counter(one.effect for one in contrasts)
    changes = Counter(told[0] for told in happened.values())
    assert effects[Effect.ISSUED] == changes["issued"]
    assert effects[Effect.WITHDRAWN] == changes["withdrawn"] + changes["expired"]
    assert effects[Effect.RAISED] == changes["raised"]
    assert dates.day_of(now) == dates.day_of(asked.now)
