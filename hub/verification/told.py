"""Invitations and tasks as they were told by an instant: what of a person is history, and not facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hub import topics
from hub.core import dates, erasure, invitation
from hub.core.invitation import Invitation
from hub.core.task import Task
from hub.engine.tail import read_all
from hub.stages.build import make_codec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.settings import Settings

__all__ = ("Told", "read")

_FIELDS: Final = (
    "invitation_id", "person", "status", "cause", "priority", "book", "kind", "organisation",
    "confirm_region", "notice_version", "issued_on", "valid_until", "reminded_on", "act_by", "episode",
    "rule_ids", "tick",
)  # fmt: skip


class Told(NamedTuple):
    """By person, as of an instant."""

    invitations: Mapping[bytes, Invitation]
    """The last one, open or ended."""
    tasks: Mapping[bytes, tuple[Task, ...]]
    """The last of each."""


def read(settings: Settings, tick: int) -> Told:
    """Read what was told up to a tick (ms). Both topics keep the newest record of each key only.

    So of what was told again since the tick nothing may be found; who is asked for at rest finds all.
    """
    return Told(_invitations(settings, tick), _tasks(settings, tick))


def _invitations(settings: Settings, tick: int) -> dict[bytes, Invitation]:
    decode = make_codec(settings).reader("hub.invitation", _FIELDS)
    found: dict[bytes, Invitation] = {}
    for _, value in read_all(settings, topics.INVITATIONS):
        if value is None:
            continue
        told = decode(value)
        known = found.get(told["person"])
        if told["tick"] > tick or (known is not None and told["episode"] < known.episode):
            continue
        if told["cause"] == erasure.CODE:
            found.pop(told["person"], None)  # forgotten with the person
            continue
        found[told["person"]] = _invitation(told)
    return found


def _invitation(told: Mapping[str, Any]) -> Invitation:
    day = dates.day_of(told["tick"])
    return Invitation(
        id=told["invitation_id"],
        episode=told["episode"],
        status=told["status"],
        issued_on=told["issued_on"],
        valid_until=told["valid_until"],
        priority=told["priority"],
        rules=tuple(told["rule_ids"]),
        kind=told["kind"],
        organisation=told["organisation"],
        confirm_region=told["confirm_region"],
        notice_version=told["notice_version"],
        ended_on=None if told["status"] in invitation.OPEN else day,
        changed_on=day,
        reminded_on=told["reminded_on"],
        act_by=told["act_by"],
        book=told["book"],
    )


def _tasks(settings: Settings, tick: int) -> dict[bytes, tuple[Task, ...]]:
    decode = make_codec(settings).reader(
        "hub.task", ("task_id", "person", "kind", "status", "organisation", "target", "rule_id", "tick")
    )
    newest: dict[str, dict[str, Any]] = {}
    for _, value in read_all(settings, topics.TASKS):
        told = decode(value) if value is not None else None
        if told is not None and told["tick"] <= tick:
            newest[told["task_id"]] = told
    found: dict[bytes, tuple[Task, ...]] = {}
    for told in newest.values():
        task = Task(
            id=told["task_id"], kind=told["kind"], key=b"", number=0, status=told["status"],
            organisation=told["organisation"], target=told["target"], rule=told["rule_id"],
        )  # fmt: skip
        found[told["person"]] = (*found.get(told["person"], ()), task)
    return found
