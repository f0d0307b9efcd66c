"""Everything there is to say about a book and the cases beside it before it is put to work.

Problems are errors: the book cannot be used. Warnings are for its writer: it can, and hardly says what was
meant (:mod:`hub.rules.lint`), or nobody has written down what it is to do (:mod:`hub.rules.coverage`).
They are looked for once there is no error, for an error may be what they come from.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from hub.rules.book import read
from hub.rules.cases import Cases, read_cases
from hub.rules.coverage import Line, Tried, cover
from hub.rules.lint import lint
from hub.rules.model import RuleBook
from hub.rules.place import written
from hub.rules.problems import Problem, RuleBookError, nearest
from hub.rules.source import At, Source

_HITS: Final = {
    "rule": ("hits", "hit", "规则", "命中"),
    "path": ("applies", "apply", "途径", "适用"),
    "guard": ("applies", "apply", "守门规则", "适用"),
}


class Checkup(NamedTuple):
    """What is wrong with a book and its cases, each in the order of its file, the book's first."""

    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def check_up(text: str, *, file: str, cases_text: str | None, cases_file: str) -> Checkup:
    """Check a book's text, and that of the cases beside it; None = there are none."""
    errors: list[Problem] = []
    source, book = _read_book(text, file, errors)
    cases_source, cases = (None, None) if cases_text is None else _read_cases(cases_text, cases_file, errors)
    if book is not None and cases is not None and cases_source is not None:
        _check_names(cases_source, book, cases)
        errors += _sorted(cases_source)
    if errors or book is None or source is None:
        return Checkup(tuple(errors), ())
    lint(source, book)
    if cases is None or cases_source is None:
        source.add("NO_CASES", ("rules",), key=True)
        return Checkup((), _sorted(source))
    for tried in cover(book, cases):
        _untried(source, tried)
    if cases.book not in (book.id, file):
        cases_source.add("OTHER_BOOK", ("book",), near=book.id, found=cases.book, book=book.id)
    return Checkup((), (*_sorted(source), *_sorted(cases_source)))


def _read_book(text: str, file: str, errors: list[Problem]) -> tuple[Source | None, RuleBook | None]:
    try:
        source = Source(text, file)
        return source, read(source)
    except RuleBookError as error:
        errors += error.problems
    return None, None


def _read_cases(text: str, file: str, errors: list[Problem]) -> tuple[Source | None, Cases | None]:
    try:
        source = Source(text, file)
        return source, read_cases(source)
    except RuleBookError as error:
        errors += error.problems
    return None, None


def _sorted(source: Source) -> tuple[Problem, ...]:
    return RuleBookError(source.problems).problems if source.problems else ()


def _check_names(source: Source, book: RuleBook, cases: Cases) -> None:
    """Note every rule that a case names and the book does not have."""
    rules = {rule.id for rule in book.rules}
    grounds = {ground.id for ground in book.grounds}
    for index in range(len(cases.cases)):
        for at, name, key, known in _named(cases, index, rules, rules | grounds):
            if name not in known:
                choices = sorted(known)
                near = nearest(name, [choice.lower() for choice in choices]).upper()
                source.add(
                    "UNKNOWN_RULE", at, key=key, found=name, choices=", ".join(choices),
                    near=next((choice for choice in choices if choice.upper() == near), ""),
                )  # fmt: skip


def _named(
    cases: Cases, index: int, rules: set[str], spoken: set[str]
) -> Iterator[tuple[At, str, bool, set[str]]]:
    """Yield what a case names: its place, the name, whether it is a key, and what it can be."""
    at: At = ("cases", index)
    case = cases.cases[index]
    for place, name in enumerate(case.switch_on):
        yield (*at, "switch_on", place), name, False, rules
    for word, names, known in (
        ("rules", case.expect.rules, spoken), ("sensitive", case.expect.sensitive, rules),
        ("tasks", case.expect.tasks, rules),
    ):  # fmt: skip
        for name in names:
            yield (*at, "expect", word, name), name, True, known
    for place, name in enumerate(case.expect.named or ()):
        yield (*at, "expect", "named", place), name, False, spoken


def _untried(source: Source, tried: Tried) -> None:
    """Note what no case shows of a rule, path or guard: its lines only once it hits at all."""
    owner = tried.owner
    at = (*owner.at, "code" if owner.word == "guard" else "id")
    hits, hit, word_zh, hits_zh = _HITS[owner.word]
    words: dict[str, Any] = {
        "found": f"{owner.word} {owner.id}", "found_zh": f"{word_zh} {owner.id}",
        "hits": hits, "hit": hit, "hits_zh": hits_zh, "hit_zh": hits_zh,
    }  # fmt: skip
    if not tried.hits:
        source.add("NO_CASE_HITS", at, **words)
        return
    if not tried.misses:
        source.add("NO_CASE_MISSES", at, **words)
    for line in tried.lines:
        if not line.covered:
            _uncovered(source, owner.id, line)


def _uncovered(source: Source, owner: str, line: Line) -> None:
    code = "LEAF_NEVER_FALSE" if line.true else "LEAF_NEVER_TRUE"
    found = f"{line.fact}.{line.leaf.field} {written(line.leaf)}"
    source.add(code, line.at, owner=owner, found=found)
