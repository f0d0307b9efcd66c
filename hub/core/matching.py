"""Whom to invite: a pure function of (facts, tables, today). docs/matching.md, "Eligibility".

The rule book says which grounds hold, which path is taken and what stands in the way; this module
computes what the book asks about (:mod:`hub.core.person` and :mod:`hub.core.consent`), finds the
organisation, and puts the answers together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from hub.core import consent, dates
from hub.core.book import Book, Guard, Hit, View
from hub.core.invitation import Invitation
from hub.core.organisation import Directory
from hub.core.person import ADULT_AGE, PersonState, party, subject
from hub.core.routing import Regions, Route, route

NONE: Final = "none"
STOP: Final = "stop"
HELD: Final = "held"
INVITE: Final = "invite"
YOUTH: Final = "youth"
_HOLD: Final = "hold"
_APPLIED: Final = "applied"
_DECLINED_DAYS: Final = 365
"""Days after a refusal or the end of a membership on which the book's cool-down guard may look again."""


class Tables(NamedTuple):
    """What every worker holds whole."""

    book: Book
    directory: Directory
    regions: Regions
    routes: dict[tuple[str, str | None, str | None], Route]
    """Answers already found, by path, host unit and residence. Whoever keeps them over a change of the
    tables or of the day empties them: there are some thousand, and everybody has one."""


class Eligibility(NamedTuple):
    """Whether and why a person is to be invited on a day."""

    outcome: str
    """``none``, ``stop``, ``held`` or ``invite``."""
    code: str
    """Of the guard that stops or holds; empty when none does or no rule hits."""
    hindrance: Guard | None
    """The first guard that applies, an application under way left out."""
    kind: str
    """``adult`` or ``youth``."""
    hits: Sequence[Hit]
    rules: tuple[str, ...]
    """Ids of the rules that hit, best first."""
    route: Route
    view: View
    orphaned: bool = False
    """An invitation is open to an organisation that is no longer active."""

    @property
    def priority(self) -> int:
        """The best priority of the rules that hit."""
        return self.hits[0].rule.priority

    @property
    def until(self) -> int | None:
        """The last day on which a ground holds; None = open-ended."""
        latest: int | None = None
        for hit in self.hits:
            if hit.until is None:
                return None
            if latest is None or hit.until > latest:
                latest = hit.until
        return latest

    @property
    def organisation(self) -> str:
        """The id of the organisation; empty when there is none."""
        found = self.route.organisation
        return found.org_id if found is not None else ""


def evaluate(state: PersonState, tables: Tables, today: int, *, running: bool) -> Eligibility:
    """Evaluate a person. ``running``: an invitation is open, so guards matter even when no rule hits."""
    book, directory, regions, routes = tables
    facts = state.facts
    about = party(state)
    me = subject(state, today)
    view: View = {**facts, "subject": (me,)}
    kind = book.path(view, today)
    residence = about.get("residence")
    asked = (kind, about.get("host_unit"), residence)
    where = routes.get(asked)
    if where is None:
        where = route(about, facts, youth=kind == YOUTH, directory=directory, regions=regions, today=today)
        if residence:  # nothing else of the person had a say
            routes[asked] = where
    target = where.organisation
    given = consent.find(facts["consent"]) if "consent" in facts else None
    me["region_known"] = target is not None
    me["consent"] = consent.status(given, target, book.minimum_notice, today)
    me["guardian_missing"] = (
        "age" in me and me["age"] < ADULT_AGE and not (given is not None and given.get("guardian", False))
    )
    hits = book.hits(view, today)
    if not hits and not running:
        return Eligibility(NONE, "", None, kind, hits, (), where, view)
    last = state.invitation
    orphaned = running and last is not None and directory.active(last.organisation, today) is None
    guard = hindrance = book.guard(view, today)
    if guard is None:
        outcome, code = INVITE if hits else NONE, ""
    else:
        code = str(guard.code)
        if code == _APPLIED:
            hindrance = book.guard({**view, "subject": ({**me, "applied": False},)}, today)
        if not hits:
            outcome, code = NONE, ""
        else:
            outcome = HELD if guard.kind == _HOLD else STOP
    rules = tuple([hit.rule.id for hit in hits])
    return Eligibility(outcome, code, hindrance, kind, hits, rules, where, view, orphaned)


def unevaluated(outcome: str, code: str, kind: str) -> Eligibility:
    """Return what stands in for an evaluation that could not be made."""
    return Eligibility(outcome, code, None, kind, (), (), Route(None, False, "", "", ""), {})


def next_day(eligible: Eligibility, last: Invitation | None, book: Book, today: int) -> int | None:
    """Return the first day after ``today`` on which an evaluation may answer otherwise by time alone.

    Too early a day costs an evaluation, too late a day would be wrong: so every day is taken on which
    something the book does not see may turn.
    """
    view = eligible.view
    me = view["subject"][0]
    soonest = book.next_change(view, today)
    days = [] if soonest is None else [soonest]
    _add_grounds(view, today, days)
    if "declined_on" in me:
        days.append(me["declined_on"] + _DECLINED_DAYS)
    if "membership_ended_on" in me:
        days.append(me["membership_ended_on"] + _DECLINED_DAYS)
    if "age" in me and me["age"] < ADULT_AGE:
        days.append(dates.birthday(view["party"][0]["birth_day"], ADULT_AGE))
    if "consent" in view:
        _add_consent(view["consent"], today, days)
    if last is not None:
        if last.ended_on is None:
            days += (last.valid_until + 1, last.issued_on + book.valid_days + 1)
        else:
            days.append(last.ended_on + book.cooldown_expired_days)
            if eligible.outcome == INVITE and last.ended_on == today:
                days.append(today + 1)  # an end and an offer are never one evaluation
    if not days or (soonest := min(days)) > today:  # nearly always: what is past was left out above
        return soonest
    return min((day for day in days if day > today), default=None)


def _add_grounds(view: View, today: int, days: list[int]) -> None:
    """Append the days to come of what somebody did: they tell who counts, and where the person was met."""
    for entry in view.get("certificate", ()):
        # Of a revoked one the day of issue too: it still tells where the person was met.
        if "issued_on" in entry and entry["issued_on"] > today:
            days.append(entry["issued_on"])
        if "expires_on" in entry and entry["expires_on"] >= today and "revoked_on" not in entry:
            days.append(entry["expires_on"] + 1)
    if "course" in view:
        days += [entry["completed_on"] for entry in view["course"] if entry.get("completed_on", 0) > today]
    if "rescue_member" in view:
        days += [entry["joined_on"] for entry in view["rescue_member"] if entry.get("joined_on", 0) > today]


def _add_consent(entries: Sequence[Mapping[str, Any]], today: int, days: list[int]) -> None:
    """Append the days to come on which the consent begins and ends to serve."""
    given = consent.find(entries)
    if given is not None:
        if "granted_on" in given and given["granted_on"] > today:
            days.append(given["granted_on"])
        if "expires_on" in given and given["expires_on"] >= today:
            days.append(given["expires_on"] + 1)
