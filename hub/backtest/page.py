"""A forecast as one HTML file: tables and bars, nothing from outside, nothing that runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

from hub.backtest.contrast import Effect
from hub.backtest.report import TASK_WORDS, WORDS, task_rows

__all__ = ("page",)

_COLOURS: Final = {
    Effect.ISSUED: "#2e7d32", Effect.WITHDRAWN: "#c62828", Effect.RAISED: "#1565c0",
    Effect.LOWERED: "#ef6c00", Effect.REVISED: "#6a1b9a", Effect.AWAITED: "#81c784",
    Effect.NOT_AWAITED: "#e57373",
}  # fmt: skip
"""What is unchanged has no bar: it would dwarf the others."""
_WIDTH: Final = 560
_ROW: Final = 22
_LABEL: Final = 90
_STYLE: Final = """
body{font:15px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;margin:.5em 0 1.5em}
td,th{padding:.2em .8em;border-bottom:1px solid #ddd;text-align:left}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
h2{margin-top:2em}svg text{font:12px system-ui,sans-serif}.small{color:#666}
.key i{display:inline-block;width:.9em;height:.9em;margin:0 .3em 0 1em}
"""
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def page(told: Mapping[str, Any]) -> str:
    """Return the page of a document of :func:`hub.backtest.report.document`."""
    return "\n".join(_page(told)) + "\n"


def _page(told: Mapping[str, Any]) -> Iterator[str]:
    title = f"规则预演 Forecast: {told['before']} → {told['after']}"
    yield '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
    yield f"<h1>{escape(title)}</h1>"
    people, events = f"{told['people']:,} 人 people", f"{told['events']:,} 条事件 events"
    source = [escape(told["against"]), told["day"], people, *([events] if told["events"] else [])]
    yield f"<p>{' · '.join(source)}</p>"
    yield "<h2>会发生什么 What it would do</h2>"
    rows = [(" · ".join(WORDS[effect]), told["effects"][effect.value]) for effect in WORDS]
    yield from _table(("影响 effect", "人数 people"), rows)
    if told["class_s_in_sum"]:
        secret = ", ".join(f"{name} {count:,}" for name, count in told["class_s_in_sum"].items())
        yield f'<p class="small">其中敏感依据（仅合计）of which class s, in sum: {escape(secret)}</p>'
    yield '<p class="key">'
    for effect, colour in _COLOURS.items():
        yield f'<i style="background:{colour}"></i>{escape(" · ".join(WORDS[effect]))}'
    yield "</p>"
    yield "<h2>任务 Tasks</h2>"
    columns = ("任务 task", *(" · ".join(words) for words in TASK_WORDS.values()))
    yield from _table(columns, task_rows(told["tasks"]))
    for name, heading in (
        ("by_rule", "按规则 By rule"),
        ("by_county", "按县（市、区） By county"),
        ("by_priority", "按优先级 By priority"),
    ):
        yield f"<h2>{heading}</h2>"
        yield from _bars(told[name])
    for name, heading in (("hits", "规则命中 People a rule speaks of"), ("outcomes", "结果 Outcomes")):
        yield f"<h2>{heading}</h2>"
        sides = [
            (each, side["before"], side["after"], f"{side['after'] - side['before']:+,}")
            for each, side in told[name].items()
        ]
        yield from _table(("", told["before"], told["after"], "±"), sides)
    yield "<h2>示例 Examples</h2>"
    yield from _examples(told["examples"])
    yield "</body></html>"


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    head = "".join(f"<th{_right(place)}>{escape(each)}</th>" for place, each in enumerate(columns))
    yield f"<table><tr>{head}</tr>"
    for row in rows:
        cells = "".join(f"<td{_right(place)}>{_cell(each)}</td>" for place, each in enumerate(row))
        yield f"<tr>{cells}</tr>"
    yield "</table>"


def _right(place: int) -> str:
    return ' class="n"' if place else ""


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else escape(str(value))


def _bars(counts: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """Yield one row of bars for each name, as long as the people it stands for."""
    rows = {name: {Effect(each): n for each, n in found.items()} for name, found in counts.items()}
    if not rows:
        yield "<p>–</p>"
        return
    most = max(sum(found.values()) for found in rows.values())
    height = _ROW * len(rows)
    yield f'<svg role="img" width="{_LABEL + _WIDTH + 80}" height="{height}">'
    for place, (name, found) in enumerate(rows.items()):
        top, left = place * _ROW, float(_LABEL)
        yield f'<text x="0" y="{top + 15}">{escape(name)}</text>'
        for effect, colour in _COLOURS.items():
            people = found.get(effect, 0)
            if people:
                wide = people / most * _WIDTH
                said = escape(f"{name}: {' · '.join(WORDS[effect])} {people:,}")
                yield (
                    f'<rect x="{left:.1f}" y="{top + 3}" width="{wide:.1f}" height="{_ROW - 6}" '
                    f'fill="{colour}"><title>{said}</title></rect>'
                )
                left += wide
        yield f'<text x="{left + 6:.1f}" y="{top + 15}">{sum(found.values()):,}</text>'
    yield "</svg>"


def _examples(examples: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    rows = [
        (
            " · ".join(WORDS[Effect(effect)]),
            each["person"],
            each["county"],
            _said(each["before"]),
            _said(each["after"]),
        )
        for effect, people in examples.items()
        for each in people
    ]
    yield from _table(("影响 effect", "代号 pseudonym", "县 county", "前 before", "后 after"), rows)


def _said(side: Mapping[str, Any]) -> str:
    parts = [side["code"] or side["outcome"], side["priority"] or "", " ".join(side["rules"]), side["change"]]
    return " · ".join(filter(None, parts))
