"""Print the demo's summary for people, Chinese and English side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rich.columns import Columns
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ("show",)

_MAX_LINES: Final = 20


def show(console: Console, summary: dict[str, Any]) -> None:
    """Print everything but the machine's own figures."""
    plan = summary["plan"]
    people, days = f"{plan['people']:,} people", f"{plan['days']} days"
    place = f"county {plan['county']}" if plan["counties"] == 1 else f"{plan['counties']} counties"
    console.rule(f"合成演示 synthetic: {people}, {days}, seed {plan['seed']}, {place}")
    invitations = summary["invitations"]
    tables = (
        ("各系统事件 events by system", summary["events"]),
        ("拒收 rejected, by code", summary["rejected"]),
        ("待人工 parked, by reason", summary["parked"]),
        ("暂缓与停止 held, by reason", summary["held"]),
        ("已发邀请 issued, by priority", invitations["issued_by_priority"]),
        ("已发邀请 issued, by rule", invitations["issued_by_rule"]),
        ("会员类别 issued, by kind", invitations["issued_by_kind"]),
        ("邀请变化 changes", invitations["by_change"]),
        ("任务 tasks", summary["tasks"]),
        ("敏感依据 class s, in sum", _sensitive(summary["stock"])),
        ("只计数 counted only", summary["forgotten"]),
        ("邀请现状 invitations now", invitations["now"]),
    )
    console.print(Columns([_table(title, figures) for title, figures in tables], padding=(1, 3)))
    for example in summary["examples"]:
        _example(console, example)
    _briefs(console, "规则 every rule that hit", summary["rules"])
    _silent(console, summary["rules_silent"])
    _briefs(console, "入会途径 every way in", summary["paths"])
    _briefs(console, "守门规则 every guard that applied", summary["guards"])
    _speed(console, summary["speed"], summary["comparison"]["ticks"])
    _verdict(console, summary["comparison"])


def _sensitive(stock: dict[str, int]) -> dict[str, int]:
    """Return the figures of class s: without a county, since these are few people."""
    return {name.removeprefix("sensitive_"): value for name, value in stock.items() if "sensitive_" in name}


def _briefs(console: Console, title: str, briefs: list[dict[str, Any]]) -> None:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    table.add_column(justify="right", no_wrap=True)
    for brief in briefs:
        public = brief.get("public", brief["name"])
        name = brief["name"] if public == brief["name"] else f"{brief['name']} → {public}"
        told = (escape(brief[part]) for part in ("zh", "en", "came_of_it"))
        lines = "{}\n[dim]{}\n{}[/dim]".format(*told)
        table.add_row(name, lines, f"{brief['times']:,}×\n[dim]{brief['person']}…[/dim]")
    console.print(table)


def _silent(console: Console, rules: list[dict[str, Any]]) -> None:
    """Print the rules that have no decision in their own name: those of class s never have one."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    for rule in rules:
        why = {
            "off": "未启用 off",
            "class s": f"敏感类，对外只称 class s, told as {rule['public']}",
            "no hit": "未命中 nobody met it",
        }[rule["why"]]
        table.add_row(rule["name"], f"{escape(rule['zh'])} {escape(rule['en'])} [dim]({why})[/dim]")
    console.print(table)


def _table(title: str, figures: dict[str, int]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(title, no_wrap=True)  # a header, not a title: it counts for the width
    table.add_column(justify="right")
    for name, figure in figures.items():
        table.add_row(name, f"{figure:,}")
    if not figures:
        table.add_row("–", "0")
    return table


def _example(console: Console, example: dict[str, Any]) -> None:
    lines = [*example["zh"], *(f"[dim]{escape(line)}[/dim]" for line in example["en"])]
    title = f"{example['title_zh']} {example['title_en']} · {example['person']}…"
    console.print(Panel("\n".join(lines), title=title, title_align="left"))


def _speed(console: Console, speed: dict[str, Any], ticks: int) -> None:
    console.print(
        f"[bold]{speed['events']:,}[/bold] events in {speed['elapsed_s']} s, "
        f"with {ticks} ticks waited for: [bold]{speed['events_per_s']:,}[/bold] events/s"
    )
    waits = speed["latency_ms"]
    if waits:
        console.print(
            f"event → invitation, {waits['invitations']:,} times: p50 {waits['p50']} ms, "
            f"p95 {waits['p95']} ms, p99 {waits['p99']} ms, longest {waits['longest']} ms"
        )


def _verdict(console: Console, comparison: dict[str, Any]) -> None:
    checked = (
        f"{comparison['changes']:,} changes at {comparison['ticks']} ticks, {comparison['figures']} figures"
    )
    if not comparison["differences"]:
        console.print(f"[green]as expected[/green] 与预期一致: {checked}")
        return
    console.print(f"[red]{comparison['differences']:,} differences[/red] 与预期不符: {checked}")
    for line in comparison["first"][:_MAX_LINES]:
        console.print("  " + escape(line), soft_wrap=True)
