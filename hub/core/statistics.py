"""What one person adds to the stock figures: sums of ``contributions``, so every change comes out right.

A contribution is kept with the person in a short form, since everybody has some: county, then one
letter for the figure and its labels, such as ``330106:cfirst_aider``. :func:`counter` spells it out
as ``certificates_valid|county=330106|kind=first_aider``. The task emits after minus before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hub.core import dates, person, resident_number
from hub.core.invitation import Invitation
from hub.core.task import Task

if TYPE_CHECKING:
    from hub.core.verdict import Verdict

UNKNOWN: Final = "unknown"
"""The label of a county or kind that is not known."""
OTHER: Final = "other"
"""The label of a kind that is no plain word."""
MOVES: Final = "membership_change"
"""The fact kind of what happened to memberships, and when."""
_FIRST_AIDER: Final = "first_aider"
_MEMBER: Final = "member"
_TRANSFERRED: Final = "transferred"
_ENTERED: Final = "admitted"
_MONTH: Final = len("2022-04")
_PLAIN_WORD: Final = re.compile(r"(?=.{1,32}\Z)[a-z][a-z_]*[0-9]{0,2}")
"""A word of a source that can be a label: it may have put a name or a number where a kind belongs."""
_PLAIN_ID: Final = re.compile(r"(?!1\d{10}\Z)[0-9A-Za-z_-]{1,32}")
"""An id of an organisation that can be a label: a source wrote it, and a telephone number is none."""
_NOTHING: Final[Mapping[str, Any]] = {}

_SHAPES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "p": ("persons", ()),
    "c": ("certificates_valid", ("kind",)),
    "q": ("qualified", ("rule",)),
    "o": ("invitations_open", ("kind", "priority")),
    "h": ("held", ("code",)),
    "m": ("members", ("kind",)),
    "g": ("groups", ()),
    "t": ("tasks_open", ("kind",)),
    "r": ("priority_reach", ("ground", "invited")),
    "u": ("under_review", ()),
    "w": ("reviews_open", ("day",)),
    "d": ("identities_decided", ("verdict",)),
    "k": ("candidates", ("council", "member", "session")),
    "v": ("members_moved", ("month", "move")),
    "a": ("members_admitted", ("channel", "month")),
}


def _nowhere(_org_id: str) -> str:
    """Know no organisation."""
    return ""


class Figures(NamedTuple):
    """What an evaluation says for the figures."""

    county: str
    rules: Sequence[str]
    held: str
    """The code that says why not; empty when nobody is held."""
    invitation: Invitation | None
    tasks: Sequence[Task] = ()
    review_on: int = 0
    """The day since which the identity is under review; 0 = it is not."""
    county_of: Callable[[str], str] = _nowhere
    """Returns the county of an organisation; empty when it is not known, or above a county."""

    @classmethod
    def of(
        cls, found: Verdict, tasks: Sequence[Task], county_of: Callable[[str], str], review_on: int
    ) -> Figures:
        """Return what an evaluation says for the figures, once it is carried out."""
        eligible = found.eligible
        held = found.code if eligible.hits and not found.open else ""
        county = eligible.route.county
        return cls(county, eligible.public, held, found.invitation, tasks, review_on, county_of)


def contributions(
    facts: Mapping[str, Sequence[Mapping[str, Any]]], figures: Figures, today: int
) -> tuple[str, ...]:
    """Return what a person adds today, each in its short form; one that counts twice is there twice."""
    county, rules, held, invitation, tasks, review_on, _ = figures
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
    party = facts["party"][0] if "party" in facts else _NOTHING
    dead = "deceased_on" in party
    member = ""
    if "membership" in facts and not dead and facts["membership"][0].get("status") == _MEMBER:
        member = _label(facts["membership"][0].get("kind"))
    reach = ""
    if not (member or dead):
        reach = "no" if invitation is None else "yes"
    backbone = "rescue_member" in facts and _backbone(facts["rescue_member"])
    counted = _spelled(
        county or UNKNOWN,
        certificates,
        tuple(rules),
        running,
        held,
        member,
        (reach, backbone, review_on != 0),
    )
    decided = "names_accepted" in party or "superseded_on" in party
    if tasks or dead or review_on or decided or "candidacy" in facts or MOVES in facts or party.get("group"):
        return _rarer(counted, facts, figures, bool(member))
    return counted


def _backbone(teams: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether somebody is active in a rescue team, and of its backbone."""
    return any(each.get("status") == "active" and each.get("grade") == "backbone" for each in teams)


