"""The 25 cases of data quality as data: what sources send, and what the hub must make of it.

``hub/data/quality.yaml`` is the one source: the reference page is generated from it, and a test plays
every example through the whole hub. What an event does not say is that of a valid certificate.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final, Literal

import msgspec

from hub import packaged
from hub.core.codes import Code
from hub.rules.source import Source

__all__ = ("Case", "Example", "Known", "Words", "cases", "codes_shown", "reference")

FILE: Final = "data/quality.yaml"
CERTIFICATE: Final = "training.certificate.issued.v1"
"""The type of an event that names none."""
End = Literal["facts", "waits", "sensitive", "parked", "counted", "dead letter"]
_ENDS: Final[dict[End, tuple[str, str]]] = {
    "facts": ("accepted", "采纳"),
    "waits": ("waits for its person", "等候当事人"),
    "sensitive": ("accepted, sealed apart", "采纳，另行密封"),
    "parked": ("parked", "留置待人工"),
    "counted": ("counted, not kept", "只计数，不留存"),
    "dead letter": ("dead letter", "死信"),
}
_OUTCOMES: Final = {
    "invite": ("invited", "已邀请"),
    "held": ("held", "暂缓"),
    "stop": ("stopped", "停止"),
    "none": ("no ground", "无依据"),
}


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in both languages."""

    en: str
    zh: str


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person whom matching must know in the end, and how they must stand. None = not said."""

    number: str
    """The document's number in its normal form."""
    document: str = "resident_id"
    born: str | None = None
    """The birth date, where it belongs to the document."""
    names: int | None = None
    """How many names they have, compared in canonical form."""
    outcome: Literal["invite", "held", "stop", "none"] | None = None
    code: str = ""
    """The guard's code, when held or stopped."""
    review: str = ""
    """Why a human must look: a code of the catalogue."""
    changes: tuple[str, ...] | None = None
    """What happened to invitations, in order; by default none was sent to somebody who is not invited."""
    cause: str | None = None
    priority: int | None = None
    rules: tuple[str, ...] | None = None
    kind: str | None = None
    organisation: str | None = None
    """The county of the society that was asked; like the three above, of the last invitation."""
    confirm_region: bool = False
    facts: dict[str, tuple[dict[str, Any], ...]] = {}
    """Kind of fact to all its entries, each as far as it matters; days as YYYY-MM-DD."""


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Events of a case, in the order in which they arrive, and all that becomes of them."""

    id: str
    shows: str
    """What a reader sees of it."""
    events: tuple[dict[str, Any], ...]
    """Fields of each; besides ``type``, ``id``, ``source`` and ``time`` of the envelope, ``day`` of
    arrival (default 2022-06-01, a Wednesday), and ``times``: so many like it, ``{n}`` counting them."""
    ends: tuple[End, ...]
    """The one end of each."""
    code: str = ""
    """Of those that were parked or are dead letters."""
    field: str = ""
    """The path that a dead letter names."""
    waiting: int | None = None
    """How many parked events wait, where it is not each that was parked."""
    people: tuple[Known, ...] = ()
    """Everybody who is known in the end."""
    figures: dict[str, int] = {}
    note: Words | None = None

    @property
    def types(self) -> tuple[str, ...]:
        """Return the types of the events, each once."""
        return tuple(dict.fromkeys(each.get("type", CERTIFICATE) for each in self.events))

    @property
    def codes(self) -> frozenset[str]:
        """Return the codes that the example shows: of dead letters, parked events, reviews and figures."""
        counted = [part.removeprefix("code=") for name in self.figures for part in name.split("|")]
        return frozenset({self.code, *(each.review for each in self.people), *counted})


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of problem, with its examples."""

    case: int
    problem: Words
    examples: tuple[Example, ...]


@lru_cache(maxsize=1)
def cases() -> tuple[Case, ...]:
    """Return the cases in their order."""
    source = Source(packaged.read_text(FILE), FILE)
    return msgspec.convert(source.data, type=tuple[Case, ...])


def reference() -> Iterable[tuple[str, ...]]:
    """Yield the rows of the reference: number, problem, example, events, what becomes of it."""
    for case in cases():
        for example in case.examples:
            events = "<br>".join(f"`{each}`" for each in example.types)
            problem = f"{case.problem.en}<br>{case.problem.zh}"
            yield str(case.case), problem, f"`{example.shows}`", events, "<br>".join(_became(example))


def codes_shown() -> Iterable[tuple[str, str]]:
    """Yield every code of the catalogue, with the numbers of the cases that show it."""
    for code in Code:
        shown = [case.case for case in cases() if any(code in example.codes for example in case.examples)]
        yield f"`{code}`", ", ".join(map(str, shown)) or "–"


def _became(example: Example) -> Iterable[str]:
    """Yield what becomes of an example: its ends, its people, the figures, what else is to be said."""
    for end in dict.fromkeys(example.ends):
        english, chinese = _ENDS[end]
        why = f" `{example.code}`" if end in {"parked", "dead letter"} else ""
        where = f" at `{example.field}`" if end == "dead letter" and example.field else ""
        yield f"{english} {chinese}{why}{where}"
    if len(example.people) > 1:
        yield f"{len(example.people)} persons 人"
    stands = [_stands(each) for each in example.people if each.outcome is not None]
    yield from dict.fromkeys(stands)
    yield from (f"`{name}` = {value}" for name, value in example.figures.items())
    if example.note is not None:
        yield f"{example.note.en} {example.note.zh}"


def _stands(known: Known) -> str:
    """Return how a person stands: outcome, code, where it was found, what happened."""
    english, chinese = _OUTCOMES[known.outcome or "none"]
    said = [f"{english} {chinese}"]
    said += [f"`{code}`" for code in (known.code, known.review) if code]
    if known.number.isascii() and known.document == "resident_id":
        said.append(f"as 作为 {known.number}")
    if known.names is not None:
        said.append(f"names 姓名 {known.names}")
    if known.priority is not None:
        said.append(f"P{known.priority}")
    if known.organisation is not None:
        said.append(f"→ {known.organisation}")
    if known.changes is not None and known.changes != ("issued",):
        said.append(" → ".join(f"`{change}`" for change in known.changes))
    for kind, entries in known.facts.items():
        said += [f"{kind}.{field} = {value}" for field, value in dict.fromkeys(
            (field, str(value)) for entry in entries for field, value in entry.items())]  # fmt: skip
    return ", ".join(said)
