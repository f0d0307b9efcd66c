"""What a case expected and what came instead, one thing at a time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

_NOTHING: Final = "nothing"


class Difference(NamedTuple):
    """One thing that is not as the case says; ``rule`` where it is about one, by its id."""

    what: str
    expected: str
    found: str
    rule: str = ""

    def __str__(self) -> str:
        """Return ``rules: expected R01 2024-02-29, found nothing``."""
        return f"{self.what}: expected {self.expected}, found {self.found}"


def different(what: str, expected: str, found: str) -> list[Difference]:
    """Return the difference of two words, if there is one."""
    return [] if expected == found else [Difference(what, expected, found)]


def different_hits(
    what: str, expected: Iterable[tuple[str, str]], found: Iterable[tuple[str, str]]
) -> list[Difference]:
    """Return what differs between two lists of rules with the ends of their grounds, rule by rule.

    When only the order differs, that is the difference: best first.
    """
    wanted, got = list(expected), list(found)
    rules = dict.fromkeys(rule for rule, _ in (*wanted, *got))
    differences = [
        Difference(what, _ends(rule, wanted), _ends(rule, got), rule)
        for rule in rules
        if [end for each, end in wanted if each == rule] != [end for each, end in got if each == rule]
    ]
    if differences or wanted == got:
        return differences
    return [Difference(what, *(" before ".join(rule for rule, _ in each) for each in (wanted, got)))]


def _ends(rule: str, hits: Iterable[tuple[str, str]]) -> str:
    ends = [end for each, end in hits if each == rule]
    return f"{rule} {' and '.join(ends)}" if ends else _NOTHING
