"""What it takes to run Kafka's Java programs: a runtime, the jars, and a cache that makes it start fast.

Java 25 can keep loaded and linked classes in an *AOT cache* (JEP 514). It is made once, by a training
run of a throw-away broker, and brings a start from three seconds to one. It is only ever an
optimisation: a cache that cannot be made is not tried again, one that does not fit is ignored by Java.
"""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from hub.embedded import jars, java
from hub.embedded.locked import locked

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.embedded.jars import Progress
    from hub.embedded.java import Java

__all__ = ("Runtime", "prepare")

_JVM: Final = (
    "-XX:+UseSerialGC",  # one small heap on a shared machine: the parallel collectors' threads cost more
    "-XX:TieredStopAtLevel=1",  # quick to compile; what the broker does per record is copying bytes
    "-Xlog:disable",
    "-Xlog:all=error:stderr",
    "-Djava.awt.headless=true",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
    "-Dorg.slf4j.simpleLogger.showThreadName=false",
)


class Runtime(NamedTuple):
    """A Java runtime with Kafka on its class path."""

    java: Java
    class_path: str
    aot_cache: Path | None

    def command(
        self, main_class: str, *arguments: str, heap_mb: int = 256, jvm: tuple[str, ...] = ()
    ) -> list[str]:
        """Return the command line that runs a class."""
        aot = () if self.aot_cache is None else (f"-XX:AOTCache={self.aot_cache}",)
        flags = (f"-Xmx{heap_mb}m", *_JVM, *self.java.flags, *aot, *jvm)
        return [str(self.java.program), *flags, "-cp", self.class_path, main_class, *arguments]


def prepare(
    cache: Path,
    maven_url: str | None,
    train: Callable[[Runtime, Path], bool],
    progress: Progress | None = None,
) -> Runtime:
    """Return a runtime that is ready to start; the first call on a machine downloads and trains.

    ``train(runtime, output)`` runs a broker that writes an AOT cache to ``output``, and tells whether
    it did. Raises JavaMissingError or DownloadError.
    """
    cache = cache.expanduser().absolute()
    found = java.find()
    class_path = ":".join(map(str, jars.fetch(cache, maven_url, progress)))
    runtime = Runtime(found, class_path, None)
    if not found.can_aot:
        return runtime
    return runtime._replace(aot_cache=_trained(cache / "aot", runtime, train, progress))


def _trained(
    home: Path, runtime: Runtime, train: Callable[[Runtime, Path], bool], progress: Progress | None
) -> Path | None:
    """Return the AOT cache that fits the runtime, made now if need be; None when that does not work here."""
    stem = home / _fingerprint(runtime)
    made, failed = stem.with_suffix(".aot"), stem.with_suffix(".failed")
    # A cache directory that cannot be written, or a full disk, costs two seconds, never the start.
    with contextlib.suppress(OSError):
        if not made.exists() and not failed.exists():
            with locked(home / ".lock"):
                if not made.exists() and not failed.exists():
                    _make(made, failed, runtime, train, progress)
    return made if made.exists() else None


def _make(
    made: Path,
    failed: Path,
    runtime: Runtime,
    train: Callable[[Runtime, Path], bool],
    progress: Progress | None,
) -> None:
    if progress is not None:
        progress("teaching Java to start fast (once)", 0, 0)
    for old in made.parent.glob("*.aot"):  # 66 MB each: of a runtime or a Kafka that is gone or replaced
        if not _in_use(old, runtime):
            old.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(dir=made.parent, prefix=".training-") as scratch:
        output = Path(scratch) / "out.aot"
        if train(runtime, output) and output.exists():
            output.replace(made)
        else:
            failed.write_text(
                "training did not produce a cache; delete this file to try again\n", encoding="utf-8"
            )


def _in_use(cache: Path, runtime: Runtime) -> bool:
    """Tell whether another runtime's cache may still be wanted: caches are named home-fingerprint."""
    return cache.name.split("-")[0] != _fingerprint(runtime).split("-")[0]


def _fingerprint(runtime: Runtime) -> str:
    """Return ``<hash of the runtime's place>-<hash of all that a cache depends on>``."""
    program = runtime.java.program.resolve()
    image = program.parent.parent / "lib" / "modules"
    stamp = f"{image.stat().st_size}/{image.stat().st_mtime_ns}" if image.exists() else ""
    place = hashlib.sha256(str(program).encode()).hexdigest()[:8]
    depends = "\0".join(
        (str(program), runtime.java.version, stamp, runtime.class_path, *_JVM, *runtime.java.flags)
    )
    return f"{place}-{hashlib.sha256(depends.encode()).hexdigest()[:16]}"
