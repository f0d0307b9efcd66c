"""The key ring on disk."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from hub.core import document
from hub.errors import KeyRingError
from hub.privacy.key_ring import KeyRing, read_private_key
from hub.privacy.sealing import SealError, open_as
from hub.privacy.suite import INTL, SM, SUITES, Suite
from tests.unit.privacy.material import foreseeable


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    """Return a new ring whose keys are foreseeable."""
    return KeyRing.create(tmp_path / "keys", entropy=foreseeable(), clock=lambda: 0.0)


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
def test_a_loaded_ring_is_the_one_created(tmp_path: Path, suite: Suite) -> None:
    """Another process with the same directory makes the same indexes and opens the same seals."""
    made = KeyRing.create(tmp_path, suite)
    loaded = KeyRing.load(tmp_path, suite.name)
    person = document.check("resident_id", "339901199003071236")
    assert loaded.suite is suite
    assert loaded.blind_index().person(person) == made.blind_index().person(person)
    assert loaded.sealer().open(made.sealer().seal(b"plain")) == b"plain"
    assert (loaded.pepper_id, loaded.key_ids) == (made.pepper_id, made.key_ids)


def test_the_files_are_for_the_owner_only(ring: KeyRing) -> None:
    """Mode 0600 for the ring, 0700 for the directories, nothing left over."""
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in ring.directory.iterdir()}
    assert modes == {"ring.json": 0o600, "recipients": 0o700}


def test_an_existing_ring_is_never_overwritten(ring: KeyRing) -> None:
    """A second create fails and leaves the first as it was."""
    before = (ring.directory / "ring.json").read_bytes()
    with pytest.raises(KeyRingError, match="never overwritten"):
        KeyRing.create(ring.directory)
    assert (ring.directory / "ring.json").read_bytes() == before
    assert [path.name for path in ring.directory.glob(".*")] == []


def test_rotation_adds_a_key_and_keeps_the_rest(ring: KeyRing) -> None:
    """New seals use the new key, old ones open, the pepper stays."""
    sealed = ring.sealer().seal(b"plain", b"aad")
    rotated = ring.rotate(clock=lambda: 86_400.0)
    assert rotated.key_ids[:-1] == ring.key_ids
    assert rotated.made_at == ("1970-01-01T00:00:00Z", "1970-01-02T00:00:00Z")
    assert rotated.pepper_id == ring.pepper_id
    assert rotated.sealer().open(sealed, b"aad") == b"plain"
    assert rotated.sealer().seal(b"plain")[2:6].hex() == rotated.key_ids[-1]
    with pytest.raises(KeyRingError, match=rotated.key_ids[-1]):
        ring.sealer().open(rotated.sealer().seal(b"plain"))


def test_sensitive_keys_are_a_kind_of_their_own(ring: KeyRing) -> None:
    """Neither kind opens what the other sealed; both rotate together, and old seals open."""
    sealed = ring.sensitive_sealer().seal(b"plain", b"aad")
    with pytest.raises(KeyRingError):
        ring.sealer().open(sealed, b"aad")
    with pytest.raises(KeyRingError):
        ring.sensitive_sealer().open(ring.sealer().seal(b"plain"))
    rotated = ring.rotate(clock=lambda: 86_400.0)
    assert rotated.sensitive_ids[:-1] == ring.sensitive_ids
    assert len({*rotated.sensitive_ids, *rotated.key_ids}) == 4
    assert rotated.sensitive_made_at == ("1970-01-01T00:00:00Z", "1970-01-02T00:00:00Z")
    assert rotated.sensitive_sealer().open(sealed, b"aad") == b"plain"
    assert rotated.sensitive_sealer().seal(b"plain")[2:6].hex() == rotated.sensitive_ids[-1]


def test_an_older_ring_gets_its_sensitive_key_by_rotation(ring: KeyRing) -> None:
    """A ring of format 1 serves as before, says what it lacks when asked, and rotation mends it."""
    path = ring.directory / "ring.json"
    document = json.loads(path.read_text())
    del document["sensitive"]
    path.write_text(json.dumps({**document, "format": 1}))
    old = KeyRing.load(ring.directory)
    assert (old.key_ids, old.sensitive_ids, old.sensitive_made_at) == (ring.key_ids, (), ())
    assert old.sealer().open(ring.sealer().seal(b"plain")) == b"plain"
    with pytest.raises(KeyRingError, match="has none") as caught:
        old.sensitive_sealer()
    assert "hub keys rotate" in caught.value.cure
    mended = old.rotate()
    assert (mended.pepper_id, len(mended.key_ids), len(mended.sensitive_ids)) == (ring.pepper_id, 2, 1)
    assert KeyRing.load(ring.directory).sensitive_sealer().key_id.hex() == mended.sensitive_ids[0]


def test_two_rotations_from_one_loaded_ring_both_count(ring: KeyRing) -> None:
    """A rotation starts from what is on disk, not from what was read before."""
    assert len({*ring.rotate().key_ids, *ring.rotate().key_ids}) == 3
    assert len(KeyRing.load(ring.directory).key_ids) == 3


def test_a_recipient_opens_what_is_sealed_for_it(ring: KeyRing, tmp_path: Path) -> None:
    """The public key goes into the ring, the private one into a file of its owner."""
    private_file = tmp_path / "registry" / "registry.key"
    with_registry = ring.make_recipient("registry", private_file)
    sealed = with_registry.recipients().seal_for("registry", b"plain", b"aad")
    assert open_as(read_private_key(private_file), sealed, b"aad") == b"plain"
    assert stat.S_IMODE(private_file.stat().st_mode) == 0o600
    assert list(KeyRing.load(ring.directory).recipient_ids) == ["registry"]
    with pytest.raises(KeyRingError, match="never overwritten"):
        with_registry.make_recipient("registry", tmp_path / "other.key")
    with pytest.raises(KeyRingError, match="cannot be a recipient"):
        ring.make_recipient("../registry", tmp_path / "other.key")
    assert not (tmp_path / "other.key").exists()


def test_a_missing_ring_says_what_to_do(tmp_path: Path) -> None:
    """A new hub needs init; an old one its backup."""
    with pytest.raises(KeyRingError) as caught:
        KeyRing.load(tmp_path / "none")
    assert "hub keys init" in caught.value.cure
    assert "backup" in caught.value.cure
    assert caught.value.where.endswith("ring.json")


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o660, 0o777])
def test_a_ring_that_others_can_read_is_refused(ring: KeyRing, mode: int) -> None:
    """Keys that others may have seen must not be used without a thought."""
    path = ring.directory / "ring.json"
    path.chmod(mode)
    with pytest.raises(KeyRingError, match=f"{mode:04o}"):
        KeyRing.load(ring.directory)
    path.chmod(0o440)
    assert KeyRing.load(ring.directory).key_ids == ring.key_ids


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("{", "", id="no-json"),
        pytest.param('"format": 2', '"format": 3', id="another-format"),
        pytest.param('"format": 2', '"format": 0', id="no-format"),
        pytest.param('"sensitive": [', '"sensitive": [], "gone": [', id="no-sensitive-key"),
        pytest.param('"pepper": "', '"pepper": "00', id="long-pepper"),
        pytest.param('"suite": "sm"', '"suite": "rot13"', id="unknown-suite"),
        pytest.param('"key": "', '"key": "zz', id="no-hexadecimal"),
        pytest.param('"id": "', '"id": "0', id="another-id"),
        pytest.param('"keys"', '"keyz"', id="no-keys"),
    ],
)
def test_a_damaged_ring_is_refused_without_showing_it(ring: KeyRing, old: str, new: str) -> None:
    """Neither the keys nor the parser's message get into the error."""
    path = ring.directory / "ring.json"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(KeyRingError, match="damaged") as caught:
        KeyRing.load(ring.directory)
    assert caught.value.__cause__ is None
    assert "backup" in caught.value.cure


