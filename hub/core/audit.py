"""What must hold of everything that is open, whoever wrote it: checked from the outputs alone.

At most one open invitation per person; every open invitation and every open task at an organisation
that is active today. The hub keeps this by construction; an audit proves it without the hub.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from hub.core import invitation, task
from hub.core.organisation import Directory

TWO_OPEN: Final = "two_open"
INVITATION_ORPHANED: Final = "invitation_orphaned"
TASK_ORPHANED: Final = "task_orphaned"
SHOWN: Final = 8
"""Hexadecimal digits of a pseudonym that are shown: enough to tell two findings apart."""

Records = Iterable[tuple[str, Mapping[str, Any] | None]]
"""Id and record, None where it was erased; of one id in order."""


class Open(NamedTuple):
    """Something open, and nothing more of it than an audit needs."""

    id: str
    person: str
    organisation: str


class Finding(NamedTuple):
    """Something that must not be."""

    code: str
    id: str
    person: str
    """The first digits of the pseudonym."""
    organisation: str


class Report(NamedTuple):
    """What an audit looked at, of which day, and what it found."""

    invitations: int
    tasks: int
    organisations: int
    findings: tuple[Finding, ...]
    day: int


def open_invitations(records: Records) -> dict[str, Open]:
    """Return the open invitations by id: the newest record of each counts."""
    return _open(records, "status", invitation.OPEN)


def open_tasks(records: Records) -> dict[str, Open]:
    """Return the open tasks by id."""
    return _open(records, "status", task.OPEN_STATUSES)


def _open(records: Records, field: str, statuses: frozenset[str]) -> dict[str, Open]:
    found: dict[str, Open] = {}
    for number, record in records:
        if record is not None and record[field] in statuses:
            found[number] = Open(number, record["person"].hex(), record["organisation"])
        else:
            found.pop(number, None)
    return found


def audit(
    invitations: Mapping[str, Open], tasks: Mapping[str, Open], directory: Directory, today: int
) -> Report:
    """Return what is wrong with what is open, in the order of code, person and id."""
    findings = _orphaned(INVITATION_ORPHANED, invitations, directory, today)
    findings += _orphaned(TASK_ORPHANED, tasks, directory, today)
    by_person: dict[str, list[Open]] = {}
    for each in invitations.values():
        by_person.setdefault(each.person, []).append(each)
    for several in by_person.values():
        if len(several) > 1:
            findings += [_finding(TWO_OPEN, each) for each in several]
    return Report(len(invitations), len(tasks), len(directory), tuple(sorted(findings)), today)


def confirmed(readings: Iterable[Report]) -> Report:
    """Return the last reading with what every one before it found too; none more is taken than needed.

    The outputs and the directory are read one after the other, and the hub acts on what changes in between:
    what it puts right is no fault. There is at least one reading.
    """
    held: Report | None = None
    for report in readings:
        findings = report.findings
        if held is not None:
            findings = tuple(each for each in findings if each in held.findings)
        held = report._replace(findings=findings)
        if not findings:
            break
    assert held is not None
    return held


def _orphaned(code: str, found: Mapping[str, Open], directory: Directory, today: int) -> list[Finding]:
    active: Callable[[str], bool] = {
        name: directory.active(name, today) is not None
        for name in {each.organisation for each in found.values()}
    }.__getitem__
    return [_finding(code, each) for each in found.values() if not active(each.organisation)]


def _finding(code: str, each: Open) -> Finding:
    return Finding(code, each.id, each.person[:SHOWN], each.organisation)
