"""Make a rule book fast: one generated Python function for each question the hub asks of it.

>>> compiled = compile_book(load(text, file="zhejiang-2022.yaml"))  # doctest: +SKIP
>>> compiled.hits({"certificate": [{...}], "subject": [{...}]}, today)  # doctest: +SKIP
(Hit(rule=Rule(id='R01', ...), until=19782, evidence=(('certificate', b'...'),)),)

*Facts* are a mapping from fact kind to entries; an entry maps field to value, what is absent is not
there, and ``key`` is the entry's key. The computed kind ``subject`` has one entry, always.

Rules of class s are asked apart, by the stage that alone keeps what they read: ``sensitive_hits`` and
``sensitive_next_change`` look at nothing else, and nothing else looks at them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from hub.rules.codegen import write_guard, write_outlook, write_path, write_task_hits
from hub.rules.condition import conditions_of
from hub.rules.days import months_later
from hub.rules.hit import Facts, Hit
from hub.rules.model import PRIORITIES, Condition, Guard, PublicGround, Rule, RuleBook


@dataclass(frozen=True, slots=True)
class CompiledBook:
    """A rule book ready to run. Its functions are pure; days count from 1970-01-01."""

    book: RuleBook
    id: str
    """Id and version: ``zhejiang-2022@2``."""
    minimum_notice: str
    valid_days: int
    cooldown_expired_days: int
    reminder_days: int
    batch_weekdays: tuple[int | None, ...]
    """The weekday on which invitations of a priority are issued, P0 first; Monday is 0, None: any."""
    task_due_days: int
    """Days before the session on which a candidate's admission is due."""
    time_limit_hours: tuple[int, ...]
    """Within how many hours an organisation contacts the person, by priority, P0 first."""
    kinds: frozenset[str]
    """The fact kinds that rules of class p, guards and paths read: nothing else can change their answer."""
    sensitive_kinds: frozenset[str]
    """The fact kinds that active rules of class s read."""
    outlook: Callable[[Facts, int], tuple[tuple[Hit, ...], int | None]]
    """The active rules of class p that invite and hit, best first (priority, id); and a day > today before
    which hits, task hits, path and guard stay as they are, None when they stay for ever."""
    task_hits: Callable[[Facts, int], tuple[Hit, ...]]
    """The rules that make a task or a notice and hit; a task is made per entry, one hit for each."""
    sensitive_outlook: Callable[[Facts, int], tuple[tuple[Hit, ...], int | None]]
    """As ``outlook``, for the active rules of class s, and for them alone."""
    trial: Callable[[Facts, int], tuple[tuple[Hit, ...], int | None]]
    """The same for the rules on trial (``status: shadow``)."""
    path: Callable[[Facts, int], str]
    """``group``, ``youth`` or ``adult``."""
    guard: Callable[[Facts, int], Guard | None]
    """The first guard that applies, or None."""
    code: str
    """The generated Python, to be read when in doubt."""
    grounds: tuple[PublicGround, ...]
    """The ground that stands for rules of class s, by priority; empty when the book has none."""

    def ground(self, priority: int) -> PublicGround | None:
        """Return the ground that stands for rules of class s, at that priority; None: the book has none."""
        return self.grounds[priority] if self.grounds else None

    def rule(self, rule_id: str) -> Rule | None:
        """Return the rule with that id, whatever its status, or None."""
        return self.book.rule(rule_id)

    def batch_weekday(self, priority: int) -> int | None:
        """Return the weekday on which invitations of a priority are issued, Monday is 0; None: any."""
        return self.batch_weekdays[priority]

    def hits(self, facts: Facts, today: int) -> tuple[Hit, ...]:
        """Return the active rules that hit, best first."""
        return self.outlook(facts, today)[0]

    def shadow_hits(self, facts: Facts, today: int) -> tuple[Hit, ...]:
        """Return the rules on trial that hit: to be counted, never acted on."""
        return self.trial(facts, today)[0]

    def next_change(self, facts: Facts, today: int) -> int | None:
        """Return a day > today before which no answer for class p changes; None when none ever does."""
        return self.outlook(facts, today)[1]

    def sensitive_hits(self, facts: Facts, today: int) -> tuple[Hit, ...]:
        """Return the active rules of class s that hit, best first."""
        return self.sensitive_outlook(facts, today)[0]

    def sensitive_next_change(self, facts: Facts, today: int) -> int | None:
        """Return a day > today before which the sensitive hits stay as they are; None: for ever."""
        return self.sensitive_outlook(facts, today)[1]


