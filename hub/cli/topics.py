"""``hub topics``: make and check the topics the hub needs."""

from __future__ import annotations

from typing import Annotated

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

app = new_app(
    "Make and check the topics the hub needs. Nothing should subscribe before `hub topics ensure` passed."
)


@app.command("list")
def list_topics(*, as_json: JsonOption = False) -> None:
    """Show every topic the hub knows, as the settings want it; asks no broker.

    Example: hub topics list --json
    """
    from hub.provision import wanted_config, wanted_partitions
    from hub.topics import TOPICS

    settings = load_settings()
    if as_json:
        print_json(
            [
                {
                    "topic": topic.name,
                    "partitions": wanted_partitions(topic, settings),
                    "key": topic.key_doc,
                    "owner": topic.owner,
                    "config": wanted_config(topic, settings, settings.replication_factor or 3),
                    "doc": {"en": topic.doc_en, "zh": topic.doc_zh},
                }
                for topic in TOPICS
            ]
        )
        return
    print_table(
        ("topic", "partitions", "cleanup", "key", "what"),
        [
            (t.name, wanted_partitions(t, settings), t.cleanup, t.key_doc, f"{t.doc_en} {t.doc_zh}")
            for t in TOPICS
        ],
    )


@app.command()
def ensure(
    *,
    bootstrap: BootstrapOption = None,
    correct: Annotated[
        bool,
        typer.Option("--correct", help="Change wrong settings of existing hub topics; never partitions."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Create every topic that is missing; say exactly which existing one is wrong.

    Runs as often as you like. Partition counts come from HUB_PARTITIONS and are fixed at birth.

    Example: HUB_PARTITIONS=4 hub topics ensure --bootstrap localhost:9092
    """
    from hub import kafka, provision

    settings = load_settings(bootstrap)
    admin = kafka.admin(settings)
    kafka.require_broker(admin, settings)
    done = provision.ensure(admin, settings, correct=correct)
    if as_json:
        print_json(done._asdict())
        return
    for name in done.created:
        console().print(f"[green]created[/green]    {name}")
    for name in done.corrected:
        console().print(f"[yellow]corrected[/yellow]  {name}")
    console().print(
        f"{len(done.created)} created, {len(done.existing)} were there; all topics are as they must be."
    )


@app.command()
def check(*, bootstrap: BootstrapOption = None, as_json: JsonOption = False) -> None:
    """Compare the topics with what the hub needs; exits with 3 when one is wrong.

    Example: hub topics check --json
    """
    from hub import kafka, provision
    from hub.errors import TopicsError

    settings = load_settings(bootstrap)
    admin = kafka.admin(settings)
    kafka.require_broker(admin, settings)
    findings = provision.check(admin, settings)
    if as_json:
        print_json({"ok": not findings, "findings": [finding._asdict() for finding in findings]})
        raise typer.Exit(TopicsError.exit_code if findings else 0)
    if findings:
        print_table(("topic", "setting", "wanted", "found", "cure"), findings)
        raise typer.Exit(TopicsError.exit_code)
    console().print("All topics are as they must be.")
