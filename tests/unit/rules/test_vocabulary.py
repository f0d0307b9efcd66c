"""Known values and their wording."""

from __future__ import annotations

from hub.core.consent import Status
from hub.core.fact import FieldType
from hub.core.subject import READABLE_BY_NAME
from hub.rules.vocabulary import VALUES, values_of, wording


def test_values_are_of_text_fields_of_the_catalogue() -> None:
    """A value list for a field that does not exist would check nothing."""
    for fact, name in VALUES:
        field = READABLE_BY_NAME[fact].field(name)
        assert field is not None
        assert field.type is FieldType.TEXT


def test_the_states_of_consent_are_matchings() -> None:
    """What matching can say of a consent is what a rule can ask for."""
    assert {str(status) for status in Status} == set(values_of("subject", "consent"))


def test_wording_falls_back_to_the_value() -> None:
    """Known values read well, flags as yes and no, lists joined, everything else as it is."""
    assert wording("certificate", "kind", "trainer", "zh") == "师资证"
    assert wording("certificate", "region", "330106", "en") == "330106"
    assert wording("party", "student", True, "zh") == "是"
    assert wording("consent", "recipients", ["33", "3301"], "zh") == "33、3301"
