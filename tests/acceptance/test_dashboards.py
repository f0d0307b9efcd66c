"""The dashboards as files: what is declared, for people, and with every metric in it or in an alert."""

from __future__ import annotations

from pathlib import Path

from hub.metrics import catalogues
from tools.dashboards import DASHBOARDS, FOLDER, stale
from tools.panels import Dashboard
from tools.quick import DEPLOY


def test_the_dashboards_are_what_is_declared() -> None:
    """`make dashboards` would change nothing, and each file is read back as the same dashboard."""
    assert stale() == []
    assert {file.name for file in FOLDER.glob("*.json")} == set(DASHBOARDS)
    for name, each in DASHBOARDS.items():
        assert Dashboard.model_validate_json((FOLDER / name).read_text("utf-8")) == each


def test_dashboards_are_for_people() -> None:
    """Chinese titles, English descriptions; no panel over another, none beyond the page."""
    for each in DASHBOARDS.values():
        taken: set[tuple[int, int]] = set()
        for panel in each.panels:
            assert any("一" <= letter <= "鿿" for letter in panel.title)
            assert panel.description.endswith(".") or ":" in panel.description
            place = panel.gridPos
            cells = {
                (x, y) for x in range(place.x, place.x + place.w) for y in range(place.y, place.y + place.h)
            }
            assert not cells & taken
            assert place.x + place.w <= 24
            taken |= cells


def test_every_metric_is_shown_or_watched() -> None:
    """What nobody looks at is not worth its sample."""
    asked = Path(DEPLOY / "alerts.rules.yml").read_text("utf-8") + (DEPLOY / "recording.rules.yml").read_text(
        "utf-8"
    )
    asked += "".join(
        query.expr for each in DASHBOARDS.values() for panel in each.panels for query in panel.targets
    )
    unseen = [
        spec.name
        for chapter in catalogues()
        for spec in chapter.specs
        if spec.name not in asked and not spec.name.startswith("process_")
    ]
    assert unseen == []
