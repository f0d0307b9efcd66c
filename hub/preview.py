"""The preview of an activation: what a backtest of exactly this text had said.

``hub rules backtest BOOK --json`` writes it; of the document only this much is read::

    {
        "book": "<SHA-256 of the text, hex>",
        "against": "live-state",
        "counts": {"more": 12, "fewer": 3, "raised": 40, "withdrawn": 3, "unchanged": 9000},
    }

It is published with the book, so that everybody sees later what was known when it was switched on.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from hub.errors import UsageError

__all__ = ("COUNTS", "parse")

COUNTS: Final = ("more", "fewer", "raised", "withdrawn", "unchanged")
"""What is counted, in the order of tables."""
_CURE: Final = "make it with `hub rules backtest BOOK --json > FILE`"


class _Document(msgspec.Struct):
    book: str
    against: str
    counts: dict[str, Any]


def parse(text: str, digest: str, where: str) -> dict[str, Any]:
    """Return the ``hub.Preview`` record of a document; ``digest`` is that of the book to be activated.

    Raise UsageError when it is none, or one of another text.
    """
    try:
        found = msgspec.json.decode(text, type=_Document)
    except msgspec.DecodeError as error:
        raise UsageError(f"this is no preview: {error}", where, _CURE) from None
    wrong = [name for name in COUNTS if not _number(found.counts.get(name))]
    if wrong:
        raise UsageError(f"the preview does not say how many: {', '.join(wrong)}", where, _CURE)
    if found.book != digest:
        raise UsageError(
            "the preview is of another text than the book that would be activated",
            f"{where}: book {found.book[:12]}, to be activated {digest[:12]}",
            f"the book was changed since; {_CURE}",
        )
    return {"against": found.against, **{name: found.counts[name] for name in COUNTS}}


def _number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
