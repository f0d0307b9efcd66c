"""The ground that is not named: when it counts, and that nothing betrays what it rests on."""

from __future__ import annotations

from typing import Any

import pytest

from hub import packaged
from hub.core import ground, matching
from hub.core.book import Book
from hub.core.matching import Eligibility
from hub.rules.book import load
from hub.rules.compile import compile_book
from tests.unit.core.asking import BOTH, GROUND, NAMED, SECRET, SHARED, AskingBook
from tests.unit.core.people import CONSENT, COURSE, PARTY, TODAY, FakeRule, somebody, tables

COVERED = {**CONSENT, "data_classes": BOTH}
PACKAGED = "rules/books/zhejiang-2022.yaml"
GIFT = {"donated_on": TODAY - 9}


def evaluated(book: Book | None = None, **kinds: Any) -> Eligibility:
    """Evaluate somebody who has nothing but what is given, and the consent."""
    state = somebody(**{"certificate": None, "consent": COVERED, **kinds})
    return matching.evaluate(state, tables(book=book or AskingBook()), TODAY, running=False)


@pytest.mark.parametrize(
    ("kinds", "rules", "outcome", "code"),
    [
        pytest.param({"ground": GROUND}, ("F0",), "invite", "", id="it holds"),
        pytest.param({"ground": {**GROUND, "holds": False}}, (), "none", "", id="it does not hold any more"),
        pytest.param({"ground": {**GROUND, "until_on": TODAY}}, ("F0",), "invite", "", id="its last day"),
        pytest.param({"ground": {**GROUND, "until_on": TODAY - 1}}, (), "none", "", id="over"),
        pytest.param(
            {"ground": GROUND, "course": COURSE}, ("F0", "F3"), "invite", "", id="before a worse priority"
        ),
        pytest.param(
            {"ground": {**GROUND, "priority": 3}, "course": COURSE},
            ("F0", "F3"),
            "invite",
            "",
            id="at one priority by id",
        ),
        pytest.param(
            {"ground": GROUND, "consent": CONSENT}, ("F0",), "held", "consent", id="alone, not consented to"
        ),
        pytest.param(
            {"ground": GROUND, "consent": CONSENT, "course": COURSE},
            ("F3",),
            "invite",
            "",
            id="not consented to, beside another",
        ),
        pytest.param({"ground": GROUND, "consent": None}, ("F0",), "held", "consent", id="no consent at all"),
        pytest.param(
            {"ground": GROUND, "consent": CONSENT, "refusal": {"declined_on": TODAY}},
            ("F0",),
            "held",
            "cooldown",
            id="an earlier guard is named first",
        ),
        pytest.param({"ground": GROUND, "party": {"group": True}}, (), "none", "", id="not of groups"),
    ],
)
def test_when_it_counts(kinds: dict[str, Any], rules: tuple[str, ...], outcome: str, code: str) -> None:
    """It is a hit while it holds; without consent for class s it holds nobody up who has another ground."""
    eligible = evaluated(**kinds)
    assert (eligible.rules, eligible.outcome, eligible.code) == (rules, outcome, code)


def test_a_book_without_it_does_not_hear_of_it() -> None:
    """Until the book names the ground nobody is invited for it."""

    class Without(AskingBook):
        def ground(self, priority: int) -> FakeRule:
            return None  # type: ignore[return-value]

    assert evaluated(Without(), ground=GROUND).outcome == "none"


def test_it_ends_when_it_was_told_to() -> None:
    """Priority and end are the fact's, and its end is looked at in time."""
    eligible = evaluated(ground={**GROUND, "priority": 3, "until_on": TODAY + 9})
    assert (eligible.priority, eligible.until) == (3, TODAY + 9)
    assert matching.next_day(eligible, None, AskingBook(), TODAY) == TODAY + 10


def test_what_shares_the_public_id_looks_alike() -> None:
    """Figures and invitations name the shared id, once; what is sealed of a decision the rule itself."""
    both = evaluated(ground=GROUND, gift=GIFT)
    assert (both.rules, both.public, both.named) == (("F0", "F7"), ("F0",), ("F0",))
    gift, cells = evaluated(gift=GIFT), evaluated(ground={**GROUND, "priority": 3})
    assert gift.public == gift.named == cells.public == cells.named == ("F0",)
    told = [ground.spoken(each.hits[0], (), AskingBook())[0] for each in (gift, cells)]
    assert [(rule.id, rule.reason_en, rule.discloses) for rule in told] == [
        ("F0", "did good", ("name", "phone"))
    ] * 2


def test_beside_another_rule_what_shares_the_public_id_stands_in_the_same_place() -> None:
    """Neither the order of the names nor whose reason is given tells a gift from the ground."""
    book = compile_book(load(packaged.read_text(PACKAGED), file=PACKAGED))
    stars = {"status": "active", "level": "registered", "active_on": TODAY - 9, "star": 3}
    hours, cells = (
        evaluated(book, rescue_member={"status": "active", "grade": "member"}, **more)
        for more in ({"volunteer": stars}, {"ground": GROUND})
    )
    assert hours.named == hours.public == cells.named == cells.public
    assert (cells.named, hours.rules) == (("G00", "R04"), ("R09a", "R04", "R09"))


def test_who_agreed_to_it_is_told_the_rule() -> None:
    """Disclosed rules stand in an invitation in the place of the ground, and nowhere else."""
    eligible = evaluated(ground={**NAMED, "disclosed": ["F5", "unknown"]}, gift=GIFT)
    assert eligible.disclosed == (SECRET,)
    assert (eligible.named, eligible.public, eligible.rules) == (("F5", "F0"), ("F0",), ("F0", "F7"))
    spoken = [ground.spoken(hit, eligible.disclosed, AskingBook()) for hit in eligible.hits]
    assert spoken == [(SECRET,), (AskingBook().ground(3),)]
    assert SHARED.reason_en not in [rule.reason_en for each in spoken for rule in each]


def test_a_disclosure_without_the_ground_says_nothing() -> None:
    """What was disclosed is not told when the ground does not count."""
    eligible = evaluated(ground=NAMED, consent=CONSENT, gift=GIFT, party=PARTY)
    assert (eligible.disclosed, eligible.named) == ((), ("F0",))


@pytest.mark.parametrize(
    ("recipients", "named"),
    [
        pytest.param(["33"], ("F5",), id="the province"),
        pytest.param(["330109", "SOC"], ("F5",), id="the organisation"),
        pytest.param(["330109"], ("F0",), id="another county"),
        pytest.param([], ("F0",), id="nobody"),
    ],
)
def test_only_whom_the_person_agreed_to_tell_is_told_the_rule(
    recipients: list[str], named: tuple[str, ...]
) -> None:
    """The consent to name it must cover the organisation that the invitation goes to."""
    assert evaluated(ground={**NAMED, "recipients": recipients}).named == named
    nowhere = evaluated(ground=NAMED, party={**PARTY, "residence": "330199110227"})
    assert (nowhere.organisation, nowhere.named) == ("", ("F0",))


def test_figures_name_no_rule_that_was_disclosed() -> None:
    """A disclosed rule is the shared ground, once; a rule that left the book is just another one."""
    book = AskingBook()
    assert ground.figured(("F5", "F1", "F7", "F0"), book) == ("F0", "F1")
    assert ground.figured(("R05", "F1", "R06"), book) == ("other", "F1")
