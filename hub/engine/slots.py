"""Slots: who has which. Two workers of one slot fence each other off, again and again.

A worker's member of the group says in its client id where it runs, ``hub-0@machine:4711``. A static member
stays for a session after its process has ended, so that a restart finds its lanes again: a member is
somebody else's only when it outlives the session.
"""

from __future__ import annotations

import os
import socket
import time
from typing import TYPE_CHECKING, Final, NamedTuple

from hub import kafka
from hub.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection

    from hub.settings import Settings

__all__ = ("Holder", "await_free", "holders", "identity", "name")

_ANSWER_S: Final = 10.0
_LOOK_S: Final = 0.2
_MARGIN_S: Final = 1.0
"""Beyond a session: the coordinator's own time to notice that one is over."""


class Holder(NamedTuple):
    """The member of the group that has a slot."""

    slot: int
    client: str
    """Its client id."""
    address: str
    """Where it is, as the broker sees it."""

    @property
    def where(self) -> str:
        """Machine and process, or the address of one that does not say."""
        return self.client.partition("@")[2] or self.address.lstrip("/")

    @property
    def ended(self) -> bool:
        """Whether it is what a process of this machine has left that runs no more."""
        machine, _, process = self.client.partition("@")[2].rpartition(":")
        if machine != socket.gethostname() or not process.isdecimal():
            return False
        try:
            os.kill(int(process), 0)
        except ProcessLookupError:
            return True
        except PermissionError:  # it runs, as somebody else
            return False
        return False


def name(settings: Settings, slot: int) -> str:
    """Return what a slot is called in Kafka: its member's and its producer's id."""
    return f"{settings.group}-{slot}"


def identity(settings: Settings, called: str) -> dict[str, str]:
    """Return the properties by which a slot's member is known; a client id that was set stays."""
    known = {"group.instance.id": called}
    if "client.id" not in settings.kafka:
        known["client.id"] = f"{called}@{socket.gethostname()}:{os.getpid()}"
    return known


def holders(settings: Settings) -> dict[int, Holder]:
    """Return the slots of the group that have a member; none while Kafka does not say."""
    from confluent_kafka import KafkaException

    admin = kafka.admin(settings)  # kept until it has answered: else its answer never comes
    asked = admin.describe_consumer_groups([settings.group], request_timeout=_ANSWER_S)
    try:
        members = asked[settings.group].result().members
    except KafkaException:  # no such group yet, or no broker: the workers wait for one
        return {}
    found = {}
    for member in members:
        group, _, slot = (member.group_instance_id or "").rpartition("-")
        if group == settings.group and slot.isdecimal():
            found[int(slot)] = Holder(int(slot), member.client_id, member.host)
    return found


def await_free(settings: Settings, wanted: Collection[int]) -> None:
    """Return when no living member has one of the slots; UsageError when one outlives a session."""
    deadline = time.monotonic() + settings.session_timeout_s + _MARGIN_S
    while True:
        known = holders(settings)
        taken = [known[slot] for slot in sorted(known) if slot in wanted and not known[slot].ended]
        if not taken:
            return
        if time.monotonic() > deadline:
            who = "; ".join(f"slot {each.slot}: {each.where}" for each in taken)
            raise UsageError(
                f"another `hub run` has these slots of group {settings.group}: {who}",
                "--first-slot",
                f"stop it, or start this one with --first-slot {max(known) + 1} (HUB_FIRST_SLOT)",
            )
        time.sleep(_LOOK_S)
