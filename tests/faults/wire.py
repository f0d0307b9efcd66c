"""As much of Kafka's protocol as the proxy has to know.

A request: length (4 bytes), API key (2), API version (2), correlation id (4), length of the client id (2)
and its text, then the body. An answer: length (4), correlation id (4); in flexible versions a set of
tagged fields (one byte when empty); then the body.

The body of EndTxn ends with the byte that says "commit", in flexible versions before an empty set of
tagged fields. The body of its answer: milliseconds of throttling (4), error code (2). The body of the
answer to Metadata, a flexible one: throttling (4), number of brokers + 1; of each: id (4), length + 1 and
text of the host, port (4), length + 1 and text of the rack, tagged fields; then length + 1 and text of the
cluster's id, id of the controller (4), and more. Small numbers are one byte.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import socket

__all__ = ("Request", "correlation_of", "end_error", "read", "without_brokers")

_METADATA: Final = 3
_END_TXN: Final = 26
_FLEXIBLE: Final = {_METADATA: 9, _END_TXN: 3}
"""The first version with tagged fields."""
_LENGTH: Final = 4
_HEADER: Final = 8
"""Bytes of an answer's header, length included, without tagged fields."""


class Request(NamedTuple):
    """A request, and what we know of it."""

    frame: bytes
    key: int
    version: int
    correlation: int
    client: str

    @classmethod
    def of(cls, frame: bytes) -> Request:
        """Read the header."""
        key, version, correlation, named = struct.unpack_from(">hhih", frame, _LENGTH)
        return cls(frame, key, version, correlation, frame[14 : 14 + max(0, named)].decode())

    @property
    def flexible(self) -> bool:
        """Tell whether this request and its answer have tagged fields; of those APIs we look into."""
        return self.version >= _FLEXIBLE[self.key]

    @property
    def commits(self) -> bool:
        """Tell whether this is the commit of a transaction."""
        return self.key == _END_TXN and self.frame[-1 - self.flexible] == 1

    @property
    def asks_metadata(self) -> bool:
        """Tell whether this asks who leads what."""
        return self.key == _METADATA


def correlation_of(answer: bytes) -> int:
    """Return the correlation id of the request that this answers."""
    return int.from_bytes(answer[_LENGTH:_HEADER], "big", signed=True)


def end_error(request: Request, answer: bytes) -> int:
    """Return the error code in the answer to EndTxn."""
    (code,) = struct.unpack_from(">h", answer, _HEADER + request.flexible + 4)
    return int(code)


def without_brokers(request: Request, answer: bytes) -> bytes:
    """Return the answer to Metadata as a broker gives it that does not count itself among the brokers yet."""
    assert request.flexible, "librdkafka has asked in flexible versions for years"
    first = _HEADER + 1 + 4
    at = first + 1
    for _ in range(answer[first] - 1):
        at += 4
        at += answer[at]  # host: the byte says one more than its length
        at += 4
        at += max(1, answer[at])  # no rack is 0
        at += 1
    cluster = answer[at : at + answer[at]]
    rest = answer[at + len(cluster) + 4 :]
    body = answer[_LENGTH:first] + b"\x01" + cluster + b"\xff\xff\xff\xff" + rest
    return len(body).to_bytes(_LENGTH, "big") + body


def read(stream: socket.socket) -> bytes:
    """Read one frame with its length; empty when the stream has ended."""
    head = _exactly(stream, _LENGTH)
    if len(head) < _LENGTH:
        return b""
    length = int.from_bytes(head, "big")
    body = _exactly(stream, length)
    return head + body if len(body) == length else b""


def _exactly(stream: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size and (part := stream.recv(min(size - len(data), 1 << 20))):
        data += part
    return bytes(data)
