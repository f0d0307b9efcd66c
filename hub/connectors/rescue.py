"""The rescue teams: membership, grades and missions (DOMAIN §1.3)."""

from __future__ import annotations

from hub.connectors.about import of_alias, of_person
from hub.connectors.draft import Claim, Draft, Fields, Hashed
from hub.connectors.reading import Event, Reading


def member_registered(event: Event, reading: Reading) -> Draft:
    """Make an active member of it. The member key is from now on an alias of the person."""
    alias = reading.required_alias(event, "member_key")
    fields: Fields = {
        "team_id": reading.text(event, "team_id"),
        "team_kind": reading.token(event, "team_kind"),
        "joined_on": reading.day(event, "joined_on"),
        "status": "active",
    }
    role = reading.text_or_none(event, "role")
    if role is not None:
        fields["role"] = role
    region = reading.office(event)
    if region is not None:
        fields["region"] = region
    return of_person(event, reading, Claim("rescue_member", alias, fields), binds=alias)


def member_graded(event: Event, reading: Reading) -> Draft:
    """Change the grade and nothing else; ``from_on`` must be a date, the order follows from the envelope."""
    alias = reading.required_alias(event, "member_key")
    reading.day(event, "from_on")
    return of_alias(alias, Claim("rescue_member", alias, {"grade": reading.token(event, "grade")}))


def member_left(event: Event, reading: Reading) -> Draft:
    """End the membership of the team; registering again opens it again."""
    alias = reading.required_alias(event, "member_key")
    fields: Fields = {"status": "left", "left_on": reading.day(event, "left_on")}
    return of_alias(alias, Claim("rescue_member", alias, fields))


def mission_participated(event: Event, reading: Reading) -> Draft:
    """Make a mission of it; reports of the same mission and member add up to the largest."""
    alias = reading.required_alias(event, "member_key")
    mission = reading.text(event, "mission_id")
    fields: Fields = {"until_on": reading.day(event, "to_on")}
    if event["hours"] is not None:
        fields["hours"] = reading.number(event["hours"], "hours")
    member = alias.value if alias is not None else ""
    return of_alias(alias, Claim("mission", Hashed("mission", f"{mission}|{member}"), fields))
