"""hub.doors.login: aiokafka logs in as librdkafka does."""

from __future__ import annotations

import ssl

import pytest
from pydantic import SecretStr

from hub.doors.login import login
from hub.errors import ConfigurationError
from hub.settings import Settings


def told(**properties: str) -> Settings:
    """Return settings with librdkafka properties."""
    given = {name.replace("_", "."): SecretStr(value) for name, value in properties.items()}
    return Settings(bootstrap_servers="a:1,b:2", kafka=given)


def test_properties_are_translated() -> None:
    """SASL over TLS, with names that aiokafka knows; what it does not know is left out."""
    made = login(told(
        security_protocol="SASL_SSL", sasl_mechanism="SCRAM-SHA-512", sasl_username="u", sasl_password="p",
        statistics_interval_ms="5",
    ))  # fmt: skip
    assert isinstance(made.pop("ssl_context"), ssl.SSLContext)
    assert made == {
        "bootstrap_servers": ["a:1", "b:2"], "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512", "sasl_plain_username": "u", "sasl_plain_password": "p",
    }  # fmt: skip


def test_a_file_that_is_not_there_is_a_wrong_setting() -> None:
    """The error names the variables, not the library's traceback."""
    with pytest.raises(ConfigurationError, match="TLS"):
        login(told(security_protocol="SSL", ssl_ca_location="/nowhere"))
