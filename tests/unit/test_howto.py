"""The how-to page works: its blocks, applied to a copy of the source tree, make an event a fact."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest

ROOT: Final = Path(__file__).parent.parent.parent
PAGE: Final = ROOT / "docs" / "howto" / "add-an-upstream.md"
_BLOCK: Final = re.compile(r"^```(\w+)(?: title=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PROGRAMS: Final = {
    ".venv/bin/hub": [sys.executable, "-m", "hub"],
    ".venv/bin/python": [sys.executable],
    "make reference": [sys.executable, "-m", "hub.reference"],
}


class Block(NamedTuple):
    """One code block of the page."""

    language: str
    title: str
    text: str


def blocks(page: Path = PAGE) -> list[Block]:
    """Return a page's code blocks in order."""
    return [Block(*found.groups(default="")) for found in _BLOCK.finditer(page.read_text(encoding="utf-8"))]


def edited(text: str, diff: str) -> str:
    """Return a file's text with a diff applied, whose lines must stand in it exactly once."""
    before = [line[1:] for line in diff.splitlines() if line[0] in " -"]
    after = [line[1:] for line in diff.splitlines() if line[0] in " +"]
    lines = text.splitlines()
    places = [at for at in range(len(lines)) if lines[at : at + len(before)] == before]
    assert len(places) == 1, f"these lines stand {len(places)} times in the file: {before}"
    (at,) = places
    return "\n".join([*lines[:at], *after, *lines[at + len(before) :]]) + "\n"


def run(command: str, tree: Path) -> str:
    """Run one line of the page in the copy; return what it printed."""
    (known,) = (name for name in _PROGRAMS if command.startswith(name))
    arguments = [*_PROGRAMS[known], *command.removeprefix(known).split()]
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        arguments, cwd=tree, env=environment, capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def followed(tree: Path) -> Iterator[tuple[str, str]]:
    """Do what the page says, block by block; yield each command or shown output with what was printed."""
    printed = ""
    for block in blocks():
        file = tree / block.title
        if block.language == "sh":
            for command in block.text.splitlines():
                printed = run(command, tree)
                yield command, printed
        elif block.title == "output":
            yield block.text, printed
        elif block.language == "diff":
            file.write_text(edited(file.read_text(encoding="utf-8"), block.text), encoding="utf-8")
        else:
            assert not file.exists(), f"{block.title} is there already"
            file.write_text(block.text, encoding="utf-8")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a copy of what the page changes."""
    for name in ("hub", "tests/unit/connectors", "tests/unit/stages", "docs/reference"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("docs/glossary.md", "pyproject.toml", "tests/__init__.py", "tests/unit/__init__.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.slow
def test_the_page_makes_its_example_event_a_fact(tree: Path) -> None:
    """Followed to the letter, every command succeeds and the last script prints the fact that is shown."""
    seen = list(followed(tree))
    commands = [command for command, _ in seen]
    assert commands[:2] == [".venv/bin/hub schemas check", ".venv/bin/hub schemas release"]
    ((shown, printed),) = (each for each in seen if each[0].startswith("learning."))
    assert printed == shown
    assert "released" in dict(seen)[".venv/bin/hub schemas release"]
    pages = (tree / "docs" / "reference" / "facts.md").read_text(encoding="utf-8")
    assert "a lesson somebody finished" in pages


def test_a_diff_that_does_not_fit_is_noticed() -> None:
    """A page that has fallen behind the code fails, and says which lines are gone."""
    assert edited("a\nb\n", " a\n+x\n b\n") == "a\nx\nb\n"
    assert edited("a\nb\n", "-a\n+x\n") == "x\nb\n"
    for text in ("b\n", "a\na\n", "aa\n"):
        with pytest.raises(AssertionError, match="times in the file"):
            edited(text, " a\n+x\n")
