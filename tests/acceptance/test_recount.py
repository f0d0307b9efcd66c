"""The figures of a played year are those that a recount of the raw topics comes to."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
import yaml

from hub import packaged
from tools.recount import compare
from tools.recount.__main__ import _pseudonym, main
from tools.recount.count import recount
from tools.recount.frames import SCHEMAS, Frames
from tools.recount.topics import dumped

PLAYED = ("--people", "1000", "--days", "200", "--problems", "0.1", "--province")
RESIDENTS = SCHEMAS.parent / "data" / "zhejiang-residents.csv"
PLAN: Final[dict[str, Any]] = {
    "T2": {"baselines": {"33": 5, "3302": 3}},
    "T3": {
        "baselines": {"33": 0.01, "3301": 0.02, "330102": 0},
        "milestones": {"33": {"2020": 0.1, "2021": 0.3}},
    },
    "T5.township_rate": {"baselines": {"33": 0.001, "3301": 0.9}},
    "T5.schools": {"baselines": {"33": 3}},
}
"""Baselines and milestones that somebody knows here: of the packaged plan nobody does. Made up."""
LEAST = 5_000
"""Published figures that are compared, at least."""
_WAIT_S = 300.0


class Played(NamedTuple):
    """What is left of a played year."""

    dump: Path
    """All records."""
    keys: Path
    plan: Path


def run(*arguments: str) -> str:
    """Run a hub command and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "hub", *arguments],
        capture_output=True,
        text=True,
        timeout=_WAIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Play a year with problems, held against a plan that has baselines; return what is left of it."""
    home = tmp_path_factory.mktemp("recount")
    demo, dump, plan = home / "demo", home / "raw.jsonl", home / "plan.yaml"
    written = yaml.safe_load(packaged.read_text("rules/targets/zhejiang-2022.yaml"))
    for goal, known in PLAN.items():
        written["goals"][goal] |= known
    written |= {
        "classes": {"enterprise": {"33": 2}, "hospital": {"33": 1}},
        "schools": {"33": 5000, "3301": 400},
    }
    plan.write_text(yaml.safe_dump(written, allow_unicode=True), "utf-8")
    run("demo", *PLAYED, "--targets", str(plan), "--keep", "--dir", str(demo))
    try:
        bootstrap = json.loads((demo / "demo.json").read_text())["bootstrap"]
        assert main(["--bootstrap", bootstrap, "--dump", str(dump)]) == 0
    finally:
        run("demo", "--stop", "--dir", str(demo))
    return Played(dump, demo / "keys", plan)


@pytest.mark.timeout(_WAIT_S)
def test_every_counter_and_figure_equals_the_recount(
    played: Played, capsys: pytest.CaptureFixture[str]
) -> None:
    """Counters by county, and T1 to T13 as they were published, are what SQL over the decoded events says."""
    dump, keys, _ = played
    given = ("--residents", str(RESIDENTS), "--targets", str(played.plan))
    code = main(["--from", str(dump), "--keys", str(keys), *given, "--compare"])
    said = capsys.readouterr().out
    assert code == 0, said
    assert said.endswith(" 0 differences\n")
    published = int(said.split(" counters, ")[1].split()[0])
    assert published > LEAST, said
    assert int(said.split(" published figures, ")[1].split()[0]) > 1_000, said


@pytest.mark.timeout(_WAIT_S)
def test_the_recount_counts_all_that_it_compares(played: Played, capsys: pytest.CaptureFixture[str]) -> None:
    """Each of the figures is there, in several counties: two empty tables would be equal too."""
    dump, keys, _ = played
    assert main(["--from", str(dump), "--keys", str(keys), "--counters"]) == 0
    counters = json.loads(capsys.readouterr().out)
    for name in compare.COUNTED:
        assert len(compare.named(counters, [name])) > 1, name
    held = {key.partition("code=")[2].partition("|")[0] for key in compare.named(counters, ["held"])}
    assert held >= {"consent", "batch", "review", "region"}
    moves = {key.partition("move=")[2] for key in counters if key.startswith("members_moved|")}
    assert moves >= {"admitted", "transferred_out", "transferred_in"}
    assert {"lapsed", "resigned", "expelled"} & moves


@pytest.mark.timeout(_WAIT_S)
def test_what_stands_beside_figures_is_counted_too(played: Played) -> None:
    """Ranges and milestones are there of each figure that has them; T4 and the rate of schools are known."""
    dump, keys, _ = played
    counted = recount(dumped(dump), pseudonym=_pseudonym(keys), plan=played.plan)
    there = {(key.partition("|")[0], key.rpartition(" ")[2]) for key in counted.facets}
    ranges = {"persons", "members", "T2", "T8.qualified", "T10", "T8.median_days"}
    asked = {"T2", "T3", "T4", "T5.township_rate", "T5.schools", "T6", "T7"}
    assert there >= {(name, "low") for name in ranges} | {(name, "milestone") for name in asked}
    assert {key for key in counted.figures if key.startswith(("T4|", "T5.school_rate|"))} >= {
        "T4|region=33", "T4|region=330102", "T5.school_rate|region=3301",
    }  # fmt: skip
    assert counted.figures["T13.oldest_days"] > 0
    assert 0 <= counted.figures["T13.match_precision|region=33"] <= 1


@pytest.mark.timeout(_WAIT_S)
def test_an_event_that_is_missing_is_noticed(
    played: Played, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without one admission the recount names the figures that it changes."""
    dump, keys, _ = played
    frames, lines = Frames(), dump.read_text("ascii").splitlines(keepends=True)
    types = [found.type if (found := frames.decode(each.value)) else "" for each in dumped(dump)]
    del lines[types.index("member.admitted.v1")]
    less = tmp_path / "less.jsonl"
    less.write_text("".join(lines), "ascii")
    assert main(["--from", str(less), "--keys", str(keys), "--compare"]) == 1
    told = {line.partition("|")[0] for line in capsys.readouterr().out.splitlines()}
    assert told >= {"members_moved", "members_admitted", "flow.received"}
