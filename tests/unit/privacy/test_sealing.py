"""Sealed values: who can open them, and what breaks them."""

from __future__ import annotations

import pytest

from hub.errors import HubError, KeyRingError
from hub.privacy import sealing
from hub.privacy.sealing import (
    RecipientOpener,
    RecipientSealer,
    Sealer,
    SealError,
    SealingKey,
    new_pair,
    open_as,
)
from hub.privacy.suite import INTL, SM, SUITES, Suite
from tests.unit.privacy.material import foreseeable

PLAIN = "张三 13800000000".encode()
both_suites = pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)


def key(suite: Suite, byte: int = 1) -> SealingKey:
    """Return a sealing key of the suite."""
    return SealingKey.of(bytes([byte]) * suite.key_bytes, suite)


@both_suites
def test_what_was_sealed_opens_with_the_same_aad(suite: Suite) -> None:
    """Sealing is 34 bytes longer, never twice the same, and holds nothing readable."""
    sealer = Sealer(key(suite))
    one, two = sealer.seal(PLAIN, b"person"), sealer.seal(PLAIN, b"person")
    assert sealer.open(one, b"person") == sealer.open(two, b"person") == PLAIN
    assert one != two
    assert len(one) == len(PLAIN) + 34
    assert PLAIN not in one
    assert sealer.open(sealer.seal(b"")) == b""


@both_suites
def test_a_sealed_value_says_which_key_it_needs(suite: Suite) -> None:
    """Format, suite and key id stand in front."""
    sealed = Sealer(key(suite)).seal(PLAIN)
    assert sealed[:6] == bytes((1, suite.id)) + key(suite).id


@both_suites
def test_an_altered_value_does_not_open(suite: Suite) -> None:
    """A flipped bit anywhere, a missing end or another aad is noticed."""
    sealer = Sealer(key(suite))
    sealed = sealer.seal(PLAIN, b"person")
    for at in range(len(sealed)):
        with pytest.raises(HubError):
            sealer.open(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :], b"person")
    for length in (0, 1, 17, 33, len(sealed) - 1):
        with pytest.raises(SealError):
            sealer.open(sealed[:length], b"person")
    for aad in (b"", b"other", b"person "):
        with pytest.raises(SealError, match="another place"):
            sealer.open(sealed, aad)


def test_old_keys_open_after_a_rotation_and_unknown_ones_are_named() -> None:
    """A ring of two keys and two suites opens both; a stranger's key id is in the error."""
    old, new = key(INTL), key(SM)
    sealed = Sealer(old).seal(PLAIN)
    assert Sealer(new, (old,)).open(sealed) == PLAIN
    with pytest.raises(KeyRingError, match=old.id.hex()):
        Sealer(new).open(sealed)


def test_only_the_recipient_opens() -> None:
    """The private key opens, another one does not, and aad binds here too."""
    private, public = new_pair(foreseeable())
    sealer = RecipientSealer({"registry": public}, SM, foreseeable("sealer"))
    sealed = sealer.seal_for("registry", PLAIN, b"invitation")
    assert open_as(private, sealed, b"invitation") == PLAIN
    assert len(sealed) == len(PLAIN) + 66
    with pytest.raises(KeyRingError):
        open_as(new_pair(foreseeable("other"))[0], sealed, b"invitation")
    with pytest.raises(SealError):
        open_as(private, sealed, b"other")


@both_suites
def test_an_altered_value_for_a_recipient_does_not_open(suite: Suite) -> None:
    """A flipped bit anywhere is noticed, by an opener that knows the sender and by one that does not."""
    private, public = new_pair(foreseeable())
    sealed = RecipientSealer({"registry": public}, suite).seal_for("registry", PLAIN)
    opener = RecipientOpener(private)
    assert opener.open(sealed) == opener.open(sealed) == PLAIN
    for at in range(len(sealed)):
        broken = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises(HubError):
            opener.open(broken)
    for length in (0, 1, 65, len(sealed) - 1):
        with pytest.raises(SealError):
            RecipientOpener(private).open(sealed[:length])


def test_a_pair_is_used_for_a_bounded_number_of_seals(monkeypatch: pytest.MonkeyPatch) -> None:
    """After SEALS_PER_PAIR seals the ephemeral key is another one; both open."""
    monkeypatch.setattr(sealing, "SEALS_PER_PAIR", 2)
    private, public = new_pair(foreseeable())
    sealer = RecipientSealer({"registry": public})
    sealed = [sealer.seal_for("registry", PLAIN) for _ in range(3)]
    assert sealed[0][6:38] == sealed[1][6:38] != sealed[2][6:38]
    assert [open_as(private, value) for value in sealed] == [PLAIN] * 3


def test_a_recipient_without_a_key_is_an_error_with_a_cure() -> None:
    """The operator learns where the public key goes."""
    with pytest.raises(KeyRingError) as caught:
        RecipientSealer({}).seal_for("registry", PLAIN)
    assert "recipients/registry.pub" in caught.value.cure


def test_keys_have_their_lengths() -> None:
    """A key of the wrong length is refused before anything is sealed with it."""
    with pytest.raises(ValueError, match="16 bytes"):
        SealingKey.of(bytes(32), SM)
    with pytest.raises(ValueError, match="32"):
        RecipientSealer({"registry": b"short"})
    with pytest.raises(SealError, match="not usable"):
        RecipientSealer({"registry": bytes(32)}).seal_for("registry", PLAIN)


def test_nothing_shows_a_key() -> None:
    """Representations name ids and public keys only."""
    secret = key(SM)
    private, public = new_pair(foreseeable())
    shown = [
        repr(secret),
        repr(Sealer(secret)),
        repr(RecipientSealer({"r": public})),
        repr(RecipientOpener(private)),
    ]
    assert all(
        hidden not in text for text in shown for hidden in (secret.key.hex(), repr(secret.key), private.hex())
    )
    assert secret.id.hex() in shown[0]
