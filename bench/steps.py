"""Which functions are the steps of the three stages. Names that are gone are told, not guessed."""

# ruff: noqa: SLF001 - a profile looks inside

from __future__ import annotations

from typing import Any

import hub.connectors.person
import hub.core.name
import hub.stages.matching
from bench.stopwatch import Stopwatch
from hub.core import consent, invitation, matching, merge, person, routing, statistics
from hub.stages import announcement, assembly, delivery, identity, neighbourhood

__all__ = ("watch",)


def watch(stopwatch: Stopwatch, stages: dict[str, Any], book: Any) -> list[str]:
    """Put clocks around the steps; return those that were not found."""
    gone = [label for label, owner, name in _steps(stages, book) if not stopwatch.wrap(label, owner, name)]
    plans = stages["intake"]._plans
    for ce_type, plan in plans.items():
        plans[ce_type] = plan._replace(connect=stopwatch.timed("connector", plan.connect))
    return gone


def _steps(stages: dict[str, Any], book: Any) -> list[tuple[str, Any, str]]:
    make, announce = assembly.Assembly, stages["matching"]._announce
    return [
        ("decode", stages["intake"]._codec, "decode"),
        ("read envelope", stages["intake"], "_reading"),
        ("check document", hub.connectors.person, "check"),
        ("canonical name", hub.core.name, "canonical"),
        ("person key", make, "person"),
        ("assertions, hashed keys", make, "assertions"),
        ("stamp", make, "stamp"),
        ("seal contact", make, "contact"),
        ("encode facts", make, "facts"),
        ("alias hash", make, "alias"),
        ("encode alias", make, "binding"),
        ("encode alias", make, "waiting"),
        ("park", delivery.Delivery, "park"),
        ("read alias", stages["identity"], "_read_alias"),
        ("read facts", stages["identity"]._form, "read"),
        ("state decode", identity, "decode"),
        ("state encode", identity, "encode"),
        ("deliver", identity.IdentityStage, "_deliver"),
        ("read facts", stages["matching"], "_read"),
        ("state decode", person, "decode"),
        ("state encode", person, "encode"),
        ("merge", merge, "merge"),
        ("evaluate", matching, "evaluate"),
        ("subject", matching, "subject"),
        ("route", routing, "route"),
        ("route", matching, "route"),
        ("consent", consent, "status"),
        ("rules, book's next change", book, "outlook"),
        ("guards", book, "guard"),
        ("path", book, "path"),
        ("next day", matching, "next_day"),
        ("advance", invitation, "advance"),
        ("offer", invitation, "offer"),
        ("invitation record", announcement.Announcer, "invitation"),
        ("invitation id", announcement.Announcer, "invitation_id"),
        ("re-seal contact", announcement.Announcer, "_contact"),
        ("decision record", announcement.Announcer, "decision"),
        ("encode invitation", announce, "_write_invitation"),
        ("encode decision", announce, "_write_decision"),
        ("contributions", statistics, "contributions"),
        ("count", hub.stages.matching, "_count"),
        ("index", neighbourhood, "index"),
        ("wake", hub.stages.matching, "_wake"),
    ]
