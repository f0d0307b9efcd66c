"""The volunteer service: registrations, hours served and leavings (DOMAIN §1.5)."""

from __future__ import annotations

from typing import Final

from hub.connectors.about import of_alias, of_person
from hub.connectors.draft import Claim, Draft, Fields
from hub.connectors.reading import Event, Reading

LEVELS: Final = frozenset({"recorded", "registered"})
"""登记 (recorded) comes first; 注册 (registered) takes hours served and an application."""


def registered(event: Event, reading: Reading) -> Draft:
    """Make an active volunteer of it. The volunteer key is from now on an alias of the person."""
    alias = reading.required_alias(event, "volunteer_key")
    fields: Fields = {
        "level": reading.choice(event, "level", LEVELS),
        "registered_on": reading.day(event, "on"),
        "status": "active",
    }
    team = reading.text_or_none(event, "team")
    if team is not None:
        fields["team"] = team
    region = reading.office(event)
    if region is not None:
        fields["region"] = region
    return of_person(event, reading, Claim("volunteer", alias, fields), binds=alias)


def hours_accrued(event: Event, reading: Reading) -> Draft:
    """Keep the running total, the star grade and the last day of service; late reports take nothing back."""
    alias = reading.required_alias(event, "volunteer_key")
    reading.number(event["hours"], "hours")
    fields: Fields = {
        "total_hours": reading.number(event["total_hours"], "total_hours"),
        "active_on": reading.day(event, "on"),
    }
    if event["star"] is not None:
        fields["star"] = reading.number(event["star"], "star")
    return of_alias(alias, Claim("volunteer", alias, fields))


def left(event: Event, reading: Reading) -> Draft:
    """End the service; registering again opens it again."""
    alias = reading.required_alias(event, "volunteer_key")
    fields: Fields = {"status": "left", "left_on": reading.day(event, "on")}
    return of_alias(alias, Claim("volunteer", alias, fields))
