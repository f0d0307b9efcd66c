"""Stock figures of persons, counted anew: the facts of a partition up to an offset, evaluated at a tick.

The facts are merged and evaluated by the core's own functions; no state, no changelog and no counter of a
worker has a say. What of a person is history (invitations, tasks) is taken as it was told.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from hub import topics
from hub.backtest import partition
from hub.backtest.learn import Learner
from hub.core import dates
from hub.core.invitation import Terms
from hub.core.routing import county_of
from hub.core.statistics import Figures, contributions, counter
from hub.core.verdict import Question, verdict
from hub.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.settings import Settings
    from hub.stages.tables import HubTables
    from hub.verification.leaves import Standing
    from hub.verification.told import Told

__all__ = ("FIGURES", "Scene", "count")

FIGURES: Final = frozenset({
    "persons", "groups", "certificates_valid", "qualified", "held", "invitations_open", "members",
    "tasks_open", "priority_reach", "under_review", "reviews_open", "identities_decided", "candidates",
    "members_moved", "members_admitted",
})  # fmt: skip
"""The counters that are recomputed here."""


class Scene(NamedTuple):
    """What all partitions have in common."""

    settings: Settings
    tables: HubTables
    told: Told


def count(scene: Scene, number: int, standing: Standing, step: Callable[[int], None]) -> Counter[str]:
    """Return every counter of a partition of the facts, as it has to be at a standing.

    Raise UsageError when the facts do not reach back to the beginning: they are kept for the recovery
    horizon (``HUB_RECOVERY_HORIZON_DAYS``).
    """
    settings, tables, told = scene
    begins = partition.describe(settings, topics.FACTS, number).beginning
    if begins:
        raise UsageError(
            f"the facts before offset {begins} are gone: figures cannot be recomputed from the beginning",
            f"{topics.FACTS}[{number}]",
            "they are kept for HUB_RECOVERY_HORIZON_DAYS; ask for figures of intake, or widen the horizon",
        )
    learner = Learner()
    for records in partition.read(settings, topics.FACTS, number, 0, standing.position):
        learner.take({topics.FACTS: records}, standing.tick)
        step(len(records))
    today = dates.day_of(standing.tick)
    world = tables.world(today)
    found: Counter[str] = Counter()
    if world is None:  # before the first book nobody is evaluated, and nobody counts
        return found
    asked = Question(world, Terms.of(world.book, standing.tick), today, tables.earlier)
    where = partial(county_of, directory=world.directory, regions=world.regions, today=today)
    for person in learner.people():
        state = person.state
        state.invitation = None if state.erased else told.invitations.get(person.key)
        state.tasks = told.tasks.get(person.key, ())
        answer = verdict(state, asked)
        if answer.change is not None:  # it is to come: what was told counts until then
            answer = answer._replace(invitation=state.invitation)
        found.update(
            map(
                counter,
                contributions(state.facts, Figures.of(answer, state.tasks, where, state.review_on), today),
            )
        )
    return found
