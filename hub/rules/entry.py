"""A fact condition over one entry as Python expressions: plain tests, and an interval of days.

What no passing of time changes is a test; what is dated gives the first and the last day on which the entry
serves. :mod:`hub.rules.codegen` writes its functions from that.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from hub.core.fact import FieldType
from hub.core.subject import READABLE_BY_NAME
from hub.rules.days import Moment
from hub.rules.model import FactCondition, Leaf

_EMPTY_IS_ABSENT: Final = (FieldType.TEXT, FieldType.TEXTS)


class Entry(NamedTuple):
    """A fact condition over one entry: plain tests, first days and last days, as expressions."""

    fields: tuple[str, ...]
    plain: tuple[str, ...]
    firsts: tuple[str, ...]
    lasts: tuple[str, ...]


def analyse(condition: FactCondition, prefix: str = "f_") -> Entry:
    """Return the condition as expressions over ``today`` and the variables ``<prefix><field>``."""
    plain: list[str] = []
    firsts: list[str] = []
    lasts: list[str] = []
    for leaf in condition.where:
        name = prefix + leaf.field
        first, last = _days(leaf, name)
        if first or last:
            plain.append(f"{name} is not None")
            firsts += [first] if first else []
            lasts += [last] if last else []
        else:
            plain.append(_plain(condition.fact, leaf, name))
    fields = tuple(dict.fromkeys(leaf.field for leaf in condition.where))
    return Entry(fields, tuple(dict.fromkeys(plain)), tuple(firsts), tuple(lasts))


def _days(leaf: Leaf, name: str) -> tuple[str, str]:
    """Return the first and the last day on which a dated leaf holds; empty where it has none."""
    if leaf.operator == "within_months":
        return name, f"months_later({name}, {leaf.value!r})"
    if leaf.operator == "within_days":
        return name, f"({name} + {leaf.value!r})"
    if not isinstance(leaf.value, Moment):
        return "", ""
    pivot = _pivot(leaf.value, name)
    return {
        "on_or_before": (pivot, ""),
        "before": (f"({pivot} + 1)", ""),
        "on_or_after": ("", pivot),
        "after": ("", f"({pivot} - 1)"),
    }[leaf.operator]


def _pivot(moment: Moment, name: str) -> str:
    if moment.unit == "months" and moment.amount:
        return f"months_later({name}, {-moment.amount})"
    return f"({name} + {-moment.amount})" if moment.amount else name


def _plain(fact: str, leaf: Leaf, name: str) -> str:
    field = READABLE_BY_NAME[fact].field(leaf.field)
    empty_is_absent = field is not None and field.type in _EMPTY_IS_ABSENT
    known = f"{name}" if empty_is_absent else f"{name} is not None"
    value = leaf.value
    if leaf.operator == "is":
        return f"{name} is {value}" if isinstance(value, bool) else f"{name} == {value!r}"
    if leaf.operator == "is_not":
        return f"{name} is {not value}" if isinstance(value, bool) else f"{known} and {name} != {value!r}"
    return {
        "in": f"{name} in {value!r}",
        "present": known,
        "absent": f"not {name}" if empty_is_absent else f"{name} is None",
        "at_least": f"{name} is not None and {name} >= {value!r}",
        "at_most": f"{name} is not None and {name} <= {value!r}",
        "includes": f"{name} is not None and {value!r} in {name}",
    }[leaf.operator]
