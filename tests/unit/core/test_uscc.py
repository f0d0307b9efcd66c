"""Unified social credit codes."""

from __future__ import annotations

import pytest

from hub.core import uscc

CODE = "53330000MJ8700012G"


@pytest.mark.parametrize("received", [CODE, CODE.lower(), f" {CODE} ", "５３330000MJ8700012G"])
def test_a_valid_code_is_brought_to_its_normal_form(received: str) -> None:
    """Case, width and blanks do not matter."""
    assert uscc.normal(received) == CODE


@pytest.mark.parametrize(
    "received",
    [
        pytest.param(CODE[:-1] + "H", id="check-character"),
        pytest.param("35" + CODE[2:], id="swapped"),
        pytest.param(CODE[:-1], id="short"),
        pytest.param(CODE.replace("J", "I"), id="letter-not-in-the-alphabet"),
        pytest.param("", id="empty"),
        pytest.param("红十字会", id="a-name"),
    ],
)
def test_an_invalid_code_is_none(received: str) -> None:
    """A wrong check character, length or alphabet is refused."""
    assert uscc.normal(received) is None


def test_every_single_wrong_character_is_caught() -> None:
    """The weights are units modulo the prime 31: no single substitution goes through."""
    for at in range(17):
        for char in "0123456789ABCDEFGHJKLMNPQRTUWXY":
            if char != CODE[at]:
                assert uscc.normal(CODE[:at] + char + CODE[at + 1 :]) is None
