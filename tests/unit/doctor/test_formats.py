"""hub.doctor.formats: schemas and the registry's file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hub import contracts
from hub.doctor.formats import schemas
from hub.doctor.outcome import Patient
from hub.embedded.broker import settings_for

if TYPE_CHECKING:
    from pathlib import Path

    from hub.doctor.outcome import Finding


def wrong(tmp_path: Path, text: str) -> list[Finding]:
    """Return what is found, besides advice, with this text as the registry's file."""
    file = tmp_path / "registry.json"
    file.write_text(text, "utf-8")
    outcome = schemas(Patient(settings_for("127.0.0.1:9", schema_registry_file=file), None))
    assert "registry.json" in outcome.told
    return [finding for finding in outcome.findings if not finding.advice]


def test_a_registry_of_our_schemas_is_fine(tmp_path: Path) -> None:
    """Every id has a schema that is a version of ours."""
    schema = contracts.catalogue().by_type("consent.granted.v1")
    assert schema is not None
    assert wrong(tmp_path, json.dumps({"7": schema.parsed})) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            '{"7": {"type": "record", "name": "strange.Record", "fields": []}}', id="strange schema"
        ),
        pytest.param("not JSON", id="no JSON"),
        pytest.param("[1]", id="no table"),
    ],
)
def test_a_registry_that_does_not_fit_is_found(tmp_path: Path, text: str) -> None:
    """One finding, with the file or the schema in it, and what to do."""
    (finding,) = wrong(tmp_path, text)
    assert finding.where
    assert finding.cure
