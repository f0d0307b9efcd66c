"""hub.embedded.jars: a download is checked, kept, and never half there (from a repository of files)."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import pytest

from hub.embedded import jars
from hub.embedded.jars import Jar
from hub.embedded.locked import locked
from hub.errors import DownloadError

CONTENT = {
    "kafka_2.13-9.9.9.jar": b"broker" * 50_000,
    "kafka-clients-9.9.9.jar": b"clients",
    "zstd-1.0.jar": b"z",
}
PATHS = {
    "kafka_2.13-9.9.9.jar": "org/apache/kafka/kafka_2.13/9.9.9/kafka_2.13-9.9.9.jar",
    "kafka-clients-9.9.9.jar": "org/apache/kafka/kafka-clients/9.9.9/kafka-clients-9.9.9.jar",
    "zstd-1.0.jar": "com/example/zstd/1.0/zstd-1.0.jar",
}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a Maven repository of files, pinned in place of the real lock; downloads try once."""
    root = tmp_path / "repository"
    pinned = []
    for name, data in CONTENT.items():
        path = root / PATHS[name]
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
        pinned.append(Jar(PATHS[name], len(data), hashlib.sha256(data).hexdigest()))
    monkeypatch.setattr(jars, "read_lock", lambda: tuple(pinned))
    monkeypatch.setattr(jars, "_TRIES", 1)
    return root


def test_the_real_lock_pins_one_kafka_with_whole_hashes() -> None:
    """kafka.lock parses; every line has a size, a SHA-256, and a path that ends in a jar of its own."""
    pinned = jars.read_lock()
    assert len(pinned) > 40
    assert len({jar.name for jar in pinned}) == len(pinned)
    assert all(len(jar.sha256) == 64 and jar.size > 0 and jar.name.endswith(".jar") for jar in pinned)
    assert jars.version().startswith("4.")
    assert any(jar.name.startswith("slf4j-simple") for jar in pinned), "without it the broker logs nothing"


def test_jars_are_fetched_once_in_class_path_order(repository: Path, tmp_path: Path) -> None:
    """All jars come with their content; the second call needs no repository."""
    cache, seen = tmp_path / "cache", []
    fetched = jars.fetch(cache, repository.as_uri(), lambda *step: seen.append(step))
    assert [path.name for path in fetched] == list(CONTENT)
    assert {path.name: path.read_bytes() for path in fetched} == CONTENT
    total = sum(map(len, CONTENT.values()))
    assert seen[-1] == ("downloading Apache Kafka", total, total)
    assert jars.fetch(cache, "file:///nowhere") == fetched


def test_a_download_of_other_content_is_refused_and_leaves_no_jar(repository: Path, tmp_path: Path) -> None:
    """Bytes that were not pinned never get a jar's name, and what was right is kept."""
    (repository / PATHS["zstd-1.0.jar"]).write_bytes(b"?")
    cache = tmp_path / "cache"
    with pytest.raises(DownloadError) as caught:
        jars.fetch(cache, repository.as_uri())
    assert "zstd-1.0.jar" in caught.value.what
    assert "HUB_MAVEN_URL" in caught.value.cure
    assert not (cache / "kafka-9.9.9" / "zstd-1.0.jar").exists()
    assert not list((cache / "kafka-9.9.9").glob(".*.part"))


def test_an_interrupted_download_is_taken_up_again(repository: Path, tmp_path: Path) -> None:
    """A truncated jar and a leftover part are replaced; whole jars are not fetched again."""
    cache = tmp_path / "cache"
    home = cache / "kafka-9.9.9"
    jars.fetch(cache, repository.as_uri())
    (home / "kafka_2.13-9.9.9.jar").write_bytes(b"brok")
    (home / ".zstd-1.0.jar.999.part").write_bytes(b"")
    (repository / PATHS["kafka-clients-9.9.9.jar"]).unlink()
    fetched = jars.fetch(cache, repository.as_uri())
    assert {path.name: path.read_bytes() for path in fetched} == CONTENT
    assert not list(home.glob(".*.part"))


@pytest.mark.parametrize(
    "url", ["file:///nowhere", "http://127.0.0.1:9/maven2"], ids=["nothing-there", "nobody-answers"]
)
def test_without_network_the_error_says_what_to_do(repository: Path, tmp_path: Path, url: str) -> None:
    """No repository is a DownloadError that names the jar, the address and the ways out."""
    assert repository.exists()
    with pytest.raises(DownloadError) as caught:
        jars.fetch(tmp_path / "cache", url)
    assert caught.value.where.startswith(url)
    assert "--bootstrap" in caught.value.cure


def test_a_cache_that_cannot_be_written_is_told(repository: Path, tmp_path: Path) -> None:
    """A file where the cache should be is a DownloadError that names HUB_CACHE_DIR."""
    (tmp_path / "cache").write_text("in the way", encoding="utf-8")
    with pytest.raises(DownloadError) as caught:
        jars.fetch(tmp_path / "cache", repository.as_uri())
    assert "HUB_CACHE_DIR" in caught.value.cure


def test_whoever_comes_second_waits_and_finds_the_jars(repository: Path, tmp_path: Path) -> None:
    """While another process downloads, fetch waits for its lock."""
    cache, done = tmp_path / "cache", threading.Event()

    def fetch() -> None:
        jars.fetch(cache, repository.as_uri())
        done.set()

    with locked(cache / "kafka-9.9.9" / ".lock"):
        second = threading.Thread(target=fetch)
        second.start()
        assert not done.wait(0.2)
    second.join()
    assert done.is_set()


def test_damaged_jars_are_removed_by_their_hash(repository: Path, tmp_path: Path) -> None:
    """Same size, other content: only a hash finds it, and only that jar goes."""
    cache = tmp_path / "cache"
    jars.fetch(cache, repository.as_uri())
    (cache / "kafka-9.9.9" / "zstd-1.0.jar").write_bytes(b"Z")
    assert jars.remove_damaged(cache) == ["zstd-1.0.jar"]
    assert not (cache / "kafka-9.9.9" / "zstd-1.0.jar").exists()
    assert jars.remove_damaged(cache) == []
