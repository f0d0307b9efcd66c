"""Cases beside a rule book: a person, a day, and what the book must answer. An officer can read and add them.

A case states only what matters: everybody is otherwise an adult citizen with a valid consent and a known
organisation, of whom nothing is known. ``person`` changes fields of the computed ``subject``, ``facts``
lists entries; ``expect`` names the rules that hit with the last day of their ground (or ``open``).
A rule that the book has switched off is tried with ``switch_on: [R13]``.

Facts of class s are shown to rules of class s alone, as the stage that keeps them does; what the others
are told is the unnamed ground, with its best priority and latest end. So ``sensitive`` lists the rules of
class s that hit, ``rules`` has the ground in their place, and ``named`` is all an organisation would read.

Cases are about the book alone: merging what arrives late, twice or in the wrong order is tested where
facts are merged. What a case can show is that facts left incomplete by such an order do no harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal, NamedTuple, TypeAlias

from pydantic import Field, StrictStr

from hub.core.dates import iso, parse_day
from hub.core.fact import FactKind, FieldType
from hub.core.subject import READABLE_BY_NAME, SUBJECT
from hub.rules import interpret
from hub.rules.book import validated
from hub.rules.casecheck import NEVER, OPEN, check_case
from hub.rules.casediff import Difference, different, different_hits
from hub.rules.compile import CompiledBook, compile_book
from hub.rules.hit import Facts, Hit
from hub.rules.model import Guard, GuardCode, PublicGround, Rule, RuleBook
from hub.rules.part import Part, Text, Words
from hub.rules.secrecy import SUBJECT_FIELDS
from hub.rules.source import Source

_Named: TypeAlias = Rule | PublicGround

_ORDINARY: Final[dict[str, object]] = {
    "key": b"", "age": 34, "student": False, "citizen": True, "deceased": False, "erasure": False,
    "superseded": False, "never": False, "member": False, "applied": False, "review": "", "consent": "valid",
    "guardian_missing": False, "region_known": True, "group": False, "stale_grounds": False, "moved": False,
}  # fmt: skip
"""The subject of a case that says nothing else."""


class Expected(Part):
    """What the book must answer."""

    rules: dict[str, StrictStr]
    """Rule id → last day of its ground, or ``open``; for rules of class s the ground named for them."""
    sensitive: dict[str, StrictStr] = Field(default_factory=dict)
    """The same for rules of class s, by their own ids: known to one stage and the person alone."""
    named: tuple[StrictStr, ...] | None = None
    """The ids an organisation reads, best first, each once; not checked when left out."""
    tasks: dict[str, tuple[StrictStr, ...]] = Field(default_factory=dict)
    """Rule id → the last days of what it makes a task or notice of, one each."""
    path: Literal["adult", "youth", "group"] = "adult"
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
    switch_on: tuple[StrictStr, ...] = ()
    """Rules that the book has switched off or on trial, active for this case."""
    expect: Expected


class CaseFile(Part):
    """The cases of one book."""

    book: Words
    cases: Annotated[tuple[Case, ...], Field(min_length=1)]


class Result(NamedTuple):
    """A case and what was different; no differences: it passed."""

    case: Case
    line: int
    wrong: tuple[Difference, ...]

    @property
    def differences(self) -> tuple[str, ...]:
        """What was different, in words."""
        return tuple(map(str, self.wrong))


class Cases(NamedTuple):
    """The cases of a file, with the line each starts on."""

    book: str
    cases: tuple[Case, ...]
    lines: tuple[int, ...]


def load_cases(text: str, *, file: str) -> Cases:
    """Return the cases written in ``text``; RuleBookError carries every problem with its place."""
    return read_cases(Source(text, file))


def read_cases(source: Source) -> Cases:
    """Return the cases that a source holds; RuleBookError carries every problem of them."""
    listed = source.data.get("cases") if isinstance(source.data, dict) else None
    for index, case in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(case, dict):
            check_case(source, ("cases", index), case)
    found = validated(source, CaseFile)
    source.raise_if_any()
    assert found is not None  # validated() noted a problem otherwise
    lines = tuple(source.mark(("cases", index)).line for index in range(len(found.cases)))
    return Cases(found.book, found.cases, lines)


def run(compiled: CompiledBook, cases: Cases) -> tuple[Result, ...]:
    """Run every case; what a case expects of the compiled book, the interpreter must say too."""
    books: dict[tuple[str, ...], CompiledBook] = {(): compiled}
    results = []
    for case, line in zip(cases.cases, cases.lines, strict=True):
        unknown = [rule for rule in case.switch_on if compiled.rule(rule) is None]
        if unknown:
            differences = [
                Difference("switch_on", ", ".join(case.switch_on), f"no rule {', '.join(unknown)}")
            ]
        else:
            if case.switch_on not in books:
                books[case.switch_on] = compile_book(switched(compiled.book, case.switch_on))
            differences = _differences(books[case.switch_on], case)
        results.append(Result(case, line, tuple(differences)))
    return tuple(results)


def switched(book: RuleBook, on: Sequence[str]) -> RuleBook:
    """Return the book with some rules active, whatever their status."""
    return book.with_rules(tuple(
        rule.model_copy(update={"status": "active"}) if rule.id in on else rule for rule in book.rules
    ))  # fmt: skip


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


def split(facts: Facts) -> tuple[Facts, Facts]:
    """Return what matching sees of a person, and what the stage that keeps class s facts sees."""
    personal = {kind: facts[kind] for kind in facts if READABLE_BY_NAME[kind].data_class == "p"}
    known = ("key", *SUBJECT_FIELDS)
    subject = [{name: me[name] for name in known if name in me} for me in facts[SUBJECT.name]]
    sensitive = {kind: facts[kind] for kind in facts if kind not in personal}
    return personal, {**sensitive, SUBJECT.name: subject}


def speaking(
    compiled: CompiledBook, hits: Sequence[Hit], apart: Sequence[Hit]
) -> list[tuple[_Named, int | None]]:
    """Return what matching goes by, best first: the hits of class p, and the ground for those of class s."""
    found: list[tuple[_Named, int | None]] = [(hit.rule, hit.until) for hit in hits]
    ground = compiled.ground(apart[0].rule.priority) if apart else None
    if ground is not None:
        ends = [hit.until for hit in apart if hit.until is not None]
        found.append((ground, max(ends) if len(ends) == len(apart) else None))
    return sorted(found, key=lambda each: (each[0].priority, each[0].public or each[0].id, each[0].id))


def outcome(hits: Sequence[object], guard: Guard | None) -> tuple[str, str]:
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


def _differences(compiled: CompiledBook, case: Case) -> list[Difference]:
    facts, kept = split(facts_of(case))
    today, expect, book = parse_day(case.today), case.expect, compiled.book
    hits, tasks, guard = (
        compiled.hits(facts, today), compiled.task_hits(facts, today), compiled.guard(facts, today),
    )  # fmt: skip
    apart = compiled.sensitive_hits(kept, today)
    plain = (
        interpret.hits(book, facts, today), interpret.task_hits(book, facts, today),
        interpret.guard(book, facts, today), interpret.sensitive_hits(book, kept, today),
    )  # fmt: skip
    spoken = speaking(compiled, hits, apart)
    found = [
        *different_hits("rules", expect.rules.items(), [(rule.id, _end(until)) for rule, until in spoken]),
        *different_hits("sensitive", expect.sensitive.items(), _ends(apart)),
        *different_hits(
            "tasks", [(rule, end) for rule, ends in expect.tasks.items() for end in ends], _ends(tasks)
        ),
        *different("path", expect.path, compiled.path(facts, today)),
        *different(
            "outcome", " ".join(filter(None, (expect.outcome, expect.code))),
            " ".join(filter(None, outcome(spoken, guard))),
        ),
        *different("interpreter", "the same", "the same" if plain == (hits, tasks, guard, apart) else "not"),
    ]  # fmt: skip
    if expect.named is not None:
        named = dict.fromkeys(rule.public or rule.id for rule, _ in spoken)
        found += different("named", ", ".join(expect.named) or "nobody", ", ".join(named) or "nobody")
    if expect.next_change is not None:
        changes = (compiled.next_change(facts, today), compiled.sensitive_next_change(kept, today))
        change = min((day for day in changes if day is not None), default=None)
        found += different("next_change", expect.next_change, NEVER if change is None else iso(change))
    return found


def _ends(hits: Sequence[Hit]) -> list[tuple[str, str]]:
    return [(hit.rule.id, _end(hit.until)) for hit in hits]


def _end(until: int | None) -> str:
    return OPEN if until is None else iso(until)
