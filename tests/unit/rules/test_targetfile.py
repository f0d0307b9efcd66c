"""Files of targets."""

from __future__ import annotations

import pytest

from hub import data, packaged
from hub.core.dates import iso
from hub.errors import ConfigurationError
from hub.rules import targetfile

TEXT = packaged.read_text("rules/targets/zhejiang-2022.yaml")


def test_the_packaged_plan_asks_for_what_the_plan_asks() -> None:
    """Two per cent and a million adult members, 40 % of villages, 13 points more, by the end of 2022."""
    plan = data.targets()
    assert [plan.target(goal) for goal in ("T1", "T2", "T3", "T4")] == [0.02, 1_000_000, 0.4, 13]
    assert (iso(plan.starts), iso(plan.ends)) == ("2019-12-31", "2022-12-31")
    assert plan.baseline("T3", "33") is None
    assert plan.baseline("T4", "33") == 0


def test_a_system_without_a_rhythm_would_never_be_silent() -> None:
    """The packaged plan says the rhythm of every system."""
    assert set(data.targets().rhythms) == set(targetfile._SYSTEMS)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  T1:", "  T99:", "plan.yaml:14:3: UNKNOWN_KEY T99"),
        ("target: 0.02", "taget: 0.02", "did you mean target"),
        ("training: 7", "trainig: 7", "did you mean training"),
        ("training: 7", "training: 0", "TOO_SMALL expected 1 or more"),
        ("ends: 2022-12-31", "ends: soon", "write a day"),
        ("ends: 2022-12-31", "ends: 2019-01-01", "it must be after starts"),
        ("plan: zhejiang-2022", "plan: [", "YAML_SYNTAX"),
        ("T4: # 建会率", 'T4: {target: 1, milestones: {"33": {"22": 3}}}\n  T4: # 建会率', "DUPLICATE_KEY"),
        ("classes: {}", 'classes: {hospital: {"33": -1}}', "TOO_SMALL expected 0 or more"),
        ('"2": 3', '"2": 5', "WRONG_VALUE 5 will not do: durations are counted within 1, 2, 3, 7,"),
    ],
    ids=["goal", "key", "system", "rhythm", "day", "order", "yaml", "twice", "negative", "no bucket"],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(old: str, new: str, said: str) -> None:
    """Every mistake is one error with file, line, what was found, and the nearest right word."""
    assert old in TEXT
    with pytest.raises(ConfigurationError) as caught:
        targetfile.load(TEXT.replace(old, new), file="plan.yaml")
    assert said in caught.value.what
    assert "targets check" in caught.value.cure


def test_baselines_milestones_and_classes_are_read() -> None:
    """What somebody knows is taken over, what nobody knows left out."""
    text = TEXT.replace(
        'baselines: {"33": null}',
        'baselines: {"33": 0.01, "3301": null}\n    milestones: {"33": {"2020": 0.015}}',
        1,
    )
    plan = targetfile.load(text.replace("classes: {}", 'classes: {hospital: {"33": 4}}'), file="x")
    assert plan.goals["T1"].baselines == {"33": 0.01}
    assert plan.goals["T1"].milestones == {"33": {2020: 0.015}}
    assert plan.baseline("T6/hospital", "33") == 4