def compile_book(book: RuleBook) -> CompiledBook:
    """Return the book compiled. A book that :func:`hub.rules.book.load` accepted always compiles."""
    inviting, asking, sensitive, shadow = (
        book.inviting(), book.asking(), book.sensitive(), book.inviting("shadow"),
    )  # fmt: skip
    conditions = [rule.condition for rule in (*inviting, *asking, *shadow)]
    conditions += [guard.when for guard in book.guards]
    conditions += [path.when for path in book.paths if path.when is not None]
    personal = "\n".join([
        *write_outlook(inviting, conditions), "", "",
        *write_path(book.paths), "", "",
        *write_guard(book.guards), "",
    ])  # fmt: skip
    tasks = "\n".join([*write_task_hits(asking), ""])
    secret = "\n".join([*write_outlook(sensitive, ()), ""])
    run = _run(personal, book.edition, inviting, book.guards)
    trial = _run("\n".join(write_outlook(shadow, ())), book.edition, shadow)
    terms = book.invitation
    return CompiledBook(
        book=book, id=book.edition, minimum_notice=book.notice.minimum, valid_days=terms.valid_days,
        cooldown_expired_days=terms.cooldown_expired_days, reminder_days=terms.reminder_days,
        batch_weekdays=tuple(terms.batch.weekday(priority) for priority in range(len(PRIORITIES))),
        task_due_days=book.tasks.admission.due_days_before,
        time_limit_hours=tuple(getattr(book.time_limit_hours, name) for name in PRIORITIES),
        kinds=_kinds(conditions), sensitive_kinds=_kinds(rule.condition for rule in sensitive),
        outlook=run["outlook"], trial=trial["outlook"], path=run["path"], guard=run["guard"],
        task_hits=_run(tasks, book.edition, asking)["task_hits"],
        sensitive_outlook=_run(secret, book.edition, sensitive)["outlook"],
        code="\n\n".join((personal, f"# Tasks and notices\n{tasks}", f"# Rules of class s\n{secret}")),
        grounds=_grounds(book),
    )  # fmt: skip


def _kinds(conditions: Iterable[Condition]) -> frozenset[str]:
    return frozenset(fact.fact for condition in conditions for fact in conditions_of(condition))


def _grounds(book: RuleBook) -> tuple[PublicGround, ...]:
    found = book.unnamed
    if found is None:
        return ()
    return tuple(
        PublicGround(
            id=found.id, version=found.version, priority=priority, discloses=found.discloses,
            title_zh=found.title_zh, title_en=found.title_en,
            reason_zh=found.reason_zh, reason_en=found.reason_en,
        )
        for priority in range(len(PRIORITIES))
    )  # fmt: skip


def _run(code: str, edition: str, rules: Sequence[Rule], guards: Sequence[Guard] = ()) -> dict[str, Any]:
    """Execute generated code. It holds nothing of the book but catalogue names and ``repr`` of values."""
    # tuple.__new__ instead of calling Hit: a third of the time of making one, on the hot path.
    places = {rule.id: place for place, rule in enumerate(rules)}

    def in_order(hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        return tuple(sorted(hits, key=lambda hit: places[hit.rule.id]))

    names: dict[str, Any] = {
        "Hit": Hit, "new": tuple.__new__, "in_order": in_order, "months_later": months_later,
        "ABSENT": {}.get,
    }  # fmt: skip
    names.update((f"R{number}", rule) for number, rule in enumerate(rules))
    names.update((f"G{number}", guard) for number, guard in enumerate(guards))
    exec(compile(code, f"<rules {edition}>", "exec"), names)  # noqa: S102  # our own text, see above
    return names
