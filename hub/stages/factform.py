"""The form in which facts and bindings travel from intake by way of identity to matching.

On topics that is framed Avro, which other programs and other versions read: :class:`Framed`. Where all
stages run in one program of one version, another form may be handed to them: :mod:`hub.backtest.packed`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from hub.schemas.wire import LONGS
from hub.stages.factreader import Facts, fact_reader
from hub.stages.factwriter import ALIAS, FACTS, FactWriter

if TYPE_CHECKING:
    from hub.connectors.reading import Reading
    from hub.schemas.codec import Codec
    from hub.stages.assembly import Origin

__all__ = ("FactForm", "Framed")


class FactForm(Protocol):
    """Writes what intake says, and reads it in the stages behind it."""

    def facts(  # noqa: PLR0917  # the fields of the record, by position: 0.3 µs
        self,
        person: bytes,
        reading: Reading,
        ce_type: str,
        stamp: bytes,
        content: bytes,
        contact: bytes | None,
        origin: Origin,
    ) -> bytes:
        """Return facts; ``person`` is empty while it is not known, ``origin`` is where the event stands."""

    def binding(  # noqa: PLR0917  # what the record holds
        self, index: bytes, kind: str, person: bytes, event_id: str, stamp: bytes, facts: bytes | None = None
    ) -> bytes:
        """Return what binds a source's key to a person, and may bring their facts."""

    def waiting(self, index: bytes, kind: str, facts: bytes, event_id: str, stamp: bytes) -> bytes:
        """Return facts that wait for the person of a source's key."""

    def read(self, value: bytes) -> Facts:
        """Return what facts say. Raise DeadLetterError for what are none."""

    def received_at(self, value: bytes) -> int:
        """Return when intake took in what facts say, ms; 0 = they do not say it, they are read at once."""

    def read_alias(self, value: bytes) -> Mapping[str, Any]:
        """Return the fields of a ``hub.alias``. Raise DeadLetterError for what is none."""

    def addressed(self, facts: bytes, who: bytes, content: bytes | None = None) -> bytes:
        """Return facts without a person as that person's; ``content``: what they assert instead."""


class Framed(FactWriter):
    """``hub.person_facts`` and ``hub.alias`` as they stand on topics."""

    def __init__(self, codec: Codec) -> None:
        """Take the codec with the schemas of both."""
        super().__init__(codec.catalogue)
        self.read = fact_reader(codec)
        self.read_alias = codec.reader(ALIAS)
        self._read_times = codec.reader(FACTS, ("received_at",))
        self._read_whole = codec.reader(FACTS)
        self._write_whole = codec.writer(FACTS)
        self._frame = codec.catalogue.by_type(FACTS).frame
        self._nobody = self._frame + LONGS[0]

    def received_at(self, value: bytes) -> int:
        """Return when intake took in what facts say. Raise DeadLetterError for what are none."""
        return int(self._read_times(value)["received_at"])

    def addressed(self, facts: bytes, who: bytes, content: bytes | None = None) -> bytes:
        """Return facts without a person as that person's. Raise DeadLetterError for what are none."""
        # Without a look inside, unless they are of an older version: 1 instead of 9 µs.
        if content is None and facts.startswith(self._nobody):
            return self._frame + LONGS[len(who)] + who + facts[len(self._nobody) :]
        told = {**self._read_whole(facts), "person": who}
        return self._write_whole(told if content is None else told | {"assertions": content})
