"""The documents: links lead somewhere, words are explained, and nothing of this machine stands in them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hub.cli.main import COMMANDS
from hub.core.codes import Code
from hub.core.fact import CATALOGUE

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(#[^)]*)?\)")
_CODE_PATH = re.compile(r"`((?:hub|docs|tests|bench)/[\w./-]+)`")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_paths_lead_somewhere(page: Path) -> None:
    """Every relative link and every path in code marks exists."""
    text = page.read_text(encoding="utf-8")
    links = [page.parent / target for target, _ in _LINK.findall(text) if "://" not in target]
    paths = [ROOT / path for path in _CODE_PATH.findall(text) if "<" not in path and "*" not in path]
    missing = [str(path) for path in (*links, *paths) if not path.exists()]
    assert not missing


def test_the_glossary_explains_every_fact_kind_and_code() -> None:
    """What the catalogues name, the glossary explains."""
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    names = [kind.name for kind in CATALOGUE] + [f"`{code}`" for code in Code]
    assert [name for name in names if name not in glossary] == []


def test_the_readme_names_only_commands_that_exist() -> None:
    """Each `hub x` is in the table of commands, each `make x` is a target of the Makefile."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert set(re.findall(r"^hub (\w+)", readme, re.MULTILINE)) <= {command.name for command in COMMANDS}
    assert all(
        f"\n{target}: " in makefile for target in set(re.findall(r"^make (\w+)", readme, re.MULTILINE))
    )
