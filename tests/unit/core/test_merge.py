"""Which of two pieces of knowledge wins, field by field; the algebra is in tests/properties."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core.assertion import Assertion, encode
from hub.core.codes import Code
from hub.core.merge import STAMP_BYTES, Facts, Outcome, Stamps, merge, stamp
from hub.errors import DeadLetterError


def fold(*events: tuple[int, bool, str, dict[str, Any]]) -> dict[str, Any]:
    """Merge events (time, restrictive, kind, fields) about one entry, and return the entry."""
    facts: Facts = {}
    stamps: Stamps = {}
    kind = ""
    for at, restrictive, kind, fields in events:
        told: list[Assertion] = [(kind, b"k", fields)]
        merge(facts, stamps, stamp(at, restrictive, 0, encode(told)), told)
    return {name: value for name, value in facts[kind][0].items() if name != "key"}


@pytest.mark.parametrize(
    ("less", "more"),
    [
        pytest.param((1, True, 9), (2, False, 0), id="the later time"),
        pytest.param((1, False, 9), (1, True, 0), id="at the same time, what restricts"),
        pytest.param((1, True, 1), (1, True, 2), id="then the source's sequence"),
        pytest.param((-1, True, 9), (0, False, 0), id="times before 1970"),
    ],
)
def test_stamps_compare_as_bytes(less: tuple[int, bool, int], more: tuple[int, bool, int]) -> None:
    """A stamp orders by time, then restriction, then sequence."""
    assert stamp(*less, b"") < stamp(*more, b"")
    assert len(stamp(*less, b"")) == STAMP_BYTES


def test_different_contents_never_tie() -> None:
    """Two events alike in everything but their content have different stamps."""
    one: list[Assertion] = [("party", b"", {"sex": "m"})]
    other: list[Assertion] = [("party", b"", {"sex": "f"})]
    assert stamp(1, False, 0, encode(one)) != stamp(1, False, 0, encode(other))


def test_the_order_of_assertions_is_no_content() -> None:
    """The same assertions in another order are the same content."""
    one: Assertion = ("party", b"", {"sex": "m", "student": True})
    two: Assertion = ("mission", b"m", {"hours": 1})
    turned: Assertion = ("party", b"", {"student": True, "sex": "m"})
    assert encode([one, two]) == encode([two, turned])


@pytest.mark.parametrize(
    ("events", "entry"),
    [
        pytest.param(
            [(1, False, "party", {"sex": "m"}), (2, False, "party", {"sex": "f"})],
            {"sex": "f"},
            id="last wins",
        ),
        pytest.param(
            [(2, False, "party", {"sex": "f"}), (1, False, "party", {"sex": "m"})],
            {"sex": "f"},
            id="late loses",
        ),
        pytest.param(
            [(1, True, "consent", {"status": "withdrawn"}), (1, False, "consent", {"status": "granted"})],
            {"status": "withdrawn"},
            id="a withdrawal wins against a grant of the same moment",
        ),
        pytest.param(
            [(1, False, "consent", {"expires_on": 9}), (2, False, "consent", {"expires_on": None})],
            {},
            id="null clears",
        ),
        pytest.param(
            [(2, False, "consent", {"expires_on": None}), (1, False, "consent", {"expires_on": 9})],
            {},
            id="what was cleared stays cleared for what is older",
        ),
        pytest.param(
            [
                (1, False, "certificate", {"kind": "a", "issued_on": 1}),
                (2, False, "certificate", {"expires_on": 3}),
            ],
            {"kind": "a", "issued_on": 1, "expires_on": 3},
            id="fields of two events complete each other",
        ),
        pytest.param(
            [(1, False, "certificate", {"revoked_on": 9}), (2, False, "certificate", {"revoked_on": 7})],
            {"revoked_on": 7},
            id="terminal: the earlier day",
        ),
        pytest.param(
            [(2, False, "refusal", {"declined_on": 9}), (1, False, "refusal", {"declined_on": 7})],
            {"declined_on": 9},
            id="the later day",
        ),
        pytest.param(
            [(1, False, "mission", {"hours": 3}), (2, False, "mission", {"hours": 2})],
            {"hours": 3},
            id="maximum",
        ),
        pytest.param(
            [(1, False, "party", {"conflicts": ["B"]}), (2, False, "party", {"conflicts": ["A", "B"]})],
            {"conflicts": ["A", "B"]},
            id="union, sorted",
        ),
        pytest.param(
            [(1, False, "certificate", {"revoked_on": 9}), (2, False, "certificate", {"revoked_on": None})],
            {"revoked_on": 9},
            id="null does not undo what is terminal",
        ),
    ],
)
def test_one_field_merges_as_the_catalogue_says(
    events: list[tuple[int, bool, str, dict[str, Any]]], entry: dict[str, Any]
) -> None:
    """Each merge function in its simplest case."""
    assert fold(*events) == entry


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        pytest.param("blood", {"litres": 1}, id="kind"),
        pytest.param("party", {"shoe_size": 42}, id="field"),
    ],
)
@pytest.mark.parametrize("again", [False, True], ids=["new entry", "known entry"])
def test_what_is_not_in_the_catalogue_is_a_dead_letter(
    kind: str, fields: dict[str, Any], *, again: bool
) -> None:
    """An unknown kind or field has the code FACT_UNKNOWN, and its value is not in the message."""
    facts: Facts = {"party": [{"key": b""}]} if again else {}
    stamps: Stamps = {"party": [[b"", {}]]} if again else {}
    with pytest.raises(DeadLetterError) as caught:
        merge(facts, stamps, stamp(1, False, 0, b""), [(kind, b"", fields)])
    assert caught.value.code == Code.FACT_UNKNOWN
    assert "42" not in str(caught.value)


def test_entries_stand_in_the_order_of_their_keys() -> None:
    """Whatever comes first, the entries of a kind are sorted: that makes the stored form canonical."""
    facts: Facts = {}
    stamps: Stamps = {}
    for key in (b"m", b"z", b"a"):
        told: list[Assertion] = [("course", key, {"hours": 1})]
        merge(facts, stamps, stamp(1, False, 0, encode(told)), told)
    assert [entry["key"] for entry in facts["course"]] == [b"a", b"m", b"z"]


def test_an_assertion_without_fields_is_no_knowledge() -> None:
    """It leaves no entry behind, so it cannot make two histories differ."""
    facts: Facts = {}
    stamps: Stamps = {}
    told: list[Assertion] = [("course", b"k", {})]
    assert merge(facts, stamps, stamp(1, False, 0, encode(told)), told) is Outcome.NOTHING
    assert not facts
    assert not stamps


def test_confirmation_is_told_from_news() -> None:
    """The same values at a later time only renew the stamps."""
    facts: Facts = {}
    stamps: Stamps = {}
    told: list[Assertion] = [("party", b"", {"sex": "m"})]
    assert merge(facts, stamps, stamp(1, False, 0, encode(told)), told) is Outcome.VALUES
    assert merge(facts, stamps, stamp(2, False, 0, encode(told)), told) is Outcome.MARKS
    assert merge(facts, stamps, stamp(2, False, 0, encode(told)), told) is Outcome.NOTHING
