"""One examination: what passes by itself is no finding."""

from __future__ import annotations

from typing import Final

import pytest
from confluent_kafka import KafkaError, KafkaException

from hub.doctor import examination
from hub.doctor.outcome import Check, Outcome, Patient
from hub.settings import Settings

PATIENT: Final = Patient(Settings(), None)


def look(*errors: int) -> Outcome:
    """Return the outcome of a check that meets these errors of Kafka in turn, then an answer."""
    left = list(errors)

    def ask(_: Patient) -> Outcome:
        if left:
            raise KafkaException(KafkaError(left.pop(0)))
        return Outcome("answered")

    return examination._looked(Check("group", "lag", "积压", ask), PATIENT)


def test_what_kafka_says_after_a_change_is_asked_again() -> None:
    """A topic without a leader yet, a group without a coordinator yet: no findings."""
    outcome = look(KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.COORDINATOR_NOT_AVAILABLE)
    assert outcome == Outcome("answered")


def test_what_stays_is_a_finding_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal at once, what should pass after some patience; each with what to do."""
    monkeypatch.setattr(examination, "_PATIENCE_S", 0.0)
    for code, name, cure in (
        (KafkaError.GROUP_AUTHORIZATION_FAILED, "GROUP_AUTHORIZATION_FAILED", "ACLs"),
        (KafkaError.NOT_LEADER_FOR_PARTITION, "NOT_LEADER_FOR_PARTITION", "all brokers run"),
    ):
        outcome = look(code)
        (finding,) = outcome.findings
        assert not outcome.seen
        assert name in finding.what
        assert cure in finding.cure
