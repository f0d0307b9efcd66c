"""What a change of an invitation adds to the flow figures: docs/matching.md, "Figures".

A change is counted once, in the transaction that tells it. Rules and channels are named as anybody may know
them: which ground of class s is behind one, or that one is, no figure says.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from hub.core import dates, invitation
from hub.core.invitation import Change

UNKNOWN: Final = "unknown"
BUCKETS: Final = (0, 1, 2, 3, 7, 14, 30, 60, 90, 180, 365)
"""Upper bounds of the buckets of durations, in days, inclusive; what takes longer is in ``inf``."""
_LABELS: Final = (*(str(bound) for bound in BUCKETS), "inf")
_MONTH: Final = len("2022-04")


class Origin(NamedTuple):
    """Of whom a change is told, as far as figures may know."""

    county: str
    """Where the person counts; empty = not known."""
    rules: Sequence[str]
    """The rules that the invitation names, as figures do."""
    qualified_on: int
    """The day from which on some rule has hit; 0 = not known."""


def of_change(
    change: Change, origin: Origin, facts: Mapping[str, Sequence[Mapping[str, Any]]], today: int
) -> Iterator[str]:
    """Yield the counters to which a change of an invitation, made today, adds one."""
    made = change.invitation
    came, month = made.channel or UNKNOWN, _month(today)
    yield _changed(change.change, came, origin.county or UNKNOWN, made.kind, month, made.priority)
    for rule in origin.rules:
        yield _by_rule(change.change, month, rule)
    for step, since, until in _steps(change, origin, facts, today):
        yield _lasted(step, until - since, came, _month(until), made.priority)


def _steps(
    change: Change, origin: Origin, facts: Mapping[str, Sequence[Mapping[str, Any]]], today: int
) -> Iterator[tuple[str, int, int]]:
    """Yield the steps that a change completes: name, first and last day, as they occurred."""
    made = change.invitation
    if change.change == invitation.ISSUED and origin.qualified_on:
        yield "qualified_invited", origin.qualified_on, today
    elif change.change == invitation.APPLIED and made.applied_on is not None:
        yield "invited_applied", made.issued_on, made.applied_on
    elif change.change == invitation.ADMITTED:
        admitted_on = facts["membership"][0].get("since_on", today)
        if made.applied_on is not None:
            yield "applied_admitted", made.applied_on, admitted_on
        yield "invited_admitted", made.issued_on, admitted_on


@lru_cache(maxsize=4096)
def _changed(  # noqa: PLR0917  # the labels
    change: str, came: str, county: str, kind: str, month: str, priority: int
) -> str:
    return (
        f"flow.invitations|change={change}|channel={came}|county={county}|kind={kind}"
        f"|month={month}|priority={priority}"
    )


@lru_cache(maxsize=4096)
def _by_rule(change: str, month: str, rule: str) -> str:
    return f"flow.invitations_by_rule|change={change}|month={month}|rule={rule}"


@lru_cache(maxsize=4096)
def _lasted(step: str, days: int, came: str, month: str, priority: int) -> str:
    """Return the counter of a duration. A source may date the end before the beginning: no time at all.

    >>> _lasted("invited_admitted", 8, "rescue", "2022-04", 1)
    'flow.days|bucket=14|channel=rescue|month=2022-04|priority=1|step=invited_admitted'
    """
    bucket = _LABELS[bisect_left(BUCKETS, days)]
    return f"flow.days|bucket={bucket}|channel={came}|month={month}|priority={priority}|step={step}"


@lru_cache(maxsize=4096)
def _month(day: int) -> str:
    return dates.iso(day)[:_MONTH]
