"""What happened to people themselves: corrections, deaths, requests for erasure."""

from __future__ import annotations

from hub.connectors.about import of_person, of_prohibited
from hub.connectors.draft import Draft
from hub.connectors.reading import Event, Reading
from hub.core import name as names
from hub.core.document import Document, DocumentError, check


def identity_corrected(event: Event, reading: Reading) -> Draft:
    """Accept the old and the new name as one person's, and mark the person of the old document."""
    corrected_on = reading.day(event, "corrected_on")
    draft = of_person(event, reading)
    old = event["old_name"]
    accepted = [] if not old or old.isspace() or names.is_lossy(old) else [names.canonical(old)]
    draft.accepted = tuple(dict.fromkeys((*accepted, *draft.names)))
    person = draft.person
    if person is not None and person.document is not None:
        draft.superseded = _other_document(event, person.document, reading)
        draft.superseded_on = corrected_on
    return draft


def deceased(event: Event, reading: Reading) -> Draft:
    """End all asking."""
    draft = of_prohibited(event, reading)
    draft.party["deceased_on"] = reading.day(event, "deceased_on")
    draft.everywhere = True
    return draft


def erasure_requested(event: Event, reading: Reading) -> Draft:
    """Remember the request; whatever its scope, it ends all asking."""
    draft = of_prohibited(event, reading)
    draft.party["erasure_on"] = reading.day(event, "requested_on")
    draft.everywhere = True
    return draft


def _other_document(event: Event, right: Document, reading: Reading) -> Document | None:
    """Return the old document when it is sure and another one.

    One that is not sure was never anybody's key, so there is nobody to mark.
    """
    number = event["old_doc_no"]
    if not number or number.isspace():
        return None
    try:
        # A passport or permit is somebody's key only with the birth date, which did not change.
        old = check(event["old_doc_kind"], number, birth_day=right.birth_day, as_of=reading.day_limit)
    except DocumentError:
        return None
    same = (old.kind, old.number) == (right.kind, right.number)
    return old if old.sure and not same else None
