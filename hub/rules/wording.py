"""Leaves, days and values as words: shared by explanations and the generated reference."""

from __future__ import annotations

from typing import Final, Literal

from hub.core.dates import iso
from hub.core.fact import Field, FieldType
from hub.core.subject import READABLE_BY_NAME
from hub.rules.days import Moment
from hub.rules.model import Leaf
from hub.rules.operators import known
from hub.rules.vocabulary import wording

Language = Literal["zh", "en"]

_REQUIREMENTS: Final[dict[str, tuple[str, str]]] = {
    "is": ("{0}", "{0}"),
    "is_not": ("已知且不是{0}", "known, and not {0}"),
    "in": ("{0}之一", "one of {0}"),
    "present": ("须已知", "known"),
    "absent": ("无", "none"),
    "at_least": ("不小于 {0}", "{0} or more"),
    "at_most": ("不大于 {0}", "{0} or less"),
    "on_or_before": ("不晚于{0}", "{0} or earlier"),
    "before": ("早于{0}", "before {0}"),
    "on_or_after": ("不早于{0}", "{0} or later"),
    "after": ("晚于{0}", "after {0}"),
    "within_months": ("已到，且此后未超过 {0} 个月", "has come, and not more than {0} months ago"),
    "within_days": ("已到，且此后未超过 {0} 天", "has come, and not more than {0} days ago"),
    "includes": ("包含 {0}", "with {0}"),
}


def kind_label(fact: str, language: Language) -> str:
    """Return what a fact kind is called."""
    kind = READABLE_BY_NAME[fact]
    return kind.doc_zh if language == "zh" else kind.doc_en


def field_label(fact: str, field: str, language: Language) -> str:
    """Return what a field is called: the catalogue's Chinese name, or the field's own in English."""
    known_field = READABLE_BY_NAME[fact].field(field)
    if language == "en" or known_field is None:
        return field.replace("_", " ")
    return known_field.doc_zh.split("；")[0]


def observed(fact: str, field: str, value: object, language: Language) -> str:
    """Return a fact's value in words; a day as a date, nothing as nothing."""
    if not known(value):
        return "无" if language == "zh" else "none"
    declared = READABLE_BY_NAME[fact].field(field)
    if _is_day(declared) and isinstance(value, int):
        return iso(value)
    return wording(fact, field, value, language)


def requirement(fact: str, leaf: Leaf, language: Language) -> str:
    """Return what a leaf asks for, without the field: ``2022-06-15 or later``."""
    value = leaf.value
    words = (
        moment(value, language) if isinstance(value, Moment) else wording(fact, leaf.field, value, language)
    )
    return _REQUIREMENTS[leaf.operator][0 if language == "zh" else 1].format(words)


def moment(value: Moment, language: Language) -> str:
    """Return today plus or minus something in words."""
    if not value.amount:
        return "今天" if language == "zh" else "today"
    amount, back = abs(value.amount), value.amount < 0
    if language == "zh":
        return f"今天{'前' if back else '后'}推 {amount} {'天' if value.unit == 'days' else '个月'}"
    return f"{amount} {value.unit} {'before' if back else 'after'} today"


def until(day: int | None, language: Language) -> str:
    """Return how long a ground holds."""
    if day is None:
        return "无期限" if language == "zh" else "no end"
    return f"至 {iso(day)}" if language == "zh" else f"until {iso(day)}"


def _is_day(field: Field | None) -> bool:
    return field is not None and field.type is FieldType.DAY
