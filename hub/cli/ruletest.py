"""What ``hub rules test`` prints: the failed cases, line by line, and what the cases try of each rule."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import typer

from hub.cli.common import console, print_json, print_table
from hub.errors import CheckFailedError, UsageError
from hub.rules.book import read
from hub.rules.cases import read_cases, run
from hub.rules.caseshow import failed_lines
from hub.rules.compile import compile_book
from hub.rules.coverage import Line, Tried, cover
from hub.rules.model import Path
from hub.rules.place import written
from hub.rules.source import Source

if TYPE_CHECKING:
    from hub.rulebooks import BookFile
    from hub.rules.cases import Result
    from hub.rules.model import RuleBook

_COLUMNS = ("", "what", "passed", "hits", "only just not", "stopped", "lines tried")


def show_cases(file: BookFile, *, as_json: bool) -> None:
    """Run the cases beside a book and print what came of them; exit when one fails."""
    if file.cases_text is None:
        raise UsageError(
            "there are no cases beside the book", file.cases_file,
            "write some: the packaged zhejiang-2022.cases.yaml shows how",
        )  # fmt: skip
    source = Source(file.text, file.file)
    book = read(source)
    cases = read_cases(Source(file.cases_text, file.cases_file))
    results, tried = run(compile_book(book), cases), cover(book, cases)
    failed = [result for result in results if result.wrong]
    if as_json:
        print_json(_document(book.edition, results, tried, source))
    else:
        for result in failed:
            _show_failed(file, source, book, result)
        _show_tried(tried, results, source)
        console().print(f"{book.edition}: {len(results) - len(failed)} of {len(results)} cases passed")
    if failed:
        raise typer.Exit(CheckFailedError.exit_code)


def _show_failed(file: BookFile, source: Source, book: RuleBook, result: Result) -> None:
    typer.echo(f"✗ {file.cases_file}:{result.line} {result.case.title.zh} · {result.case.title.en}")
    for each in result.wrong:
        typer.echo(f"    {each}")
    for line in failed_lines(source, book, result):
        typer.echo(f"      {line}")


def _show_tried(tried: tuple[Tried, ...], results: tuple[Result, ...], source: Source) -> None:
    marks = _marks(results)
    print_table(_COLUMNS, [_row(each, marks) for each in tried])
    for each in tried:
        for line in each.lines:
            if not line.covered:
                never = "never false 从未不成立" if line.true else "never true 从未成立"
                place = source.mark(line.at)
                said = f"{line.fact}.{line.leaf.field} {written(line.leaf)}"
                typer.echo(f"  {source.file}:{place.line}:{place.column} {each.owner.id}: {said} — {never}")


def _row(each: Tried, marks: Counter[tuple[str, bool]]) -> tuple[object, ...]:
    passed, failed = marks[_key(each), True], marks[_key(each), False]
    covered = sum(line.covered for line in each.lines)
    return (
        "✗" if failed else "✓" if passed else "·", f"{each.owner.word} {each.owner.id}",
        f"{passed}/{passed + failed}", each.hits, each.misses, each.stopped, f"{covered}/{len(each.lines)}",
    )  # fmt: skip


def _key(each: Tried) -> str:
    """Return under what the cases about a rule, path or guard are counted: for a path its kind."""
    return each.owner.said.kind if isinstance(each.owner.said, Path) else each.owner.id


def _marks(results: tuple[Result, ...]) -> Counter[tuple[str, bool]]:
    """Count the cases by what they are about, and whether they passed in that respect.

    A case is about the rules, the guard's code and the kind of path it expects, and what came instead.
    """
    marks: Counter[tuple[str, bool]] = Counter()
    for result in results:
        expect = result.case.expect
        wrong = {each.rule for each in result.wrong if each.rule}
        for rule in {*expect.rules, *expect.sensitive, *expect.tasks} | wrong:
            marks[rule, rule not in wrong] += 1
        missed = {each.what: each for each in result.wrong}
        codes = {str(expect.code)} if expect.code else set()
        if "outcome" in missed:
            codes |= set(missed["outcome"].found.split()[1:])
        marks[expect.path, "path" not in missed] += 1
        for code in codes:
            marks[code, "outcome" not in missed] += 1
    return marks


def _document(
    edition: str, results: tuple[Result, ...], tried: tuple[Tried, ...], source: Source
) -> dict[str, Any]:
    failed = sum(bool(result.wrong) for result in results)
    marks = _marks(results)
    return {
        "book": edition,
        "ok": not failed,
        "passed": len(results) - failed,
        "cases": [
            {
                "title": result.case.title.model_dump(), "line": result.line,
                "differences": result.differences, "wrong": [each._asdict() for each in result.wrong],
            }
            for result in results
        ],
        "tried": [
            {
                "what": each.owner.word, "id": each.owner.id,
                "passed": marks[_key(each), True], "failed": marks[_key(each), False],
                "hits": each.hits, "only_just_not": each.misses, "stopped": each.stopped,
                "lines": [_line(line, source) for line in each.lines],
            }
            for each in tried
        ],
    }  # fmt: skip


def _line(line: Line, source: Source) -> dict[str, Any]:
    place = source.mark(line.at)
    return {
        "line": place.line, "column": place.column, "fact": line.fact, "field": line.leaf.field,
        "asks": written(line.leaf), "true": line.true, "false": line.false,
    }  # fmt: skip


def require_cases(file: BookFile, cure: str) -> tuple[str, int]:
    """Return the book's edition and how many cases passed, 0 without any; CheckFailedError: one fails."""
    from hub.errors import CheckFailedError
    from hub.rules.cases import load_cases
    from hub.rules.compile import compile_book

    compiled = compile_book(file.load())
    if file.cases_text is None:
        return compiled.id, 0
    results = run(compiled, load_cases(file.cases_text, file=file.cases_file))
    failed = sum(bool(result.differences) for result in results)
    if failed:
        raise CheckFailedError(f"{failed} of {len(results)} cases fail", file.cases_file, cure)
    return compiled.id, len(results)
