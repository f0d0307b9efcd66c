"""Where a person belongs: one case per step of docs/matching.md, "Route"."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core.organisation import Directory
from hub.core.routing import route
from tests.unit.core.people import TODAY, VILLAGE, FakeRegions, directory, organisation, somebody

TOWNSHIP, COUNTY, OTHER = VILLAGE[:9], VILLAGE[:6], "330109"

ALL = {
    "UNIT": organisation("company", "330281", host_unit="USCC"),
    "VILL": organisation("village", VILLAGE),
    "COMM": organisation("community", VILLAGE),
    "TOWN": organisation("township", TOWNSHIP),
    "SOC": organisation("society", COUNTY),
    "SOC9": organisation("society", OTHER),
}


def routed(
    party: dict[str, Any], known: Directory, facts: dict[str, Any] | None = None, *, youth: bool = False
) -> tuple[str | None, bool, str]:
    """Route a person; return the organisation's id, whether the region is to be confirmed, and the county."""
    kinds: dict[str, Any] = {"party": party, "certificate": None, "consent": None, **(facts or {})}
    state = somebody(**kinds)
    found = route(party, state.facts, youth=youth, directory=known, regions=FakeRegions(), today=TODAY)
    return found.organisation.org_id if found.organisation else None, found.confirm_region, found.county


def without(*org_ids: str) -> Directory:
    """Return the directory without some organisations."""
    return directory(**{org_id: each for org_id, each in ALL.items() if org_id not in org_ids})


@pytest.mark.parametrize(
    ("party", "missing", "youth", "expected"),
    [
        pytest.param({"host_unit": "USCC", "residence": VILLAGE}, (), False, "UNIT", id="1 host unit"),
        pytest.param({"host_unit": "UNIT", "residence": VILLAGE}, (), False, "UNIT", id="1 host unit by id"),
        pytest.param({"host_unit": "USCC", "residence": VILLAGE}, (), True, "UNIT", id="1 school, youth"),
        pytest.param(
            {"host_unit": "USCC", "residence": VILLAGE}, ("UNIT",), False, "COMM", id="1 none there"
        ),
        pytest.param({"residence": VILLAGE}, ("COMM",), False, "VILL", id="2 village"),
        pytest.param({"residence": VILLAGE}, (), False, "COMM", id="2 smallest id of village and community"),
        pytest.param({"residence": VILLAGE}, ("COMM", "VILL"), False, "TOWN", id="3 township"),
        pytest.param({"residence": TOWNSHIP}, (), False, "TOWN", id="3 township declared only"),
        pytest.param({"residence": VILLAGE}, ("COMM", "VILL", "TOWN"), False, "SOC", id="4 county"),
        pytest.param({"residence": VILLAGE}, (), True, "SOC", id="4 youth skip village and township"),
        pytest.param({"residence": COUNTY}, (), False, "SOC", id="4 county declared only"),
        pytest.param({"residence": "330110"}, (), False, None, id="6 no society there"),
        pytest.param({"residence": "990104"}, (), False, None, id="6 residence does not resolve"),
        pytest.param({"residence": "3301"}, (), False, None, id="6 only the city is known"),
        pytest.param({}, (), False, None, id="6 nothing known at all"),
    ],
)
def test_the_first_step_that_finds_one(
    party: dict[str, Any], missing: tuple[str, ...], expected: str | None, *, youth: bool
) -> None:
    """Host unit, village or community, township, county: the first that has an active organisation."""
    assert routed(party, without(*missing), youth=youth)[0] == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param({"certificate": {"issued_on": TODAY, "region": COUNTY}}, "SOC", id="certificate"),
        pytest.param(
            {
                "certificate": {"issued_on": TODAY - 1, "region": COUNTY},
                "course": {"completed_on": TODAY, "region": OTHER},
            },
            "SOC9",
            id="the newest",
        ),
        pytest.param(
            {
                "certificate": {"issued_on": TODAY, "region": OTHER},
                "course": {"completed_on": TODAY, "region": COUNTY},
            },
            "SOC",
            id="then the smaller code",
        ),
        pytest.param(
            {
                "certificate": {"issued_on": TODAY + 1, "region": OTHER},
                "rescue_member": {"joined_on": 1, "region": COUNTY},
            },
            "SOC",
            id="not one still to come",
        ),
        pytest.param(
            {"certificate": {"issued_on": TODAY, "region": OTHER, "revoked_on": TODAY}},
            "SOC9",
            id="revoked serves",
        ),
        pytest.param({"certificate": {"region": OTHER}}, None, id="without a date it says nothing"),
        pytest.param({"certificate": {"issued_on": TODAY}}, None, id="without a region it says nothing"),
        pytest.param(
            {
                "certificate": {"issued_on": TODAY, "region": "330110"},
                "course": {"completed_on": 1, "region": COUNTY},
            },
            None,
            id="no second choice",
        ),
    ],
)
def test_nothing_declared_takes_where_the_person_was_met(facts: dict[str, Any], expected: str | None) -> None:
    """Without a residence the county of the newest ground serves, to be confirmed."""
    org_id, confirm, _ = routed({}, without(), facts)
    assert org_id == expected
    assert confirm == (expected is not None)


def test_a_declared_residence_is_never_replaced_by_where_somebody_was_met() -> None:
    """An ambiguous residence is declared: a human decides."""
    facts = {"certificate": {"issued_on": TODAY, "region": COUNTY}}
    assert routed({"residence": "990104"}, without(), facts) == (None, False, "")


def test_a_host_unit_needs_no_confirmation() -> None:
    """Only the last step guesses."""
    facts = {"certificate": {"issued_on": TODAY, "region": COUNTY}}
    assert routed({"host_unit": "USCC"}, without(), facts) == ("UNIT", False, COUNTY)


@pytest.mark.parametrize(("day", "expected"), [(TODAY + 1, None), (TODAY, "SOC")], ids=["tomorrow", "today"])
def test_only_active_organisations_serve(day: int, expected: str | None) -> None:
    """An organisation serves from the day it is established."""
    known = directory(SOC=organisation("society", COUNTY, on=day))
    assert routed({"residence": VILLAGE}, known)[0] == expected
