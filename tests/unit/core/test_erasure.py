"""What is left of somebody who was erased."""

from __future__ import annotations

import pytest

from hub.core import dates, erasure
from hub.core.erasure import Stub
from hub.core.merge import stamp
from hub.core.person import PersonState, subject
from hub.errors import StateError
from tests.unit.core.people import CONSENT, TODAY

ERASED = stamp(dates.midnight_ms(TODAY - 10), True, 0, b"a")


def test_a_stub_comes_back_as_it_was() -> None:
    """What is stored is read again; another format is refused."""
    stub = Stub(b"s" * 25, 7, (("hub.invitations", "ab"),))
    assert erasure.decode(erasure.encode(stub)) == stub
    with pytest.raises(StateError):
        erasure.decode(b"\x07" + erasure.encode(stub)[1:])


def test_a_request_is_told_by_its_day() -> None:
    """A day is a request; anything else of the party, and a day that is null, is none."""
    assert erasure.requested([("consent", b"", {}), ("party", b"", {"erasure_on": 0})]) == 0
    assert erasure.requested([("party", b"", {"erasure_on": None, "sex": "m"})]) is None
    assert erasure.requested([("course", b"", {"erasure_on": 1})]) is None


def test_at_the_instant_of_the_request_nothing_is_later() -> None:
    """Whatever ranks higher within the millisecond is dropped too."""
    erased = stamp(9, True, 0, b"a")
    same = [stamp(9, True, 7, b"b"), stamp(9, False, 0, b"c"), erased]
    assert [erasure.later(each, erased) for each in same] == [False] * 3
    assert erasure.later(stamp(10, False, 0, b""), erased)


def test_the_newest_of_all_that_is_known_counts() -> None:
    """Of values and of what was cleared, in whatever kind; without any, there is none."""
    assert erasure.newest({}) == b""
    assert erasure.newest({}, b"1", b"2") == b"2"
    assert erasure.newest({"a": [[b"3", {}], [b"", {"x": b"5"}]], "b": [[b"4", {}]]}, b"1") == b"5"


@pytest.mark.parametrize(
    ("facts", "barred"),
    [
        pytest.param({}, True, id="nothing"),
        pytest.param({"consent": [{**CONSENT, "key": b"other"}]}, True, id="consent to something else"),
        pytest.param(
            {"consent": [{**CONSENT, "key": b"membership_invitation", "status": "withdrawn"}]},
            True,
            id="withdrawn",
        ),
        pytest.param({"consent": [{**CONSENT, "key": b"membership_invitation"}]}, False, id="granted"),
        pytest.param(
            {"consent": [{**CONSENT, "key": b"membership_invitation", "granted_on": TODAY - 11}]},
            True,
            id="an old one restated",
        ),
        pytest.param(
            {"consent": [{**CONSENT, "key": b"membership_invitation", "withdrawn_on": TODAY - 9}]},
            True,
            id="withdrawn since, and restated",
        ),
    ],
)
def test_who_was_erased_is_left_alone_until_a_consent(
    facts: dict[str, list[dict[str, object]]],
    barred: bool,  # noqa: FBT001  # a case's answer
) -> None:
    """Somebody who was never erased needs none for that."""
    assert subject(PersonState(facts, {}, erased=ERASED), TODAY)["erasure"] is barred
    assert subject(PersonState(facts, {}), TODAY)["erasure"] is False
