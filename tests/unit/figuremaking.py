"""Figures for tests: a small province, made up, and how they get onto the topic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hub.core.shelf import Published

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.settings import Settings

AS_OF: Final = 1_655_000_000_000
_LEVELS: Final = {2: "province", 4: "city", 6: "county"}


def figure(name: str, region: str = "33", value: float | None = 0.0, **more: Any) -> Published:
    """Return a figure; what is not said is nothing."""
    said: dict[str, Any] = {
        "labels": "", "level": _LEVELS.get(len(region), "none") if region.isdecimal() else "none",
        "period": "", "kind": "target" if name.startswith("T") else "stock", "unit": "persons", "low": None,
        "high": None, "target": None, "milestone": None, "on_track": None, "as_of": AS_OF, "vintage": None,
        "silent": [], "restated": False, "version": 1, "note": None,
    }  # fmt: skip
    return Published(figure=name, region=region, value=value, **{**said, **more})


def publish(settings: Settings, figures: Iterable[Published]) -> None:
    """Put figures on hub.statistics, and return when they are there."""
    from hub import contracts, kafka, topics

    producer, encode = kafka.connected(kafka.producer(settings)), contracts.codec().writer("hub.figure")
    for each in figures:
        producer.produce(topics.STATISTICS, encode(each._asdict()), each.key.encode())
        producer.poll(0)
    assert producer.flush(60) == 0


def take_away(settings: Settings, key: str) -> None:
    """Tombstone a figure."""
    from hub import kafka, topics

    producer = kafka.connected(kafka.producer(settings))
    producer.produce(topics.STATISTICS, None, key.encode())
    assert producer.flush(60) == 0


def province() -> list[Published]:
    """Return the plan of a province, two of its cities and a county that is weak."""
    vintage = "2022: 65,770,000"
    share = {"unit": "share", "target": 0.02, "milestone": 0.015, "vintage": vintage}
    months = [figure("T12", "33", v, period=f"2022-{m:02}") for m, v in ((3, 10.0), (4, 40.0), (5, 25.0))]
    return [
        figure("T1", "33", 0.0125, on_track=False, silent=["training"], **share),
        figure("T2", "33", 822_000.0, low=821_990.0, high=822_010.0, target=1_315_400.0),
        figure("T1", "3301", 0.018, on_track=True, **share),
        figure("T1", "3302", 0.004, on_track=False, **share),
        figure("T11", "3302", 1.0, unit="none"),
        figure("T11", "330203", 1.0, unit="none", note="weak: T1"),
        figure("T4", "33", None, unit="points", note="baseline unknown"),
        *months,
        figure("T12", "33", 75.0, period="2022", restated=True),
        figure("members", "33", 800_000.0, labels="kind=adult"),
    ]
