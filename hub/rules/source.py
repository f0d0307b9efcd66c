"""YAML with places: plain data, and for every key and value the line and column where it stands.

The reading is stricter than YAML 1.1 where YAML 1.1 sets traps for people who are not programmers:

- ``on``, ``off``, ``yes``, ``no`` are words, not booleans; only ``true`` and ``false`` are;
- ``2022-01-01``, ``1:30``, ``0331`` and ``1_000`` are texts, not dates, sexagesimals, octals or numbers;
- a key that stands twice is an error, not the later one;
- anchors, aliases, merges and tags are errors: what is meant must stand there.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

import yaml
from yaml.events import AliasEvent, CollectionStartEvent, ScalarEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from hub.rules.advice import WARNINGS
from hub.rules.problems import MESSAGES, Problem, RuleBookError, in_chinese, nearest

_INTEGER: Final = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL: Final = re.compile(r"[-+]?[0-9]+\.[0-9]+")
_WORDS: Final[dict[str, object]] = {"true": True, "false": False, "null": None, "~": None, "": None}

At = tuple[str | int, ...]
"""Where in the data: ``("rules", 0, "title")``."""


class Mark(NamedTuple):
    """A place in the text, counted from 1."""

    line: int
    column: int


class Source:
    """A YAML text as plain data, with places, and the problems found so far."""

    def __init__(self, text: str, file: str) -> None:
        """Read ``text``; what is wrong is collected in ``problems``. RuleBookError when it is not YAML."""
        self.file = file
        self.problems: list[Problem] = []
        self._keys: dict[At, Mark] = {}
        self._values: dict[At, Mark] = {}
        self._spelled: dict[At, str] = {}
        self.data = self._build(self._compose(text), ())

    def add(self, code: str, at: At, *, key: bool = False, near: str = "", **words: object) -> None:
        """Note a problem at a value, or at its key when ``key``."""
        self._note(code, self.mark(at, key=key), near, words)

    def mark(self, at: At, *, key: bool = False) -> Mark:
        """Return the place of a value or key, or of the nearest thing around it."""
        if key and at in self._keys:
            return self._keys[at]
        while at not in self._values and at:
            at = at[:-1]
        return self._values.get(at, Mark(1, 1))

    def spelled(self, at: At) -> str:
        """Return how a value is written, for a message; a list or mapping is named, not repeated."""
        return self._spelled.get(at, "nothing")

    def unknown_keys(self, at: At, value: dict[str, Any], known: tuple[str, ...]) -> None:
        """Note every key of a mapping that is not known there."""
        for name in value:
            if name not in known:
                self.add(
                    "UNKNOWN_KEY",
                    (*at, name),
                    key=True,
                    near=nearest(name, known),
                    found=name,
                    choices=", ".join(known),
                )

    def missing(self, at: At, name: str) -> None:
        """Note that the mapping at ``at`` lacks a key."""
        self._note("MISSING_KEY", self.mark(at), "", {"key": name})

    def raise_if_any(self) -> None:
        """Raise a RuleBookError when there is a problem."""
        if self.problems:
            raise RuleBookError(self.problems)

    def _note(self, code: str, mark: Mark, near: str, words: dict[str, object]) -> None:
        en, zh = MESSAGES.get(code) or WARNINGS[code]
        self.problems.append(
            Problem(
                self.file,
                mark.line,
                mark.column,
                code,
                en.format(**words),
                zh.format(**in_chinese(words)),
                near,
            )
        )

    def _compose(self, text: str) -> Node:
        try:
            for event in yaml.parse(text, Loader=yaml.SafeLoader):
                self._refuse(event)
            self.raise_if_any()  # before composing: an alias may point to what contains it
            node: Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            at = error.problem_mark or error.context_mark
            mark = Mark(at.line + 1, at.column + 1) if at else Mark(1, 1)
            self._note("YAML_SYNTAX", mark, "", {"detail": _detail(error)})
        except yaml.YAMLError:  # a character that YAML forbids; its text may hold bytes of the file
            self._note("YAML_SYNTAX", Mark(1, 1), "", {"detail": "a character is not allowed"})
        else:
            if node is not None:
                return node
            self._note("EMPTY_FILE", Mark(1, 1), "", {})
        raise RuleBookError(self.problems)

    def _refuse(self, event: yaml.events.Event) -> None:
        mark = (
            Mark(event.start_mark.line + 1, event.start_mark.column + 1) if event.start_mark else Mark(1, 1)
        )
        if isinstance(event, AliasEvent):
            self._note("YAML_ALIAS", mark, "", {})
        elif isinstance(event, ScalarEvent | CollectionStartEvent):
            if event.anchor is not None:
                self._note("YAML_ALIAS", mark, "", {})
            if event.tag is not None:
                self._note("YAML_TAG", mark, "", {"found": event.tag.replace("tag:yaml.org,2002:", "!!")})

    def _build(self, node: Node, at: At) -> Any:  # YAML holds anything
        self._values[at] = Mark(node.start_mark.line + 1, node.start_mark.column + 1)
        if isinstance(node, MappingNode):
            self._spelled[at] = "a mapping"
            return self._mapping(node, at)
        if isinstance(node, SequenceNode):
            self._spelled[at] = "a list"
            return [self._build(child, (*at, index)) for index, child in enumerate(node.value)]
        assert isinstance(node, ScalarNode)  # nothing else is left
        self._spelled[at] = node.value if node.style is None else f'"{node.value}"'
        return _scalar(node)

    def _mapping(self, node: MappingNode, at: At) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            mark = Mark(key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            name = key_node.value if isinstance(key_node, ScalarNode) else "?"
            here = (*at, name)
            if name == "<<":
                self._note("YAML_ALIAS", mark, "", {})
            elif name in result:
                self._note("DUPLICATE_KEY", mark, "", {"found": name, "first": self._keys[here].line})
            else:
                self._keys[here] = mark
                result[name] = self._build(value_node, here)
        return result


def _detail(error: yaml.MarkedYAMLError) -> str:
    """Return what PyYAML says, and where that began: an unclosed bracket is noticed lines later."""
    problem = error.problem or "unreadable"
    if error.context is None or error.context_mark is None:
        return problem
    return f"{problem} {error.context} that begins on line {error.context_mark.line + 1}"


def _scalar(node: ScalarNode) -> object:
    text: str = node.value
    if node.style is not None:  # quoted, or a block of text
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text
