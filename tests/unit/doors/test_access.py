"""hub.doors.access: who may read what."""

from __future__ import annotations

import hashlib

import pytest

from hub.doors.access import INTERNAL, OUTSIDE, Access, check_address
from hub.doors.problem import ProblemError
from hub.errors import ConfigurationError

TOKENS = {hashlib.sha256(b"in").hexdigest(): INTERNAL, hashlib.sha256(b"out").hexdigest(): OUTSIDE}


@pytest.mark.parametrize(
    ("header", "role"),
    [
        pytest.param("Bearer in", INTERNAL, id="internal"),
        pytest.param("bearer out ", OUTSIDE, id="outside"),
        pytest.param("Bearer other", None, id="unknown"),
        pytest.param("Basic in", None, id="another-scheme"),
        pytest.param(None, None, id="none"),
    ],
)
def test_a_token_has_a_role(header: str | None, role: str | None) -> None:
    """A known token has its role; anything else is asked for one."""
    access = Access(TOKENS)
    if role is not None:
        assert access.role(header) == role
        return
    with pytest.raises(ProblemError, match="TOKEN_NEEDED"):
        access.role(header)


def test_only_internal_tokens_open_what_is_internal() -> None:
    """An outside token is refused there; without any tokens whoever is on the machine is internal."""
    Access(TOKENS).require_internal("Bearer in")
    with pytest.raises(ProblemError, match="INTERNAL_ONLY"):
        Access(TOKENS).require_internal("Bearer out")
    Access({}).require_internal(None)


def test_a_token_in_the_clear_is_no_hash() -> None:
    """Settings hold hashes: a token put there itself is refused, and not repeated in the message."""
    with pytest.raises(ConfigurationError) as caught:
        Access({"secret-token": INTERNAL})
    assert "secret-token" not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_loopback_needs_no_tokens(host: str) -> None:
    """The door may open there."""
    check_address(host, {})


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "hub.example"])
def test_elsewhere_tokens_are_needed(host: str) -> None:
    """With tokens it opens, without it does not."""
    check_address(host, TOKENS)
    with pytest.raises(ConfigurationError, match="loopback"):
        check_address(host, {})
