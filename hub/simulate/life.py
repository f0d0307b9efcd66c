"""What happens to people: they move, change their names, get a document corrected, ask to be erased, die."""

from __future__ import annotations

from copy import copy
from random import Random
from typing import Final

from hub.simulate.happening import Effect
from hub.simulate.names import draw
from hub.simulate.population import Person
from hub.simulate.world import World

__all__ = ("prepare", "story")

_MOVES, _RENAMED, _WRONG_DOCUMENT = 0.06, 0.006, 0.002
_DIES, _ERASED = 0.008, 0.003
_SETTLED_DAYS: Final = 40


def prepare(world: World) -> None:
    """Decide who moves and who changes the name, before anybody tells of them."""
    rng = world.rng("life/prepare")
    for person in world.population.people:
        if rng.random() < _MOVES:
            home = world.population.home(world.population.another_county(person.county))
            if home is not None and person.homes[0][1] is not None:
                person.homes.append((_some_day(rng, world), home))
        if rng.random() < _RENAMED:
            person.names.append((_some_day(rng, world), draw(rng)))


def story(world: World) -> None:
    """Plan corrections, deaths and requests for erasure."""
    rng = world.rng("life")
    for person in world.population.people:
        if len(person.names) > 1:
            _renamed(world, rng, person)
        if rng.random() < _WRONG_DOCUMENT and person.kind == "resident_id":
            _wrong_document(world, rng, person)
        end = rng.random()
        if end < _DIES:
            day = _some_day(rng, world)
            late = day + rng.randrange(0, 20)
            if late <= world.last:
                world.happen(
                    "party.deceased.v1", day, person=person, effect=Effect.TURNS, publish=late,
                    fields={"deceased_on": day},
                )  # fmt: skip
        elif end < _DIES + _ERASED:
            day = _some_day(rng, world)
            world.happen(
                "subject.erasure.requested.v1", day, person=person, effect=Effect.TURNS,
                fields={"requested_on": day, "scope": None},
            )  # fmt: skip


def _some_day(rng: Random, world: World) -> int:
    return min(world.last, world.first + rng.randrange(min(_SETTLED_DAYS, world.days), world.days + 1))


def _renamed(world: World, rng: Random, person: Person) -> None:
    """Publish the change of name: some systems use the new one before the correction is known."""
    day = person.names[1][0]
    known = day + rng.randrange(0, 25)
    if known > world.last:
        return
    world.happen(
        "party.identity.corrected.v1", day, person=person, effect=Effect.TURNS, publish=known,
        fields={"old_doc_kind": None, "old_doc_no": None, "old_name": person.names[0][1], "proof_ref": "SYN",
                "corrected_on": day},
    )  # fmt: skip


def _wrong_document(world: World, rng: Random, person: Person) -> None:
    """Let a class register carry another valid number, and correct it later."""
    wrong = copy(person)
    wrong.number = world.population.another_number(person)
    day = _some_day(rng, world)
    world.happen(
        "training.course.completed.v1", day, person=wrong, full=True,
        fields={"course_kind": "lecture", "course_id": "SYN-C-LOST", "hours": 4, "completed_on": day,
                "trainer_org": None, "region": person.county.code},
    )  # fmt: skip
    known = day + rng.randrange(2, 30)
    if known <= world.last:
        happening = world.happen(
            "party.identity.corrected.v1", known, person=person, effect=Effect.TURNS,
            fields={"old_doc_kind": wrong.kind, "old_doc_no": wrong.number, "old_name": None,
                    "proof_ref": "SYN", "corrected_on": known, "old_document": wrong.key},
        )  # fmt: skip
        happening.keys = (*happening.keys, wrong.key)
