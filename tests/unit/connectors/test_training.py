"""Courses and certificates."""

from __future__ import annotations

import pytest

from hub.connectors.catalogue import BY_TYPE
from hub.connectors.draft import Alias, Claim, Fields, Hashed
from hub.core import dates
from hub.core.codes import Code
from hub.errors import DeadLetterError
from tests.unit.connectors.events import DAY, connected, drafted, event, reading

COURSE = "training.course.completed.v1"
ISSUED = "training.certificate.issued.v1"
RENEWED = "training.certificate.renewed.v1"
REVOKED = "training.certificate.revoked.v1"
ZJ7 = Alias("cert_no", "zj7")


def test_a_course_becomes_a_course() -> None:
    """Kind, day, hours and county of a course are asserted under source, course and day."""
    draft = drafted(COURSE)
    key = Hashed("course", f"synthetic/1|C7|{DAY}")
    fields: Fields = {"kind": "first_aider", "completed_on": DAY, "hours": 16, "region": "330106"}
    assert draft.claims == [Claim("course", key, fields)]
    assert draft.binds == ()


def test_a_course_without_an_id_is_keyed_by_its_kind() -> None:
    """Two kinds of course without an id on one day are two courses."""
    keys = {
        str(drafted(COURSE, course_id=None, course_kind=kind).claims[0].key)
        for kind in ("lecture", "cpr_aed")
    }
    assert len(keys) == 2


def test_a_certificate_becomes_a_certificate_and_an_alias() -> None:
    """The number is the key of the certificate and from now on an alias of the person."""
    draft = drafted(ISSUED)
    until = dates.add_months(DAY, 36) - 1
    fields: Fields = {"kind": "first_aider", "issued_on": DAY, "expires_on": until, "region": "330106"}
    assert draft.claims == [Claim("certificate", ZJ7, fields)]
    assert draft.binds == (ZJ7,)
    assert draft.alias is None


@pytest.mark.parametrize(
    "written", ["ZJ7", " zj 7 ", "ｚＪ７", "ZJ\u30007"], ids=["plain", "spaces", "full width", "wide space"]
)
def test_a_certificate_number_has_one_normal_form(written: str) -> None:
    """Case, width and white space of a source's key do not matter."""
    assert drafted(ISSUED, cert_no=written).binds == (ZJ7,)


def test_the_configured_validity_fills_a_missing_expiry() -> None:
    """Without an expiry a certificate is valid for the configured months of its kind."""
    made = event(ISSUED)
    fields = BY_TYPE[ISSUED](made, reading(made, valid_months={"first_aider": 24})).claims[0].fields
    assert fields["expires_on"] == dates.add_months(DAY, 24) - 1


def test_a_given_expiry_stays() -> None:
    """The expiry that the event gives is taken."""
    assert drafted(ISSUED, expires_on="2023/1/5").claims[0].fields["expires_on"] == dates.parse_day(
        "2023-01-05"
    )


@pytest.mark.parametrize(
    ("region", "sender", "expected"),
    [
        ("330106", None, "330106"),
        (None, "330106", "330106"),
        ("330682", None, "330604"),
        ("330104", None, None),
        ("999999", None, None),
        (None, None, None),
    ],
    ids=["given", "of the envelope", "stale", "divided", "unknown", "none"],
)  # fmt: skip
def test_the_region_of_an_office_is_current_and_at_least_a_county(
    region: str | None, sender: str | None, expected: str | None
) -> None:
    """An office's region is taken to the current edition; when its county is not known, it is left out."""
    fields = drafted(ISSUED, region=region, envelope={"region": sender}).claims[0].fields
    assert fields.get("region") == expected


def test_a_renewal_moves_the_expiry_only() -> None:
    """A renewal asserts the new last day and nothing else, under the number alone."""
    draft = drafted(RENEWED)
    assert draft.alias == ZJ7
    assert draft.claims == [Claim("certificate", ZJ7, {"expires_on": dates.parse_day("2028-05-07")})]


def test_a_revocation_is_terminal() -> None:
    """A revocation asserts the day of revocation, under the number alone."""
    draft = drafted(REVOKED)
    assert draft.alias == ZJ7
    assert draft.claims == [Claim("certificate", ZJ7, {"revoked_on": DAY})]


@pytest.mark.parametrize(
    ("ce_type", "changes", "code", "path"),
    [
        (COURSE, {"completed_on": "2022-02-30"}, Code.DATE_INVALID, "completed_on"),
        (COURSE, {"course_kind": " "}, Code.FIELD_MISSING, "course_kind"),
        (COURSE, {"hours": -1}, Code.VALUE_INVALID, "hours"),
        (ISSUED, {"cert_no": "　"}, Code.FIELD_MISSING, "cert_no"),
        (ISSUED, {"cert_no": "7" * 300}, Code.VALUE_INVALID, "cert_no"),
        (ISSUED, {"issued_on": "soon"}, Code.DATE_INVALID, "issued_on"),
        (ISSUED, {"expires_on": "never"}, Code.DATE_INVALID, "expires_on"),
        (RENEWED, {"new_expires_on": ""}, Code.DATE_INVALID, "new_expires_on"),
        (COURSE, {"envelope": {"time": "2022-06-04"}}, Code.DATE_FUTURE, "envelope.time"),
        (COURSE, {"envelope": {"time": "yesterday"}}, Code.ENVELOPE_INVALID, "envelope.time"),
        (COURSE, {"envelope": {"id": " "}}, Code.ENVELOPE_INVALID, "envelope.id"),
        (COURSE, {"envelope": {"source": ""}}, Code.ENVELOPE_INVALID, "envelope.source"),
    ],
)  # fmt: skip
def test_what_the_source_must_put_right(
    ce_type: str, changes: dict[str, object], code: Code, path: str
) -> None:
    """An ordinary event with an unreadable field is refused with a code and the path of the field."""
    with pytest.raises(DeadLetterError) as caught:
        drafted(ce_type, **changes)
    assert (caught.value.code, caught.value.field) == (code, path)


@pytest.mark.parametrize("revoked_on", ["???", "2099-01-01"], ids=["unreadable", "far ahead"])
def test_an_unreadable_revocation_counts_from_when_it_occurred(revoked_on: str) -> None:
    """A revocation fails closed: without a credible date it holds from the time of the event."""
    draft, read = connected(REVOKED, revoked_on=revoked_on)
    assert draft.claims[0].fields == {"revoked_on": DAY}
    assert read.problems == ["revoked_on"]


def test_a_revocation_without_a_number_names_nobody() -> None:
    """A revocation whose number is empty is about nobody that could be found."""
    draft, read = connected(REVOKED, cert_no="")
    assert (draft.alias, draft.person) == (None, None)
    assert read.problems == ["cert_no"]
