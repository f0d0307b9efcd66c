"""What another rule book does to open invitations: held against an expectation made of sets alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from hub import packaged, topics
from hub.rules.book import load
from hub.rules.compile import CompiledBook, compile_book
from hub.rules.model import Rule, RuleBook
from hub.stages.memory import MemoryContext
from tests.unit.core.people import CONSENT, COUNTY, PARTY, TODAY
from tests.unit.stages.matchmaking import ANNA, FakeTables, context, facts, process, sent, stage
from tests.unit.stages.matchmaking import state_of as kept

MONDAY: Final = TODAY
"""P3 is invited on Mondays; TODAY, 2022-04-18, is one."""
PACKAGED: Final = load(packaged.read_text("rules/books/zhejiang-2022.yaml"), file="zhejiang-2022.yaml")
GROUNDS: Final[dict[str, tuple[tuple[str, ...], dict[str, Any], dict[str, Any]]]] = {
    "certificate": (("R01",), {"kind": "first_aider", "issued_on": MONDAY - 9, "expires_on": MONDAY + 300},
                    {"revoked_on": MONDAY}),
    "course": (("R03",), {"kind": "first_aid", "completed_on": MONDAY - 9}, {"completed_on": MONDAY - 900}),
    "rescue_member": (("R02", "R04"), {"status": "active", "grade": "backbone", "joined_on": MONDAY - 9},
                      {"status": "left", "left_on": MONDAY}),
    "gift": (("R07",), {"donated_on": MONDAY - 9}, {"refunded_on": MONDAY}),
    "volunteer": (("R09",), {"status": "active", "level": "registered", "active_on": MONDAY - 9},
                  {"status": "left", "left_on": MONDAY}),
    "project": (("R11",), {"role": "helper", "enrolled_on": MONDAY - 9}, {"enrolled_on": MONDAY - 900}),
}  # fmt: skip
"""Fact kind → the rules that hit on it, what is said when it holds, and when it ends."""
NAMED: Final = {"R07": "G00", "R09": "G00"}
"""Rules that are named otherwise outside."""
RULES: Final = tuple(rule for rules, _, _ in GROUNDS.values() for rule in rules)


class TwoBooks(FakeTables):
    """Tables that know every book they were ever given."""

    def __init__(self, book: CompiledBook) -> None:
        """Start with a book."""
        super().__init__()
        self._known: dict[str, CompiledBook] = {}
        self.take(book)

    def take(self, book: CompiledBook) -> None:
        """Make a book the active one."""
        self.book = book
        self._known[book.id] = book

    def earlier(self, edition: str) -> CompiledBook | None:
        """Return a book that was active once."""
        return self._known.get(edition)


def without(version: int, withdrawn: Iterable[str]) -> CompiledBook:
    """Return the packaged book as a later version, with some rules switched off."""
    off = set(withdrawn)

    def changed(rule: Rule) -> Rule:
        return rule.model_copy(update={"status": "off"}) if rule.id in off else rule

    book: RuleBook = PACKAGED.with_rules(tuple(map(changed, PACKAGED.rules)))
    return compile_book(book.model_copy(update={"version": version}))


def named(grounds: Iterable[str], withdrawn: Iterable[str] = ()) -> set[str]:
    """Return by what ids an invitation names the rules that hit on these grounds."""
    off = set(withdrawn)
    hit = (rule for kind in grounds for rule in GROUNDS[kind][0] if rule not in off)
    return {NAMED.get(rule, rule) for rule in hit}


def tell(ctx: MemoryContext, at: int, kinds: Iterable[str], *, ended: bool) -> None:
    """Tell that grounds hold, or that they ended."""
    said: dict[str, Any] = {
        kind: {"region": COUNTY, **GROUNDS[kind][1], **(GROUNDS[kind][2] if ended else {})} for kind in kinds
    }
    if not ended:
        said |= {"party": PARTY, "consent": {**CONSENT, "notice_version": "2022-01"}}
    if said:
        process(ctx, facts(ANNA, at, **said))


def sweep(ctx: MemoryContext) -> None:
    """Evaluate everybody again."""
    after: bytes | None = b""
    while after is not None:
        after = stage().sweep(after, 10, ctx)


def expected(
    before: set[str], now: set[str], withdrawn: set[str], *, told: bool
) -> tuple[str | None, set[str]]:
    """Return the cause of the withdrawal, None when it stands, and the ids it names then.

    ``before``: grounds when the invitation was issued, ``now``: those that still hold. ``told``: that they
    ended was heard under the old book, so that may have ended the invitation already.
    """
    stands = named(now, withdrawn)
    if stands:
        return None, stands
    was = named(now) if told else named(before)
    if told and not was:
        return "ground", set()
    still = named(now) & was
    return ("rule_withdrawn" if still and "G00" not in was else "ground"), set()


@settings(max_examples=150, deadline=None)
@given(
    before=st.sets(st.sampled_from(sorted(GROUNDS)), min_size=1),
    lost=st.sets(st.sampled_from(sorted(GROUNDS))),
    withdrawn=st.sets(st.sampled_from(RULES)),
    later=st.sets(st.sampled_from(RULES)),
    told=st.booleans(),
    by_record=st.booleans(),
)
def test_a_withdrawal_says_whether_the_rule_or_the_ground_went(  # noqa: PLR0917  # drawn
    before: set[str],
    lost: set[str],
    withdrawn: set[str],
    later: set[str],
    told: bool,  # noqa: FBT001  # Hypothesis hands it in by name
    by_record: bool,  # noqa: FBT001
) -> None:
    """It stands on what is left, revised; else the rule was withdrawn exactly if the ground holds.

    Told before or after the switch, found by the sweep or by a record, and a second time by a third book.
    """
    tables = TwoBooks(without(2, ()))
    ctx = context(MONDAY, tables)
    tell(ctx, 1, before, ended=False)
    assert {*sent(ctx, topics.INVITATIONS)[-1]["rule_ids"]} == named(before)
    gone = lost & before
    if told:
        tell(ctx, 2, gone, ended=True)
    tables.take(without(3, withdrawn))
    if not told:
        # Heard after the switch, of somebody whom the sweep has not reached: one evaluation finds both.
        tell(ctx, 2, gone, ended=True)
    if by_record:
        process(ctx, facts(ANNA, 3, party={**PARTY, "student": False}))
    sweep(ctx)
    cause, stands = expected(before, before - gone, withdrawn, told=told)
    if cause is not None:
        assert (
            ended(ctx, "zhejiang-2022@3" if not told or named(before - gone) else "zhejiang-2022@2") == cause
        )
        return
    last = sent(ctx, topics.INVITATIONS)[-1]
    assert (last["status"], {*last["rule_ids"]}) == ("issued", stands)
    kept_now = kept(ctx).invitation
    assert kept_now is not None
    assert kept_now.book == "zhejiang-2022@3"
    tables.take(without(4, withdrawn | later))
    sweep(ctx)
    left = named(before - gone, withdrawn | later)
    if left:
        assert {*sent(ctx, topics.INVITATIONS)[-1]["rule_ids"]} == left
    else:
        assert ended(ctx, "zhejiang-2022@4") == ("ground" if "G00" in stands else "rule_withdrawn")


def ended(ctx: MemoryContext, book: str) -> str:
    """Return why the last invitation was withdrawn, which its decision says too, under the right book."""
    last, decision = sent(ctx, topics.INVITATIONS)[-1], sent(ctx, topics.DECISIONS)[-1]
    assert (last["status"], last["book"]) == ("withdrawn", book)
    assert (decision["change"], decision["book"], decision["outcome"]) == ("withdrawn", book, "none")
    assert decision["code"] == ("" if last["cause"] == "ground" else last["cause"])
    assert ("规则" in last["reason_zh"]) == (last["cause"] == "rule_withdrawn")
    return str(last["cause"])
