"""The shipped rules with short times, for a check that cannot wait: a templated copy, never shipped.

``for:`` becomes a second, windows ten seconds, and four thresholds that are themselves times become
seconds. What an alert compares otherwise is what ships; that the shipped times are right is for
``promtool test rules`` to say, which plays hours in a moment.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import yaml

__all__ = ("DEPLOY", "WINDOW_S", "quick_rules")

DEPLOY: Final = Path(__file__).parent.parent / "deploy" / "prometheus"
WINDOW_S: Final = 10
_TIMES: Final = (
    ("hub_stalled_seconds[5m]) > 30", "hub_stalled_seconds[5m]) > 3"),
    ("hub_statistics_stalled_seconds[5m]) > 30", "hub_statistics_stalled_seconds[5m]) > 3"),
    ("hub_statistics_part_age_seconds > 30", "hub_statistics_part_age_seconds > 3"),
    ("hub_last_commit_timestamp_seconds) < 120", "hub_last_commit_timestamp_seconds) < 5"),
)
"""Thresholds that are times."""


def quick_rules(directory: Path) -> list[Path]:
    """Write quick copies of all rule files into ``directory``; return their paths."""
    written = []
    for file in sorted(DEPLOY.glob("*.rules.yml")):
        document = yaml.safe_load(file.read_text("utf-8"))
        for group in document["groups"]:
            group["interval"] = "1s"
            group["rules"] = [_quick(rule) for rule in group["rules"]]
        path = directory / file.name
        path.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), "utf-8")
        written.append(path)
    return written


def _quick(rule: dict[str, str]) -> dict[str, str]:
    expression = rule["expr"]
    for shipped, quick in _TIMES:
        expression = expression.replace(shipped, quick)
    if ":rate" in rule.get("record", "") or ":p99" in rule.get("record", ""):
        return rule  # shown, not watched: over ten quiet seconds there is nothing to be seen
    expression = re.sub(r"\[\d+[smhd]\]", f"[{WINDOW_S}s]", expression)
    expression = re.sub(r"offset \d+[smhd]", f"offset {WINDOW_S}s", expression)
    return rule | {"expr": expression} | ({"for": "1s"} if "for" in rule else {})
