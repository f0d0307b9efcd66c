"""The broadcast tables, whole in every worker: rule book, organisations, regions, controls.

The engine feeds them record by record, in offset order, from the beginning of the broadcast topics;
tasks act on a change later, each from its own cursor.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hub import topics
from hub.core import matching
from hub.core.codes import Code
from hub.core.edition import Edition
from hub.core.organisation import Directory
from hub.core.region import Crosswalk
from hub.core.routing import Route
from hub.errors import DeadLetterError
from hub.rules.book import load
from hub.rules.compile import CompiledBook, compile_book
from hub.rules.problems import RuleBookError
from hub.rules.trial import Trial, on_trial
from hub.schemas.codec import Codec

ACTIVE: Final = b"active"
"""The key of the active rule book on ``hub.rules``."""
SHADOW: Final = b"shadow"
"""The key of the rule book that runs in its shadow."""
HISTORY: Final = b"history/"
"""How the keys begin under which every book stands that was ever active, by the time of its activation."""
MOST_COMPILED: Final = 4
"""Rule books kept compiled: the active one, one in its shadow, and the last ones before. Some 1 MB each."""
MOST_ROUTES: Final = 65_536
"""Answers kept of one day, some 20 MB: all villages with the usual host units."""
POPULATION: Final = "population/"
"""How the keys of population figures begin on ``hub.regions``."""


class HubTables:
    """What every worker holds whole: :class:`hub.stages.contract.Tables`."""

    def __init__(self, codec: Codec, crosswalk: Crosswalk) -> None:
        """Start empty, with the packaged crosswalk of region codes."""
        self._codec = codec
        self._compiled: dict[str, CompiledBook] = {}
        self.book: CompiledBook | None = None
        """The active rule book, compiled; None before the first activation."""
        self.trial: Trial | None = None
        """What runs in its shadow: a book that was published for that, else its own rules on trial."""
        self._shadow: Trial | None = None
        self._activated_at = 0
        self._texts: dict[str, Mapping[str, Any]] = {}
        self.organisations = Directory()
        self.regions = Edition(crosswalk)
        self._routes: dict[tuple[str, str | None, str | None], Route] = {}
        self._routes_of = 0
        self.populations: dict[str, Mapping[str, Any]] = {}
        """Key to ``hub.population`` record."""
        self.controls: dict[str, Mapping[str, Any]] = {}
        """Key to ``hub.control`` record."""

    def world(self, today: int) -> matching.Tables | None:
        """Return what an evaluation needs on a day; None before the first rule book."""
        if today != self._routes_of or len(self._routes) > MOST_ROUTES:
            self._routes.clear()
            self._routes_of = today
        if self.book is None:
            return None
        return matching.Tables(self.book, self.organisations, self.regions, self._routes)

    @property
    def edition(self) -> str:
        """Id and version of the active rule book, empty when there is none yet."""
        return self.book.id if self.book is not None else ""

    def apply(self, topic: str, key: bytes, value: bytes | None) -> None:
        """Fold one record of a broadcast topic in; a null value takes the key back.

        Raise DeadLetterError for a record that cannot be used: the last good one then stays.
        """
        self._routes.clear()
        name = key.decode(errors="replace")
        record = self._codec.decode(value)[1] if value is not None else None
        if topic == topics.ORGANISATIONS:
            org_id, _, aspect = name.partition("/")
            self.organisations.announce(org_id, aspect, record)
        elif topic == topics.REGIONS and name.startswith(POPULATION):
            _keep(self.populations, name, record)
        elif topic == topics.REGIONS:
            self.regions.change(name, record)
        elif topic == topics.CONTROLS:
            _keep(self.controls, name, record)
        elif topic == topics.RULES and key == ACTIVE:
            self.book = self._compile(record) if record is not None else None
            self._activated_at = record["activated_at"] if record is not None else 0
            self._remember(record)
            self._try()
        elif topic == topics.RULES and key == SHADOW:
            self._shadow = (
                Trial(self._compile(record), record["activated_at"]) if record is not None else None
            )
            self._try()
        elif topic == topics.RULES and key.startswith(HISTORY):
            self._remember(record)

    def earlier(self, edition: str) -> CompiledBook | None:
        """Return a rule book that was active once, or None: unknown, or no longer read by this version."""
        record = self._texts.get(edition)
        if record is None:
            return None
        try:
            return self._compile(record)
        except DeadLetterError:
            return None

    def _remember(self, record: Mapping[str, Any] | None) -> None:
        """Keep what was active once: who was invited under it may have to be told that a rule is gone."""
        if record is not None:
            self._texts[f"{record['book_id']}@{record['version']}"] = record

    def _try(self) -> None:
        """Find what runs beside the active book."""
        self.trial = self._shadow
        if self.trial is None and self.book is not None:
            beside = on_trial(self.book.book)
            if beside is not None:
                self.trial = Trial(compile_book(beside), self._activated_at)

    def _compile(self, record: Mapping[str, Any]) -> CompiledBook:
        """Compile a book, mostly once per text; a wrong one that nobody checked is a dead letter."""
        text = record["text"]
        compiled = self._compiled.get(text)
        if compiled is None:
            where = f"{topics.RULES}/{record['book_id']}@{record['version']}"
            try:
                compiled = compile_book(load(text, file=where))
            except RuleBookError as error:
                problems = f"{len(error.problems)} problems in the rule book; hub rules check tells them"
                raise DeadLetterError(Code.VALUE_INVALID, "text", problems) from error
            while len(self._compiled) >= MOST_COMPILED:
                del self._compiled[next(iter(self._compiled))]
            self._compiled[text] = compiled
        return compiled


def _keep(table: dict[str, Mapping[str, Any]], name: str, record: Mapping[str, Any] | None) -> None:
    if record is None:
        table.pop(name, None)
    else:
        table[name] = record
