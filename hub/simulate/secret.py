"""What is of class s, and what may be told of it: docs/matching.md, "Grounds that are not named"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from hub.simulate.calendar import birthday, month_start
from hub.simulate.entry import Entry

__all__ = ("DISCLOSURE", "Secret", "Told", "codes", "secret_days", "tell")

DISCLOSURE: Final = "ground_disclosure"
_ADULT: Final = 18
_PRIORITY: Final = 2
_MOST_LISTENERS: Final = 8


class Told(NamedTuple):
    """What is told of somebody: a ground that holds, without its name."""

    priority: int
    since: int
    disclosed: tuple[str, ...]
    listeners: tuple[str, ...] = ()
    """To whom what is disclosed may be named."""


@dataclass(slots=True)
class Secret:
    """What events of class s said of one person, and what they said beside it."""

    names: set[str] = field(default_factory=set)
    conflicts: set[str] = field(default_factory=set)
    party: Entry = field(default_factory=Entry)
    consents: dict[str, Entry] = field(default_factory=dict)
    stem_cells: set[int] = field(default_factory=set)
    """First days of the months in which stem cells were given."""
    families: dict[str, Entry] = field(default_factory=dict)
    """By donor: released, and the last day of the quiet period."""
    others: bool = False
    """Anything else of class s is known: blood, a registration, a wish."""
    deceased: bool = False
    newest: int | None = None
    """When the newest of it was said (ms)."""
    forgotten: int | None = None
    """The instant of an erasure: what is not later is not taken in."""
    told: Told | None = None
    """What was last told."""
    mark: Any = None
    """What went with it."""

    def beside(self) -> Any:
        """Return something that differs when what goes with a ground does."""
        spoken = {purpose: dict(entry.stamps) for purpose, entry in self.consents.items()}
        return frozenset(self.names), frozenset(self.conflicts), dict(self.party.stamps), spoken

    def consent(self, purpose: str) -> Entry:
        """Return what is known of a consent."""
        return self.consents.setdefault(purpose, Entry())


def tell(secret: Secret, today: int, minimum: str) -> Told | None:
    """Return the ground that holds on a day; ``minimum`` is the oldest notice that will do."""
    if secret.deceased:
        return None
    given = [day for day in secret.stem_cells if day <= today]
    ended = [
        family["quiet_until"] + 1
        for family in secret.families.values()
        if _speaks(secret, today) and family["released"] and family["quiet_until"] < today
    ]
    if not given and not ended:
        return None
    rules = (*(("R05",) if given else ()), *(("R06",) if ended else ()))
    since = month_start(max([*given, *ended]))
    if not _may_be_named(secret, today, minimum):
        return Told(_PRIORITY, since, ())
    return Told(_PRIORITY, since, rules, tuple(sorted(secret.consents[DISCLOSURE]["recipients"])))


def codes(secret: Secret, today: int) -> set[str]:
    """Return what is in the way of a ground: the figures of those who are held."""
    if secret.deceased:
        return {"deceased"} if secret.stem_cells or secret.families or secret.others else set()
    found = set()
    for family in secret.families.values():
        if family["quiet_until"] >= today:
            found.add("quiet")
        elif not family["released"]:
            found.add("release")
    return found if _speaks(secret, today) else set()


def secret_days(secret: Secret) -> Iterator[int]:
    """Yield every day on which something above may change by time alone."""
    yield from secret.stem_cells
    yield from (family["quiet_until"] + 1 for family in secret.families.values())
    if "birth" in secret.party:
        yield birthday(secret.party["birth"], _ADULT)
    given = secret.consents.get(DISCLOSURE)
    if given is not None and "granted_on" in given:
        yield given["granted_on"]
        if given["expires_on"] is not None:
            yield given["expires_on"] + 1


def _speaks(secret: Secret, today: int) -> bool:
    """Whether relatives of a donor are spoken of: nobody who is known to be a minor."""
    birth = secret.party.get("birth")
    return birth is None or today >= birthday(birth, _ADULT)


def _may_be_named(secret: Secret, today: int, minimum: str) -> bool:
    given = secret.consents.get(DISCLOSURE)
    if given is None or given.get("status") != "granted" or today < given["granted_on"]:
        return False
    if given["granted_on"] < given.get("withdrawn_on", given["granted_on"]):
        return False
    if given["expires_on"] is not None and given["expires_on"] < today:
        return False
    birth = secret.party.get("birth")
    if birth is not None and today < birthday(birth, _ADULT) and not given["guardian"]:
        return False
    enough = given["notice_version"] >= minimum and "s" in given["data_classes"]
    return enough and 1 <= len(set(given["recipients"])) <= _MOST_LISTENERS
