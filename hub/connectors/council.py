"""The councils: who is nominated, whose members must be members of the Red Cross (DOMAIN §1.1)."""

from __future__ import annotations

from hub.connectors.about import of_person, of_prohibited
from hub.connectors.draft import Claim, Draft, Fields, Hashed
from hub.connectors.reading import Event, Reading


def candidate_nominated(event: Event, reading: Reading) -> Draft:
    """Make a candidacy of it: one per council and term."""
    key, fields = _candidacy(event, reading)
    fields |= {
        "status": "nominated",
        "session_on": reading.day(event, "session_on"),
        "nominated_on": reading.day(event, "on"),
    }
    return of_person(event, reading, Claim("candidacy", key, fields))


def candidate_withdrawn(event: Event, reading: Reading) -> Draft:
    """End the candidacy; a later nomination opens it again."""
    reading.day(event, "on")
    key, fields = _candidacy(event, reading)
    return of_prohibited(event, reading, Claim("candidacy", key, {**fields, "status": "withdrawn"}))


def _candidacy(event: Event, reading: Reading) -> tuple[Hashed, Fields]:
    organisation, term = reading.text(event, "council_org"), reading.text(event, "term")
    fields: Fields = {"council_org": organisation, "term": term}
    return Hashed("candidacy", f"{organisation}|{term}"), fields
