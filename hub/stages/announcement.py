"""What matching tells the world: records on hub.invitations, hub.tasks, hub.decisions and hub.identity.

An invitation carries the contact block re-sealed for the registry's key, and only what the rules that
hit may disclose; of a rule that shares its public id with others it speaks as of all of them. A decision
carries the rules with their text as it was, by the names they have outside too, and, sealed under a key
of the person's own, the rules themselves and the facts it rests on: of these only dates, kinds, grades and
statuses.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import msgspec

from hub import topics
from hub.core import consent, dates, ground, merge, task
from hub.core.book import Book
from hub.core.invitation import ISSUED, Change
from hub.core.matching import Eligibility
from hub.core.organisation import Organisation
from hub.core.person import PersonState
from hub.core.routing import YOUTH
from hub.core.task import TaskChange
from hub.core.verdict import Verdict
from hub.errors import HubError
from hub.privacy.blind_index import BlindIndex
from hub.privacy.person_key import PersonKeys
from hub.privacy.sealing import RecipientSealer, Sealer
from hub.schemas.codec import Codec
from hub.stages.announcementwriter import DecisionWriter, Head, InvitationWriter
from hub.stages.contract import Context
from hub.stages.decisiondetails import packed
from hub.stages.forgetting import INVITATION_ID

INVITATION: Final = "hub.invitation"
DECISION: Final = "hub.decision"
TASK: Final = "hub.task"
KEY: Final = "hub.person_key"
ALIAS: Final = "hub.alias"
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
    "rule_withdrawn": (
        "邀请所依据的规则已撤销或修改，不再适用。",
        "The rule that the invitation rested on was withdrawn or changed.",
    ),
    "review": ("须先由人工核实。", "A human has to look first."),
    "applied": ("已提交入会申请。", "An application was submitted."),
    "admitted": ("已入会。", "Admitted as a member."),
    "declined": ("本人或组织已谢绝。", "Declined by the person or the organisation."),
    "expired": ("邀请已过有效期。", "The invitation has expired."),
    "erasure": ("本人已请求删除个人信息。", "The person asked for erasure."),
}
"""Why an invitation changed when neither a rule nor a guard says it."""
_TASK_WORDS: Final[dict[tuple[str, str], tuple[str, str]]] = {
    (task.ADMISSION, task.DONE): ("人选已成为会员。", "The candidate is a member now."),
    (task.ADMISSION, task.BLOCKED): (
        "人选尚非会员，且暂不能办理入会手续。", "The candidate is no member, and nobody can act for now."
    ),
    (task.ADMISSION, task.CANCELLED): (
        "提名已撤回，或不再要求办理。", "The nomination was withdrawn, or nobody is asked any more."
    ),
    (task.ADMISSION, task.MISSED): (
        "会议已召开，人选尚非会员。", "The session was held, and the candidate is no member."
    ),
    **dict.fromkeys(
        ((task.ADMISSION, task.RULE_WITHDRAWN), (task.TRANSFER, task.RULE_WITHDRAWN)),
        ("所依据的规则已撤销或修改，不再要求办理。", "The rule that asked for it was withdrawn or changed."),
    ),
    (task.TRANSFER, task.DONE): ("会员关系无需再转接。", "The member need not be handed over any more."),
    (task.TRANSFER, task.CANCELLED): (
        "已非会员，或暂不能办理。", "No longer a member, or nobody may act on it."
    ),
}  # fmt: skip
"""Why a task ended or nobody acts on it, by kind and status or cause."""


class Occasion(NamedTuple):
    """On whom, and by what, something is announced."""

    ctx: Context
    book: Book
    person: bytes
    event_id: str | None
    """The upstream event that led to it; None when time or a table did."""


class Announcer:
    """Builds and emits the records. Stateless but for compiled writers and keys."""

    def __init__(
        self, codec: Codec, blind_index: BlindIndex, sealer: Sealer, recipients: RecipientSealer
    ) -> None:
        """Take the codec, the blind index for ids, the sealer of intake's blocks and the recipients' keys."""
        self._blind = blind_index
        self._sealer = sealer
        self._recipients = recipients
        self._keys = PersonKeys(sealer)
        invitations = InvitationWriter(codec.catalogue.by_type(INVITATION))
        decisions = DecisionWriter(codec.catalogue.by_type(DECISION))
        self._write_invitation, self._head_invitation = invitations.write, invitations.head.headers
        self._write_decision, self._head_decision = decisions.write, decisions.head.headers
        self._write_alias, self._write_key = codec.writer(ALIAS), codec.writer(KEY)
        self._write_task, self._task_head = codec.writer(TASK), Head(codec.catalogue.by_type(TASK))

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
            hits, told = eligible.hits, eligible.disclosed
            allowed = {
                name
                for hit in hits
                for rule in ground.spoken(hit, told, occasion.book)
                for name in rule.discloses
            }
            sealed = self._contact(occasion.person, contact, allowed, eligible.kind, made.id)
        event_id = f"{made.id}/{made.revision}".encode()
        reason = _reason(change, eligible, occasion.book)
        value = self._write_invitation(event_id, occasion, change, reason, sealed)
        headers = self._head_invitation(event_id)
        occasion.ctx.emit(topics.INVITATIONS, made.id.encode(), value, headers)
        if change.change == ISSUED:
            self._bind(occasion, made.id)
        return sealed[0] is not None or not discloses

    def _bind(self, occasion: Occasion, invitation_id: str) -> None:
        """Let answers that carry only the invitation's id find the person."""
        alias = self.alias(invitation_id)
        value = self._write_alias(
            {
                "alias": alias,
                "alias_kind": INVITATION_ID,
                "person": occasion.person,
                "facts": None,
                "event_id": occasion.event_id or f"{alias.hex()}/0",
                "stamp": merge.stamp(occasion.ctx.now, False, 0, b""),
            }
        )
        occasion.ctx.emit(topics.IDENTITY, alias, value)

    def alias(self, invitation_id: str) -> bytes:
        """Return the blind index under which answers to an invitation arrive."""
        return self._blind.alias(INVITATION_ID, invitation_id)

    def alias_erased(self, person: bytes, kind: str, alias: bytes, stamp: bytes, ctx: Context) -> None:
        """Tell the identity stage to forget a key of a person, and all under it up to ``stamp``."""
        value = self._write_alias(
            {
                "alias": alias, "alias_kind": kind, "person": person, "facts": None,
                "event_id": f"{alias.hex()}/erased", "stamp": stamp, "erased": True,
            }
        )  # fmt: skip
        ctx.emit(topics.IDENTITY, alias, value)

    def _contact(
        self, person: bytes, contact: bytes | None, allowed: set[str], kind: str, record_id: str
    ) -> tuple[bytes | None, list[str]]:
        """Return what is ``allowed`` of a contact block sealed for the registry, and the names of that."""
        if contact is None:
            return _NO_BLOCK
        try:
            block = _read_block(self._sealer.open(contact, person))
        except (HubError, msgspec.DecodeError):
            return _NO_BLOCK  # an erased or retired key: the decision says so
        if kind != YOUTH:
            allowed.discard("guardian")
        told = {name: block[name] for name in sorted(block) if name in allowed}
        plain = msgspec.msgpack.encode(told)
        return self._recipients.seal_for(REGISTRY, plain, bytes.fromhex(record_id)), list(told)

    def task_id(self, person: bytes, kind: str, key: bytes, number: int) -> str:
        """Return the id of a person's ``number``-th task of a kind and key: 32 hex digits."""
        return self._blind.key(task.NOUN, f"{person.hex()}|{kind}|{key.hex()}|{number}").hex()

    def task(
        self,
        occasion: Occasion,
        change: TaskChange,
        eligible: Eligibility,
        contact: bytes | None,
        acting: Organisation | None,
    ) -> None:
        """Emit a change of a task; with the ``contact`` block if ``acting`` did not have it before."""
        made, rule, book = change.task, change.rule, occasion.book
        sealed, disclosed = _NO_BLOCK
        if rule is not None and change.handed and _may_tell(eligible, acting, occasion):
            allowed = set(rule.discloses)
            sealed, disclosed = self._contact(occasion.person, contact, allowed, eligible.kind, made.id)
        reason = _TASK_WORDS.get((made.kind, change.cause or made.status))
        if rule is not None:
            rule = ground.outside(rule, book)
            reason = rule.reason_zh, rule.reason_en
        assert reason is not None  # every end and every block has words, everything else its rule
        event_id = f"{made.id}/{made.revision}"
        cause = ground.sayable(occasion.event_id, occasion.person, (made.rule,), book)
        self._task_head.at(occasion.ctx.now)
        value = self._write_task({
            "envelope": {"id": event_id, **self._task_head.told}, "task_id": made.id,
            "person": occasion.person, "kind": made.kind, "status": made.status, "change": change.change,
            "organisation": made.organisation, "target": made.target, "escalated_to": made.escalated_to,
            "due_on": made.due_on, "session_on": made.session_on, "term": made.term,
            "council": made.council or None, "blocked_by": made.blocked_by or None,
            "act_by": made.act_by, "rule_id": made.rule,
            "book": book.id, "reason_zh": reason[0], "reason_en": reason[1],
            "contact": sealed, "disclosed": disclosed,
            "tick": occasion.ctx.now, "cause_event_id": cause, "revision": made.revision,
        })  # fmt: skip
        headers = self._task_head.headers(event_id.encode())
        occasion.ctx.emit(topics.TASKS, made.id.encode(), value, headers)

    def key(self, occasion: Occasion, wrapped: bytes) -> bytes:
        """Return the person's key, wrapped under the ring's current key; emit it if it is another one."""
        renewed = self._keys.renewed(occasion.person, wrapped)
        if renewed != wrapped:
            ctx, person = occasion.ctx, occasion.person
            value = self._write_key({"person": person, "wrapped": renewed, "tick": ctx.now})
            ctx.emit(topics.PERSON_KEYS, person, value)
        return renewed

    def decision(self, occasion: Occasion, state: PersonState, verdict: Verdict) -> None:
        """Emit what was decided and on what: the person's newest decision, by the count in ``state``."""
        person, change = occasion.person, verdict.change
        event_id = f"{person.hex()}/{state.decisions}".encode()
        sealed = None
        if verdict.eligible.hits or change is not None:
            made = change.invitation.id if change is not None else None
            state.key = self.key(occasion, state.key)
            sealed = self._keys.seal(person, state.key, packed(verdict.eligible, made, occasion.event_id))
        value = self._write_decision(event_id, occasion, verdict, sealed)
        occasion.ctx.emit(topics.DECISIONS, person, value, self._head_decision(event_id))


