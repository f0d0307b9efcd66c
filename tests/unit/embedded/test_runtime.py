"""hub.embedded.runtime: the AOT cache is made once, and never in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.embedded import jars, java, runtime
from hub.embedded.java import Java
from hub.embedded.runtime import Runtime


class Trainer:
    """Stands for the training run: counts calls, writes a cache or does not."""

    def __init__(self, *, works: bool) -> None:
        self.works, self.calls = works, 0

    def __call__(self, trainee: Runtime, output: Path) -> bool:
        """Write the cache when it works."""
        assert trainee.aot_cache is None
        self.calls += 1
        if self.works:
            output.write_bytes(b"cache")
        return self.works


@pytest.fixture
def java_25(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Pretend that jars are there and Java is 25; return its program."""
    program = tmp_path / "jre" / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.touch()
    monkeypatch.setattr(jars, "fetch", lambda *_: [Path("/jars/a.jar"), Path("/jars/b.jar")])
    monkeypatch.setattr(java, "find", lambda: Java(program, "25.0.2", 25))
    return program


@pytest.mark.usefixtures("java_25")
def test_training_happens_once(tmp_path: Path) -> None:
    """The second start uses the cache of the first, and progress tells why the first takes long."""
    trainer, told = Trainer(works=True), []
    first = runtime.prepare(tmp_path, "file:///", trainer, lambda what, *_: told.append(what))
    second = runtime.prepare(tmp_path, "file:///", trainer)
    assert (trainer.calls, first) == (1, second)
    assert told == ["teaching Java to start fast (once)"]
    assert first.aot_cache is not None
    assert f"-XX:AOTCache={first.aot_cache}" in first.command("kafka.Kafka", "x")


@pytest.mark.usefixtures("java_25")
def test_a_failed_training_is_not_tried_again(tmp_path: Path) -> None:
    """Without a cache the broker starts all the same, and does not train at every start."""
    trainer = Trainer(works=False)
    assert runtime.prepare(tmp_path, "file:///", trainer).aot_cache is None
    assert runtime.prepare(tmp_path, "file:///", trainer).aot_cache is None
    assert trainer.calls == 1


def test_another_java_at_the_same_place_trains_anew_and_leaves_one_cache(
    java_25: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """After an upgrade the old cache fits no more: it is replaced, not kept beside."""
    trainer = Trainer(works=True)
    runtime.prepare(tmp_path, "file:///", trainer)
    monkeypatch.setattr(java, "find", lambda: Java(java_25, "25.0.3", 25))
    runtime.prepare(tmp_path, "file:///", trainer)
    assert trainer.calls == 2
    assert len(list((tmp_path / "aot").glob("*.aot"))) == 1


def test_an_older_java_goes_without(java_25: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Java 17 cannot make a cache: nothing is tried, and it gets no flags it does not know."""
    monkeypatch.setattr(java, "find", lambda: Java(java_25, "17.0.9", 17))
    trainer = Trainer(works=True)
    prepared = runtime.prepare(tmp_path, "file:///", trainer)
    assert (trainer.calls, prepared.aot_cache) == (0, None)
    command = prepared.command("kafka.Kafka", "server.properties", heap_mb=128, jvm=("-Dx=y",))
    assert command[0] == str(java_25)
    assert command[-4:] == ["-cp", "/jars/a.jar:/jars/b.jar", "kafka.Kafka", "server.properties"]
    assert {"-Xmx128m", "-Dx=y"} < set(command)
    assert not [flag for flag in command if "unsafe" in flag or "AOT" in flag]
