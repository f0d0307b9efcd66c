"""The comparisons a leaf can make: the one table behind checker, compiler, interpreter and reference.

A field that is absent answers no comparison: every leaf about it is false, except ``absent``. So
``is_not`` means "known, and something else"; who wants "unknown or something else" writes
``none: [...]``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from hub.core.fact import FieldType


class Operand(StrEnum):
    """What stands after the operator."""

    VALUE = "value"  #: a value of the field's own type
    VALUES = "values"  #: a list of texts
    TRUE = "true"  #: the word true
    NUMBER = "number"  #: a number
    COUNT = "count"  #: a whole number above 0
    MOMENT = "moment"  #: today, today - 365 days, today + 12 months
    TEXT = "text"  #: one text


class Operator(NamedTuple):
    """One comparison: its name, the field types it is for, what follows it, and its meaning."""

    name: str
    types: frozenset[FieldType]
    operand: Operand
    doc_en: str
    doc_zh: str


_ANY = frozenset(FieldType)
_DAY = frozenset({FieldType.DAY})
_NUMBER = frozenset({FieldType.NUMBER})

OPERATORS: Final[tuple[Operator, ...]] = (
    Operator(
        "is",
        frozenset({FieldType.TEXT, FieldType.NUMBER, FieldType.FLAG}),
        Operand.VALUE,
        "equals the value",
        "等于",
    ),
    Operator(
        "is_not",
        frozenset({FieldType.TEXT, FieldType.NUMBER, FieldType.FLAG}),
        Operand.VALUE,
        "is known and differs from the value",
        "已知且不等于",
    ),
    Operator("in", frozenset({FieldType.TEXT}), Operand.VALUES, "is one of the texts", "是其中之一"),
    Operator("present", _ANY, Operand.TRUE, "is known and not empty", "已知且不为空"),
    Operator("absent", _ANY, Operand.TRUE, "is unknown or empty", "未知或为空"),
    Operator("at_least", _NUMBER, Operand.NUMBER, "is this number or more", "不小于"),
    Operator("at_most", _NUMBER, Operand.NUMBER, "is this number or less", "不大于"),
    Operator("on_or_before", _DAY, Operand.MOMENT, "is that day or earlier", "不晚于"),
    Operator("before", _DAY, Operand.MOMENT, "is earlier than that day", "早于"),
    Operator("on_or_after", _DAY, Operand.MOMENT, "is that day or later", "不早于"),
    Operator("after", _DAY, Operand.MOMENT, "is later than that day", "晚于"),
    Operator(
        "within_months",
        _DAY,
        Operand.COUNT,
        "has come, and that many months have not passed: day <= today <= day + months",
        "已到，且距今不超过若干个月",
    ),
    Operator(
        "within_days",
        _DAY,
        Operand.COUNT,
        "has come, and that many days have not passed: day <= today <= day + days",
        "已到，且距今不超过若干天",
    ),
    Operator("includes", frozenset({FieldType.TEXTS}), Operand.TEXT, "contains the text", "包含"),
)
"""Every operator, in the order of the reference page."""

BY_NAME: Final[dict[str, Operator]] = {operator.name: operator for operator in OPERATORS}

MOMENT_OPERATORS: Final = frozenset(o.name for o in OPERATORS if o.operand is Operand.MOMENT)
WITHIN_OPERATORS: Final = frozenset(o.name for o in OPERATORS if o.operand is Operand.COUNT)
DATED: Final = MOMENT_OPERATORS | WITHIN_OPERATORS
"""Operators whose answer changes by time alone."""


def known(value: object) -> bool:
    """Return whether a field holds something: not absent, not an empty text or list."""
    return value is not None and value not in ("", [], ())
