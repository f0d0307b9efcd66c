"""From a draft to the records that leave intake: pseudonyms for keys, sealed blocks for the rest."""

from __future__ import annotations

from typing import Final, TypeAlias

import msgspec

from hub.connectors.directory import ORGANISATION, POPULATION, REGION_CHANGE
from hub.connectors.draft import Alias, Broadcast, Contact, Draft, Hashed, Key
from hub.connectors.reading import Reading
from hub.core import assertion, merge
from hub.core.assertion import Assertion
from hub.core.codes import Code
from hub.core.document import Document
from hub.privacy.blind_index import BlindIndex
from hub.privacy.sealing import Sealer
from hub.schemas.codec import Codec
from hub.stages.contacts import Contacts, SealedContacts
from hub.stages.factform import FactForm, Framed

PARKED: Final = "hub.parked"
LINK: Final = "alias"
"""Kind of an assertion in *waiting* facts: another key of the same person, to be bound together with
the one they wait for. The identity stage takes it out; it is no kind of the fact catalogue."""

NAMES_KEPT: Final = 65_536
"""Names whose hashes are kept (about 12 MB): half of the events bear a name met before, saves 1.6 µs."""

PERSONS_KEPT: Final = 16_384
"""Persons whose key is kept (about 2 MB): a course and its certificate, a consent and what it was given for
come close together. Of the bench's events 58 % meet their person's key again."""

Origin: TypeAlias = tuple[str, int, int]
"""Topic, partition and offset of the upstream record."""


class Told(msgspec.Struct, frozen=True, gc=False):
    """One event as its records speak of it."""

    reading: Reading
    ce_type: str
    origin: Origin


