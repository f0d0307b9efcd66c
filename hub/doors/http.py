"""The HTTP door: figures as JSON with entity tags, changes as server-sent events, health and metrics.

The paths under ``/v1`` ask for a token (``hub.doors.access``); ``/livez``, ``/readyz`` and ``/metrics`` do
not, they hold no figure. Nothing of a person is in any path or parameter: there is nothing of persons here.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from fastapi import Depends, FastAPI
from fastapi.responses import PlainTextResponse
from fastapi_offline import FastAPIOffline
from starlette.responses import Response

from hub.doors import routes
from hub.doors.access import Access
from hub.doors.counting import Counting
from hub.doors.live import LiveFigures
from hub.doors.metrics import DoorMetrics
from hub.doors.models import FigureDocument, FigurePage, Plan, SnapshotPage
from hub.doors.outside import Outside
from hub.doors.problem import Problem, answers, register

if TYPE_CHECKING:
    from hub.settings import Settings

__all__ = ("make_app", "reference")

DESCRIPTION: Final = """
Live statistics of the Red Cross hub, and how they stand to the plan.
红十字会会员中心的实时统计与规划进度。

- `internal` tokens read everything; `outside` tokens read `/v1/snapshots` only.
  内部令牌可读全部；对外令牌仅可读快照。
- `GET /v1/figures`, then `GET /v1/stream?after=<position>`: nothing is missed between the two.
  先取 `/v1/figures`，再以其 `position` 打开 `/v1/stream`，其间的变化不会遗漏。
- Errors are `application/problem+json` with `code`, `what`, `where` and `cure`.
  错误以 `application/problem+json` 返回，含代码、内容、位置与解决办法。
"""


_STREAMED: Final = {
    "content": {
        "text/event-stream": {
            "example": 'id: 0:17,1:4@Sm9obg\nevent: figure\ndata: {"key":"T1|region=3301","value":0.0125}\n\n'
        }
    }
}
INTERNAL: Final = [Depends(routes.require_internal)]


def make_app(settings: Settings) -> FastAPI:
    """Return the door's app; it reads from Kafka between its start and its end."""
    measures = DoorMetrics()

    @asynccontextmanager
    async def reading(app: FastAPI) -> AsyncIterator[None]:
        app.state.reader = task = asyncio.create_task(app.state.live.run(), name="figures")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    # The page at /docs brings its scripts along: an officers' network reaches no CDN, and no validator.
    app = FastAPIOffline(
        redoc_url=None,
        title="Red Cross hub: statistics 红十字会统计接口",
        version="1",
        description=DESCRIPTION,
        lifespan=reading,
        swagger_ui_parameters={"validatorUrl": "none"},
    )
    app.state.settings, app.state.metrics = settings, measures
    app.state.access = Access(settings.http_tokens)
    app.state.outside = Outside(settings)
    app.state.live = LiveFigures(settings, measures)
    register(app)
    _routes(app)
    _describe(app)

    app.add_middleware(Counting, metrics=measures)
    return app


def _routes(app: FastAPI) -> None:
    told: dict[int | str, dict[str, Any]] = answers(401, 403, 422, 503)
    same: dict[int | str, dict[str, Any]] = {304: {"description": "what the tag names is still so 未变化"}}
    app.get("/v1/figures", dependencies=INTERNAL, responses={200: {"model": FigurePage}, **same, **told},
            summary="Figures 统计数")(routes.figures)  # fmt: skip
    app.get("/v1/figures/{key:path}", dependencies=INTERNAL, summary="One figure 一项统计数",
            responses={200: {"model": FigureDocument}, **same, **told, **answers(404)},
            )(routes.one_figure)  # fmt: skip
    app.get("/v1/plan", dependencies=INTERNAL, summary="The plan 规划指标",
            responses={200: {"model": Plan}, **same, **told, **answers(404)},
            )(routes.plan)  # fmt: skip
    app.get("/v1/stream", dependencies=INTERNAL, summary="Changes as they happen 实时变化",
            response_class=Response, responses={200: _STREAMED, **told, **answers(400)},
            )(routes.stream)  # fmt: skip
    app.get("/v1/snapshots", dependencies=[Depends(routes.require_token)], summary="Snapshots 对外快照",
            responses={200: {"model": SnapshotPage}, **same, **answers(400, 401, 404, 422, 503)},
            )(routes.snapshots)  # fmt: skip
    app.get("/livez", summary="Alive 存活")(routes.livez)
    app.get("/readyz", summary="Ready 就绪")(routes.readyz)
    app.get("/metrics", summary="Metrics 监控", response_class=PlainTextResponse)(routes.metrics)


def _describe(app: FastAPI) -> None:
    """Add to the description the problem that every error is."""
    described = app.openapi

    def whole() -> dict[str, Any]:
        told = described()
        told["components"]["schemas"].setdefault("Problem", Problem.model_json_schema())
        return told

    app.openapi = whole  # type: ignore[method-assign]  # FastAPI's documented way to extend it


def reference() -> str:
    """Return ``docs/reference/openapi.json``."""
    from hub.settings import Settings

    described = make_app(Settings.model_construct()).openapi()
    return json.dumps(described, ensure_ascii=False, indent=1)
