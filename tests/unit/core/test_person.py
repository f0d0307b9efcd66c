"""A person's state on disk, and what the rules are told of the person as such."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core import person
from hub.errors import StateError
from tests.unit.core.people import PARTY, TODAY, somebody, told


def test_a_state_survives_storage() -> None:
    """What is read back equals what was stored."""
    state = somebody()
    assert person.decode(person.encode(state)) == state


def test_the_first_byte_is_the_format() -> None:
    """A state of another format is refused with a cure instead of being misread."""
    stored = person.encode(somebody())
    with pytest.raises(StateError, match="format 01") as caught:
        person.decode(b"\x01" + stored[1:])
    assert caught.value.cure


def test_the_digest_is_of_the_facts_alone() -> None:
    """Two persons we know the same of have the same digest, whatever our history with them."""
    one, other = somebody(), somebody()
    other.episode, other.due = 3, 20_000
    assert person.facts_digest(one) == person.facts_digest(other)
    assert person.facts_digest(told(other, 9, party={"student": True})) != person.facts_digest(one)


@pytest.mark.parametrize(
    ("party", "code"),
    [
        pytest.param({}, "", id="nothing"),
        pytest.param({"name_forms": ["aa"]}, "", id="one name"),
        pytest.param({"name_forms": ["aa", "bb"]}, "ID_REUSED", id="two names"),
        pytest.param(
            {"name_forms": ["aa", "bb"], "names_accepted": ["aa", "bb"]}, "", id="two that a correction links"
        ),
        pytest.param(
            {"name_forms": ["aa", "bb", "cc"], "names_accepted": ["aa", "bb"]}, "ID_REUSED", id="and a third"
        ),
        pytest.param(
            {"name_forms": ["aa", "bb"], "names_accepted": ["cc", "dd"]}, "ID_REUSED", id="others linked"
        ),
        pytest.param(
            {"name_forms": ["aa"], "names_accepted": ["bb", "cc"]}, "", id="one name, others linked"
        ),
        pytest.param({"conflicts": ["CONFLICT", "NAME_LOSSY"]}, "CONFLICT", id="a conflict"),
        pytest.param({"superseded_on": 1, "conflicts": ["CONFLICT"]}, "SUPERSEDED", id="superseded first"),
    ],
)
def test_why_a_human_must_look(party: dict[str, Any], code: str) -> None:
    """Superseded, then a conflict, then more than one name."""
    assert person.review(party) == code


@pytest.mark.parametrize(
    ("kinds", "field", "value"),
    [
        pytest.param({"party": {}}, "age", None, id="birth date unknown"),
        pytest.param({"party": {"birth_day": TODAY - 365 * 17}}, "age", 16, id="age in completed years"),
        pytest.param({"party": {}}, "student", False, id="student unknown is no"),
        pytest.param({"party": {"student": True}}, "student", True, id="student"),
        pytest.param({"party": {}}, "citizen", True, id="citizen unless known not to be"),
        pytest.param({"party": {"citizen": False}}, "citizen", False, id="not a citizen"),
        pytest.param({"party": {"deceased_on": TODAY + 9}}, "deceased", True, id="death counts once known"),
        pytest.param({"party": {"erasure_on": TODAY}}, "erasure", True, id="erasure"),
        pytest.param({"party": {"group": True}}, "group", True, id="an organisation"),
        pytest.param({"party": {}}, "group", False, id="no organisation unless said so"),
        pytest.param({"party": {"superseded_on": TODAY}}, "superseded", True, id="superseded"),
        pytest.param({"refusal": {"never_on": TODAY}}, "never", True, id="never"),
        pytest.param({"refusal": {"declined_on": TODAY}}, "declined_on", TODAY, id="declined"),
        pytest.param({"membership": {"status": "member"}}, "member", True, id="member"),
        pytest.param(
            {"membership": {"status": "lapsed", "ended_on": 7}}, "membership_ended_on", 7, id="lapsed"
        ),
        pytest.param(
            {"membership": {"status": "member", "ended_on": 7}}, "membership_ended_on", None, id="back again"
        ),
        pytest.param({"application": {"status": "submitted"}}, "applied", True, id="applied"),
        pytest.param({"application": {"status": "declined"}}, "applied", False, id="application decided"),
    ],
)
def test_what_is_computed_of_a_person(kinds: dict[str, Any], field: str, value: object) -> None:
    """The computed fact says it in one field; without a value the field is absent."""
    assert person.subject(somebody(**kinds), TODAY).get(field) == value


def test_nothing_is_assumed_of_somebody_unknown() -> None:
    """A person without a party fact is an adult citizen who refused nothing."""
    entry = person.subject(somebody(party=None), TODAY)
    assert PARTY.keys().isdisjoint(entry.keys() - {"citizen"})
    assert not any(
        entry[name] for name in ("deceased", "never", "member", "applied", "student", "group", "moved")
    )
