"""``hub person`` before it reaches a broker: what is asked for, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.cli.main import app
from hub.privacy.key_ring import KeyRing
from tests.unit.connectors.events import ANTON

NOWHERE = ("--bootstrap", "127.0.0.1:9")


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        pytest.param(("show", "--unmask"), "--unmask needs a reason", id="clear text"),
        pytest.param(("show", "--data-officer"), "--data-officer needs a reason", id="class s"),
        pytest.param(("show", "--unmask", "--reason", " "), "--unmask needs a reason", id="an empty reason"),
        pytest.param(("export", "--output", "x"), "an export needs a reason", id="a copy"),
        pytest.param(("erase",), "an erasure needs a reason", id="an erasure"),
    ],
)
def test_who_gives_no_reason_is_refused(arguments: tuple[str, ...], missing: str) -> None:
    """Before a document is read, or anything else is done."""
    result = CliRunner().invoke(app, ["person", *arguments, *NOWHERE], input=f"resident_id\n{ANTON}\n")
    assert (result.exit_code, missing in result.output) == (2, True)
    assert ANTON not in result.output


def test_a_copy_replaces_no_file(tmp_path: Path) -> None:
    """A file that is there stays as it is."""
    there = tmp_path / "copy.json"
    there.write_text("mine")
    result = CliRunner().invoke(
        app, ["person", "export", "--stdin", "--reason", "r", "--output", str(there), *NOWHERE]
    )
    assert (result.exit_code, "never overwritten" in result.output) == (2, True)
    assert there.read_text() == "mine"


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("resident_id\n" + ANTON[:17] + "0\n", id="check digit"),
        pytest.param("passport\nE12345678\n", id="without the birth date"),
        pytest.param("passport\nE12345678\nsoon\n", id="no date"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_no_sure_document_is_refused_without_repeating_it(
    typed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a message nor an echo has the number."""
    KeyRing.create(tmp_path / "keys")
    monkeypatch.setenv("HUB_KEY_DIR", str(tmp_path / "keys"))
    result = CliRunner().invoke(
        app, ["person", "erase", "--stdin", "--yes", "--reason", "r", "--requested-on", "2022-05-08",
              *NOWHERE],
        input=typed,
    )  # fmt: skip
    assert result.exit_code == 2, result.output
    assert not any(len(line) > 6 and line in result.output for line in typed.splitlines()[1:2])


def test_the_number_is_typed_where_nobody_sees_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At a prompt that does not echo; who answers no has done nothing."""
    KeyRing.create(tmp_path / "keys")
    monkeypatch.setenv("HUB_KEY_DIR", str(tmp_path / "keys"))
    result = CliRunner().invoke(
        app, ["person", "erase", "--reason", "r", "--requested-on", "2022-05-08", *NOWHERE],
        input=f"resident_id\n{ANTON}\nn\n",
    )  # fmt: skip
    assert (result.exit_code, "nothing was done" in result.output) == (2, True)
    assert "number (not shown)" in result.output
    assert ANTON not in result.output
