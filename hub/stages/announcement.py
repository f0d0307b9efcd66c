"""What matching tells the world: records on hub.invitations, hub.decisions and hub.identity.

An invitation carries the contact block re-sealed for the registry's key, and only what the rules that
hit may disclose. A decision carries the rules with their text as it was, and of the facts it rests on
only dates, kinds, grades and statuses.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import msgspec

from hub import topics
from hub.core import merge
from hub.core.book import Book
from hub.core.invitation import ISSUED, Change
from hub.core.matching import YOUTH, Eligibility
from hub.errors import HubError
from hub.privacy.blind_index import BlindIndex
from hub.privacy.sealing import RecipientSealer, Sealer
from hub.schemas.codec import Codec
from hub.stages.announcementwriter import DecisionWriter, InvitationWriter
from hub.stages.contract import Context

INVITATION: Final = "hub.invitation"
DECISION: Final = "hub.decision"
ALIAS: Final = "hub.alias"
ALIAS_KIND: Final = "invitation_id"
REGISTRY: Final = "registry"
"""The recipient whose key contact blocks are sealed for."""
NO_CONTACT: Final = "no_contact"
"""Code of a decision whose invitation goes out without a contact block: none, or its key is gone."""
_NO_BLOCK: Final[tuple[bytes | None, list[str]]] = (None, [])
_read_block: Final = msgspec.msgpack.Decoder(dict[str, Any]).decode
"""Made once: making a decoder per block costs eight times the decoding."""

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
        invitations = InvitationWriter(codec.catalogue.by_type(INVITATION))
        decisions = DecisionWriter(codec.catalogue.by_type(DECISION))
        self._write_invitation, self._head_invitation = invitations.write, invitations.head.headers
        self._write_decision, self._head_decision = decisions.write, decisions.head.headers
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
        made = change.invitation
        sealed = _NO_BLOCK
        if discloses:
            sealed = self._contact(occasion.person, contact, eligible, made.id)
        event_id = f"{made.id}/{made.revision}".encode()
        value = self._write_invitation(event_id, occasion, change, _reason(change, eligible), sealed)
        headers = self._head_invitation(event_id)
        occasion.ctx.emit(topics.INVITATIONS, made.id.encode(), value, headers)
        if change.change == ISSUED:
            self._bind(occasion, made.id)
        return sealed[0] is not None or not discloses

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
                "stamp": merge.stamp(occasion.ctx.now, False, 0, b""),
            }
        )
        occasion.ctx.emit(topics.IDENTITY, alias, value)

    def _contact(
        self, person: bytes, contact: bytes | None, eligible: Eligibility, invitation_id: str
    ) -> tuple[bytes | None, list[str]]:
        """Return the contact block sealed for the registry, and the names of what is in it."""
        if contact is None:
            return _NO_BLOCK
        try:
            block = _read_block(self._sealer.open(contact, person))
        except (HubError, msgspec.DecodeError):
            return _NO_BLOCK  # an erased or retired key: the decision says so
        allowed = {name for hit in eligible.hits for name in hit.rule.discloses}
        if eligible.kind != YOUTH:
            allowed.discard("guardian")
        told = {name: block[name] for name in sorted(block) if name in allowed}
        plain = msgspec.msgpack.encode(told)
        return self._recipients.seal_for(REGISTRY, plain, bytes.fromhex(invitation_id)), list(told)

    def decision(self, occasion: Occasion, number: int, verdict: Verdict) -> None:
        """Emit what was decided and on what; ``number`` counts the person's decisions."""
        event_id = f"{occasion.person.hex()}/{number}".encode()
        value = self._write_decision(event_id, occasion, verdict)
        occasion.ctx.emit(topics.DECISIONS, occasion.person, value, self._head_decision(event_id))


def _reason(change: Change, eligible: Eligibility) -> tuple[str, str]:
    """Return why, in Chinese and English: the best rule while it runs, else what ended it."""
    guard = eligible.hindrance
    if guard is not None and change.cause == str(guard.code):
        return guard.reason_zh, guard.reason_en
    if change.cause is None and change.invitation.open and eligible.hits and change.change not in _WORDS:
        return eligible.hits[0].rule.reason_zh, eligible.hits[0].rule.reason_en
    return _WORDS[change.cause or change.change]
