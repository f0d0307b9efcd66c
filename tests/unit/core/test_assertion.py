"""The bytes in which assertions travel."""

from __future__ import annotations

import msgspec
import pytest

from hub.core.assertion import decode, encode
from hub.core.codes import Code
from hub.errors import DeadLetterError


def test_the_bytes_are_plain_messagepack() -> None:
    """Any MessagePack reader shows kinds, keys and fields by name."""
    content = encode([("party", b"", {"sex": "m", "citizen": True}), ("mission", b"m", {"hours": 1})])
    assert msgspec.msgpack.decode(content) == [
        ["mission", b"m", {"hours": 1}],
        ["party", b"", {"citizen": True, "sex": "m"}],
    ]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x90\x90", id="something behind"),
        pytest.param(encode([("party", b"", {"sex": "m"})])[:-1], id="cut off"),
        pytest.param(b"\x91\x93\xa1\xff\xc4\x00\x80", id="not UTF-8"),
        pytest.param(b"\x91" * 100_000, id="nested too deep"),
        pytest.param(msgspec.msgpack.encode([["party", b""]]), id="no fields"),
        pytest.param(msgspec.msgpack.encode([["party", "text", {}]]), id="a text for a key"),
        pytest.param(msgspec.msgpack.encode([["party", b"", {"hours": 1.5}]]), id="a fraction"),
        pytest.param(msgspec.msgpack.encode([["party", b"", {"sex": {"m": 1}}]]), id="a map for a value"),
        pytest.param(msgspec.msgpack.encode([["party", b"", {"names": [1]}]]), id="numbers for texts"),
    ],
)
def test_other_bytes_are_refused(content: bytes) -> None:
    """Whatever is not assertions is a dead letter of one code, without the content in its message."""
    with pytest.raises(DeadLetterError) as caught:
        decode(content)
    assert (caught.value.code, caught.value.field) == (Code.SCHEMA_MISMATCH, "assertions")
