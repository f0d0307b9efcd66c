"""The blood service: donations that qualified (DOMAIN §1.4). Class s."""

from __future__ import annotations

from typing import Final

from hub.connectors.about import of_person
from hub.connectors.draft import Claim, Draft, Fields, Hashed
from hub.connectors.reading import Event, Reading
from hub.core import dates

KINDS: Final = frozenset({"whole", "platelet"})


def donation_qualified(event: Event, reading: Reading) -> Draft:
    """Make a donation of it; the same kind of the same source on the same day is one donation."""
    kind = reading.choice(event, "kind", KINDS)
    donated_on = reading.day(event, "donated_on")
    fields: Fields = {"kind": kind, "donated_on": donated_on}
    if event["count_to_date"] is not None:
        fields["count"] = reading.number(event["count_to_date"], "count_to_date")
    key = Hashed("blood", f"{reading.source}|{kind}|{dates.iso(donated_on)}")
    return of_person(event, reading, Claim("blood_donation", key, fields))