def _rarer(
    counted: tuple[str, ...],
    facts: Mapping[str, Sequence[Mapping[str, Any]]],
    figures: Figures,
    member: bool,  # noqa: FBT001  # whether the person counts as one
) -> tuple[str, ...]:
    """Return contributions with what few people add: an organisation is a group, no person."""
    place = figures.county or UNKNOWN
    party = facts["party"][0] if "party" in facts else _NOTHING
    if party.get("group", False):
        reach = f"{place}:r"
        counted = (f"{place}:g", *[short for short in counted[1:] if not short.startswith(reach)])
    found = [*counted, *(f"{place}:t{task.kind}" for task in figures.tasks if task.open)]
    for entry in facts.get("candidacy", ()):
        if entry.get("status") == "nominated":
            council = entry.get("council_org", "")
            plain = _PLAIN_ID.fullmatch(council) and not resident_number.valid(council.upper())
            council = council if plain else OTHER
            session = dates.iso(entry["session_on"]) if "session_on" in entry else UNKNOWN
            found.append(f":k{council}/{'yes' if member else 'no'}/{session}")
    for entry in facts.get(MOVES, ()):
        found += _moved(entry, place, figures.county_of)
    if "deceased_on" in party and facts.get("membership", (_NOTHING,))[0].get("status") == _MEMBER:
        found.append(f"{place}:v{_month(party['deceased_on'])}/deceased")
    if verdict := _decided(party):
        found.append(f"{place}:d{verdict}")
    if figures.review_on:
        found.append(f":w{dates.iso(figures.review_on)}")
    return tuple(found)


def _decided(party: Mapping[str, Any]) -> str:
    """Return what a correction said of what had been put together under one document; empty = nothing.

    ``confirmed``: under several names, and it is one person's; ``refuted``: the document is somebody else's.
    """
    if "superseded_on" in party:
        return "refuted"
    several = len(party.get("name_forms", ())) > 1 and "names_accepted" in party
    return "confirmed" if several and not person.review(party) else ""


def _moved(entry: Mapping[str, Any], place: str, county_of: Callable[[str], str]) -> Iterator[str]:
    """Yield what one change of membership adds, to the month in which it happened."""
    move, month = _label(entry.get("move")), _month(entry.get("on"))
    if move == _TRANSFERRED:
        for name, way in (("from_organisation", "out"), ("to_organisation", "in")):
            county = county_of(entry[name]) if name in entry else ""
            yield f"{county or UNKNOWN}:v{month}/{move}_{way}"
        return
    yield f"{place}:v{month}/{move}"
    if move == _ENTERED:
        yield f"{place}:a{_label(entry.get('channel'))}/{month}"


def _month(day: int | None) -> str:
    return UNKNOWN if day is None else dates.iso(day)[:_MONTH]


@lru_cache(maxsize=16_384)
def _spelled(  # noqa: PLR0917  # what makes two people count alike
    place: str,
    certificates: tuple[str | None, ...],
    rules: tuple[str, ...],
    running: tuple[str, int] | None,
    held: str,
    member: str,
    rest: tuple[str, bool, bool],
) -> tuple[str, ...]:
    """Return contributions in their short form. Many people count alike: 1.0 instead of 1.7 µs.

    ``rest``: whether somebody who is to be reached was invited (``yes``, ``no``; empty: is not to be), is a
    backbone rescuer, is under review.
    """
    reach, backbone, review = rest
    counted = [f"{place}:p"]
    counted += [f"{place}:c{_label(kind)}" for kind in certificates]
    counted += [f"{place}:q{rule}" for rule in rules]
    if running is not None:
        counted.append(f"{place}:o{running[0]}/{running[1]}")
    if held:
        counted.append(f"{place}:h{held}")
    if member:
        counted.append(f"{place}:m{member}")
    if reach and _FIRST_AIDER in certificates:
        counted.append(f"{place}:r{_FIRST_AIDER}/{reach}")
    if reach and backbone:
        counted.append(f"{place}:rbackbone/{reach}")
    if review:
        counted.append(f"{place}:u")
    return tuple(counted)


def _label(kind: str | None) -> str:
    """Return a kind that a source chose, if it can be a label."""
    if kind is None:
        return UNKNOWN
    return kind if _PLAIN_WORD.fullmatch(kind) else OTHER


def only_held(counted: Sequence[str], code: str, today: int) -> tuple[str, ...]:
    """Return contributions with nothing open, held and under review: what is left of a quarantined person."""
    kept = [short for short in counted if short.partition(":")[2][0] not in "ohtuw"]
    since = next((short for short in counted if short.startswith(":w")), f":w{dates.iso(today)}")
    place = county(counted)
    return (*kept, f"{place}:h{code}", f"{place}:u", since)


def county(counted: Sequence[str]) -> str:
    """Return the county in which a person counts."""
    return counted[0].partition(":")[0] if counted else UNKNOWN


@lru_cache(maxsize=65_536)
def counter(short: str) -> str:
    """Return the counter of a contribution: ``name|label=value|…``, labels in order.

    >>> counter("330106:oadult/1")
    'invitations_open|county=330106|kind=adult|priority=1'
    >>> counter(":k9133/no/2022-05-01")  # a council is where its organisation is
    'candidates|council=9133|member=no|session=2022-05-01'
    """
    place, _, rest = short.partition(":")
    name, labels = _SHAPES[rest[0]]
    values = dict(zip(labels, rest[1:].split("/"), strict=True)) if labels else {}
    if place:
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
