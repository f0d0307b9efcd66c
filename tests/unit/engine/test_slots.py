"""hub.engine.slots: what a member says of the process that has a slot."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest
from pydantic import SecretStr

from hub.engine.slots import Holder, identity
from hub.settings import Settings

HERE = socket.gethostname()


def ended() -> int:
    """Return the id of a process that runs no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.parametrize(
    ("client", "gone"),
    [
        pytest.param(f"hub-0@{HERE}:{os.getpid()}", False, id="it runs"),
        pytest.param(f"hub-0@{HERE}:{ended()}", True, id="it ended"),
        pytest.param(f"hub-0@elsewhere.{HERE}:{ended()}", False, id="on another machine nobody knows"),
        pytest.param("hub", False, id="it does not say"),
    ],
)
def test_only_a_process_of_this_machine_is_known_to_have_ended(client: str, *, gone: bool) -> None:
    """A slot is taken again at once when its process here has ended; in doubt its session is awaited."""
    assert Holder(0, client, "/10.0.0.1").ended is gone


def test_a_member_says_where_it_runs_unless_it_was_given_a_name() -> None:
    """The client id names machine and process; one that the operator has set stays."""
    assert identity(Settings(), "hub-0") == {
        "group.instance.id": "hub-0", "client.id": f"hub-0@{HERE}:{os.getpid()}",
    }  # fmt: skip
    named = Settings(kafka={"client.id": SecretStr("quota-7")})
    assert identity(named, "hub-0") == {"group.instance.id": "hub-0"}
    assert Holder(0, f"hub-0@{HERE}:17", "/10.0.0.1").where == f"{HERE}:17"
    assert Holder(0, "quota-7", "/10.0.0.1").where == "10.0.0.1"
