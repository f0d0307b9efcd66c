"""What is counted of two verdicts, and what of somebody who differs in class s is not shown."""

from __future__ import annotations

import json
from typing import Any

from hub import preview
from hub.backtest.contrast import Contrast, Effect, Person, Side, contrast
from hub.backtest.forecast import Forecast
from hub.backtest.report import document
from hub.backtest.run import compiled
from hub.backtest.tally import WITHHELD, Tally
from hub.core import consent, dates, merge
from hub.core.edition import Edition
from hub.core.invitation import Terms
from hub.core.matching import Tables
from hub.core.organisation import Directory
from hub.core.person import PersonState
from hub.core.sensitive import SensitiveState
from hub.core.verdict import Question
from hub.data import crosswalk
from tests.unit.backtest.books import PACKAGED, changed

TODAY = dates.parse_day("2022-06-15")
NOW = dates.midnight_ms(TODAY)
LESS = changed(("R05", "status: active", "status: off"), ("R01", "priority: P1", "priority: P2"))


def sides() -> tuple[Side, Side]:
    """Return both books over a directory with nothing in it."""
    found = []
    for text in (PACKAGED, LESS):
        book = compiled(text)
        world = Tables(book, Directory(), Edition(crosswalk()), {})
        found.append(
            Side(Question(world, Terms.of(book, NOW), TODAY, {book.id: book}.get, batches=False), book)
        )
    return found[0], found[1]


def donor(key: bytes) -> Person:
    """Return somebody who gave stem cells, and consented, for whom there is no organisation."""
    secret = SensitiveState({}, {})
    given = {
        "status": "granted", "recipients": ["33"], "data_classes": ["p", "s"],
        "notice_version": "2021-11", "granted_on": TODAY - 50,
    }  # fmt: skip
    told: list[Any] = [
        ("hsc_donation", b"2022-03", {"completed_on": TODAY - 90}),
        ("consent", consent.KEY, given),
    ]
    merge.merge(secret.facts, secret.stamps, merge.stamp(NOW, False, 1, b""), told)
    return Person(key, PersonState({}, {}), secret)


def taken(*people: Contrast) -> Tally:
    """Return the tally of some people."""
    tally = Tally()
    for one in people:
        tally.take(one)
    return tally


def test_who_differs_in_class_s_is_counted_in_sum_alone() -> None:
    """No county, no priority and no example points at a donor whose ground a book does away with."""
    one = contrast(donor(b"d" * 16), *sides(), NOW)
    assert one.secret
    assert one.before.eligible.public == ("G00",)
    assert one.after.eligible.outcome == "none"
    lost = one._replace(effect=Effect.WITHDRAWN)
    tally = taken(lost)
    assert tally.secret == {Effect.WITHDRAWN: 1}
    assert tally.examples == {}
    assert set(tally.by_county) == {(WITHHELD, Effect.WITHDRAWN)}
    assert set(tally.by_priority) == {(WITHHELD, Effect.WITHDRAWN)}
    told = document(Forecast("a@1", "b@1", "0" * 64, "live-state", TODAY, 1, 0.1, tally))
    assert ("d" * 2) * 4 not in str(told)
    assert b"d".hex() * 16 not in str(told)


def test_the_document_is_the_preview_that_an_activation_takes() -> None:
    """Of the same text: what is more, fewer, raised, withdrawn and unchanged, waiting ones included."""
    one = contrast(donor(b"d" * 16), *sides(), NOW)
    found = (
        Effect.ISSUED,
        Effect.AWAITED,
        Effect.WITHDRAWN,
        Effect.NOT_AWAITED,
        Effect.RAISED,
        Effect.RAISED,
    )
    tally = taken(*[one._replace(effect=effect) for effect in (*found, Effect.UNCHANGED)])
    told = document(Forecast("a@1", "b@1", "ab" * 32, "live-state", TODAY, 1, 0.1, tally))
    assert preview.parse(json.dumps(told), "ab" * 32, "p.json") == {
        "against": "live-state", "more": 2, "fewer": 2, "raised": 2, "withdrawn": 1, "unchanged": 1
    }  # fmt: skip


def test_the_background_goes_with_the_ground() -> None:
    """What a donor's events said of them is known to matching once the ground is told: here the consent."""
    before, _ = sides()
    one = contrast(donor(b"d" * 16), before, before, NOW)
    assert one.after.code == "region"
    assert one.effect is Effect.UNCHANGED
    assert not one.secret


def test_examples_are_the_smallest_pseudonyms_whatever_the_order() -> None:
    """Of nine people five are kept, the same ones in two processes as in one."""
    one = contrast(donor(b"d" * 16), *sides(), NOW)._replace(secret=False, effect=Effect.WITHDRAWN)
    people = [one._replace(key=bytes((number,)) * 16) for number in (7, 3, 9, 1, 5, 2, 8, 4, 6)]
    whole, first, second = Tally(), Tally(), Tally()
    for place, each in enumerate(people):
        whole.take(each)
        (first if place % 2 else second).take(each)
    first += second
    assert first == whole
    assert [key[0] for key, _ in whole.examples[Effect.WITHDRAWN]] == [1, 2, 3, 4, 5]
