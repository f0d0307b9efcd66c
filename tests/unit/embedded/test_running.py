"""hub.embedded.running: which broker runs in a directory."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hub.embedded import running


def test_a_noted_broker_is_found_and_forgotten(tmp_path: Path) -> None:
    """The note is true while the process lives, here this very one."""
    noted = running.remember(tmp_path, os.getpid(), 9092)
    assert running.status(tmp_path) == noted
    assert noted.bootstrap == "127.0.0.1:9092"
    running.forget(tmp_path)
    assert running.status(tmp_path) is None


def test_a_note_of_a_dead_process_counts_for_nothing(tmp_path: Path) -> None:
    """After a crash the process id may be somebody else's: the mark tells."""
    running.remember(tmp_path, os.getpid(), 9092)
    note = tmp_path / "broker.json"
    text = note.read_text(encoding="utf-8")
    mark = running.status(tmp_path)
    assert mark is not None
    note.write_text(text.replace(mark.mark, "1"), encoding="utf-8")
    assert running.status(tmp_path) is None
    assert running.stop(tmp_path) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'], ids=["empty", "cut", "other", "old-format"])
def test_a_damaged_note_is_no_broker(tmp_path: Path, text: str) -> None:
    """A note that cannot be read is as good as none."""
    (tmp_path / "broker.json").write_text(text, encoding="utf-8")
    assert running.status(tmp_path) is None
