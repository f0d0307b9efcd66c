"""The HTTP door: real uvicorn, real Kafka, real HTTP."""

from __future__ import annotations

import hashlib
import json
import socket
import time
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from hub import kafka, topics
from hub.cli.main import app
from hub.core.shelf import order
from hub.errors import ConfigurationError
from hub.figures import reader, snapshots
from hub.settings import Settings
from tests.acceptance.door import PATIENCE_S, Door, door, figures_of
from tests.unit.figuremaking import figure, province, publish, take_away


@pytest.fixture
def opened(fresh_topics: Settings) -> Iterator[tuple[Settings, Door]]:
    """Open a door to a province's plan."""
    publish(fresh_topics, province())
    with door(fresh_topics, HUB_HTTP_HEARTBEAT_S="0.3") as running:
        yield fresh_topics, running


def test_figures_are_served_by_page_and_tag(opened: tuple[Settings, Door]) -> None:
    """All of them in order, page after page; who has a page gets 304 until one of its figures changes."""
    settings, running = opened
    keys = [each.key for each in sorted(province(), key=order)]
    whole = running.get("/v1/figures")
    assert [each["key"] for each in whole.json()["figures"]] == keys
    first = running.get("/v1/figures", params={"limit": 5}).json()
    second = running.get("/v1/figures", params={"limit": 50, "cursor": first["next"]}).json()
    assert [each["key"] for each in first["figures"] + second["figures"]] == keys
    assert (first["total"], second["next"]) == (len(keys), None)
    tag = {"If-None-Match": whole.headers["ETag"]}
    again = running.get("/v1/figures", headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    publish(settings, [figure("T2", "33", 823_000.0, version=2)])
    running.until("/v1/figures/T2%7Cregion=33", value=823_000.0)
    assert running.get("/v1/figures", headers=tag).status_code == 200
    cities = running.get("/v1/figures?figure=T1&region=33&level=city").json()["figures"]
    assert [each["region_name"] for each in cities] == ["杭州市", "宁波市"]


def test_the_plan_of_a_region_is_one_document(opened: tuple[Settings, Door]) -> None:
    """T1 to T13 of the region and of nothing below it."""
    _, running = opened
    told = running.get("/v1/plan?region=3302").json()
    assert (told["region_name"], [each["figure"] for each in told["figures"]]) == ("宁波市", ["T1", "T11"])
    assert {each["region"] for each in running.get("/v1/plan").json()["figures"]} == {"33"}


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        pytest.param("/v1/figures/T99", 404, "FIGURE_UNKNOWN", id="figure"),
        pytest.param("/v1/figures?cursor=T99", 400, "CURSOR_UNKNOWN", id="cursor"),
        pytest.param("/v1/figures?limit=0", 422, "PARAMETER_INVALID", id="limit"),
        pytest.param("/v1/plan?region=99", 404, "REGION_UNKNOWN", id="unknown region"),
        pytest.param("/v1/plan?region=zj", 422, "PARAMETER_INVALID", id="region"),
        pytest.param("/v1/stream?after=x", 400, "POSITION_INVALID", id="position"),
        pytest.param("/nowhere", 404, "NOT_FOUND", id="path"),
    ],
)
def test_every_error_says_what_where_and_cure(
    opened: tuple[Settings, Door], path: str, status: int, code: str
) -> None:
    """Errors are problem documents with a stable code."""
    answer = opened[1].get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert (problem["code"], problem["status"]) == (code, status)
    assert all(problem[part] for part in ("what", "where", "cure", "title"))


def test_a_record_that_cannot_be_read_changes_nothing(opened: tuple[Settings, Door]) -> None:
    """It is counted, the figure stays as it was, and what follows is read."""
    settings, running = opened
    producer = kafka.producer(settings)
    producer.produce(topics.STATISTICS, b"\xc3\x01 no such schema", b"T2|region=33")
    assert producer.flush(30) == 0
    publish(settings, [figure("T2", "3301", 7.0)])
    running.until("/v1/figures/T2%7Cregion=3301", value=7.0)
    assert running.get("/v1/figures/T2%7Cregion=33").json()["value"] == 822_000.0
    assert running.metric("hub_http_unreadable_total") == 1
    assert running.get("/livez").status_code == 200


