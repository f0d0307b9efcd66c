"""The consent service: consents granted and withdrawn (DOMAIN §3).

Whoever agrees to have their ground of class s named, or takes that back, is hardly anybody but a donor:
that consent is told to the stage for class s alone.
"""

from __future__ import annotations

from hub.connectors.about import of_person, of_prohibited
from hub.connectors.draft import Claim, Draft, Fields
from hub.connectors.pledge import GROUND_DISCLOSURE, MEMBERSHIP, PURPOSES, consent_claim
from hub.connectors.reading import Event, Reading
from hub.core.codes import Code


def granted(event: Event, reading: Reading) -> Draft:
    """Make a consent of it; one in the person block for the same purpose gives way to it."""
    claim = consent_claim(event["consent"], reading, "consent.")
    draft = of_person(event, reading)
    _put(draft, claim)
    draft.everywhere = claim.key == GROUND_DISCLOSURE
    return draft


def withdrawn(event: Event, reading: Reading) -> Draft:
    """Withdraw what was granted until that day: restating an old consent later does not revive it.

    A purpose that cannot be read, or that there is not, counts as the one the hub acts on.

    The same consent may have come with an event of class s: there it ends too.
    """
    purpose = reading.token(event, "purpose", fallback=MEMBERSHIP)
    if purpose not in PURPOSES:
        reading.fail(Code.VALUE_INVALID, "purpose", f"it is none of: {', '.join(sorted(PURPOSES))}")
        purpose = MEMBERSHIP
    fields: Fields = {"status": "withdrawn", "withdrawn_on": reading.day(event, "withdrawn_on")}
    draft = of_prohibited(event, reading)
    _put(draft, Claim("consent", purpose, fields))
    draft.everywhere = True
    return draft


def _put(draft: Draft, claim: Claim) -> None:
    """Put a consent before the others, in the place of one for the same purpose."""
    claims = draft.confided if claim.key == GROUND_DISCLOSURE else draft.claims
    claims[:] = [claim, *(other for other in claims if other.key != claim.key)]
