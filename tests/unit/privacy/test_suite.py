"""The two suites, against published vectors."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag

from hub.privacy.suite import BY_ID, INTL, SM, SUITES, Hash, Sm3, Suite


@pytest.mark.parametrize("running", [Sm3(), SM.new_hash()], ids=["cryptography", "whichever-is-faster"])
def test_sm3_gives_the_digest_of_the_standard(running: Hash) -> None:
    """GB/T 32905, example 1; a copy goes its own way."""
    running.update(b"ab")
    copy = running.copy()
    running.update(b"c")
    copy.update(b"d")
    digest, other = running.digest(), copy.digest()
    assert digest.hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert other != digest


def test_sm4_gcm_gives_the_ciphertext_of_rfc_8998() -> None:
    """RFC 8998, appendix A.1."""
    aead = SM.aead(bytes.fromhex("0123456789abcdeffedcba9876543210"))
    nonce = bytes.fromhex("00001234567800000000abcd")
    aad = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plain = bytes.fromhex(
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccddddddddddddddddeeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa"
    )
    sealed = aead.encrypt(nonce, plain, aad)
    assert sealed.hex() == (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec"
    )
    assert aead.decrypt(nonce, sealed, aad) == plain


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
def test_a_cipher_refuses_what_was_altered(suite: Suite) -> None:
    """A changed bit, another aad, and a stump all raise InvalidTag."""
    aead, nonce = suite.aead(bytes(suite.key_bytes)), bytes(12)
    sealed = aead.encrypt(nonce, b"plain", b"aad")
    assert aead.decrypt(nonce, sealed, b"aad") == b"plain"
    assert aead.decrypt(nonce, aead.encrypt(nonce, b"plain", None), None) == b"plain"
    for broken, aad in (
        (sealed[:-1] + bytes([sealed[-1] ^ 1]), b"aad"),
        (sealed, b"other"),
        (sealed[:9], b"aad"),
    ):
        with pytest.raises(InvalidTag):
            aead.decrypt(nonce, broken, aad)


def test_suites_are_found_by_name_and_by_id() -> None:
    """The national suite is the default and comes first; the ids stand in sealed data for ever."""
    assert list(SUITES) == ["sm", "intl"]
    assert BY_ID == {1: SM, 2: INTL}
