"""As much of Kafka's protocol as the proxy has to know.

A request: length (4 bytes), API key (2), API version (2), correlation id (4), length of the client id (2)
and its text, then the body. An answer: length (4), correlation id (4); in flexible versions a set of
tagged fields (one byte when empty); then the body.

The body of EndTxn ends with the byte that says "commit", in flexible versions before an empty set of
tagged fields. The body of its answer: milliseconds of throttling (4), error code (2).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import socket

__all__ = ("Request", "end_error", "read")

_END_TXN: Final = 26
_FLEXIBLE: Final = 3
"""The first version of EndTxn with tagged fields."""
_LENGTH: Final = 4
_HEADER: Final = 8
"""Bytes of an answer's header, length included, without tagged fields."""


class Request(NamedTuple):
    """A request, and what we know of it."""

    frame: bytes
    key: int
    version: int
    client: str

    @classmethod
    def of(cls, frame: bytes) -> Request:
        """Read the header."""
        key, version, _, named = struct.unpack_from(">hhih", frame, _LENGTH)
        return cls(frame, key, version, frame[14 : 14 + max(0, named)].decode())

    @property
    def flexible(self) -> bool:
        """Tell whether an EndTxn and its answer have tagged fields."""
        return self.version >= _FLEXIBLE

    @property
    def commits(self) -> bool:
        """Tell whether this is the commit of a transaction."""
        return self.key == _END_TXN and self.frame[-1 - self.flexible] == 1


def end_error(request: Request, answer: bytes) -> int:
    """Return the error code in the answer to EndTxn."""
    (code,) = struct.unpack_from(">h", answer, _HEADER + request.flexible + 4)
    return int(code)


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
