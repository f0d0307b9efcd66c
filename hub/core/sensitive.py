"""What follows from a person's facts of class s: a pure function of (facts, book, day).

The facts themselves never leave the stage that keeps them. What may be said of them is a
:class:`Ground`: that one holds, at which priority and for how long, and not which. Beside it goes
what the same events said of the person, so that whoever hears of the ground can address them: see
:mod:`hub.core.background` and docs/adr/0008.

On disk a state is what :mod:`hub.core.person` describes, sealed by the stage: a format byte and a
msgpack array.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

import msgspec

from hub.core import consent, dates
from hub.core.assertion import Assertion
from hub.core.book import Hit, View
from hub.core.codes import Code
from hub.core.fact import BY_NAME
from hub.core.merge import NO_STAMP, Facts, Stamps
from hub.core.person import ADULT_AGE
from hub.errors import StateError

FORMAT: Final = b"\x01"
DISCLOSURE: Final = b"ground_disclosure"
"""Purpose of the consent that lets a ground be named."""
DATA_CLASS: Final = "s"
"""The data class that a ground which is named discloses."""
MOST_RECIPIENTS: Final = 8
"""Of more, what is sealed would be longer than of somebody who did not agree. A consent names a county, or a
society and its city; who named more has agreed to nothing."""
DECEASED: Final = "deceased"
REVIEW: Final = "review"
"""An event of the person cannot be read, or their evaluation failed: a human has to look."""
QUIET: Final = "quiet"
"""The family of an organ donor, in the quiet period."""
RELEASE: Final = "release"
"""The family of an organ donor, whom the coordinator has not released yet."""

_FAMILY: Final = "organ_family"
_TRIGGERS: Final = {
    "blood_donation": "donated_on",
    "hsc_registration": "registered_on",
    "hsc_donation": "completed_on",
    "organ_intent": "on",
    _FAMILY: "quiet_until_on",
}
"""Kind to the day by which its ground is dated."""
_NOTHING: Final[Mapping[str, Any]] = {}


class SensitiveBook(Protocol):
    """What of the active rule book is asked here: its rules of class s and nothing else."""

    @property
    def id(self) -> str:
        """Id and version."""

    @property
    def minimum_notice(self) -> str:
        """The oldest version of the consent notice that still serves."""

    def sensitive_hits(self, facts: View, today: int) -> Sequence[Hit]:
        """Return the grounds of class s that hold today, best first."""

    def sensitive_next_change(self, facts: View, today: int) -> int | None:
        """Return the first day after today on which they may change by time alone, or None."""


class Ground(msgspec.Struct, frozen=True, array_like=True):
    """What is said of a person: the fact ``ground``."""

    holds: bool = False
    priority: int | None = None
    since_on: int | None = None
    until_on: int | None = None
    disclosed: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    """To whom the rules that are disclosed may be named."""

    def assertion(self) -> Assertion:
        """Return it as an assertion. Every field is there, so that what is no longer so is cleared."""
        fields = {
            "holds": self.holds, "priority": self.priority, "since_on": self.since_on,
            "until_on": self.until_on, "disclosed": list(self.disclosed) or None,
            "recipients": list(self.recipients) or None,
        }  # fmt: skip
        return "ground", b"", fields


NO_GROUND: Final = Ground()


class SensitiveState(msgspec.Struct, array_like=True):
    """One person, as the stage for class s knows them. The first four members are order-free knowledge."""

    facts: Facts = {}
    stamps: Stamps = {}
    contact_stamp: bytes = NO_STAMP
    contact: bytes | None = None
    """The newest contact block, as MessagePack: the whole state is sealed."""
    told: Ground = NO_GROUND
    """What was last said."""
    told_background: bytes = b""
    """Digest of the background that was last told."""
    told_at: int = 0
    """Time in the stamp of what was last told, ms: it only rises."""
    tellings: int = 0
    """How often something was told."""
    decisions: int = 0
    """How many decisions were recorded."""
    rules: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    """Rules that hit and codes of what is in the way, as of the last evaluation."""
    counted: tuple[str, ...] = ()
    """Counters that the person adds one to."""


class Stub(msgspec.Struct, array_like=True):
    """What is left of somebody who was erased."""

    erased: bytes
    """Stamp of the request, or of the newest fact that went with it: what is not later is dropped."""
    told_at: int
    tellings: int
    """Whoever comes back goes on from here, so that what is told of them is newer than what was."""
    decisions: int = 0
    """Likewise, so that the ids of decisions are never used twice."""


class Assessment(NamedTuple):
    """What the facts of class s come to on a day."""

    ground: Ground
    hits: Sequence[Hit]
    codes: tuple[str, ...]
    """What keeps the person, or a relative of a donor of whom a rule would speak, from a ground."""
    view: View

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of the rules that hit, best first."""
        return tuple([hit.rule.id for hit in self.hits])

    @property
    def figures(self) -> tuple[str, ...]:
        """Counters to which the person adds one: without a region, since these are few people."""
        grounds = ("sensitive_grounds",) if self.ground.holds else ()
        return (*grounds, *(held(code) for code in self.codes))


