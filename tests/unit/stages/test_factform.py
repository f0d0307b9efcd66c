"""The forms in which facts travel from stage to stage: on topics, and within a backtest."""

from __future__ import annotations

from typing import Any, Final

import pytest

from hub import contracts, data
from hub.backtest.packed import Packed, Unreachable
from hub.connectors.draft import Contact
from hub.connectors.places import Places
from hub.connectors.reading import Limits, Reading
from hub.core.merge import STAMP_BYTES
from hub.errors import DeadLetterError
from hub.privacy.sealing import Sealer, SealingKey
from hub.privacy.suite import INTL
from hub.stages.contacts import Contacts, SealedContacts
from hub.stages.factform import FactForm, Framed

CODEC: Final = contracts.codec()
FORMS: Final = [pytest.param(Framed(CODEC), id="framed"), pytest.param(Packed(CODEC), id="packed")]
WHO: Final = b"w" * 16
INDEX: Final = b"i" * 16
STAMP: Final = b"s" * STAMP_BYTES
READING: Final = Reading(
    {"id": "e-1", "source": "training", "region": None, "seq": 0, "time": "2022-05-08"},
    False, 1_650_000_000_000, Places(data.regions(), data.crosswalk(), 0), Limits(80_000),
)  # fmt: skip


def facts(form: FactForm, who: bytes, content: bytes = b"content", contact: bytes | None = None) -> bytes:
    """Write the facts of an event."""
    return form.facts(who, READING, "type", STAMP, content, contact, ("topic", 1, 2))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("contact", [None, b"", b"contact"])
@pytest.mark.parametrize("who", [b"", WHO])
def test_facts_are_read_as_they_were_written(form: FactForm, who: bytes, contact: bytes | None) -> None:
    """Person, event, stamp, assertions and contact come back."""
    assert form.read(facts(form, who, contact=contact)) == (who, "e-1", STAMP, b"content", contact)


@pytest.mark.parametrize("form", FORMS)
def test_when_facts_were_received_is_read_of_what_comes_framed(form: FactForm) -> None:
    """What was packed in the same program says nothing: it is read at once."""
    assert form.received_at(facts(Framed(CODEC), WHO)) == READING.now
    assert Packed(CODEC).received_at(facts(Packed(CODEC), WHO)) == 0


@pytest.mark.parametrize("form", FORMS)
def test_keys_are_read_as_they_were_written(form: FactForm) -> None:
    """A binding, one that brings facts, and facts that wait come back as the fields of a ``hub.alias``."""
    same = {"alias": INDEX, "alias_kind": "cert_no", "event_id": "e-1", "stamp": STAMP, "erased": False}
    written: list[tuple[bytes, dict[str, Any]]] = [
        (form.binding(INDEX, "cert_no", WHO, "e-1", STAMP), {"person": WHO, "facts": None}),
        (form.binding(INDEX, "cert_no", WHO, "e-1", STAMP, b"facts"), {"person": WHO, "facts": b"facts"}),
        (form.waiting(INDEX, "cert_no", b"facts", "e-1", STAMP), {"person": None, "facts": b"facts"}),
    ]
    for value, said in written:
        assert form.read_alias(value) == same | said


@pytest.mark.parametrize("form", FORMS)
def test_facts_of_nobody_become_somebodys(form: FactForm) -> None:
    """Addressed facts are those that would have been written of the person, as they are or with others."""
    nobodys = facts(form, b"", contact=b"contact")
    assert form.addressed(nobodys, WHO) == facts(form, WHO, contact=b"contact")
    assert form.addressed(nobodys, WHO, b"other") == facts(form, WHO, b"other", b"contact")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("damaged", [b"", b"\x95\x01", b"\x96\x01", b"\xc3\x01", b"\x95\xc4\x00\xa1\xff"])
def test_what_is_damaged_is_refused(form: FactForm, damaged: bytes) -> None:
    """Neither form reads what is none of its own; nothing but a dead letter comes of it."""
    for read in (form.read, form.read_alias, lambda value: form.addressed(value, WHO)):
        with pytest.raises(DeadLetterError):
            read(damaged)


def test_a_backtest_reads_what_stands_on_topics() -> None:
    """The packed form reads and addresses framed records too: facts of a broker, a key that was erased."""
    framed, packed = Framed(CODEC), Packed(CODEC)
    erased = {"alias": INDEX, "alias_kind": "cert_no", "person": WHO, "facts": None, "event_id": "e-1"}
    value = CODEC.encode("hub.alias", {**erased, "stamp": STAMP, "erased": True})
    assert packed.read(facts(framed, WHO)) == framed.read(facts(framed, WHO))
    assert packed.read_alias(value) == framed.read_alias(value)
    assert packed.addressed(facts(framed, b""), WHO) == facts(framed, WHO)


@pytest.mark.parametrize(
    "contacts",
    [
        pytest.param(SealedContacts(Sealer(SealingKey.of(bytes(INTL.key_bytes), INTL))), id="sealed"),
        pytest.param(Unreachable(), id="unreachable"),
    ],
)
def test_a_contact_that_was_told_is_known_to_be_there(contacts: Contacts) -> None:
    """There is a block for whoever can be reached, the same as long as nothing changes, and no name in it."""
    told = Contact("王小明", "13900000000")
    block = contacts.block(told, WHO)
    assert block is not None
    assert contacts.block(Contact("王小明", "13900000000"), WHO) == block
    assert "王小明".encode() not in block
    assert contacts.block(None, WHO) is None
