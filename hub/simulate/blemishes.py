"""How a planted problem looks on the wire: it changes the event's body, or its bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from hub.simulate.calendar import iso, to_date
from hub.simulate.happening import Happening
from hub.simulate.identifiers import check_digit, fifteen
from hub.simulate.names import DOT, traditional

__all__ = ("blemish", "blemish_bytes")

Body = dict[str, Any]
_STALE: Final = {"330604": "330682"}  # 上虞市 until 2013
_DIVIDED: Final = "330104"  # 江干区 until 2021, now part of two districts
_FAR_AHEAD: Final = "2099-06-01T08:00:00+08:00"
_PLACE_NAME: Final = "三联村"
_FULL_WIDTH_X: Final = "\uff38"
_DOTS: Final = ("\u2022", "\u30fb", ".", "")
_DATES: Final = {
    "training.course.completed.v1": "completed_on",
    "training.certificate.issued.v1": "issued_on",
    "rescue.member.registered.v1": "joined_on",
    "volunteer.registered.v1": "on",
    "project.participant.enrolled.v1": "on",
}


def _person(change: Callable[[Body, Happening], None]) -> Callable[[Body, Happening], None]:
    def on_body(body: Body, happening: Happening) -> None:
        change(body["person"], happening)

    return on_body


def _set_number(number: Callable[[str], str]) -> Callable[[Body, Happening], None]:
    def on_person(person: Body, _: Happening) -> None:
        person["doc_no"] = number(person["doc_no"])

    return _person(on_person)


def _impossible(number: str) -> str:
    body = (
        number[:10] + "0229" + number[14:17]
        if int(number[6:10]) % 4
        else number[:10] + "0230" + number[14:17]
    )
    return body + check_digit(body)


def _dotted(person: Body, happening: Happening) -> None:
    person["name"] = person["name"].replace(DOT, _DOTS[happening.serial % len(_DOTS)])


def _set(field: str, value: str | None) -> Callable[[Body, Happening], None]:
    def on_person(person: Body, _: Happening) -> None:
        person[field] = value

    return _person(on_person)


def _other_sex(person: Body, _: Happening) -> None:
    person["sex"] = "女" if person["sex"] in {"m", "男"} else "男"


def _lost(person: Body, happening: Happening) -> None:
    name = (happening.block or {})["name_lost"]
    person["name"] = name[:-1] + "?"


def _passport(person: Body, happening: Happening) -> None:
    person["doc_kind"], person["doc_no"] = "passport", f"E{happening.serial:08}"
    person["birth_date"] = None


def _date(write: Callable[[int], str]) -> Callable[[Body, Happening], None]:
    def on_body(body: Body, happening: Happening) -> None:
        field = _DATES[happening.type]
        body[field] = write(happening.fields[field])

    return on_body


def _in_utc(day: int) -> str:
    """Half past seven in the morning in China is half past eleven the night before in UTC."""
    return f"{iso(day - 1)}T23:30Z"


def _envelope(field: str, value: Callable[[Happening], str]) -> Callable[[Body, Happening], None]:
    def on_body(body: Body, happening: Happening) -> None:
        body["envelope"][field] = value(happening)

    return on_body


def _field(field: str, value: Callable[[Happening], str]) -> Callable[[Body, Happening], None]:
    def on_body(body: Body, happening: Happening) -> None:
        body[field] = value(happening)

    return on_body


def _empty(body: Body, _: Happening) -> None:
    body["cert_no"] = " "


_ON_BODY: Final[dict[str, Callable[[Body, Happening], None]]] = {
    "x_lower": _set_number(str.lower),
    "x_full_width": _set_number(lambda number: number.replace("X", _FULL_WIDTH_X)),
    "excel_scientific": _set_number(lambda number: f"{number[0]}.{number[1:6]}E+17"),
    "excel_zeroed": _set_number(lambda number: number[:15] + "000"),
    "apostrophe": _set_number(lambda number: f"'{number} "),
    "fifteen_digits": _set_number(fifteen),
    "letters_for_digits": _set_number(
        lambda number: number[:14] + number[14:17].replace("0", "O") + number[17]
    ),
    "impossible_date": _set_number(_impossible),
    "number_cut": _set_number(lambda number: number[:11]),
    "sex_contradicts": _person(_other_sex),
    "dot_variant": _person(_dotted),
    "character_lost": _person(_lost),
    "traditional": _person(lambda person, _: person.update(name=traditional(person["name"]))),
    "stale_region": _set("residence_region", _STALE["330604"]),
    "divided_region": _set("residence_region", _DIVIDED),
    "place_name_only": _set("residence_region", _PLACE_NAME),
    "no_document": _set("doc_no", None),
    "passport_only": _person(_passport),
    "date_slashes": _date(lambda day: f"{to_date(day).year}/{to_date(day).month}/{to_date(day).day}"),
    "date_compact": _date(lambda day: iso(day).replace("-", "")),
    "date_utc": _date(_in_utc),
    "date_unreadable": _date(lambda day: "9999-99-99" if day % 2 else "upon completion"),
    "field_empty": _empty,
    "clock_ahead": _envelope("time", lambda _: _FAR_AHEAD),
    "source_blank": _envelope("source", lambda _: " "),
    "unsure_zeroed": _set_number(lambda number: number[:15] + "000"),
    "unsure_missing": _set("doc_no", None),
    "unsure_passport": _person(_passport),
    "donor_alive": _field("relation", lambda happening: ("self", "本人")[happening.serial % 2]),
    "month_unreadable": _field("completed_month", lambda _: "2022年3月"),
    "credit_code_wrong": _field("uscc", lambda happening: str(happening.fields["uscc"])[:-1]),
}

_ON_BYTES: Final[dict[str, Callable[[bytes], bytes]]] = {
    "not_avro": lambda _: b'{"synthetic": "not Avro at all"}',
    "schema_unknown": lambda value: value[:2] + bytes(8) + value[10:],
    "truncated_record": lambda value: value[:14],
}


def blemish(body: Body, happening: Happening) -> None:
    """Spoil the body of an event in place, as its problem says."""
    change = _ON_BODY.get(happening.problem)
    if change is not None:
        change(body, happening)


def blemish_bytes(value: bytes, happening: Happening) -> bytes:
    """Return the framed bytes, spoilt if its problem is one of the bytes."""
    change = _ON_BYTES.get(happening.problem)
    return value if change is None else change(value)
