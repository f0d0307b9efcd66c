"""What the tests of class s are made of: a rule book of five rules, and facts of blood, cells and organs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from hub.core import merge
from hub.core.assertion import Assertion, encode
from hub.core.merge import Facts, Stamps
from hub.core.sensitive import DISCLOSURE
from tests.unit.core.people import TODAY, FakeHit, FakeRule

BLOOD: Final = FakeRule("S13", 3, reason_zh="献血", reason_en="gave blood")
REGISTERED: Final = FakeRule("S15", 3, reason_zh="登记", reason_en="registered")
WISHING: Final = FakeRule("S16", 3, reason_zh="意愿", reason_en="wishes to give organs")
CELLS: Final = FakeRule("S05", 2, reason_zh="捐献造血干细胞", reason_en="gave stem cells")
FAMILY: Final = FakeRule("S06", 2, reason_zh="家属", reason_en="family")
BLOOD_DAYS: Final = 700
Entry = Mapping[str, Any]
View = Mapping[str, Sequence[Entry]]


@dataclass(frozen=True)
class DonorBook:
    """Holds that stem cells and a released family are P2, blood within 700 days and a registration P3."""

    id: str = "donors@1"
    minimum_notice: str = "2021"
    off: frozenset[str] = frozenset()
    """Ids of rules that are not active."""
    raises: bool = False
    looked: list[frozenset[str]] = field(default_factory=list)
    """The kinds that were shown at every question."""

    def sensitive_hits(self, facts: View, today: int) -> tuple[FakeHit, ...]:
        """Return the grounds that hold, best first."""
        if self.raises:
            raise ZeroDivisionError
        self.looked.append(frozenset(facts))
        grown = facts["subject"][0].get("age", 0) >= 18
        found = [
            _hit(CELLS, facts, "hsc_donation", lambda each: (each["completed_on"] <= today, None)),
            _hit(FAMILY, facts, "organ_family", lambda each: (_free(each, today), None)),
            _hit(
                BLOOD, facts, "blood_donation",
                lambda each: (
                    grown and each["donated_on"] <= today <= each["donated_on"] + BLOOD_DAYS,
                    each["donated_on"] + BLOOD_DAYS,
                ),
            ),
            _hit(REGISTERED, facts, "hsc_registration", lambda each: (each["registered_on"] <= today, None)),
            _hit(WISHING, facts, "organ_intent", lambda each: (each["status"] == "registered", None)),
        ]  # fmt: skip
        return tuple(hit for hit in found if hit is not None and hit.rule.id not in self.off)

    def sensitive_next_change(self, facts: View, today: int) -> int | None:
        """Return the next day that stands in a fact."""
        days = [
            day
            for entry in facts.get("blood_donation", ())
            for day in (entry["donated_on"], entry["donated_on"] + BLOOD_DAYS + 1)
        ]
        days += [entry["completed_on"] for entry in facts.get("hsc_donation", ())]
        days += [entry["registered_on"] for entry in facts.get("hsc_registration", ())]
        days += [
            entry["quiet_until_on"] + 1
            for entry in facts.get("organ_family", ())
            if "quiet_until_on" in entry
        ]
        return min((day for day in days if day > today), default=None)

    def hits(self, facts: View, today: int) -> tuple[FakeHit, ...]:
        """Return nothing: rules of class p are matching's business."""
        raise AssertionError

    next_change = guard = path = hits


def _free(relative: Entry, today: int) -> bool:
    return bool(relative.get("released")) and relative.get("quiet_until_on", today) < today


def _hit(
    rule: FakeRule, facts: View, kind: str, meets: Callable[[Entry], tuple[bool, int | None]]
) -> FakeHit | None:
    met = [(each["key"], meets(each)[1]) for each in facts.get(kind, ()) if meets(each)[0]]
    if not met:
        return None
    ends = [end for _, end in met]
    until = None if None in ends else max(end for end in ends if end is not None)
    return FakeHit(rule, until, tuple((kind, key) for key, _ in met))


BLOOD_GIVEN: Final[dict[str, Any]] = {"kind": "whole", "donated_on": TODAY - 100, "count": 3}
CELLS_GIVEN: Final[dict[str, Any]] = {"completed_on": TODAY - 47}
"""2022-03-02; a test that minds takes the first of a month."""
ON_THE_LIST: Final[dict[str, Any]] = {"registered_on": TODAY - 60}
WILLING: Final[dict[str, Any]] = {"status": "registered", "scope": "all", "on": TODAY - 60}
RELATIVE: Final[dict[str, Any]] = {
    "relation": "spouse", "quiet_until_on": TODAY - 1, "released": True, "coordinator": "C7",
}  # fmt: skip
MAY_BE_NAMED: Final[dict[str, Any]] = {
    "status": "granted", "recipients": ["33"], "data_classes": ["s"], "notice_version": "2022",
    "granted_on": TODAY - 100, "guardian": False,
}  # fmt: skip
PARTY: Final[dict[str, Any]] = {
    "citizen": True, "birth_day": 5_000, "residence": "330106110227", "name_forms": ["aa"],
}  # fmt: skip
CONSENT: Final[dict[str, Any]] = {
    "status": "granted", "recipients": ["33"], "data_classes": ["p", "s"], "notice_version": "2022",
    "granted_on": TODAY - 100, "guardian": False,
}  # fmt: skip


def said(**kinds: Mapping[str, Any]) -> list[Assertion]:
    """Return assertions; ``disclosure`` stands for the consent to have a ground named."""
    keys = {"consent": b"membership_invitation", "blood_donation": b"b1", "organ_family": b"f1"}
    return [
        ("consent", DISCLOSURE, dict(fields))
        if kind == "disclosure"
        else (kind, keys.get(kind, b""), dict(fields))
        for kind, fields in kinds.items()
    ]


def knowing(*assertions: Assertion, at: int = 1) -> tuple[Facts, Stamps]:
    """Return the facts that some assertions of one event make, with their stamps."""
    facts: Facts = {}
    stamps: Stamps = {}
    merge.merge(facts, stamps, merge.stamp(at, False, 0, encode(assertions)), assertions)
    return facts, stamps


def known(**kinds: Mapping[str, Any]) -> Facts:
    """Return the facts of somebody of whom this is known."""
    return knowing(*said(**{"party": PARTY, **kinds}))[0]
