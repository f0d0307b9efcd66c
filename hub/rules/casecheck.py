"""Check a case against the fact catalogue, on the data as written, so that every problem has a place."""

from __future__ import annotations

from typing import Any, Final

from hub.core.dates import DateError, parse_day
from hub.core.fact import FactKind, FieldType
from hub.core.subject import READABLE_BY_NAME, SUBJECT
from hub.rules.problems import nearest
from hub.rules.source import At, Source
from hub.rules.vocabulary import values_of

OPEN: Final = "open"
"""The end of a ground that does not end."""
NEVER: Final = "never"
"""The day on which nothing changes by time alone."""


def check_case(source: Source, at: At, case: dict[str, Any]) -> None:
    """Note every problem of what a case says of a person and expects, at ``at``."""
    if isinstance(case.get("today"), str):
        _check_day(source, (*at, "today"), case["today"])
    if isinstance(case.get("person"), dict):
        _check_fields(source, (*at, "person"), SUBJECT, case["person"])
    facts = case.get("facts")
    for index, fact in enumerate(facts if isinstance(facts, list) else ()):
        for name, fields in fact.items() if isinstance(fact, dict) else ():
            here: At = (*at, "facts", index, name)
            kind = READABLE_BY_NAME.get(name)
            if kind is None or kind is SUBJECT:
                known = [other for other in READABLE_BY_NAME if other != SUBJECT.name]
                source.add(
                    "UNKNOWN_FACT",
                    here,
                    key=True,
                    found=name,
                    near=nearest(name, known),
                    choices=", ".join(known),
                )
            elif isinstance(fields, dict):
                _check_fields(source, here, kind, fields)
    _check_expected(source, (*at, "expect"), case.get("expect"))


def _check_expected(source: Source, at: At, expect: object) -> None:
    if not isinstance(expect, dict):
        return
    for name in ("rules", "sensitive"):
        rules = expect.get(name)
        for rule, end in rules.items() if isinstance(rules, dict) else ():
            _check_end(source, (*at, name, rule), end)
    tasks = expect.get("tasks")
    for rule, ends in tasks.items() if isinstance(tasks, dict) else ():
        for index, end in enumerate(ends if isinstance(ends, list) else ()):
            _check_end(source, (*at, "tasks", rule, index), end)
    change = expect.get("next_change")
    if isinstance(change, str) and change != NEVER:
        _check_day(source, (*at, "next_change"), change)
    blocked = expect.get("outcome") in ("held", "stop")
    if blocked and "code" not in expect:
        source.missing(at, "code")


def _check_fields(source: Source, at: At, kind: FactKind, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        here = (*at, name)
        field = kind.field(name)
        if field is None:
            known = [known.name for known in kind.fields]
            source.add(
                "UNKNOWN_FIELD",
                here,
                key=True,
                fact=kind.name,
                found=name,
                near=nearest(name, known),
                choices=", ".join(known),
            )
        elif value is None:
            continue  # unknown
        elif field.type is FieldType.DAY:
            _check_day(source, here, value)
        elif not isinstance(value, _PYTHON[field.type]) or isinstance(value, bool) != (
            field.type is FieldType.FLAG
        ):
            source.add(
                "VALUE_TYPE",
                here,
                fact=kind.name,
                field=name,
                type=field.type.value,
                expected=f"a {field.type.value}",
                expected_zh=f" {field.type.value}",
                found=source.spelled(here),
            )
        elif (choices := values_of(kind.name, name)) and value not in choices:
            source.add(
                "UNKNOWN_VALUE",
                here,
                fact=kind.name,
                field=name,
                found=source.spelled(here),
                near=nearest(value, choices),
                choices=", ".join(choices),
            )


_PYTHON: Final[dict[FieldType, type[Any] | tuple[type[Any], ...]]] = {
    FieldType.TEXT: str, FieldType.NUMBER: (int, float), FieldType.FLAG: bool, FieldType.TEXTS: list,
}  # fmt: skip


def _check_end(source: Source, at: At, end: object) -> None:
    if isinstance(end, str) and end != OPEN:
        _check_day(source, at, end)


def _check_day(source: Source, at: At, value: object) -> None:
    try:
        parse_day(str(value))
    except DateError:
        source.add("NOT_A_DAY", at, found=source.spelled(at))
