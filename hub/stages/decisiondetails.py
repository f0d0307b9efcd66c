"""What a decision says of the person, sealed under their own key: to be destroyed by an erasure.

In clear on ``hub.decisions`` stand outcome, code, rules with their texts as outside, kind and change: what
may be counted for three years. Facts used, days, organisation, invitation and event are sealed, and so are
the rules themselves where one is named otherwise outside: MessagePack of :class:`Details`, padded. Days are
kept as numbers and become text when somebody reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec

from hub.core import dates, ground
from hub.core.consent import DATA_CLASS
from hub.core.fact import CATALOGUE, FieldType
from hub.privacy.padding import pad, unpad
from hub.privacy.person_key import PersonKeys
from hub.privacy.sealing import SealError

if TYPE_CHECKING:
    from hub.core.matching import Eligibility

_SHOWN_TEXTS: Final = frozenset({"kind", "grade", "status", "team_kind", "answer", "notice_version"})
_SHOWN: Final[dict[str, tuple[str, ...]]] = {
    kind.name: tuple(
        field.name for field in kind.fields if field.type is FieldType.DAY or field.name in _SHOWN_TEXTS
    )
    for kind in CATALOGUE
    if kind.data_class == DATA_CLASS and kind.name != "party"
}
"""Fields of a fact that a decision may show: none of them says who it is."""
_SHOWN[ground.KIND] = ()
"""Its days could tell what it rests on."""
_DAYS: Final = frozenset(
    (kind.name, field.name) for kind in CATALOGUE for field in kind.fields if field.type is FieldType.DAY
)
BLOCK_BYTES: Final = 1024
"""What is sealed of a decision that names the ground that is not named is a multiple of it, whatever the
ground rests on. Two rules with their texts and some facts fill less."""
_NO_BLOCK: Final = 1
"""Nothing else has a length that would betray anybody."""
_TEXTS: Final = ("id", "version", "title_zh", "title_en", "reason_zh", "reason_en")


class Details(msgspec.Struct, frozen=True, array_like=True):
    """What is sealed."""

    untils: tuple[int | None, ...]
    """The last days of the grounds, best rule first; None = open-ended."""
    organisation: str | None
    invitation_id: str | None
    cause_event_id: str | None
    """The event that led to it; None when time or a table did."""
    facts_used: tuple[tuple[str, bytes, dict[str, Any]], ...]
    """Kind, business key and the fields that may be shown, of each fact that the rules rest on."""
    rules: tuple[tuple[str, int, str, str, str, str], ...]
    """The rules that hit, best first: id, version, titles and reasons; empty where they stand in clear."""


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(Details).decode


def packed(eligible: Eligibility, invitation_id: str | None, cause: str | None) -> bytes:
    """Return what is to be sealed of a decision."""
    hits = eligible.hits
    used = dict.fromkeys([each for hit in hits for each in hit.evidence if each[0] in _SHOWN])
    facts = []
    for kind, key in used:
        entries = eligible.view[kind]
        entry = entries[0] if len(entries) == 1 else _find(entries, key)
        facts.append((kind, key, {name: entry[name] for name in _SHOWN[kind] if name in entry}))
    unnamed = ground.unnamed(hits)
    rules = [[getattr(hit.rule, name) for name in _TEXTS] for hit in hits] if unnamed else ()
    untils = [hit.until for hit in hits]
    # A tuple is written as the array that the struct is: without making one.
    plain = _encode((untils, eligible.organisation or None, invitation_id, cause, facts, rules))
    return pad(plain, BLOCK_BYTES if unnamed else _NO_BLOCK)


def opened(decision: Mapping[str, Any], wrapped: bytes | None, keys: PersonKeys) -> dict[str, Any]:
    """Return a decoded ``hub.decision`` with what was sealed in its place.

    ``wrapped``: the person's key from ``hub.person-keys``, None when there is none any more. What cannot
    be opened, since the key was destroyed, stays empty. Else ``rules`` are the rules themselves, and
    ``named`` has them as outside. Raise KeyRingError when the ring lacks a key.
    """
    if decision["sealed"] is None or wrapped is None:
        return dict(decision)
    try:
        plain = keys.open(decision["person"], wrapped, decision["sealed"])
    except SealError:
        return dict(decision)
    try:
        details = _decode(unpad(plain))
    except (ValueError, msgspec.DecodeError):
        raise SealError("what was sealed is no part of a decision") from None
    own = [dict(zip(_TEXTS, rule, strict=True)) for rule in details.rules] or decision["rules"]
    rules = [{**rule, "until": until} for rule, until in zip(own, details.untils, strict=True)]
    facts = [
        {"kind": kind, "key": key.hex(), "fields": {name: _text(kind, name, fields[name]) for name in fields}}
        for kind, key, fields in details.facts_used
    ]
    return {
        **decision, "rules": rules, "named": decision["rules"], "organisation": details.organisation,
        "invitation_id": details.invitation_id, "cause_event_id": details.cause_event_id, "facts_used": facts,
    }  # fmt: skip


def _text(kind: str, name: str, value: Any) -> str:
    return dates.iso(value) if (kind, name) in _DAYS else str(value)


def _find(entries: Any, key: bytes) -> Mapping[str, Any]:
    return next(entry for entry in entries if entry["key"] == key)
