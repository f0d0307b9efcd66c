"""``hub statistics verify``: count published figures anew, from the facts and the raw events."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.common import (
    BootstrapOption,
    JsonOption,
    console,
    err_console,
    load_settings,
    print_json,
    print_table,
)

if TYPE_CHECKING:
    from hub.core.targets import Targets
    from hub.settings import Settings
    from hub.verification.verify import Asked, Report

__all__ = ("verify",)

_SHOWN = 50


def verify(
    keys: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KEY…", help="Keys of figures, as `show --json` tells them.", show_default=False
        ),
    ] = None,
    *,
    sample: Annotated[
        int | None, typer.Option(min=1, help="Draw so many figures; all when not given.", show_default=False)
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the draw.")] = 0,
    plan: Annotated[
        Path | None,
        typer.Option("--targets", metavar="FILE", help="The plan, YAML \\[env: HUB_TARGETS_FILE]."),
    ] = None,
    bootstrap: BootstrapOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count published figures anew 核对统计, up to where the workers had counted, and compare exactly.

    Persons come from hub.facts, what was received from the upstream topics; no state and no counter of a
    worker has a say. It asks for a hub at rest: what moves meanwhile is looked at three times. What happened
    once and is kept nowhere (steps of invitations) is held to conservation: issued = open + ended.
    Exits with 1 when something differs.

    Examples: hub statistics verify --sample 100; hub statistics verify "T2|region=33"
    """
    from hub import kafka, planfile
    from hub.verification.verify import Asked

    settings = load_settings(bootstrap, targets_file=plan)
    kafka.require_broker(kafka.admin(settings), settings)
    report = _verified(settings, planfile.read(settings.targets_file), Asked(tuple(keys or ()), sample, seed))
    if as_json:
        print_json(_document(report))
    else:
        _print(report)
    if not report.good:
        raise typer.Exit(1)


def _verified(settings: Settings, targets: Targets, asked: Asked) -> Report:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from hub import topics
    from hub.engine.tail import size
    from hub.verification.verify import verify as check

    columns = (TextColumn("counting anew"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err_console(), transient=True) as bar:
        whole = sum(size(settings, each) for each in (topics.STATISTICS, topics.FACTS, *topics.UPSTREAM))
        row = bar.add_task("counting anew", total=whole)
        return check(settings, targets, asked, lambda read: bar.advance(row, read))


def _document(report: Report) -> dict[str, object]:
    return {
        "ok": report.good,
        "figures": [each._asdict() for each in report.findings],
        "vector": {
            "/".join(map(str, origin)): standing._asdict()
            for origin, standing in sorted(report.vector.items())
        },
        "balance": {**report.balance._asdict(), "holds": report.balance.holds},
    }


def _print(report: Report) -> None:
    from collections import Counter

    found = Counter(each.outcome.value for each in report.findings)
    unlike = [each for each in report.findings if each.outcome.value not in {"agrees", "not_recomputed"}]
    if unlike:
        print_table(
            ("figure", "outcome", "published", "counted anew"),
            [(each.key, each.outcome.value, each.published, each.recomputed) for each in unlike[:_SHOWN]],
        )
    told = ", ".join(f"{number} {outcome.replace('_', ' ')}" for outcome, number in sorted(found.items()))
    console().print(f"{len(report.findings)} figures: {told or 'none'}")
    balance = report.balance
    sign, word = ("=", "holds") if balance.holds else ("≠", "DOES NOT HOLD")
    console().print(
        f"conservation {word}: {balance.issued} issued {sign} {balance.open} open + {balance.ended} ended"
    )
    if not report.good:
        console().print("see docs/runbook.md, or run it again when the hub is at rest")
