"""Corrections, deaths and requests for erasure."""

from __future__ import annotations

import pytest

from tests.unit.connectors.events import ANTON, BEATE, DAY, connected, drafted, person

CORRECTED = "party.identity.corrected.v1"


def test_a_corrected_name_links_old_and_new() -> None:
    """Old and new name are accepted as one person's; only the new one is asserted as a name."""
    draft = drafted(CORRECTED)
    assert draft.accepted == ("张三丰", "张丰")
    assert draft.names == ("张丰",)
    assert draft.superseded is None


def test_a_corrected_document_supersedes_the_old_one() -> None:
    """The person of the old document is marked when that document was a sure one."""
    draft = drafted(CORRECTED, old_doc_kind="resident_id", old_doc_no=BEATE, old_name=None)
    assert draft.superseded is not None
    assert draft.superseded.number == BEATE
    assert draft.superseded_on == DAY


@pytest.mark.parametrize(
    "old",
    [None, " ", ANTON, ANTON[:-1] + "0", "1.1E+17"],
    ids=["none", "blank", "the same", "unsure", "garbage"],
)
def test_nobody_is_superseded_without_another_sure_document(old: str | None) -> None:
    """A document that was never anybody's key, or is the right one, marks nobody."""
    assert drafted(CORRECTED, old_doc_kind="resident_id", old_doc_no=old).superseded is None


def test_a_passport_is_superseded_with_the_birth_date() -> None:
    """An old passport is found by the birth date that the right document gives."""
    draft = drafted(CORRECTED, old_doc_kind="passport", old_doc_no="E12345678")
    assert draft.superseded is not None
    assert draft.superseded.kind == "passport"


@pytest.mark.parametrize(
    ("ce_type", "field", "given"),
    [
        ("party.deceased.v1", "deceased_on", "deceased_on"),
        ("subject.erasure.requested.v1", "erasure_on", "requested_on"),
    ],
)
def test_deaths_and_erasures_are_marked_on_the_party(ce_type: str, field: str, given: str) -> None:
    """The day is asserted and nothing else of the block; an unreadable one is when it occurred."""
    assert drafted(ce_type).party == {field: DAY}
    draft, read = connected(
        ce_type, **{given: "not said"}, person=person(birth_date="?", residence_region="?")
    )
    assert draft.party == {field: DAY}
    assert read.problems == [given]
