"""Avro's numbers and lengths on the wire: what compiled code calls when one byte is not enough.

A number is a zig-zag varint: bit 0 the sign, then seven bits a byte, the lowest first, the top bit of
every byte but the last set. The readers take a value and an offset and return what they read with
the offset behind it; IndexError means that the value ends too early.
"""

from __future__ import annotations

from typing import Final

from hub.errors import DeadLetterError

__all__ = ("LONGS", "MORE", "SHORT", "SIGNED_64", "count", "long", "malformed", "number", "span", "wide")

MORE: Final = 128
"""Set in every byte of a number but its last."""

SHORT: Final = 512
"""Numbers and lengths below this are written by table."""

SIGNED_64: Final = range(-(1 << 63), 1 << 63)
"""What a long can hold."""

_WIDEST: Final = 10  # bytes: seven bits each for 64


def malformed(why: str, field: str = "") -> DeadLetterError:
    """Return the error for bytes that are not what their schema says."""
    return DeadLetterError("SCHEMA_MISMATCH", field, f"the value does not fit its schema: {why}")


def wide(b: bytes, i: int) -> tuple[int, int]:
    """Read a zig-zag number of any width at ``i``; return it and the offset after it.

    Unrolled for two to six bytes (days to today's milliseconds): half the time of the loop below.
    """
    c = b[i + 1]
    n = (b[i] & 127) + ((c & 127) << 7)
    if c < MORE:
        return (n >> 1) ^ -(n & 1), i + 2
    c = b[i + 2]
    n += (c & 127) << 14
    if c < MORE:
        return (n >> 1) ^ -(n & 1), i + 3
    c = b[i + 3]
    n += (c & 127) << 21
    if c < MORE:
        return (n >> 1) ^ -(n & 1), i + 4
    c = b[i + 4]
    n += (c & 127) << 28
    if c < MORE:
        return (n >> 1) ^ -(n & 1), i + 5
    c = b[i + 5]
    n += (c & 127) << 35
    if c < MORE:
        return (n >> 1) ^ -(n & 1), i + 6
    for j in range(6, _WIDEST):
        c = b[i + j]
        n += (c & 127) << (7 * j)
        if c < MORE and not n >> 64:
            return (n >> 1) ^ -(n & 1), i + j + 1
    raise malformed("a number is wider than 64 bits")


def span(b: bytes, i: int) -> tuple[int, int]:
    """Read a length of any width at ``i``; return the offsets before and behind the bytes it counts."""
    n, i = number(b, i)
    if not 0 <= n <= len(b) - i:
        raise malformed("a length is negative or past the end")
    return i - 1, i + n


def number(b: bytes, i: int) -> tuple[int, int]:
    """Read a zig-zag number that may be a single byte."""
    n = b[i]
    return ((n >> 1) ^ -(n & 1), i + 1) if n < MORE else wide(b, i)


def count(b: bytes, i: int) -> tuple[int, int]:
    """Read a block's item count at ``i`` (and its size in bytes, which we need not know)."""
    n, i = number(b, i)
    if n < 0:
        n, (_, i) = -n, number(b, i)
    if not 0 < n <= len(b) - i:
        raise malformed("more items than bytes, or a padded zero")
    return n, i


_FOURTEEN: Final = 16_383
"""The lowest fourteen bits: what two bytes of a number carry."""
_PAIRS: Final = tuple(bytes((low | MORE, high | MORE)) for high in range(MORE) for low in range(MORE))
"""Two bytes that more bytes follow, by their fourteen bits."""
_ENDS: Final = tuple(
    bytes((low | MORE, high) if high else (low,)) for high in range(MORE) for low in range(MORE)
)
"""The last one or two bytes of a number, by their fourteen bits."""


def long(value: int) -> bytes:
    """Return the zig-zag varint of a 64-bit number; OverflowError or TypeError for anything else.

    By tables of two bytes up to six (days, offsets, milliseconds): today's milliseconds take 0.25 µs
    instead of 0.6 by arithmetic. The tables are 1.3 MB.
    """
    n = value << 1  # a TypeError for what is no integer
    if 0 <= n < 1 << 14:
        return _ENDS[n]
    if 0 < n < 1 << 28:
        return _PAIRS[n & _FOURTEEN] + _ENDS[n >> 14]
    if 0 < n < 1 << 42:
        return _PAIRS[n & _FOURTEEN] + _PAIRS[n >> 14 & _FOURTEEN] + _ENDS[n >> 28]
    if value not in SIGNED_64:
        raise OverflowError
    if value < 0:
        n = ~n
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


LONGS: Final = tuple(long(n) for n in range(SHORT))
"""The varints of the numbers below :data:`SHORT`."""
