"""One page of a selection, and the tag by which a client knows that it has it already."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hub.core.shelf import Published
from hub.doors.problem import ProblemError

__all__ = ("Page", "etag", "matches", "page")


class Page(NamedTuple):
    """Some figures of a selection, in order."""

    figures: list[Published]
    total: int
    next: str | None
    """The key after which the next page begins."""


def page(found: Sequence[Published], cursor: str | None, limit: int) -> Page:
    """Return the page after the figure whose key is ``cursor``; ProblemError 400 when it is not there."""
    begin = 0
    if cursor is not None:
        begin = 1 + next((i for i, each in enumerate(found) if each.key == cursor), -2)
        if begin < 0:
            raise ProblemError(
                400, "CURSOR_UNKNOWN", "there is no figure with this key in the selection", "cursor",
                "begin again without a cursor",
            )  # fmt: skip
    figures = list(found[begin : begin + limit])
    more = begin + limit < len(found)
    return Page(figures, len(found), figures[-1].key if more else None)


def etag(*parts: Iterable[object]) -> str:
    """Return a weak entity tag of what an answer depends on."""
    digest = hashlib.sha256()
    for part in parts:
        for each in part:
            digest.update(repr(each).encode())
            digest.update(b"\0")
    return f'W/"{digest.hexdigest()[:32]}"'


def matches(tag: str, if_none_match: str | None) -> bool:
    """Return whether a client's header ``If-None-Match`` names the tag, by weak comparison.

    >>> matches('W/"a"', '"b", W/"a"')
    True
    """
    if if_none_match is None:
        return False
    given = {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
    return "*" in given or tag.removeprefix("W/") in given
