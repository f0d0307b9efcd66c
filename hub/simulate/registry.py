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
_FORMER: Final = 0.01
_UNASKED: Final = 0.015
_ENDED: Final = 0.06
_TRANSFERRED: Final = 0.03
_CORRECTED: Final = 0.01
_AT_SOCIETY: Final = 0.6
_DELIVERED: Final = 0.8
_ADMITTED_IN_TIME: Final = 0.75
_HANDED_OVER: Final = 0.6
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
        self._cards: dict[str, tuple[str, str]] = {}
        self._printed = 0
        self._joined: set[str] = set()
        self._asked: dict[str, tuple[Any, ...]] = {}

    def story(self) -> None:
        """Plan the members of earlier years, those who left, and those who join without an invitation."""
        world, rng = self._world, self._rng
        for person in world.population.people:
            if not person.citizen:
                continue
            chance = rng.random()
            if chance < _MEMBERS:
                self._admit(person, world.first - rng.randrange(30, 3000), world.first + rng.randrange(1, 9))
            elif chance < _MEMBERS + _FORMER:
                self._was_member(person)
            elif chance < _MEMBERS + _FORMER + _UNASKED:
                applied = world.first + rng.randrange(5, max(6, world.days))
                self._apply(person, applied, admitted=rng.random() < 0.8)

    def answer(self, tick: Tick) -> None:
        """Plan what comes of the invitations that were issued or recalled at this tick, and of tasks."""
        for key in sorted(tick.changes):
            episode, status, *_, reminded_on = tick.changes[key]
            person = self._world.population.by_key.get(key)
            asked = (episode, reminded_on)
            news = status in {"issued", "delivered"} and self._asked.get(key) != asked
            self._asked[key] = asked
            if news and person is not None and key not in self._joined:
                self._answer(person, tick.day, delivered=reminded_on is None)
        for key in sorted(tick.tasks):
            person = self._world.population.by_key.get(key)
            if person is not None:
                self._act(person, tick.tasks[key], tick.day)

    def _act(self, person: Person, tasks: tuple[tuple[Any, ...], ...], day: int) -> None:
        """Admit a candidate in time or late, hand over a member."""
        rng = self._rng
        open_ones = [task for task in tasks if task[1] in {"open", "escalated"}]
        asked = any(task[0] == "admission" for task in open_ones) and person.key not in self._joined
        if asked and rng.random() < _ADMITTED_IN_TIME:
            self._apply(person, day + rng.randrange(2, 30), admitted=True)
        card = self._cards.get(person.key)
        for kind, _, organisation, target, *_ in open_ones:
            if kind == "transfer" and card is not None and rng.random() < _HANDED_OVER:
                self._transfer(card, organisation, target, day + rng.randrange(5, 40))

    def _answer(self, person: Person, day: int, *, delivered: bool) -> None:
        rng = self._rng
        if delivered and rng.random() < _DELIVERED:
            on = day + rng.randrange(1, 6)
            fields = {"invitation_id": None, "on": on, "channel": rng.choice(("sms", "post", None))}
            self._happen("invitation.delivered.v1", on, person, fields)
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
        alias = self._card(person, on, publish)
        self._later(person, alias, publish)

    def _was_member(self, person: Person) -> None:
        """Tell of somebody who was a member in earlier years: they are asked again on a new ground only."""
        world, rng = self._world, self._rng
        ended = world.first - rng.randrange(200, 1500)
        publish = world.first + rng.randrange(1, 9)
        alias = self._card(person, ended - rng.randrange(30, 1500), publish)
        fields = {"card_no": alias[1], "on": ended}
        self._happen(rng.choice(_ENDINGS), ended, None, fields, alias=alias, publish=publish + 1)
        self._joined.discard(person.key)

    def _card(self, person: Person, on: int, publish: int) -> tuple[str, str]:
        rng, county = self._rng, person.county
        self._joined.add(person.key)
        self._printed += 1
        alias = self._cards[person.key] = ("card_no", f"SYN{county.code}-{self._printed:07}")
        at_society = rng.random() < _AT_SOCIETY
        organisation = county.society if at_society else rng.choice(county.organisations)
        fields = {
            "card_no": alias[1],
            "kind": "youth" if person.student or person.guardian else "adult",
            "organisation": organisation.org_id,
            "on": on,
            "channel": rng.choice(("training", "rescue", "online")),
            "invitation_id": None,
        }
        self._happen("member.admitted.v1", on, person, fields, alias=alias, publish=publish)
        return alias

    def _later(self, person: Person, alias: tuple[str, str], admitted: int) -> None:
        """Let a few leave again: from now on the registry names them by card only."""
        rng = self._rng
        day = admitted + rng.randrange(15, 330)
        chance = rng.random()
        if chance < _ENDED:
            self._happen(rng.choice(_ENDINGS), day, None, {"card_no": alias[1], "on": day}, alias=alias)
        elif chance < _ENDED + _TRANSFERRED:
            ids = [organisation.org_id for organisation in person.county.organisations]
            self._transfer(alias, ids[0], rng.choice(ids), day)
        elif chance < _ENDED + _TRANSFERRED + _CORRECTED:
            corrected = {"card_no": alias[1], "kind": "adult", "organisation": None, "on": day}
            self._happen("member.corrected.v1", day, None, corrected, alias=alias)

    def _transfer(self, card: tuple[str, str], source: str, target: str, day: int) -> None:
        fields = {"card_no": card[1], "from_organisation": source, "to_organisation": target, "on": day}
        self._happen("member.transferred.v1", day, None, fields, alias=card)

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
