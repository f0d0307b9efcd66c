"""Blind indexes: keyed, stable, one purpose apart from another."""

from __future__ import annotations

import hmac

import pytest

from hub.core import document
from hub.privacy.blind_index import BlindIndex
from hub.privacy.suite import INTL, SM
from tests.unit.privacy.material import PEPPER

NUMBER = "339901199003071236"


def test_a_persons_key_is_the_hmac_of_kind_and_number() -> None:
    """Anybody with the pepper can compute the key again, with any HMAC."""
    person = document.check("resident_id", NUMBER)
    message = b"person\0resident_id\0" + NUMBER.encode()
    assert BlindIndex(PEPPER, INTL).person(person) == hmac.digest(PEPPER, message, "sha256")[:16]


def test_an_organisations_key_is_the_hmac_of_its_credit_code() -> None:
    """An organisation has a key of its own kind: no document and no source key has the same."""
    index, code = BlindIndex(PEPPER, INTL), "91339901MA2XYNT01Q"
    assert index.organisation(code) == hmac.digest(PEPPER, b"organisation\0" + code.encode(), "sha256")[:16]
    assert index.organisation(code) not in {
        index.key("organisation", code),
        index.alias("organisation", code),
    }


def test_keys_do_not_change() -> None:
    """The values of a fixed pepper are part of every hub's data: this guards them."""
    index = BlindIndex(PEPPER, SM)
    assert index.person(document.check("resident_id", NUMBER)).hex() == "50f9623a6b1e84c22755423bee7480ca"
    assert index.alias("cert_no", "ZJ-2022-000001").hex() == "c78737700316e636a078aaefc72d58cb"
    assert index.name("王小明") == "b8f40830ca444e52"
    assert index.key("invitation", b"\x00\x01").hex() == "966dcc2143371c81ba15cc6929af9082"


def test_purposes_are_kept_apart() -> None:
    """The same value has another index for another purpose, alias kind, pepper or suite."""
    index, other = BlindIndex(PEPPER, SM), BlindIndex(PEPPER[::-1], SM)
    made = [
        index.key("a", "value"),
        index.key("b", "value"),
        index.alias("a", "value"),
        index.alias("b", "value"),
        bytes.fromhex(index.name("value")),
        other.key("a", "value"),
        BlindIndex(PEPPER, INTL).key("a", "value"),
    ]
    assert len(set(made)) == len(made)
    assert index.key("a", b"value") == index.key("a", "value")


def test_spellings_of_one_document_are_one_person() -> None:
    """15 digits or 18, x or X, whatever kind was declared: one key."""
    index = BlindIndex(PEPPER)
    keys = {
        index.person(document.check(kind, number))
        for kind, number in (
            ("resident_id", "339901760101002"),
            ("resident_id", "339901197601010020"),
            ("passport", " 339901197601010020"),
        )
    }
    assert len(keys) == 1


def test_the_pepper_is_not_shown_and_has_its_length() -> None:
    """The representation names the suite only; a short pepper is refused."""
    shown = repr(BlindIndex(PEPPER))
    assert PEPPER.hex() not in shown
    assert "sm" in shown
    with pytest.raises(ValueError, match="32 bytes"):
        BlindIndex(b"short")
