"""The donation system: money given by people and organisations, and given back (DOMAIN §1.5).

Who gives anonymously is never looked for: the event is counted before anything else of it is read.
The amount is no ground for anything, so it is not read either.
"""

from __future__ import annotations

from typing import Final

from hub.connectors.about import of_alias, of_person
from hub.connectors.draft import Claim, Contact, Draft, Fields, Organisation
from hub.connectors.reading import Event, Reading
from hub.core import uscc
from hub.core.codes import Code

GIVERS: Final = frozenset({"person", "org"})
ANONYMOUS: Final = "flow.anonymous"


def anonymous(event: Event) -> str:
    """Tell that an anonymous gift is only counted."""
    return ANONYMOUS if event["anonymous"] else ""


def money_received(event: Event, reading: Reading) -> Draft:
    """Make a gift of it, of a person or of an organisation; its number is an alias of the giver."""
    if reading.choice(event, "donor_kind", GIVERS) == "org":
        return _of_organisation(event, reading)
    if event["person"] is None:
        reading.fail(Code.FIELD_MISSING, "person", "the giver is said to be a person, and there is none")
    alias = reading.required_alias(event, "donation_no")
    return of_person(event, reading, Claim("gift", alias, _fields(event, reading)), binds=alias)


def money_refunded(event: Event, reading: Reading) -> Draft:
    """Take the gift back for good. The number does not say who gave: it may have been either."""
    alias = reading.required_alias(event, "donation_no")
    fields: Fields = {"refunded_on": reading.day(event, "refunded_on")}
    return of_alias(alias, Claim("gift", alias, fields), Claim("org_gift", alias, fields))


def _of_organisation(event: Event, reading: Reading) -> Draft:
    code = uscc.normal(event["uscc"] or "")
    if code is None:
        reading.fail(Code.VALUE_INVALID, "uscc", "it is no unified social credit code")
    alias = reading.required_alias(event, "donation_no")
    claim = Claim("org_gift", alias, _fields(event, reading))
    name = reading.text_or_none(event, "org_name")
    party: Fields = {"group": True}
    seat = event["org_region"]
    residence = reading.residence(seat, None) if seat else None
    if residence is not None:
        party["residence"] = residence
    return Draft(
        organisation=Organisation(code or "", Contact(name) if name is not None else None),
        binds=() if alias is None else (alias,),
        claims=[claim],
        party=party,
    )


def _fields(event: Event, reading: Reading) -> Fields:
    fields: Fields = {"donated_on": reading.day(event, "donated_on")}
    project = reading.text_or_none(event, "project")
    if project is not None:
        fields["project"] = project
    region = reading.office(event)
    if region is not None:
        fields["region"] = region
    return fields
