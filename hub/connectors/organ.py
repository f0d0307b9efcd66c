"""The organ donation system: wishes, and families after a donation (DOMAIN §1.4). Class s.

A wish can be taken back at any time; that is a prohibition. Of a donor who has died nothing is ever
asked: the family event is about a relative, and rests until the quiet period is over and the
coordinator has released it.
"""

from __future__ import annotations

from typing import Final

from hub.connectors.about import of_person, of_prohibited
from hub.connectors.draft import Claim, Draft, Fields, Hashed
from hub.connectors.reading import Event, Reading, normal_key
from hub.core.codes import TEXTS, Code

THE_DONOR: Final = frozenset({"self", "donor", "本人", "捐献者", "捐献者本人"})
"""How sources call the donor where a relation to the donor belongs."""


def intent_registered(event: Event, reading: Reading) -> Draft:
    """Make a wish of it."""
    fields: Fields = {
        "status": "registered",
        "scope": reading.token(event, "scope"),
        "on": reading.day(event, "on"),
    }
    return of_person(event, reading, Claim("organ_intent", None, fields))


def intent_revoked(event: Event, reading: Reading) -> Draft:
    """End the wish; registering again opens it again."""
    fields: Fields = {"status": "revoked", "on": reading.day(event, "on")}
    return of_prohibited(event, reading, Claim("organ_intent", None, fields))


def family_contactable(event: Event, reading: Reading) -> Draft:
    """Make a relative of it; the donor's own record is refused."""
    relation = reading.text(event, "relation")
    if normal_key(relation) in THE_DONOR:
        reading.fail(Code.DONOR_ALIVE, "relation", TEXTS[Code.DONOR_ALIVE].en)
    quiet_until_on = reading.day_or_none(event, "quiet_until")
    if quiet_until_on is None:
        quiet_until_on = reading.occurred_on + reading.limits.organ_quiet_days
    fields: Fields = {
        "relation": relation,
        "quiet_until_on": quiet_until_on,
        "released": event["released"],
        "coordinator": reading.text(event, "coordinator_id"),
    }
    key = Hashed("organ_family", reading.text(event, "donor_ref"))
    return of_person(event, reading, Claim("organ_family", key, fields))
