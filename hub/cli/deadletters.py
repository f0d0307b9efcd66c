"""``hub deadletters``: list, show, redrive and skip what could not be processed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.common import (
    BootstrapOption,
    JsonOption,
    console,
    err_console,
    load_settings,
    new_app,
    print_json,
    print_table,
)
from hub.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hub.engine.letterbox import Filter, Letter, Letterbox
    from hub.settings import Settings

app = new_app(
    "List, show and redrive what could not be processed.\n\n"
    "A dead letter has a stable code, the path of the field at fault, the place of the record, and the "
    "original, sealed. Nothing here prints a value of the original."
)

CodeOption = Annotated[list[str] | None, typer.Option("--code", help="Only with this code; may be repeated.")]
TopicOption = Annotated[
    list[str] | None, typer.Option("--topic", help="Only from this topic; may be repeated.")
]
TypeOption = Annotated[
    list[str] | None, typer.Option("--type", help="Only of this event type; may be repeated.")
]
SinceOption = Annotated[
    str | None,
    typer.Option("--since", metavar="30m|2h|7d|DATE", help="Only refused since then.", show_default=False),
]
IdOption = Annotated[
    list[str] | None, typer.Option("--id", help="Only this one: topic-partition-offset; may be repeated.")
]
AllOption = Annotated[bool, typer.Option("--all", help="All that the other filters mean.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, do nothing.")]


@app.command("list")
def list_letters(
    *,
    bootstrap: BootstrapOption = None,
    code: CodeOption = None,
    topic: TopicOption = None,
    event_type: TypeOption = None,
    since: SinceOption = None,
    status: Annotated[str, typer.Option(help="open, redriven, skipped or all.")] = "open",
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 200,
    as_json: JsonOption = False,
) -> None:
    """List dead letters, oldest first, with their number by code.

    Example: hub deadletters list --code ID_CHECK --since 2h
    """
    box = _letterbox(load_settings(bootstrap))
    letters = box.read(_filter(status, code=code, topic=topic, event_type=event_type, since=since))
    counts: dict[str, int] = {}
    for letter in letters:
        counts[letter.fields["code"]] = counts.get(letter.fields["code"], 0) + 1
    shown = letters[-limit:]
    if as_json:
        print_json(
            {"total": len(letters), "by_code": counts, "letters": [_document(letter) for letter in shown]}
        )
        return
    print_table(
        ("id", "at", "code", "field", "type", "status", "attempts"),
        [
            (
                x.id,
                _time(x),
                x.fields["code"],
                x.fields["field"],
                x.fields["event_type"] or "",
                x.fields["status"],
                x.fields["attempts"],
            )
            for x in shown
        ],
    )
    console().print(
        f"{len(letters)} in all: " + (", ".join(f"{c} {n}" for c, n in sorted(counts.items())) or "none")
    )
    if box.unreadable:
        err_console().print(f"{box.unreadable} records of the topic are no dead letters of this hub")


@app.command()
def show(
    letter_id: Annotated[
        str, typer.Argument(metavar="ID", help="topic-partition-offset, as `list` prints it.")
    ],
    *,
    bootstrap: BootstrapOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one dead letter: why, where, what the code means, and what can be done.

    Example: hub deadletters show redcross.training.events-3-1017
    """
    from hub.core.codes import TEXTS, Code

    found = _letterbox(load_settings(bootstrap)).read(_filter("all", ids=[letter_id]))
    if not found:
        raise UsageError(
            "there is no such dead letter", letter_id, "`hub deadletters list --status all` lists them"
        )
    document = _document(found[0])
    text = TEXTS.get(Code(document["code"])) if document["code"] in set(Code) else None
    if text is not None:
        document["meaning"] = {"en": text.en, "zh": text.zh}
    document["redrivable"] = found[0].redrivable
    if as_json:
        print_json(document)
        return
    print_table(("", ""), [(name, value) for name, value in document.items() if value not in (None, "", {})])


