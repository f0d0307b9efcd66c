"""hub.reference: the generated pages are what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub import reference

ROOT = Path(__file__).parent.parent.parent


def test_no_generated_page_is_stale() -> None:
    """`make reference` would change nothing."""
    assert reference.stale(ROOT) == []


def test_every_reference_page_is_generated() -> None:
    """Nothing under docs/reference is written by hand or left over from an earlier version."""
    there = {f"docs/reference/{file.name}" for file in (ROOT / "docs" / "reference").iterdir()}
    assert there == {path for path, _ in reference.GENERATORS}


def test_a_stale_page_is_found_and_written(tmp_path: Path) -> None:
    """In an empty tree all pages are stale; write makes them, and then none is."""
    assert set(reference.stale(tmp_path)) == {path for path, _ in reference.GENERATORS}
    reference.write(tmp_path)
    assert reference.stale(tmp_path) == []


def test_a_table_escapes_bars_and_line_ends() -> None:
    """A cell can hold any text without breaking the table."""
    assert reference.table(("a",), [("x|y\nz",)]) == "| a |\n| --- |\n| x\\|y z |\n"


def test_a_check_of_stale_pages_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """--check names the stale pages and exits with 1."""
    monkeypatch.setattr(reference, "stale", lambda _: ["docs/reference/topics.md"])
    assert reference.main(["--check"]) == 1
    assert "docs/reference/topics.md" in capsys.readouterr().err
