"""hub.actions: whatever is logged is in the catalogue, and no field could hold a person's data."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest

import hub
from hub.actions import ACTIONS, FIELDS, reference
from hub.contracts import catalogue
from hub.schemas.catalogue import personal_fields

ROOT: Final = Path(hub.__file__).parent
BY_NAME: Final = {action.name: action for action in ACTIONS}


class Call(NamedTuple):
    """One ``log(…)`` in the tree."""

    place: str
    action: str
    level: str
    fields: tuple[str, ...]


def calls() -> Iterator[Call]:
    """Yield every call of the logger in the package; fail on one that cannot be read."""
    for file in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "log":
                place = f"{file.relative_to(ROOT)}:{node.lineno}"
                assert len(node.args) == 1, f"{place}: only the action is positional"
                assert isinstance(node.args[0], ast.Constant), f"{place}: the action is no literal"
                given = {keyword.arg: keyword.value for keyword in node.keywords}
                assert None not in given, f"{place}: fields hidden behind **"
                level = given.pop("level", ast.Constant("INFO"))
                assert isinstance(level, ast.Constant), f"{place}: the level is no literal"
                yield Call(place, str(node.args[0].value), str(level.value), tuple(map(str, given)))


CALLS: Final = list(calls())


@pytest.mark.parametrize("call", CALLS, ids=lambda call: str(call.place))
def test_every_call_is_of_the_catalogue(call: Call) -> None:
    """Action, level and fields are declared."""
    action = BY_NAME.get(call.action)
    assert action is not None, call
    assert call.level in action.levels
    assert set(call.fields) <= set(action.fields)


def test_every_action_is_logged_somewhere() -> None:
    """Nothing in the catalogue is left over; no name is there twice; each is noun.verb."""
    assert {call.action for call in CALLS} == set(BY_NAME)
    assert len(BY_NAME) == len(ACTIONS)
    assert all(re.fullmatch(r"[a-z]+\.[a-z_]+", name) for name in BY_NAME)


def test_fields_are_declared_and_none_is_a_personal_one() -> None:
    """Every field is explained and used; none bears the name of a personal field of an event."""
    assert {name for action in ACTIONS for name in action.fields} == set(FIELDS)
    personal = {path.rsplit(".", 1)[-1] for schema in catalogue() for path in personal_fields(schema.type)}
    assert {"name", "doc_no", "phone"} <= personal
    # Of hub.control and hub.dead_letter: who released a source and why, typed by an operator, is not logged.
    assert set(FIELDS) & personal <= {"reason"}


def test_nothing_else_writes_logs() -> None:
    """Modules of the hub use this logger and no other way to the log."""
    # The logger itself; librdkafka's, which is silent; Faust's, whose errors become records of ours; one line
    # of uvicorn's that is left out.
    allowed = {"log.py", "kafka.py", "statistics/worker.py", "cli/figureserve.py"}
    found = [
        str(file.relative_to(ROOT))
        for file in ROOT.rglob("*.py")
        if re.search(r"^\s*(import logging|from logging)", file.read_text("utf-8"), re.MULTILINE)
    ]
    assert set(found) <= allowed


def test_the_page_has_every_action_and_field() -> None:
    """Both languages, nothing empty."""
    page = reference()
    assert all(f"`{name}`" in page for name in (*BY_NAME, *FIELDS))
    assert all(re.search(r"[一-鿿]", action.doc_zh) and action.doc_en for action in ACTIONS)
