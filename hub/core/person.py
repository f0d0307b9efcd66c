"""What the hub knows of one person: the facts, and how the person stands with us.

On disk (and in the changelog) a state is a format byte and a msgpack array, its maps sorted: the
same knowledge gives the same bytes. A reader refuses a format it does not know; a new format gets a
new number and a branch in :func:`decode`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

import msgspec

from hub.core import consent, dates
from hub.core.codes import Code
from hub.core.invitation import Invitation
from hub.core.merge import NO_STAMP, Facts, Stamps, occurred_at
from hub.core.task import Task
from hub.errors import StateError

FORMAT: Final = b"\x02"
ADULT_AGE: Final = 18
"""Years. Under it a guardian has to consent, and the youth path is taken."""


class PersonState(msgspec.Struct, array_like=True):
    """One person. The first four members are order-free knowledge; the rest is our history with them."""

    facts: Facts = {}
    """Kind to entries in the order of their keys; see :mod:`hub.core.merge`."""
    stamps: Stamps = {}
    """Kind to the marks of its entries."""
    contact_stamp: bytes = NO_STAMP
    contact: bytes | None = None
    """The newest contact block, sealed as intake sealed it."""
    invitation: Invitation | None = None
    """The last invitation, open or ended."""
    episode: int = 0
    """How many invitations there were."""
    decisions: int = 0
    """How many decisions were recorded."""
    due: int = 0
    """The day of the timer; 0 = none."""
    outcome: str = "none"
    code: str = ""
    rules: tuple[str, ...] = ()
    """Outcome, code and rules of the last evaluation."""
    counted: tuple[str, ...] = ()
    """What the person adds to the stock figures: see :mod:`hub.core.statistics`."""
    index: tuple[tuple[bytes, bytes], ...] = ()
    """Under which table changes the person is looked up: (prefix, value) of the index entries."""
    tasks: tuple[Task, ...] = ()
    """The last task of each kind and key, open or ended."""
    key: bytes = b""
    """The key that seals what decisions say of the person, wrapped; empty before the first one."""
    erased: bytes = b""
    """The stamp of the stub, of somebody who was erased and of whom something later is known."""
    qualified_on: int = 0
    """The day from which on some rule has hit at every evaluation; 0 = none hits."""
    review_on: int = 0
    """The day on which intake took in what put the identity under review; 0 = it is not."""


_ENCODER: Final = msgspec.msgpack.Encoder(order="deterministic")
_DECODER: Final = msgspec.msgpack.Decoder(PersonState)


def encode(state: PersonState) -> bytes:
    """Return the stored form."""
    return FORMAT + _ENCODER.encode(state)


def decode(stored: bytes) -> PersonState:
    """Return the state that was stored. Raise StateError for a format this version cannot read."""
    if stored[:1] != FORMAT:
        raise StateError(
            f"a person's state has format {stored[:1].hex() or 'none'}, this version reads {FORMAT.hex()}",
            "state of matching",
            "run the version that wrote it, or delete the state directory and let it be rebuilt",
        )
    return _DECODER.decode(stored[1:])


def facts_digest(state: PersonState) -> bytes:
    """Return 16 bytes that are equal for two states exactly when what is known is the same."""
    known = (state.facts, state.stamps, state.contact_stamp)
    return blake2b(_ENCODER.encode(known), digest_size=16).digest()


def party(state: PersonState) -> Mapping[str, Any]:
    """Return the fact about the person as such, empty when there is none."""
    entries = state.facts.get("party")
    return entries[0] if entries else _NOTHING


_NOTHING: Final[Mapping[str, Any]] = {}
_age: Final = lru_cache(maxsize=65_536)(dates.age)
"""A day's evaluations ask for some 25,000 birth dates; a hit costs a sixth."""
_ENDED: Final = frozenset({"lapsed", "resigned", "expelled"})
_ENDS: Final = frozenset({"deceased_on", "erasure_on", "superseded_on"})


def review(party: Mapping[str, Any]) -> str:
    """Return why a human must look at the person first: a code of the catalogue, or empty."""
    conflicts = party.get("conflicts")
    if "superseded_on" in party:
        return "SUPERSEDED"
    if conflicts:
        return str(conflicts[0])
    forms = party.get("name_forms")
    if forms is not None and len(forms) > 1:
        accepted = party.get("names_accepted", ())
        others = sum(form not in accepted for form in forms)
        if others + (others < len(forms)) > 1:
            return Code.ID_REUSED
    return ""


_PLAIN: Final[dict[str, Any]] = {
    "key": b"", "student": False, "citizen": True, "deceased": False, "erasure": False, "superseded": False,
    "never": False, "member": False, "applied": False, "review": "",
    "group": False, "stale_grounds": False, "moved": False,
}  # fmt: skip
"""What nearly everybody's subject says. Copied, then corrected: 2.0 instead of 2.7 µs."""


def _agreed(state: PersonState) -> bool:
    """Return whether who was erased has consented since: an old consent may be restated by anybody later."""
    given = consent.find(state.facts.get("consent", ()))
    if given is None or not consent.stands(given):
        return False
    return bool(given.get("granted_on", 0) >= dates.day_of(occurred_at(state.erased)))


def subject(state: PersonState, today: int) -> dict[str, Any]:
    """Return the computed fact ``subject``, as far as it follows from the facts and the day.

    ``consent``, ``guardian_missing``, ``region_known`` and ``moved`` depend on the route, ``stale_grounds``
    on what the rules say: :mod:`hub.core.matching` fills them in. Fields without a value are left out.
    """
    facts = state.facts
    entry = _PLAIN.copy()
    if "party" in facts:
        _of_party(entry, facts["party"][0], today)
    if state.erased and not _agreed(state):
        entry["erasure"] = True
    if "application" in facts:
        entry["applied"] = facts["application"][0].get("status") == "submitted"
    if "refusal" in facts:
        refusal = facts["refusal"][0]
        entry["never"] = "never_on" in refusal
        if "declined_on" in refusal:
            entry["declined_on"] = refusal["declined_on"]
    if "membership" in facts:
        membership = facts["membership"][0]
        standing = membership.get("status")
        entry["member"] = standing == "member"
        if standing in _ENDED and "ended_on" in membership:
            entry["membership_ended_on"] = membership["ended_on"]
    return entry


def _of_party(entry: dict[str, Any], about: Mapping[str, Any], today: int) -> None:
    """Correct the computed fact by what is known of the person as such."""
    if "birth_day" in about:
        entry["age"] = _age(about["birth_day"], today)
    if "student" in about:
        entry["student"] = about["student"]
    if "citizen" in about:
        entry["citizen"] = about["citizen"]
    if not _ENDS.isdisjoint(about):
        entry["deceased"] = "deceased_on" in about
        entry["erasure"] = "erasure_on" in about
        entry["superseded"] = "superseded_on" in about
    if "group" in about:
        entry["group"] = about["group"]
    if "conflicts" in about or "superseded_on" in about or len(about.get("name_forms", ())) > 1:
        entry["review"] = review(about)
