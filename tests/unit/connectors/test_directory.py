"""Organisations, regions, population."""

from __future__ import annotations

import pytest

from hub.connectors.draft import Broadcast
from hub.core.codes import Code
from hub.errors import DeadLetterError
from tests.unit.connectors.events import DAY, drafted

NOTHING = dict.fromkeys(("org_class", "name", "parent", "region", "host_unit"))


@pytest.mark.parametrize(
    ("ce_type", "changes", "aspect", "value"),
    [
        (
            "org.established.v1",
            {"org_class": "Society", "parent": "org-0"},
            "established",
            {"org_class": "society", "name": "某区红十字会", "region": "330106", "parent": "org-0"},
        ),
        ("org.established.v1", {"region": "330682"}, "established",
         {"org_class": "society", "name": "某区红十字会", "region": "330604"}),
        ("org.established.v1", {"region": "330106999"}, "established",
         {"org_class": "society", "name": "某区红十字会", "region": "330106999"}),
        ("org.dissolved.v1", {}, "dissolved", {}),
        ("org.moved.v1", {}, "moved/2022-05-08", {"name": "新名"}),
    ],
    ids=["established", "in a renamed county", "in a township newer than the table", "dissolved", "moved"],
)  # fmt: skip
def test_organisations_are_told_by_aspect(
    ce_type: str, changes: dict[str, str], aspect: str, value: dict[str, str]
) -> None:
    """Each aspect of an organisation is a record of its own, with only what was said."""
    told = {**NOTHING, "org_id": "org-1", "aspect": aspect, "on": DAY, **value}
    expected = Broadcast("hub.organisation", f"org-1/{aspect}", told, stamped=True)
    assert drafted(ce_type, **changes).broadcast == expected


def test_a_region_change_is_told() -> None:
    """A change of codes keeps the old code as it was."""
    value = {
        "old_code": "330106",
        "new_code": "330199",
        "township": None,
        "rule": "one_to_one",
        "from_on": DAY,
    }
    assert drafted("region.changed.v1").broadcast == Broadcast("hub.region_change", "330106/330199/", value)
    named = drafted("region.changed.v1", rule="by_township", township="白杨街道").broadcast
    assert named is not None
    assert named.key == "330106/330199/白杨街道"


def test_a_population_is_told() -> None:
    """A figure is kept by region, year and vintage."""
    value = {"region": "33", "year": 2021, "value": 65_400_000, "vintage": "2021"}
    expected = Broadcast("hub.population", "population/33/2021/2021", value)
    assert drafted("population.published.v1").broadcast == expected


@pytest.mark.parametrize(
    ("ce_type", "changes", "code", "path"),
    [
        ("org.established.v1", {"region": "Xihu"}, Code.REGION_UNKNOWN, "region"),
        ("org.established.v1", {"name": ""}, Code.FIELD_MISSING, "name"),
        ("org.established.v1", {"on": "x"}, Code.DATE_INVALID, "on"),
        ("org.dissolved.v1", {"org_id": ""}, Code.FIELD_MISSING, "org_id"),
        ("region.changed.v1", {"rule": "roughly"}, Code.VALUE_INVALID, "rule"),
        ("region.changed.v1", {"rule": "by_township"}, Code.FIELD_MISSING, "township"),
        ("region.changed.v1", {"new_code": "33x106"}, Code.REGION_UNKNOWN, "new_code"),
        ("population.published.v1", {"value": -1}, Code.VALUE_INVALID, "value"),
        ("population.published.v1", {"vintage": ""}, Code.FIELD_MISSING, "vintage"),
    ],
)
def test_what_the_directory_must_put_right(
    ce_type: str, changes: dict[str, object], code: Code, path: str
) -> None:
    """An unreadable field of reference data is refused with its path."""
    with pytest.raises(DeadLetterError) as caught:
        drafted(ce_type, **changes)
    assert (caught.value.code, caught.value.field) == (code, path)
