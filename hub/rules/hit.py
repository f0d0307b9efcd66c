"""What a rule is evaluated over, and what comes out when it hits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from hub.rules.model import Rule

Facts: TypeAlias = Mapping[str, Sequence[Mapping[str, Any]]]
"""Fact kind → entries. An entry maps field to value, what is absent is not there; ``key`` is its key."""


class Hit(NamedTuple):
    """A rule that a person meets.

    ``until`` is the last day its ground holds, None when it has no end; ``evidence`` the (kind, key)
    of every entry that satisfies it. The computed ``subject`` is no evidence.
    """

    rule: Rule
    until: int | None
    evidence: tuple[tuple[str, bytes], ...]
