"""What the hub counted and published, and how it differs from the recount."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import isclose
from typing import Any, Final

from tools.recount.frames import Frames
from tools.recount.topics import Record

__all__ = (
    "COUNTED", "FACETS", "PARTS", "PUBLISHED", "beside", "comparable", "counted", "differences",
    "facets", "named", "published",
)  # fmt: skip

PARTS: Final = "hub.statistics.parts"
PUBLISHED: Final = "hub.statistics"
COUNTED: Final = (
    "persons", "groups", "members", "certificates_valid", "members_moved", "members_admitted", "candidates",
    "priority_reach", "under_review", "reviews_open", "identities_decided", "qualified", "held",
    "invitations_open", "flow.received", "flow.rejected", "flow.days", "flow.invitations",
)  # fmt: skip
"""Counters that the recount counts too, by the same labels."""
FACETS: Final = ("low", "high", "target", "milestone", "on_track")
"""What stands beside a figure's value."""
_RANGE: Final = frozenset({"low", "high"})


def counted(parts: Iterable[Record], frames: Frames) -> dict[str, int]:
    """Return each counter's sum over its origins, of each the newest value."""
    newest: dict[tuple[str, str], tuple[int, int, int]] = {}
    for part in _bodies(parts, frames):
        stand = (part["epoch"], part["version"], part["value"])
        name = (part["counter"], part["origin"])
        newest[name] = max(newest.get(name, stand), stand)
    sums: dict[str, int] = {}
    for (counter, _), (_, _, value) in newest.items():
        sums[counter] = sums.get(counter, 0) + value
    return {counter: value for counter, value in sums.items() if value}


def published(records: Iterable[Record], frames: Frames) -> dict[str, float | None]:
    """Return each published figure's newest value, by its key on the topic."""
    newest: dict[str, tuple[int, float | None]] = {}
    for record in records:
        found = frames.decode(record.value)
        if found is None or found.body is None or record.key is None:
            continue
        key, version = record.key.decode(), found.body["version"]
        if key not in newest or version > newest[key][0]:
            newest[key] = version, found.body["value"]
    return {key: value for key, (_, value) in newest.items()}


def facets(records: Iterable[Record], frames: Frames) -> dict[str, float]:
    """Return what the newest record of each figure says beside its value: ``key facet``."""
    newest: dict[str, dict[str, Any]] = {}
    for record in records:
        found = frames.decode(record.value)
        if found is None or found.body is None or record.key is None:
            continue
        key = record.key.decode()
        if key not in newest or found.body["version"] > newest[key]["version"]:
            newest[key] = found.body
    return {
        f"{key} {facet}": float(body[facet])
        for key, body in newest.items()
        for facet in FACETS
        if body[facet] is not None
    }


def beside(
    recount: Mapping[str, float], figures: Mapping[str, float], hub: Mapping[str, float]
) -> dict[str, float]:
    """Return the hub's facets of names that the recount has; of ranges, where it has the value."""
    names = {(key.partition("|")[0], key.rpartition(" ")[2]) for key in recount}
    return {
        key: value
        for key, value in hub.items()
        if (key.partition("|")[0], facet := key.rpartition(" ")[2]) in names
        and (facet not in _RANGE or key.rpartition(" ")[0] in figures)
    }


def named(figures: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return the figures, or counters, of some names."""
    wanted = frozenset(names)
    return {key: value for key, value in figures.items() if key.partition("|")[0] in wanted}


def differences(recount: Mapping[str, float], hub: Mapping[str, float | None]) -> Iterator[str]:
    """Yield each key whose value is another one; what is not there is 0, or has no value."""
    for key in sorted(recount.keys() | hub.keys()):
        mine, theirs = recount.get(key, 0), hub.get(key) or 0
        if not isclose(mine, theirs, rel_tol=1e-12, abs_tol=1e-12):
            yield f"{key}: recounted {mine:g}, the hub says {theirs:g}"


def comparable(recount: Mapping[str, float], hub: Mapping[str, float | None]) -> dict[str, float | None]:
    """Return of the hub's figures those of the names that the recount has."""
    names = {key.partition("|")[0] for key in recount}
    return {key: value for key, value in hub.items() if key.partition("|")[0] in names}


def _bodies(records: Iterable[Record], frames: Frames) -> Iterator[dict[str, Any]]:
    for record in records:
        found = frames.decode(record.value)
        if found is not None and found.body is not None:
            yield found.body
