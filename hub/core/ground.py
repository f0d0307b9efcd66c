"""The ground that is not named: docs/matching.md, "Grounds that are not named".

What a person gave of their body is known to the stage ``sensitive`` alone; matching is told one fact,
``ground``, and nothing of what it rests on. To everybody outside, it and the rules that share its
public id look alike: in ids, in reasons, and in what is disclosed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from hub.core import consent
from hub.core.book import Book, Hit, Rule, View
from hub.core.organisation import Organisation

KIND: Final = "ground"
"""The fact kind."""
EVIDENCE: Final[Sequence[tuple[str, bytes]]] = ((KIND, b""),)
"""What the hit of a ground that is not named rests on."""
DATA_CLASS: Final = "s"
"""The data class that a consent must cover for it to count."""
_GONE: Final = "other"
"""Stands in figures for a rule that an invitation names and the book no longer has."""
_LEAST: Final = 3
"""The priority of a ground that names none."""
_COVERED: Final = frozenset({consent.Status.VALID, consent.Status.RECIPIENT})
"""What a consent may be when it covers the data class ``p``."""


class GroundHit(NamedTuple):
    """The ground that is not named, as a hit of a rule."""

    rule: Rule
    until: int | None
    evidence: Sequence[tuple[str, bytes]] = EVIDENCE


def with_ground(  # noqa: PLR0917  # all of it is what a ground depends on
    hits: Sequence[Hit],
    ground: Mapping[str, Any],
    me: dict[str, Any],
    given: Mapping[str, Any] | None,
    book: Book,
    today: int,
) -> Sequence[Hit]:
    """Return the hits with the ground that is not named, if it holds and may count.

    Where the consent (``given``) does not cover what it rests on, it counts for nothing beside another
    hit; alone it is a hit that the consent holds back, which is noted in ``me``, the computed fact.
    """
    until = ground.get("until_on")
    if not ground.get("holds", False) or (until is not None and until < today):
        return hits
    rule = book.ground(ground.get("priority", _LEAST))
    if rule is None:
        return hits
    if given is None or DATA_CLASS not in given.get("data_classes", ()):
        if hits:
            return hits
        if me["consent"] in _COVERED:
            me["consent"] = consent.Status.DATA_CLASS
    return sorted((*hits, GroundHit(rule, until)), key=_place)


def _place(hit: Hit) -> tuple[int, str, str]:
    """Return by what hits are ordered: the book's own order, as it is seen outside."""
    rule = hit.rule
    return rule.priority, rule.public or rule.id, rule.id


def disclosed(
    hits: Sequence[Hit], ground: Mapping[str, Any], book: Book, organisation: Organisation | None
) -> tuple[Rule, ...]:
    """Return the rules that the person agreed to have named to the organisation, if the ground is a hit."""
    if organisation is None or all(hit.evidence != EVIDENCE for hit in hits):
        return ()
    if not consent.covers(ground.get("recipients", ()), organisation):
        return ()
    found = (book.rule(each) for each in sorted(ground.get("disclosed", ())))
    return tuple(rule for rule in found if rule is not None)


def telling(event_id: str | None, person: bytes) -> bool:
    """Return whether an event is one of the stage that keeps class s: its ids begin with the pseudonym."""
    return event_id is not None and event_id.startswith(person.hex())


def sayable(event_id: str | None, person: bytes, named: Iterable[str], book: Book) -> str | None:
    """Return the event as the cause of something that names these rules, or None when it must not be told.

    It is not where the ground that is not named is among them, whatever it rests on: else who is shown no
    event there would be somebody of class s. Nor is an event of the stage that keeps class s anywhere.
    """
    if event_id is None or telling(event_id, person):
        return None
    rule = book.ground(_LEAST)
    return None if rule is not None and rule.id in named else event_id


def stands(rules: Collection[str], book: Book, view: View, today: int) -> bool:
    """Return whether a book has one of the rules, as an invitation names them, hit today.

    Never of an invitation that names the ground which is not named: of a rule that stands behind it nobody
    may hear that just this one was withdrawn.
    """
    unnamed_ground = book.ground(_LEAST)
    if unnamed_ground is not None and unnamed_ground.id in rules:
        return False
    return any(hit.rule.id in rules for hit in book.outlook(view, today)[0])


def public(hits: Sequence[Hit]) -> tuple[str, ...]:
    """Return the ids by which figures and decisions name what hit, each once."""
    return tuple(dict.fromkeys([hit.rule.public or hit.rule.id for hit in hits]))


def figured(named: Iterable[str], book: Book) -> tuple[str, ...]:
    """Return the ids by which figures name the rules that an invitation names, each once.

    One that was disclosed to its organisation is the ground that is not named; so that none that has left
    the book since stands out, those are all alike.
    """
    unnamed_ground = book.ground(_LEAST)
    found: dict[str, None] = {}
    for name in named:
        rule = book.rule(name)
        if rule is not None:
            found[rule.public or rule.id] = None
        elif unnamed_ground is not None and name == unnamed_ground.id:
            found[name] = None
        else:
            found[_GONE] = None
    return tuple(found)


def firsts(hits: Sequence[Hit]) -> list[Hit]:
    """Return of the hits that are named alike the first: one for each of :func:`public`."""
    found: dict[str, Hit] = {}
    for hit in hits:
        found.setdefault(hit.rule.public or hit.rule.id, hit)
    return list(found.values())


def unnamed(hits: Sequence[Hit]) -> bool:
    """Return whether the ground that is not named is among what hit, or a rule that shares its id."""
    return any(hit.rule.public is not None for hit in hits)


def outside(rule: Rule, book: Book) -> Rule:
    """Return what speaks for a rule outside: the ground whose id it shares, at its priority, or the rule."""
    return rule if rule.public is None else book.ground(rule.priority) or rule


def spoken(hit: Hit, told: tuple[Rule, ...], book: Book) -> tuple[Rule, ...]:
    """Return the rules by which an invitation speaks of a hit: ids, reason, what may be disclosed.

    ``told`` are the rules that the person agreed to have named.
    """
    if told and hit.evidence == EVIDENCE:
        return told
    return (outside(hit.rule, book),)
