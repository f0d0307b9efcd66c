"""``hub invitations audit`` reports what is wrong, and not what the hub is putting right meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from typer.testing import CliRunner

from hub import topics
from hub.cli import invitations
from hub.cli.main import app
from hub.core.organisation import Directory
from tests.unit.core.asking import dissolve, society
from tests.unit.core.people import TODAY


class ChangingOutputs:
    """Outputs in which an organisation is dissolved after the invitations were read for the first time."""

    def __init__(self, *, rerouted: bool) -> None:
        """Let the hub re-route the invitation before the second reading, or never."""
        self.step = lambda _read: None
        self.rerouted = rerouted
        self.readings = 0

    def records(self, topic: str, _fields: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield one open invitation, and no task."""
        if topic == topics.INVITATIONS:
            self.readings += 1
            there = "SOC9" if self.rerouted and self.readings > 1 else "SOC"
            yield "1a", {"person": b"a" * 16, "status": "issued", "organisation": there}

    def directory(self) -> Directory:
        """Return the directory as it is now: without the society."""
        return dissolve(society(), "SOC")

    def today(self) -> int:
        """Return the day."""
        return TODAY

    def size(self, *_names: str) -> int:
        """Return how much there is to read."""
        return 1


@pytest.mark.parametrize(
    ("rerouted", "exit_code", "readings", "found"),
    [
        pytest.param(True, 0, 2, [], id="the hub was about to re-route it"),
        pytest.param(False, 1, invitations.READINGS, ["1a"], id="nobody does anything about it"),
    ],
)
def test_a_dissolution_while_it_reads_is_no_finding(
    monkeypatch: pytest.MonkeyPatch, *, rerouted: bool, exit_code: int, readings: int, found: list[str]
) -> None:
    """What was found wrong is read again, within bounds, before it is reported."""
    outputs = ChangingOutputs(rerouted=rerouted)
    monkeypatch.setattr(invitations, "open_outputs", lambda _bootstrap: outputs)
    monkeypatch.setattr(invitations, "PAUSE_S", 0.0)
    result = CliRunner().invoke(app, ["invitations", "audit", "--json"])
    assert (result.exit_code, outputs.readings) == (exit_code, readings), result.output
    assert [each["id"] for each in json.loads(result.stdout)["findings"]] == found
