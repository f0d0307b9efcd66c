"""The membership registry: what becomes of people and of our invitations (DOMAIN §1.1).

The registry alone admits. Its events name a person, a card or one of our invitations; the person
wins, and then the others become aliases of theirs.
"""

from __future__ import annotations

from hub.connectors.about import of_alias, of_either, of_prohibited_either
from hub.connectors.draft import Alias, Claim, Draft, Fields, Hashed
from hub.connectors.reading import Event, Reading
from hub.core import channel
from hub.core.codes import Code

ANSWERS = frozenset({"accepted", "declined", "never", "unreachable"})


def application_submitted(event: Event, reading: Reading) -> Draft:
    """Make an application of it."""
    claim = Claim("application", None, {"status": "submitted", "on": reading.day(event, "on")})
    return of_either(event, reading, ("invitation_id",), claim)


def admitted(event: Event, reading: Reading) -> Draft:
    """Make a member; an application of theirs is over."""
    since_on = reading.day(event, "on")
    fields: Fields = {
        "status": "member",
        "kind": reading.token(event, "kind"),
        "organisation": reading.text(event, "organisation"),
        "since_on": since_on,
    }
    card = reading.alias(event, "card_no")
    came = channel.of_word(event["channel"])
    claims = [
        Claim("membership", None, fields),
        Claim("application", None, {"status": "admitted", "on": since_on}),
        _change(card, "admitted", since_on, channel=came),
    ]
    if card is not None:
        claims.append(Claim("card", card, {"issued_on": since_on}))
    return of_either(event, reading, ("invitation_id", "card_no"), *claims)


def declined(event: Event, reading: Reading) -> Draft:
    """Refuse further asking, whoever declined."""
    on = reading.day(event, "on")
    return of_prohibited_either(
        event,
        reading,
        ("invitation_id",),
        Claim("refusal", None, {"declined_on": on}),
        Claim("application", None, {"status": "declined", "on": on}),
    )


def transferred(event: Event, reading: Reading) -> Draft:
    """Move the member to another organisation: no new admission."""
    on = reading.day(event, "on")
    left, joined = reading.text_or_none(event, "from_organisation"), reading.text(event, "to_organisation")
    card = reading.required_alias(event, "card_no")
    moved = (
        {"to_organisation": joined}
        if left is None
        else {"from_organisation": left, "to_organisation": joined}
    )
    return of_alias(
        card,
        Claim("membership", None, {"organisation": joined}),
        _change(card, "transferred", on, **moved),
    )


def lapsed(event: Event, reading: Reading) -> Draft:
    """End the membership: fees were not paid."""
    return _ended(event, reading, "lapsed")


def resigned(event: Event, reading: Reading) -> Draft:
    """End the membership: the member left."""
    return _ended(event, reading, "resigned")


def expelled(event: Event, reading: Reading) -> Draft:
    """End the membership: the organisation ended it."""
    return _ended(event, reading, "expelled")


def corrected(event: Event, reading: Reading) -> Draft:
    """Change what the registry had wrong."""
    reading.day(event, "on")
    fields: Fields = {}
    if event["kind"]:
        fields["kind"] = reading.token(event, "kind")
    if event["organisation"]:
        fields["organisation"] = reading.text(event, "organisation")
    if not fields:
        reading.fail(Code.FIELD_MISSING, "kind", "the correction corrects nothing")
    return of_alias(reading.required_alias(event, "card_no"), Claim("membership", None, fields))


def responded(event: Event, reading: Reading) -> Draft:
    """Note the answer. One that cannot be read counts as a refusal."""
    on = reading.day(event, "on")
    answer = reading.token(event, "answer", fallback="declined")
    if answer not in ANSWERS:
        reading.fail(Code.VALUE_INVALID, "answer", "the answer is none of the four")
        answer = "declined"
    claims = [Claim("response", None, {"answer": answer, "on": on})]
    if answer == "never":
        claims.append(Claim("refusal", None, {"declined_on": on, "never_on": on}))
    elif answer == "declined":
        claims.append(Claim("refusal", None, {"declined_on": on}))
    return of_prohibited_either(event, reading, ("invitation_id",), *claims)


def delivered(event: Event, reading: Reading) -> Draft:
    """Note that an invitation reached the person, however it was sent."""
    claim = Claim("delivery", None, {"on": reading.day(event, "on")})
    return of_either(event, reading, ("invitation_id",), claim)


def _ended(event: Event, reading: Reading, status: str) -> Draft:
    on = reading.day(event, "on")
    card = reading.required_alias(event, "card_no")
    fields: Fields = {"status": status, "ended_on": on}
    return of_alias(card, Claim("membership", None, fields), _change(card, status, on))


def _change(card: Alias | None, move: str, on: int, **more: str) -> Claim:
    """Return the change as a fact of its own: told twice it is one, told late it is of its own month."""
    key = f"{card.value if card is not None else ''}|{move}|{on}|{more.get('to_organisation', '')}"
    return Claim("membership_change", Hashed("membership_change", key), {"move": move, "on": on, **more})
