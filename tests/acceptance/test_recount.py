"""The figures of a played year are those that a recount of the raw topics comes to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from hub import packaged
from hub.embedded import process
from tools.recount import compare
from tools.recount.__main__ import _pseudonym, main
from tools.recount.count import Recount, recount
from tools.recount.frames import SCHEMAS, Frames
from tools.recount.topics import dumped

PLAYED = ("--people", "1200", "--days", "240", "--problems", "0.1", "--province")
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
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """Play a year with problems, publish its figures, keep the records; yield them and the keys."""
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
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_TARGETS_FILE", str(plan))
        yield from play(demo, dump)


def play(demo: Path, dump: Path) -> Iterator[tuple[Path, Path]]:
    """Play a year in a folder, dump its records; yield them and the keys, and stop it."""
    home = demo.parent
    run("demo", *PLAYED, "--keep", "--dir", str(demo))
    try:
        status = json.loads((demo / "demo.json").read_text())
        bootstrap = status["bootstrap"]
        for number, mark in status["processes"]:  # the demo's own worker goes by the packaged plan
            if b"statistics" in Path(f"/proc/{number}/cmdline").read_bytes():
                process.end(number, mark, _WAIT_S)
        publish(bootstrap, dump, demo / "keys", home / "statistics.log")
        yield dump, demo / "keys"
    finally:
        run("demo", "--stop", "--dir", str(demo))


def publish(bootstrap: str, dump: Path, keys: Path, log: Path) -> None:
    """Run a statistics worker until what it published agrees, or long enough; dump all records."""
    settings = {"PARTITIONS": "1", "REPLICATION_FACTOR": "1", "CLOCK": "ticks", "STATISTICS_PORT": "0"}
    environment = {**os.environ, **{f"HUB_{name}": value for name, value in settings.items()}}
    command = [sys.executable, "-m", "hub", "statistics", "run", "--bootstrap", bootstrap]
    with log.open("wb") as out:
        worker = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT)
    frames, deadline = Frames(), time.monotonic() + _WAIT_S / 2
    try:
        counted: Recount | None = None
        while time.monotonic() < deadline:
            assert worker.poll() is None, log.read_text()
            assert main(["--bootstrap", bootstrap, "--dump", str(dump)]) == 0
            known = list(dumped(dump))
            if counted is None:
                plan = Path(os.environ["HUB_TARGETS_FILE"])
                counted = recount(known, pseudonym=_pseudonym(keys), residents=RESIDENTS, plan=plan)
            published = compare.published((each for each in known if each.topic == compare.PUBLISHED), frames)
            theirs = compare.comparable(counted.figures, published)
            facets = compare.facets((each for each in known if each.topic == compare.PUBLISHED), frames)
            beside = compare.beside(counted.facets, counted.figures, facets)
            different = chain(
                compare.differences(counted.figures, theirs), compare.differences(counted.facets, beside)
            )
            if len(theirs) > LEAST and not any(different):
                return
    finally:
        worker.terminate()
        worker.wait(_WAIT_S)


@pytest.mark.timeout(_WAIT_S)
def test_every_counter_and_figure_equals_the_recount(
    played: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Counters by county, and T1 to T13 as they were published, are what SQL over the decoded events says."""
    dump, keys = played
    given = ("--residents", str(RESIDENTS), "--targets", os.environ["HUB_TARGETS_FILE"])
    code = main(["--from", str(dump), "--keys", str(keys), *given, "--compare"])
    said = capsys.readouterr().out
    assert code == 0, said
    assert said.endswith(" 0 differences\n")
    published = int(said.split(" counters, ")[1].split()[0])
    assert published > LEAST, said
    assert int(said.split(" published figures, ")[1].split()[0]) > 1_000, said


@pytest.mark.timeout(_WAIT_S)
def test_the_recount_counts_all_that_it_compares(
    played: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Each of the figures is there, in several counties: two empty tables would be equal too."""
    dump, keys = played
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
def test_what_stands_beside_figures_is_counted_too(played: tuple[Path, Path]) -> None:
    """Ranges and milestones are there of each figure that has them; T4 and the rate of schools are known."""
    dump, keys = played
    counted = recount(dumped(dump), pseudonym=_pseudonym(keys), plan=Path(os.environ["HUB_TARGETS_FILE"]))
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
    played: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without one admission the recount names the figures that it changes."""
    dump, keys = played
    frames, lines = Frames(), dump.read_text("ascii").splitlines(keepends=True)
    types = [found.type if (found := frames.decode(each.value)) else "" for each in dumped(dump)]
    del lines[types.index("member.admitted.v1")]
    less = tmp_path / "less.jsonl"
    less.write_text("".join(lines), "ascii")
    assert main(["--from", str(less), "--keys", str(keys), "--compare"]) == 1
    told = {line.partition("|")[0] for line in capsys.readouterr().out.splitlines()}
    assert told >= {"members_moved", "members_admitted", "flow.received"}
