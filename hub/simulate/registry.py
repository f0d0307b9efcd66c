"""The membership registry: who was a member before, who joins unasked, and answers to invitations.

The registry knows people, not the hub's invitation ids: it answers *by person*, on later days. What
it answers to is the expectation's own view of the open invitations.
"""

from __future__ import annotations

from random import Random
from typing import Any, Final

from hub.simulate.expect import Tick
from hub.simulate.happening import Effect
from hub.simulate.population import Person
from hub.simulate.world import World

__all__ = ("Registry",)

_MEMBERS: Final = 0.06
_UNASKED: Final = 0.015
_ENDED: Final = 0.06
_TRANSFERRED: Final = 0.03
_CORRECTED: Final = 0.01
_ANSWERS: Final = {
    "accepted": 0.38, "applies": 0.12, "declined": 0.10, "never": 0.02, "unreachable": 0.04, "silent": 0.34,
}  # fmt: skip
_ENDINGS: Final = ("member.lapsed.v1", "member.resigned.v1", "member.expelled.v1")


class Registry:
    """Plans what the registry publishes."""

    def __init__(self, world: World) -> None:
        """Belong to one world."""
        self._world = world
        self._rng: Random = world.rng("registry")
        self._cards = 0
        self._joined: set[str] = set()

    def story(self) -> None:
        """Plan the members of earlier years and those who join without an invitation."""
        world, rng = self._world, self._rng
        for person in world.population.people:
            if not person.citizen:
                continue
            chance = rng.random()
            if chance < _MEMBERS:
                self._admit(person, world.first - rng.randrange(30, 3000), world.first + rng.randrange(1, 9))
            elif chance < _MEMBERS + _UNASKED:
                applied = world.first + rng.randrange(5, max(6, world.days))
                self._apply(person, applied, admitted=rng.random() < 0.8)

    def answer(self, tick: Tick) -> None:
        """Plan the answers to the invitations that were issued at this tick."""
        for key in sorted(tick.changes):
            status = tick.changes[key][1]
            person = self._world.population.by_key.get(key)
            if status == "issued" and person is not None and key not in self._joined:
                self._answer(person, tick.day)

    def _answer(self, person: Person, day: int) -> None:
        rng = self._rng
        answer = rng.choices(list(_ANSWERS), list(_ANSWERS.values()))[0]
        on = day + rng.randrange(2, 30)
        if answer == "silent":
            return
        if answer == "applies":
            self._joined.add(person.key)
            self._apply(person, on, admitted=rng.random() < 0.9)
            return
        self._happen(
            "invitation.responded.v1", on, person, {"invitation_id": None, "answer": answer, "on": on}
        )
        if answer == "accepted" and rng.random() < 0.8:
            self._joined.add(person.key)
            self._apply(person, on + rng.randrange(1, 15), admitted=rng.random() < 0.9)

    def _apply(self, person: Person, on: int, *, admitted: bool) -> None:
        submitted = {"on": on, "organisation": None, "invitation_id": None}
        self._happen("member.application.submitted.v1", on, person, submitted)
        decided = on + self._rng.randrange(5, 40)
        if admitted:
            self._admit(person, decided, decided)
        elif self._rng.random() < 0.7:
            by = self._rng.choice(("organisation", "person"))
            fields: dict[str, Any] = {"by": by, "reason": None, "on": decided, "invitation_id": None}
            self._happen("member.declined.v1", decided, person, fields)

    def _admit(self, person: Person, on: int, publish: int) -> None:
        self._joined.add(person.key)
        self._cards += 1
        alias = ("card_no", f"SYN{self._world.county.code}-{self._cards:07}")
        fields = {
            "card_no": alias[1],
            "kind": "youth" if person.student or person.guardian else "adult",
            "organisation": self._world.county.organisations[0].org_id,
            "on": on,
            "channel": self._rng.choice(("training", "rescue", "online")),
            "invitation_id": None,
        }
        self._happen("member.admitted.v1", on, person, fields, alias=alias, publish=publish)
        self._later(alias, publish)

    def _later(self, alias: tuple[str, str], admitted: int) -> None:
        """Let a few leave again: from now on the registry names them by card only."""
        rng = self._rng
        day = admitted + rng.randrange(15, 330)
        chance = rng.random()
        if chance < _ENDED:
            self._happen(rng.choice(_ENDINGS), day, None, {"card_no": alias[1], "on": day}, alias=alias)
        elif chance < _ENDED + _TRANSFERRED:
            ids = [organisation.org_id for organisation in self._world.county.organisations]
            fields = {
                "card_no": alias[1],
                "from_organisation": ids[0],
                "to_organisation": rng.choice(ids),
                "on": day,
            }
            self._happen("member.transferred.v1", day, None, fields, alias=alias)
        elif chance < _ENDED + _TRANSFERRED + _CORRECTED:
            corrected = {"card_no": alias[1], "kind": "adult", "organisation": None, "on": day}
            self._happen("member.corrected.v1", day, None, corrected, alias=alias)

    def _happen(
        self,
        event_type: str,
        day: int,
        person: Person | None,
        fields: dict[str, Any],
        *,
        alias: tuple[str, str] | None = None,
        publish: int | None = None,
    ) -> None:
        if (day if publish is None else publish) <= self._world.last:
            self._world.happen(
                event_type, day, person=person, fields=fields, alias=alias, publish=publish,
                effect=Effect.TURNS,
            )  # fmt: skip
