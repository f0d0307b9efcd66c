"""Another rule book while events flow and a worker dies: one point per task, and everybody evaluated."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from hub import contracts, topics
from hub.demo.result import pseudonyms
from hub.demo.topic_reader import read_topic
from hub.privacy.key_ring import KeyRing
from tests.faults.flow import PEOPLE, Flow, Hand, cold, decisions, draft, in_real_time, load
from tests.faults.harness import Hub, hub_settings
from tests.faults.script import SHORT, script
from tests.faults.workers import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hub.embedded.broker import EmbeddedBroker

OLD, NEW = "zhejiang-2022@2", "zhejiang-2022@3"
SWEEP_RECORDS = max(8, PEOPLE // 400)
"""So few that both deaths fall into the sweep."""
PATIENCE_S = 600.0


def publish(hand: Hand, path: Path) -> None:
    """Activate a draft."""
    hand.run("rules", "activate", str(path), "--author", "tests", "--reason", "PIA 2022-03")


def withdrawn(hub: Hub) -> list[dict[str, Any]]:
    """Return every record about an invitation that was withdrawn for its rule."""
    decode = contracts.codec().reader("hub.invitation")
    records = [decode(each.value) for each in read_topic(hub.settings, topics.INVITATIONS) if each.value]
    return [record for record in records if record["cause"] == "rule_withdrawn"]


@pytest.mark.slow
def test_a_book_is_activated_while_events_flow_and_workers_die(
    broker: EmbeddedBroker, key_dir: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Each decision names one of two books, each task switches once, all ends as a cold evaluation does."""
    settings = in_real_time(hub_settings(broker.bootstrap, tmp_path, key_dir))
    hand = Hand(settings)
    directory, events = load()
    half = len(events) // 2
    with Hub(settings, tmp_path) as hub:
        for slot in (0, 1):
            hub.workers.start(slot, sweep_records=SWEEP_RECORDS)
        hub.publish(directory)
        until(hand.idle, "the directory to be known", PATIENCE_S)
        hub.publish(events[:half])
        until(hand.idle, "the first half to be worked off", PATIENCE_S)
        flow = Flow(settings, events[half:])
        try:
            until(lambda: flow.published > half // 4, "a quarter of the flow", PATIENCE_S)
            publish(hand, draft(tmp_path))
            until(
                lambda: any(task["part"] for task in hand.newest()["tasks"]), "the sweep to begin", PATIENCE_S
            )
            at_work = []
            for slot in (0, 1):
                at_work.append((flow.flowing, hand.newest()["part"] < 1))
                hub.workers.kill(slot)
                hub.workers.revive()
                until(lambda s=slot: hub.workers.opened(s) > 0, "the worker to be back", PATIENCE_S)  # type: ignore[misc]
        finally:
            flow.end()
        record_property("events per second", round(flow.rate))
        hand.run("rules", "history", "--watch")
        until(hand.idle, "all events to be worked off", PATIENCE_S)
        newest = hand.newest()
        assert at_work == [(True, True)] * 2, "both must strike while events flow and the sweep runs"
        assert hub.workers.deaths == [-9, -9]
        assert (newest["edition"], newest["waiting"], newest["part"]) == (NEW, 0, 1)
        check_switches(hub, newest["tasks"])
        assert hand.json("invitations", "audit")["ok"]
        wrong, grounds = cold(settings)
        assert wrong == []
        assert grounds > PEOPLE // 10, "there must be something to compare"
        assert withdrawn(hub), "some must have rested on the rule that was withdrawn"


def check_switches(hub: Hub, tasks: list[dict[str, Any]]) -> None:
    """Hold every decision against the recorded point of its task."""
    switched = {task["partition"]: task["tick"] for task in tasks if task["stage"] == "matching"}
    made = decisions(hub.settings)
    assert {decision.book for decision in made} == {OLD, NEW}
    of_task = defaultdict(list)
    for decision in made:
        of_task[decision.partition].append(decision)
        point = switched[decision.partition]
        assert decision.book == (NEW if decision.tick > point else OLD) or decision.tick == point, decision
        for name, version, title in decision.rules:
            if name == "R01":
                expected = (2, "救护员证在有效期内") if decision.book == NEW else (1, "持有有效救护员证")
                assert (version, title) == expected
    for mine in of_task.values():
        assert {decision.book for decision in mine} == {OLD, NEW}, "each task must have decided under both"
        assert sum(before.book != after.book for before, after in pairwise(mine)) == 1, "a task went back"


@pytest.mark.slow
def test_old_decisions_keep_their_texts(broker: EmbeddedBroker, key_dir: Path, tmp_path: Path) -> None:
    """What `hub person show` says of a decision stays, texts and versions, after two more activations."""
    settings = hub_settings(broker.bootstrap, tmp_path, key_dir)
    hand, played = Hand(settings), script(SHORT)
    with Hub(settings, tmp_path) as hub:
        hub.workers.start(0)
        hub.play(played)
        tick = played.days[-1].tick
        before = {name: shown(hand, name) for name in some_people(hub)}
        publish(hand, draft(tmp_path))
        hub.settle(tick)
        hand.run("rules", "rollback", "--author", "tests", "--reason", "too many left out")
        hub.settle(tick)
        history = hand.json("rules", "history")["activations"]
        assert [each["edition"] for each in history] == [OLD, NEW, OLD]
        assert "back to zhejiang-2022@2" in history[-1]["reason"]
        assert history[-1]["part"] == 1
        assert len(before) == 2
        for name, decided in before.items():
            assert shown(hand, name)[: len(decided)] == decided
            rules = {
                (rule["id"], rule["version"], rule["title_zh"]) for each in decided for rule in each["rules"]
            }
            assert ("R01", 1, "持有有效救护员证") in rules
        assert {decision.book for decision in decisions(settings)} == {OLD, NEW}, "both must have decided"


def some_people(hub: Hub) -> list[str]:
    """Return the document numbers of two people who were decided on by R01."""
    ring = KeyRing.load(hub.settings.key_dir, hub.settings.cipher_suite)
    pseudonym = pseudonyms(ring.blind_index())
    known = {
        pseudonym(happening.subject): happening.subject.partition(" ")[2]
        for day in script(SHORT).days
        for happening in day.happenings
        if happening.subject is not None and happening.subject.startswith("resident_id ")
    }
    decode = contracts.codec().reader("hub.decision", ("person", "rules"))
    said = [decode(each.value) for each in read_topic(hub.settings, topics.DECISIONS) if each.value]
    found = {each["person"] for each in said if any(rule["id"] == "R01" for rule in each["rules"])}
    return [known[who] for who in sorted(found & known.keys())][:2]


def shown(hand: Hand, number: str) -> list[dict[str, Any]]:
    """Return the decisions about somebody, as the data officer sees them."""
    return list(hand.json("person", "show", "--stdin", typed=f"resident_id\n{number}\n")["decisions"])
