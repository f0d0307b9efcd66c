"""The stem-cell donor programme: registrations and donations (DOMAIN §1.4). Class s.

Of a donation only the month is known to anybody: a day would link donor and patient.
"""

from __future__ import annotations

import re
from typing import Final

from hub.connectors.about import of_person
from hub.connectors.draft import Claim, Draft
from hub.connectors.reading import Event, Reading
from hub.core import dates
from hub.core.codes import Code

_MONTH: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)


def donor_registered(event: Event, reading: Reading) -> Draft:
    """Make a registration of it."""
    registered_on = reading.day(event, "registered_on")
    return of_person(event, reading, Claim("hsc_registration", None, {"registered_on": registered_on}))


def donation_completed(event: Event, reading: Reading) -> Draft:
    """Make a donation of it, dated the first day of its month."""
    month = reading.text(event, "completed_month")
    completed_on = _first_day(month, reading)
    return of_person(event, reading, Claim("hsc_donation", month, {"completed_on": completed_on}))


def _first_day(month: str, reading: Reading) -> int:
    try:
        if _MONTH.fullmatch(month):
            return dates.parse_day(f"{month}-01")
    except dates.DateError:
        pass  # a month of no century that is believed
    reading.fail(Code.DATE_INVALID, "completed_month", "it is not a month, YYYY-MM")
    return reading.occurred_on
