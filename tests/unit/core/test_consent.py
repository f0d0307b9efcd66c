"""Whether a consent serves on a day for an organisation."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core import consent
from hub.core.organisation import Organisation
from tests.unit.core.people import CONSENT, TODAY

HERE = Organisation("SOC", "society", "", "", "330106", "")


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        pytest.param({}, "valid", id="valid"),
        pytest.param({"status": None}, "missing", id="no status known"),
        pytest.param({"status": "withdrawn", "expires_on": 0}, "withdrawn", id="withdrawn comes first"),
        pytest.param({"withdrawn_on": TODAY - 9}, "withdrawn", id="restated after it was withdrawn"),
        pytest.param({"withdrawn_on": TODAY - 10}, "valid", id="granted anew on the day it was withdrawn"),
        pytest.param(
            {"withdrawn_on": TODAY - 10, "granted_on": None}, "withdrawn", id="granted at no known day"
        ),
        pytest.param({"expires_on": TODAY - 1}, "expired", id="expired yesterday"),
        pytest.param({"expires_on": TODAY}, "valid", id="valid on its last day"),
        pytest.param({"granted_on": TODAY + 1}, "not_yet", id="granted tomorrow"),
        pytest.param({"granted_on": TODAY}, "valid", id="granted today"),
        pytest.param({"notice_version": "2020-12"}, "outdated", id="older than the notice"),
        pytest.param({"notice_version": None}, "outdated", id="no notice"),
        pytest.param({"data_classes": ["s"]}, "data_class", id="another data class"),
        pytest.param({"recipients": []}, "recipient", id="nobody named"),
        pytest.param({"recipients": ["3302", "SOC2"]}, "recipient", id="others named"),
        pytest.param({"recipients": ["SOC"]}, "valid", id="named by id"),
        pytest.param({"recipients": ["330106"]}, "valid", id="named by county"),
        pytest.param({"recipients": [""]}, "recipient", id="an empty name is nobody"),
    ],
)
def test_the_first_reason_is_the_state(changed: dict[str, Any], status: str) -> None:
    """The reasons are looked at in the order of docs/matching.md."""
    entry = {name: value for name, value in {**CONSENT, **changed}.items() if value is not None}
    assert consent.status({"key": consent.KEY, **entry}, HERE, "2021", TODAY) == status


def test_without_an_organisation_any_recipient_will_do() -> None:
    """As long as nobody would get the data, nobody has to be named."""
    entry = {"key": consent.KEY, **CONSENT, "recipients": ["3302"]}
    assert consent.status(entry, None, "2021", TODAY) == "valid"


def test_only_the_consent_for_this_purpose_counts() -> None:
    """A consent to publish a photo is no consent to be invited."""
    other = {"key": b"publicity", **CONSENT}
    assert consent.find([other]) is None
    assert consent.status(consent.find([other]), HERE, "2021", TODAY) == "missing"
    own = {"key": consent.KEY, **CONSENT}
    assert consent.find([other, own]) is own
