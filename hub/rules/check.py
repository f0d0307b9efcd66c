"""Check conditions against the fact catalogue, on the data as written, so that every problem has a place.

pydantic checks the shape of everything else in a book (:mod:`hub.rules.book`); a condition's problems
need the catalogue, and the nearest right name.
"""

from __future__ import annotations

from typing import Any, Final

from hub.core.fact import FactKind, Field, FieldType
from hub.core.subject import READABLE_BY_NAME
from hub.rules.days import Moment
from hub.rules.operators import BY_NAME, OPERATORS, Operand, Operator
from hub.rules.problems import nearest
from hub.rules.source import At, Source
from hub.rules.vocabulary import values_of

_GROUPS: Final = ("all", "any", "none")
_YAML_11_BOOLEANS: Final = frozenset(("yes", "no", "on", "off", "y", "n"))
_ARTICLES: Final[dict[FieldType, str]] = {
    FieldType.TEXT: "text",
    FieldType.DAY: "day",
    FieldType.NUMBER: "number",
    FieldType.FLAG: "flag (true or false)",
    FieldType.TEXTS: "list of texts",
}


def check_condition(source: Source, at: At, value: object) -> None:
    """Note every problem of the condition at ``at``."""
    if not isinstance(value, dict):
        source.add("WRONG_SHAPE", at, expected="a condition", expected_zh="条件", found=source.spelled(at))
        return
    heads = [key for key in (*_GROUPS, "fact") if key in value]
    if len(heads) != 1:
        _no_head(source, at, value)
        return
    if heads[0] == "fact":
        _check_fact(source, at, value)
        return
    source.unknown_keys(at, value, (heads[0],))
    for index, child in enumerate(_listed(source, (*at, heads[0]), value[heads[0]])):
        check_condition(source, (*at, heads[0], index), child)


def _no_head(source: Source, at: At, value: dict[str, Any]) -> None:
    near = next((n for key in value if (n := nearest(key, (*_GROUPS, "fact")))), "")
    source.add("NO_CONDITION", at, near=near)


def _listed(source: Source, at: At, value: object) -> list[Any]:
    if not isinstance(value, list):
        source.add("WRONG_SHAPE", at, expected="a list", expected_zh="列表", found=source.spelled(at))
        return []
    if not value:
        source.add("EMPTY_CONDITION", at)
    return value


def _check_fact(source: Source, at: At, value: dict[str, Any]) -> None:
    source.unknown_keys(at, value, ("fact", "where"))
    name = value["fact"]
    kind = READABLE_BY_NAME.get(name) if isinstance(name, str) else None
    if kind is None:
        source.add(
            "UNKNOWN_FACT",
            (*at, "fact"),
            near=nearest(name, READABLE_BY_NAME),
            found=source.spelled((*at, "fact")),
            choices=", ".join(READABLE_BY_NAME),
        )
    if "where" not in value:
        source.missing(at, "where")
        return
    for index, leaf in enumerate(_listed(source, (*at, "where"), value["where"])):
        _check_leaf(source, (*at, "where", index), leaf, kind)


def _check_leaf(source: Source, at: At, leaf: object, kind: FactKind | None) -> None:
    if not isinstance(leaf, dict):
        source.add(
            "WRONG_SHAPE",
            at,
            expected="{field: …, is: …}",
            expected_zh=" {field: …, is: …}",
            found=source.spelled(at),
        )
        return
    if "field" not in leaf:
        source.missing(at, "field")
    field = _check_field(source, at, leaf, kind)
    names = [key for key in leaf if key != "field"]
    operators = [key for key in names if key in BY_NAME]
    for key in names:
        if key not in BY_NAME:
            source.add(
                "UNKNOWN_OPERATOR",
                (*at, key),
                key=True,
                near=nearest(key, BY_NAME),
                found=key,
                choices=_choices(field),
            )
    if not names:
        source.add("NO_OPERATOR", at, field=leaf.get("field"), choices=_choices(field))
    if len(operators) > 1:
        source.add("SEVERAL_OPERATORS", (*at, operators[1]), key=True, found=", ".join(operators))
    elif operators and kind is not None and field is not None:
        name = operators[0]
        _check_comparison(source, (*at, name), leaf[name], kind=kind, field=field, operator=BY_NAME[name])


