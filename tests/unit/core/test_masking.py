"""What is shown of names and numbers to who has no reason to see them."""

from __future__ import annotations

import pytest

from hub.core import masking


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        pytest.param(masking.name("欧阳测试"), "欧***", id="name"),
        pytest.param(masking.number("339901199003071228"), "339901********1228", id="number"),
        pytest.param(masking.number("1234567890"), "**********", id="nothing would be hidden"),
        pytest.param(masking.phone("13800000000"), "138****0000", id="phone"),
        pytest.param(masking.phone("1234567"), "*******", id="short phone"),
    ],
)
def test_enough_is_hidden(shown: str, expected: str) -> None:
    """The middle of what is long, all of what is short."""
    assert shown == expected


def test_what_has_no_form_is_hidden_whole() -> None:
    """A field nobody has thought of is not shown, and what is no text is left out."""
    assert masking.contact({"email": "a@b", "age": 7, "guardian": {"phone": "13900000000"}}) == {
        "email": "***",
        "guardian": {"phone": "139****0000"},
    }
