"""``hub keys``."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from hub.cli.main import app
from hub.privacy.key_ring import KeyRing


def hub(*args: object) -> Result:
    """Run ``hub keys`` with arguments."""
    return CliRunner().invoke(app, ["keys", *map(str, args)])


def test_init_makes_a_ring_once(tmp_path: Path) -> None:
    """The first init succeeds and says what comes next, the second refuses with exit code 77."""
    first = hub("init", "--dir", tmp_path / "keys")
    assert (first.exit_code, "back it up" in first.stdout, "registry.pub" in first.stdout) == (0, True, True)
    before = (tmp_path / "keys" / "ring.json").read_bytes()
    second = hub("init", "--dir", tmp_path / "keys")
    assert second.exit_code == 77
    assert "never overwritten" in second.stderr
    assert (tmp_path / "keys" / "ring.json").read_bytes() == before


def test_init_can_make_the_registrys_pair_for_a_demonstration(tmp_path: Path) -> None:
    """--registry-key writes the private key apart; a file that is there stops everything beforehand."""
    made = hub(
        "init",
        "--dir",
        tmp_path / "keys",
        "--registry-key",
        tmp_path / "registry.key",
        "--suite",
        "intl",
        "--json",
    )
    document = json.loads(made.stdout)
    assert (document["suite"], list(document["recipients"])) == ("intl", ["registry"])
    refused = hub("init", "--dir", tmp_path / "other", "--registry-key", tmp_path / "registry.key")
    assert refused.exit_code == 77
    assert not (tmp_path / "other").exists()


def test_rotate_makes_a_new_current_key(tmp_path: Path) -> None:
    """Two keys afterwards, the new one current, the pepper the same."""
    before = json.loads(hub("init", "--dir", tmp_path, "--json").stdout)
    assert hub("rotate", "--dir", tmp_path).exit_code == 0
    after = json.loads(hub("rotate", "--dir", tmp_path, "--json").stdout)
    assert [key["current"] for key in after["keys"]] == [False, False, True]
    assert (after["keys"][0]["id"], after["pepper"]) == (before["keys"][0]["id"], before["pepper"])
    assert [key["current"] for key in after["sensitive_keys"]] == [False, False, True]
    assert after["sensitive_keys"][0] == {**before["sensitive_keys"][0], "current": False}


def test_show_says_that_an_older_ring_needs_a_rotation(tmp_path: Path) -> None:
    """A ring without a sensitive key is shown, with what to do about it."""
    hub("init", "--dir", tmp_path)
    document = json.loads((tmp_path / "ring.json").read_text())
    del document["sensitive"]
    (tmp_path / "ring.json").write_text(json.dumps({**document, "format": 1}))
    shown = hub("show", "--dir", tmp_path)
    assert (shown.exit_code, "hub keys rotate" in shown.stdout) == (0, True)
    assert json.loads(hub("show", "--dir", tmp_path, "--json").stdout)["sensitive_keys"] == []
    assert hub("rotate", "--dir", tmp_path).exit_code == 0
    assert len(json.loads(hub("show", "--dir", tmp_path, "--json").stdout)["sensitive_keys"]) == 1


def test_show_prints_ids_and_no_key(tmp_path: Path) -> None:
    """Both forms name every key, and neither holds one."""
    hub("init", "--dir", tmp_path)
    ring = KeyRing.load(tmp_path)
    secrets = [part for part in (tmp_path / "ring.json").read_text().split('"') if len(part) >= 32]
    for shown in (hub("show", "--dir", tmp_path).stdout, hub("show", "--dir", tmp_path, "--json").stdout):
        assert ring.pepper_id in shown
        assert ring.key_ids[0] in shown
        assert ring.sensitive_ids[0] in shown
        assert not any(secret in shown for secret in secrets)


def test_show_without_a_ring_teaches(tmp_path: Path) -> None:
    """The error says where the ring should be and how to make one."""
    shown = hub("show", "--dir", tmp_path / "none")
    assert shown.exit_code == 77
    assert "hub keys init" in shown.stderr
