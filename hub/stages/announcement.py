"""What matching tells the world: records on hub.invitations, hub.decisions and hub.identity.

An invitation carries the contact block re-sealed for the registry's key, and only what the rules that
hit may disclose. A decision carries the rules with their text as it was, and of the facts it rests on
only dates, kinds, grades and statuses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import msgspec

from hub import topics
from hub.core import dates, merge
from hub.core.book import Book, Rule
from hub.core.fact import CATALOGUE, FieldType
from hub.core.invitation import ISSUED, Change
from hub.core.matching import YOUTH, Eligibility
from hub.errors import HubError
from hub.privacy.blind_index import BlindIndex
from hub.privacy.sealing import RecipientSealer, Sealer
from hub.schemas.codec import Codec
from hub.stages.contract import Context

SOURCE: Final = "/redcross/33/hub/matching"
INVITATION: Final = "hub.invitation"
DECISION: Final = "hub.decision"
ALIAS: Final = "hub.alias"
ALIAS_KIND: Final = "invitation_id"
REGISTRY: Final = "registry"
"""The recipient whose key contact blocks are sealed for."""
NO_CONTACT: Final = "no_contact"
"""Code of a decision whose invitation goes out without a contact block: none, or its key is gone."""

_SHOWN_TEXTS: Final = frozenset({"kind", "grade", "status", "team_kind", "answer", "notice_version"})
_SHOWN: Final[dict[str, tuple[tuple[str, bool], ...]]] = {
    kind.name: tuple(
        (field.name, field.type is FieldType.DAY)
        for field in kind.fields
        if field.type is FieldType.DAY or field.name in _SHOWN_TEXTS
    )
    for kind in CATALOGUE
    if kind.name != "party"
}
"""Fields of a fact that a decision may show, and whether each is a day: none of them says who it is."""
_iso: Final = lru_cache(maxsize=16_384)(dates.iso)
_WORDS: Final[dict[str, tuple[str, str]]] = {
    "member": ("已成为会员。", "Already a member."),
    "ground": ("邀请所依据的情况已不存在。", "What the invitation rested on no longer holds."),
    "review": ("须先由人工核实。", "A human has to look first."),
    "applied": ("已提交入会申请。", "An application was submitted."),
    "admitted": ("已入会。", "Admitted as a member."),
    "declined": ("本人或组织已谢绝。", "Declined by the person or the organisation."),
    "expired": ("邀请已过有效期。", "The invitation has expired."),
}
"""Why an invitation changed when neither a rule nor a guard says it."""


class Occasion(NamedTuple):
    """On whom, and by what, something is announced."""

    ctx: Context
    book: Book
    person: bytes
    event_id: str | None
    """The upstream event that led to it; None when time or a table did."""


class Verdict(NamedTuple):
    """What an evaluation came to: (outcome, code) with the life of the invitation taken into account."""

    eligible: Eligibility
    outcome: str
    code: str
    change: Change | None


class Announcer:
    """Builds and emits the records. Stateless but for compiled writers and keys."""

    def __init__(
        self, codec: Codec, blind_index: BlindIndex, sealer: Sealer, recipients: RecipientSealer
    ) -> None:
        """Take the codec, the blind index for ids, the sealer of intake's blocks and the recipients' keys."""
        self._blind = blind_index
        self._sealer = sealer
        self._recipients = recipients
        self._write_invitation = codec.writer(INVITATION)
        self._write_decision = codec.writer(DECISION)
        self._write_alias = codec.writer(ALIAS)

    def invitation_id(self, person: bytes, episode: int) -> str:
        """Return the id of a person's ``episode``-th invitation: 32 hex digits, the same on every replay."""
        return self._blind.key("invitation", person.hex() + str(episode)).hex()

    def invitation(
        self,
        occasion: Occasion,
        change: Change,
        eligible: Eligibility,
        contact: bytes | None,
        *,
        discloses: bool,
    ) -> bool:
        """Emit a change. Return whether it went out with all it should.

        ``discloses``: with the ``contact`` block, which then is re-sealed for the registry.
        """
        ctx, book, person, event_id = occasion
        invitation = change.invitation
        sealed, disclosed = (
            self._contact(person, contact, eligible, invitation.id) if discloses else (None, [])
        )
        reason_zh, reason_en = _reason(change, eligible)
        envelope, headers = _envelope(f"{invitation.id}/{invitation.revision}", INVITATION, ctx.now)
        value = self._write_invitation(
            {
                "envelope": envelope,
                "invitation_id": invitation.id,
                "person": person,
                "status": invitation.status,
                "change": change.change,
                "cause": change.cause,
                "priority": invitation.priority,
                "rule_ids": list(invitation.rules),
                "book": book.id,
                "kind": invitation.kind,
                "organisation": invitation.organisation,
                "confirm_region": invitation.confirm_region,
                "notice_version": invitation.notice_version,
                "issued_on": invitation.issued_on,
                "valid_until": invitation.valid_until,
                "episode": invitation.episode,
                "reason_zh": reason_zh,
                "reason_en": reason_en,
                "contact": sealed,
                "disclosed": disclosed,
                "tick": ctx.now,
                "cause_event_id": event_id,
            }
        )
        ctx.emit(topics.INVITATIONS, invitation.id.encode(), value, headers)
        if change.change == ISSUED:
            self._bind(occasion, invitation.id)
        return sealed is not None or not discloses

    def _bind(self, occasion: Occasion, invitation_id: str) -> None:
        """Let answers that carry only the invitation's id find the person."""
        alias = self._blind.alias(ALIAS_KIND, invitation_id)
        value = self._write_alias(
            {
                "alias": alias,
                "alias_kind": ALIAS_KIND,
                "person": occasion.person,
                "facts": None,
                "event_id": occasion.event_id or f"{invitation_id}/0",
                "stamp": merge.stamp(occasion.ctx.now, False, 0, ()),
            }
        )
        occasion.ctx.emit(topics.IDENTITY, alias, value)

    def _contact(
        self, person: bytes, contact: bytes | None, eligible: Eligibility, invitation_id: str
    ) -> tuple[bytes | None, list[str]]:
        """Return the contact block sealed for the registry, and the names of what is in it."""
        if contact is None:
            return None, []
        try:
            block = msgspec.msgpack.decode(self._sealer.open(contact, person), type=dict[str, Any])
        except (HubError, msgspec.DecodeError):
            return None, []  # an erased or retired key: the decision says so
        allowed = {name for hit in eligible.hits for name in hit.rule.discloses}
        if eligible.kind != YOUTH:
            allowed.discard("guardian")
        told = {name: block[name] for name in sorted(block) if name in allowed}
        plain = msgspec.msgpack.encode(told)
        return self._recipients.seal_for(REGISTRY, plain, bytes.fromhex(invitation_id)), list(told)

    def decision(self, occasion: Occasion, number: int, verdict: Verdict) -> None:
        """Emit what was decided and on what; ``number`` counts the person's decisions."""
        ctx, book, person, event_id = occasion
        eligible, outcome, code, change = verdict
        envelope, headers = _envelope(f"{person.hex()}/{number}", DECISION, ctx.now)
        value = self._write_decision(
            {
                "envelope": envelope,
                "person": person,
                "tick": ctx.now,
                "outcome": outcome,
                "code": code,
                "priority": eligible.priority if eligible.hits else None,
                "rules": [{**_texts(hit.rule), "until": hit.until} for hit in eligible.hits],
                "kind": eligible.kind,
                "organisation": eligible.organisation or None,
                "change": change.change if change is not None else None,
                "invitation_id": change.invitation.id if change is not None else None,
                "facts_used": _facts_used(eligible),
                "book": book.id,
                "cause_event_id": event_id,
            }
        )
        ctx.emit(topics.DECISIONS, person, value, headers)


