"""What the tests of matching are made of: a rule book of a few lines, organisations, facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from hub.core import merge
from hub.core.assertion import Assertion, encode
from hub.core.book import Book
from hub.core.matching import Tables
from hub.core.organisation import Directory
from hub.core.person import PersonState

TODAY = 19_100
"""2022-04-18, a day like any other."""
COUNTY = "330106"
VILLAGE = "330106110227"


class FakeRule(NamedTuple):
    """A rule with nothing but a name and a rank."""

    id: str
    priority: int
    version: int = 1
    title_zh: str = "规则"
    title_en: str = "rule"
    reason_zh: str = "理由"
    reason_en: str = "reason"
    discloses: tuple[str, ...] = ("name", "phone")
    makes: str = "invitation"
    public: str | None = None
    data_class: str = "p"


class FakeHit(NamedTuple):
    """A ground that holds."""

    rule: FakeRule
    until: int | None
    evidence: tuple[tuple[str, bytes], ...]


class FakeGuard(NamedTuple):
    """A guard that applies."""

    code: str
    kind: str
    reason_zh: str = "原因"
    reason_en: str = "why"


P1 = FakeRule("F1", 1)
P3 = FakeRule("F3", 3)

_STOPS = ("deceased", "erasure", "never", "member", "applied")


@dataclass(frozen=True)
class FakeBook:
    """Holds that a valid certificate of kind ``good`` is P1, a course within a hundred days P3."""

    id: str = "fake@1"
    minimum_notice: str = "2021"
    valid_days: int = 180
    cooldown_expired_days: int = 180
    reminder_days: int = 30
    task_due_days: int = 14
    time_limit_hours: tuple[int, ...] = (24, 24, 72, 168)
    asked: list[str] = field(default_factory=list)
    """Names of the functions that were called."""

    def outlook(
        self, facts: Mapping[str, Sequence[Mapping[str, Any]]], today: int
    ) -> tuple[tuple[FakeHit, ...], int | None]:
        """Return the grounds that hold, best first, and the day after the first of them ends."""
        good = [
            (entry["expires_on"], ("certificate", entry["key"]))
            for entry in facts.get("certificate", ())
            if "revoked_on" not in entry and entry["issued_on"] <= today <= entry["expires_on"]
        ]
        courses = [
            (entry["completed_on"] + 100, ("course", entry["key"]))
            for entry in facts.get("course", ())
            if entry["completed_on"] <= today <= entry["completed_on"] + 100
        ]
        found = []
        for rule, grounds in ((P1, good), (P3, courses)):
            if grounds:
                found.append(
                    FakeHit(rule, max(until for until, _ in grounds), tuple(key for _, key in grounds))
                )
        return tuple(found), min((hit.until + 1 for hit in found if hit.until is not None), default=None)

    def path(self, facts: Mapping[str, Sequence[Mapping[str, Any]]], today: int) -> str:
        """Return youth for students and under 18."""
        me = facts["subject"][0]
        return "youth" if me["student"] or me.get("age", 18) < 18 else "adult"

    def guard(self, facts: Mapping[str, Sequence[Mapping[str, Any]]], today: int) -> FakeGuard | None:
        """Return the first guard that applies, in the order of docs/matching.md."""
        self.asked.append("guard")
        me = facts["subject"][0]
        for code in _STOPS:
            if me[code]:
                return FakeGuard(code, "stop")
        if not me["citizen"]:
            return FakeGuard("not_citizen", "stop")
        holds = {
            "cooldown": any(
                today < me[day] + 365 for day in ("declined_on", "membership_ended_on") if day in me
            ),
            "review": bool(me["review"]),
            "consent": me["consent"] != "valid",
            "guardian": me["guardian_missing"],
            "region": not me["region_known"],
        }
        return next((FakeGuard(code, "hold") for code, applies in holds.items() if applies), None)

    def task_hits(self, facts: Mapping[str, Sequence[Mapping[str, Any]]], today: int) -> tuple[FakeHit, ...]:
        """Make no task."""
        return ()

    def sensitive_hits(
        self, facts: Mapping[str, Sequence[Mapping[str, Any]]], today: int
    ) -> tuple[FakeHit, ...]:
        """Have no rule of class s."""
        return ()

    def sensitive_next_change(self, facts: Mapping[str, Sequence[Mapping[str, Any]]], today: int) -> None:
        """Have no rule of class s."""

    def ground(self, priority: int) -> FakeRule:
        """Return the unnamed ground."""
        return FakeRule("F0", priority, public="F0", data_class="s")

    def rule(self, rule_id: str) -> FakeRule | None:
        """Return one of the two rules."""
        return next((rule for rule in (P1, P3) if rule.id == rule_id), None)

    def batch_weekday(self, priority: int) -> None:
        """Issue on any day."""


class FakeRegions:
    """Every code is as it should be, but those that begin with 99, which nobody knows."""

    def resolve(self, code: str, today: int) -> str:
        """Return the code."""
        return "" if code.startswith("99") else code


def organisation(org_class: str, region: str, *, on: int = 0, host_unit: str | None = None) -> dict[str, Any]:
    """Return what ``established`` announces of an organisation."""
    return {
        "on": on, "org_class": org_class, "name": "红十字会", "parent": None, "region": region,
        "host_unit": host_unit, "stamp": b"1",
    }  # fmt: skip


def directory(**organisations: dict[str, Any]) -> Directory:
    """Return a directory of organisations by id."""
    made = Directory()
    for org_id, announced in organisations.items():
        made.announce(org_id, "established", announced)
    return made


SOCIETY = {"SOC": organisation("society", COUNTY)}


def tables(known: Directory | None = None, book: Book | None = None) -> Tables:
    """Return tables with one society, unless told otherwise."""
    return Tables(book or FakeBook(), known if known is not None else directory(**SOCIETY), FakeRegions(), {})


CONSENT: dict[str, Any] = {
    "status": "granted", "recipients": ["33"], "data_classes": ["p"], "notice_version": "2022",
    "granted_on": TODAY - 10, "guardian": False,
}  # fmt: skip
PARTY: dict[str, Any] = {"citizen": True, "birth_day": 5_000, "residence": VILLAGE, "name_forms": ["aa"]}
CERTIFICATE: dict[str, Any] = {
    "kind": "good",
    "issued_on": TODAY - 5,
    "expires_on": TODAY + 1_000,
    "region": COUNTY,
}
COURSE: dict[str, Any] = {"kind": "first_aid", "completed_on": TODAY - 5, "region": COUNTY}


def assertion(kind: str, fields: Mapping[str, Any], key: bytes | None = None) -> Assertion:
    """Return one assertion; a consent is for the hub's purpose unless told otherwise."""
    if key is None:
        key = b"membership_invitation" if kind == "consent" else b""
    return kind, key, dict(fields)


def somebody(at: int = 1, **kinds: Mapping[str, Any] | None) -> PersonState:
    """Return a person with a valid certificate and consent; a kind given as None is left out."""
    told: dict[str, Mapping[str, Any] | None] = {
        "party": PARTY, "consent": CONSENT, "certificate": CERTIFICATE, **kinds
    }  # fmt: skip
    state = PersonState({}, {})
    made = [assertion(kind, fields) for kind, fields in told.items() if fields is not None]
    merge.merge(state.facts, state.stamps, merge.stamp(at, False, 0, encode(made)), made)
    return state


def told(state: PersonState, at: int, **kinds: Mapping[str, Any]) -> PersonState:
    """Merge more facts into a person, in place, and return it."""
    made = [assertion(kind, fields) for kind, fields in kinds.items()]
    merge.merge(state.facts, state.stamps, merge.stamp(at, False, 0, encode(made)), made)
    return state
