"""The aid projects: who helps. Who is aided is counted and never looked for (DOMAIN §5, no. 19)."""

from __future__ import annotations

from typing import Final

from hub.connectors.about import of_person
from hub.connectors.draft import Claim, Draft, Fields
from hub.connectors.reading import Event, Reading

HELPER: Final = "helper"
BENEFICIARY: Final = "beneficiary"
BENEFICIARIES: Final = "flow.beneficiaries"


def beneficiary(event: Event) -> str:
    """Tell that somebody who is aided is only counted."""
    return BENEFICIARIES if event["role"].strip().lower() == BENEFICIARY else ""


def participant_enrolled(event: Event, reading: Reading) -> Draft:
    """Make a helper of it: one fact per project."""
    fields: Fields = {
        "role": reading.choice(event, "role", frozenset({HELPER})),
        "enrolled_on": reading.day(event, "on"),
    }
    region = reading.office(event)
    if region is not None:
        fields["region"] = region
    return of_person(event, reading, Claim("project", reading.text(event, "project_id"), fields))