def _reason(change: Change, eligible: Eligibility) -> tuple[str, str]:
    """Return why, in Chinese and English: the best rule while it runs, else what ended it."""
    guard = eligible.hindrance
    if guard is not None and change.cause == str(guard.code):
        return guard.reason_zh, guard.reason_en
    if change.cause is None and change.invitation.open and eligible.hits and change.change not in _WORDS:
        return eligible.hits[0].rule.reason_zh, eligible.hits[0].rule.reason_en
    return _WORDS[change.cause or change.change]


def _texts(rule: Rule) -> dict[str, Any]:
    """Return a rule as decisions keep it: with its text as it is now."""
    return {
        "id": rule.id,
        "version": rule.version,
        "title_zh": rule.title_zh,
        "title_en": rule.title_en,
        "reason_zh": rule.reason_zh,
        "reason_en": rule.reason_en,
    }


def _facts_used(eligible: Eligibility) -> list[dict[str, Any]]:
    """Return the facts the rules that hit rest on, each once, without anything that says who it is."""
    used: dict[tuple[str, bytes], dict[str, Any]] = {}
    for hit in eligible.hits:
        for kind, key in hit.evidence:
            if kind in _SHOWN and (kind, key) not in used:
                entry = _find(eligible.view[kind], key)
                used[kind, key] = {"kind": kind, "key": key.hex(), "fields": _shown(kind, entry)}
    return list(used.values())


def _find(entries: Sequence[Mapping[str, Any]], key: bytes) -> Mapping[str, Any]:
    return next(entry for entry in entries if entry["key"] == key)


def _shown(kind: str, entry: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: _iso(entry[name]) if is_day else str(entry[name])
        for name, is_day in _SHOWN[kind]
        if name in entry
    }


def _envelope(event_id: str, ce_type: str, now: int) -> tuple[dict[str, Any], list[tuple[str, bytes]]]:
    """Return the CloudEvents attributes, as the record's envelope and as headers."""
    envelope, headers = _common(ce_type, now)
    return {"id": event_id, **envelope}, [("ce_id", event_id.encode()), *headers]


@lru_cache(maxsize=16)
def _common(ce_type: str, now: int) -> tuple[dict[str, Any], tuple[tuple[str, bytes], ...]]:
    """Return the attributes that all records of a type have in common within a tick."""
    told = {"source": SOURCE, "type": ce_type, "specversion": "1.0", "time": rfc3339(now)}
    unset = dict.fromkeys(("recordedat", "dataschema", "subject", "region", "legalmode"))
    return {**told, **unset, "seq": 0}, tuple((f"ce_{name}", value.encode()) for name, value in told.items())


def rfc3339(now: int) -> str:
    """Return a time on China's clock, to the millisecond.

    >>> rfc3339(0)
    '1970-01-01T08:00:00.000+08:00'
    """
    day = dates.day_of(now)
    seconds, millis = divmod(now - dates.midnight_ms(day), 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{dates.iso(day)}T{hour:02}:{minute:02}:{second:02}.{millis:03}+08:00"
