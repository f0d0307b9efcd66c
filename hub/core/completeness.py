"""How complete figures are: which systems they rest on, which of these are silent, and T13."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from hub.core.dates import parse_day
from hub.core.figure import DAYS, SHARE, SOURCE, TARGET, Figure, Key
from hub.core.funnel import NOBODY
from hub.core.plan import rate
from hub.core.scene import UPPER, Scene

OPEN: Final = "reviews_open"
DECIDED: Final = "identities_decided"
NO_SAMPLE: Final = "no sample"
_A_DAY: Final = len("2022-04-18")
GROUNDS: Final = ("training", "rescue", "volunteer", "donation", "council", "project")
"""Systems whose events make people qualify. Those of class s are in no list: no figure tells of them."""
_PEOPLE: Final = (*GROUNDS, "party")
_INVITED: Final = (*_PEOPLE, "consent", "registry")
_MEMBERS: Final = ("registry",)
_DIRECTORY: Final = ("directory",)
RESTS_ON: Final[Mapping[str, tuple[str, ...]]] = {
    "persons": _PEOPLE, "groups": ("donation",), "under_review": _PEOPLE,
    "reviews_open": _PEOPLE, "identities_decided": _PEOPLE, "held": _INVITED,
    "certificates_valid": ("training",), "qualified": GROUNDS, "members": _MEMBERS,
    "members_moved": _MEMBERS, "members_admitted": _MEMBERS, "invitations_open": _INVITED,
    "flow.invitations": _INVITED, "flow.invitations_by_rule": _INVITED, "flow.days": _INVITED,
    "tasks_open": ("council", "registry"), "flow.tasks": ("council", "registry"),
    "candidates": ("council", "registry"), "priority_reach": ("training", "rescue", "registry"),
    "organisations": _DIRECTORY,
    "T1": _MEMBERS, "T2": _MEMBERS, "T3": _DIRECTORY, "T4": _DIRECTORY, "T5": _DIRECTORY, "T6": _DIRECTORY,
    "T7": ("directory", "registry"), "T8": _INVITED, "T9": ("council", "registry"),
    "T10": ("training", "rescue", "registry"), "T11": ("directory", "registry"), "T12": _MEMBERS,
    "T13": _PEOPLE,
}  # fmt: skip
"""Figure, or what stands before the dot of a target's part, to the systems it is counted from."""


def rests_on(key: Key) -> tuple[str, ...]:
    """Return the systems a figure is counted from; of one that has a system, that one."""
    return _rests_on(key.figure, key.labels)


@lru_cache(maxsize=65_536)  # asked for every figure that is published
def _rests_on(figure: str, labels: str) -> tuple[str, ...]:
    system = Key(figure, labels).label("system")
    if system:
        return (system,)
    return RESTS_ON.get(figure.partition(".")[0] if figure.startswith("T") else figure, ())


def silent_systems(scene: Scene) -> frozenset[str]:
    """Return the systems of which nothing is known for longer than their rhythm, or nothing at all."""
    return frozenset(
        system
        for system, rhythm in scene.targets.rhythms.items()
        if system not in scene.heard or scene.today - scene.heard[system] > rhythm
    )


def sources(scene: Scene) -> Iterator[Figure]:
    """Yield how long each system is silent."""
    for system, rhythm in sorted(scene.targets.rhythms.items()):
        key = Key("source.silent_days", f"system={system}", "", SOURCE)
        if system not in scene.heard:
            yield Figure(key, TARGET, DAYS, None, target=rhythm, note="silent: never heard of")
            continue
        days = max(0, scene.today - scene.heard[system])
        late = days > rhythm
        yield Figure(key, TARGET, DAYS, days, target=rhythm, note="silent" if late else None)


def quality(scene: Scene) -> Iterator[Figure]:
    """Yield T13: of all records received of a system, those rejected and those parked."""
    received: Counter[str] = Counter()
    for key, cell in scene.rollup.of("flow.received").items():
        if len(key.period) == 4 or key.period == "unknown":
            received[key.label("system")] += cell.value
    for figure, counter in (("T13.rejected", "flow.rejected"), ("T13.parked", "flow.parked")):
        sums: Counter[str] = Counter()
        for key, cell in scene.rollup.of(counter).items():
            sums[key.label("system")] += cell.value
        for system in sorted(received.keys() | sums.keys()):
            value = rate(sums[system], received[system])
            note = None if value is not None else "nothing received"
            yield Figure(Key(figure, f"system={system}", "", SOURCE), TARGET, SHARE, value, note=note)


def reviews(scene: Scene) -> Iterator[Figure]:
    """Yield T13: since when the oldest review is open, and how often what was decided by hand was right."""
    begun = [
        parse_day(key.period)
        for key, cell in scene.rollup.of(OPEN).items()
        if len(key.period) == _A_DAY and cell.value > 0
    ]
    oldest = max(0, scene.today - min(begun)) if begun else None
    yield Figure(Key("T13.oldest_days"), TARGET, DAYS, oldest, note=None if begun else NOBODY)
    for region, level in scene.regions(*UPPER):
        right, wrong = (
            scene.rollup.value(DECIDED, f"verdict={verdict}", region, level)
            for verdict in ("confirmed", "refuted")
        )
        value = rate(right, right + wrong)
        note = None if value is not None else NO_SAMPLE
        yield Figure(Key("T13.match_precision", "", region, level), TARGET, SHARE, value, note=note)
