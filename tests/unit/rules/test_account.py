"""Accounts of one person: why, why not yet, until when; and what a branch cannot tell from them."""

from __future__ import annotations

import json
from typing import Any

from hub.core import dates
from hub.rules.account import Account, Asked, GuardPart, Level, RulePart, account, facts_read
from hub.rules.accounting import document, render
from hub.rules.span import Turn
from tests.unit.rules.facts import COMPILED, TODAY, facts

CERTIFICATE: dict[str, Any] = {
    "key": b"c", "kind": "first_aider", "issued_on": TODAY + 1, "expires_on": TODAY + 1000,
}  # fmt: skip
GIFT: dict[str, Any] = {"key": b"g", "donated_on": TODAY - 10}
GROUND: dict[str, Any] = {"key": b"", "holds": True, "priority": 2, "since_on": TODAY - 100}
GAVE: dict[str, Any] = {"key": b"2022-03", "completed_on": TODAY - 100}


def asked(named: tuple[str, ...] = (), subject: dict[str, Any] | None = None, **entries: Any) -> Asked:
    """Return what is asked of somebody; what is of class s in ``entries`` is kept apart."""
    secret = {kind: entries.pop(kind) for kind in ("hsc_donation",) if kind in entries}
    kept = facts({}, **secret) if secret else None
    return Asked(facts(subject, **entries), kept, TODAY, named, "none", "")


def rule_of(told: Account, rule_id: str) -> RulePart:
    """Return what is told of a rule."""
    return next(part for part in told.rules if part.id == rule_id)


def guard_of(told: Account, code: str) -> GuardPart:
    """Return what is told of a guard."""
    return next(guard for guard in told.guards if guard.code == code)


def test_the_nearest_leaf_and_its_day_are_told() -> None:
    """Of a certificate issued tomorrow one leaf is missing, and tomorrow it is not."""
    told = account(COMPILED, asked(certificate=[CERTIFICATE]), Level.BRANCH)
    part = rule_of(told, "R01")
    assert [(lack.leaf.field, lack.changes_on) for lack in part.missing] == [("issued_on", TODAY + 1)]
    assert part.turn == Turn(False, TODAY + 1, None)
    zh, en = render(told, "zh"), render(told, "en")
    assert "还差：培训证书的“发证日期”为 2022-06-16，须不晚于今天，2022-06-16 起自行满足" in zh
    assert "missing: issued on of a training certificate is 2022-06-16, required: today or earlier" in en
    assert "→ will be met on 2022-06-16" in en


def test_a_ground_that_holds_tells_when_it_lapses() -> None:
    """The day after the last one."""
    held = {**CERTIFICATE, "issued_on": TODAY}
    part = rule_of(account(COMPILED, asked(certificate=[held]), Level.BRANCH), "R01")
    assert (part.missing, part.turn) == ((), Turn(True, None, TODAY + 1001))


def test_of_what_is_unknown_only_what_must_be_there_is_missing() -> None:
    """Nobody lacks a revocation."""
    part = rule_of(account(COMPILED, asked(), Level.BRANCH), "R01")
    assert [lack.leaf.field for lack in part.missing] == ["kind", "issued_on", "expires_on"]
    assert all(lack.key is None for lack in part.missing)


def test_a_guard_tells_what_stops_and_until_when() -> None:
    """Who declined is left in peace for a year: the day is told, and what stands in the way."""
    told = account(COMPILED, asked(subject={"declined_on": TODAY}), Level.BRANCH)
    guard = guard_of(told, "cooldown")
    assert guard.applies
    assert guard.turn == Turn(True, None, TODAY + 365)
    assert [(lack.leaf.field, lack.against) for lack in guard.missing] == [("declined_on", True)]
    assert f"will cease to apply on {dates.iso(TODAY + 365)}" in render(told, "en")


def test_what_matching_computes_anew_has_no_day_of_its_own() -> None:
    """A consent turns on days that the rules do not see: none is made up, one that is known is told."""
    person = asked(subject={"consent": "expired"})
    assert guard_of(account(COMPILED, person, Level.OFFICER), "consent").turn is None
    known = person._replace(turns={"consent": Turn(True, None, TODAY + 9)})
    assert guard_of(account(COMPILED, known, Level.OFFICER), "consent").turn == Turn(True, None, TODAY + 9)
    assert guard_of(account(COMPILED, known, Level.BRANCH), "consent").turn is None


def test_a_branch_cannot_tell_a_donor_from_a_giver() -> None:
    """Who is named G00 for stem cells and who is for money look alike: text, document, order, facts."""
    donor = asked(
        ("G00",),
        certificate=[CERTIFICATE],
        ground=[GROUND],
        hsc_donation=[GAVE],
        subject={"consent": "data_class"},
    )
    giver = asked(("G00",), certificate=[CERTIFICATE], gift=[GIFT], subject={"consent": "expired"})
    told = [account(COMPILED, each, Level.BRANCH) for each in (donor, giver)]
    for look in (document, lambda each: render(each, "zh"), lambda each: render(each, "en")):
        one, other = (json.dumps(look(each), ensure_ascii=False) for each in told)
        assert one == other
    assert list(facts_read(told[0])) == list(facts_read(told[1])) == [("certificate", b"c")]
    shown = json.dumps(document(told[0]), ensure_ascii=False)
    for rule in COMPILED.book.rules:
        if rule.data_class == "s" or rule.public is not None:
            assert rule.title_zh not in shown
            assert f'"{rule.id}"' not in shown


def test_a_branch_is_told_the_same_whatever_is_kept_apart() -> None:
    """What the stage for class s knows has no part in it."""
    person = asked(("G00", "R01"), certificate=[CERTIFICATE])
    secret = person._replace(kept=facts({}, hsc_donation=[GAVE]))
    other = person._replace(named=("R01", "G00"))  # the order would tell the ground's priority
    told = account(COMPILED, person, Level.BRANCH)
    assert account(COMPILED, secret, Level.BRANCH) == told == account(COMPILED, other, Level.BRANCH)


def test_an_officer_is_told_all() -> None:
    """The rules of class s with their leaves, those with a public id, and the ground."""
    told = account(COMPILED, asked(("G00",), hsc_donation=[GAVE], ground=[GROUND]), Level.OFFICER)
    assert [(part.id, part.holds) for part in told.secret] == [("R05", True), ("R06", False)]
    assert {"R07", "R09", "R09a", "G00"} <= {part.id for part in told.rules}
    assert "✓ R05 P2 造血干细胞捐献者" in render(told, "zh")
    assert ("hsc_donation", b"2022-03") in list(facts_read(told))
