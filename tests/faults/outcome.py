"""What a run has come to: read from the hub's topics, and checked against what must be."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from hub import contracts, topics
from hub.core import person
from hub.core.invitation import OPEN
from hub.demo.observed import Observed, fold
from hub.demo.result import agreement, pseudonyms
from hub.demo.topic_reader import Message, read_topic
from hub.engine.store import Kind
from hub.privacy.key_ring import KeyRing
from hub.stages.matching import PERSON

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from hub.settings import Settings
    from tests.faults.script import Script

__all__ = ("Outcome", "check", "differences", "read_outcome", "unexpected", "violations")

_SHOWN = 10
_STATE = Kind.STATE + PERSON


@dataclass(slots=True)
class Outcome:
    """What is known, what was decided, what was counted, what was sent."""

    facts: dict[str, bytes]
    """Pseudonym → digest of everything known of the person."""
    eligibility: dict[str, tuple[Any, ...]]
    """Pseudonym → outcome, code and rules of the last evaluation."""
    counters: dict[str, int]
    """Every counter that is not zero, stock and flow, with its county."""
    invitations: list[dict[str, Any]]
    """Every record of the topic, with the place it was read at."""
    seen: Observed
    """The same in the expectation's terms."""


def read_outcome(settings: Settings) -> Outcome:
    """Read everything that a run has left in Kafka."""
    codec = contracts.codec()
    facts, eligibility = {}, {}
    for key, value in _newest(read_topic(settings, topics.STATE_MATCHING)).items():
        if key.startswith(_STATE):
            state, who = person.decode(value), key[len(_STATE) :].hex()
            facts[who] = person.facts_digest(state)
            eligibility[who] = (state.outcome, state.code, state.rules)
    read: dict[str, list[Message]] = {}

    def messages(topic: str) -> list[Message]:
        return read.setdefault(topic, list(read_topic(settings, topic)))

    seen = fold(messages, codec)
    decode = codec.reader("hub.invitation")
    invitations = [
        decode(message.value) | {"place": (message.partition, message.offset), "record_key": message.key}
        for message in messages(topics.INVITATIONS)
        if message.value is not None
    ]
    counters = _totals(messages(topics.PARTS))
    return Outcome(facts, eligibility, counters, invitations, seen)


def _newest(messages: Any) -> dict[bytes, bytes]:
    """Return what a compacted topic comes to."""
    newest: dict[bytes, bytes] = {}
    for message in messages:
        if message.value is None:
            newest.pop(message.key, None)
        else:
            newest[message.key] = message.value
    return newest


def _totals(messages: list[Message]) -> dict[str, int]:
    """Sum the counters over their origins; versions must rise from record to record."""
    decode = contracts.codec().reader("hub.counter_part")
    stands: dict[tuple[str, str], tuple[int, int, int]] = {}
    for message in messages:
        part = decode(message.value or b"")
        at = (part["counter"], part["origin"])
        stand = (part["epoch"], part["version"], part["value"])
        assert at not in stands or stand > stands[at], f"{at} goes back from {stands[at]} to {stand}"
        stands[at] = stand
    totals: dict[str, int] = defaultdict(int)
    for (counter, _), (_, _, value) in stands.items():
        totals[counter] += value
    return {counter: value for counter, value in totals.items() if value}


def unexpected(outcome: Outcome, script: Script, settings: Settings) -> list[str]:
    """Compare with the simulation's own expectation: every tick's invitations, and the figures."""
    pseudonym = pseudonyms(KeyRing.load(settings.key_dir, settings.cipher_suite).blind_index())
    ticks = [(day.tick, day.expected) for day in script.days]
    compared, found = agreement(ticks, script.totals, outcome.seen, pseudonym)
    assert compared > len(script.days), "the script must have something to compare on most days"
    return [str(difference) for difference in found]


def differences(mine: Outcome, other: Outcome) -> list[str]:
    """Compare with another run of the same script: facts, eligibility, and every counter.

    Not the flow of invitations: whether somebody was invited and then raised within one tick, or at
    once with the better priority, depends on the order of that tick. :func:`violations` checks it.
    """
    pairs: tuple[tuple[str, Mapping[str, Any], Mapping[str, Any]], ...] = (
        ("facts", mine.facts, other.facts),
        ("eligibility", mine.eligibility, other.eligibility),
        ("counter", _settled(mine), _settled(other)),
    )
    return [
        f"{what} of {key}: {ours.get(key)!r}, undisturbed {theirs.get(key)!r}"
        for what, ours, theirs in pairs
        for key in sorted(ours.keys() | theirs.keys())
        if ours.get(key) != theirs.get(key)
    ]


