"""hub.embedded.properties: server.properties."""

from __future__ import annotations

from pathlib import Path

from hub.embedded import properties


def parsed(text: str) -> dict[str, str]:
    """Read a properties file back."""
    return dict(line.split("=", 1) for line in text.splitlines())


def test_a_node_is_alone_and_listens_to_this_machine_only() -> None:
    """One node cannot replicate; nothing listens beyond the loopback address."""
    found = parsed(properties.render(Path("/data"), 9092, 9093, {}))
    assert found["log.dirs"] == "/data"
    assert all(
        value == "1" for name, value in found.items() if name.endswith(("replication.factor", "min.isr"))
    )
    assert found["listeners"] == "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093"
    assert found["auto.create.topics.enable"] == "false"


def test_extra_properties_win() -> None:
    """A test can set anything, also what has a value already."""
    found = parsed(
        properties.render(Path("/data"), 1, 2, {"num.io.threads": "1", "log.segment.bytes": "1000"})
    )
    assert (found["num.io.threads"], found["log.segment.bytes"]) == ("1", "1000")


def test_a_path_in_any_script_becomes_ascii() -> None:
    """Java reads properties as Latin-1: other characters and backslashes are escaped."""
    text = properties.render(Path("/数据/a\\b"), 1, 2, {})
    assert "log.dirs=/\\u6570\\u636e/a\\\\b\n" in text
    text.encode("ascii")
