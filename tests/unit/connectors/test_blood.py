"""The blood service."""

from __future__ import annotations

from typing import Any

import pytest

from hub.connectors.draft import Claim, Hashed
from hub.core.codes import Code
from hub.errors import DeadLetterError
from tests.unit.connectors.events import DAY, drafted

QUALIFIED = "blood.donation.qualified.v1"


def test_a_donation_is_keyed_by_source_kind_and_day() -> None:
    """A donation asserts kind, day and count; reported twice under different numbers it is one."""
    draft = drafted(QUALIFIED, kind="Whole")
    key = Hashed("blood", "synthetic/1|whole|2022-05-08")
    assert draft.claims == [Claim("blood_donation", key, {"kind": "whole", "donated_on": DAY, "count": 4})]
    again = drafted(QUALIFIED, donated_on="2022/5/8", count_to_date=None, envelope={"id": "e-2"})
    assert again.claims == [Claim("blood_donation", key, {"kind": "whole", "donated_on": DAY})]


def test_nothing_of_a_donation_is_an_alias() -> None:
    """There is no key by which an event without a sure person could wait."""
    draft = drafted(QUALIFIED)
    assert (draft.alias, draft.binds) == (None, ())


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        pytest.param({"kind": "plasma"}, Code.VALUE_INVALID, "kind", id="kind"),
        pytest.param({"donated_on": "?"}, Code.DATE_INVALID, "donated_on", id="day"),
        pytest.param({"count_to_date": -1}, Code.VALUE_INVALID, "count_to_date", id="count"),
    ],
)
def test_what_cannot_be_read_is_refused(changes: dict[str, Any], code: Code, path: str) -> None:
    """A donation with a field that is none is a dead letter with the field's path."""
    with pytest.raises(DeadLetterError) as caught:
        drafted(QUALIFIED, **changes)
    assert (caught.value.code, caught.value.field) == (code, path)
