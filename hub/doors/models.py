"""What the HTTP door answers with, for OpenAPI; the documents are made in ``hub.figures.document``."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from hub.figures.document import COLUMNS

__all__ = ("FigureDocument", "FigurePage", "Plan", "SnapshotPage")

_WORDS: Final = {column.name: f"{column.en} {column.zh}" for column in COLUMNS}
EXAMPLE: Final[dict[str, Any]] = {
    "key": "T1|region=3301", "figure": "T1", "name_zh": "成年会员占常住人口比例",
    "name_en": "adult members, share of residents", "labels": "", "region": "3301", "region_name": "杭州市",
    "level": "city", "period": "", "kind": "target", "unit": "share", "value": 0.0125, "low": 0.0124,
    "high": 0.0126, "target": 0.02, "milestone": 0.015, "on_track": False,
    "as_of": "2022-06-12T10:13:20.000+08:00", "vintage": "2020 census", "silent": [], "restated": False,
    "version": 17, "note": None,
}  # fmt: skip


def _is(name: str) -> Any:
    return Field(description=_WORDS[name])


class FigureDocument(BaseModel):
    """One figure 一项统计数."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})

    key: str = _is("key")
    figure: str = _is("figure")
    name_zh: str = _is("name_zh")
    name_en: str = _is("name_en")
    labels: str = _is("labels")
    region: str = _is("region")
    region_name: str = _is("region_name")
    level: str = _is("level")
    period: str = _is("period")
    kind: str = _is("kind")
    unit: str = _is("unit")
    value: float | None = _is("value")
    low: float | None = _is("low")
    high: float | None = _is("high")
    target: float | None = _is("target")
    milestone: float | None = _is("milestone")
    on_track: bool | None = _is("on_track")
    as_of: str = _is("as_of")
    vintage: str | None = _is("vintage")
    silent: list[str] = _is("silent")
    restated: bool = _is("restated")
    version: int = _is("version")
    note: str | None = _is("note")


class FigurePage(BaseModel):
    """Some figures 一页统计数."""

    figures: list[FigureDocument]
    total: int = Field(description="how many are selected in all 符合条件的总数")
    next: str | None = Field(description="the cursor of the next page; null = this is the last 下一页的游标")
    position: str = Field(
        description="give it to /v1/stream as `after` to hear of every change since "
        "传给 /v1/stream 的 after，可收到此后的全部变化",
        examples=["0:17,1:4@Sm9obg"],
    )


class Plan(BaseModel):
    """T1 to T13 of a region 某区划的规划指标."""

    region: str
    region_name: str
    figures: list[FigureDocument]
    position: str


class SnapshotPage(BaseModel):
    """A published snapshot, with small cells suppressed 对外快照（小数隐匿）."""

    snapshot: str | None = Field(description="its day; null = none was published yet 快照日期")
    days: list[str] = Field(description="every snapshot there is 已发布的快照日期")
    figures: list[FigureDocument] = Field(description="note `suppressed` marks a hidden cell 隐匿的单元格")
    total: int
    next: str | None
