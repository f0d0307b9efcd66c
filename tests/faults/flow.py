"""A hub in real time with a steady flow of events, and what it has to come to under a rule book."""

from __future__ import annotations

import itertools
import json
import os
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from typer.testing import CliRunner

from hub import contracts, packaged, tables, topics
from hub.cli.main import app
from hub.core import dates, matching, person
from hub.core.person import PersonState
from hub.demo.site import BOOK
from hub.demo.topic_reader import read_topic
from hub.engine.store import Kind
from hub.engine.tail import read_all
from hub.errors import BrokerError
from hub.settings import Clock
from hub.simulate.calendar import iso
from hub.simulate.days import Plan, Year
from hub.simulate.publish import Publisher
from hub.simulate.regions import region_table
from hub.stages.matching import PERSON

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from hub.settings import Settings
    from hub.simulate.wire import Message

__all__ = ("Decision", "Flow", "Hand", "cold", "decisions", "draft", "in_real_time", "load")

RATE = float(os.environ.get("FLOW_RATE", "400"))
"""Events per second of the steady flow; 2000 on a quiet machine."""
PEOPLE = int(os.environ.get("FLOW_PEOPLE", "1600"))
"""Some two events of each; half of them are there before the flow begins."""
_DAYS = 120
_STATE = Kind.STATE + PERSON


def in_real_time(settings: Settings) -> Settings:
    """Return the settings of a hub that runs by the wall clock."""
    return settings.model_copy(update={"clock": Clock.WALL})