_OF_A_PATH: Final = ("flow.invitations|", "flow.invitations_by_rule|", "flow.days|")


def _settled(outcome: Outcome) -> dict[str, int]:
    counted = outcome.counters.items()
    return {name: value for name, value in counted if not name.startswith(_OF_A_PATH)}


def violations(outcome: Outcome, script: Script, erased: Collection[bytes] = ()) -> list[str]:
    """Return what is wrong with the history of invitations, whatever path it took.

    ``erased`` are the pseudonyms of who asked for erasure: who comes back begins a new history.
    """
    lives: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in outcome.invitations:
        lives[record["invitation_id"]].append(record)
    found = [problem for life in lives.values() for problem in _life(life)]
    histories: dict[bytes, list[list[dict[str, Any]]]] = defaultdict(list)
    for life in lives.values():
        histories[life[0]["person"]].append(life)
    for who, history in histories.items():
        problems = _history(history, began_anew=who in erased)
        found += [f"{who.hex()[:8]}: {problem}" for problem in problems]
    running = [life[-1] for life in lives.values() if life[-1]["status"] in OPEN]
    found += [
        f"{last['invitation_id'][:8]} is open at {last['organisation']}, which is not active"
        for last in running
        if not script.active(last["organisation"])
    ]
    counted = sum(value for name, value in outcome.counters.items() if name.startswith("invitations_open|"))
    issued = _flow(outcome, "issued")
    ended = sum(_flow(outcome, end) for end in ("admitted", "declined", "withdrawn", "expired"))
    if not counted == len(running) == issued - ended:
        found.append(f"open: {len(running)}, counted {counted}, issued {issued}, ended {ended}")
    if issued != len(lives):
        found.append(f"{len(lives)} invitations, {issued} counted as issued")
    return found


def _flow(outcome: Outcome, change: str) -> int:
    """Return how many changes of a name were counted."""
    counted = outcome.counters.items()
    return sum(value for name, value in counted if name.startswith(f"flow.invitations|change={change}|"))


def _life(life: list[dict[str, Any]]) -> list[str]:
    """Check the records of one id, in the order in which they stand in the topic."""
    name = life[0]["invitation_id"][:8]
    found = []
    ids = [record["envelope"]["id"] for record in life]
    if ids != [f"{life[0]['invitation_id']}/{revision}" for revision in range(len(life))]:
        found.append(f"{name}: revisions {[i.rpartition('/')[2] for i in ids]}")
    if [record["change"] == "issued" for record in life] != [at == 0 for at in range(len(life))]:
        found.append(f"{name}: changes {[record['change'] for record in life]}")
    if any(record["status"] not in OPEN for record in life[:-1]):
        found.append(f"{name}: goes on after its end: {[record['status'] for record in life]}")
    if [record["tick"] for record in life] != sorted(record["tick"] for record in life):
        found.append(f"{name}: its ticks go back")
    if len({(record["person"], record["episode"]) for record in life}) != 1:
        found.append(f"{name}: one id for several people or episodes")
    if any(record["record_key"] != record["invitation_id"].encode() for record in life):
        found.append(f"{name}: its key is not its id")
    return found


def _history(history: list[list[dict[str, Any]]], *, began_anew: bool) -> list[str]:
    """Check all the invitations of one person: one after the other, never two open."""
    history.sort(key=lambda life: (int(life[0]["tick"]), int(life[0]["episode"])))
    episodes = [life[0]["episode"] for life in history]
    again = max((at for at, episode in enumerate(episodes) if episode == 1), default=0) if began_anew else 0
    if episodes != [*range(1, again + 1), *range(1, len(episodes) - again + 1)]:
        return [f"episodes {episodes}"]
    return [
        f"episode {later[0]['episode']} was issued while {earlier[0]['episode']} was open"
        for earlier, later in pairwise(history)
        if earlier[-1]["status"] in OPEN or earlier[-1]["tick"] > later[0]["tick"]
    ]


def check(outcome: Outcome, script: Script, undisturbed: Outcome | None, settings: Settings) -> None:
    """Fail with the first few things that are not as they must be."""
    pseudonym = pseudonyms(KeyRing.load(settings.key_dir, settings.cipher_suite).blind_index())
    erased = {pseudonym(key) for key in script.erased}
    found = unexpected(outcome, script, settings) + violations(outcome, script, erased)
    if undisturbed is not None:
        found += differences(outcome, undisturbed)
    assert not found, f"{len(found)} differences:\n" + "\n".join(found[:_SHOWN])
