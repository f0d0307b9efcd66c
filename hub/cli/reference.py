"""The reference page of the command line, from the commands themselves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import click

from hub.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("reference",)

_MARKUP: Final = re.compile(r"(?<!\\)\[/?(?:bold|dim|cyan|green|red|yellow|italic|underline)[^\]]*\]")
"""Rich's tags, which a terminal shows as style."""


def reference() -> str:
    """Return the page: every command with its usage, its text and its options."""
    lines = [
        "# The command line",
        "",
        "`hub COMMAND --help` says the same. Settings come from `HUB_*` variables (settings.md); exit codes",
        "are in errors.md.",
        "",
    ]
    for entry in main.COMMANDS:
        stub = main._LazyCommand(entry)  # noqa: SLF001 - the table's own stand-in, loaded here
        for path, command in _walk(f"hub {entry.name}", stub.load()):
            lines += _section(path, command)
    return "\n".join(lines)


def _walk(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, child in sorted(getattr(command, "commands", {}).items()):
        yield from _walk(f"{path} {name}", child)


def _section(path: str, command: Any) -> list[str]:
    context = click.Context(command, info_name=path)
    pieces = " ".join(command.collect_usage_pieces(context))
    lines = [f"## {path}", "", f"`{path} {pieces}`".replace(" `", "`"), ""]
    text = _plain(command.help or "")
    if text:
        lines += ["```", text, "```", ""]
    rows = [record for record in (p.get_help_record(context) for p in command.get_params(context)) if record]
    rows = [(names, what) for names, what in rows if not names.startswith("--help")]
    if rows:
        lines += ["| option | what |", "|---|---|"]
        lines += [f"| `{_cell(names)}` | {_cell(_plain(what))} |" for names, what in rows]
        lines.append("")
    return lines


def _plain(text: str) -> str:
    """Return the text without Rich's tags and click's paragraph marks."""
    return _MARKUP.sub("", text).replace("\\[", "[").replace("\b\n", "").rstrip()


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
