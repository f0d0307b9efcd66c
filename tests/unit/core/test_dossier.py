"""What is told of one person: nothing older than an erasure, nothing of class s to who is not its officer."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core import dates, dossier
from hub.core.assertion import Assertion
from hub.core.merge import stamp
from tests.unit.core.people import TODAY

Told = tuple[dict[str, Any], list[Assertion]]


def told(at: int, *assertions: Assertion, ce_type: str = "a.v1") -> Told:
    """Return a record of facts and what it asserts."""
    record = {"stamp": stamp(at, False, 0, b""), "received_at": at + 5, "type": ce_type, "event_id": "e"}
    return record, list(assertions)


REQUEST = ("party", b"", {"erasure_on": TODAY})
SEX = ("party", b"", {"sex": "m"})
GROUND = ("ground", b"", {"holds": True})


@pytest.mark.parametrize(
    ("facts", "erased"),
    [
        pytest.param([told(1, SEX)], None, id="never"),
        pytest.param([told(1, SEX), told(2, REQUEST)], 2, id="asked"),
        pytest.param([told(9, SEX), told(2, REQUEST)], 9, id="what was known is newer"),
        pytest.param([told(2, REQUEST), told(9, SEX)], 2, id="what came later is newer"),
        pytest.param([told(2, REQUEST), told(1, REQUEST)], 2, id="told again"),
        pytest.param([told(99, GROUND), told(2, REQUEST)], 2, id="a ground is of a tick"),
    ],
)
def test_an_erasure_is_found_as_matching_found_it(facts: list[Told], erased: int | None) -> None:
    """By the facts in the order of the topic; what is not later is not told."""
    stub = dossier.stub_of(facts)
    assert (stub.erased if stub else None) == (stamp(erased, False, 0, b"") if erased is not None else None)


def test_the_day_is_told() -> None:
    """Each day on which the person asked, once."""
    facts = [told(2, REQUEST), told(2, REQUEST), told(9, ("party", b"", {"erasure_on": TODAY + 1}))]
    assert dossier.erasures(facts) == [dates.iso(TODAY), dates.iso(TODAY + 1)]


def test_facts_are_told_in_words() -> None:
    """Days as dates, keys in hex, the contact block beside them."""
    record, assertions = told(1, ("course", b"\x01", {"completed_on": TODAY, "kind": "first_aider"}))
    shown = dossier.fact(record, assertions, {"name": "n"})
    fields = {"completed_on": dates.iso(TODAY), "kind": "first_aider"}
    assert shown["asserts"] == [{"kind": "course", "key": "01", "fields": fields}]
    assert (shown["type"], shown["contact"]) == ("a.v1", {"name": "n"})


def test_who_is_no_officer_is_not_told_of_a_ground() -> None:
    """Neither by a record of it, nor by what came with it, nor in a decision that rests on it."""
    assert dossier.secret(*told(1, GROUND))
    assert dossier.secret(*told(1, SEX, ce_type=dossier.GROUND_TYPE))
    assert not dossier.secret(*told(1, SEX))
    record = {
        "facts_used": [{"kind": "ground"}, {"kind": "course"}],
        "sealed": b"",
        "person": b"",
        "code": "",
        "rules": [],
        "cause_event_id": None,
    }
    assert dossier.decision(record, secrets=False)["facts_used"] == [{"kind": "course"}]
    assert len(dossier.decision(record, secrets=True)["facts_used"]) == 2


def decided(rule: str, cause: str | None) -> dict[str, Any]:
    """Return an opened decision on a rule that is named G00 outside, or on the ground itself."""
    return {
        "person": b"\x0a", "facts_used": [], "cause_event_id": cause,
        "rules": [{"id": rule, "until": TODAY}], "named": [{"id": "G00", "until": None}],
    }  # fmt: skip


def test_who_is_no_officer_cannot_tell_class_s_from_a_gift() -> None:
    """Rules as outside, no day of a ground, and no event of the stage that keeps class s."""
    cells, gift = decided("G00", "0a/00000001/01"), decided("R07", None)
    assert dossier.decision(cells, secrets=False) == dossier.decision(gift, secrets=False)
    assert dossier.decision(gift, secrets=False)["rules"] == [{"id": "G00"}]
    assert dossier.decision(gift, secrets=True)["rules"] == [{"id": "R07", "until": TODAY}]
    assert dossier.decision(decided("R07", "e-1"), secrets=False)["cause_event_id"] == "e-1"


def test_a_decision_that_cannot_be_opened_any_more_is_told_as_it_stands() -> None:
    """Its rules are in clear, and as outside."""
    closed = {**decided("G00", None), "rules": [{"id": "G00", "until": None}]}
    del closed["named"]
    assert dossier.decision(closed, secrets=False)["rules"] == [{"id": "G00"}]


def test_every_contact_block_is_masked() -> None:
    """However deep it stands."""
    document = {"facts": [{"contact": {"name": "王五"}, "n": 1}, {"contact": None}]}
    assert dossier.masked(document) == {"facts": [{"contact": {"name": "王*"}, "n": 1}, {"contact": None}]}


def test_of_an_output_days_are_told_and_no_block() -> None:
    """Days as dates; the sealed block and the pseudonym stay out."""
    record = {"issued_on": TODAY, "due_on": None, "contact": b"x", "person": b"y", "status": "issued"}
    assert dossier.output(record) == {"issued_on": dates.iso(TODAY), "due_on": None, "status": "issued"}
