"""What a check needs, and what it comes to."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from confluent_kafka.admin import AdminClient

    from hub.settings import Settings

__all__ = ("Check", "Finding", "Outcome", "Patient")


class Finding(NamedTuple):
    """One thing that is not as it should be."""

    what: str
    where: str
    cure: str
    """What the operator does now."""
    advice: bool = False
    """Whether the hub works all the same: a remark, no reason for exit code 1."""


class Outcome(NamedTuple):
    """What a check has seen."""

    told: str
    """One line: what is there. No personal data, no secrets."""
    findings: tuple[Finding, ...] = ()
    seen: bool = True
    """False: it could not look, for what an earlier finding says."""


class Patient(NamedTuple):
    """What is examined."""

    settings: Settings
    admin: AdminClient | None
    """None while no broker answers."""
    now_s: Callable[[], float] = time.time


class Check(NamedTuple):
    """One check: its name, its titles, and the function that looks."""

    name: str
    title_en: str
    title_zh: str
    look: Callable[[Patient], Outcome]
    needs_broker: bool = False
