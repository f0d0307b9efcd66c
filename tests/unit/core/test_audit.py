"""An audit finds what must not be, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core.audit import Finding, Report, audit, confirmed, open_invitations, open_tasks
from tests.unit.core.asking import dissolve, society
from tests.unit.core.people import TODAY

ANNA, BEN = b"\xaa" * 16, b"\xbb" * 16


def record(person: bytes = ANNA, status: str = "issued", organisation: str = "SOC") -> dict[str, Any]:
    """Return what an audit reads of a record."""
    return {"person": person, "status": status, "organisation": organisation}


@pytest.mark.parametrize(
    ("records", "ids"),
    [
        pytest.param([("1", record())], {"1"}, id="open"),
        pytest.param([("1", record(status="delivered"))], {"1"}, id="delivered is open"),
        pytest.param([("1", record()), ("1", record(status="expired"))], set(), id="ended"),
        pytest.param([("1", record()), ("1", None)], set(), id="erased"),
        pytest.param([("1", None)], set(), id="known by its tombstone only"),
        pytest.param([("1", record()), ("1", record(organisation="X"))], {"1"}, id="the newest counts"),
    ],
)
def test_what_is_open(records: list[tuple[str, dict[str, Any] | None]], ids: set[str]) -> None:
    """The newest record of an id says whether it is open."""
    found = open_invitations(records)
    assert set(found) == ids
    assert all(each.organisation == (records[-1][1] or {})["organisation"] for each in found.values())


@pytest.mark.parametrize(("status", "count"), [("open", 1), ("escalated", 1), ("done", 0), ("missed", 0)])
def test_tasks_have_statuses_of_their_own(status: str, count: int) -> None:
    """An escalated task still waits for somebody."""
    assert len(open_tasks([("1", record(status=status))])) == count


def test_all_is_as_it_must_be() -> None:
    """One each, at organisations that are active."""
    invitations = open_invitations([("1", record()), ("2", record(BEN, organisation="SOC9"))])
    report = audit(invitations, open_tasks([("3", record(status="open"))]), society(), TODAY)
    assert report == (2, 1, 4, (), TODAY)


def test_each_fault_is_named() -> None:
    """Two open for one person, an invitation and a task of an organisation that is not active."""
    invitations = open_invitations([
        ("1", record()), ("2", record(organisation="SOC9")), ("3", record(BEN, organisation="GONE")),
    ])  # fmt: skip
    tasks = open_tasks([("4", record(BEN, status="open", organisation="CITY"))])
    report = audit(invitations, tasks, dissolve(society(), "CITY"), TODAY)
    assert report.findings == (
        Finding("invitation_orphaned", "3", "bbbbbbbb", "GONE"),
        Finding("task_orphaned", "4", "bbbbbbbb", "CITY"),
        Finding("two_open", "1", "aaaaaaaa", "SOC"),
        Finding("two_open", "2", "aaaaaaaa", "SOC9"),
    )


def test_the_day_decides() -> None:
    """An organisation that will be dissolved tomorrow may still be asked today."""
    known = dissolve(society(), "SOC", on=TODAY + 1)
    invitations = open_invitations([("1", record())])
    assert audit(invitations, {}, known, TODAY).findings == ()
    assert len(audit(invitations, {}, known, TODAY + 1).findings) == 1


FIRST, SECOND = Finding("invitation_orphaned", "1", "aa", "SOC"), Finding("task_orphaned", "2", "bb", "SOC")


@pytest.mark.parametrize(
    ("readings", "found", "taken"),
    [
        pytest.param([()], (), 1, id="nothing is read once"),
        pytest.param([(FIRST,), ()], (), 2, id="put right meanwhile"),
        pytest.param([(FIRST,), (SECOND,)], (), 2, id="another one each time"),
        pytest.param([(FIRST, SECOND), (FIRST,), (FIRST,)], (FIRST,), 3, id="one stays"),
    ],
)
def test_only_what_every_reading_finds_is_confirmed(
    readings: list[tuple[Finding, ...]], found: tuple[Finding, ...], taken: int
) -> None:
    """What a later reading does not find was right, or is; nothing is read once more than needed."""
    asked = iter([Report(number, 0, 0, each, TODAY) for number, each in enumerate([*readings, ()], 1)])
    report = confirmed(each for each in asked if each.invitations <= len(readings))
    assert (report.findings, report.invitations) == (found, taken)
