"""What two rule books say differently, piece by piece: rules, grounds, guards, paths, its own terms.

Conditions are compared as they are and shown in words, in both languages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from hub.rules.model import Guard, Path, Rule, RuleBook
from hub.rules.reference import describe

__all__ = ("KINDS", "Change", "Difference", "differences")

ADDED: Final = "added"
REMOVED: Final = "removed"
CHANGED: Final = "changed"
KINDS: Final = {ADDED: "新增", REMOVED: "删除", CHANGED: "修改"}
"""What can have happened to a piece, and the word for it in Chinese."""
_WORDED: Final = ("title", "reason", "remark")
_OWN: Final = ("title", "notice", "invitation", "tasks", "time_limit_hours")
"""What a book says itself."""


class Change(NamedTuple):
    """A field that says something else; None where it is not there. ``when`` in words, per language."""

    field: str
    before: Any
    after: Any


class Difference(NamedTuple):
    """A piece of a book that is another one."""

    section: str
    """``book``, ``rule``, ``ground``, ``guard`` or ``path``."""
    id: str
    """Of the piece; empty for the book itself."""
    kind: str
    """``added``, ``removed`` or ``changed``."""
    title_zh: str
    title_en: str
    changes: tuple[Change, ...]
    same_version: bool
    """It says something else under the version it had: decisions cannot tell the two apart."""


def differences(old: RuleBook, new: RuleBook) -> list[Difference]:
    """Return what changes from one book to another, in the order of the book's sections, then of ids."""
    found = [*_compare("book", {"": old}, {"": new})]
    for section, name, key in (
        ("rule", "rules", "id"), ("ground", "grounds", "id"),
        ("guard", "guards", "code"), ("path", "paths", "id"),
    ):  # fmt: skip
        before, after = _by(getattr(old, name), key), _by(getattr(new, name), key)
        found += _compare(section, before, after)
    return found


def _by(pieces: Iterable[Any], key: str) -> dict[str, Any]:
    return {str(getattr(piece, key)): piece for piece in pieces}


def _compare(section: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        mine, other = _said(before), _said(after)
        changes = tuple(
            Change(field, mine.get(field), other.get(field))
            for field in dict.fromkeys((*mine, *other))
            if mine.get(field) != other.get(field)
        )
        if not changes:
            continue
        title_zh, title_en = _title(after if after is not None else before)
        kind = CHANGED if before is not None and after is not None else REMOVED if after is None else ADDED
        other_words = any(change.field != "status" for change in changes)  # an off rule decides nothing
        versioned = "version" in mine and mine["version"] == other.get("version")
        same = kind == CHANGED and other_words and versioned
        yield Difference(section, name, kind, title_zh, title_en, changes, same)


def _title(piece: Any) -> tuple[str, str]:
    """Return what a piece is called, in Chinese and English: a guard by its reason."""
    said = piece.reason if isinstance(piece, Guard) else piece.title
    return said.zh, said.en


def _said(piece: Any) -> dict[str, Any]:
    """Return what a piece says, field by field: texts per language, conditions in words."""
    if piece is None:
        return {}
    dumped = piece.model_dump(mode="json")
    if isinstance(piece, RuleBook):
        dumped = {"version": dumped["version"], **{name: dumped[name] for name in _OWN}}
    said: dict[str, Any] = {}
    for field, value in dumped.items():
        if field in _WORDED and value is not None:
            said |= {f"{field}.{language}": text for language, text in value.items()}
        elif field == "when" and isinstance(piece, (Rule, Guard, Path)):
            if piece.when is not None:
                said |= {f"when.{lang}": "\n".join(describe(piece.when, lang)) for lang in ("zh", "en")}
        elif value is not None:
            said[field] = value
    return said
