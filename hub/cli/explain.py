"""``hub rules explain``: why somebody is invited, and why not yet, leaf by leaf."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from hub.cli import person as person_cli
from hub.cli.common import BootstrapOption, JsonOption, err_console, load_settings, print_json
from hub.errors import UsageError

if TYPE_CHECKING:
    from hub.rules.account import Account, Level
    from hub.rules.cases import Case
    from hub.rules.compile import CompiledBook
    from hub.rules.wording import Language


def explain(
    *,
    person: Annotated[
        bool, typer.Option("--person", help="Of somebody the hub knows; the document is typed at a prompt.")
    ] = False,
    case: Annotated[
        Path | None,
        typer.Option("--case", metavar="FILE", show_default=False, help="Of a case, or of a file of cases."),
    ] = None,
    level: Annotated[
        Literal["branch", "officer"],
        typer.Option("--level", help="branch: nothing of class s; officer: all, for a data officer."),
    ] = "branch",
    lang: Annotated[Literal["zh", "en", "both"], typer.Option("--lang", help="In which language.")] = "both",
    book: Annotated[
        str | None,
        typer.Option(
            "--book", metavar="BOOK", show_default=False,
            help="Under which book \\[default: the active one; for a case the packaged one].",
        ),
    ] = None,
    stdin: person_cli.StdinOption = False,
    acting_as: person_cli.AsOption = None,
    reason: person_cli.ReasonOption = "",
    bootstrap: BootstrapOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Say why somebody is invited, why not yet, and on which day time alone will change that.

    Every rule leaf by leaf with what was seen; of one that does not hold, the fewest leaves that are missing.
    A look at a person is written to hub.audit first. With --level officer it needs the sensitive key, and
    --reason must say why.

    Example: hub rules explain --case somebody.yaml --lang zh
    """
    from hub.rules.account import Level

    if person == (case is not None):
        raise UsageError("say of whom", "--person, --case", "give one of the two")
    if case is not None:
        _of_cases(case, book, Level(level), lang, as_json=as_json)
        return
    _of_person(book, Level(level), lang, (bootstrap, stdin, acting_as, reason), as_json=as_json)


def _of_cases(path: Path, book: str | None, level: Level, lang: str, *, as_json: bool) -> None:
    from hub import rulebooks
    from hub.rules.compile import compile_book

    cases = _cases(path)
    compiled = compile_book(rulebooks.read(book or rulebooks.DEFAULT).load())
    told = [(case, _account(compiled, case, level)) for case in cases]
    if as_json:
        from hub.rules.accounting import document

        print_json([{"title": case.title.model_dump(), **document(found)} for case, found in told])
        return
    for case, found in told:
        typer.echo(f"{case.title.zh} · {case.title.en}")
        _print(found, lang)


def _of_person(
    book: str | None,
    level: Level,
    lang: str,
    look: tuple[str | None, bool, str | None, str],
    *,
    as_json: bool,
) -> None:
    """Ask who, write the audit, then look. Numbered as it must be."""
    from hub import explaining, kafka
    from hub.audittrail import AuditTrail
    from hub.person import Person
    from hub.rules.account import Level, account, facts_read
    from hub.rules.accounting import document

    bootstrap, stdin, acting_as, reason = look
    officer = level is Level.OFFICER
    if officer:
        person_cli.require_reason(reason, "--level officer")
    settings = load_settings(bootstrap)
    # 1. what is needed is there, and who is meant
    kafka.require_broker(kafka.admin(settings), settings)
    ring = person_cli.key_ring(settings)
    if officer:
        ring.sensitive_sealer()
    compiled = _active(book, settings)
    who = Person(settings, ring, person_cli.typed_document(stdin=stdin))
    # 2. the audit
    AuditTrail(settings).write(who.key, "explain", reason, acting_as, ["explanation", level.value])
    # 3. the look
    known = explaining.known(settings, ring, who.key, compiled, secrets=officer)
    if known is None:
        if as_json:
            print_json({"person": who.key.hex(), "known": False})
        else:
            typer.echo("没有记录 nothing is known of this person")
        return
    told = account(compiled, known.asked, level)
    rests = who.events(secrets=officer)
    facts: list[dict[str, Any]] = [
        {
            "kind": kind,
            "key": key.hex(),
            "as_of": known.as_of.get((kind, key)),
            "events": rests.get((kind, key), []),
        }
        for kind, key in facts_read(told)
    ]
    if as_json:
        print_json({"person": who.key.hex(), "known": True, **document(told), "facts": facts})
        return
    _print(told, lang)
    for fact in facts:
        events = "; ".join(f"{each['type']} {each['event_id']}" for each in fact["events"])
        typer.echo(f"依据 rests on: {fact['kind']} {fact['key']} {fact['as_of'] or ''} {events}".rstrip())
    err_console().print("this look is in the audit: `hub audit list`")


def _account(compiled: CompiledBook, case: Case, level: Level) -> Account:
    from hub.core.dates import parse_day
    from hub.rules.account import Asked, account
    from hub.rules.cases import facts_of, outcome, speaking, split, switched
    from hub.rules.compile import compile_book

    if case.switch_on:
        compiled = compile_book(switched(compiled.book, case.switch_on))
    facts, kept = split(facts_of(case))
    today = parse_day(case.today)
    spoken = speaking(compiled, compiled.hits(facts, today), compiled.sensitive_hits(kept, today))
    result, code = outcome(spoken, compiled.guard(facts, today))
    named = tuple(dict.fromkeys(rule.public or rule.id for rule, _ in spoken))
    return account(compiled, Asked(facts, kept, today, named, result, code), level)


def _cases(path: Path) -> tuple[Case, ...]:
    """Return the cases of a file: one alone, or as they stand beside a book."""
    from hub.rules.cases import load_cases
    from hub.rules.source import Source

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UsageError("the case cannot be read", str(path), "give a YAML file") from None
    source = Source(text, str(path))
    if isinstance(source.data, dict) and "cases" not in source.data:
        expected = "" if "expect" in source.data else "    expect: {rules: {}, outcome: none}\n"
        lines = text.splitlines()
        text = "book: this\ncases:\n  -\n" + "".join(f"    {line}\n" for line in lines) + expected
    return load_cases(text, file=str(path)).cases


def _active(book: str | None, settings: Any) -> CompiledBook:
    from hub import rulebooks, rulehistory, topics
    from hub.backtest import run
    from hub.rules.compile import compile_book

    if book is not None:
        return compile_book(rulebooks.read(book).load())
    active = rulehistory.read(settings).active
    if active is None:
        raise UsageError("no rule book is active", topics.RULES, "say --book BOOK, or activate one")
    return run.compiled(active["text"])


def _print(told: Account, lang: str) -> None:
    from hub.rules.accounting import render

    languages: tuple[Language, ...] = ("zh", "en")
    for language in languages:
        if lang in {language, "both"}:
            typer.echo(render(told, language) + "\n")