def _may_tell(eligible: Eligibility, acting: Organisation | None, occasion: Occasion) -> bool:
    """Return whether the organisation that acts may be told who it is: by a consent, or it is a group.

    Of somebody under 18 the consent must be a guardian's too, as for an invitation.
    """
    me = eligible.view["subject"][0]
    if me["group"]:
        return True
    if me["guardian_missing"]:
        return False
    given = consent.find(eligible.view.get("consent", ()))
    today = dates.day_of(occasion.ctx.now)
    status = consent.status(given, acting, occasion.book.minimum_notice, today)
    return acting is not None and status is consent.Status.VALID


def _reason(change: Change, eligible: Eligibility, book: Book) -> tuple[str, str]:
    """Return why, in Chinese and English: the best rule while it runs, else what ended it."""
    guard = eligible.hindrance
    if guard is not None and change.cause == str(guard.code):
        return guard.reason_zh, guard.reason_en
    if change.cause is None and change.invitation.open and eligible.hits and change.change not in _WORDS:
        rule = ground.spoken(eligible.hits[0], eligible.disclosed, book)[0]
        return rule.reason_zh, rule.reason_en
    if change.cause is None and change.change not in _WORDS:  # an application runs on without a ground
        return _WORDS[change.invitation.status]
    return _WORDS[change.cause or change.change]