def load() -> tuple[list[Message], list[Message]]:
    """Return the directory's events, and the others: of a county's days that end today.

    Without the registry's answers, whose ids are another hub's.
    """
    today = dates.day_of(time.time_ns() // 1_000_000)
    plan = Plan(PEOPLE, _DAYS, 12, start=iso(today - _DAYS + 1), reforms=False)
    year = Year(plan, region_table(), contracts.codec().writer)
    every = [message for day in year.days() for message in day.messages]
    directory = [message for message in every if message.topic == topics.DIRECTORY]
    return directory, [each for each in every if each.topic not in {topics.DIRECTORY, topics.REGISTRY}]


class Flow:
    """Publishes events at a steady rate, beside the test, until it is told that it is enough.

    Then they all have been; who has had his turn comes again meanwhile, which says nothing new.
    """

    def __init__(self, settings: Settings, messages: list[Message]) -> None:
        """Begin."""
        self.published = 0
        self._failure: BaseException | None = None
        self._enough = threading.Event()
        self._publisher = Publisher(settings, RATE)
        self._began = self._ended = time.monotonic()
        self._thread = threading.Thread(target=self._run, args=(messages,))
        self._thread.start()

    def _rounds(self, messages: list[Message]) -> Iterator[list[Message]]:
        """Yield all messages once, then a second's worth at a time for as long as it takes."""
        yield messages
        second = max(1, int(RATE))
        for at in itertools.count(0, second):
            if self._enough.is_set():
                return
            start = at % len(messages)
            yield messages[start : start + second]

    def _run(self, messages: list[Message]) -> None:
        try:
            for part in self._rounds(messages):
                self._publisher.publish(part, self._count)
                self._ended = time.monotonic()
        except BaseException as error:  # noqa: BLE001 - raised again in the test's own thread
            self._failure = error

    def _count(self, published: int) -> None:
        self.published += published

    def end(self) -> None:
        """Say that it is enough, and wait until everything is published."""
        self._enough.set()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    @property
    def rate(self) -> float:
        """Return how many events per second were published, to be told beside :data:`RATE`."""
        return self.published / (self._ended - self._began)

    @property
    def flowing(self) -> bool:
        """Return whether there is more to come."""
        return self._thread.is_alive()


class Hand:
    """An operator's hand: runs ``hub`` commands on the settings of a hub."""

    def __init__(self, settings: Settings) -> None:
        """Let the commands find the hub."""
        self._environment = {
            "HUB_GROUP": settings.group, "HUB_KEY_DIR": str(settings.key_dir),
            "HUB_CLOCK": settings.clock.value, "HUB_BOOTSTRAP_SERVERS": settings.bootstrap_servers,
        }  # fmt: skip

    def run(self, *arguments: str, typed: str | None = None) -> str:
        """Run a command that must succeed; return what it prints."""
        result = CliRunner().invoke(app, list(arguments), env=self._environment, input=typed)
        assert result.exit_code == 0, result.output
        return result.stdout

    def json(self, *arguments: str, typed: str | None = None) -> Any:
        """Run a command that must succeed; return its document."""
        return json.loads(self.run(*arguments, "--json", typed=typed))

    def newest(self) -> Mapping[str, Any]:
        """Return how far the hub is with the newest activation."""
        return dict(self.json("rules", "history")["activations"][-1])

    def idle(self) -> bool:
        """Return whether everything is worked off; a group whose coordinator just moved cannot tell."""
        result = CliRunner().invoke(app, ["sources", "status", "--json"], env=self._environment)
        if result.exit_code == BrokerError.exit_code:
            return False
        assert result.exit_code == 0, result.output
        return all(row["lag"] == 0 for row in json.loads(result.stdout)["partitions"])


def draft(directory: Path, version: int = 3) -> Path:
    """Write a book that withdraws R03 and R04 and says something else of R01; return its path.

    R03 is invited on Mondays only, R04 on any day.
    """
    text = packaged.read_text(BOOK).replace("\nversion: 2\n", f"\nversion: {version}\n", 1)
    for rule in ("R03", "R04"):
        place = text.index(f"- id: {rule}\n")
        text = text[:place] + text[place:].replace("status: active", "status: off", 1)
    for old, new in (
        ("- id: R01\n    version: 1\n", "- id: R01\n    version: 2\n"),
        ("zh: 持有有效救护员证\n", "zh: 救护员证在有效期内\n"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    path = directory / f"draft-{version}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


class Decision(NamedTuple):
    """A decision: where it stands, when it was made, under which book, and on which rules."""

    partition: int
    tick: int
    book: str
    rules: tuple[tuple[str, int, str], ...]
    """Id, version and title."""
    code: str


def decisions(settings: Settings) -> list[Decision]:
    """Return every decision, in the order of its partition."""
    decode = contracts.codec().reader("hub.decision")
    found = []
    for message in read_topic(settings, topics.DECISIONS):
        said = decode(message.value or b"")
        rules = tuple((rule["id"], rule["version"], rule["title_zh"]) for rule in said["rules"])
        found.append(Decision(message.partition, said["tick"], said["book"], rules, said["code"]))
    return found


def cold(settings: Settings) -> tuple[list[str], int]:
    """Evaluate everybody's facts under the active book, on tables read anew.

    Return where the hub says something else, and how many have a ground.
    """
    held = tables.read(settings)
    today = dates.day_of(time.time_ns() // 1_000_000)
    world = held.world(today)
    assert world is not None
    newest: dict[bytes, bytes | None] = {
        key or b"": value for key, value in read_all(settings, topics.STATE_MATCHING)
    }
    wrong, grounds = [], 0
    for key, value in newest.items():
        if value is None or not key.startswith(_STATE):
            continue
        state = person.decode(value)
        known = PersonState(state.facts, state.stamps, state.contact_stamp, erased=state.erased)
        eligible = matching.evaluate(known, world, today, running=False)
        grounds += bool(eligible.hits)
        outcome, code = state.outcome, state.code
        if outcome == matching.HELD and code in {"batch", "cooldown"} and eligible.outcome == matching.INVITE:
            outcome, code = matching.INVITE, ""  # nothing hinders, but it is not the day
        mine, theirs = (outcome, code, state.rules), (eligible.outcome, eligible.code, eligible.rules)
        if mine != theirs:
            wrong.append(f"{key.hex()}: {mine}, cold {theirs}")
    return wrong, grounds
