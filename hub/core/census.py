"""Active organisations of a day, counted by class and region, and the places that have one.

They are counted from the directory, not at the sources: a table that is compacted by key is idempotent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from hub.core.organisation import COMMUNITY, TOWNSHIP, VILLAGE, Organisation
from hub.core.region import RegionTable, is_village

LENGTHS: Final = (2, 4, 6, 9)
"""Digits of the regions that figures of organisations are published for: a village has none of its own."""
SCHOOL: Final = "school"
_DIRECT: Final = "198"
"""The digits under which the villages of a county stand that has no townships: no township either."""


class Denominators(NamedTuple):
    """How many there are, by region: villages and communities, townships."""

    villages: Counter[str]
    townships: Counter[str]


class Census(NamedTuple):
    """Organisations of one day."""

    classes: Counter[tuple[str, str]]
    """By class and region: active organisations."""
    villages: Counter[str]
    """By region: villages and communities with an active organisation."""
    townships: Counter[str]
    """By region: townships with an active organisation of their own."""


def is_township(code: str) -> bool:
    """Return whether a 9-digit code is a street, town or township (001-399).

    The rest is a development zone or a farm, and 198 stands in for townships where a county has none.
    """
    return len(code) == 9 and "001" <= code[6:] <= "399" and code[6:] != _DIRECT


def around(code: str) -> Iterable[str]:
    """Yield the regions a code counts in: itself and those around it, villages left out."""
    return (code[:length] for length in LENGTHS if len(code) >= length)


def denominators(table: RegionTable) -> Denominators:
    """Count the villages, communities and townships of an edition of the codes."""
    villages: Counter[str] = Counter()
    townships: Counter[str] = Counter()
    for code in table.names:
        if is_village(code):
            villages.update(around(code))
        elif is_township(code):
            townships.update(around(code))
    return Denominators(villages, townships)


def census(
    organisations: Iterable[Organisation], table: RegionTable, resolve: Callable[[str], str]
) -> Census:
    """Count the active organisations of a day; ``resolve`` takes a region code to that day's edition.

    A village with two organisations counts once; a code that the edition does not have counts in no rate.
    """
    classes: Counter[tuple[str, str]] = Counter()
    villages, townships = set(), set()
    for each in organisations:
        region = resolve(each.region) or each.region
        classes.update((each.org_class, code) for code in around(region))
        if each.org_class in {VILLAGE, COMMUNITY} and is_village(region) and region in table:
            villages.add(region)
        elif each.org_class == TOWNSHIP and is_township(region) and region in table:
            townships.add(region)
    return Census(
        classes,
        Counter(code for region in sorted(villages) for code in around(region)),
        Counter(code for region in sorted(townships) for code in around(region)),
    )
