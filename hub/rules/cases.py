"""Cases beside a rule book: a person, a day, and what the book must answer. An officer can read and add them.

A case states only what matters: everybody is otherwise an adult citizen with a valid consent and a known
organisation, of whom nothing is known. ``person`` changes fields of the computed ``subject``, ``facts``
lists entries; ``expect`` names the rules that hit with the last day of their ground (or ``open``).

Cases are about the book alone: merging what arrives late, twice or in the wrong order is tested where
facts are merged. What a case can show is that facts left incomplete by such an order do no harm.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import Field, StrictStr

from hub.core.dates import DateError, iso, parse_day
from hub.core.fact import FactKind, FieldType
from hub.core.subject import READABLE_BY_NAME, SUBJECT
from hub.rules import interpret
from hub.rules.book import validated
from hub.rules.compile import CompiledBook
from hub.rules.hit import Facts, Hit
from hub.rules.model import Guard, GuardCode, Part, Text, Words
from hub.rules.problems import nearest
from hub.rules.source import At, Source
from hub.rules.vocabulary import values_of

OPEN: Final = "open"
NEVER: Final = "never"

_ORDINARY: Final[dict[str, object]] = {
    "key": b"", "age": 34, "student": False, "citizen": True, "deceased": False, "erasure": False,
    "superseded": False, "never": False, "member": False, "applied": False, "review": "", "consent": "valid",
    "guardian_missing": False, "region_known": True,
}  # fmt: skip
"""The subject of a case that says nothing else."""


class Expected(Part):
    """What the book must answer."""

    rules: dict[str, StrictStr]
    """Rule id → last day of its ground, or ``open``."""
    path: Literal["adult", "youth"] = "adult"
    outcome: Literal["invite", "held", "stop", "none"]
    code: GuardCode | None = None
    next_change: StrictStr | None = None
    """The day on which something changes by time alone, or ``never``; not checked when left out."""


class Case(Part):
    """A person on a day, and what the book must answer."""

    title: Text
    today: Words
    person: dict[str, Any] = Field(default_factory=dict)
    facts: tuple[dict[str, dict[str, Any]], ...] = ()
    expect: Expected


class CaseFile(Part):
    """The cases of one book."""

    book: Words
    cases: Annotated[tuple[Case, ...], Field(min_length=1)]


class Result(NamedTuple):
    """A case and what was different; no differences: it passed."""

    case: Case
    line: int
    differences: tuple[str, ...]


class Cases(NamedTuple):
    """The cases of a file, with the line each starts on."""

    book: str
    cases: tuple[Case, ...]
    lines: tuple[int, ...]


def load_cases(text: str, *, file: str) -> Cases:
    """Return the cases written in ``text``; RuleBookError carries every problem with its place."""
    source = Source(text, file)
    listed = source.data.get("cases") if isinstance(source.data, dict) else None
    for index, case in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(case, dict):
            _check_case(source, ("cases", index), case)
    found = validated(source, CaseFile)
    source.raise_if_any()
    assert found is not None  # validated() noted a problem otherwise
    lines = tuple(source.mark(("cases", index)).line for index in range(len(found.cases)))
    return Cases(found.book, found.cases, lines)


def run(compiled: CompiledBook, cases: Cases) -> tuple[Result, ...]:
    """Run every case; what a case expects of the compiled book, the interpreter must say too."""
    return tuple(
        Result(case, line, tuple(_differences(compiled, case)))
        for case, line in zip(cases.cases, cases.lines, strict=True)
    )


def facts_of(case: Case) -> Facts:
    """Return the case's facts as rules see them; entries are keyed by their place."""
    person = {**_ORDINARY, **_entry(SUBJECT, case.person)}
    facts: dict[str, list[dict[str, Any]]] = {
        SUBJECT.name: [{name: value for name, value in person.items() if value is not None}]
    }
    for index, fact in enumerate(case.facts):
        for kind, fields in fact.items():
            entry = {"key": bytes((index,)), **_entry(READABLE_BY_NAME[kind], fields)}
            facts.setdefault(kind, []).append(entry)
    return facts


def outcome(hits: tuple[Hit, ...], guard: Guard | None) -> tuple[str, str]:
    """Return the outcome and the code that rules and guards lead to (docs/matching.md, Eligibility 5)."""
    if not hits:
        return "none", ""
    if guard is None:
        return "invite", ""
    return ("held" if guard.kind == "hold" else "stop"), str(guard.code)


