"""Where a person belongs: one case per step of docs/matching.md, "Route"."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core.organisation import Directory
from hub.core.routing import county_of, elsewhere, route, superior
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
    party: dict[str, Any], known: Directory, facts: dict[str, Any] | None = None, *, kind: str = "adult"
) -> tuple[str | None, bool, str]:
    """Route a person; return the organisation's id, whether the region is to be confirmed, and the county."""
    kinds: dict[str, Any] = {"party": party, "certificate": None, "consent": None, **(facts or {})}
    state = somebody(**kinds)
    found = route(
        party,
        state.facts,
        kind=kind,
        directory=known,
        regions=FakeRegions(),
        today=TODAY,
    )
    return found.organisation.org_id if found.organisation else None, found.confirm_region, found.county


def without(*org_ids: str) -> Directory:
    """Return the directory without some organisations."""
    return directory(**{org_id: each for org_id, each in ALL.items() if org_id not in org_ids})


@pytest.mark.parametrize(
    ("party", "missing", "kind", "expected"),
    [
        pytest.param({"host_unit": "USCC", "residence": VILLAGE}, (), "adult", "UNIT", id="1 host unit"),
        pytest.param(
            {"host_unit": "UNIT", "residence": VILLAGE}, (), "adult", "UNIT", id="1 host unit by id"
        ),
        pytest.param({"host_unit": "USCC", "residence": VILLAGE}, (), "youth", "UNIT", id="1 school, youth"),
        pytest.param(
            {"host_unit": "USCC", "residence": VILLAGE}, ("UNIT",), "adult", "COMM", id="1 none there"
        ),
        pytest.param({"residence": VILLAGE}, ("COMM",), "adult", "VILL", id="2 village"),
        pytest.param(
            {"residence": VILLAGE}, (), "adult", "COMM", id="2 smallest id of village and community"
        ),
        pytest.param({"residence": VILLAGE}, ("COMM", "VILL"), "adult", "TOWN", id="3 township"),
        pytest.param({"residence": TOWNSHIP}, (), "adult", "TOWN", id="3 township declared only"),
        pytest.param({"residence": VILLAGE}, ("COMM", "VILL", "TOWN"), "adult", "SOC", id="4 county"),
        pytest.param({"residence": VILLAGE}, (), "youth", "SOC", id="4 youth skip village and township"),
        pytest.param({"residence": COUNTY}, (), "adult", "SOC", id="4 county declared only"),
        pytest.param({"residence": "330110"}, (), "adult", None, id="6 no society there"),
        pytest.param({"residence": "990104"}, (), "adult", None, id="6 residence does not resolve"),
        pytest.param({"residence": "3301"}, (), "adult", None, id="6 only the city is known"),
        pytest.param({}, (), "adult", None, id="6 nothing known at all"),
        pytest.param(
            {"host_unit": "USCC", "residence": VILLAGE}, (), "group", "SOC", id="4 groups go to the county"
        ),
    ],
)
def test_the_first_step_that_finds_one(
    party: dict[str, Any], missing: tuple[str, ...], kind: str, expected: str | None
) -> None:
    """Host unit, village or community, township, county: the first that has an active organisation."""
    assert routed(party, without(*missing), kind=kind)[0] == expected


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
        pytest.param({"volunteer": {"registered_on": TODAY, "region": OTHER}}, "SOC9", id="volunteer"),
        pytest.param({"gift": {"donated_on": TODAY, "region": OTHER}}, "SOC9", id="gift"),
        pytest.param({"org_gift": {"donated_on": TODAY, "region": OTHER}}, "SOC9", id="a group's gift"),
        pytest.param({"project": {"enrolled_on": TODAY, "region": OTHER}}, "SOC9", id="project"),
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


COUNCIL = {**organisation("society", COUNTY), "parent": "UP"}
ABOVE = {
    "SOC": COUNCIL,
    "UP": organisation("society", "330100"),
    "CITY": organisation("society", "3301"),
    "PROV": organisation("society", "33"),
}


def gone(*org_ids: str, on: int = TODAY) -> Directory:
    """Return a county society and those above it, some dissolved."""
    known = directory(**ABOVE)
    nothing = dict.fromkeys(("org_class", "name", "parent", "region", "host_unit"))
    for org_id in org_ids:
        known.announce(org_id, "dissolved", {**nothing, "on": on, "stamp": b"2"})
    return known


