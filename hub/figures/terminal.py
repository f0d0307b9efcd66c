"""Figures for a terminal: the plan of a region, the regions in it, any selection, and how complete it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from hub.core import figurename
from hub.core.shelf import Published, silent_systems
from hub.figures.document import region_name
from hub.figures.text import MILESTONE, NOTHING, Line, bar, lines, spark, target_text, value_text
from hub.stages.announcementwriter import rfc3339

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

__all__ = ("plan_view", "selection_view")

_STYLES: Final = {True: "green", False: "red", None: ""}


def _table(title: str, columns: Sequence[tuple[str, str]]) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for name, justify in columns:
        table.add_column(name, justify="right" if justify == "right" else "left", overflow="fold")
    return table


def _bar(figure: Published) -> Text:
    from rich.text import Text

    text = Text(bar(figure), style=_STYLES[figure.on_track])
    text.highlight_regex(MILESTONE, "bold yellow")
    return text


def _verdict(figure: Published) -> Text:
    from rich.text import Text

    words = {True: "达标 on track", False: "滞后 behind", None: ""}[figure.on_track]
    return Text(words, style=_STYLES[figure.on_track])


def _name(figure: Published) -> str:
    name = figurename.name_of(figure.figure)
    labels = figurename.label_text(figure.labels)
    both = name.zh if name.zh == name.en else f"{name.zh} {name.en}"
    return f"{both} · {labels}" if labels else both


def _region(figure: Published) -> str:
    return f"{region_name(figure.region)} {figure.region}".strip()


def _marks(figure: Published) -> str:
    """Return what an officer must know of a value before quoting it."""
    marks = [f"静默 silent: {' '.join(figure.silent)}"] if figure.silent else []
    marks += ["重述 restated"] if figure.restated else []
    if figure.note and figure.value is not None:
        marks.append(figurename.note_text(figure.note))
    return "; ".join(marks)


def selection_view(figures: Iterable[Published], limit: int) -> RenderableType:
    """Return any selected figures: one row per figure, labels and region, at most ``limit``."""
    from rich.console import Group

    found = lines(figures)
    columns = (
        ("代号", ""), ("指标 figure", ""), ("区划 region", ""), ("时期", ""), ("数值 value", "right"),
        ("目标 target", "right"), ("进度 progress", ""), ("近月 months", ""), ("备注 remarks", ""),
    )  # fmt: skip
    table = _table("", columns)
    for line in found[:limit]:
        each = line.newest
        table.add_row(
            each.figure, _name(each), _region(each), each.period or "现值", value_text(each),
            target_text(each), _bar(each), spark(line.months), _marks(each),
        )  # fmt: skip
    parts: list[RenderableType] = [table]
    if len(found) > limit:
        parts.append(f"还有 {len(found) - limit} 行未显示；and {len(found) - limit} rows more (--limit)")
    parts.append(_footer([line.newest for line in found]))
    return Group(*parts)


def plan_view(region: str, figures: Sequence[Published]) -> RenderableType:
    """Return the plan of a region, T1 to T13, and how the regions one level down stand.

    ``figures`` are those of the region and of what lies in it.
    """
    from rich.console import Group

    own = [each for each in figures if each.region == region and each.kind == "target"]
    columns = (
        ("代号", ""), ("指标 figure", ""), ("时期", ""), ("数值 value", "right"),
        ("目标 target", "right"), (f"进度 progress ({MILESTONE} 应达)", ""), ("", ""), ("近月 months", ""),
        ("备注 remarks", ""),
    )  # fmt: skip
    table = _table(f"{region_name(region)} {region}：规划指标 the plan", columns)
    for line in lines(own):
        each = line.newest
        table.add_row(
            each.figure, _name(each), each.period or "现值", value_text(each), target_text(each),
            _bar(each), _verdict(each), spark(line.months), _marks(each),
        )  # fmt: skip
    parts: list[RenderableType] = [table]
    below = _below(region, figures)
    if below is not None:
        parts.append(below)
    parts.append(_footer(own))
    return Group(*parts)


_SHOWN_BELOW: Final = ("T2", "T1", "T3", "T12")


def _below(region: str, figures: Sequence[Published]) -> RenderableType | None:
    """Return one row per region one level down; None when nothing is known of any."""
    length = {2: 4, 4: 6, 6: 9}.get(len(region))
    under = [each for each in figures if len(each.region) == length and each.kind == "target"]
    if not under:
        return None
    columns = (
        ("区划 region", ""), ("T2 成年会员", "right"), ("T1 占比", "right"), ("", ""), ("T3 覆盖率", "right"),
        ("", ""), ("T12 净增", "right"), ("近月 months", ""), ("T11 薄弱 weak", ""),
    )  # fmt: skip
    table = _table("下级区划 the regions in it", columns)
    rows: dict[str, dict[str, Line]] = {}
    for line in lines(under):
        if not line.newest.labels:
            rows.setdefault(line.newest.region, {})[line.newest.figure] = line
    for code in sorted(rows):
        table.add_row(*_below_row(code, rows[code]))
    return table


def _below_row(code: str, row: dict[str, Line]) -> list[RenderableType]:
    from rich.text import Text

    def told(figure: str) -> str:
        return value_text(row[figure].newest) if figure in row else NOTHING

    def drawn(figure: str) -> Text:
        return _bar(row[figure].newest) if figure in row else Text("")

    weak = row["T11"].newest if "T11" in row else None
    mark = ""
    if weak is not None and weak.value:
        mark = figurename.note_text(weak.note) or f"{weak.value:.0f}"
    net = row.get("T12")
    return [
        Text(f"{region_name(code)} {code}", style="bold red" if mark else ""),
        told("T2"), told("T1"), drawn("T1"), told("T3"), drawn("T3"), told("T12"),
        spark(net.months) if net else "", Text(f"▲ {mark}" if mark else "", style="bold red"),
    ]  # fmt: skip


def _footer(figures: Sequence[Published]) -> RenderableType:
    """Return how new and how complete the shown figures are."""
    from rich.text import Text

    if not figures:
        return Text("没有符合条件的统计数 no such figure", style="yellow")
    parts = [f"截至 as of {rfc3339(max(each.as_of for each in figures))}"]
    vintages = sorted({each.vintage for each in figures if each.vintage})
    if vintages:
        parts.append("人口 population: " + "; ".join(vintages))
    text = Text(" · ".join(parts))
    silent = silent_systems(figures)
    if silent:
        words = f"\n以下来源静默，数据可能不完整 silent, figures may be incomplete: {' '.join(silent)}"
        text.append(words, style="yellow")
    return text
