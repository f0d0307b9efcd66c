"""The expectation is worth something only as long as it shares no code with the hub."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import hub.simulate

SOURCES = sorted(Path(hub.simulate.__file__).parent.glob("*.py"))
OURS = "hub.simulate"
EVALUATION = {
    "agenda", "calendar", "confide", "duties", "eligibility", "entry", "expect", "grounds", "happening",
    "inviting", "known", "learn", "neighbours", "offices", "report", "secret", "stock", "territory",
    "whereto",
}  # fmt: skip
SHELLS = {"publish": {"hub.kafka", "hub.errors", "hub.settings", "hub"}, "regions": {"hub.packaged", "hub"}}


def imports(source: Path) -> set[str]:
    """Return the modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_shares_no_code_with_the_hub(source: Path) -> None:
    """Nothing of the simulation imports the hub's core, rules, stages, connectors or data."""
    hubs = {name for name in imports(source) if name.split(".")[0] == "hub" and not name.startswith(OURS)}
    assert hubs <= SHELLS.get(source.stem, set())


@pytest.mark.parametrize("name", sorted(EVALUATION))
def test_evaluation_needs_the_standard_library_only(name: str) -> None:
    """The evaluation itself uses the standard library and its own modules, nothing else."""
    (source,) = [source for source in SOURCES if source.stem == name]
    third = {found.split(".")[0] for found in imports(source) if not found.startswith(OURS)}
    assert third <= {
        "__future__",
        "calendar",
        "collections",
        "copy",
        "dataclasses",
        "datetime",
        "enum",
        "functools",
        "typing",
    }
