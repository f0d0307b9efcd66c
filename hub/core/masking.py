"""What is shown of personal information to who has no reason to see it whole: 姓*, 前6后4.

Pure functions of text. What cannot be masked by its form is masked whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

MASK: Final = "*"
_NUMBER_HEAD: Final = 6
_PHONE_HEAD: Final = 3
_TAIL: Final = 4


def name(text: str) -> str:
    """Return a name's first character and a mask for each of the others.

    >>> name("王小明"), name("李"), name("")
    ('王**', '*', '')
    """
    return text[:1] + MASK * (len(text) - 1) if len(text) > 1 else MASK * len(text)


def number(text: str) -> str:
    """Return the first six and the last four characters of a number; nothing of one too short for that.

    >>> number("339901199003071228"), number("E1234567")
    ('339901********1228', '********')
    """
    return _middle(text, _NUMBER_HEAD)


def phone(text: str) -> str:
    """Return the first three and the last four digits of a phone number.

    >>> phone("13800000000"), phone("123")
    ('138****0000', '***')
    """
    return _middle(text, _PHONE_HEAD)


def contact(block: Mapping[str, Any]) -> dict[str, Any]:
    """Return a contact block masked, a guardian's part too.

    >>> contact(
    ...     {"name": "王小明", "phone": "13800000000", "guardian": {"name": "王五", "relation": "father"}}
    ... )
    {'name': '王**', 'phone': '138****0000', 'guardian': {'name': '王*', 'relation': '******'}}
    """
    shown: dict[str, Any] = {}
    for field, value in block.items():
        if isinstance(value, Mapping):
            shown[field] = contact(value)
        elif isinstance(value, str):
            shown[field] = _BY_FIELD.get(field, _whole)(value)
    return shown


def _middle(text: str, head: int) -> str:
    hidden = len(text) - head - _TAIL
    return text[:head] + MASK * hidden + text[-_TAIL:] if hidden > 0 else MASK * len(text)


def _whole(text: str) -> str:
    return MASK * len(text)


_BY_FIELD: Final = {"name": name, "phone": phone, "doc_no": number}
