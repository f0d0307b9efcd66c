"""The recount is worth something only as long as it shares no code with the hub."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import tools.recount

SOURCES = sorted(Path(tools.recount.__file__).parent.glob("*.py"))
KEYS_ONLY = {"hub.core.document", "hub.privacy.key_ring", "hub.settings"}
"""What the command asks for pseudonyms, when it is given the keys; the recount itself never does."""


def imports(source: Path) -> set[str]:
    """Return the modules that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_shares_no_code_with_the_hub(source: Path) -> None:
    """Nothing of the recount imports the hub, but for the command's way to the pseudonyms."""
    hubs = {name for name in imports(source) if name.split(".")[0] == "hub"}
    assert hubs == (KEYS_ONLY if source.stem == "__main__" else set())
