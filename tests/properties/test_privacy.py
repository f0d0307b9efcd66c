"""Blind indexes against other implementations; sealing there and back."""

from __future__ import annotations

import hmac
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.ciphers import algorithms, modes
from gmssl import sm3
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import HubError
from hub.privacy import suite as suites
from hub.privacy.blind_index import BlindIndex
from hub.privacy.sealing import RecipientOpener, RecipientSealer, Sealer, SealingKey, new_pair
from hub.privacy.suite import INTL, SM, SUITES, Sm3

peppers = st.binary(min_size=32, max_size=32)
values = st.binary(max_size=200)


def gmssl_hmac(key: bytes, message: bytes) -> bytes:
    """Return HMAC-SM3 by the definition, over the pure Python SM3 of gmssl."""

    def digest(data: bytes) -> bytes:
        return bytes.fromhex(sm3.sm3_hash(list(data)))

    padded = key.ljust(64, b"\0")
    inner = digest(bytes(byte ^ 0x36 for byte in padded) + message)
    return digest(bytes(byte ^ 0x5C for byte in padded) + inner)


@settings(max_examples=25, deadline=None)  # gmssl takes a millisecond and more for each
@given(peppers, values)
def test_the_national_index_is_hmac_sm3(pepper: bytes, value: bytes) -> None:
    """The copied midstates give what the definition gives."""
    assert BlindIndex(pepper, SM).key("test", value) == gmssl_hmac(pepper, b"key\0test\0" + value)[:16]


@given(peppers, values)
def test_the_international_index_is_hmac_sha256(pepper: bytes, value: bytes) -> None:
    """The copied midstates give what the standard library gives."""
    assert (
        BlindIndex(pepper, INTL).key("test", value)
        == hmac.digest(pepper, b"key\0test\0" + value, "sha256")[:16]
    )


@given(peppers, st.text(st.characters(exclude_categories=["Cs"])))
def test_both_sources_of_sm3_agree(pepper: bytes, value: str) -> None:
    """A Python without SM3 of its own makes the same indexes."""
    fallback = BlindIndex(pepper, SM._replace(new_hash=Sm3))
    assert fallback.alias("cert_no", value) == BlindIndex(pepper, SM).alias("cert_no", value)


SEALERS: Final = [Sealer(SealingKey.of(bytes(suite.key_bytes), suite)) for suite in SUITES.values()]
PRIVATE, PUBLIC = new_pair()
RECIPIENTS: Final = [RecipientSealer({"registry": PUBLIC}, suite) for suite in SUITES.values()]
OPENER: Final = RecipientOpener(PRIVATE)


@given(st.sampled_from(SEALERS), values, values)
def test_sealing_there_and_back(sealer: Sealer, plain: bytes, aad: bytes) -> None:
    """Whatever was sealed comes out the same."""
    assert sealer.open(sealer.seal(plain, aad), aad) == plain


@given(st.sampled_from(RECIPIENTS), values, values)
def test_sealing_for_a_recipient_there_and_back(sealer: RecipientSealer, plain: bytes, aad: bytes) -> None:
    """Whatever was sealed for a recipient comes out the same at the recipient's."""
    assert OPENER.open(sealer.seal_for("registry", plain, aad), aad) == plain


@given(st.sampled_from(SEALERS), values, st.data())
def test_a_flipped_bit_is_noticed(sealer: Sealer, plain: bytes, data: Any) -> None:
    """No altered value opens, wherever it was altered."""
    sealed = bytearray(sealer.seal(plain))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(HubError):
        sealer.open(bytes(sealed))


@given(st.sampled_from(SEALERS), values)
def test_any_bytes_are_an_error_not_a_crash(sealer: Sealer, sealed: bytes) -> None:
    """What was never sealed raises a HubError, on both openers."""
    for opener in (sealer, OPENER):
        with pytest.raises(HubError):
            opener.open(sealed)


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=12, max_size=12), values, values)
def test_sm4_gcm_is_what_the_documented_way_gives(key: bytes, nonce: bytes, plain: bytes, aad: bytes) -> None:
    """The shorter way into the cipher seals and opens as ``cryptography``'s own Cipher does."""
    running = suites.documented_encryption(algorithms.SM4(key), modes.GCM(nonce))
    running.authenticate_additional_data(aad)
    sealed = running.update(plain) + running.finalize() + running.tag
    aead = SM.aead(key)
    assert aead.encrypt(nonce, plain, aad) == sealed
    assert aead.decrypt(nonce, sealed, aad) == plain
    opening = suites.documented_decryption(algorithms.SM4(key), modes.GCM(nonce, sealed[-16:]))
    opening.authenticate_additional_data(aad)
    assert opening.update(sealed[:-16]) + opening.finalize() == plain


def test_the_suites_lengths_are_those_of_their_primitives() -> None:
    """Block and digest lengths are constants that both hashes keep."""
    for suite in SUITES.values():
        assert len(suite.new_hash().digest()) == suites.DIGEST_BYTES
        assert suite.hash_algorithm().digest_size == suites.DIGEST_BYTES
