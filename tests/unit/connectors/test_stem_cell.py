"""The stem-cell donor programme."""

from __future__ import annotations

import pytest

from hub.connectors.draft import Claim
from hub.core import dates
from hub.core.codes import Code
from hub.errors import DeadLetterError
from tests.unit.connectors.events import DAY, drafted

REGISTERED = "hsc.donor.registered.v1"
COMPLETED = "hsc.donation.completed.v1"


def test_a_registration_is_one_per_person() -> None:
    """A registration asserts its day, under no key."""
    assert drafted(REGISTERED).claims == [Claim("hsc_registration", None, {"registered_on": DAY})]


def test_a_donation_is_known_by_its_month() -> None:
    """A donation is keyed by its month and dated the month's first day."""
    first = dates.parse_day("2022-05-01")
    assert drafted(COMPLETED).claims == [Claim("hsc_donation", "2022-05", {"completed_on": first})]


@pytest.mark.parametrize(
    "month", ["2022-05-08", "2022-13", "2022-00", "202205", "2022-5", "２０２２-05", "0022-05", "2022-05\n08"]
)
def test_a_day_or_no_month_is_refused(month: str) -> None:
    """A day would link donor and patient: whatever is not a month is a dead letter."""
    with pytest.raises(DeadLetterError) as caught:
        drafted(COMPLETED, completed_month=month)
    assert (caught.value.code, caught.value.field) == (Code.DATE_INVALID, "completed_month")
    assert month not in caught.value.message
