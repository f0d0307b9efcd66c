"""hub.settings: the environment becomes frozen, checked settings; mistakes are named."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from hub.errors import ConfigurationError
from hub.settings import CipherSuite, Clock, Settings, load


def test_defaults_need_no_environment() -> None:
    """Everything has a default, and it is the safe one."""
    settings = load()
    assert settings.bootstrap_servers == "localhost:9092"
    assert settings.partitions == 32
    assert settings.replication_factor is None
    assert settings.cipher_suite is CipherSuite.SM
    assert settings.clock is Clock.WALL
    assert settings.transaction_timeout_s <= 10
    assert settings.recovery_horizon_days == 400
    assert settings.valid_months["first_aider"] == 36


def test_variables_are_read_and_arguments_win(monkeypatch: pytest.MonkeyPatch) -> None:
    """HUB_<NAME> sets a setting; an argument that is not None beats it."""
    monkeypatch.setenv("HUB_PARTITIONS", "8")
    monkeypatch.setenv("HUB_STATE_DIR", "elsewhere")
    monkeypatch.setenv("HUB_CIPHER_SUITE", "intl")
    monkeypatch.setenv("HUB_VALID_MONTHS", '{"cpr_aed": 24}')
    settings = load(partitions=4, group=None)
    assert (settings.partitions, settings.state_dir, settings.group) == (4, Path("elsewhere"), "hub")
    assert (settings.cipher_suite, settings.valid_months) == (CipherSuite.INTL, {"cpr_aed": 24})
    assert load().partitions == 8


def test_settings_are_frozen() -> None:
    """Nobody changes a setting while the process runs."""
    with pytest.raises(ValidationError):
        load().partitions = 1  # type: ignore[misc]


def test_kafka_properties_pass_through_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    """HUB_KAFKA_SASL_USERNAME is sasl.username; no value shows in a repr."""
    monkeypatch.setenv("HUB_KAFKA_SASL_USERNAME", "hub")
    monkeypatch.setenv("HUB_KAFKA_SASL_PASSWORD", "hunter2")
    settings = load()
    assert {name: value.get_secret_value() for name, value in settings.kafka.items()} == {
        "sasl.username": "hub",
        "sasl.password": "hunter2",
    }
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        pytest.param("HUB_PARTITION", "4", "did you mean HUB_PARTITIONS?", id="unknown-with-neighbour"),
        pytest.param("HUB_XYZZY", "1", "HUB_XYZZY is not a setting", id="unknown"),
        pytest.param("HUB_PARTITIONS", "many", "HUB_PARTITIONS", id="not-a-number"),
        pytest.param("HUB_PARTITIONS", "0", "HUB_PARTITIONS", id="too-small"),
        pytest.param(
            "HUB_TRANSACTION_TIMEOUT_S", "60", "HUB_TRANSACTION_TIMEOUT_S", id="pins-readers-too-long"
        ),
        pytest.param("HUB_CLOCK", "moon", "HUB_CLOCK", id="no-such-choice"),
        pytest.param("HUB_VALID_MONTHS", "{", "valid_months", id="broken-json"),
        pytest.param("HUB_BOOTSTRAP_SERVERS", "localhost", "HUB_BOOTSTRAP_SERVERS", id="no-port"),
        pytest.param("HUB_GROUP", "a b", "HUB_GROUP", id="blank-in-group"),
    ],
)
def test_a_mistake_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    """The error names the variable and the cure, and does not repeat what was in it."""
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as caught:
        load()
    assert told in caught.value.what
    assert caught.value.cure
    assert f"'{value}'" not in caught.value.what


def test_all_mistakes_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two wrong settings make one error with two lines."""
    monkeypatch.setenv("HUB_PARTITIONS", "0")
    monkeypatch.setenv("HUB_BATCH_RECORDS", "0")
    with pytest.raises(ConfigurationError) as caught:
        load()
    assert [line.split(":")[0] for line in caught.value.what.splitlines()] == [
        "HUB_PARTITIONS",
        "HUB_BATCH_RECORDS",
    ]


@pytest.mark.parametrize(
    "name",
    ["HUB_SERVICE_HOST", "HUB_PORT", "HUB_PORT_9464_TCP_ADDR", "HUB_KAFKA_SERVICE_PORT", "HUB_FAILPOINT"],
)
def test_variables_of_others_are_left_alone(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """What Kubernetes puts there for a service called hub, and the fault tests' switch, are no mistakes."""
    monkeypatch.setenv(name, "10.0.0.1")
    assert load().kafka == {}


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_is_described_in_both_languages(name: str) -> None:
    """The generated reference has an English and a Chinese text for each."""
    field = Settings.model_fields[name]
    assert field.description
    assert isinstance(field.json_schema_extra, dict)
    assert field.json_schema_extra["zh"]
