"""Short words for happenings, so that a scenario reads like a table."""

from __future__ import annotations

from typing import Any

from hub.simulate.calendar import china_ms, day_number
from hub.simulate.expect import Expectation
from hub.simulate.happening import Effect, Happening

SOCIETY, TOWNSHIP, VILLAGE, SCHOOL = "RC-S", "RC-T", "RC-V", "RC-U"
HOME = "330604001001"
KEY = "resident_id 339901199003071236"


def day(text: str) -> int:
    """Return a day of 2022 given as ``MM-DD``, or any day given in full."""
    return day_number(text if len(text) > len("MM-DD") else f"2022-{text}")


def block(**changes: Any) -> dict[str, Any]:
    """Return what a register says of an adult who lives in a village with an organisation."""
    said = {
        "name": "王小明", "doc_kind": "resident_id", "doc_no": KEY.split()[1], "birth": day("1990-03-07"),
        "sex": "m", "citizen": True, "phone": "19900000000", "nationality": "CHN", "residence": HOME,
        "host_unit": None, "student": False, "guardian": None,
    }  # fmt: skip
    return said | changes


def consent(on: str = "01-02", **changes: Any) -> dict[str, Any]:
    """Return a consent that serves."""
    grant = {
        "purpose": "membership_invitation", "recipients": ["330604"], "data_classes": ["p"],
        "notice_version": "2022-01", "granted_on": day(on), "expires_on": None, "guardian": False,
    }  # fmt: skip
    return grant | changes


def event(kind: str, occurs: str, /, *, key: str = KEY, named: bool = True, **fields: Any) -> Happening:
    """Return an event that occurs on a day; ``said`` changes its block, ``grant`` is a consent in it."""
    said, grant = fields.pop("said", {}), fields.pop("grant", None)
    alias = fields.pop("alias", None)
    noon = china_ms(day(occurs), 12 * 3_600_000)
    return Happening(
        kind, noon, key if named else None, block(**said) if named else None, fields, alias, grant, (key,),
        Effect.OPENS, serial=noon + hash_of(kind), county="330604",
    )  # fmt: skip


def hash_of(kind: str) -> int:
    """Return a small number that differs between event types."""
    return sum(kind.encode())


def certificate(on: str, *, issued: str | None = None, kind: str = "first_aider", **more: Any) -> Happening:
    """Return a certificate's issue."""
    number = more.pop("number", "C1")
    return event(
        "training.certificate.issued.v1", on, cert_kind=kind, cert_no=number, issued_on=day(issued or on),
        expires_on=more.pop("expires_on", None), region=more.pop("region", "330604"),
        alias=("cert_no", number), **more,
    )  # fmt: skip


def course(on: str, *, completed: str | None = None, **more: Any) -> Happening:
    """Return a completed course."""
    return event(
        "training.course.completed.v1", on, course_kind="lecture", course_id="K1",
        completed_on=day(completed or on), region=more.pop("region", "330604"), **more,
    )  # fmt: skip


def registered(on: str, **more: Any) -> Happening:
    """Return a rescue team registration."""
    return event(
        "rescue.member.registered.v1", on, member_key="M1", joined_on=day(on), region="330604",
        alias=("member_key", "M1"), **more,
    )  # fmt: skip


def founded(
    org_id: str, org_class: str, region: str, on: str = "2020-01-01", unit: str | None = None
) -> Happening:
    """Return the founding of an organisation."""
    fields = {
        "org_id": org_id, "org_class": org_class, "region": region, "host_unit": unit, "on": day(on),
        "parent": None,
    }  # fmt: skip
    return Happening("org.established.v1", china_ms(day(on)), fields=fields, effect=Effect.TABLES)


def dissolved(org_id: str, on: str) -> Happening:
    """Return the end of an organisation."""
    return Happening(
        "org.dissolved.v1", china_ms(day(on)), fields={"org_id": org_id, "on": day(on)}, effect=Effect.TABLES
    )


def county() -> Expectation:
    """Return an expectation with a society, a township, a village and a school, on 1 January 2022."""
    expectation = Expectation()
    expectation.begin(day("01-01"))
    for office in (
        founded(SOCIETY, "society", "330604"),
        founded(TOWNSHIP, "township", "330604001"),
        founded(VILLAGE, "village", HOME),
        founded(SCHOOL, "school", "330604001", unit="UNIT-1"),
    ):
        expectation.take(office)
    expectation.finish()
    return expectation


def play(*happenings: tuple[str, Happening], until: str = "01-10") -> Expectation:
    """Play each happening on its day (``MM-DD`` or in full), every day in between too, and some more."""
    expectation = county()
    last = max([day(until), *(day(on) for on, _ in happenings)])
    for number in range(day("01-02"), last + 1):
        expectation.begin(number)
        for on, happening in happenings:
            if day(on) == number:
                expectation.take(happening)
        expectation.finish()
    return expectation
