"""``hub invitations``, ``council`` and ``review`` on a real broker: what they read is what was published."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from hub import contracts, kafka, topics
from hub.cli.main import app
from hub.core import dates
from hub.settings import Settings

TODAY = 19_100
CODEC = contracts.codec()
ANNA, BEN = b"\xaa" * 16, b"\xbb" * 16
ENVELOPE = {"source": "/test", "specversion": "1.0", "time": "2022-04-18T12:00:00.000+08:00"}
INVITATION: dict[str, Any] = {
    "cause": None, "priority": 1, "rule_ids": ["R01"], "book": "b@1", "kind": "adult",
    "confirm_region": False, "notice_version": "2022", "issued_on": TODAY - 3, "valid_until": TODAY + 177,
    "reminded_on": None, "act_by": dates.midnight_ms(TODAY) - 1, "episode": 1, "reason_zh": "理由",
    "reason_en": "reason",
    "contact": b"sealed",
    "disclosed": ["name"],
    "tick": dates.midnight_ms(TODAY), "cause_event_id": None,
}  # fmt: skip
TASK: dict[str, Any] = {
    "kind": "admission", "change": "opened", "target": "", "escalated_to": None, "due_on": TODAY + 6,
    "session_on": TODAY + 20, "term": "7", "rule_id": "R10", "book": "b@1", "reason_zh": "理由",
    "reason_en": "reason", "contact": None, "disclosed": [], "tick": dates.midnight_ms(TODAY),
    "cause_event_id": None, "revision": 0, "council": "SOC", "blocked_by": None, "act_by": None,
}  # fmt: skip


class Shelf:
    """Publishes outputs as the hub would have, and runs commands on them."""

    def __init__(self, settings: Settings) -> None:
        """Take the settings of a broker with the hub's topics."""
        self.settings = settings
        self._producer = kafka.connected(kafka.producer(settings))

    def organisation(self, org_id: str) -> None:
        """Announce a society that has been there for years."""
        record = {
            "org_id": org_id, "aspect": "established", "on": 0, "org_class": "society", "name": org_id,
            "parent": None, "region": "330106", "host_unit": None, "stamp": b"1" * 25,
        }  # fmt: skip
        self._publish(topics.ORGANISATIONS, f"{org_id}/established", "hub.organisation", record)

    def invitation(
        self, number: str, person: bytes, status: str, organisation: str = "SOC", **more: Any
    ) -> None:
        """Publish a change of an invitation."""
        own = {"invitation_id": number, "person": person, "organisation": organisation}
        said = {
            "status": status,
            "change": status,
            "envelope": {**ENVELOPE, "id": number, "type": "hub.invitation"},
        }
        self._publish(topics.INVITATIONS, number, "hub.invitation", {**INVITATION, **own, **said, **more})

    def task(self, number: str, person: bytes, status: str = "open", **more: Any) -> None:
        """Publish a change of a task."""
        own = {"task_id": number, "person": person, "status": status, "organisation": "SOC", **more}
        envelope = {**ENVELOPE, "id": number, "type": "hub.task"}
        self._publish(topics.TASKS, number, "hub.task", {**TASK, **own, "envelope": envelope})

    def parked(self, event_id: str, reason: str, topic: str, offset: int) -> None:
        """Park an event of three days ago."""
        record = {
            "event_id": event_id, "source": "/test", "type": "x.v1", "reason": reason, "prohibition": False,
            "occurred_at": dates.midnight_ms(TODAY - 3), "sealed": b"sealed",
            "origin": {"topic": topic, "partition": 1, "offset": offset},
        }  # fmt: skip
        self._publish(topics.IDENTITY, event_id, "hub.parked", record)

    def decision(self, person: bytes, outcome: str, code: str, day: int) -> None:
        """Publish what was decided on somebody; nothing but a pseudonym is the key."""
        record = {
            "envelope": {**ENVELOPE, "id": "d", "type": "hub.decision"}, "person": person,
            "tick": dates.midnight_ms(day), "outcome": outcome, "code": code, "priority": None, "rules": [],
            "kind": "adult", "organisation": None, "change": None, "invitation_id": None, "facts_used": [],
            "book": "b@1", "cause_event_id": None, "sealed": None,
        }  # fmt: skip
        self._producer.produce(topics.DECISIONS, CODEC.encode("hub.decision", record), person)
        assert self._producer.flush(30) == 0

    def erase(self, number: str) -> None:
        """Tombstone an invitation."""
        self._producer.produce(topics.INVITATIONS, None, number.encode())
        assert self._producer.flush(30) == 0

    def _publish(self, topic: str, key: str, kind: str, record: dict[str, Any]) -> None:
        self._producer.produce(topic, CODEC.encode(kind, record), key.encode())
        assert self._producer.flush(30) == 0

    def run(self, *arguments: str) -> Result:
        """Run ``hub``."""
        return CliRunner().invoke(app, [*arguments, "--bootstrap", self.settings.bootstrap_servers])

    def json(self, *arguments: str) -> Any:
        """Run ``hub`` and return its document."""
        return json.loads(self.run(*arguments, "--json").stdout)


