"""The 25 data-quality cases: every example of the table is played through the whole hub."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

import pytest

from hub import packaged, quality
from hub.core import dates
from hub.core.codes import TEXTS
from hub.core.document import check_digit
from hub.core.fact import BY_NAME, FieldType
from hub.core.person import PersonState, party, review
from hub.quality import FILE, Example, Known
from tests.unit.playing import Play, key_of

EXAMPLES: Final = [
    pytest.param(example, id=f"{case.case:02}-{example.id}")
    for case in quality.cases()
    for example in case.examples
]
WRONG_ON_PURPOSE: Final = frozenset({"339901199003071000"})
"""Case 3 is about a check digit that is wrong."""


@cache
def played(example_id: int) -> Play:
    """Return an example, played once for all tests."""
    return Play(_BY_ID[example_id])


_BY_ID: Final = {id(example): example for case in quality.cases() for example in case.examples}


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_event_comes_to_its_one_end(example: Example) -> None:
    """No event is lost, none comes to two ends, and no source stops."""
    play = played(id(example))
    times = [each.get("times", 1) for each in example.events]
    expected = [[end] for end, often in zip(example.ends, times, strict=True) for _ in range(often)]
    assert play.ends == expected
    assert play.stops == 0
    assert not [kept for (end,), kept in zip(play.ends, play.kept, strict=True) if end == "counted" and kept]


@pytest.mark.parametrize("example", EXAMPLES)
def test_what_is_refused_says_why_and_where(example: Example) -> None:
    """A dead letter carries code and path of its field; what is parked waits whole, with its reason."""
    play = played(id(example))
    letters = [(letter.code, letter.field) for letter in play.dead_letters]
    assert letters == [(example.code, example.field)] * example.ends.count("dead letter")
    waiting = [
        original for original, (end,) in zip(play.originals, play.ends, strict=True) if end == "parked"
    ]
    parked = play.parked.values()
    assert {reason for reason, _ in parked} == ({example.code} if waiting else set())
    assert {original for _, original in parked} == set(waiting)
    assert len(parked) == (len(waiting) if example.waiting is None else example.waiting)


@pytest.mark.parametrize("example", EXAMPLES)
def test_everybody_stands_as_they_must(example: Example) -> None:
    """Exactly these persons are known, each with these facts, this outcome and these invitations."""
    play = played(id(example))
    assert play.people.keys() == {key_of(known) for known in example.people}
    for known in example.people:
        who = key_of(known)
        state = play.people[who]
        if known.outcome is not None:
            assert (state.outcome, state.code) == (known.outcome, known.code)
        assert review(party(state)) == known.review
        _check_facts(known, state)
        _check_invitations(known, play.invitations(who))


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_figures_show_it(example: Example) -> None:
    """What the case says is counted, is counted."""
    counters = played(id(example)).flow.counters()
    assert {name: counters.get(name) for name in example.figures} == example.figures


def _check_facts(known: Known, state: PersonState) -> None:
    if known.names is not None:
        assert len(party(state).get("name_forms", ())) == known.names
    for kind, entries in known.facts.items():
        stored = state.facts[kind]
        assert len(stored) == len(entries)
        names = [sorted(entry) for entry in entries]
        assert len({tuple(each) for each in names}) == 1, "the entries of one kind say the same fields"
        found = [{name: _shown(kind, name, entry.get(name)) for name in names[0]} for entry in stored]
        assert sorted(found, key=str) == sorted(({n: e[n] for n in names[0]} for e in entries), key=str)


def _shown(kind: str, name: str, value: Any) -> Any:
    """Return a value as the table writes it."""
    field = BY_NAME[kind].field(name)
    assert field is not None
    return dates.iso(value) if field.type is FieldType.DAY and value is not None else value


def _check_invitations(known: Known, told: list[dict[str, Any]]) -> None:
    if known.outcome is not None:
        assert tuple(each["change"] for each in told) == (known.changes or ())
    if not told:
        return
    last = told[-1]
    if known.cause is not None:
        assert last["cause"] == known.cause
    if known.priority is not None:
        assert last["priority"] == known.priority
    if known.rules is not None:
        assert tuple(last["rule_ids"]) == known.rules
    if known.kind is not None:
        assert last["kind"] == known.kind
    if known.organisation is not None:
        assert last["organisation"] == f"S{known.organisation}"
    assert last["confirm_region"] is known.confirm_region


def test_there_are_25_cases() -> None:
    """The cases are numbered 1 to 25, and the examples of each have their own names."""
    assert [case.case for case in quality.cases()] == list(range(1, 26))
    for case in quality.cases():
        names = [example.id for example in case.examples]
        assert len(set(names)) == len(names) > 0


def test_all_people_are_synthetic() -> None:
    """Every number begins with 3399, and its check digit is right, but where that is the case."""
    numbers = set(re.findall(r"(?<![0-9])[0-9]{17}[0-9Xx]", packaged.read_text(FILE))) - WRONG_ON_PURPOSE
    assert len(numbers) > 5
    for number in numbers:
        assert number.startswith("3399")
        assert number[17].upper() == check_digit(number)


def test_every_code_of_the_table_is_in_the_catalogue() -> None:
    """A dead letter's, a parked event's and a review's code is one of the catalogue."""
    used = {
        code
        for case in quality.cases()
        for example in case.examples
        for code in (example.code, *(known.review for known in example.people))
        if code
    }
    assert used <= {str(code) for code in TEXTS}
