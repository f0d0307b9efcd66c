"""The engine's small parts: progress, failpoints, liveness, exposition, controls, letters, filters."""

from __future__ import annotations

import json
import logging
from typing import Any

import msgspec
import pytest

from hub import log as logs
from hub.engine.controls import Controls, release_key
from hub.engine.cursors import Cursors, Switch
from hub.engine.deadletters import ATTEMPTS_HEADER, REDRIVE_HEADER, DeadLetters, FloodGate, Original, Place
from hub.engine.exposition import joined
from hub.engine.failpoints import NAMES, Failpoints
from hub.engine.isolation import place_of, reason_of
from hub.engine.letterbox import Filter, Letter, since
from hub.engine.liveness import Liveness
from hub.engine.progress import Progress, swept_part
from hub.engine.supervisor import exit_codes
from hub.errors import (
    BrokerError,
    ConfigurationError,
    DeadLetterError,
    FloodError,
    KeyRingError,
    RetryError,
    StopError,
)
from hub.metrics import CATALOGUE, Metrics, reference
from hub.stages.contract import Record
from tests.unit.engine.fakes import PlainSeals, encode


@pytest.mark.parametrize(
    "progress",
    [
        Progress(),
        Progress(5, (1, 2, 3, 4)),
        Progress(stop="CODE", stop_offset=7),
        Progress(5, (1,), "A", 0),
        Progress(5, (1,), "A", 0, (Switch("a-b@2", 0, 3, 0, 4), Switch("a-b@3", 17, 5, 0)), b"p\xaa"),
    ],
    ids=["nothing", "a tick", "stopped", "both", "switching"],
)
def test_progress_survives_the_metadata(progress: Progress) -> None:
    """What is written beside an offset is read back the same."""
    assert Progress.parse(progress.text()) == progress


@pytest.mark.parametrize(
    "metadata", [None, "", "somebody else's", "tick=soon", "stop=x@y", "books=@", "sweep=x"]
)
def test_foreign_metadata_says_nothing(metadata: str | None) -> None:
    """Metadata that is not ours is not an error."""
    assert Progress.parse(metadata) == Progress()


@pytest.mark.parametrize(
    ("cursor", "part"),
    [(b"", 0), (b"p", 0), (b"p\x80" + bytes(15), 0.5), (b"p\xc0\x00", 0.75)],
    ids=["nobody", "no key", "half", "short"],
)
def test_a_cursor_tells_how_far_a_sweep_is(cursor: bytes, part: float) -> None:
    """Pseudonyms are spread evenly, so the place among them is the part that is done."""
    assert swept_part(cursor) == part


def test_cursors_survive_and_copies_are_independent() -> None:
    """A task's record is read back the same, and a transaction changes only its copy."""
    cursors = Cursors(epoch=3, tables={"a": 1}, sweep_after=b"k", input=9)
    assert Cursors.unpack(cursors.pack()) == cursors
    copy = cursors.copy()
    copy.tables["a"] = 2
    assert cursors.tables == {"a": 1}
    assert Cursors.unpack(None) == Cursors()


def test_failpoints_kill_at_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The chosen point kills at the chosen passing, no other does; an unknown name is an error."""
    killed: list[int] = []
    monkeypatch.setattr("os.kill", lambda _, number: killed.append(number))
    points = Failpoints("before_commit:3")
    for name in NAMES * 2:
        points.passing(name)
    assert killed == []
    points.passing("before_commit")
    assert killed == [9]
    Failpoints("after_store:1:stop").passing("after_store")
    assert killed == [9, 19]
    with pytest.raises(ValueError, match="before_comit"):
        Failpoints("before_comit")


def test_liveness_needs_progress_under_lag() -> None:
    """Lag without progress for too long is not alive; without lag there is nothing to advance."""
    liveness = Liveness(10, 0)
    liveness.observe(lag=True, now_s=9)
    assert liveness.alive(10)
    assert not liveness.alive(11)
    liveness.progress(11)
    assert liveness.alive(20)
    liveness.observe(lag=False, now_s=100)
    assert liveness.alive(105)
    assert liveness.stalled_s(105) == 5


def test_pages_are_joined_by_metric() -> None:
    """Each metric is described once and every sample names its worker."""
    page = '# HELP a_total what\n# TYPE a_total counter\na_total 1.0\na_total{x="y"} 2.0\n'
    text = joined({1: page, 0: page})
    assert text.count("# HELP a_total") == 1
    assert text.count("# TYPE a_total") == 1
    assert 'a_total{worker="0"} 1.0' in text
    assert 'a_total{x="y",worker="1"} 2.0' in text
    assert joined({}) == ""


def test_a_release_names_one_record() -> None:
    """A control releases exactly the record it names; a tombstone withdraws it; garbage is ignored."""
    controls = Controls(json.loads)
    place = Place("redcross.consent.events", 3, 17)
    key = release_key(place)
    order = json.dumps({"action": "release_source", "subject": "redcross.consent.events/3/17"}).encode()
    controls.observe("hub.rules", key, order)
    assert not controls.released(place)
    controls.observe("hub.controls", key, order)
    assert controls.released(place)
    assert not controls.released(place._replace(offset=18))
    controls.observe("hub.controls", b"other", b"{}")
    controls.observe("hub.controls", key, None)
    assert not controls.released(place)
    assert controls.version == 3


class OtherSeals(PlainSeals):
    """Seals of another key, which open nothing else."""

    def seal(self, plain: bytes, aad: bytes = b"") -> bytes:
        """Mark it as one's own."""
        return b"secret:" + super().seal(plain, aad)

    def open(self, sealed: bytes, aad: bytes = b"") -> bytes:
        """Refuse what was sealed elsewhere."""
        if not sealed.startswith(b"secret:"):
            raise KeyRingError("another key")
        return super().open(sealed.removeprefix(b"secret:"), aad)