@pytest.fixture
def shelf(fresh_topics: Settings, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """Return a broker with two open invitations, an ended one, and three tasks; it is 2022-04-18 there."""
    monkeypatch.setenv("HUB_CLOCK", "ticks")
    made = Shelf(fresh_topics)
    tick = CODEC.encode("hub.tick", {"now": dates.midnight_ms(TODAY)})
    producer = kafka.connected(kafka.producer(fresh_topics))
    producer.produce(topics.TICKS, tick)
    assert producer.flush(30) == 0
    made.organisation("SOC")
    made.organisation("SOC9")
    made.invitation("1a", ANNA, "issued")
    made.invitation("1a", ANNA, "delivered")
    made.invitation("1b", BEN, "issued", "SOC9")
    made.invitation("2c", BEN, "expired")
    made.task("7a", ANNA)
    made.task("7b", BEN, "escalated", session_on=TODAY + 2, due_on=TODAY - 12, escalated_to="CITY")
    made.task("7c", BEN, "done", session_on=TODAY + 1)
    return made


def test_an_audit_that_finds_nothing(shelf: Shelf) -> None:
    """All is as it must be: exit code 0, and what was looked at."""
    result = shelf.run("invitations", "audit")
    assert (result.exit_code, "all as it must be" in result.stdout) == (0, True), (result, result.exception)
    assert shelf.json("invitations", "audit") == {
        "ok": True, "on": "2022-04-18", "open_invitations": 2, "open_tasks": 2, "organisations": 2,
        "findings": [],
    }  # fmt: skip


def test_an_audit_that_finds_something(shelf: Shelf) -> None:
    """Exit code 1, and each fault with its code, id, place and a bit of the pseudonym."""
    shelf.invitation("3d", ANNA, "issued", "GONE")
    shelf.task("7d", ANNA, organisation="GONE")
    result = shelf.run("invitations", "audit", "--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["ok"]) == (1, False)
    assert [(each["code"], each["id"], each["person"]) for each in found["findings"]] == [
        ("invitation_orphaned", "3d", "aaaaaaaa"),
        ("task_orphaned", "7d", "aaaaaaaa"),
        ("two_open", "1a", "aaaaaaaa"),
        ("two_open", "3d", "aaaaaaaa"),
    ]
    plain = shelf.run("invitations", "audit")
    assert (plain.exit_code, "two_open" in plain.stdout) == (1, True)


def test_an_audit_of_another_day(shelf: Shelf) -> None:
    """The day may be given; one that is none is refused."""
    assert shelf.json("invitations", "audit", "--on", "2023-01-01")["on"] == "2023-01-01"
    assert shelf.run("invitations", "audit", "--on", "soon").exit_code == 2


def test_listing(shelf: Shelf) -> None:
    """The newest record of each counts; the filters are all asked."""
    expected = {
        (): ["1a", "1b"],
        ("--status", "ended"): ["2c"],
        ("--status", "all"): ["1a", "1b", "2c"],
        ("--status", "delivered"): ["1a"],
        ("--organisation", "SOC9"): ["1b"],
        ("--limit", "1"): ["1b"],
    }
    listed = {asked: shelf.json("invitations", "list", *asked)["invitations"] for asked in expected}
    assert {asked: [each["invitation_id"] for each in found] for asked, found in listed.items()} == expected


def test_who_should_have_been_contacted_by_now(shelf: Shelf) -> None:
    """Issued, nothing heard of it, and its time has passed: not delivered, not later, not without one."""
    shelf.invitation("3a", ANNA, "issued", act_by=dates.midnight_ms(TODAY))
    shelf.invitation("3b", ANNA, "issued", act_by=None)
    found = shelf.json("invitations", "list", "--overdue")
    assert [each["invitation_id"] for each in found["invitations"]] == ["1b"]
    assert found["invitations"][0]["act_by"] == "2022-04-17T23:59:59.999+08:00"
    assert "1 in all" in shelf.run("invitations", "list", "--overdue").stdout


def test_a_list_shows_nobody(shelf: Shelf) -> None:
    """Eight digits of a pseudonym and no contact block, in both forms; an unknown status is refused."""
    found = shelf.json("invitations", "list")
    assert found["by_status"] == {"delivered": 1, "issued": 1}
    assert found["invitations"][0]["person"] == "aaaaaaaa"
    assert "contact" not in found["invitations"][0]
    plain = shelf.run("invitations", "list").stdout
    assert ("aaaaaaaa" in plain, "a" * 9 in plain, "2 in all" in plain) == (True, False, True)
    assert shelf.run("invitations", "list", "--status", "lost").exit_code == 2


def test_showing_one(shelf: Shelf) -> None:
    """By the beginning of its id, with its history; an unclear beginning is refused, so is an erased one."""
    found = shelf.json("invitations", "show", "1A")
    assert [each["status"] for each in found["history"]] == ["issued", "delivered"]
    assert (found["status"], found["issued_on"], found["organisation"]) == ("delivered", "2022-04-15", "SOC")
    assert "delivered" in shelf.run("invitations", "show", "1a").stdout
    assert shelf.run("invitations", "show", "1").exit_code == 2
    shelf.erase("2c")
    assert shelf.run("invitations", "show", "2c").exit_code == 2


def test_who_is_blocked(shelf: Shelf) -> None:
    """Whoever is no member before a session to come, the nearest first; by council, who acts, or session."""
    shelf.task("7d", ANNA, "blocked", organisation="", council="SOC8", blocked_by="review")
    shelf.task("7e", ANNA, "blocked", organisation="", blocked_by="review", session_on=TODAY - 1)
    expected = {
        (): ["7b", "7a", "7d"],
        ("--organisation", "SOC8"): ["7d"],
        ("--organisation", "SOC"): ["7b", "7a"],
        ("--organisation", "CITY"): ["7b"],
        ("--organisation", "SOC9"): [],
        ("--before", "2022-04-20"): [],
        ("--before", "2022-04-21"): ["7b"],
    }
    listed = {asked: shelf.json("council", "blocked", *asked)["blocked"] for asked in expected}
    assert {asked: [each["task_id"] for each in found] for asked, found in listed.items()} == expected


def test_who_is_blocked_is_told_in_days(shelf: Shelf) -> None:
    """Exit code 0 whoever is blocked: it is a list, not a check."""
    shelf.task("7d", ANNA, "blocked", organisation="", council="SOC8", blocked_by="not_citizen")
    (first, second, third) = shelf.json("council", "blocked")["blocked"]
    assert (third["council"], third["organisation"], third["blocked_by"]) == ("SOC8", "", "not_citizen")
    assert (first["days_left"], first["person"], first["status"]) == (2, "bbbbbbbb", "escalated")
    assert (second["days_left"], second["due_on"], second["term"]) == (20, "2022-04-24", "7")
    plain = shelf.run("council", "blocked")
    assert (plain.exit_code, "3 candidates are not members yet" in plain.stdout) == (0, True)


def test_what_waits_for_a_human(shelf: Shelf) -> None:
    """Parked events among all else on their topic, and who is held by their newest decision."""
    alias = {
        "alias": b"a" * 16, "alias_kind": "cert_no", "person": ANNA, "facts": None, "event_id": "e",
        "stamp": b"1" * 25, "erased": False,
    }  # fmt: skip
    shelf._publish(topics.IDENTITY, "alias", "hub.alias", alias)
    shelf.parked("e-2", "ID_TRUNCATED", "redcross.rescue.events", 7)
    shelf.decision(ANNA, "invite", "", TODAY - 9)
    shelf.decision(ANNA, "held", "review", TODAY - 5)
    shelf.decision(BEN, "held", "region", TODAY - 5)
    shelf.decision(BEN, "invite", "", TODAY - 1)
    found = shelf.json("review", "list")
    (event,), (person,) = found["parked"], found["held"]
    assert (event["event_id"], event["topic"], event["offset"], event["days"]) == (
        "e-2", "redcross.rescue.events", 7, 3,
    )  # fmt: skip
    assert person == {"code": "review", "person": ANNA.hex(), "since_on": "2022-04-13", "days": 5}
