"""Explaining a person on a real broker: from what the workers keep, after the audit was written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner, Result

from hub import contracts, kafka, topics
from hub.audittrail import AuditTrail
from hub.backtest.forecast import Plan, forecast
from hub.cli.main import app
from hub.core import assertion, dates, merge, person, sensitive
from hub.core.document import check
from hub.core.person import PersonState
from hub.core.sensitive import SensitiveState
from hub.engine.store import Kind
from hub.privacy.key_ring import KeyRing
from hub.privacy.padding import pad
from hub.privacy.suite import SUITES
from hub.settings import Settings
from tests.unit.backtest.books import BOOKS
from tests.unit.connectors.events import ANTON, BEATE

EXPIRES: Final = "2100-12-31"


def produce(settings: Settings, topic: str, key: bytes, value: bytes) -> None:
    """Publish a record, and return when it is there."""
    producer = kafka.connected(kafka.producer(settings))
    producer.produce(topic, value, key)
    assert producer.flush(30) == 0


@pytest.fixture
def known(fresh_topics: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Let the hub know Anton, who is trained and gave stem cells, as its stages keep him."""
    settings = fresh_topics
    monkeypatch.setenv("HUB_KEY_DIR", str(settings.key_dir))
    monkeypatch.setenv("HUB_STATE_DIR", str(settings.state_dir))
    ring = KeyRing.create(settings.key_dir, SUITES[settings.cipher_suite])
    who = b"p" + ring.blind_index().person(check("resident_id", ANTON))
    state, secret = PersonState({}, {}), SensitiveState({}, {})
    at = dates.parse_ms("2022-05-08T10:00:00+08:00")
    certificate = {"kind": "first_aider", "issued_on": 19_000, "expires_on": dates.parse_day(EXPIRES)}
    told: list[Any] = [("certificate", b"cert", certificate), ("ground", b"", {"holds": True, "priority": 2})]
    merge.merge(state.facts, state.stamps, merge.stamp(at, False, 1, b""), told)
    gave: list[Any] = [("hsc_donation", b"2022-03", {"completed_on": 19_060})]
    merge.merge(secret.facts, secret.stamps, merge.stamp(at, False, 1, b""), gave)
    sealed = ring.sensitive_sealer().seal(pad(sensitive.encode(secret), 1024), who)
    produce(settings, topics.STATE_MATCHING, Kind.STATE + who, person.encode(state))
    produce(settings, topics.STATE_SENSITIVE, Kind.STATE + who, sealed)
    event = {
        "person": who[1:], "event_id": "evt-17", "source": "training", "type": "cert.issued.v1",
        "occurred_at": at, "received_at": at, "stamp": merge.stamp(at, False, 1, b""), "contact": None,
        "assertions": assertion.encode(told[:1]),
        "origin": {"topic": topics.TRAINING, "partition": 0, "offset": 1},
    }  # fmt: skip
    produce(settings, topics.FACTS, who[1:], contracts.codec().encode("hub.person_facts", event))
    return settings


def explain(settings: Settings, typed: str, *arguments: str) -> Result:
    """Run the command for whom was typed, under the packaged book."""
    return CliRunner().invoke(
        app,
        [
            "rules", "explain", "--person", "--stdin", "--book", "zhejiang-2022", "--json",
            "--bootstrap", settings.bootstrap_servers, *arguments,
        ],
        input=f"resident_id\n{typed}\n",
    )  # fmt: skip


def test_a_person_is_explained_after_the_audit(known: Settings) -> None:
    """A branch reads which rule holds until when on which event; nothing of class s."""
    result = explain(known, ANTON, "--reason", "asked by the branch")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    (rule,) = [each for each in told["rules"] if each["id"] == "R01"]
    assert (rule["holds"], rule["lapses_on"]) == (True, "2101-01-01")
    (fact,) = told["facts"]
    assert (fact["kind"], fact["as_of"], fact["events"][0]["event_id"]) == (
        "certificate",
        "2022-05-08",
        "evt-17",
    )
    assert "consent" in {each["code"] for each in told["guards"] if each["applies"]}
    assert ANTON not in result.stdout
    assert "hsc" not in result.stdout
    (look,) = AuditTrail(known).read()
    assert (look["command"], look["shown"]) == ("explain", ["explanation", "branch"])
    assert look["person"].hex() == told["person"]


def test_an_officer_sees_what_is_kept_apart(known: Settings) -> None:
    """With a reason and the sensitive key, the rules of class s and the facts they rest on."""
    result = explain(known, ANTON, "--reason", "request 17", "--level", "officer")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert [each["id"] for each in told["sensitive"] if each["holds"]] == ["R05"]
    assert {each["kind"] for each in told["facts"]} == {"certificate", "hsc_donation"}
    (look,) = AuditTrail(known).read()
    assert look["shown"] == ["explanation", "officer"]


def test_of_who_is_unknown_that_is_said(known: Settings) -> None:
    """And the look is in the audit all the same."""
    result = explain(known, BEATE)
    assert (result.exit_code, json.loads(result.stdout)["known"]) == (0, False)
    assert len(list(AuditTrail(known).read())) == 1


@pytest.mark.parametrize(
    ("day", "book", "people"),
    [
        pytest.param("2022-05-07", "class-p", 0, id="not known yet"),
        pytest.param("2022-05-08", "class-p", 1, id="known"),
        pytest.param("2022-06-08", "class-s", 1, id="with the sensitive key"),
    ],
)
def test_the_facts_on_the_broker_are_people_too(
    known: Settings, tmp_path: Path, day: str, book: str, people: int
) -> None:
    """A backtest against the facts knows whom they told of by that day, and which rule spoke of them then."""
    tried = tmp_path / "tried.yaml"
    tried.write_text(BOOKS[book], encoding="utf-8")
    plan = Plan(str(tried), topics.FACTS, "zhejiang-2022", dates.parse_day(day))
    found = forecast(plan, lambda: known, lambda _: None)
    assert (found.day, found.tally.people) == (dates.parse_day(day), people)
    assert found.tally.events == 1
    assert found.tally.hits["before", "R01"] == people
