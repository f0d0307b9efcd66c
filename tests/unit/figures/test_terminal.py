"""hub.figures.terminal: what an officer sees."""

from __future__ import annotations

import io

from rich.console import Console, RenderableType

from hub.figures.terminal import plan_view, selection_view
from tests.unit.figuremaking import figure, province


def drawn(view: RenderableType) -> str:
    """Return a view as text."""
    console = Console(file=io.StringIO(), width=240)
    console.print(view)
    return str(console.file.getvalue())  # type: ignore[attr-defined]  # a StringIO


def test_the_plan_shows_names_targets_ranges_and_what_to_doubt() -> None:
    """Names, value, range, target, verdict, curve, vintage, silent sources, and why there is no value."""
    text = drawn(plan_view("33", province()))
    for part in (
        "浙江省", "成年会员占常住人口比例", "1.25%", "滞后", "822,000人 (821,990人–822,010人)", "┃", "▁█▅",
        "静默 silent: training", "重述", "基期未知 baseline unknown", "人口 population: 2022: 65,770,000",
        "2022-06-12",
    ):  # fmt: skip
        assert part in text, part


def test_the_regions_below_are_shown_and_the_weak_ones_marked() -> None:
    """Of a province its cities, of a city its counties; T11 puts a mark."""
    marked = {
        line.split()[0]: "▲" in line
        for line in drawn(plan_view("33", province())).splitlines()
        if "市 33" in line
    }
    assert marked == {"杭州市": False, "宁波市": True}
    assert "▲ 薄弱 weak: T1" in drawn(plan_view("3302", province()))


def test_a_selection_says_how_much_it_leaves_out() -> None:
    """More rows than the limit are counted; nothing at all is said to be nothing."""
    text = drawn(selection_view([figure("members", code) for code in ("33", "3301", "3302")], limit=2))
    assert "1 rows more" in text
    assert "没有符合条件" in drawn(selection_view([], limit=2))
