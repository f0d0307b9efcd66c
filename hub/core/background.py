"""What goes with a ground of class s: who it is, how to reach them, whether they may be asked.

The events of class s say that too, and it may be all that the hub knows of somebody. It is told once
a ground holds, and nothing of anybody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import msgspec

from hub.core import consent
from hub.core.assertion import Assertion
from hub.core.fact import BY_NAME, Merge
from hub.core.merge import occurred_at
from hub.core.sensitive import SensitiveState

_TOLD_OF_PARTY: Final = frozenset(
    {"name_forms", "names_accepted", "birth_day", "sex", "citizen", "student", "residence", "host_unit"}
    | {"conflicts"}
)
"""What is forwarded of the fact ``party``; deaths and the like reach matching by themselves."""
_STAMPED: Final = {
    kind: frozenset(field.name for field in BY_NAME[kind].fields if field.merge is Merge.LAST)
    for kind in ("party", "consent")
}
"""Fields of which the last writer wins: each has a time."""
_encode: Final = msgspec.msgpack.Encoder(order="deterministic").encode


class Said(NamedTuple):
    """What events of one moment said of the person beside their class s."""

    at: int
    """When they occurred, ms."""
    assertions: list[Assertion]
    contact: bool
    """The contact block is of that moment."""


def background(state: SensitiveState) -> list[Said]:
    """Return what to tell of a person so that they can be invited, oldest first.

    Each value goes with its own time, not with that of the telling: else an old address would overwrite
    a newer one, and a consent that was withdrawn elsewhere would come to life again.
    """
    found: dict[int, dict[tuple[str, bytes], dict[str, Any]]] = {}
    for kind, key, wanted in (("party", b"", _TOLD_OF_PARTY), ("consent", consent.KEY, None)):
        for name, at, value in _values(state, kind, key):
            if wanted is None or name in wanted:
                found.setdefault(at, {}).setdefault((kind, key), {})[name] = value
    spoken = occurred_at(state.contact_stamp) if state.contact is not None else None
    if spoken is not None:
        found.setdefault(spoken, {})
    return [
        Said(at, [(*place, fields) for place, fields in said.items()], at == spoken)
        for at, said in sorted(found.items())
    ]


def _values(state: SensitiveState, kind: str, key: bytes) -> list[tuple[str, int, Any]]:
    """Return the fields of an entry, each with the time it was said, cleared ones as None.

    Those that merge without a stamp go with the newest of the others.
    """
    entries = state.facts.get(kind, [])
    place = next((place for place, entry in enumerate(entries) if entry["key"] == key), None)
    if place is None:
        return []
    entry, (base, others) = entries[place], state.stamps[kind][place]
    newest = max((base, *others.values()))
    fallback = occurred_at(newest) if newest else 0
    stamped = _STAMPED[kind]
    values = []
    for name in sorted({*entry, *others} - {"key"}):
        at = occurred_at(others.get(name, base)) if name in stamped else fallback
        values.append((name, at, entry.get(name)))
    return values


def digest(said: Sequence[Said], contact: bytes | None) -> bytes:
    """Return 16 bytes that are equal for the same background."""
    return blake2b(_encode((said, contact)), digest_size=16).digest()