def _check_field(source: Source, at: At, leaf: dict[str, Any], kind: FactKind | None) -> Field | None:
    if kind is None or "field" not in leaf:
        return None
    name = leaf["field"]
    field = kind.field(name) if isinstance(name, str) else None
    if field is None:
        known = [f.name for f in kind.fields]
        source.add(
            "UNKNOWN_FIELD",
            (*at, "field"),
            near=nearest(name, known),
            fact=kind.name,
            found=source.spelled((*at, "field")),
            choices=", ".join(known),
        )
    return field


def _choices(field: Field | None) -> str:
    return ", ".join(o.name for o in OPERATORS if field is None or field.type in o.types)


def _check_comparison(
    source: Source, at: At, value: object, *, kind: FactKind, field: Field, operator: Operator
) -> None:
    words: dict[str, Any] = {
        "fact": kind.name,
        "field": field.name,
        "type": _ARTICLES[field.type],
        "found": source.spelled(at),
    }
    if field.type not in operator.types:
        fitting = [o.name for o in OPERATORS if field.type in o.types]
        near = _day_twin(operator.name) if field.type is FieldType.DAY else ""
        source.add(
            "OPERATOR_TYPE",
            at,
            key=True,
            near=near,
            **words,
            operator=operator.name,
            choices=", ".join(fitting),
        )
    elif operator.operand is Operand.MOMENT:
        try:
            Moment.parse(str(value))
        except ValueError:
            source.add("BAD_MOMENT", at, found=source.spelled(at))
    elif operator.operand is Operand.VALUES:
        for index, item in enumerate(_listed(source, at, value)):
            _check_value(source, (*at, index), kind, field, item)
    elif operator.operand is Operand.VALUE:
        _check_value(source, at, kind, field, value)
    else:
        _check_operand(source, at, operator.operand, value, words)


def _day_twin(operator: str) -> str:
    return {"at_least": "on_or_after", "at_most": "on_or_before"}.get(operator, "")


def _check_operand(source: Source, at: At, operand: Operand, value: object, words: dict[str, Any]) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if operand is Operand.TRUE and value is not True:
        source.add("WRITE_TRUE", at, found=source.spelled(at))
    elif operand is Operand.NUMBER and not number:
        source.add("VALUE_TYPE", at, **words, expected="a number", expected_zh="数字")
    elif operand is Operand.COUNT and not (isinstance(value, int) and number and value > 0):
        source.add("VALUE_TYPE", at, **words, expected="a whole number above 0", expected_zh="大于 0 的整数")
    elif operand is Operand.TEXT and not isinstance(value, str):
        source.add("VALUE_TYPE", at, **words, expected="a text", expected_zh="文字")


def _check_value(source: Source, at: At, kind: FactKind, field: Field, value: object) -> None:
    found = source.spelled(at)
    words: dict[str, Any] = {
        "fact": kind.name,
        "field": field.name,
        "type": _ARTICLES[field.type],
        "found": found,
    }
    if field.type is FieldType.FLAG:
        if isinstance(value, str) and value.lower() in _YAML_11_BOOLEANS:
            yes = value.lower() in ("yes", "on", "y")
            source.add("TRUE_OR_FALSE", at, near="true" if yes else "false", found=found)
        elif not isinstance(value, bool):
            source.add("TRUE_OR_FALSE", at, found=found)
    elif field.type is FieldType.NUMBER:
        if not isinstance(value, int | float) or isinstance(value, bool):
            source.add("VALUE_TYPE", at, **words, expected="a number", expected_zh="数字")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        source.add("QUOTE_IT", at, **words)
    elif not isinstance(value, str):
        source.add("VALUE_TYPE", at, **words, expected="a text", expected_zh="文字")
    elif not value:
        source.add("EMPTY_VALUE", at)
    elif (known := values_of(kind.name, field.name)) and value not in known:
        source.add("UNKNOWN_VALUE", at, **words, near=nearest(value, known), choices=", ".join(known))
