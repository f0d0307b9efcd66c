"""A key per person: what it seals, who opens it, and that nothing opens it once it is gone."""

from __future__ import annotations

import pytest

from hub.errors import KeyRingError
from hub.privacy.person_key import CIPHERS_KEPT, PersonKeys
from hub.privacy.sealing import Sealer, SealError, SealingKey
from hub.privacy.suite import INTL, SM, Suite

ANNA, BEN = b"a" * 16, b"b" * 16


def sealer(byte: bytes = b"k", *others: bytes, suite: Suite = SM) -> Sealer:
    """Return a sealer whose current key repeats a byte."""
    keys = [SealingKey.of(each * suite.key_bytes, suite) for each in (byte, *others)]
    return Sealer(keys[0], tuple(keys[1:]))


@pytest.mark.parametrize("suite", [SM, INTL], ids=lambda suite: suite.name)
def test_whoever_has_ring_and_key_opens(suite: Suite) -> None:
    """Another process with the same ring needs only the wrapped key."""
    keys = PersonKeys(sealer(suite=suite))
    wrapped = keys.make(ANNA)
    sealed = keys.seal(ANNA, wrapped, b"plain")
    assert (b"plain" in sealed, len(sealed)) == (False, 5 + 30)
    assert PersonKeys(sealer(suite=suite)).open(ANNA, wrapped, sealed) == b"plain"
    assert PersonKeys(sealer(suite=suite)).seal(ANNA, wrapped, b"plain") != sealed


def test_no_key_opens_for_another_one() -> None:
    """Neither another person's, nor the same person's next one, nor a key put under another name."""
    keys = PersonKeys(sealer())
    anna, ben, again = keys.make(ANNA), keys.make(BEN), keys.make(ANNA)
    sealed = keys.seal(ANNA, anna, b"plain")
    for person, wrapped in ((BEN, ben), (ANNA, again), (BEN, anna), (ANNA, ben)):
        with pytest.raises(SealError):
            keys.open(person, wrapped, sealed)
    with pytest.raises(SealError):
        PersonKeys(sealer()).open(BEN, anna, sealed)


def test_the_ring_alone_opens_nothing() -> None:
    """What was sealed needs the wrapped key: when all of its copies are gone, nobody can read it."""
    keys = PersonKeys(sealer())
    sealed = keys.seal(ANNA, keys.make(ANNA), b"plain")
    with pytest.raises(SealError):
        sealer().open(sealed, ANNA)
    assert "sealed" not in repr(keys)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda sealed: sealed[:-1], id="cut-off"),
        pytest.param(lambda sealed: sealed[:0], id="empty"),
        pytest.param(lambda sealed: b"\x01" + sealed[1:], id="another-format"),
        pytest.param(lambda sealed: sealed[:20] + bytes([sealed[20] ^ 1]) + sealed[21:], id="a-bit"),
    ],
)
def test_what_was_damaged_does_not_open(damage: object) -> None:
    """Nothing is returned of it."""
    keys = PersonKeys(sealer())
    wrapped = keys.make(ANNA)
    with pytest.raises(SealError):
        keys.open(ANNA, wrapped, damage(keys.seal(ANNA, wrapped, b"plain")))  # type: ignore[operator]


def test_a_key_is_wrapped_anew_under_the_current_key() -> None:
    """After a rotation the same key gets a new wrapping, and what it sealed opens with either."""
    old = PersonKeys(sealer(b"k"))
    wrapped = old.make(ANNA)
    sealed = old.seal(ANNA, wrapped, b"plain")
    assert old.renewed(ANNA, wrapped) == wrapped
    rotated = PersonKeys(sealer(b"n", b"k"))
    renewed = rotated.renewed(ANNA, wrapped)
    assert renewed != wrapped
    assert PersonKeys(sealer(b"n")).open(ANNA, renewed, sealed) == b"plain"
    assert rotated.renewed(ANNA, renewed) == renewed


def test_a_key_that_nobody_can_unwrap_is_replaced() -> None:
    """Its ring key is gone: what comes is sealed under a new one, what was stays closed."""
    old = PersonKeys(sealer(b"k"))
    wrapped = old.make(ANNA)
    sealed = old.seal(ANNA, wrapped, b"plain")
    keys = PersonKeys(sealer(b"n"))
    renewed = keys.renewed(ANNA, wrapped)
    assert keys.open(ANNA, renewed, keys.seal(ANNA, renewed, b"new")) == b"new"
    with pytest.raises(SealError):
        keys.open(ANNA, renewed, sealed)
    with pytest.raises(KeyRingError):
        keys.open(ANNA, wrapped, sealed)
    assert keys.renewed(ANNA, b"")


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """More persons than ciphers are kept: everybody's key still works."""
    monkeypatch.setattr("hub.privacy.person_key.CIPHERS_KEPT", 2)
    keys = PersonKeys(sealer())
    made = [keys.make(ANNA) for _ in range(5)]
    assert [keys.open(ANNA, each, keys.seal(ANNA, each, b"x")) for each in made] == [b"x"] * 5
    assert "2 remembered" in repr(keys) or "1 remembered" in repr(keys)
    assert CIPHERS_KEPT > 2