def held(code: str) -> str:
    """Return the counter of those whom a code keeps from a ground."""
    return f"sensitive_held|code={code}"


_ENCODER: Final = msgspec.msgpack.Encoder(order="deterministic")
_STATE: Final = msgspec.msgpack.Decoder(SensitiveState)
_STUB: Final = msgspec.msgpack.Decoder(Stub)


def encode(state: SensitiveState | Stub) -> bytes:
    """Return the form that is sealed and stored."""
    return FORMAT + _ENCODER.encode(state)


def decode(stored: bytes) -> SensitiveState:
    """Return the state that was stored. Raise StateError for a format this version cannot read."""
    return _STATE.decode(_body(stored))


def decode_stub(stored: bytes) -> Stub:
    """Return the stub that was stored. Raise StateError for a format this version cannot read."""
    return _STUB.decode(_body(stored))


def _body(stored: bytes) -> memoryview:
    if stored[:1] != FORMAT:
        raise StateError(
            f"a person's state has format {stored[:1].hex() or 'none'}, this version reads {FORMAT.hex()}",
            "state of sensitive",
            "run the version that wrote it, or delete the state directory and let it be rebuilt",
        )
    return memoryview(stored)[1:]


# --- what holds


def assess(facts: Facts, book: SensitiveBook, today: int) -> Assessment:
    """Return what the facts of a person come to on a day."""
    view = _view(facts, today)
    if not _tells(view):
        return Assessment(NO_GROUND, (), (), view)
    stop = _stop(_party(facts))
    if stop:  # whatever the rules would say, on this day or another
        return Assessment(NO_GROUND, (), (stop,), view)
    hits = book.sensitive_hits(view, today)
    codes = _in_the_way(view, hits, book, today)
    if not hits:
        return Assessment(NO_GROUND, hits, codes, view)
    recipients = _to_be_named_to(facts, view, book.minimum_notice, today)
    ground = Ground(
        holds=True,
        priority=min(hit.rule.priority for hit in hits),
        since_on=_since(hits, view),
        until_on=_until(hits),
        disclosed=tuple(sorted(hit.rule.id for hit in hits)) if recipients else (),
        recipients=recipients,
    )
    return Assessment(ground, hits, codes, view)


def next_day(facts: Facts, book: SensitiveBook, today: int) -> int | None:
    """Return the day after ``today`` on which the person has to be looked at again; None = never.

    That is the next day on which an answer may change, but at the latest the first of the next month: a
    timer is kept unsealed, and so it does not tell the far end of a period, nor that there is none.
    """
    if DECEASED + "_on" in _party(facts):
        return None
    view = _view(facts, today)
    soonest = book.sensitive_next_change(view, today) if _tells(view) else None
    days = [dates.add_months(_month(today), 1)]
    if soonest is not None:
        days.append(soonest)
    born = _party(facts).get("birth_day")
    if born is not None:
        days.append(dates.birthday(born, dates.age(born, today) + 1))
    days += [entry["quiet_until_on"] + 1 for entry in view.get(_FAMILY, ()) if "quiet_until_on" in entry]
    given = _disclosure(facts)
    if "granted_on" in given:
        days.append(given["granted_on"])
    if "expires_on" in given:
        days.append(given["expires_on"] + 1)
    return min(day for day in days if day > today)