def _entry(kind: FactKind, fields: dict[str, Any]) -> dict[str, Any]:
    days = {field.name for field in kind.fields if field.type is FieldType.DAY}
    return {
        name: parse_day(value) if name in days and value is not None else value
        for name, value in fields.items()
    }


def _differences(compiled: CompiledBook, case: Case) -> list[str]:
    facts, today, expect = facts_of(case), parse_day(case.today), case.expect
    hits, guard = compiled.hits(facts, today), compiled.guard(facts, today)
    plain = (interpret.hits(compiled.book, facts, today), interpret.guard(compiled.book, facts, today))
    found: dict[str, tuple[object, object]] = {
        "rules": (list(expect.rules.items()), [(hit.rule.id, _end(hit.until)) for hit in hits]),
        "path": (expect.path, compiled.path(facts, today)),
        "outcome": ((expect.outcome, expect.code or ""), outcome(hits, guard)),
        "interpreter": (True, plain == (hits, guard)),
    }
    if expect.next_change is not None:
        change = compiled.next_change(facts, today)
        found["next_change"] = (expect.next_change, NEVER if change is None else iso(change))
    return [f"{name}: expected {want}, found {got}" for name, (want, got) in found.items() if want != got]


def _end(until: int | None) -> str:
    return OPEN if until is None else iso(until)


def _check_case(source: Source, at: At, case: dict[str, Any]) -> None:
    if isinstance(case.get("today"), str):
        _check_day(source, (*at, "today"), case["today"])
    if isinstance(case.get("person"), dict):
        _check_fields(source, (*at, "person"), SUBJECT, case["person"])
    facts = case.get("facts")
    for index, fact in enumerate(facts if isinstance(facts, list) else ()):
        for name, fields in fact.items() if isinstance(fact, dict) else ():
            here: At = (*at, "facts", index, name)
            kind = READABLE_BY_NAME.get(name)
            if kind is None or kind is SUBJECT:
                known = [other for other in READABLE_BY_NAME if other != SUBJECT.name]
                source.add(
                    "UNKNOWN_FACT",
                    here,
                    key=True,
                    found=name,
                    near=nearest(name, known),
                    choices=", ".join(known),
                )
            elif isinstance(fields, dict):
                _check_fields(source, here, kind, fields)
    _check_expected(source, (*at, "expect"), case.get("expect"))


def _check_expected(source: Source, at: At, expect: object) -> None:
    if not isinstance(expect, dict):
        return
    rules = expect.get("rules")
    for rule, end in rules.items() if isinstance(rules, dict) else ():
        if isinstance(end, str) and end != OPEN:
            _check_day(source, (*at, "rules", rule), end)
    change = expect.get("next_change")
    if isinstance(change, str) and change != NEVER:
        _check_day(source, (*at, "next_change"), change)
    blocked = expect.get("outcome") in ("held", "stop")
    if blocked and "code" not in expect:
        source.missing(at, "code")


def _check_fields(source: Source, at: At, kind: FactKind, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        here = (*at, name)
        field = kind.field(name)
        if field is None:
            known = [known.name for known in kind.fields]
            source.add(
                "UNKNOWN_FIELD",
                here,
                key=True,
                fact=kind.name,
                found=name,
                near=nearest(name, known),
                choices=", ".join(known),
            )
        elif value is None:
            continue  # unknown
        elif field.type is FieldType.DAY:
            _check_day(source, here, value)
        elif not isinstance(value, _PYTHON[field.type]) or isinstance(value, bool) != (
            field.type is FieldType.FLAG
        ):
            source.add(
                "VALUE_TYPE",
                here,
                fact=kind.name,
                field=name,
                type=field.type.value,
                expected=f"a {field.type.value}",
                expected_zh=f" {field.type.value}",
                found=source.spelled(here),
            )
        elif (choices := values_of(kind.name, name)) and value not in choices:
            source.add(
                "UNKNOWN_VALUE",
                here,
                fact=kind.name,
                field=name,
                found=source.spelled(here),
                near=nearest(value, choices),
                choices=", ".join(choices),
            )


_PYTHON: Final[dict[FieldType, type[Any] | tuple[type[Any], ...]]] = {
    FieldType.TEXT: str, FieldType.NUMBER: (int, float), FieldType.FLAG: bool, FieldType.TEXTS: list,
}  # fmt: skip


def _check_day(source: Source, at: At, value: object) -> None:
    try:
        parse_day(str(value))
    except DateError:
        source.add("NOT_A_DAY", at, found=source.spelled(at))
