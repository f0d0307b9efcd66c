"""The pure packages stay pure: no I/O, no clock, no chance, no logging, wherever their imports lead."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Final

import pytest

import hub

PURE: Final = ("hub.core", "hub.connectors", "hub.schemas", "hub.rules")
ROOT: Final = Path(hub.__file__).parent

FORBIDDEN_MODULES: Final = frozenset(
    {
        "aiokafka", "asyncio", "confluent_kafka", "fcntl", "glob", "http", "importlib", "io", "logging",
        "multiprocessing", "os", "pathlib", "pickle", "prometheus_client", "random", "requests", "rich",
        "rocksdict", "secrets", "selectors", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess",
        "sys", "tempfile", "threading", "time", "typer", "urllib", "uuid", "warnings",
    }
)  # fmt: skip
"""Modules through which a function could see or change the world, or tell the time."""

FORBIDDEN_HUB: Final = frozenset(
    {
        "hub.cli", "hub.contracts", "hub.data", "hub.demo", "hub.embedded", "hub.engine", "hub.kafka",
        "hub.metrics", "hub.packaged", "hub.privacy", "hub.provision", "hub.settings", "hub.simulate",
        "hub.stages",
    }
)  # fmt: skip
"""Our own shells: they may import the pure packages, never the other way round."""

FORBIDDEN_CALLS: Final = frozenset({"open", "print", "input", "eval", "breakpoint", "__import__"})
CLOCK_READS: Final = frozenset({"now", "utcnow", "today"})
"""Attributes of datetime and date that read the machine's clock."""
COMPILERS: Final = frozenset({"hub.rules.compile", "hub.schemas.reader", "hub.schemas.writer"})
"""These turn generated source into functions, for speed: exec there, and nowhere else."""


def modules_of(package: str) -> list[str]:
    """Return the dotted names of all modules of a package."""
    folder = ROOT.parent.joinpath(*package.split("."))
    names = []
    for file in sorted(folder.rglob("*.py")):
        dotted = ".".join(file.relative_to(ROOT.parent).with_suffix("").parts)
        names.append(dotted.removesuffix(".__init__"))
    return names


@cache
def source_of(module: str) -> ast.Module | None:
    """Return the parsed source of one of our modules; None when it is no module of ours."""
    path = ROOT.parent.joinpath(*module.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.exists():
            return ast.parse(file.read_text(encoding="utf-8"), str(file))
    return None


def imports_of(tree: ast.Module) -> set[str]:
    """Return every module a source imports anywhere, except for type checking only."""
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}
        for statement in node.body
        for inner in ast.walk(statement)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "we import by full name"
            assert node.module is not None
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def closure(module: str) -> dict[str, str]:
    """Return every module of ours that ``module`` leads to, with the one that imports it."""
    seen, waiting = {module: ""}, [module]
    while waiting:
        importer = waiting.pop()
        tree = source_of(importer)
        assert tree is not None, importer
        for name in sorted(imports_of(tree)):
            if name.split(".")[0] == "hub" and name not in seen and source_of(name) is not None:
                seen[name] = importer
                waiting.append(name)
    return seen


def breaches(tree: ast.Module, module: str) -> list[str]:
    """Return what in a source does or could do more than compute."""
    found = [
        f"imports {name}" for name in sorted(imports_of(tree)) if name.split(".")[0] in FORBIDDEN_MODULES
    ]
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        if isinstance(function, ast.Name) and (
            function.id in FORBIDDEN_CALLS or (function.id in {"exec", "compile"} and module not in COMPILERS)
        ):
            found.append(f"line {node.lineno}: calls {function.id}()")
        if isinstance(function, ast.Attribute) and function.attr in CLOCK_READS:
            owner = ast.unparse(function.value).split(".")[-1]
            if owner in {"datetime", "date"}:
                found.append(f"line {node.lineno}: reads the clock with {owner}.{function.attr}()")
    return found


@pytest.mark.parametrize("package", PURE)
def test_a_pure_package_has_modules(package: str) -> None:
    """The walk finds modules: an empty walk would approve of anything."""
    assert len(modules_of(package)) > 1


@pytest.mark.parametrize("module", [module for package in PURE for module in modules_of(package)])
def test_a_pure_module_only_computes(module: str) -> None:
    """Neither the module nor any of ours that it imports does I/O, reads a clock, draws lots or logs."""
    wrong = []
    for reached, importer in closure(module).items():
        tree = source_of(reached)
        assert tree is not None
        via = f" (by way of {importer})" if importer else ""
        wrong += [f"{reached}{via}: {breach}" for breach in breaches(tree, reached)]
        if any(reached == shell or reached.startswith(shell + ".") for shell in FORBIDDEN_HUB):
            wrong.append(f"{reached}{via}: is a shell")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("source", "breach"),
    [
        pytest.param("import os", "imports os", id="import"),
        pytest.param("from os import path", "imports os", id="from-import"),
        pytest.param("def f():\n    import time", "imports time", id="import-inside-a-function"),
        pytest.param("open('x')", "calls open()", id="open"),
        pytest.param("import datetime\ndatetime.datetime.now()", "reads the clock", id="clock"),
        pytest.param("from datetime import date\ndate.today()", "reads the clock", id="today"),
        pytest.param("print('x')", "calls print()", id="print"),
        pytest.param("exec('x')", "calls exec()", id="exec-outside-a-compiler"),
    ],
)
def test_the_walk_sees_a_breach(source: str, breach: str) -> None:
    """Each kind of breach is found when it is there."""
    assert any(breach in found for found in breaches(ast.parse(source), "hub.core.example"))


def test_an_import_for_types_only_is_no_breach() -> None:
    """What stands under TYPE_CHECKING is never imported at run time."""
    source = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pathlib import Path\n"
    assert breaches(ast.parse(source), "hub.core.example") == []
