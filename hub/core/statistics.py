"""What one person adds to the stock figures: sums of ``contributions``, so every change comes out right.

A contribution is kept with the person in a short form, since everybody has some: county, then one
letter for the figure and its labels, such as ``330106:cfirst_aider``. :func:`counter` spells it out
as ``certificates_valid|county=330106|kind=first_aider``. The task emits after minus before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from hub.core.invitation import Invitation
from hub.core.task import Task

UNKNOWN: Final = "unknown"
"""The label of a county or kind that is not known."""
OTHER: Final = "other"
"""The label of a kind that is no plain word."""

_SHAPES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "p": ("persons", ()),
    "c": ("certificates_valid", ("kind",)),
    "q": ("qualified", ("rule",)),
    "o": ("invitations_open", ("kind", "priority")),
    "h": ("held", ("code",)),
    "m": ("members", ("kind",)),
    "g": ("groups", ()),
    "t": ("tasks_open", ("kind",)),
}


class Figures(NamedTuple):
    """What an evaluation says for the figures."""

    county: str
    rules: Sequence[str]
    held: str
    """The code that says why not; empty when nobody is held."""
    invitation: Invitation | None
    tasks: Sequence[Task] = ()


def contributions(
    facts: Mapping[str, Sequence[Mapping[str, Any]]], figures: Figures, today: int
) -> tuple[str, ...]:
    """Return what a person adds today, each in its short form; one that counts twice is there twice."""
    county, rules, held, invitation, tasks = figures
    certificates: tuple[str | None, ...] = ()
    if "certificate" in facts:
        certificates = tuple([
            each.get("kind")
            for each in facts["certificate"]  # valid today, whatever its kind
            if "revoked_on" not in each and "issued_on" in each and "expires_on" in each
            and each["issued_on"] <= today <= each["expires_on"]
        ])  # fmt: skip
    running = None
    if invitation is not None and invitation.ended_on is None:
        running = (invitation.kind, invitation.priority)
    member = ""
    if "membership" in facts and facts["membership"][0].get("status") == "member":
        member = _label(facts["membership"][0].get("kind"))
    counted = _spelled(county or UNKNOWN, certificates, tuple(rules), running, held, member)
    if tasks or ("party" in facts and facts["party"][0].get("group", False)):
        return _rarer(counted, facts, figures)
    return counted


def _rarer(
    counted: tuple[str, ...], facts: Mapping[str, Sequence[Mapping[str, Any]]], figures: Figures
) -> tuple[str, ...]:
    """Return contributions with what few people add: an organisation is a group, no person."""
    place = figures.county or UNKNOWN
    if "party" in facts and facts["party"][0].get("group", False):
        counted = (f"{place}:g", *counted[1:])
    return (*counted, *(f"{place}:t{task.kind}" for task in figures.tasks if task.open))


@lru_cache(maxsize=16_384)
def _spelled(  # noqa: PLR0917  # what makes two people count alike
    place: str,
    certificates: tuple[str | None, ...],
    rules: tuple[str, ...],
    running: tuple[str, int] | None,
    held: str,
    member: str,
) -> tuple[str, ...]:
    """Return contributions in their short form. Many people count alike: 1.0 instead of 1.7 µs."""
    counted = [f"{place}:p"]
    counted += [f"{place}:c{_label(kind)}" for kind in certificates]
    counted += [f"{place}:q{rule}" for rule in rules]
    if running is not None:
        counted.append(f"{place}:o{running[0]}/{running[1]}")
    if held:
        counted.append(f"{place}:h{held}")
    if member:
        counted.append(f"{place}:m{member}")
    return tuple(counted)


def _label(kind: str | None) -> str:
    """Return a kind that a source chose, if it can be a label."""
    if kind is None:
        return UNKNOWN
    return kind if kind.isidentifier() else OTHER


def only_held(counted: Sequence[str], code: str) -> tuple[str, ...]:
    """Return contributions with nothing open, and held for ``code``: what is left of a quarantined person."""
    kept = [short for short in counted if short.partition(":")[2][0] not in "oht"]
    place = kept[0].partition(":")[0] if kept else UNKNOWN
    return (*kept, f"{place}:h{code}")


@lru_cache(maxsize=65_536)
def counter(short: str) -> str:
    """Return the counter of a contribution: ``name|label=value|…``, labels in order.

    >>> counter("330106:oadult/1")
    'invitations_open|county=330106|kind=adult|priority=1'
    """
    place, _, rest = short.partition(":")
    name, labels = _SHAPES[rest[0]]
    values = dict(zip(labels, rest[1:].split("/"), strict=True)) if labels else {}
    values["county"] = place
    return "|".join([name, *(f"{label}={values[label]}" for label in sorted(values))])


def changes(before: Sequence[str], after: Sequence[str]) -> dict[str, int]:
    """Return counter to difference, for the counters that change."""
    if before == after:
        return {}
    difference: dict[str, int] = {}
    for short in after:
        difference[short] = difference.get(short, 0) + 1
    for short in before:
        difference[short] = difference.get(short, 0) - 1
    return {counter(short): delta for short, delta in difference.items() if delta}


@lru_cache(maxsize=16_384)
def difference(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """Return :func:`changes` as pairs, kept: a first certificate of a county is one of a thousand alike."""
    return tuple(changes(before, after).items())
