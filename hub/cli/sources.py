"""``hub sources``: how far each input is, and releasing one that stopped."""

from __future__ import annotations

import getpass
import time
from typing import Annotated, Any

import typer

from hub.cli.common import (
    BootstrapOption,
    JsonOption,
    console,
    load_settings,
    new_app,
    print_json,
    print_table,
)
from hub.errors import BrokerError, UsageError

app = new_app(
    "See how far each input is, and release one that stopped.\n\n"
    "An input stops before a prohibition (a withdrawal of consent, a death, a refusal) that cannot be read: "
    "skipping it silently could mean inviting somebody who must not be invited."
)

_TIMEOUT_S = 10.0


@app.command()
def status(*, bootstrap: BootstrapOption = None, as_json: JsonOption = False) -> None:
    """Show every input partition: committed, end, lag, and why it stands still if it does.

    Exits with 1 when one stands still. Example: hub sources status
    """
    from hub import kafka

    settings = load_settings(bootstrap)
    kafka.require_broker(kafka.admin(settings), settings)
    rows = _rows(settings)
    stopped = [row for row in rows if row["stop"]]
    if as_json:
        print_json({"ok": not stopped, "partitions": rows})
    else:
        print_table(
            ("topic", "partition", "committed", "end", "lag", "stands still before"),
            [
                (
                    r["topic"],
                    r["partition"],
                    r["committed"],
                    r["end"],
                    r["lag"],
                    f"{r['stop_offset']} {r['stop']}" if r["stop"] else "",
                )
                for r in rows
            ],
        )
        for row in stopped:
            place = f"{row['topic']} {row['partition']} {row['stop_offset']}"
            console().print(f"look at that record, then: hub sources release {place} --reason '…'")
    if stopped:
        raise typer.Exit(1)


@app.command()
def release(
    topic: Annotated[str, typer.Argument(help="The topic that stopped.")],
    partition: Annotated[int, typer.Argument(min=0, help="Its partition.")],
    offset: Annotated[int, typer.Argument(min=0, help="The record it stopped before.")],
    *,
    reason: Annotated[
        str, typer.Option("--reason", help="Why it may be skipped; kept on record. No personal data.")
    ],
    bootstrap: BootstrapOption = None,
    as_json: JsonOption = False,
) -> None:
    """Release a stopped input: exactly this record goes to the dead letters, the rest moves on.

    Do this after you have handled the prohibition by hand (held the person it names).

    Example: hub sources release redcross.consent.events 3 1017 --reason "ticket 88: handled by phone"
    """
    from hub import kafka
    from hub.engine.controls import RELEASE, release_key
    from hub.engine.deadletters import Place
    from hub.stages.build import make_codec
    from hub.topics import CONTROLS

    settings = load_settings(bootstrap)
    kafka.require_broker(kafka.admin(settings), settings)
    place = Place(topic, partition, offset)
    stops = {
        Place(row["topic"], row["partition"], row["stop_offset"]) for row in _rows(settings) if row["stop"]
    }
    if place not in stops:
        raise UsageError(
            "this input does not stand still there",
            f"{topic}[{partition}]@{offset}",
            "see `hub sources status`",
        )
    control = {
        "action": RELEASE,
        "subject": f"{topic}/{partition}/{offset}",
        "author": getpass.getuser(),
        "reason": reason,
        "at": int(time.time() * 1000),
    }
    producer = kafka.connected(kafka.producer(settings))
    producer.produce(CONTROLS, make_codec(settings).encode("hub.control", control), release_key(place))
    if producer.flush(_TIMEOUT_S):
        raise BrokerError(
            "the control could not be published", CONTROLS, "nothing was released; run it again"
        )
    if as_json:
        print_json(control)
    else:
        console().print(
            f"released {topic}[{partition}]@{offset}; it goes to the dead letters, the rest moves on"
        )


def _rows(settings: Any) -> list[dict[str, Any]]:
    """Return every input partition as it is now."""
    from confluent_kafka import IsolationLevel, TopicPartition
    from confluent_kafka.admin import OffsetSpec

    from hub import kafka
    from hub.engine.progress import Progress
    from hub.topics import HOPS, UPSTREAM

    admin = kafka.admin(settings)
    listed = admin.list_topics(timeout=_TIMEOUT_S).topics
    places = [
        TopicPartition(topic, partition)
        for topic in (*UPSTREAM, *HOPS)
        if topic in listed
        for partition in sorted(listed[topic].partitions)
    ]
    if not places:
        return []
    committed = kafka.committed(settings, places, _TIMEOUT_S)
    found = admin.list_offsets(
        {place: OffsetSpec.latest() for place in places}, isolation_level=IsolationLevel.READ_COMMITTED
    )
    ends = {(p.topic, p.partition): future.result().offset for p, future in found.items()}
    rows = []
    for place in committed:
        progress = Progress.parse(place.metadata)
        end = ends[place.topic, place.partition]
        rows.append(
            {
                "topic": place.topic,
                "partition": place.partition,
                "committed": place.offset if place.offset >= 0 else None,
                "end": end,
                "lag": end - max(0, place.offset),
                "stop": progress.stop,
                "stop_offset": progress.stop_offset if progress.stop else None,
            }
        )
    return rows
