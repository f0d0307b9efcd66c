"""A figure as it is told outside: as a document for JSON, HTTP and exports, with names in both languages."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from hub import data
from hub.core import figurename
from hub.core.shelf import UNKNOWN, Published
from hub.stages.announcementwriter import rfc3339

__all__ = ("COLUMNS", "Column", "document", "region_name")


class Column(NamedTuple):
    """One field of the document."""

    name: str
    type: str
    """string, number, boolean or list."""
    en: str
    zh: str


COLUMNS: Final = (
    Column("key", "string", "key of the figure", "指标键"),
    Column("figure", "string", "name of the figure", "指标代号"),
    Column("name_zh", "string", "what it is called in Chinese", "中文名称"),
    Column("name_en", "string", "what it is called in English", "英文名称"),
    Column("labels", "string", "its other labels, label=value|…", "其余标签"),
    Column("region", "string", "region code; unknown, or empty", "区划代码"),
    Column("region_name", "string", "name of the region", "区划名称"),
    Column("level", "string", "level of the region, council, source or none", "层级"),
    Column("period", "string", "day, month, quarter or year; empty = now", "时期"),
    Column("kind", "string", "stock, flow or target", "类别"),
    Column("unit", "string", "unit of value, low, high, target, milestone", "单位"),
    Column("value", "number", "the value; empty when note says why", "数值"),
    Column("low", "number", "lower end while identities are under review", "下限"),
    Column("high", "number", "upper end while identities are under review", "上限"),
    Column("target", "number", "what the plan asks for at its end", "规划目标"),
    Column("milestone", "number", "what the plan asks for as of now", "当前进度要求"),
    Column("on_track", "boolean", "whether value reaches the milestone", "是否达到进度"),
    Column("as_of", "string", "the newest tick that is counted, RFC 3339", "截至时刻"),
    Column("vintage", "string", "edition of the population", "人口数据版本"),
    Column("silent", "list", "systems it rests on that are silent", "静默来源"),
    Column("restated", "boolean", "counted after its period was over", "是否重述"),
    Column("version", "number", "rises with every record of the key", "版本"),
    Column("note", "string", "why there is no value, or what is marked", "备注"),
)
"""Every field in its order: of exports the columns, of JSON and HTTP the members."""


def region_name(code: str) -> str:
    """Return a region's own name; empty for none, the code for one that the edition has not.

    >>> region_name("3301")
    '杭州市'
    """
    if code == UNKNOWN:
        return "县未知"
    return data.regions().name(code) or code


def document(figure: Published) -> dict[str, Any]:
    """Return the figure's document; its members are those of COLUMNS, in order."""
    name = figurename.name_of(figure.figure)
    told = figure._asdict()
    told |= {
        "key": figure.key,
        "name_zh": name.zh,
        "name_en": name.en,
        "region_name": region_name(figure.region),
        "as_of": rfc3339(figure.as_of),
        "silent": list(figure.silent),
    }
    return {column.name: told[column.name] for column in COLUMNS}
