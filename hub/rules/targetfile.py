"""Read a file of targets: YAML text in, checked :class:`~hub.core.targets.Targets` out, or every problem."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, StrictFloat, StrictInt, StrictStr

from hub import topics
from hub.core.dates import DateError, parse_day
from hub.core.flow import BUCKETS
from hub.core.targets import Goal, Targets
from hub.errors import ConfigurationError
from hub.rules.book import validated
from hub.rules.part import Part, Text
from hub.rules.problems import RuleBookError
from hub.rules.source import Source

FOLDER: Final = "rules/targets"
"""Where the packaged plans are."""
DEFAULT: Final = "zhejiang-2022"
GOALS: Final = ("T1", "T2", "T3", "T4", "T5.township_rate", "T5.schools")
"""What a plan can ask for; T6 stands under ``classes``."""


def _day(text: object) -> int:
    try:
        return parse_day(str(text))
    except DateError:
        raise ValueError("write a day: 2022-12-31") from None


Region = Annotated[StrictStr, Field(pattern=r"^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9})$")]
Year = Annotated[StrictStr, Field(pattern=r"^20[0-9]{2}$")]
Number = StrictInt | StrictFloat
Count = Annotated[StrictInt, Field(ge=0)]
Day = Annotated[int, BeforeValidator(_day)]
Days = Annotated[StrictInt, Field(ge=1)]


class GoalEntry(Part):
    """What is asked of one figure."""

    target: Number | None = None
    baselines: dict[Region, Number | None] = Field(default_factory=dict)
    milestones: dict[Region, dict[Year, Number]] = Field(default_factory=dict)

    def goal(self) -> Goal:
        """Return it without what nobody knows."""
        return Goal(
            self.target,
            _known(self.baselines),
            {region: {int(year): value for year, value in years.items()}
             for region, years in self.milestones.items()},
        )  # fmt: skip


class TargetFile(Part):
    """The whole file."""

    plan: Annotated[StrictStr, Field(pattern=r"^[a-z0-9-]+$")]
    title: Text
    province: Annotated[StrictStr, Field(pattern=r"^[0-9]{2}$")]
    starts: Day
    ends: Day
    goals: dict[StrictStr, GoalEntry]
    classes: dict[StrictStr, dict[Region, Count | None]] = Field(default_factory=dict)
    schools: dict[Region, Count] = Field(default_factory=dict)
    in_time_days: dict[StrictStr, Days]
    rhythm_days: dict[StrictStr, Days]


def _known(values: Mapping[str, float | None]) -> dict[str, float]:
    return {region: value for region, value in values.items() if value is not None}


def load(text: str, *, file: str) -> Targets:
    """Return the plan written in ``text``; ConfigurationError has every problem with its place."""
    try:
        source = Source(text, file)
        read = validated(source, TargetFile)
        if read is not None:
            _check(source, read)
        source.raise_if_any()
    except RuleBookError as error:
        cure = "mend it, then: hub statistics targets check FILE"
        raise ConfigurationError(error.what, error.where, cure) from None
    assert read is not None  # validated() noted a problem otherwise
    goals = {name: entry.goal() for name, entry in read.goals.items()}
    goals |= {f"T6/{name}": Goal(None, _known(baselines)) for name, baselines in read.classes.items()}
    return Targets(
        read.plan,
        read.starts,
        read.ends,
        read.province,
        goals,
        read.schools,
        read.rhythm_days,
        read.in_time_days,
    )


def _check(source: Source, read: TargetFile) -> None:
    """Note what is well written and makes no sense."""
    if read.ends <= read.starts:
        source.add(
            "WRONG_VALUE", ("ends",), found=source.spelled(("ends",)), detail="it must be after starts"
        )
    for name, choices, at in (
        *((goal, GOALS, "goals") for goal in read.goals),
        *((system, _SYSTEMS, "rhythm_days") for system in read.rhythm_days),
        *((priority, ("0", "1", "2", "3"), "in_time_days") for priority in read.in_time_days),
    ):
        if name not in choices:
            source.unknown_keys((at,), {name: None}, tuple(choices))
    for priority, days in read.in_time_days.items():
        if days not in BUCKETS:  # durations are counted by bucket: within a bound, and not between two
            source.add(
                "WRONG_VALUE",
                ("in_time_days", priority),
                found=days,
                detail=f"durations are counted within {', '.join(map(str, BUCKETS[1:]))} days",
            )


_SYSTEMS: Final = tuple(topics.system_of(topic) for topic in topics.UPSTREAM)
