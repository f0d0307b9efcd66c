"""``hub doctor``: what is wrong with this hub, where, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.common import BootstrapOption, JsonOption, console, load_settings, new_app, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.doctor.examination import Examined

app = new_app("Examine settings, keys, disk, stores, broker, topics and lag; say what to do.")

_SIGNS = {
    "fine": "[green]fine 正常[/green]",
    "advice": "[yellow]advice 建议[/yellow]",
    "finding": "[bold red]finding 问题[/bold red]",
    "unseen": "[dim]unseen 未检查[/dim]",
}


@app.command()
def doctor(
    *,
    bootstrap: BootstrapOption = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 for advice, too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Examine this hub: each finding says what is wrong, where, and what to do now.

    Changes nothing but a topic hub.doctor.<random>, which asks the broker for its time and is removed.
    Run it as the user who runs the hub, on its machine, with its settings. Exit code 0 = fine (perhaps
    with advice), 1 = findings.

    Example: hub doctor --json
    """
    done: list[Examined] = []
    for examined in _examine(bootstrap):
        done.append(examined)
        if not as_json:
            _print(examined)
    bad = [each for each in done if each.state == "finding" or (strict and each.state == "advice")]
    if as_json:
        print_json({"ok": not bad, "checks": [_document(each) for each in done]})
    else:
        said = f"{len(bad)} of {len(done)} checks found something" if bad else "nothing to be done"
        console().print(f"{said} · {'有待处理的问题' if bad else '无需处理'}")
    if bad:
        raise typer.Exit(1)


def _examine(bootstrap: str | None) -> Iterator[Examined]:
    """Yield every check as it is done; settings that cannot be read are the first finding, and the last."""
    from hub.doctor.examination import CHECKS, Examined, examine
    from hub.doctor.outcome import Finding, Outcome
    from hub.errors import ConfigurationError

    try:
        settings = load_settings(bootstrap)
    except ConfigurationError as error:
        yield Examined(CHECKS[0], Outcome("wrong", (Finding(error.what, error.where, error.cure),)))
        return
    yield from examine(settings)


def _print(examined: Examined) -> None:
    check, outcome = examined
    sign = _SIGNS[examined.state]
    console().print(f"{sign}  [bold]{check.name}[/bold]  {check.title_en} {check.title_zh}: ", end="")
    console().print(outcome.told, markup=False)
    for finding in outcome.findings:
        for label, text in (("what", finding.what), ("where", finding.where), ("do", finding.cure)):
            console().print(f"    {label:<6}{text}", markup=False)


def _document(examined: Examined) -> dict[str, object]:
    check, outcome = examined
    return {
        "check": check.name,
        "title": {"en": check.title_en, "zh": check.title_zh},
        "state": examined.state,
        "told": outcome.told,
        "findings": [finding._asdict() for finding in outcome.findings],
    }