def test_a_public_key_must_be_one(ring: KeyRing) -> None:
    """A wrong file among the recipients is named."""
    (ring.directory / "recipients" / "registry.pub").write_text("-----BEGIN PUBLIC KEY-----")
    with pytest.raises(KeyRingError, match="no X25519 key") as caught:
        KeyRing.load(ring.directory)
    assert caught.value.where.endswith("registry.pub")


def test_the_suite_of_the_settings_must_be_the_rings(ring: KeyRing) -> None:
    """A setting that the ring contradicts is an error, not ignored."""
    assert KeyRing.load(ring.directory, SM.name).suite is SM
    with pytest.raises(KeyRingError, match="settings ask for intl"):
        KeyRing.load(ring.directory, INTL.name)


def test_what_the_file_system_refuses_is_a_key_ring_error(tmp_path: Path) -> None:
    """A file where a directory should be is reported with its path."""
    (tmp_path / "file").write_text("")
    with pytest.raises(KeyRingError, match="cannot be used"):
        KeyRing.create(tmp_path / "file" / "keys")


def test_the_ring_does_not_show_its_keys(ring: KeyRing) -> None:
    """Only ids are in the representation."""
    text = (ring.directory / "ring.json").read_text()
    shown = repr(ring)
    secrets = [part for part in text.split('"') if len(part) >= 32]
    assert len(secrets) == 3
    assert not any(secret in shown for secret in secrets)
    assert ring.key_ids[0] in shown


def test_rings_differ(tmp_path: Path) -> None:
    """Keys are drawn, not derived: another ring opens nothing of this one."""
    one, two = KeyRing.create(tmp_path / "one"), KeyRing.create(tmp_path / "two")
    assert one.pepper_id != two.pepper_id
    with pytest.raises((KeyRingError, SealError)):
        two.sealer().open(one.sealer().seal(b"plain"))
