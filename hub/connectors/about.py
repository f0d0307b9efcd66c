"""Who an event is about: the four shapes that upstream events come in."""

from __future__ import annotations

from hub.connectors.draft import Alias, Claim, Draft
from hub.connectors.person import read_person, read_who
from hub.connectors.reading import Event, Reading


def of_person(event: Event, reading: Reading, *claims: Claim, binds: Alias | None = None) -> Draft:
    """Return a draft about the person in the block; the source's key ``binds`` is theirs from now on."""
    person = read_person(event["person"], reading)
    if person is None:
        return Draft(claims=list(claims))
    return Draft(
        person=person,
        binds=() if binds is None else (binds,),
        claims=[*claims, *person.claims],
        confided=person.confided,
        party=person.party,
        names=(person.name,) if person.name else (),
    )


def of_alias(alias: Alias | None, *claims: Claim) -> Draft:
    """Return a draft about whoever the source knows by its own key."""
    return Draft(alias=alias, claims=list(claims))


def of_prohibited(event: Event, reading: Reading, *claims: Claim) -> Draft:
    """Return a draft of a prohibition about the person in the block, of whom nothing else is read."""
    return Draft(person=read_who(event["person"], reading), claims=list(claims))


def of_either(event: Event, reading: Reading, fields: tuple[str, ...], *claims: Claim) -> Draft:
    """Return a draft about the person, or about whoever has the first key given in ``fields``."""
    return _with_aliases(of_person(event, reading, *claims), event, reading, fields)


def of_prohibited_either(event: Event, reading: Reading, fields: tuple[str, ...], *claims: Claim) -> Draft:
    """Return a draft of a prohibition about the person, or about whoever has one of the keys."""
    return _with_aliases(of_prohibited(event, reading, *claims), event, reading, fields)


def _with_aliases(draft: Draft, event: Event, reading: Reading, fields: tuple[str, ...]) -> Draft:
    aliases = [alias for field in fields if (alias := reading.alias(event, field)) is not None]
    draft.alias = aliases[0] if aliases else None
    draft.binds = tuple(aliases)
    return draft