def letters() -> DeadLetters:
    """Return what writes and opens letters."""
    return DeadLetters(encode, PlainSeals(), OtherSeals())


def letter_of(
    record: Record, stage: str = "intake", topic: str = "t", event_type: str = ""
) -> dict[str, Any]:
    """Return the decoded dead letter of a record."""
    output = letters().letter(
        stage,
        Place(topic, 1, 2),
        record,
        code="ID_CHECK",
        field="f",
        message="m",
        event_type=event_type,
        at=1_700_000_000_000,
    )
    assert output[2] == f"{topic}-1-2".encode()
    fields: dict[str, Any] = json.loads(output[1] or b"")
    return fields


def test_a_letter_holds_the_original_sealed() -> None:
    """Key, value and headers come back from the sealed block, bound to the letter's id."""
    record = Record(2, b"key", b"value", [("h", b"1")])
    letter = letter_of(record)
    assert letter["original"].startswith("sealed:t-1-2:")
    letter["original"] = letter["original"].encode("latin-1")
    assert letters().original(letter) == Original(b"key", b"value", [("h", b"1")])
    assert (letter["headers"], letter["attempts"], letter["event_type"]) == ({}, 1, None)


@pytest.mark.parametrize(
    ("stage", "topic", "event_type"),
    [
        pytest.param("intake", "redcross.organ.events", "organ.intent.revoked.v1", id="its topic"),
        pytest.param("intake", "redcross.blood.events", "", id="its topic, and nothing can be read"),
        pytest.param("intake", "redcross.training.events", "sensitive", id="its type"),
        pytest.param("sensitive", "hub.facts.sensitive", "", id="the hub's own topic"),
        pytest.param("sensitive", "sensitive/hub.facts.sensitive/0/timer/70", "", id="a timer"),
    ],
)
def test_a_letter_of_class_s_is_sealed_apart(stage: str, topic: str, event_type: str) -> None:
    """The sensitive key is needed to open it, and it does not say of which type the event was."""
    letter = letter_of(Record(2, b"key", b"value"), stage, topic, event_type)
    assert letter["original"].startswith("secret:")
    assert letter["event_type"] == "sensitive"
    letter["original"] = letter["original"].encode("latin-1")
    assert letters().original(letter) == Original(b"key", b"value", None)
    before = {**letter, "original": letter["original"].removeprefix(b"secret:")}
    assert letters().original(before) == Original(b"key", b"value", None)


def test_a_redriven_record_counts_its_attempts() -> None:
    """A record that fails again says from which letter it came and how often it was tried."""
    letter = letter_of(
        Record(2, None, b"v", [(REDRIVE_HEADER, b"t-1-0"), (ATTEMPTS_HEADER, b"2"), ("ce_id", b"x")])
    )
    assert letter["attempts"] == 3
    assert letter["headers"] == {REDRIVE_HEADER: "t-1-0", ATTEMPTS_HEADER: "2"}


@pytest.mark.parametrize(
    ("letters", "records", "closed"),
    [(9, 9, False), (10, 10, True), (10, 20, True), (10, 21, False), (100, 150, True)],
)
def test_flood_gate(letters: int, records: int, *, closed: bool) -> None:
    """The gate closes at the limit when at least half of the window's records are bad."""
    assert FloodGate(10, 1000).closed(letters, records) is closed


