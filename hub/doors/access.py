"""Who may read what over HTTP: two roles, told apart by bearer tokens of which only the hash is kept.

``internal`` reads everything; ``outside`` reads published snapshots only. Without any token configured the
door opens on a loopback address alone, and whoever is on the machine is internal.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Mapping
from typing import Final

from hub.doors.problem import ProblemError
from hub.errors import ConfigurationError

__all__ = ("INTERNAL", "OUTSIDE", "Access", "check_address")

INTERNAL: Final = "internal"
OUTSIDE: Final = "outside"
_HASH: Final = re.compile("[0-9a-f]{64}")
_BEARER: Final = "bearer "


class Access:
    """Turns the header ``Authorization`` into a role."""

    def __init__(self, tokens: Mapping[str, str]) -> None:
        """Take hash → role; ConfigurationError for what is no SHA-256 in lower-case hex."""
        if not all(_HASH.fullmatch(each) for each in tokens):
            raise ConfigurationError(
                "a key is no SHA-256 in lower-case hex",
                "HUB_HTTP_TOKENS",
                "hash the token: printf %s TOKEN | sha256sum",
            )
        self._tokens = dict(tokens)

    def role(self, authorization: str | None) -> str:
        """Return the role of a request; ProblemError 401 for one without a token that we know."""
        if not self._tokens:
            return INTERNAL
        given = authorization or ""
        if given.lower().startswith(_BEARER):
            digest = hashlib.sha256(given[len(_BEARER) :].strip().encode()).hexdigest()
            found = [role for known, role in self._tokens.items() if hmac.compare_digest(known, digest)]
            if found:
                return found[0]
        raise ProblemError(
            401, "TOKEN_NEEDED", "there is no token, or one that is not known", "header Authorization",
            "send `Authorization: Bearer TOKEN`; who runs the hub gives out tokens",
            {"WWW-Authenticate": 'Bearer realm="hub statistics"'},
        )  # fmt: skip

    def require_internal(self, authorization: str | None) -> None:
        """Let internal requests pass; ProblemError 403 for others."""
        if self.role(authorization) != INTERNAL:
            raise ProblemError(
                403, "INTERNAL_ONLY", "live figures are for internal use", "the token's role",
                "read /v1/snapshots, or ask for an internal token",
            )  # fmt: skip


def check_address(host: str, tokens: Mapping[str, str]) -> None:
    """Raise ConfigurationError when the door would stand open to others without asking for a token."""
    if tokens or host == "localhost":
        return
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ConfigurationError(
            "without tokens the statistics are served on a loopback address only",
            "HUB_HTTP_HOST",
            "set HUB_HTTP_TOKENS, or use 127.0.0.1",
        )
