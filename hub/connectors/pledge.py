"""A consent record, wherever it stands: the fact it asserts (DOMAIN §3, PIPL art. 13–14, 23)."""

from __future__ import annotations

from typing import Final

from hub.connectors.draft import Claim
from hub.connectors.reading import MAX_TEXT, Event, Reading
from hub.core.codes import Code

MEMBERSHIP: Final = "membership_invitation"
"""The purpose the hub acts on."""
GROUND_DISCLOSURE: Final = "ground_disclosure"
"""The purpose of naming a ground of class s in an invitation, instead of the unnamed one."""
PUBLICITY: Final = "publicity"
"""The purpose of publishing a name; the hub publishes none."""
PURPOSES: Final = frozenset({MEMBERSHIP, GROUND_DISCLOSURE, PUBLICITY})
"""Every purpose there is, in lower case: a withdrawal for another one cannot be read."""
MAX_ITEMS: Final = 512
"""Most recipients a consent may name; Zhejiang has 90 counties."""


def consent_claim(block: Event, reading: Reading, path: str) -> Claim:
    """Return the consent that ``block`` grants. ``path`` is where it stands, for error messages.

    A consent that replaces another replaces all of it: an absent expiry is said, not left open.
    """
    return Claim(
        "consent",
        reading.text(block, "purpose", path=path + "purpose").lower(),
        {
            "status": "granted",
            "recipients": _words(block["recipients"], reading, path + "recipients"),
            "data_classes": _words(block["data_classes"], reading, path + "data_classes"),
            "notice_version": reading.text(block, "notice_version", path=path + "notice_version"),
            "granted_on": reading.day(block, "granted_on", path + "granted_on"),
            "expires_on": reading.day_or_none(block, "expires_on", path + "expires_on"),
            "guardian": block["guardian"],
        },
    )


def _words(values: list[str], reading: Reading, path: str) -> list[str]:
    """Return a set of short texts in order, without blanks and doubles."""
    if len(values) == 1 and (only := values[0].strip()) and len(only) <= MAX_TEXT:
        return [only]  # nearly every consent: 0.3 instead of 1 µs
    words = sorted({word for value in values if (word := value.strip())})
    if len(words) > MAX_ITEMS or any(len(word) > MAX_TEXT for word in words):
        reading.fail(Code.VALUE_INVALID, path, "the list is too long")
    return words
