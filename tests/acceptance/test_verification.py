"""Published figures counted anew from the facts and the raw events, on a whole hub."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from typer.testing import CliRunner

from hub import contracts, data, kafka, tables, topics
from hub.cli.main import app
from hub.demo.play import play
from hub.demo.site import Site
from hub.errors import UsageError
from hub.outputs import Outputs
from hub.settings import Settings
from hub.simulate.days import Plan, Year
from hub.simulate.regions import region_table
from hub.verification import leaves
from hub.verification.rest import await_rest

PEOPLE: Final = 1500
DAYS: Final = 60
_PATIENCE_S: Final = 120.0
CODEC: Final = contracts.codec()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Play some weeks of three counties with everything that goes wrong, and publish the statistics."""
    running = Site(tmp_path_factory.mktemp("hub") / "site", workers=2, keep=False)
    try:
        running.open()
        plan = Plan(people=PEOPLE, days=DAYS, counties=3, seed=5, problems=0.05)
        play(running, Year(plan, region_table(), CODEC.writer), CODEC, lambda _: None)
        running.publish_statistics()
        await_rest(running.settings, data.targets(), _PATIENCE_S, running.check)
        yield running
    finally:
        running.close()


def environment(settings: Settings) -> dict[str, str]:
    """Return what lets a command find the hub."""
    return {
        "HUB_GROUP": settings.group, "HUB_KEY_DIR": str(settings.key_dir),
        "HUB_CLOCK": settings.clock.value, "HUB_BOOTSTRAP_SERVERS": settings.bootstrap_servers,
    }  # fmt: skip


def verified(settings: Settings, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Run ``hub statistics verify``; return its exit code and document."""
    asked = ["statistics", "verify", *arguments, "--json"]
    result = CliRunner().invoke(app, asked, env=environment(settings))
    assert result.exit_code in {0, 1}, result.output
    return result.exit_code, json.loads(result.stdout)


def unlike(document: dict[str, Any]) -> list[Any]:
    """Return the figures that do not agree."""
    return [each for each in document["figures"] if each["outcome"] not in {"agrees", "not_recomputed"}]


@pytest.mark.slow
def test_every_figure_that_can_be_is_counted_anew(site: Site) -> None:
    """All figures agree exactly with the facts and the raw events, and what was issued is open or ended."""
    code, document = verified(site.settings)
    assert unlike(document) == []
    assert (code, document["balance"]["holds"]) == (0, True)
    agreed = {each["key"].partition("|")[0] for each in document["figures"] if each["recomputed"]}
    assert agreed >= {
        "members", "certificates_valid", "qualified", "held", "invitations_open", "priority_reach",
        "members_moved", "persons", "flow.received", "flow.rejected", "T1", "T2", "T10", "T12",
    }  # fmt: skip


@pytest.mark.slow
def test_a_hundred_drawn_figures_agree(site: Site) -> None:
    """A draw of a hundred figures agrees, and each seed draws others."""
    drawn = []
    for seed in (1, 2):
        code, document = verified(site.settings, "--sample", "100", "--seed", str(seed))
        assert (code, unlike(document), len(document["figures"])) == (0, [], 100)
        drawn.append({each["key"] for each in document["figures"]})
    assert drawn[0] != drawn[1]


@pytest.mark.slow
@pytest.mark.parametrize("command", ["verify", "snapshot"])
def test_the_wall_clock_is_refused_in_simulated_time(site: Site, command: str) -> None:
    """Nobody compares, or publishes for ever, the figures of another year by mistake."""
    wrong = environment(site.settings) | {"HUB_CLOCK": "wall"}
    result = CliRunner().invoke(app, ["statistics", command], env=wrong)
    assert result.exit_code == UsageError.exit_code, result.output
    assert "set HUB_CLOCK=ticks" in result.output


@pytest.mark.slow
def test_a_wrong_total_is_found(site: Site) -> None:
    """A total that says one member more than there is makes its figures differ, and the command fail."""
    settings = site.settings
    found = leaves.read(settings).totals
    wrong = next(total for name, total in sorted(found.items()) if name.startswith("members|"))
    producer = kafka.producer(settings)
    for value, version in ((wrong.value + 1, wrong.version + 1), (wrong.value, wrong.version + 2)):
        record = {**wrong._asdict(), "value": value, "version": version}
        producer.produce(topics.TOTALS, CODEC.encode("hub.counter_total", record), wrong.counter)
        assert producer.flush(30) == 0
        await_rest_of(settings, site, {wrong.counter: value})
        code, document = verified(settings, "T2|region=33")
        assert (code, len(unlike(document))) == ((1, 1) if value != wrong.value else (0, 0))


def await_rest_of(settings: Settings, site: Site, values: dict[str, int]) -> None:
    """Wait until the published province has taken the totals in that a test wrote."""
    from hub.figures import reader
    from hub.verification.figured import figured
    from tests.faults.workers import until

    def published() -> bool:
        site.check()
        totals = leaves.read(settings).totals
        if any(totals[name].value != value for name, value in values.items()):
            return False
        wanted = figured(data.targets(), totals.values(), tables.read(settings), Outputs(settings).now())[
            "T2|region=33"
        ]
        placed = reader.shelf(settings).get("T2|region=33")
        return placed is not None and placed.figure is not None and placed.figure.value == wanted

    until(published, "the province to be published", _PATIENCE_S)
