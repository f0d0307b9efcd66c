"""The figures of a played year are those that a recount of the raw topics comes to."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tools.recount import compare
from tools.recount.__main__ import main
from tools.recount.frames import SCHEMAS, Frames
from tools.recount.topics import dumped

PLAYED = ("--people", "800", "--days", "160", "--problems", "0.1", "--province")
RESIDENTS = SCHEMAS.parent / "data" / "zhejiang-residents.csv"
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
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Play a year with problems, its figures published to the last; return all records and the keys."""
    home = tmp_path_factory.mktemp("recount")
    demo, dump = home / "demo", home / "raw.jsonl"
    run("demo", *PLAYED, "--keep", "--dir", str(demo))
    try:
        bootstrap = json.loads((demo / "demo.json").read_text())["bootstrap"]
        assert main(["--bootstrap", bootstrap, "--dump", str(dump)]) == 0
    finally:
        run("demo", "--stop", "--dir", str(demo))
    return dump, demo / "keys"


@pytest.mark.timeout(_WAIT_S)
def test_every_counter_and_figure_equals_the_recount(
    played: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Counters by county, and T1 to T13 as they were published, are what SQL over the decoded events says."""
    dump, keys = played
    code = main(["--from", str(dump), "--keys", str(keys), "--residents", str(RESIDENTS), "--compare"])
    said = capsys.readouterr().out
    assert code == 0, said
    assert said.endswith(" 0 differences\n")
    published = int(said.split(" counters, ")[1].split()[0])
    assert published > LEAST, said


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
    moves = {key.partition("move=")[2] for key in counters if key.startswith("members_moved|")}
    assert moves >= {"admitted", "transferred_out", "transferred_in"}
    assert {"lapsed", "resigned", "expelled"} & moves


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
