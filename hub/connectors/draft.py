"""What a connector makes of one event: who it is about, what it asserts, what it tells everybody.

A draft holds values in the clear (numbers, names, source keys); the intake stage turns them into
blind indexes and sealed blocks, and nothing of a draft ever leaves it otherwise.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from hub.core.document import Document

Value: TypeAlias = bool | int | str | list[str] | None
"""What a field of a fact can hold; a day is an int."""
Fields: TypeAlias = dict[str, Value]


class Alias(msgspec.Struct, frozen=True, gc=False):
    """A source's own key of somebody: ``kind`` is the name of its field, such as cert_no or card_no."""

    kind: str
    value: str
    """In normal form: no white space, lower case."""


class Hashed(msgspec.Struct, frozen=True, gc=False):
    """A business key made of several values; only its keyed hash leaves intake."""

    purpose: str
    value: str


Key: TypeAlias = Alias | Hashed | str | None
"""A business key: a source's key, a hash of values, a text that tells nothing of anybody, or none."""


class Claim(msgspec.Struct, frozen=True):
    """Some fields of one fact, as the event asserts them."""

    kind: str
    key: Key
    fields: Fields


class Contact(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """How to reach the person, as received; travels sealed only."""

    name: str | None = None
    phone: str | None = None
    guardian: dict[str, str] | None = None
    """Of ``name``, ``phone``, ``relation`` what is known."""


class Person(msgspec.Struct):
    """A person block that was read."""

    document: Document | None = None
    """The sure document, or None: then ``doubt`` says why there is none."""
    doubt: str = ""
    named: bool = False
    """The block says something that a human could find the person by."""
    party: Fields = msgspec.field(default_factory=dict)
    """Fields of the fact ``party``, without the name forms."""
    name: str = ""
    """The canonical name, empty when there is none that can be trusted."""
    contact: Contact | None = None
    claims: list[Claim] = msgspec.field(default_factory=list)
    """Other facts that the block itself asserts: the consent in it."""
    confided: list[Claim] = msgspec.field(default_factory=list)
    """Those that are told to the stage for class s alone."""


class Organisation(msgspec.Struct, frozen=True):
    """An organisation that an event is about, in the place of a person."""

    uscc: str
    """Its unified social credit code, valid and in normal form."""
    contact: Contact | None = None


class Broadcast(msgspec.Struct, frozen=True):
    """One record of a table that every worker holds: ``schema`` names its type (and so its topic)."""

    schema: str
    key: str
    value: dict[str, Any]
    stamped: bool = False
    """The record carries a stamp, which intake adds."""


class Draft(msgspec.Struct):
    """What one event comes to. Intake decides where it goes: see ``hub/stages/intake.py``."""

    person: Person | None = None
    organisation: Organisation | None = None
    alias: Alias | None = None
    """The source's key under which the facts wait when the person is not sure."""
    binds: tuple[Alias, ...] = ()
    """Source keys that belong to the person from now on."""
    claims: list[Claim] = msgspec.field(default_factory=list)
    confided: list[Claim] = msgspec.field(default_factory=list)
    """Facts that only the stage for class s is told, sealed; of nobody who is not sure."""
    party: Fields = msgspec.field(default_factory=dict)
    """Fields of the fact ``party`` to assert, without names."""
    names: tuple[str, ...] = ()
    """Canonical names for ``party.name_forms``."""
    accepted: tuple[str, ...] = ()
    """Canonical names for ``party.names_accepted``."""
    superseded: Document | None = None
    """A document that was corrected away: its person is marked ``superseded_on``."""
    superseded_on: int = 0
    everywhere: bool = False
    """It concerns all that is known of the person: the facts of class s, which are kept apart, too."""
    broadcast: Broadcast | None = None
