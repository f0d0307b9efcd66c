"""What is answered at each path of the HTTP door.

Handlers are coroutines: they look at the shelf between two steps of its reader, never beside one.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
from fastapi import Depends, Header, Path, Query, Security
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from prometheus_client import generate_latest
from starlette.requests import Request
from starlette.responses import Response

from hub import data
from hub.core.shelf import LEVELS, UNKNOWN, Selection, order
from hub.doors import position
from hub.doors.access import Access
from hub.doors.live import LiveFigures
from hub.doors.metrics import DoorMetrics
from hub.doors.outside import Outside
from hub.doors.paging import etag, matches, page
from hub.doors.problem import ProblemError
from hub.doors.stream import FigureStream
from hub.engine.http import METRICS_TYPE
from hub.figures.document import document, region_name

if TYPE_CHECKING:
    from hub.settings import Settings

__all__ = (
    "figures", "livez", "metrics", "one_figure", "plan", "readyz", "require_internal", "require_token",
    "snapshots", "stream",
)  # fmt: skip

_ALIVE_S: Final = 60.0
"""The broker has not answered for so long: not alive, start it anew."""
_REACH_S: Final = 5.0
Bearer = Annotated[
    HTTPAuthorizationCredentials | None,
    Security(HTTPBearer(auto_error=False, description="HUB_HTTP_TOKENS 访问令牌")),
]


async def _live(request: Request) -> LiveFigures:
    live: LiveFigures = request.app.state.live
    if not live.ready:
        raise ProblemError(
            503, "NOT_READY", "the figures are still being read", "the door", "try again in a few seconds",
            {"Retry-After": "2"},
        )  # fmt: skip
    return live


async def require_token(request: Request, _: Bearer) -> None:
    """Let requests with any known token pass."""
    access: Access = request.app.state.access
    access.role(request.headers.get("Authorization"))


async def require_internal(request: Request, _: Bearer) -> None:
    """Let requests with an internal token pass."""
    access: Access = request.app.state.access
    access.require_internal(request.headers.get("Authorization"))


async def _selection(
    figure: Annotated[
        list[str], Query(description="name, such as T1; T8 stands for T8.invited and its likes too 指标代号")
    ] = [],  # noqa: B006 - FastAPI copies it
    region: Annotated[
        str,
        Query(pattern=rf"^(\d{{2}}|\d{{4}}|\d{{6}}|\d{{9}}|\d{{12}}|{UNKNOWN}|)$", description="区划代码"),
    ] = "",
    below: Annotated[bool, Query(description="with what lies in the region 含下级区划")] = True,  # noqa: FBT002 - a query
    level: Annotated[list[str], Query(description=f"{', '.join(LEVELS)} 层级")] = [],  # noqa: B006 - as above
    period: Annotated[
        str,
        Query(
            pattern=r"^(now|\d{4}(-\d{2}(-\d{2})?|-Q[1-4])?|)$", description="2022, 2022-Q2, …, or now 时期"
        ),
    ] = "",
) -> Selection:
    return Selection(tuple(figure), region, below, tuple(level), period)


Live = Annotated[LiveFigures, Depends(_live)]
Chosen = Annotated[Selection, Depends(_selection)]
Tag = Annotated[str | None, Header(alias="If-None-Match")]
Limit = Annotated[int, Query(ge=1, le=10_000, description="figures per page 每页条数")]
Cursor = Annotated[str | None, Query(description="`next` of the page before 上一页的 next")]


def answered(body: dict[str, Any], tag: str, if_none_match: str | None) -> Response:
    """Return the body with its tag, or 304 to whoever has it."""
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    if matches(tag, if_none_match):
        return Response(status_code=304, headers=headers)
    return Response(msgspec.json.encode(body), headers=headers, media_type="application/json")


async def figures(
    live: Live, chosen: Chosen, limit: Limit = 1000, cursor: Cursor = None, if_none_match: Tag = None
) -> Response:
    """Return the selected figures in order, a page at a time 按条件查询统计数.

    `position` is what `/v1/stream` takes as `after`. The ETag changes when a figure of the page does.
    """
    found = page(live.shelf.figures(chosen), cursor, limit)
    tag = etag([found.total, found.next], ((each.key, each.version, each.value) for each in found.figures))
    body = {
        "figures": [document(each) for each in found.figures],
        "total": found.total,
        "next": found.next,
        "position": live.reached,
    }
    return answered(body, tag, if_none_match)


async def one_figure(
    live: Live,
    key: Annotated[str, Path(description="such as T1|region=3301 指标键", examples=["T1|region=3301"])],
    if_none_match: Tag = None,
) -> Response:
    """Return one figure by its key 按键查询一项统计数."""
    placed = live.shelf.get(key)
    if placed is None or placed.figure is None:
        raise ProblemError(
            404, "FIGURE_UNKNOWN", "there is no figure with this key", "key", "/v1/figures lists them"
        )
    return answered(document(placed.figure), etag([key, *placed.figure]), if_none_match)


async def plan(
    live: Live,
    region: Annotated[str, Query(pattern=r"^\d{2}(\d{2}(\d{2})?)?$", description="区划代码")] = "33",
    if_none_match: Tag = None,
) -> Response:
    """Return T1 to T13 of a region, of a province with its councils and sources 查询某区划的规划指标."""
    found = [
        each for each in live.shelf.figures(Selection(region=region, below=False)) if each.kind == "target"
    ]
    if not found:
        _require_region(region)
    if len(region) == 2:
        found += [
            each
            for each in live.shelf.figures(Selection(("T9", "T13", "source")))
            if each.region != region and each.level in {"council", "source", "none"}
        ]
    body = {
        "region": region,
        "region_name": region_name(region),
        "figures": [document(each) for each in found],
        "position": live.reached,
    }
    return answered(body, etag([region], found), if_none_match)


def _require_region(code: str) -> None:
    """Refuse a code that the edition has not; say what there is where it would lie."""
    table = data.regions()
    if code in table:
        return
    outer = next((code[:length] for length in (4, 2) if code[:length] in table), "")
    level = {0: "province", 2: "city", 4: "county"}[len(outer)]
    there = ", ".join(f"{each} {table.name(each)}" for each in table.codes(level, outer))
    raise ProblemError(
        404, "REGION_UNKNOWN", "there is no such region", "region",
        f"take one of these, or see /v1/figures: {there} 请使用现有区划代码",
    )  # fmt: skip


async def stream(
    request: Request,
    live: Live,
    chosen: Chosen,
    after: Annotated[
        str | None, Query(description="tell of what changed since this position first 从此位置之后开始")
    ] = None,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
) -> Response:
    """Tell of changes as they happen, as server-sent events 以服务器推送事件接收变化.

    Events: `figure` (a figure as in `/v1/figures`), `removed` (its key), `caught-up` (all of `after` was
    told), `heartbeat`, `reset` (the position means nothing here: everything is told anew). A client that
    reconnects with an event's id as `Last-Event-ID` misses nothing: it gets the newest of each figure that
    changed. A client that reads too slowly is disconnected.
    """
    told = last_event_id if last_event_id is not None else after
    begin = None if told is None else position.parse(told)
    if told is not None and begin is None:
        raise ProblemError(
            400, "POSITION_INVALID", "this is no position", "Last-Event-ID or after",
            "give an event's id, or `position` of /v1/figures, such as 0:17,1:4@Sm9obg",
        )  # fmt: skip
    settings: Settings = request.app.state.settings
    _require_room(live, settings)
    if begin is not None and begin.topic_id == live.topic_id:
        await live.reach(begin, _REACH_S)
        _require_room(live, settings)  # others waited, too: from here to subscribing nobody comes between
    return FigureStream(
        live, chosen, after=begin, queue=settings.http_queue, heartbeat_s=settings.http_heartbeat_s
    )


def _require_room(live: LiveFigures, settings: Settings) -> None:
    """Let a stream be opened while there are fewer than there may be."""
    if live.streams >= settings.http_streams:
        raise ProblemError(
            503, "STREAMS_FULL", "too many streams are open", "the door",
            "try again later, or raise HUB_HTTP_STREAMS", {"Retry-After": "10"},
        )  # fmt: skip


async def snapshots(
    request: Request,
    chosen: Chosen,
    *,
    snapshot: Annotated[
        str, Query(pattern=r"^(\d{4}-\d{2}-\d{2}|)$", description="its day; default the newest 快照日期")
    ] = "",
    limit: Limit = 1000,
    cursor: Cursor = None,
    if_none_match: Tag = None,
) -> Response:
    """Return a published snapshot, for use outside 查询对外快照.

    Small cells, and what would betray them, have the note `suppressed` and no value.
    """
    outside: Outside = request.app.state.outside
    held = await outside.snapshots()
    day = snapshot or (held.days[-1] if held.days else None)
    if snapshot and snapshot not in held.days:
        raise ProblemError(
            404, "SNAPSHOT_UNKNOWN", "there is no snapshot of this day", "snapshot", "`days` lists them all"
        )
    found = page(sorted((each for each in held.figures(day) if chosen.takes(each)), key=order), cursor, limit)
    body = {
        "snapshot": day,
        "days": held.days,
        "figures": [document(each) for each in found.figures],
        "total": found.total,
        "next": found.next,
    }
    return answered(body, etag([day, found.total, found.next], held.days, found.figures), if_none_match)


async def livez(request: Request) -> Response:
    """Say whether the broker answered lately 存活检查."""
    live: LiveFigures = request.app.state.live
    silent_s = time.monotonic() - live.heard_s
    alive = silent_s < _ALIVE_S and not request.app.state.reader.done()
    return JSONResponse({"alive": alive, "broker_silent_s": round(silent_s, 1)}, 200 if alive else 503)


async def readyz(request: Request) -> Response:
    """Say whether the figures have been read 就绪检查."""
    live: LiveFigures = request.app.state.live
    return JSONResponse({"ready": live.ready, "figures": len(live.shelf)}, 200 if live.ready else 503)


async def metrics(request: Request) -> Response:
    """Return the door's own metrics 监控指标."""
    held: DoorMetrics = request.app.state.metrics
    return PlainTextResponse(generate_latest(held.registry).decode(), media_type=METRICS_TYPE)
