"""Make a rule book fast: one generated Python function each for outlook, path and guard.

>>> compiled = compile_book(load(text, file="zhejiang-2022.yaml"))  # doctest: +SKIP
>>> compiled.hits({"certificate": [{...}], "subject": [{...}]}, today)  # doctest: +SKIP
(Hit(rule=Rule(id='R01', ...), until=19782, evidence=(('certificate', b'...'),)),)

*Facts* are a mapping from fact kind to entries; an entry maps field to value, what is absent is not
there, and ``key`` is the entry's key. The computed kind ``subject`` has one entry, always.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hub.rules.codegen import conditions_of, write_guard, write_outlook, write_path
from hub.rules.days import months_later
from hub.rules.hit import Facts, Hit
from hub.rules.model import Guard, Rule, RuleBook


@dataclass(frozen=True, slots=True)
class CompiledBook:
    """A rule book ready to run. Its functions are pure; days count from 1970-01-01."""

    book: RuleBook
    id: str
    """Id and version: ``zhejiang-2022@1``."""
    minimum_notice: str
    valid_days: int
    cooldown_expired_days: int
    kinds: frozenset[str]
    """The fact kinds that rules, guards and paths read: nothing else can change their answer."""
    outlook: Callable[[Facts, int], tuple[tuple[Hit, ...], int | None]]
    """The active rules that hit, best first (priority, id); and a day > today before which hits, path
    and guard stay as they are, None when they stay for ever."""
    trial: Callable[[Facts, int], tuple[tuple[Hit, ...], int | None]]
    """The same for the rules on trial (``status: shadow``)."""
    path: Callable[[Facts, int], str]
    """``adult`` or ``youth``."""
    guard: Callable[[Facts, int], Guard | None]
    """The first guard that applies, or None."""
    code: str
    """The generated Python, to be read when in doubt."""

    def hits(self, facts: Facts, today: int) -> tuple[Hit, ...]:
        """Return the active rules that hit, best first."""
        return self.outlook(facts, today)[0]

    def shadow_hits(self, facts: Facts, today: int) -> tuple[Hit, ...]:
        """Return the rules on trial that hit: to be counted, never acted on."""
        return self.trial(facts, today)[0]

    def next_change(self, facts: Facts, today: int) -> int | None:
        """Return a day > today before which hits, path and guard stay as they are; None: for ever."""
        return self.outlook(facts, today)[1]


def compile_book(book: RuleBook) -> CompiledBook:
    """Return the book compiled. A book that :func:`hub.rules.book.load` accepted always compiles."""
    active, shadow = book.ordered(), book.ordered("shadow")
    others = [guard.when for guard in book.guards] + [
        path.when for path in book.paths if path.when is not None
    ]
    conditions = [*(rule.condition for rule in (*active, *shadow)), *others]
    code = "\n".join([
        *write_outlook(active, conditions), "", "",
        *write_path(book.paths), "", "",
        *write_guard(book.guards), "",
    ])  # fmt: skip
    run = _run(code, book.edition, active, book.guards)
    trial = _run("\n".join(write_outlook(shadow, ())), book.edition, shadow, ())
    return CompiledBook(
        book=book, id=book.edition, minimum_notice=book.notice.minimum,
        valid_days=book.invitation.valid_days, cooldown_expired_days=book.invitation.cooldown_expired_days,
        kinds=frozenset(fact.fact for condition in conditions for fact in conditions_of(condition)),
        outlook=run["outlook"], trial=trial["outlook"], path=run["path"], guard=run["guard"], code=code,
    )  # fmt: skip


def _run(code: str, edition: str, rules: Sequence[Rule], guards: Sequence[Guard]) -> dict[str, Any]:
    """Execute generated code. It holds nothing of the book but catalogue names and ``repr`` of values."""
    # tuple.__new__ instead of calling Hit: a third of the time of making one, on the hot path.
    names: dict[str, Any] = {
        "Hit": Hit, "new": tuple.__new__, "months_later": months_later, "ABSENT": {}.get,
    }  # fmt: skip
    names.update((f"R{number}", rule) for number, rule in enumerate(rules))
    names.update((f"G{number}", guard) for number, guard in enumerate(guards))
    exec(compile(code, f"<rules {edition}>", "exec"), names)  # noqa: S102  # our own text, see above
    return names
