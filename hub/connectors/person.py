"""The person block that most events carry: checked, normalised, split into what goes where.

A valid 18-digit number knows the birth date and the sex better than a form does; where the form says
otherwise, the person is marked for review (DOMAIN §7, no. 8). Names are stored as received (sealed)
and compared in canonical form.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from hub.connectors.draft import Contact, Fields, Person
from hub.connectors.pledge import GROUND_DISCLOSURE, consent_claim
from hub.connectors.reading import Event, Reading
from hub.core import dates
from hub.core import name as names
from hub.core.codes import TEXTS, Code
from hub.core.document import Document, DocumentError, check, sex_of

REJECTED: Final = frozenset({Code.ID_TRUNCATED, Code.ID_DATE, Code.ID_FORMAT, Code.DOC_KIND_UNKNOWN})
"""What the source must put right itself: nothing in such a number helps to find the person."""

_CHINESE: Final = frozenset(
    {"cn", "chn", "156", "china", "hk", "hkg", "mo", "mac", "tw", "twn"}
    | {"中国", "中国籍", "中华人民共和国", "中国香港", "中国澳门", "中国台湾"}
)


@lru_cache(maxsize=256)  # sources write few different ones: saves 0.2 µs
def _is_chinese(nationality: str) -> bool:
    """Return whether the nationality is China's, or that of Hong Kong, Macao or Taiwan."""
    return nationality.strip().lower() in _CHINESE


_sex_of = lru_cache(maxsize=256)(sex_of)
"""A form has a handful of ways to say it: saves 0.5 µs."""


def read_person(block: Event | None, reading: Reading) -> Person | None:
    """Return what an ordinary event says of a person; None when it has no block.

    Raise DeadLetterError for what the source must put right.
    """
    if block is None:
        return None
    person = Person()
    party = person.party
    conflicts: list[str] = []
    born = reading.day_or_none(block, "birth_date", "person.birth_date")
    if born is not None and born > reading.day_limit:
        reading.fail(Code.DATE_FUTURE, "person.birth_date", "the date lies in the future")
    sex = _sex_of(block["sex"])
    document = _document(block, born, sex, reading, person)
    if document is not None:
        party["citizen"] = document.citizen
        born, sex = document.birth_day, document.sex
        if document.contradicts:
            conflicts.append(Code.CONFLICT.value)
    if born is not None:
        party["birth_day"] = born
    if sex is not None:
        party["sex"] = sex
    _name(block, person, conflicts)
    if block["nationality"]:
        _nationality(block["nationality"], party, conflicts)
    _home(block, reading, party)
    if conflicts:
        party["conflicts"] = conflicts
    person.contact = _contact(block)
    if block["consent"] is not None:
        claim = consent_claim(block["consent"], reading, "person.consent.")
        (person.confided if claim.key == GROUND_DISCLOSURE else person.claims).append(claim)
    return person


def read_who(block: Event | None, reading: Reading) -> Person | None:
    """Return who a prohibition is about and nothing else of them: the rest must not stand in its way."""
    if block is None:
        return None
    person = Person()
    try:
        born = dates.parse_day(block["birth_date"] or "")
    except dates.DateError:
        born = None  # only documents without a check digit need it; then the person is not sure
    _document(block, born, None, reading, person)
    person.named = person.named or any(block[field] for field in ("name", "phone"))
    return person


def _document(
    block: Event, born: int | None, sex: str | None, reading: Reading, person: Person
) -> Document | None:
    """Return the document, and set it as the person's when it is sure, else the doubt."""
    number = block["doc_no"]
    if not number or number.isspace():
        person.doubt = Code.FIELD_MISSING.value
        return None
    person.named = True
    try:
        document = check(block["doc_kind"], number, birth_day=born, sex=sex, as_of=reading.day_limit)
    except DocumentError as error:
        person.doubt = error.code.value
        if error.code in REJECTED:
            reading.fail(error.code, "person.doc_no", TEXTS[error.code].en)
        return None
    if document.sure:
        person.document = document
    else:  # a passport or a permit identifies somebody only together with the birth date
        person.doubt = Code.FIELD_MISSING.value
    return document


def _name(block: Event, person: Person, conflicts: list[str]) -> None:
    """Set the canonical name, unless characters of it were lost on the way (王? for 王䶮)."""
    name = block["name"]
    if not name or name.isspace():
        return
    person.named = True
    if names.is_plain(name):
        person.name = name  # nine of ten: 0.4 instead of 0.9 µs
        return
    if names.is_lossy(name):
        conflicts.append(Code.NAME_LOSSY.value)
    else:
        person.name = names.canonical(name)


def _nationality(nationality: str, party: Fields, conflicts: list[str]) -> None:
    """Set ``citizen`` when only the nationality tells; note where it contradicts the document."""
    chinese = _is_chinese(nationality)
    if party.setdefault("citizen", chinese) is not chinese and Code.CONFLICT.value not in conflicts:
        conflicts.append(Code.CONFLICT.value)


def _home(block: Event, reading: Reading, party: Fields) -> None:
    """Set residence, host unit and student as far as they are said and known."""
    if block["residence_region"]:
        residence = reading.residence(block["residence_region"], block["residence_township"])
        if residence is not None:
            party["residence"] = residence
    if block["host_unit"]:
        unit = reading.text_or_none(block, "host_unit", "person.host_unit")
        if unit is not None:
            party["host_unit"] = unit
    if block["student"] is not None:
        party["student"] = block["student"]


def _contact(block: Event) -> Contact | None:
    """Return how to reach the person, or None when the block does not say."""
    name, phone, guardian = block["name"], block["phone"], block["guardian"]
    if guardian is not None:
        guardian = {field: value for field, value in guardian.items() if value}
    if not (name or phone or guardian):
        return None
    return Contact(name or None, phone or None, guardian or None)
