"""The fact catalogue is complete and consistent with itself."""

from __future__ import annotations

import pytest

from hub.core.fact import BY_NAME, CATALOGUE, FactKind, FieldType, Merge

_MEANINGFUL = {
    Merge.LAST: set(FieldType),
    Merge.FIRST_DAY: {FieldType.DAY},
    Merge.LAST_DAY: {FieldType.DAY},
    Merge.MAXIMUM: {FieldType.NUMBER},
    Merge.UNION: {FieldType.TEXTS},
}


@pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.name)
def test_every_field_has_a_merge_that_suits_its_type(kind: FactKind) -> None:
    """A day is not summed and a text has no maximum."""
    for field in kind.fields:
        assert field.type in _MEANINGFUL[field.merge], field.name


@pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.name)
def test_every_field_is_documented_in_both_languages(kind: FactKind) -> None:
    """The reference page is generated from these texts."""
    assert kind.doc_en
    assert kind.doc_zh
    for field in kind.fields:
        assert field.doc_en, field.name
        assert field.doc_zh, field.name


@pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.name)
def test_no_field_is_called_key(kind: FactKind) -> None:
    """Entries hold their business key under that name."""
    assert kind.field("key") is None
    assert len({field.name for field in kind.fields}) == len(kind.fields)


def test_a_kind_is_found_by_its_name() -> None:
    """The look-up table holds every kind once."""
    assert tuple(BY_NAME.values()) == CATALOGUE
