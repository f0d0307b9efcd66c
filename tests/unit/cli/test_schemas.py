"""``hub schemas``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub import contracts
from hub.cli.main import app
from hub.schemas.catalogue import Catalogue
from tests.unit.schemas.samples import event, load


def hub(*args: object) -> Result:
    """Run ``hub schemas`` with arguments."""
    return CliRunner().invoke(app, ["schemas", *map(str, args)])


def pretend(monkeypatch: pytest.MonkeyPatch, catalogue: Catalogue) -> None:
    """Let the commands find this catalogue."""
    monkeypatch.setattr(contracts, "catalogue", lambda: catalogue)


def test_list_names_every_event() -> None:
    """People get a table, machines the same as JSON."""
    shown, document = hub("list"), json.loads(hub("list", "--json").stdout)
    assert [each["type"] for each in document] == [schema.ce_type for schema in contracts.catalogue()]
    assert all(each["type"] in shown.stdout for each in document)
    assert {"topic", "name", "version", "fingerprint", "prohibition", "doc"} < set(document[0])


def test_show_tells_fields_classes_and_the_avro_schema() -> None:
    """The table goes into inner records; --json gives Avro that others can use."""
    shown = hub("show", "consent.withdrawn.v1")
    assert "person.guardian.phone" in shown.stdout
    assert "禁止类" in shown.stdout
    document = json.loads(hub("show", "redcross.consent.ConsentWithdrawn", "--json").stdout)
    assert document["personal"]["person.name"] == "p"
    assert document["schema"]["ceType"] == "consent.withdrawn.v1"


def test_show_helps_with_a_wrong_name() -> None:
    """An unknown type is a usage error that names the nearest one."""
    result = hub("show", "consent.withdrawn")
    assert (result.exit_code, "consent.withdrawn.v1" in result.stderr) == (2, True)


def test_check_passes_on_what_ships() -> None:
    """Our own schemas are complete, compatible and all released."""
    result = hub("check", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {"ok": True, "findings": [], "unreleased": []}
    assert "schemas agree" in hub("check").stdout


def test_check_fails_with_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A breaking change gives exit code 1, and the field and the cure in both forms."""
    pretend(monkeypatch, load(event({"name": "a", "type": "int"}), v1=event()))
    shown, document = hub("check"), hub("check", "--json")
    assert (shown.exit_code, document.exit_code) == (1, 1)
    assert "default" in shown.stdout
    assert [each["path"] for each in json.loads(document.stdout)["findings"]] == ["a"]


def test_check_says_what_is_not_released_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new event is no finding, but is mentioned."""
    pretend(monkeypatch, load(event()))
    assert "unreleased  thing.happened.v1" in hub("check").stdout


def test_release_freezes_what_changed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The next number is written, self-contained; what has not changed is not written again."""
    new = event({"name": "a", "type": ["null", "t.Who"], "default": None})
    pretend(monkeypatch, load(new, event(ce_type="other.v1", name="Other"), v1=event()))
    assert json.loads(hub("release", "--tree", tmp_path, "--json").stdout) == {
        "released": ["other.v1/1.avsc", "thing.happened.v1/2.avsc"]
    }
    written = (tmp_path / "thing.happened.v1" / "2.avsc").read_text(encoding="utf-8")
    again = load(new, v1=event(), v2=json.loads(written))
    assert again.all()[0].version == 2
    pretend(monkeypatch, again)
    assert "0 released, 1 unchanged" in hub("release", "--tree", tmp_path).stdout


def test_release_is_refused_while_the_check_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A breaking change is never frozen."""
    pretend(monkeypatch, load(event({"name": "a", "type": "int"}), v1=event()))
    result = hub("release", "--tree", tmp_path)
    assert (result.exit_code, list(tmp_path.iterdir())) == (1, [])
    assert "hub schemas check" in result.stderr
