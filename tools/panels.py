"""A Grafana dashboard as values: what of its JSON we use, checked as it is made (schema version 39).

Grafana takes any JSON and shows an empty panel for what it does not understand; so a field that is misspelt
must fail here. ``extra="forbid"`` and the literals are that check, when written and when read back.
"""

# ruff: noqa: N815 - the names are Grafana's

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

__all__ = ("Dashboard", "Panel", "Query", "dashboard")

Unit: TypeAlias = Literal["short", "s", "bytes", "percentunit", "reqps", "dateTimeFromNow", "none"]
Kind: TypeAlias = Literal["timeseries", "stat", "table", "bargauge"]
WIDTH: Final = 24
"""Columns of a dashboard."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Part):
    """Where a query goes: the Prometheus that the reader has chosen."""

    type: Literal["prometheus"] = "prometheus"
    uid: Literal["${datasource}"] = "${datasource}"


class Query(_Part):
    """One expression and how its series are called."""

    expr: str
    legendFormat: str = "__auto"
    refId: str = "A"
    instant: bool = False
    format: Literal["time_series", "table"] = "time_series"
    datasource: Source = Source()


class Place(_Part):
    """Where a panel stands, in columns and rows."""

    x: int
    y: int
    w: int
    h: int


class Step(_Part):
    """From a value on, a colour."""

    value: float | None = None
    color: Literal["green", "orange", "red", "blue"]


class Thresholds(_Part):
    """All steps."""

    mode: Literal["absolute"] = "absolute"
    steps: tuple[Step, ...]


class Defaults(_Part):
    """How values are shown."""

    unit: Unit
    min: float | None = None
    thresholds: Thresholds


class Fields(_Part):
    """The same, as Grafana nests it."""

    defaults: Defaults
    overrides: tuple[dict[str, Any], ...] = ()


class Panel(_Part):
    """One panel: a Chinese title, an English description."""

    id: int
    type: Kind
    title: str
    description: str
    gridPos: Place
    fieldConfig: Fields
    targets: tuple[Query, ...]
    datasource: Source = Source()
    options: dict[str, Any]


class Variable(_Part):
    """The choice of a Prometheus at the top."""

    name: Literal["datasource"] = "datasource"
    type: Literal["datasource"] = "datasource"
    query: Literal["prometheus"] = "prometheus"
    label: str = "数据源 data source"


class Variables(_Part):
    """All choices."""

    list: tuple[Variable, ...] = (Variable(),)


class Span(_Part):
    """What time is shown at first."""

    from_: str
    to: str = "now"
    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=lambda name: name.rstrip("_"), populate_by_name=True
    )


class Dashboard(_Part):
    """One dashboard."""

    uid: str
    title: str
    description: str
    tags: tuple[str, ...] = ("redcross-hub",)
    schemaVersion: Literal[39] = 39
    version: int = 1
    editable: bool = False
    graphTooltip: Literal[1] = 1
    refresh: str
    timezone: Literal["Asia/Shanghai"] = "Asia/Shanghai"
    time: Span
    templating: Variables = Variables()
    panels: tuple[Panel, ...]

    def text(self) -> str:
        """Return the file's text."""
        return self.model_dump_json(indent=1, by_alias=True, exclude_none=True) + "\n"


def panel(
    title: str,
    description: str,
    *queries: str | tuple[str, str],
    kind: Kind = "timeseries",
    unit: Unit = "short",
    width: int = 8,
    height: int = 7,
    warn: float | None = None,
    bad: float | None = None,
    below: bool = False,
) -> dict[str, Any]:
    """Describe a panel; a query is an expression, or an expression and its legend.

    ``warn`` and ``bad`` colour values from there on; with ``below``, values under them.
    """
    asked = [(query, "__auto") if isinstance(query, str) else query for query in queries]
    now = kind != "timeseries"
    return {
        "type": kind, "title": title, "description": description, "width": width, "height": height,
        "fieldConfig": Fields(
            defaults=Defaults(unit=unit, thresholds=Thresholds(steps=_steps(warn, bad, below=below)))
        ),
        "targets": tuple(
            Query(
                expr=expr, legendFormat=legend, refId=chr(65 + at), instant=now,
                format="table" if kind == "table" else "time_series",
            )
            for at, (expr, legend) in enumerate(asked)
        ),
        "options": _OPTIONS[kind],
    }  # fmt: skip


_OPTIONS: Final[dict[str, dict[str, Any]]] = {
    "timeseries": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
    "stat": {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "background", "graphMode": "none"},
    "bargauge": {"reduceOptions": {"calcs": ["lastNotNull"]}, "orientation": "horizontal"},
    "table": {"showHeader": True},
}


def _steps(warn: float | None, bad: float | None, *, below: bool) -> tuple[Step, ...]:
    if warn is None and bad is None:
        return (Step(value=None, color="blue"),)
    if below:
        steps = [Step(value=None, color="red")]
        steps += [Step(value=bad, color="orange")] if warn is not None and bad is not None else []
        return (*steps, Step(value=warn if warn is not None else bad, color="green"))
    found = [Step(value=None, color="green")]
    found += [Step(value=warn, color="orange")] if warn is not None else []
    found += [Step(value=bad, color="red")] if bad is not None else []
    return tuple(found)


def dashboard(uid: str, title: str, description: str, span: str, *panels: dict[str, Any]) -> Dashboard:
    """Place panels from left to right, line by line, in the order given."""
    placed, x, y, line = [], 0, 0, 0
    for number, described in enumerate(panels, 1):
        given = dict(described)
        width, height = given.pop("width"), given.pop("height")
        if x + width > WIDTH:
            x, y, line = 0, y + line, 0
        placed.append(Panel(id=number, gridPos=Place(x=x, y=y, w=width, h=height), **given))
        x, line = x + width, max(line, height)
    return Dashboard(
        uid=uid, title=title, description=description, refresh="30s", time=Span(from_=f"now-{span}"),
        panels=tuple(placed),
    )  # fmt: skip
