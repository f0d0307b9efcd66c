"""The alert rules in deploy/prometheus, by Prometheus' own tool: correct, and each fires and clears."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from hub.metrics import catalogues
from hub.settings import load
from tools.prometheus import MissingError, find, promtool

DEPLOY = Path(__file__).parent.parent.parent / "deploy" / "prometheus"
RULES = sorted(DEPLOY.glob("*.rules.yml"))
TESTS = DEPLOY / "tests" / "alerts.test.yml"
_OURS = re.compile(r"\b(?:hub|process)_[a-z0-9_]+")
_SUFFIXES = ("", "_bucket", "_count", "_sum")


@pytest.fixture(scope="module")
def binaries() -> Path:
    """Return where promtool is; without it these tests are skipped."""
    try:
        return find(load().cache_dir)
    except MissingError as error:
        pytest.skip(f"no Prometheus here: {error}")


def alerts() -> list[dict[str, Any]]:
    """Return every alert rule."""
    groups = yaml.safe_load((DEPLOY / "alerts.rules.yml").read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def test_the_example_configuration_and_all_rules_are_correct(binaries: Path) -> None:
    """`promtool check config` accepts prometheus.yml, with it both rule files."""
    code, said = promtool(binaries, "check", "config", DEPLOY / "prometheus.yml")
    assert code == 0, said
    code, said = promtool(binaries, "check", "rules", *RULES)
    assert code == 0, said


def test_each_alert_fires_and_clears(binaries: Path) -> None:
    """`promtool test rules` plays what each alert watches, and that it is over."""
    code, said = promtool(binaries, "test", "rules", TESTS)
    assert code == 0, said


def test_every_alert_has_a_test_of_its_own() -> None:
    """No alert without a promtool test by its name, no test of an alert that is gone, none twice."""
    tests = [test["name"] for test in yaml.safe_load(TESTS.read_text("utf-8"))["tests"]]
    assert sorted(tests) == sorted(rule["alert"] for rule in alerts())


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: str(rule["alert"]))
def test_an_alert_says_how_bad_it_is_and_what_to_do(rule: dict[str, Any]) -> None:
    """Severity and audience are of the known ones; both languages are there; the runbook is named."""
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    assert rule["labels"]["audience"] in {"operations", "upstream", "plan"}
    said = rule["annotations"]
    assert set(said) == {"summary", "summary_zh", "description", "description_zh", "runbook_url"}
    assert said["runbook_url"] == f"docs/runbook.md#{rule['alert'].lower()}"
    assert all(re.search(r"[一-鿿]", said[name]) for name in ("summary_zh", "description_zh"))


@pytest.mark.parametrize("file", RULES, ids=lambda file: file.name)
def test_rules_ask_only_for_metrics_of_the_catalogues(file: Path) -> None:
    """A metric that is renamed in the code is missed here, not by a silent alert."""
    known = {spec.name + suffix for chapter in catalogues() for spec in chapter.specs for suffix in _SUFFIXES}
    rules = [rule for group in yaml.safe_load(file.read_text("utf-8"))["groups"] for rule in group["rules"]]
    asked = {name for rule in rules for name in _OURS.findall(re.sub(r"\w+:\w+(:\w+)?", "", rule["expr"]))}
    assert asked
    assert asked <= known
