"""What is left of somebody who was erased, and what of the things told of them still counts.

A request erases all that is known when it is read, also what happened after it was made: who comes back,
comes back by what is told from then on. So a stub keeps one point in time, the later one of the
request's and of the newest fact that went with it, and whatever is not later is dropped, also when it is
told again years afterwards.

What the hub itself tells of a person (a ground of class s, a key that is somebody else's too) is stamped with
a tick, not with when something happened, and may thus be later than all of that: it has a mark of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from hub.core import ground
from hub.core.assertion import Assertion
from hub.core.codes import Code
from hub.core.merge import NO_STAMP, Stamps, occurred_at
from hub.errors import StateError

FORMAT: Final = b"\x01"
CODE: Final = "erasure"
"""Code of the guard, of the decision that records an erasure, and cause of what it withdraws."""
DROPPED: Final = "flow.erased_facts_dropped"
"""Counter of the facts and bindings that were told again, and are older than an erasure."""
GROUND: Final = "ground"
CONFLICT: Final = "conflict"
_CONFLICT: Final = [Code.ALIAS_CONFLICT.value]
FIELD: Final = "erasure_on"
MARK: Final = FIELD.encode()
"""What stands in the bytes of any assertions that ask for erasure."""


class Stub(msgspec.Struct, array_like=True, frozen=True):
    """What is left of a person in the matching stage."""

    erased: bytes
    """A stamp: what is not later is dropped."""
    decisions: int = 0
    """How many decisions were recorded: who comes back goes on from here, so that no id is used twice."""
    buried: tuple[tuple[str, str], ...] = ()
    """(topic, key) of records that were open until the request, to be tombstoned when the day has come."""
    ground: bytes = NO_STAMP
    """Stamp of the last ground that was told: what is not greater is dropped."""
    at: int = 0
    """Tick of the erasure, ms: conflicts noted until then are dropped."""


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(Stub)


def encode(stub: Stub) -> bytes:
    """Return the stored form."""
    return FORMAT + _ENCODER.encode(stub)


def decode(stored: bytes) -> Stub:
    """Return the stub that was stored. Raise StateError for a format this version cannot read."""
    if stored[:1] != FORMAT:
        raise StateError(
            f"a stub has format {stored[:1].hex() or 'none'}, this version reads {FORMAT.hex()}",
            "state of matching",
            "run the version that wrote it, or delete the state directory and let it be rebuilt",
        )
    return _DECODER.decode(memoryview(stored)[1:])


def requested(assertions: Sequence[Assertion]) -> int | None:
    """Return the day of a request for erasure, or None when it is none."""
    for kind, _, fields in assertions:
        if kind == "party" and fields.get(FIELD) is not None:
            return int(fields[FIELD])
    return None


def kind_of(assertions: Sequence[Assertion]) -> str:
    """Return ``ground`` or ``conflict`` for what the hub told as of a tick, empty for anything else."""
    for kind, _, fields in assertions:
        if kind == ground.KIND:
            return GROUND
        if kind == "party" and fields.get("conflicts") == _CONFLICT and len(assertions) == 1 == len(fields):
            return CONFLICT
    return ""


def drops(stub: Stub, mark: bytes, assertions: Sequence[Assertion]) -> bool:
    """Return whether somebody's stub keeps out what these assertions, stamped ``mark``, say."""
    own = kind_of(assertions)
    if own == GROUND:
        return mark <= stub.ground
    if own == CONFLICT:
        return occurred_at(mark) <= stub.at
    return not later(mark, stub.erased)


def later(mark: bytes, erased: bytes) -> bool:
    """Return whether what is stamped ``mark`` is later than an erasure; what is of the same instant is not.

    >>> from hub.core.merge import stamp
    >>> later(stamp(2, True, 0, b""), stamp(1, True, 0, b"")), later(stamp(1, True, 9, b""), NO_STAMP)
    (True, True)
    >>> later(stamp(1, True, 9, b"b"), stamp(1, True, 0, b"a"))
    False
    """
    return not erased or occurred_at(mark) > occurred_at(erased)


def newest(stamps: Stamps, *others: bytes) -> bytes:
    """Return the greatest of the stamps of all that is known, and of some others; empty = there is none.

    A ground that was told is left out: its stamp is a tick.

    >>> newest({"party": [[b"2", {"sex": b"3"}]]}, b"1")
    b'3'
    """
    marks = [
        mark
        for kind, entries in stamps.items()
        if kind != ground.KIND
        for base, cleared in entries
        for mark in (base, *cleared.values())
    ]
    return max((*marks, *others), default=NO_STAMP)