@pytest.mark.parametrize(
    ("wanted", "matches"),
    [
        (Filter(), True),
        (Filter(status="redriven"), False),
        (
            Filter(status="all", codes=frozenset({"A"}), topics=frozenset({"t"}), types=frozenset({"x.v1"})),
            True,
        ),
        (Filter(codes=frozenset({"B"})), False),
        (Filter(topics=frozenset({"u"})), False),
        (Filter(types=frozenset({"y.v1"})), False),
        (Filter(ids=frozenset({"t-0-1"})), True),
        (Filter(ids=frozenset({"t-0-2"})), False),
        (Filter(since_ms=101), False),
    ],
    ids=["open", "status", "all", "code", "topic", "type", "id", "other id", "since"],
)
def test_filters(wanted: Filter, *, matches: bool) -> None:
    """Every part of a filter must agree."""
    fields = {"status": "open", "code": "A", "topic": "t", "event_type": "x.v1", "at": 100, "original": b""}
    assert wanted.matches(Letter("t-0-1", fields)) is matches


def test_what_can_be_redriven() -> None:
    """Records can be sent again; timers, sweep steps and table changes cannot."""
    assert Letter("1", {"topic": "redcross.party.events", "original": b"x"}).redrivable
    assert not Letter("1", {"topic": "matching/hub.facts/0/timer/ab", "original": b"x"}).redrivable


@pytest.mark.parametrize(
    ("text", "ms"),
    [("30m", 10_000_000 - 1_800_000), ("2h", 2_800_000), ("1s", 9_999_000), ("1970-01-02", 86_400_000)],
)
def test_since(text: str, ms: int) -> None:
    """Durations count back from now, dates are dates."""
    assert since(text, 10_000_000) == ms


@pytest.mark.parametrize("text", ["", "soon", "2x", "h"])
def test_since_refuses(text: str) -> None:
    """Anything else is an error."""
    with pytest.raises(ValueError, match=r".*"):
        since(text, 0)


def test_errors_are_told_without_their_text() -> None:
    """What is written of an exception is its type and place; only our own errors keep their message."""
    with pytest.raises(ValueError, match="invalid literal") as caught:
        int("not to be told")
    assert place_of(caught.value).startswith(f"ValueError at {__name__}.test_errors_are_told")
    assert reason_of(caught.value)[0] == "STAGE_FAILED"
    assert reason_of(DeadLetterError("ID_DATE", "f", "m")) == ("ID_DATE", "f", "m")
    assert place_of(KeyError("never raised")) == "KeyError"


def test_stop_errors_are_told_apart_by_exit_code() -> None:
    """The supervisor knows every exit code after which a restart is useless, and no other."""
    from hub.engine.supervisor import _FINAL

    assert {FloodError.exit_code, ConfigurationError.exit_code, StopError.exit_code} <= _FINAL
    assert not {0, 1, -9, BrokerError.exit_code, RetryError.exit_code} & _FINAL
    assert exit_codes(RetryError) == {RetryError.exit_code, BrokerError.exit_code}


def test_every_metric_of_the_catalogue_exists() -> None:
    """The registry holds exactly the catalogue's metrics; each is named by convention and documented."""
    from prometheus_client import CollectorRegistry

    registry = CollectorRegistry()
    Metrics(registry)
    families = {family.name + ("_total" if family.type == "counter" else "") for family in registry.collect()}
    assert families == {spec.name for spec in CATALOGUE}
    assert all(spec.name.startswith("hub_") for spec in CATALOGUE)
    assert all((spec.kind == "counter") == spec.name.endswith("_total") for spec in CATALOGUE)
    assert all(f"`{spec.name}`" in reference() for spec in CATALOGUE)


def test_logs_are_json_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """A log record is one line of JSON with an action, the constant fields and its own."""
    before = list(logs.LOGGER.handlers)
    try:
        logs.to_stderr("INFO", worker=3)
        logs.log("partitions.taken", count=2)
        logs.log("seek.postponed", level="DEBUG")
    finally:
        logs.LOGGER.handlers[:] = before
        logs.LOGGER.propagate = True
        logs.LOGGER.setLevel(logging.NOTSET)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["action"], line["worker"], line["count"]) for line in lines] == [("partitions.taken", 3, 2)]


def test_original_is_readable_by_a_later_version() -> None:
    """The sealed block is a plain msgpack array of key, value and headers."""
    packed = msgspec.msgpack.encode(Original(b"k", None, None))
    assert msgspec.msgpack.decode(packed) == [b"k", None, None]
