"""How aiokafka logs in, from the same settings as librdkafka: the few properties both know."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any, Final

from hub.errors import ConfigurationError

if TYPE_CHECKING:
    from hub.settings import Settings

__all__ = ("login",)

_NAMES: Final = {
    "security.protocol": "security_protocol",
    "sasl.mechanism": "sasl_mechanism",
    "sasl.mechanisms": "sasl_mechanism",
    "sasl.username": "sasl_plain_username",
    "sasl.password": "sasl_plain_password",
}


def login(settings: Settings) -> dict[str, Any]:
    """Return aiokafka's arguments for where the brokers are and how to log in.

    ``HUB_KAFKA_SSL_CA_LOCATION``, ``…_CERTIFICATE_LOCATION`` and ``…_KEY_LOCATION`` (with ``…_KEY_PASSWORD``)
    are files. Raises ConfigurationError when they cannot be read.
    """
    given = {name: value.get_secret_value() for name, value in settings.kafka.items()}
    told: dict[str, Any] = {"bootstrap_servers": settings.bootstrap_servers.split(",")}
    told |= {_NAMES[name]: value for name, value in given.items() if name in _NAMES}
    if "SSL" in str(told.get("security_protocol", "")).upper():
        try:
            context = ssl.create_default_context(cafile=given.get("ssl.ca.location"))
            if "ssl.certificate.location" in given:
                key, password = given.get("ssl.key.location"), given.get("ssl.key.password")
                context.load_cert_chain(given["ssl.certificate.location"], key, password)
        except OSError as error:
            raise ConfigurationError(
                f"a TLS file cannot be read: {error.strerror or type(error).__name__}",
                "HUB_KAFKA_SSL_*",
                "name files that are there and readable",
            ) from None
        told["ssl_context"] = context
    return told
