"""The directory of Red Cross organisations: what was announced of each, folded into its history.

What is announced comes as *aspects* of one organisation: ``established``, ``moved/<day>`` (a new
name, class, region, superior or host unit from that day) and ``dissolved``. Aspects may arrive in
any order; of two announcements of one aspect the one with the greater stamp stays. So two workers
that saw the same announcements hold the same directory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeVar

_Key = TypeVar("_Key")

ESTABLISHED: Final = "established"
DISSOLVED: Final = "dissolved"
VILLAGE: Final = "village"
COMMUNITY: Final = "community"
TOWNSHIP: Final = "township"
SOCIETY: Final = "society"


class Organisation(NamedTuple):
    """An organisation as it is on one day. An attribute that was never announced is empty."""

    org_id: str
    org_class: str
    name: str
    parent: str
    region: str
    host_unit: str


class Period(NamedTuple):
    """From ``start`` until the next period begins; ``organisation`` is None when it is not active."""

    start: int
    organisation: Organisation | None


_NOWHERE: Final[tuple[frozenset[str], frozenset[str]]] = (frozenset(), frozenset())
_ATTRIBUTES: Final = ("org_class", "name", "parent", "region", "host_unit")


class Directory:
    """Every organisation that was announced. Mutable: one per worker, fed by the broadcast topic."""

    def __init__(self) -> None:
        """Start empty."""
        self._aspects: dict[str, dict[str, Mapping[str, Any]]] = {}
        self._histories: dict[str, tuple[Period, ...]] = {}
        self._announced: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
        # Ids in order: they are read for every evaluation, and written a few times a day.
        self._by_place: dict[tuple[str, str], tuple[str, ...]] = {}
        self._by_host: dict[str, tuple[str, ...]] = {}

    def __len__(self) -> int:
        """Return how many organisations are known, active or not."""
        return len(self._aspects)

    def announce(self, org_id: str, aspect: str, announced: Mapping[str, Any] | None) -> None:
        """Fold one aspect in: a ``hub.organisation`` record, or None to take the aspect back."""
        aspects = self._aspects.setdefault(org_id, {})
        known = aspects.get(aspect)
        if announced is None:
            aspects.pop(aspect, None)
        elif known is None or announced["stamp"] > known["stamp"]:
            aspects[aspect] = announced
        else:
            return
        if announced is not None:
            regions, units = self.announced(org_id)
            self._announced[org_id] = (
                regions | {announced["region"] or ""} - {""},
                units | {announced["host_unit"] or ""} - {""},
            )
        self._forget(org_id)
        if not aspects:
            del self._aspects[org_id]
            return
        history = self._histories[org_id] = _history(org_id, aspects)
        for _, organisation in history:
            if organisation is not None:
                _add(self._by_place, (organisation.org_class, organisation.region), org_id)
                _add(self._by_host, organisation.host_unit, org_id)

    def _forget(self, org_id: str) -> None:
        for _, organisation in self._histories.pop(org_id, ()):
            if organisation is not None:
                _remove(self._by_place, (organisation.org_class, organisation.region), org_id)
                _remove(self._by_host, organisation.host_unit, org_id)

    def active(self, org_id: str, day: int) -> Organisation | None:
        """Return the organisation as it is on ``day``, or None when it is not active then."""
        found = None
        for start, organisation in self._histories.get(org_id, ()):
            if start > day:
                break
            found = organisation
        return found

    def on(self, day: int) -> Iterator[Organisation]:
        """Yield every organisation that is active on ``day``, by id."""
        return (each for org_id in sorted(self._histories) if (each := self.active(org_id, day)) is not None)

    def inactive(self, day: int) -> list[str]:
        """Return the ids that were ever announced and are not active on ``day``, in order."""
        return sorted(org_id for org_id in self._announced if self.active(org_id, day) is None)

    def at(self, org_class: str, region: str, day: int) -> Organisation | None:
        """Return the active organisation of that class and exactly that region: the smallest id."""
        for org_id in self._by_place.get((org_class, region), ()):
            found = self.active(org_id, day)
            if found is not None and found[1] == org_class and found[4] == region:
                return found
        return None

    def hosted_by(self, unit: str, day: int) -> Organisation | None:
        """Return the active organisation of a host unit, or whose id ``unit`` is: the smallest id."""
        itself = self.active(unit, day)
        for org_id in self._by_host.get(unit, ()):
            found = self.active(org_id, day)
            if found is not None and found[5] == unit:
                return found if itself is None else min(found, itself)
        return itself

    def announced(self, org_id: str) -> tuple[frozenset[str], frozenset[str]]:
        """Return every region and every host unit that was ever announced of it: where it may be missed."""
        return self._announced.get(org_id, _NOWHERE)

    def history(self, org_id: str) -> tuple[Period, ...]:
        """Return what it was when, oldest first."""
        return self._histories.get(org_id, ())

    def next_change(self, org_id: str, day: int) -> int | None:
        """Return the first day after ``day`` on which the organisation changes by what is announced."""
        return next((start for start, _ in self._histories.get(org_id, ()) if start > day), None)

    def upcoming(self, day: int) -> list[tuple[str, int]]:
        """Return the organisations that change after ``day``: id and the first day on which they do."""
        found = ((org_id, self.next_change(org_id, day)) for org_id in sorted(self._histories))
        return [(org_id, at) for org_id, at in found if at is not None]


def _add(index: dict[_Key, tuple[str, ...]], key: _Key, org_id: str) -> None:
    if key:
        index[key] = tuple(sorted({*index.get(key, ()), org_id}))


def _remove(index: dict[_Key, tuple[str, ...]], key: _Key, org_id: str) -> None:
    left = tuple(each for each in index.get(key, ()) if each != org_id)
    if left:
        index[key] = left
    else:
        index.pop(key, None)


def _history(org_id: str, aspects: Mapping[str, Mapping[str, Any]]) -> tuple[Period, ...]:
    """Fold the aspects of one organisation into its periods."""
    founded = aspects.get(ESTABLISHED)
    if founded is None:
        return ()
    ends = aspects[DISSOLVED]["on"] if DISSOLVED in aspects else None
    moves = sorted(
        (each for name, each in aspects.items() if name not in (ESTABLISHED, DISSOLVED)),
        key=lambda each: (each["on"], each["stamp"]),
    )
    born = founded["on"]
    periods = []
    for start in sorted({born, *(move["on"] for move in moves if move["on"] > born)}):
        if ends is not None and ends <= start:
            break
        values = {name: founded.get(name) or "" for name in _ATTRIBUTES}
        for move in moves:
            if move["on"] <= start:
                values.update({name: move[name] for name in _ATTRIBUTES if move.get(name) is not None})
        periods.append(Period(start, Organisation(org_id, **values)))
    if ends is not None:
        periods.append(Period(ends, None))
    return tuple(periods)
