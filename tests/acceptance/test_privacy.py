"""No personal data where it is not needed: all bytes that a run leaves behind are searched.

Compression is off, at the producers and at the broker, so that text is text. RocksDB's tables are
compressed: their content is searched too, read through RocksDB. A canary that was published must be
found in the upstream topics' files, in every encoding, by the very same search: so the search works.
"""

from __future__ import annotations

import re
import subprocess
import sys
import urllib.request
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hub import contracts, kafka, topics
from hub.embedded.broker import EmbeddedBroker
from hub.privacy.key_ring import KeyRing
from hub.privacy.suite import SUITES
from tests.faults.harness import Hub, hub_settings
from tests.faults.outcome import check
from tests.faults.script import SHORT, script
from tests.faults.workers import PATIENCE_S, environment, until

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hub.settings import Settings

ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
LEAST = 6
"""Bytes. A shorter one turns up in sealed bytes by chance: two characters are searched for in UTF-8 only."""
CANARY = "金丝雀探针"
_ZEROS = re.compile(rb"\0{16,}")
_PERSONAL = frozenset({"name", "phone", "doc_no", "cert_no", "member_key", "card_no"})


class Search:
    """Looks for many texts at once, in every encoding."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Take the texts to look for."""
        self._patterns: dict[bytes, list[tuple[bytes, str]]] = defaultdict(list)
        for text in set(texts):
            for encoding in ENCODINGS:
                try:
                    pattern = text.encode(encoding)
                except UnicodeEncodeError:
                    continue
                if len(pattern) >= LEAST:
                    self._patterns[pattern[:LEAST]].append((pattern, f"{text} in {encoding}"))

    def __call__(self, data: bytes) -> set[str]:
        """Return which texts ``data`` holds, and in which encoding."""
        patterns = self._patterns
        data = _ZEROS.sub(b"\0" * 8, data)  # Kafka's index files are mostly air
        return {
            name
            for at in range(len(data) - LEAST + 1)
            if (begin := data[at : at + LEAST]) in patterns
            for pattern, name in patterns[begin]
            if data.startswith(pattern, at)
        }


def personal(fields: Any, *, kept: bool = False) -> Iterator[str]:
    """Yield every text of an event, however nested, that says who somebody is."""
    if isinstance(fields, dict):
        for name, value in fields.items():
            yield from personal(value, kept=name in _PERSONAL)
    elif kept and isinstance(fields, str):
        yield fields


def identifiers() -> set[str]:
    """Return everything personal of the simulation: as it was meant, and as it was published."""
    codec = contracts.codec()
    played = script(SHORT)
    found = set(played.identifiers)
    for day in played.days:
        for message, happening in zip(day.messages, day.happenings, strict=True):
            if not happening.code.startswith(("SCHEMA", "FRAME")):
                fields = codec.decode(message.value)[1]
                # An organisation's and a region's name are nobody's.
                found.update(personal({} if happening.system == "directory" else fields))
    return found


def files(directory: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file under a directory: its path there, and its bytes."""
    for file in sorted(directory.rglob("*")):
        if file.is_file():
            yield str(file.relative_to(directory)), file.read_bytes()


def stores(state: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the content of every store, read through RocksDB."""
    from rocksdict import AccessType, Options, Rdict

    for current in sorted(state.rglob("CURRENT")):
        store = Rdict(str(current.parent), Options(raw_mode=True), access_type=AccessType.read_only())
        pairs: Iterable[tuple[Any, Any]] = store.items()
        yield current.parent.name, b"\xff".join(part for pair in pairs for part in pair)
        store.close()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Play the script with ``hub run`` and stop everything; return the directory of all that is left."""
    directory = tmp_path_factory.mktemp("privacy")
    keys = directory / "keys"
    KeyRing.create(keys, SUITES["sm"]).make_recipient("registry", directory / "registry.key")
    (directory / "logs").mkdir()
    with EmbeddedBroker(directory / "broker", uncompressed=True) as broker:
        settings = hub_settings(broker.bootstrap, directory, keys, compression="none", log_level="DEBUG")
        with Hub(settings, directory / "logs") as hub:
            _perform(hub, settings, directory)
    return directory


def _perform(hub: Hub, settings: Settings, directory: Path) -> None:
    log = directory / "logs" / "hub.log"
    with log.open("wb") as output:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "hub", "run", "--workers", "2"],
            env=environment(settings), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
        )  # fmt: skip
    try:
        hub.play(script(SHORT))
        producer = kafka.connected(kafka.producer(settings))
        for encoding in ENCODINGS:  # garbage to the hub: it becomes dead letters, sealed
            producer.produce(topics.TRAINING, CANARY.encode(encoding), CANARY.encode(encoding))
        assert producer.flush(PATIENCE_S) == 0
        hub.settle(script(SHORT).days[-1].tick)
        check_letters(hub)
        port = _port(log)
        for page in ("metrics", "readyz", "livez"):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}", timeout=PATIENCE_S) as answer:
                (directory / "logs" / page).write_bytes(answer.read())
        supervisor.terminate()
        assert supervisor.wait(PATIENCE_S) == 0
    finally:
        supervisor.kill()
        supervisor.wait()


def check_letters(hub: Hub) -> None:
    """Fail unless the canaries are dead letters and the run is otherwise as expected."""
    outcome = hub.outcome()
    canaries = len(ENCODINGS)
    outcome.seen.dead_letters["FRAME_UNKNOWN"] -= canaries
    check(outcome, script(SHORT), None, hub.settings)


def _port(log: Path) -> int:
    """Return the port of /metrics that ``hub run`` has told."""
    told: list[str] = []

    def there() -> bool:
        text = re.sub(r"\x1b\[[0-9;]*m", "", log.read_text("utf-8"))
        told.extend(re.findall(r"http://127\.0\.0\.1:(\d+)/readyz", text))
        return bool(told)

    until(there, "the address of /metrics")
    return int(told[0])


@pytest.mark.slow
def test_nothing_personal_is_left_behind(run: Path) -> None:
    """No name, phone or number is in the hub's topics, state, logs or metrics; upstream they are found."""
    texts = identifiers()
    assert len(texts) > 500
    search = Search(texts | {CANARY})
    upstream: set[str] = set()
    leaks: dict[str, set[str]] = {}
    searched: Counter[str] = Counter()
    for place, data in _left_behind(run):
        found = search(data)
        searched[place.partition("/")[0]] += len(data.replace(b"\0", b""))
        if "/redcross." in place and place.startswith("broker/"):
            upstream |= found
        elif found:
            leaks[place] = found
    assert not leaks, {place: sorted(found)[:5] for place, found in leaks.items()}
    assert {f"{CANARY} in {encoding}" for encoding in ENCODINGS} <= upstream
    assert len({name.partition(" in ")[0] for name in upstream}) > len(texts) // 2
    assert searched.keys() == {"broker", "state", "logs", "stores"}
    assert min(searched.values()) > 10_000, searched


def _left_behind(run: Path) -> Iterator[tuple[str, bytes]]:
    """Yield all there is, by place. The hub's own topics, internal ones and Kafka's own files included."""
    for name in ("broker", "state", "logs"):
        for path, data in files(run / name):
            yield f"{name}/{path}", data
    for path, data in stores(run / "state"):
        yield f"stores/{path}", data
