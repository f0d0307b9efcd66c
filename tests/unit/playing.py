"""The whole hub in memory, with the packaged book and a few societies, to play the data-quality cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import count
from typing import Any, Final

from hub import contracts, data, packaged, topics
from hub.core import dates
from hub.core.document import check
from hub.core.person import PersonState, decode
from hub.privacy.blind_index import BlindIndex
from hub.privacy.sealing import RecipientSealer, Sealer, SealingKey, new_pair
from hub.privacy.suite import INTL
from hub.quality import CERTIFICATE, Example, Known
from hub.rules.book import load
from hub.rules.compile import CompiledBook, compile_book
from hub.stages.identity import IdentityStage
from hub.stages.intake import IntakeStage
from hub.stages.matching import PERSON, MatchingStage
from hub.stages.memory import DeadLetter
from hub.stages.pipeline import MemoryPipeline
from hub.stages.sensitive import SensitiveStage
from hub.stages.tables import HubTables
from tests.unit.connectors.events import consent, event, person

CODEC: Final = contracts.codec()
BLIND: Final = BlindIndex(b"p" * 32, INTL)
SEALER: Final = Sealer(SealingKey.of(b"k" * INTL.key_bytes, INTL))
SENSITIVE: Final = Sealer(SealingKey.of(b"s" * INTL.key_bytes, INTL))
STAGES: Final = (
    IntakeStage(CODEC, BLIND, SEALER, data.regions(), data.crosswalk(), sensitive=SENSITIVE),
    IdentityStage(CODEC),
    SensitiveStage(CODEC, SEALER, SENSITIVE),
    MatchingStage(CODEC, BLIND, SEALER, RecipientSealer({"registry": new_pair()[1]}, INTL)),
)
DAY: Final = "2022-06-01"
LONG_AGO: Final = "2010-01-01"
SOCIETIES: Final = ("330106", "330114", "330603")
_ENVELOPE: Final = ("id", "source", "time")


@lru_cache(maxsize=1)
def book() -> CompiledBook:
    """Return the packaged book."""
    return compile_book(load(packaged.read_text("rules/books/zhejiang-2022.yaml"), file="zhejiang-2022.yaml"))


class Play:
    """One example, played on a hub of its own."""

    def __init__(self, example: Example) -> None:
        """Play it: each event arrives alone, so that what becomes of it can be told apart."""
        self.flow = MemoryPipeline(STAGES, self._tables)
        self._ticks = count()
        self._establish()
        self.ends: list[list[str]] = []
        """The ends of each event, in order of arrival."""
        self.kept: list[int] = []
        """How many records intake made of each."""
        self.originals: list[bytes] = []
        """The framed events, as they came."""
        for told in example.events:
            for value in _framed(told):
                self.ends.append(self._arrive(*value))

    def _tables(self) -> HubTables:
        made = HubTables(CODEC, data.crosswalk())
        made.book = book()
        return made

    def _establish(self) -> None:
        """Let there be societies, long before anything else."""
        for region in SOCIETIES:
            society = {
                "org_id": f"S{region}",
                "region": region,
                "on": LONG_AGO,
                "envelope": {"time": LONG_AGO},
            }
            value = CODEC.encode("org.established.v1", event("org.established.v1", **society))
            self.flow.publish(topics.DIRECTORY, b"", value)
        self.flow.tick(dates.parse_ms(LONG_AGO))
        assert len(list(self.flow.emitted(topics.ORGANISATIONS))) == len(SOCIETIES)

    def _arrive(self, day: str, topic: str, value: bytes) -> list[str]:
        """Let an event arrive, and do all there is to do; return to which ends it came."""
        before, counted = [len(task.emitted) for task in self.flow.tasks], self._counted()
        letters = len(self.dead_letters)
        self.originals.append(value)
        self.flow.publish(topic, b"", value)
        self.flow.tick(dates.parse_ms(day) + 36_000_000 + next(self._ticks))
        emitted = [
            each
            for task, seen in zip(self.flow.tasks, before, strict=True)
            if task.stage.name == "intake"
            for each in task.emitted[seen:]
        ]
        self.kept.append(len(emitted))
        ends = list(_ends(emitted))
        ends += ["counted"] * (self._counted() - counted)
        return ends + ["dead letter"] * (len(self.dead_letters) - letters)

    def _counted(self) -> int:
        kept = ("flow.anonymous|", "flow.beneficiaries|")
        return sum(times for name, times in self.flow.counters().items() if name.startswith(kept))

    @property
    def dead_letters(self) -> list[DeadLetter]:
        """Return what any stage gave up on."""
        return [letter for task in self.flow.tasks for letter in task.context.dead_letters]

    @property
    def stops(self) -> int:
        """Return how many sources stopped."""
        return sum(len(task.context.stops) for task in self.flow.tasks)

    @property
    def parked(self) -> dict[bytes, tuple[str, bytes]]:
        """Return key → reason and original, opened, of every parked event."""
        found = {}
        for key, value in self.flow.emitted(topics.IDENTITY):
            schema, fields = CODEC.decode(value or b"")
            if schema.ce_type == "hub.parked" and key is not None:
                found[key] = fields["reason"], SEALER.open(fields["sealed"], key)
        return found

    @property
    def people(self) -> dict[bytes, PersonState]:
        """Return everybody whom matching knows."""
        return {
            key[len(PERSON) :]: decode(stored)
            for task in self.flow.tasks
            if task.stage.name == "matching"
            for key, stored in task.context.state.scan(PERSON)
        }

    def invitations(self, who: bytes) -> list[dict[str, Any]]:
        """Return the records about a person's invitations."""
        told = [
            CODEC.decode(value or b"")[1] for _, value in self.flow.read_by_nobody.get(topics.INVITATIONS, [])
        ]
        return [fields for fields in told if fields["person"] == who]


