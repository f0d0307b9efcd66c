"""The JSON Schema for editors."""

from __future__ import annotations

import json

from hub import packaged, rulebooks
from hub.core.subject import READABLE
from hub.rules.json_schema import book_schema


def test_the_checked_in_schema_is_current() -> None:
    """It is what the model says: `hub rules schema > hub/rules/books/book.schema.json` writes it."""
    assert packaged.read_text(rulebooks.SCHEMA) == book_schema()


def test_the_schema_knows_the_catalogue() -> None:
    """Every fact, every field, and for each field only the comparisons that fit."""
    definitions = json.loads(book_schema())["$defs"]
    facts = {each["properties"]["fact"]["const"]: each for each in definitions["FactCondition"]["oneOf"]}
    assert list(facts) == [kind.name for kind in READABLE]
    for kind in READABLE:
        leaves = facts[kind.name]["properties"]["where"]["items"]["oneOf"]
        assert [leaf["properties"]["field"]["const"] for leaf in leaves] == [
            field.name for field in kind.fields
        ]
    kind, _, expires_on, *_ = facts["certificate"]["properties"]["where"]["items"]["oneOf"]
    assert kind["properties"]["is"]["enum"] == ["first_aider", "cpr_aed", "trainer"]
    assert "on_or_after" in expires_on["properties"]
    assert "at_least" not in expires_on["properties"]


def test_priorities_are_names() -> None:
    """An editor offers P0 to P3, not the numbers they are kept as."""
    rule = json.loads(book_schema())["$defs"]["Rule"]
    assert rule["properties"]["priority"]["enum"] == ["P0", "P1", "P2", "P3"]
    assert rule["additionalProperties"] is False


def test_what_a_rule_makes_and_when_it_is_issued_are_lists() -> None:
    """An editor offers what a rule can make, and the days of the week."""
    definitions = json.loads(book_schema())["$defs"]
    makes = definitions["Rule"]["properties"]["makes"]["enum"]
    assert makes == ["invitation", "admission_task", "transfer_notice"]
    weekday = definitions["Batch"]["properties"]["P3"]["anyOf"][0]["enum"]
    assert (len(weekday), weekday[0]) == (7, "monday")
    assert "public" not in definitions["Rule"]["required"]
