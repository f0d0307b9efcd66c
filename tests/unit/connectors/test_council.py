"""The councils' nominations."""

from __future__ import annotations

from typing import Any

import pytest

from hub.connectors.draft import Claim, Fields, Hashed
from hub.core.codes import Code
from hub.errors import DeadLetterError
from tests.unit.connectors.events import DAY, connected, drafted, person

NOMINATED = "council.candidate.nominated.v1"
WITHDRAWN = "council.candidate.withdrawn.v1"
KEY = Hashed("candidacy", "org-1|9")
SEAT: Fields = {"council_org": "org-1", "term": "9"}


def test_a_nomination_is_a_candidacy() -> None:
    """A nomination asserts council, term, both days and its status, keyed by council and term."""
    (claim,) = drafted(NOMINATED).claims
    assert claim == Claim(
        "candidacy",
        KEY,
        {**SEAT, "status": "nominated", "session_on": DAY + 116, "nominated_on": DAY},
    )


def test_a_withdrawal_ends_the_same_candidacy() -> None:
    """A withdrawal has the key of its nomination, and reads of the person only who it is."""
    draft = drafted(WITHDRAWN, person=person(birth_date="?", residence_region="?"))
    assert draft.claims == [Claim("candidacy", KEY, {**SEAT, "status": "withdrawn"})]
    assert draft.party == {}


def test_an_unreadable_withdrawal_still_restrains() -> None:
    """Where council or day cannot be read, the person is marked for a human and the event goes on."""
    draft, reading = connected(WITHDRAWN, council_org="", on="?")
    assert draft.person is not None
    assert reading.problems == ["on", "council_org"]


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        pytest.param({"council_org": " "}, Code.FIELD_MISSING, "council_org", id="council"),
        pytest.param({"term": ""}, Code.FIELD_MISSING, "term", id="term"),
        pytest.param({"session_on": "soon"}, Code.DATE_INVALID, "session_on", id="session"),
        pytest.param({"on": ""}, Code.DATE_INVALID, "on", id="on"),
    ],
)
def test_what_cannot_be_read_is_refused(changes: dict[str, Any], code: Code, path: str) -> None:
    """A nomination with a field that is none is a dead letter with the field's path."""
    with pytest.raises(DeadLetterError) as caught:
        drafted(NOMINATED, **changes)
    assert (caught.value.code, caught.value.field) == (code, path)