@pytest.mark.parametrize(
    ("org_id", "dissolved", "expected"),
    [
        pytest.param("SOC", (), "UP", id="the parent"),
        pytest.param("SOC", ("UP",), "CITY", id="else the city"),
        pytest.param("SOC", ("UP", "CITY"), "PROV", id="else the province"),
        pytest.param("SOC", ("UP", "CITY", "PROV"), "", id="nobody"),
        pytest.param("SOC", ("SOC",), "UP", id="by what was last known"),
        pytest.param("CITY", (), "PROV", id="not itself"),
        pytest.param("PROV", (), "", id="nobody above the province"),
        pytest.param("WHO", (), "", id="unknown"),
    ],
)
def test_who_is_above(org_id: str, dissolved: tuple[str, ...], expected: str) -> None:
    """The parent, else the society of the city, else of the province: the first that is active."""
    assert superior(org_id, gone(*dissolved), TODAY) == expected


@pytest.mark.parametrize(
    ("member_of", "residence", "dissolved", "expected"),
    [
        pytest.param("SOC", COUNTY, (), False, id="at home"),
        pytest.param("SOC9", VILLAGE, (), True, id="in another county"),
        pytest.param("VILL", COUNTY, (), False, id="within the county"),
        pytest.param("CITY", COUNTY, (), False, id="a body above counts as near"),
        pytest.param("SOC9", "330110", (), False, id="nobody to go to"),
        pytest.param("VILL", COUNTY, ("VILL",), True, id="their organisation is no more"),
        pytest.param("VILL", "330110", ("VILL",), False, id="no more, and nobody to go to"),
        pytest.param("WHO", COUNTY, (), False, id="theirs is not known"),
        pytest.param("", COUNTY, (), False, id="no organisation was said"),
    ],
)
def test_who_belongs_elsewhere(
    member_of: str, residence: str, dissolved: tuple[str, ...], *, expected: bool
) -> None:
    """A member moved if the route leads to another county, or theirs was active and is no longer."""
    known = directory(**ALL, CITY=organisation("society", "3301"))
    nothing = dict.fromkeys(("org_class", "name", "parent", "region", "host_unit"))
    for org_id in dissolved:
        known.announce(org_id, "dissolved", {**nothing, "on": TODAY, "stamp": b"2"})
    where = route(
        {"residence": residence}, {}, kind="youth", directory=known, regions=FakeRegions(), today=TODAY
    )
    assert elsewhere(member_of, where, known, TODAY) is expected


def test_a_route_to_be_confirmed_moves_nobody() -> None:
    """Where somebody was trained is not where they live; only a body that is gone lets go of them."""
    facts = {"course": [{"completed_on": TODAY, "region": OTHER, "key": b""}]}
    known = without()
    where = route({}, facts, kind="adult", directory=known, regions=FakeRegions(), today=TODAY)
    assert where.organisation is not None
    assert (where.confirm_region, elsewhere("SOC", where, known, TODAY)) == (True, False)
    nothing = dict.fromkeys(("org_class", "name", "parent", "region", "host_unit"))
    known.announce("SOC", "dissolved", {**nothing, "on": TODAY, "stamp": b"2"})
    assert elsewhere("SOC", where, known, TODAY)


def test_an_organisation_still_to_come_lets_nobody_go() -> None:
    """Not active yet is not the same as no longer active."""
    known = directory(**{**ALL, "VILL": organisation("village", VILLAGE, on=TODAY + 1)})
    where = route(
        {"residence": COUNTY}, {}, kind="adult", directory=known, regions=FakeRegions(), today=TODAY
    )
    assert not elsewhere("VILL", where, known, TODAY)


@pytest.mark.parametrize(
    ("org_id", "expected"),
    [
        pytest.param("SOC", COUNTY, id="of a county"),
        pytest.param("CITY", "", id="of a city"),
        pytest.param("WHO", "", id="unknown"),
        pytest.param("FAR", "", id="of a code that nobody knows"),
    ],
)
def test_in_which_county_an_organisation_is(org_id: str, expected: str) -> None:
    """By what is last known of it, also when it is no longer active; none is above a county."""
    known = gone("SOC")
    known.announce("FAR", "established", organisation("society", "990101"))
    assert county_of(org_id, known, FakeRegions(), TODAY + 9) == expected