@app.command()
def redrive(
    *,
    bootstrap: BootstrapOption = None,
    code: CodeOption = None,
    topic: TopicOption = None,
    event_type: TypeOption = None,
    since: SinceOption = None,
    ids: IdOption = None,
    everything: AllOption = False,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Publish the stored originals to their topics again, and mark the letters redriven.

    The very bytes that were received are published, with the header hub-redrive naming the letter.
    A record that fails again becomes a new dead letter with one attempt more. Mend the cause first.

    Example: hub deadletters redrive --code REGION_UNKNOWN --all
    """
    from hub.engine.deadletters import DeadLetters
    from hub.privacy.key_ring import KeyRing

    settings = load_settings(bootstrap)
    box, letters = _chosen(
        settings,
        _filter("open", code=code, topic=topic, event_type=event_type, ids=ids, since=since),
        ids,
        everything=everything,
    )
    if not dry_run:
        keys = KeyRing.load(settings.key_dir, settings.cipher_suite)
        _progress(
            box.redrive(
                letters, DeadLetters(_codec(settings).encode, keys.sealer(), keys.sensitive_sealer())
            ),
            len(letters),
            "redriven",
        )
    _report(letters, "redriven", dry_run=dry_run, as_json=as_json)


@app.command()
def skip(
    *,
    bootstrap: BootstrapOption = None,
    code: CodeOption = None,
    topic: TopicOption = None,
    event_type: TypeOption = None,
    since: SinceOption = None,
    ids: IdOption = None,
    everything: AllOption = False,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Mark dead letters as skipped: somebody has decided that they need not be processed.

    Example: hub deadletters skip --id redcross.training.events-3-1017
    """
    settings = load_settings(bootstrap)
    box, letters = _chosen(
        settings,
        _filter("open", code=code, topic=topic, event_type=event_type, ids=ids, since=since),
        ids,
        everything=everything,
    )
    if not dry_run:
        _progress(box.skip(letters), len(letters), "skipped")
    _report(letters, "skipped", dry_run=dry_run, as_json=as_json)


def _codec(settings: Settings) -> Any:
    from hub.stages.build import make_codec

    return make_codec(settings)


def _letterbox(settings: Settings) -> Letterbox:
    from hub import kafka
    from hub.engine.letterbox import Letterbox

    kafka.require_broker(kafka.admin(settings), settings)
    codec = _codec(settings)
    return Letterbox(settings, codec.encode, lambda value: codec.decode(value)[1])


def _filter(
    status: str,
    *,
    code: Sequence[str] | None = None,
    topic: Sequence[str] | None = None,
    event_type: Sequence[str] | None = None,
    ids: Sequence[str] | None = None,
    since: str | None = None,
) -> Filter:
    from hub.engine import letterbox

    if status not in {"open", "redriven", "skipped", "all"}:
        raise UsageError(f"there is no status {status!r}", "--status", "use open, redriven, skipped or all")
    try:
        since_ms = letterbox.since(since) if since else 0
    except ValueError:
        raise UsageError(f"{since!r} is no time", "--since", "write 30m, 2h, 7d or an ISO date") from None
    return letterbox.Filter(
        status,
        frozenset(code or ()),
        frozenset(topic or ()),
        frozenset(event_type or ()),
        frozenset(ids or ()),
        since_ms,
    )


def _chosen(
    settings: Settings, wanted: Filter, ids: Sequence[str] | None, *, everything: bool
) -> tuple[Letterbox, list[Letter]]:
    """Return the open letters that are meant; nobody redrives everything by a forgotten option."""
    if not ids and not everything:
        raise UsageError("which ones?", "", "name them with --id, or add --all for all that the filters mean")
    box = _letterbox(settings)
    letters = box.read(wanted)
    missing = sorted(set(ids or ()) - {letter.id for letter in letters})
    if missing:
        raise UsageError(
            f"no open dead letter: {', '.join(missing)}", "--id", "`hub deadletters list` lists them"
        )
    return box, letters


def _progress(steps: Iterator[int], total: int, what: str) -> None:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err_console(), transient=True) as bar:
        task = bar.add_task(what, total=total)
        for done in steps:
            bar.advance(task, done)


def _report(letters: Sequence[Letter], what: str, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "status": what,
                "dry_run": dry_run,
                "count": len(letters),
                "ids": [letter.id for letter in letters],
            }
        )
        return
    console().print(f"{len(letters)} {'would be ' if dry_run else ''}{what}")


def _document(letter: Letter) -> dict[str, Any]:
    """Return what may be printed: everything but the sealed original and the headers."""
    fields = {
        name: value
        for name, value in letter.fields.items()
        if name not in {"envelope", "original", "headers"}
    }
    return {"id": letter.id, **fields, "at": _time(letter)}


def _time(letter: Letter) -> str:
    return datetime.fromtimestamp(letter.fields["at"] / 1000, UTC).isoformat(timespec="seconds")
