"""Fetch Apache Kafka's jars, once, into a cache that all runs share.

``kafka.lock`` beside this module pins every jar with its size and SHA-256, so that what runs is what
was tested, and a download can be checked without asking anybody. A jar gets its name in the cache
only after its hash was right: an interrupted download leaves nothing that could be mistaken for one,
and the next try goes on where this one stopped. ``hub/embedded/pin.py`` writes the lock.
"""

from __future__ import annotations

import hashlib
import os
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from hub import packaged
from hub.embedded.locked import locked
from hub.errors import DownloadError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ("Jar", "Progress", "fetch", "read_lock", "remove_damaged", "version")

Progress = Callable[[str, int, int], None]
"""``progress(what, done, total)``: called while something takes long; from any thread, one at a time."""

_THREADS: Final = 8
_CHUNK_BYTES: Final = 1 << 16
_TRIES: Final = 3
_TIMEOUT_S: Final = 30


class Jar(NamedTuple):
    """One pinned jar."""

    path: str  #: below the Maven repository's root
    size: int
    sha256: str

    @property
    def name(self) -> str:
        """Return the file name."""
        return self.path.rpartition("/")[2]


def read_lock() -> tuple[Jar, ...]:
    """Return the pinned jars, in class path order."""
    lines = packaged.read_text("embedded/kafka.lock").splitlines()
    rows = (line.split() for line in lines if line and not line.startswith("#"))
    return tuple(Jar(path, int(size), sha256) for sha256, size, path in rows)


def version() -> str:
    """Return the version of Kafka that is pinned."""
    return next(jar.path.split("/")[-2] for jar in read_lock() if "/kafka_2.13/" in jar.path)


def fetch(cache: Path, url: str | None, progress: Progress | None = None) -> list[Path]:
    """Return the jars' paths in class path order, downloading what the cache lacks.

    Several processes may call this at once: one downloads, the others wait for it. Raises
    DownloadError when something cannot be fetched or is not what was pinned.
    """
    jars = read_lock()
    home = cache / f"kafka-{version()}"
    try:
        if _missing(home, jars):
            with locked(home / ".lock"):
                _download_all(home, _missing(home, jars), url or _public_repository(), progress)
    except OSError as error:
        raise DownloadError(
            f"cannot use the cache: {error.strerror}",
            str(home),
            "make the directory writable, free some space, or set HUB_CACHE_DIR",
        ) from None
    return [home / jar.name for jar in jars]


def remove_damaged(cache: Path) -> list[str]:
    """Remove cached jars whose content is not what was pinned; return their names."""
    home = cache / f"kafka-{version()}"
    damaged = []
    for jar in read_lock():
        path = home / jar.name
        if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() != jar.sha256:
            path.unlink(missing_ok=True)
            damaged.append(jar.name)
    return damaged


def _public_repository() -> str:
    """Return the address of the public Maven repository, as the library that resolved the lock knows it."""
    from jgo.constants import MAVEN_CENTRAL_URL

    return str(MAVEN_CENTRAL_URL)


def _missing(home: Path, jars: Sequence[Jar]) -> list[Jar]:
    """Return the jars that are not there in their right size."""

    def size(jar: Jar) -> int:
        try:
            return (home / jar.name).stat().st_size
        except FileNotFoundError:
            return -1

    return [jar for jar in jars if size(jar) != jar.size]


class _Download:
    """A parallel download that reports progress as a whole and stops as a whole."""

    def __init__(self, home: Path, jars: Sequence[Jar], url: str, progress: Progress | None) -> None:
        self._home, self._url, self._progress = home, url.rstrip("/"), progress
        self._total = sum(jar.size for jar in jars)
        self._done = 0
        self._lock = threading.Lock()
        self.stopped = threading.Event()
        self._tls = _tls()

    def advance(self, count: int) -> None:
        """Count bytes, and take them back (negative) when a try failed."""
        with self._lock:
            self._done += count
            if self._progress is not None:
                self._progress("downloading Apache Kafka", self._done, self._total)

    def one(self, jar: Jar) -> None:
        """Fetch one jar, with a few tries; DownloadError when all fail."""
        url, reason = f"{self._url}/{jar.path}", ""
        for attempt in range(1, _TRIES + 1):
            try:
                return self._try(jar, url)
            except urllib.error.HTTPError as error:
                error.close()
                reason = f"the server answered {error.code}"
                if error.code in {403, 404}:
                    break
            except (OSError, ValueError) as error:
                reason = str(getattr(error, "reason", error))
            if attempt < _TRIES:
                self.stopped.wait(0.5 * attempt)
        raise DownloadError(
            f"cannot fetch {jar.name}: {reason}",
            url,
            "check network and proxy (HTTPS_PROXY), set HUB_MAVEN_URL to a mirror, "
            "or use another Kafka with --bootstrap (HUB_BOOTSTRAP_SERVERS); what was fetched so far is kept",
        )

    def _try(self, jar: Jar, url: str) -> None:
        part = self._home / f".{jar.name}.{os.getpid()}.part"
        digest, count = hashlib.sha256(), 0
        try:
            request = urllib.request.Request(url, headers={"User-Agent": "redcross-hub"})  # noqa: S310 - checked setting
            with (
                urllib.request.urlopen(request, timeout=_TIMEOUT_S, context=self._tls) as source,  # noqa: S310 - see above
                part.open("wb") as target,
            ):
                while chunk := source.read(_CHUNK_BYTES):
                    if self.stopped.is_set():
                        return
                    target.write(chunk)
                    digest.update(chunk)
                    count += len(chunk)
                    self.advance(len(chunk))
            if digest.hexdigest() != jar.sha256:
                raise ValueError(  # noqa: TRY301 - the next try starts over, below
                    f"{count} bytes came, not the {jar.size} that were pinned, or other ones"
                )
            part.replace(self._home / jar.name)
        except BaseException:
            self.advance(-count)
            raise
        finally:
            part.unlink(missing_ok=True)


def _download_all(home: Path, jars: Sequence[Jar], url: str, progress: Progress | None) -> None:
    for leftover in home.glob(".*.part"):  # of a process that was killed; we hold the lock
        leftover.unlink(missing_ok=True)
    download = _Download(home, jars, url, progress)
    # Big ones first: the last to finish should not be the biggest.
    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="download")
    futures = [pool.submit(download.one, jar) for jar in sorted(jars, key=lambda jar: -jar.size)]
    try:
        for future in futures:
            future.result()
    finally:
        download.stopped.set()
        pool.shutdown(wait=True, cancel_futures=True)


def _tls() -> ssl.SSLContext:
    """Return a TLS context that trusts the system's authorities, and certifi's where there are none."""
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"] and not os.environ.get("SSL_CERT_DIR"):
        import certifi

        context.load_verify_locations(certifi.where())
    return context
