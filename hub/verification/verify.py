"""Published figures against what the facts and the raw events come to: who doubts one asks here.

Every counter that can be is counted anew up to where its origins stood; the board then says what the figures
have to be. What happened once and is kept nowhere (an invitation's step at its time) cannot be counted anew:
figures that rest on it are said to, and are held to conservation instead: issued = open + ended. Nor can
figures that name a system of class s of which something was counted today: they are told as of its beginning.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from hub import tables, topics
from hub.core.figure import UNKNOWN
from hub.core.shape import shape
from hub.core.totals import STOCK, Total
from hub.core.veil import system_in
from hub.errors import UsageError
from hub.figures import reader
from hub.outputs import Outputs
from hub.verification import leaves as leaf
from hub.verification import people, received, ticks, told
from hub.verification.figured import figured
from hub.verification.leaves import Leaves, Origin, Standing

if TYPE_CHECKING:
    from hub.core.shelf import Shelf
    from hub.core.targets import Targets
    from hub.settings import Settings
    from hub.stages.tables import HubTables

__all__ = ("Asked", "Balance", "Finding", "Outcome", "Report", "verify")

_ROUNDS: Final = 3
"""How often a figure that does not agree is looked at again when its counters have moved meanwhile."""
_FUNNEL: Final = "flow.invitations"
_OPEN: Final = "invitations_open"
_ENDS: Final = frozenset({"admitted", "declined", "withdrawn", "expired"})
_ON_FLOWS: Final = ("T8.median_days", "T8.in_time")
"""Computed figures that rest on counters of what happened once."""


class Outcome(StrEnum):
    """What was found of a figure."""

    AGREES = "agrees"  #: counted anew it is the same
    DIFFERS = "differs"  #: it is not
    NOT_RECOMPUTED = "not_recomputed"  #: it rests on what is kept nowhere, or is as of the morning
    MISSING = "missing"  #: there is no such figure, or counted anew there is none


class Asked(NamedTuple):
    """What is to be verified."""

    keys: Sequence[str] = ()
    """Keys of figures; none: a sample, or everything."""
    sample: int | None = None
    """How many figures to draw of those that can be recomputed; None = all of them."""
    seed: int = 0


class Finding(NamedTuple):
    """One figure."""

    key: str
    outcome: Outcome
    published: float | None
    recomputed: float | None


class Balance(NamedTuple):
    """Conservation: what was issued is open or has ended."""

    issued: int
    open: int
    ended: int

    @property
    def holds(self) -> bool:
        """Whether it comes out."""
        return self.issued == self.open + self.ended


class Report(NamedTuple):
    """Everything that was found."""

    findings: tuple[Finding, ...]
    vector: Mapping[Origin, Standing]
    """Up to where each origin was recomputed."""
    balance: Balance

    @property
    def good(self) -> bool:
        """Whether nothing contradicts what is published."""
        wrong = {Outcome.DIFFERS, Outcome.MISSING}
        return self.balance.holds and not any(each.outcome in wrong for each in self.findings)


def verify(settings: Settings, targets: Targets, asked: Asked, step: Callable[[int], None]) -> Report:
    """Recompute and compare. ``step`` is told how many records were read.

    Raise UsageError when the facts do not reach back far enough, or a key names nothing.
    """
    report = _round(settings, targets, asked, step)
    for _ in range(1, _ROUNDS):
        if report.good:
            break
        again = Asked([each.key for each in report.findings])
        before, report = report, _round(settings, targets, again, step)
        if report.vector == before.vector:
            break  # nothing has moved: it is no matter of the moment
    return report


def _round(settings: Settings, targets: Targets, asked: Asked, step: Callable[[int], None]) -> Report:
    shelf = reader.shelf(settings, step)
    leaves = leaf.read(settings)
    held = tables.read(settings)
    anew, taken = _anew(leaves, _recount(settings, held, leaves, step), targets.province)
    found = figured(targets, anew, held, Outputs(settings).now())
    chosen = _chosen(asked, shelf, found, taken)
    findings = tuple(_finding(key, shelf, found, taken) for key in chosen)
    return Report(findings, leaves.vector, _balance(leaves.totals.values()))


def _recount(
    settings: Settings, held: HubTables, leaves: Leaves, step: Callable[[int], None]
) -> Counter[str]:
    """Return every counter that can be counted anew, over all origins."""
    persons = {origin: at for origin, at in leaves.vector.items() if origin.topic == topics.FACTS}
    tick = max((standing.tick for standing in persons.values()), default=0)
    scene = people.Scene(settings, held, told.read(settings, tick))
    found: Counter[str] = Counter()
    for origin, standing in sorted(persons.items()):
        found.update(people.count(scene, origin.partition, Standing(standing.position, tick), step))
    intake = received.Scene(settings, held, ticks.read(settings))
    for origin, standing in sorted(leaves.vector.items()):
        if origin.topic in topics.UPSTREAM:
            found.update(received.count(intake, origin, standing, step))
    return found


def _anew(leaves: Leaves, counted: Counter[str], province: str) -> tuple[list[Total], frozenset[str]]:
    """Return the recomputed totals, the others as published; and the keys of figures that rest on these."""
    totals: list[Total] = []
    taken: set[str] = set()
    for counter in sorted(leaves.totals.keys() | counted.keys()):
        published = leaves.totals.get(counter)
        if counter.partition("|")[0] in people.FIGURES | received.FIGURES:
            known = published or Total(counter, STOCK, 0, 1, 0, ())
            totals.append(known._replace(value=counted[counter]))
        elif published is not None:
            totals.append(published)
            taken.update(share.key.text for share in shape(counter, province))
    return totals, frozenset(taken)


def _rests(key: str, taken: frozenset[str]) -> bool:
    return key in taken or key.startswith(_ON_FLOWS)


def _apart(key: str, found: Mapping[str, float | None], taken: frozenset[str]) -> bool:
    """Return whether a figure cannot be recomputed; one that names class s is told as of the morning."""
    return _rests(key, taken) or (key not in found and bool(system_in(key)))


def _chosen(
    asked: Asked, shelf: Shelf, found: Mapping[str, float | None], taken: frozenset[str]
) -> list[str]:
    if asked.keys:
        for key in asked.keys:
            if shelf.get(key) is None:
                raise UsageError(f"there is no figure {key}", topics.STATISTICS, "see `hub statistics show`")
        return list(asked.keys)
    known = [
        each.key for each in shelf.figures() if each.value is not None and not _apart(each.key, found, taken)
    ]
    if asked.sample is None or asked.sample >= len(known):
        return known
    return sorted(random.Random(asked.seed).sample(known, asked.sample))  # noqa: S311 - a sample, no secret


def _finding(key: str, shelf: Shelf, found: Mapping[str, float | None], taken: frozenset[str]) -> Finding:
    placed = shelf.get(key)
    published = placed.figure.value if placed is not None and placed.figure is not None else None
    if _apart(key, found, taken):
        return Finding(key, Outcome.NOT_RECOMPUTED, published, None)
    if key not in found:
        # What fell to zero is published as zero; counted anew it was never there.
        outcome = Outcome.AGREES if not published else Outcome.MISSING
        return Finding(key, outcome, published, None)
    recomputed = found[key]
    return Finding(key, Outcome.AGREES if recomputed == published else Outcome.DIFFERS, published, recomputed)


def _balance(totals: Iterable[Total]) -> Balance:
    """Return what was issued, is open, and has ended, over everybody."""
    issued = running = ended = 0
    for total in totals:
        name, _, labels = total.counter.partition("|")
        if name == _OPEN:
            running += total.value
        elif name == _FUNNEL:
            change = dict(pair.split("=", 1) for pair in labels.split("|")).get("change", UNKNOWN)
            issued += total.value if change == "issued" else 0
            ended += total.value if change in _ENDS else 0
    return Balance(issued, running, ended)