def test_a_stream_tells_changes_and_lives(opened: tuple[Settings, Door]) -> None:
    """A change of a selected figure is told at once, another is not; a quiet stream says that it lives."""
    settings, running = opened
    with running.stream("?figure=T1") as stream:
        assert next(stream).kind == "caught-up"
        assert next(stream).kind == "heartbeat"
        publish(settings, [figure("T2", "33", 1.0, version=2), figure("T1", "3301", 0.019, version=2)])
        (told,) = figures_of(stream, "T1|region=3301")
        assert told.data["value"] == 0.019
        take_away(settings, "T1|region=3302")
        (told,) = figures_of(stream, "T1|region=3302")
        assert (told.kind, told.data) == ("removed", {"key": "T1|region=3302"})


def test_whoever_reconnects_gets_exactly_what_was_missed(opened: tuple[Settings, Door]) -> None:
    """The newest of each figure that changed meanwhile, once, and nothing else; also from another door."""
    settings, running = opened
    begin = running.get("/v1/figures").json()["position"]
    with running.stream(f"?after={begin}") as stream:
        assert figures_of(stream, "caught-up") == []
        publish(settings, [figure("T1", "3301", 0.019, version=2)])
        (seen,) = figures_of(stream, "T1|region=3301")
    publish(settings, [figure("T1", "3302", v, version=int(v)) for v in (2.0, 3.0, 4.0)])
    publish(settings, [figure("T2", "33", 5.0, version=2)])
    take_away(settings, "T4|region=33")
    running.until("/v1/figures/T1%7Cregion=3302", value=4.0)
    running.until("/v1/figures/T2%7Cregion=33", value=5.0)
    running.until("/v1/figures/T4%7Cregion=33", status=404)
    wanted = {"T1|region=3302": 4.0, "T2|region=33": 5.0, "T4|region=33": None}
    with running.stream(**{"Last-Event-ID": seen.id}) as stream:
        missed = figures_of(stream, "caught-up")
    assert {each.data["key"]: each.data.get("value") for each in missed} == wanted
    assert len(missed) == 3
    with door(settings) as other, other.stream(**{"Last-Event-ID": missed[0].id}) as stream:
        rest = figures_of(stream, "caught-up")
    assert rest == missed[1:]


def test_a_position_of_another_topic_brings_everything(opened: tuple[Settings, Door]) -> None:
    """The client is told to begin anew, and gets all there is."""
    for after in ("0:1@another", opened[1].get("/v1/figures").json()["position"].replace(":", ":9000")):
        with opened[1].stream(f"?after={after}") as stream:
            assert next(stream).kind == "reset"
            assert len(figures_of(stream, "caught-up")) == len(province())


