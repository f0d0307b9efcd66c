"""The data-quality problems of DOMAIN §7 that are planted, each with what must become of it.

A problem is decided when an event is planned, for it may change what the event means (a second name
under one number sends the person to review) or its fate (a number that Excel has ruined is a dead
letter). How it looks on the wire is the business of :mod:`hub.simulate.blemishes`.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final, NamedTuple

from hub.simulate.happening import RESTRICTIVE, SENSITIVE, Effect, Fate, Happening
from hub.simulate.names import DOT, TRADITIONAL

__all__ = ("PROBLEMS", "Planter", "Problem", "able")

_FULL: Final = frozenset({
    "training.course.completed.v1", "training.certificate.issued.v1", "rescue.member.registered.v1",
    "volunteer.registered.v1", "project.participant.enrolled.v1",
})  # fmt: skip
"""Events of registers that people fill in by hand: here are the mistakes."""

_UNSURE: Final = "SENSITIVE_UNSURE"
_FIRST_OLD_NUMBER_YEAR: Final = "19"


class Problem(NamedTuple):
    """One kind of problem: its number in DOMAIN §7, its share, what it needs, what becomes of it."""

    name: str
    case: int
    weight: int
    fits: Callable[[Happening], bool]
    fate: Fate = Fate.TAKEN
    code: str = ""
    turns: bool = False


def _number(happening: Happening) -> str:
    return str((happening.block or {}).get("doc_no") or "")


def _name(happening: Happening) -> str:
    return str((happening.block or {}).get("name") or "")


def _resident(happening: Happening) -> bool:
    return (happening.block or {}).get("doc_kind") == "resident_id"


def _register(happening: Happening) -> bool:
    return happening.type in _FULL and _resident(happening)


def _confidential(happening: Happening) -> bool:
    return happening.type in SENSITIVE and _resident(happening)


def _of_firm(happening: Happening) -> bool:
    return happening.fields.get("uscc") is not None


def _of(event_type: str) -> Callable[[Happening], bool]:
    return lambda happening: happening.type == event_type


def _zeroed_is_wrong(happening: Happening) -> bool:
    return not _number(happening).endswith("000") and _wrong_check(_number(happening))


def _wrong_check(number: str) -> bool:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8)  # of the digits that stay
    total = sum(int(digit) * weight for digit, weight in zip(number[:15], weights, strict=True))
    return "10X98765432"[total % 11] != "0"


PROBLEMS: Final[tuple[Problem, ...]] = (
    Problem("x_lower", 1, 4, lambda h: _resident(h) and _number(h).endswith("X")),
    Problem("x_full_width", 1, 3, lambda h: _resident(h) and _number(h).endswith("X")),
    Problem("excel_scientific", 2, 3, _register, Fate.DEAD, "ID_TRUNCATED"),
    Problem("excel_zeroed", 3, 3, lambda h: _register(h) and _zeroed_is_wrong(h), Fate.PARKED, "ID_CHECK"),
    Problem("apostrophe", 4, 4, _resident),
    Problem("fifteen_digits", 5, 3, lambda h: _resident(h) and _number(h)[6:8] == _FIRST_OLD_NUMBER_YEAR),
    Problem(
        "letters_for_digits",
        6,
        3,
        lambda h: _register(h) and "0" in _number(h)[14:17],
        Fate.PARKED,
        "ID_REPAIRABLE",
    ),
    Problem("impossible_date", 7, 2, _register, Fate.DEAD, "ID_DATE"),
    Problem("sex_contradicts", 8, 1, _register, turns=True),
    Problem("two_names", 9, 1, _register, turns=True),
    Problem("dot_variant", 13, 60, lambda h: _resident(h) and DOT in _name(h)),
    Problem("character_lost", 14, 1, _register, turns=True),
    Problem("traditional", 15, 4, lambda h: _resident(h) and any(char in TRADITIONAL for char in _name(h))),
    Problem("stale_region", 16, 60, lambda h: _register(h) and (h.block or {}).get("residence") == "330604"),
    Problem("divided_region", 16, 1, _register, turns=True),
    Problem("place_name_only", 17, 1, _register, turns=True),
    Problem("date_slashes", 22, 4, lambda h: h.type in _FULL),
    Problem("date_compact", 22, 4, lambda h: h.type in _FULL),
    Problem("date_utc", 22, 4, lambda h: h.type in _FULL),
    Problem("no_document", 6, 5, _register, Fate.PARKED, "FIELD_MISSING"),
    Problem("passport_only", 6, 2, _register, Fate.PARKED, "FIELD_MISSING"),
    Problem("number_cut", 2, 2, _register, Fate.DEAD, "ID_FORMAT"),
    Problem("date_unreadable", 22, 2, lambda h: h.type in _FULL, Fate.DEAD, "DATE_INVALID"),
    Problem(
        "field_empty", 2, 2, lambda h: h.type == "training.certificate.issued.v1", Fate.DEAD, "FIELD_MISSING"
    ),
    Problem("clock_ahead", 22, 1, lambda h: h.type in _FULL, Fate.DEAD, "DATE_FUTURE"),
    Problem("source_blank", 18, 1, lambda h: h.type in _FULL, Fate.DEAD, "ENVELOPE_INVALID"),
    Problem("not_avro", 18, 1, lambda h: h.type in _FULL, Fate.DEAD, "FRAME_UNKNOWN"),
    Problem("schema_unknown", 18, 1, lambda h: h.type in _FULL, Fate.DEAD, "SCHEMA_UNKNOWN"),
    Problem("truncated_record", 18, 1, lambda h: h.type in _FULL, Fate.DEAD, "SCHEMA_MISMATCH"),
    Problem("unsure_zeroed", 3, 2, lambda h: _confidential(h) and _zeroed_is_wrong(h), Fate.DEAD, _UNSURE),
    Problem("unsure_missing", 6, 2, _confidential, Fate.DEAD, _UNSURE),
    Problem("unsure_passport", 6, 1, _confidential, Fate.DEAD, _UNSURE),
    Problem("donor_alive", 25, 12, _of("organ.family.contactable.v1"), Fate.DEAD, "DONOR_ALIVE"),
    Problem("month_unreadable", 22, 20, _of("hsc.donation.completed.v1"), Fate.DEAD, "DATE_INVALID"),
    Problem("credit_code_wrong", 2, 4, _of_firm, Fate.DEAD, "VALUE_INVALID"),
)
"""What is planted by chance. The other cases of DOMAIN §7 (10 corrections, 12 and 11 phones, 18 to 21
repetitions and late events, 23 to 25 expired, minor and blocked) are part of the stories."""


def able(happening: Happening) -> bool:
    """Whether an event is one in which problems are planted: people or firms are written down in it."""
    return happening.block is not None or _of_firm(happening)


class Planter:
    """Spoils a share of the events, by name of a problem in :attr:`Happening.problem`."""

    def __init__(self, rng: Random, share: float) -> None:
        """Spoil about ``share`` of the events that a problem fits (0 to 1)."""
        self._rng = rng
        self._share = share

    def __call__(self, happening: Happening) -> None:
        """Perhaps plant a problem: set the problem, the fate, the meaning and the effect."""
        if happening.fate is not Fate.TAKEN or not able(happening) or self._rng.random() >= self._share:
            return
        if happening.effect is Effect.TURNS and happening.type in _FULL:
            return  # somebody else's certificate number: one mistake is enough
        fitting = [problem for problem in PROBLEMS if problem.fits(happening)]
        if happening.type in RESTRICTIVE:
            fitting = [problem for problem in fitting if problem.fate is Fate.TAKEN and not problem.turns]
        if fitting:
            chosen = self._rng.choices(fitting, [problem.weight for problem in fitting])[0]
            happening.problem, happening.fate, happening.code = chosen.name, chosen.fate, chosen.code
            if chosen.turns:
                happening.effect = Effect.TURNS
            _mean(happening)


def _mean(happening: Happening) -> None:
    """Change what the event means, where its problem does."""
    block = happening.block
    if block is None:
        return
    if happening.problem == "sex_contradicts":
        block["conflict"] = "CONFLICT"
    elif happening.problem == "character_lost":
        block["conflict"] = "NAME_LOSSY"
        block["name_lost"], block["name"] = block["name"], None
    elif happening.problem == "two_names":
        block["name"] = "司空" + ("无咎" if block["name"] != "司空无咎" else "有道")
    elif happening.problem == "divided_region":
        block["residence"] = "3301"
    elif happening.problem == "place_name_only":
        block["residence"] = None
