"""Errors of the HTTP door: ``application/problem+json`` (RFC 9457) with code, what, where and cure."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

__all__ = ("Problem", "ProblemError", "answers", "register")

MEDIA_TYPE: Final = "application/problem+json"


class Problem(BaseModel):
    """What went wrong, where, and what to do 错误：是什么、在哪里、如何解决."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "about:blank", "title": "Bad Request", "status": 400, "code": "CURSOR_UNKNOWN",
                "what": "there is no figure with this key any more", "where": "cursor",
                "cure": "begin again without a cursor",
            }
        }
    )  # fmt: skip

    type: str = "about:blank"
    title: str = Field(description="the status in words")
    status: int
    code: str = Field(description="stable, for programs 稳定的错误代码")
    what: str = Field(description="what happened 发生了什么")
    where: str = Field(description="the parameter or resource 参数或资源")
    cure: str = Field(description="what to do now 如何解决")


class ProblemError(Exception):
    """Ends a request with a problem."""

    def __init__(  # noqa: PLR0917 - the parts of a problem, in their order
        self,
        status: int,
        code: str,
        what: str,
        where: str,
        cure: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Say what an answer says; values of a request are not repeated."""
        super().__init__(code)
        self.problem = Problem(
            title=HTTPStatus(status).phrase, status=status, code=code, what=what, where=where, cure=cure
        )
        self.headers = dict(headers or {})

    def response(self) -> JSONResponse:
        """Return the answer."""
        return JSONResponse(
            self.problem.model_dump(), self.problem.status, headers=self.headers, media_type=MEDIA_TYPE
        )


def answers(*statuses: int) -> dict[int | str, dict[str, object]]:
    """Return what OpenAPI says of a route's problems."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }


def register(app: FastAPI) -> None:
    """Make every error of the app a problem."""

    @app.exception_handler(ProblemError)
    def told(_: Request, error: ProblemError) -> JSONResponse:
        return error.response()

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        places = sorted({".".join(map(str, each["loc"])) for each in error.errors()})
        reasons = "; ".join(sorted({str(each["msg"]) for each in error.errors()}))
        cure = "correct it; /docs describes every parameter"
        return ProblemError(422, "PARAMETER_INVALID", reasons, ", ".join(places), cure).response()

    @app.exception_handler(HTTPException)
    def standard(_: Request, error: HTTPException) -> JSONResponse:
        code = "NOT_FOUND" if error.status_code == 404 else "HTTP"
        cure = "/docs describes every path"
        return ProblemError(
            error.status_code, code, str(error.detail), "the path or method", cure, error.headers
        ).response()
