"""What is told with a ground of class s: no more than an invitation needs, and as old as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.core import background, merge
from hub.core.assertion import encode
from hub.core.sensitive import SensitiveState
from tests.unit.core.donors import BLOOD_GIVEN, CONSENT, MAY_BE_NAMED, PARTY, said
from tests.unit.core.people import TODAY


def told(*events: tuple[int, Mapping[str, Mapping[str, Any]]]) -> SensitiveState:
    """Return a person of whom events told, each at a time."""
    state = SensitiveState({}, {})
    for at, kinds in events:
        assertions = said(**kinds)
        merge.merge(state.facts, state.stamps, merge.stamp(at, False, 0, encode(assertions)), assertions)
    return state


def test_only_what_an_invitation_needs_is_told() -> None:
    """Who it is and the consent to be invited: no fact of class s, no other consent, no death."""
    state = told(
        (5, {"party": {**PARTY, "deceased_on": TODAY}, "consent": CONSENT, "blood_donation": BLOOD_GIVEN,
             "disclosure": MAY_BE_NAMED})
    )  # fmt: skip
    (all_of_it,) = background.background(state)
    assert all_of_it.at == 5
    assert dict((kind, key, fields)[::2] for kind, key, fields in all_of_it.assertions) == {
        "party": PARTY,
        "consent": CONSENT,
    }
    assert [key for _, key, _ in all_of_it.assertions] == [b"", b"membership_invitation"]


def test_each_value_is_as_old_as_the_event_that_said_it() -> None:
    """What a newer event left alone keeps its time; names, which only grow, go with the newest."""
    state = told(
        (5, {"party": PARTY, "consent": CONSENT}),
        (9, {"party": {"residence": "330106", "name_forms": ["bb"]}}),
    )
    first, second = background.background(state)
    assert (first.at, second.at) == (5, 9)
    assert dict(first.assertions[0][2]) == {"birth_day": 5_000, "citizen": True}
    assert dict(second.assertions[0][2]) == {"residence": "330106", "name_forms": ["aa", "bb"]}


def test_a_field_that_was_cleared_is_told_as_cleared() -> None:
    """Else the date on which an earlier consent would have expired stays for ever."""
    state = told(
        (5, {"consent": {**CONSENT, "expires_on": TODAY}}), (9, {"consent": {**CONSENT, "expires_on": None}})
    )
    (whole,) = background.background(state)
    assert whole.assertions == [("consent", b"membership_invitation", {**CONSENT, "expires_on": None})]


def test_the_contact_block_goes_with_its_moment() -> None:
    """Also when nothing else was said then."""
    state = told((5, {"party": PARTY}))
    state.contact, state.contact_stamp = b"block", merge.stamp(7, False, 0, b"")
    assert [(each.at, each.contact) for each in background.background(state)] == [(5, False), (7, True)]
    assert background.background(state)[1].assertions == []


def test_of_whom_nothing_is_known_nothing_is_told() -> None:
    """Facts of class s alone have no background."""
    assert background.background(told((5, {"blood_donation": BLOOD_GIVEN}))) == []
    assert background.background(SensitiveState({}, {})) == []


def test_names_alone_are_told() -> None:
    """They merge without a stamp: any time will do."""
    (only,) = background.background(told((5, {"party": {"name_forms": ["aa"]}})))
    assert only.assertions == [("party", b"", {"name_forms": ["aa"]})]


def test_another_time_is_another_background() -> None:
    """A consent given again is to be told again, though it says the same."""
    one, other = told((5, {"consent": CONSENT})), told((9, {"consent": CONSENT}))
    digests = {background.digest(background.background(state), b"c") for state in (one, other, one)}
    assert len(digests) == 2
    assert background.digest([], b"c") != background.digest([], b"d")