def _view(facts: Facts, today: int) -> View:
    """Return what rules of class s may read."""
    about = _party(facts)
    me: dict[str, Any] = {"key": b"", "citizen": about.get("citizen", True)}
    if "birth_day" in about:
        me["age"] = dates.age(about["birth_day"], today)
    view: dict[str, Sequence[Mapping[str, Any]]] = {
        kind: entries for kind, entries in facts.items() if BY_NAME[kind].data_class == "s"
    }
    return {**view, "subject": (me,)}


def _tells(view: View) -> bool:
    """Return whether anything of class s is known: of many there is only a withdrawal, or a death."""
    return len(view) > 1


def _party(facts: Facts) -> Mapping[str, Any]:
    entries = facts.get("party")
    return entries[0] if entries else _NOTHING


def _stop(about: Mapping[str, Any]) -> str:
    """Return why nothing may be made of what is known, or empty."""
    if "deceased_on" in about:
        return DECEASED
    return REVIEW if Code.PROHIBITION_UNREADABLE in about.get("conflicts", ()) else ""


def _in_the_way(view: View, hits: Sequence[Hit], book: SensitiveBook, today: int) -> tuple[str, ...]:
    """Return why relatives of organ donors, of whom a rule would speak, are not spoken of yet.

    The book says whether it would: it is asked again as if the quiet period were over and the
    coordinator had released them. So nothing here depends on the rule's id, or on its being active.
    """
    reached = {key for hit in hits for kind, key in hit.evidence if kind == _FAMILY}
    codes = set()
    for entry in view.get(_FAMILY, ()):
        if entry["key"] in reached:
            continue
        ready = {**entry, "released": True, "quiet_until_on": today - 1}
        asked = book.sensitive_hits({**view, _FAMILY: (ready,)}, today)
        if any((_FAMILY, entry["key"]) in hit.evidence for hit in asked):
            codes.add(QUIET if entry.get("quiet_until_on", today) >= today else RELEASE)
    return tuple(sorted(codes))


def _until(hits: Sequence[Hit]) -> int | None:
    """Return the last day on which a ground holds; open-ended wins."""
    ends = [hit.until for hit in hits]
    return None if None in ends else max(end for end in ends if end is not None)


def _since(hits: Sequence[Hit], view: View) -> int | None:
    """Return the month, as its first day, in which the newest of the grounds began to hold.

    Of stem cells only the month is known; a day would tell the others apart from them.
    """
    days = []
    for kind, key in {each for hit in hits for each in hit.evidence if each[0] in _TRIGGERS}:
        entry = next(entry for entry in view[kind] if entry["key"] == key)
        if _TRIGGERS[kind] in entry:
            days.append(entry[_TRIGGERS[kind]] + (kind == _FAMILY))
    return _month(max(days)) if days else None


def _month(day: int) -> int:
    return dates.parse_day(dates.iso(day)[:8] + "01")


def _disclosure(facts: Facts) -> Mapping[str, Any]:
    return next((entry for entry in facts.get("consent", ()) if entry["key"] == DISCLOSURE), _NOTHING)


def _to_be_named_to(facts: Facts, view: View, minimum_notice: str, today: int) -> tuple[str, ...]:
    """Return to whom the person agreed to have the ground named; to nobody if that consent does not serve.

    It is asked what the consent to be invited is asked, but for class s in the place of class p, and for the
    organisation, which is not known here: matching looks whether the recipients cover it.
    """
    given = _disclosure(facts)
    recipients = given.get("recipients", ())
    age = view["subject"][0].get("age", ADULT_AGE)
    asked = {**given, "data_classes": (consent.DATA_CLASS,)}
    serves = (
        consent.status(asked, None, minimum_notice, today) is consent.Status.VALID
        and DATA_CLASS in given.get("data_classes", ())
        and (age >= ADULT_AGE or given.get("guardian", False))
        and len(recipients) <= MOST_RECIPIENTS
    )
    return tuple(recipients) if serves else ()
