"""Read a rule book: YAML text in, a checked :class:`RuleBook` out, or every problem at once.

The text is handed in, with the name its problems are reported under; nothing here opens a file.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from types import UnionType
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hub.core.subject import READABLE_BY_NAME
from hub.rules.check import check_condition
from hub.rules.model import PRIORITIES, RuleBook
from hub.rules.problems import nearest
from hub.rules.secrecy import check_secrecy, reads
from hub.rules.source import At, Source

Model = TypeVar("Model", bound=BaseModel)

_LISTS: Final = (("grounds", "id"), ("rules", "id"), ("paths", "id"), ("guards", "code"))
_IDS: Final = {"grounds": "GROUND_ID", "rules": "RULE_ID"}
CANDIDACY: Final = "candidacy"
"""The fact an admission task is made for."""
_EXPECTED: Final[dict[str, tuple[str, str]]] = {
    "string_type": ("a text", "文字"),
    "int_type": ("a whole number", "整数"),
    "int_from_float": ("a whole number", "整数"),
    "bool_type": ("true or false", " true 或 false"),
    "tuple_type": ("a list", "列表"),
    "list_type": ("a list", "列表"),
    "model_type": ("a mapping with keys", "带键的映射"),
    "model_attributes_type": ("a mapping with keys", "带键的映射"),
    "dict_type": ("a mapping with keys", "带键的映射"),
}


def load(text: str, *, file: str) -> RuleBook:
    """Return the book written in ``text``; RuleBookError carries every problem with its place in ``file``."""
    return read(Source(text, file))


def read(source: Source) -> RuleBook:
    """Return the book that a source holds; RuleBookError carries every problem of it."""
    for at, condition in _conditions(source.data):
        check_condition(source, at, condition)
    _check_entries(source)
    check_secrecy(source)
    book = validated(source, RuleBook)
    source.raise_if_any()
    assert book is not None  # validated() noted a problem otherwise
    return book


def validated(source: Source, model: type[Model]) -> Model | None:
    """Return the data as ``model``, or None after noting why not."""
    try:
        return model.model_validate(source.data)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_context=True, include_input=True):
            at = tuple(detail["loc"])
            if "when" in at[:-1] and source.problems:
                continue  # a condition: check_condition has said it better
            _translate(source, model, at, detail)
    return None


def _conditions(data: object) -> Iterator[tuple[At, object]]:
    if not isinstance(data, dict):
        return
    for name, _ in _LISTS:
        entries = data.get(name)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, dict) and entry.get("when") is not None:
                yield (name, index, "when"), entry["when"]


def _check_entries(source: Source) -> None:
    """Note ids used twice, a path list that does not end in "otherwise", and classes that do not fit."""
    data = source.data if isinstance(source.data, dict) else {}
    for name, key in _LISTS:
        entries = data.get(name)
        listed = entries if isinstance(entries, list) else []
        seen: dict[str, int] = {}
        for index, entry in enumerate(listed):
            if not isinstance(entry, dict):
                continue
            at: At = (name, index, key)
            if isinstance(found := entry.get(key), str):
                if found in seen:
                    source.add("DUPLICATE_ID", at, found=found, first=seen[found])
                seen.setdefault(found, source.mark(at).line)
            if name == "rules":
                _check_rule(source, (name, index), entry)
            if name == "paths" and ("when" in entry) is (index == len(listed) - 1):
                source.add("PATH_ORDER", (name, index))


def _check_rule(source: Source, at: At, rule: dict[str, Any]) -> None:
    if isinstance(rule.get("priority"), int):
        source.add(
            "UNKNOWN_CHOICE",
            (*at, "priority"),
            found=rule["priority"],
            choices=", ".join(PRIORITIES),
            near=f"P{rule['priority']}" if f"P{rule['priority']}" in PRIORITIES else "",
        )
    facts = {fact for _, fact, _ in reads(rule.get("when"), at)}
    if rule.get("data_class") == "p":
        for fact in sorted(facts):
            kind = READABLE_BY_NAME.get(fact)
            if kind is not None and kind.data_class == "s":
                source.add("DATA_CLASS", (*at, "data_class"), fact=fact)
    invites = rule.get("makes") in (None, "invitation")
    if rule.get("cooldown_days") is not None and not (invites and rule.get("data_class") == "p"):
        source.add("COOLDOWN_UNUSED", (*at, "cooldown_days"), key=True)
    if rule.get("makes") == "admission_task":
        _check_admission(source, at, rule)


def _check_admission(source: Source, at: At, rule: dict[str, Any]) -> None:
    if rule.get("priority") in PRIORITIES[1:]:
        source.add("ADMISSION_PRIORITY", (*at, "priority"), found=rule["priority"], near=PRIORITIES[0])
    when = rule.get("when")
    if isinstance(when, dict) and when.get("fact") != CANDIDACY:
        source.add("ADMISSION_CONDITION", (*at, "when"))


def _translate(source: Source, model: type[BaseModel], at: At, detail: ErrorDetails) -> None:
    kind = detail["type"]
    found = source.spelled(at)
    if kind == "missing":
        source.missing(at[:-1], str(at[-1]))
    elif kind == "extra_forbidden":
        known = tuple(_part_at(model, at[:-1]).model_fields)
        source.add(
            "UNKNOWN_KEY", at, key=True, found=at[-1], near=nearest(at[-1], known), choices=", ".join(known)
        )
    elif kind in ("literal_error", "enum"):
        choices = _choices_at(model, at)
        code = "UNKNOWN_CODE" if at[-1] == "code" else "UNKNOWN_CHOICE"
        if not (at[-1] == "priority" and isinstance(detail["input"], int)):
            source.add(
                code, at, found=found, near=_nearest_choice(found, choices), choices=", ".join(choices)
            )
    elif kind in _EXPECTED:
        en, zh = _EXPECTED[kind]
        source.add("WRONG_TYPE", at, expected=en, expected_zh=zh, found=found)
    elif kind in ("string_too_short", "string_pattern_mismatch") and not str(detail["input"]).strip():
        source.add("EMPTY_TEXT", at)
    elif kind == "string_pattern_mismatch" and at[-1] == "id":
        source.add(_IDS[str(at[0])] if len(at) > 1 else "BOOK_ID", at, found=found)
    elif kind == "string_pattern_mismatch" and at[-1] == "public":
        pass  # no ground can have that id: check_secrecy has said which there are
    elif kind == "too_short":
        if not detail["input"]:  # pydantic also counts only the valid ones
            source.add("EMPTY_LIST", at)
    elif kind == "greater_than_equal":
        source.add("TOO_SMALL", at, found=found, least=detail["ctx"]["ge"])
    else:
        source.add("WRONG_VALUE", at, found=found, detail=detail["msg"].lower())


def _nearest_choice(found: str, choices: tuple[str, ...]) -> str:
    same = [choice for choice in choices if choice.lower() == found.lower()]
    return same[0] if same else nearest(found, choices)


def _annotation_at(model: type[BaseModel], at: At) -> Any:  # annotations have no common type
    annotation: Any = model
    for step in at:
        if isinstance(step, str):
            field = _part_in(annotation).model_fields.get(step)
            if field is None:
                break
            annotation = field.annotation
    return annotation


def _part_in(annotation: Any) -> type[BaseModel]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        try:
            return _part_in(argument)
        except LookupError:
            continue
    raise LookupError(annotation)


def _part_at(model: type[BaseModel], at: At) -> type[BaseModel]:
    return _part_in(_annotation_at(model, at))


def _choices_at(model: type[BaseModel], at: At) -> tuple[str, ...]:
    if at[-1] == "priority":
        return PRIORITIES
    return tuple(_literals(_annotation_at(model, at)))


def _literals(annotation: Any) -> Iterator[str]:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        yield from (str(member.value) for member in annotation)
    elif get_origin(annotation) is Literal:
        yield from map(str, get_args(annotation))
    elif get_origin(annotation) in (tuple, Union, UnionType):
        for argument in get_args(annotation):
            yield from _literals(argument)
