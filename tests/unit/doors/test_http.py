"""hub.doors.http: what is described is what is served."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import httpx
import pytest

from hub.doors.http import make_app
from hub.doors.models import EXAMPLE, FigureDocument
from hub.doors.problem import Problem
from hub.figures.document import COLUMNS, document
from hub.settings import Settings
from tests.unit.figuremaking import province

DESCRIBED: dict[str, Any] = make_app(Settings()).openapi()


def test_the_model_is_the_document() -> None:
    """Every member that a figure's document has is described, in both languages, with an example."""
    assert list(FigureDocument.model_fields) == [column.name for column in COLUMNS] == list(EXAMPLE)
    for each in province():
        FigureDocument.model_validate(document(each), strict=True)


@pytest.mark.parametrize("path", [path for path in DESCRIBED["paths"] if path.startswith("/v1")])
def test_every_path_is_described_with_its_problems(path: str) -> None:
    """A text, a summary in Chinese too, the token, and problems for 401 and 503."""
    told = DESCRIBED["paths"][path]["get"]
    assert told["description"]
    assert not told["summary"].isascii()
    assert told["security"]
    assert {"200", "401", "503"} <= set(told["responses"])
    assert "application/problem+json" in told["responses"]["401"]["content"]


def test_references_lead_somewhere() -> None:
    """Each $ref names a schema that is there."""
    names = {
        part.split('"')[0] for part in str(DESCRIBED).replace("'", '"').split("#/components/schemas/")[1:]
    }
    assert names
    assert names <= set(DESCRIBED["components"]["schemas"])
    assert set(Problem.model_fields) == {"type", "title", "status", "code", "what", "where", "cure"}


def test_the_page_that_describes_it_needs_no_other_server() -> None:
    """All that /docs loads comes from the door itself, and is there."""
    app = make_app(Settings())

    def get(path: str) -> httpx.Response:
        async def asked() -> httpx.Response:
            door = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=door, base_url="http://door") as client:
                return await client.get(path)

        return asyncio.run(asked())

    page = get("/docs").text
    loaded = re.findall(r"""(?:src|href)="([^"]+)"|url: '([^']+)'""", page)
    paths = {tag or script for tag, script in loaded}
    assert {"/openapi.json"} < paths
    assert {path.rsplit(".", 1)[-1] for path in paths} == {"js", "css", "png", "json"}
    for path in paths:
        assert path.startswith("/")
        assert not path.startswith("//")
        assert get(path).status_code == 200
    assert '"validatorUrl": "none"' in page