def key_of(known: Known) -> bytes:
    """Return the pseudonym of somebody whose normal number is known."""
    born = None if known.born is None else dates.parse_day(known.born)
    document = check(known.document, known.number, birth_day=born)
    assert document.number == known.number, "the table writes a number in its normal form"
    return BLIND.person(document)


def _framed(told: Mapping[str, Any]) -> Iterator[tuple[str, str, bytes]]:
    """Yield day, topic and value of an event as often as it comes."""
    ce_type = told.get("type", CERTIFICATE)
    topic = CODEC.catalogue.by_type(ce_type).topic
    for number in range(1, told.get("times", 1) + 1):
        fields = {
            name: value for name, value in told.items() if name not in {"type", "day", "times", *_ENVELOPE}
        }
        block = dict(fields.pop("person", {}))
        valid = event(ce_type)
        if "person" in valid:
            fields["person"] = _person(block)
        envelope = {name: _numbered(told[name], number) for name in _ENVELOPE if name in told}
        fields = {name: _numbered(value, number) for name, value in fields.items()}
        yield told.get("day", DAY), topic, CODEC.encode(ce_type, event(ce_type, envelope=envelope, **fields))


def _person(block: dict[str, Any]) -> dict[str, Any]:
    """Return a person block that says of birth and sex only what it is told to, with a full consent."""
    agreed = consent(**block.pop("consent", {}))
    return person(**{"birth_date": None, "sex": None, "nationality": None, "consent": agreed, **block})


def _numbered(value: Any, number: int) -> Any:
    if isinstance(value, str):
        return value.replace("{n}", str(number))
    if isinstance(value, dict):
        return {name: _numbered(each, number) for name, each in value.items()}
    return value


def _ends(emitted: list[tuple[str, bytes | None, bytes | None]]) -> Iterator[str]:
    """Yield the ends that an event came to; a binding is none, nor what goes to a second reader."""
    names = [CODEC.decode(value or b"")[0].ce_type for _, _, value in emitted]
    yield from ("facts" for name in names if name == "hub.person_facts")
    yield from ("parked" for name in names if name == "hub.parked")
    if "hub.person_facts" not in names:
        yield from ("sensitive" for name in names if name == "hub.sensitive_facts")
    for _, _, value in emitted:
        schema, fields = CODEC.decode(value or b"")
        if schema.ce_type == "hub.alias" and fields["facts"] is not None:
            yield "waits" if fields["person"] is None else "facts"