class Assembly:
    """Turns drafts into framed records. Keeps, in memory only, hashes and seals it may need again."""

    def __init__(
        self,
        codec: Codec,
        blind: BlindIndex,
        sealer: Sealer,
        form: FactForm | None = None,
        contacts: Contacts | None = None,
    ) -> None:
        """Take the codec for the framed records, the blind index and the sealer of the epoch.

        ``form``: how facts travel; None: framed. ``contacts``: how contacts do; None: sealed.
        """
        self._blind = blind
        self._sealer = sealer
        self._contacts: Contacts = SealedContacts(sealer) if contacts is None else contacts
        self._write: FactForm = Framed(codec) if form is None else form
        self._write_parked = codec.writer(PARKED)
        self._forms: dict[str, str] = {}
        self._persons: dict[tuple[str, str], bytes] = {}
        self._last_alias: Alias | None = None
        self._last_index = b""
        self._announcing = {
            name: (codec.catalogue.by_type(name).topic, codec.writer(name))
            for name in (ORGANISATION, REGION_CHANGE, POPULATION)
        }

    def person(self, document: Document) -> bytes:
        """Return the person key of a sure document."""
        # Kept: 0.3 instead of 2.8 µs.
        identity = document[:2]
        key = self._persons.get(identity)
        if key is None:
            if len(self._persons) >= PERSONS_KEPT:
                self._persons.clear()
            key = self._persons[identity] = self._blind.person(document)
        return key

    def organisation(self, uscc: str) -> bytes:
        """Return the key of an organisation, which stands where a person's key does."""
        return self._blind.organisation(uscc)

    def alias(self, alias: Alias) -> bytes:
        """Return the blind index of a source's own key."""
        # An event asks for its own key twice, as the key of a fact and as the alias: saves 1.6 µs.
        if alias is not self._last_alias:
            self._last_index = self._blind.alias(alias.kind, alias.value)
            self._last_alias = alias
        return self._last_index

    def assertions(self, draft: Draft, reading: Reading) -> list[Assertion]:
        """Return what the draft asserts, with keys and names hashed; the party first."""
        party = draft.party
        # No comprehensions: each is a call of its own, 0.2 µs.
        if draft.names:
            party["name_forms"] = list(map(self._name, draft.names))
        if draft.accepted:
            party["names_accepted"] = list(map(self._name, draft.accepted))
        if reading.problems:
            conflicts = party.get("conflicts")
            known = conflicts if isinstance(conflicts, list) else []
            party["conflicts"] = [*known, Code.PROHIBITION_UNREADABLE.value]
        made: list[Assertion] = [("party", b"", party)] if party else []
        for claim in draft.claims:
            made.append((claim.kind, self._key(claim.key), claim.fields))  # noqa: PERF401
        return made

    def confided(self, draft: Draft) -> list[Assertion]:
        """Return what the draft asserts to the stage for class s alone."""
        return [(claim.kind, self._key(claim.key), claim.fields) for claim in draft.confided]

    def links(self, aliases: list[Alias]) -> list[Assertion]:
        """Return the assertions that the person has these keys too."""
        return [(LINK, self.alias(alias), {"kind": alias.kind}) for alias in aliases]

    def stamp(self, reading: Reading, content: bytes) -> bytes:
        """Return the stamp of an event that asserts ``content``."""
        return merge.stamp(reading.at, reading.restrictive, reading.seq, content)

    def secret_stamp(self, reading: Reading, content: bytes) -> bytes:
        """Return the stamp of an event whose assertions nobody may guess: its last part is keyed.

        A bare revocation says so little that whoever sees the hash of it could tell what it says.
        """
        return self.stamp(reading, self._blind.key("stamp", content))

    def contact(self, contact: Contact | None, person: bytes) -> bytes | None:
        """Return the contact block for this person's records, or None when there is none."""
        return self._contacts.block(contact, person)

    def facts(self, person: bytes, told: Told, content: bytes, stamp: bytes, contact: bytes | None) -> bytes:
        """Return a framed ``hub.person_facts``; ``person`` is empty while it is not known."""
        return self._write.facts(person, told.reading, told.ce_type, stamp, content, contact, told.origin)

    def binding(  # noqa: PLR0917  # what the record holds
        self, index: bytes, kind: str, person: bytes, event_id: str, stamp: bytes, facts: bytes | None = None
    ) -> bytes:
        """Return a framed ``hub.alias`` that binds a source's key to a person, and brings their facts."""
        return self._write.binding(index, kind, person, event_id, stamp, facts)

    def waiting(self, index: bytes, kind: str, facts: bytes, event_id: str, stamp: bytes) -> bytes:
        """Return a framed ``hub.alias`` whose facts wait for the person."""
        return self._write.waiting(index, kind, facts, event_id, stamp)

    def announcement(self, broadcast: Broadcast, reading: Reading) -> tuple[str, bytes, bytes]:
        """Return topic, key and framed value of a record for everybody."""
        topic, write = self._announcing[broadcast.schema]
        value = broadcast.value
        if broadcast.stamped:
            content = assertion.encode([(broadcast.schema, broadcast.key.encode(), value)])
            value = {**value, "stamp": self.stamp(reading, content)}
        return topic, broadcast.key.encode(), write(value)

    def event_key(self, reading: Reading) -> bytes:
        """Return the key of the event itself: the same for each delivery of it."""
        return self._blind.key("event", f"{reading.source}\n{reading.event_id}")

    def parked(self, key: bytes, told: Told, reason: str, value: bytes) -> bytes:
        """Return a framed ``hub.parked`` with the original ``value`` sealed for its key."""
        reading = told.reading
        return self._write_parked(
            {
                "event_id": reading.event_id,
                "source": reading.source,
                "type": told.ce_type,
                "reason": reason,
                "prohibition": reading.restrictive,
                "occurred_at": reading.at,
                "sealed": self._sealer.seal(value, key),
                "origin": dict(zip(("topic", "partition", "offset"), told.origin, strict=True)),
            }
        )

    def _name(self, canonical: str) -> str:
        """Return the keyed hash of a canonical name."""
        form = self._forms.get(canonical)
        if form is None:
            if len(self._forms) >= NAMES_KEPT:
                self._forms.clear()
            form = self._forms[canonical] = self._blind.name(canonical)
        return form

    def _key(self, key: Key) -> bytes:
        """Return a business key as it travels."""
        if key is None:
            return b""
        # Asked by the class: isinstance of a struct goes through its metaclass, 0.4 µs each.
        if key.__class__ is Alias:
            return self.alias(key)
        if key.__class__ is Hashed:
            return self._blind.key(key.purpose, key.value)
        return key.encode()  # type: ignore[union-attr]  # only a text is left