def test_a_client_that_does_not_read_is_dropped_and_others_go_on(fresh_topics: Settings) -> None:
    """The queue of a client that takes nothing runs full: it is cut off and counted; others miss nothing."""
    with door(fresh_topics, HUB_HTTP_QUEUE="500", HUB_HTTP_HEARTBEAT_S="60") as running:
        port = int(running.url.rpartition(":")[2])
        with socket.socket() as lazy:
            lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            lazy.connect(("127.0.0.1", port))
            lazy.sendall(b"GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
            with running.stream() as stream:
                assert next(stream).kind == "caught-up"
                assert running.metric("hub_http_streams") == 2
                rounds, deadline = 0, time.monotonic() + PATIENCE_S
                while running.metric("hub_http_streams_dropped_total") == 0:
                    rounds += 1
                    publish(fresh_topics, [
                        figure("T1", f"{330100 + n}", float(rounds), version=rounds, note="x" * 2000)
                        for n in range(400)
                    ])  # fmt: skip
                    told: list[dict[str, object]] = []
                    while len(told) < 400:
                        each = next(stream)
                        assert each.kind == "figure"
                        told.append(each.data)
                    assert {each["value"] for each in told} == {float(rounds)}
                    assert time.monotonic() < deadline, "nobody is dropped"
                assert running.metric("hub_http_streams_dropped_total") == 1
                assert running.metric("hub_http_streams") == 1
            lazy.settimeout(30)
            while lazy.recv(1 << 16):  # what was on its way, and then the end
                pass


def test_streams_are_limited_and_a_place_becomes_free(fresh_topics: Settings) -> None:
    """One more than HUB_HTTP_STREAMS is refused with a problem, until somebody leaves."""
    with door(fresh_topics, HUB_HTTP_STREAMS="1") as running:
        with running.stream() as stream:
            assert next(stream).kind == "caught-up"
            refused = running.get("/v1/stream")
            assert (refused.status_code, refused.json()["code"]) == (503, "STREAMS_FULL")
        deadline = time.monotonic() + PATIENCE_S
        while running.metric("hub_http_streams"):
            assert time.monotonic() < deadline, "nobody noticed that the client left"
        with running.stream() as stream:
            assert next(stream).kind == "caught-up"


def test_tokens_part_the_internal_from_the_outside(fresh_topics: Settings) -> None:
    """Without a known token 401, with an outside one 403 for live figures; health asks for none."""
    tokens = {hashlib.sha256(each.encode()).hexdigest(): each for each in ("internal", "outside")}
    with door(fresh_topics, HUB_HTTP_TOKENS=json.dumps(tokens)) as running:
        asked = [
            running.get("/v1/figures", headers={"Authorization": f"Bearer {token}"}).status_code
            for token in ("internal", "outside", "wrong")
        ]
        assert [*asked, running.get("/v1/stream").status_code] == [200, 403, 401, 401]
        assert running.get("/v1/figures").headers["WWW-Authenticate"].startswith("Bearer")
        assert running.get("/livez").status_code == 200


def test_without_tokens_the_door_opens_on_loopback_only(fresh_topics: Settings) -> None:
    """Whoever would open it to the network without tokens is told the cure."""
    arguments = ["statistics", "serve", "--host", "0.0.0.0", "--bootstrap", fresh_topics.bootstrap_servers]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == ConfigurationError.exit_code
    assert "HUB_HTTP_TOKENS" in result.stderr


def test_outside_sees_snapshots_only(fresh_topics: Settings) -> None:
    """A published snapshot is served to an outside token, suppressed; a new one as soon as it is there."""
    tokens = {hashlib.sha256(b"out").hexdigest(): "outside"}
    members = [
        figure("members", code, value, labels="kind=adult")
        for code, value in (("330102", 40.0), ("330105", 3.0), ("330106", 9.0), ("330203", 50.0))
    ]
    publish(fresh_topics, [*members, figure("held", "330102", 70.0, labels="code=consent")])
    asked = {"Authorization": "Bearer out"}
    with door(fresh_topics, HUB_HTTP_TOKENS=json.dumps(tokens)) as running:
        none = running.get("/v1/snapshots", headers=asked).json()
        assert (none["snapshot"], none["days"], none["figures"]) == (None, [], [])
        assert running.get("/v1/snapshots").status_code == 401
        cells = snapshots.publish(fresh_topics, reader.shelf(fresh_topics).figures(), "2022-06-30")
        answer = running.get("/v1/snapshots?level=county", headers=asked)
        told = answer.json()
        assert (told["snapshot"], told["total"]) == ("2022-06-30", sum(c.level == "county" for c in cells))
        assert {each["figure"] for each in told["figures"]} == {"members"}
        shown = {each["region"]: (each["value"], each["note"]) for each in told["figures"]}
        assert (shown["330102"], shown["330105"]) == ((40.0, None), (None, "suppressed"))
        tag = {**asked, "If-None-Match": answer.headers["ETag"]}
        assert running.get("/v1/snapshots?level=county", headers=tag).status_code == 304
        assert (
            running.get("/v1/snapshots?snapshot=2022-01-01", headers=asked).json()["code"]
            == "SNAPSHOT_UNKNOWN"
        )
