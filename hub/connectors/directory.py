"""The directory: organisations, region codes and population, told to every worker (DOMAIN §2.3, §2.4)."""

from __future__ import annotations

from typing import Any, Final

from hub.connectors.draft import Broadcast, Draft
from hub.connectors.reading import Event, Reading
from hub.core import dates
from hub.core.codes import Code
from hub.core.region import normal_code

ORGANISATION: Final = "hub.organisation"
REGION_CHANGE: Final = "hub.region_change"
POPULATION: Final = "hub.population"
RULES: Final = frozenset({"one_to_one", "by_township", "manual"})
_DETAILS: Final = ("org_class", "name", "parent", "region", "host_unit")


def established(event: Event, reading: Reading) -> Draft:
    """Found an organisation: class, name and region are required."""
    for field in ("org_class", "name", "region"):
        reading.text(event, field)
    return _organisation(event, reading, "established")


def dissolved(event: Event, reading: Reading) -> Draft:
    """Dissolve an organisation."""
    return _organisation(event, reading, "dissolved")


def moved(event: Event, reading: Reading) -> Draft:
    """Change an organisation from a day on; each day of change is an aspect of its own."""
    return _organisation(event, reading, f"moved/{dates.iso(reading.day(event, 'on'))}")


def region_changed(event: Event, reading: Reading) -> Draft:
    """Add one line to the crosswalk."""
    rule = reading.token(event, "rule")
    if rule not in RULES:
        reading.fail(Code.VALUE_INVALID, "rule", "the rule is none of the three")
    value = {
        "old_code": _plain_code(event, reading, "old_code"),
        "new_code": _plain_code(event, reading, "new_code"),
        "township": reading.text_or_none(event, "township"),
        "rule": rule,
        "from_on": reading.day(event, "from_on"),
    }
    if rule == "by_township" and value["township"] is None:
        reading.fail(Code.FIELD_MISSING, "township", "a rule by township needs one")
    key = f"{value['old_code']}/{value['new_code']}/{value['township'] or ''}"
    return Draft(broadcast=Broadcast(REGION_CHANGE, key, value))


def population_published(event: Event, reading: Reading) -> Draft:
    """Publish a denominator."""
    region, vintage = _code(event, reading, "region"), reading.text(event, "vintage")
    year, people = event["year"], event["value"]
    if people < 0:
        reading.fail(Code.VALUE_INVALID, "value", "a population is not negative")
    value = {"region": region, "year": year, "value": people, "vintage": vintage}
    return Draft(broadcast=Broadcast(POPULATION, f"population/{region}/{year}/{vintage}", value))


def _organisation(event: Event, reading: Reading, aspect: str) -> Draft:
    org_id = reading.text(event, "org_id")
    value: dict[str, Any] = {"org_id": org_id, "aspect": aspect, "on": reading.day(event, "on")}
    for field in _DETAILS:
        value[field] = reading.text_or_none(event, field) if event.get(field) else None
    if value["region"] is not None:
        value["region"] = _code(event, reading, "region")
    if value["org_class"] is not None:
        value["org_class"] = value["org_class"].lower()
    return Draft(broadcast=Broadcast(ORGANISATION, f"{org_id}/{aspect}", value, stamped=True))


def _code(event: Event, reading: Reading, field: str) -> str:
    """Return a region code: of the current edition, unless it is newer than the table."""
    code = reading.places.territory(reading.text(event, field))
    if code is None:
        reading.fail(Code.REGION_UNKNOWN, field, "the region code is not one")
    return code or ""


def _plain_code(event: Event, reading: Reading, field: str) -> str:
    """Return a region code of any edition, in normal form."""
    code = normal_code(reading.text(event, field))
    if code is None:
        reading.fail(Code.REGION_UNKNOWN, field, "the region code is not one")
    return code or ""
