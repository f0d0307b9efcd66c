"""The demo's result: the summary's figures and the comparison, as one document."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub import packaged
from hub.core.document import Document
from hub.demo.compare import Difference, compare_figures, compare_tasks, compare_ticks
from hub.demo.examples import choose, each_guard, each_path, each_rule, each_task, guard_texts, silent_rules
from hub.demo.latency import latency
from hub.demo.site import BOOK
from hub.rules.book import load as load_book
from hub.simulate.population import ORGANISATION
from hub.simulate.report import totals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from hub.demo.observed import Observed
    from hub.demo.play import Played
    from hub.privacy.blind_index import BlindIndex
    from hub.simulate.days import Plan, Year
    from hub.simulate.expect import Tick

__all__ = ("Result", "agreement", "make_result", "pseudonyms")

_SHOWN_DIFFERENCES = 50
_FIGURES = ("stock", "dead_letters", "parked", "forgotten")


@dataclass(slots=True, frozen=True)
class Result:
    """What the demo says at its end. ``summary`` is JSON; ``differences`` are all there are."""

    summary: dict[str, Any]
    differences: list[Difference]


def pseudonyms(blind: BlindIndex) -> Callable[[str], bytes]:
    """Return the function from an expectation's document key to the hub's pseudonym."""

    def pseudonym(key: str) -> bytes:
        kind, _, number = key.partition(" ")
        if kind == ORGANISATION:
            return blind.organisation(number)
        return blind.person(Document(kind, number, None, None, citizen=True, sure=True, contradicts=False))

    return pseudonym


def agreement(
    ticks: Sequence[tuple[int, Tick]],
    expected: Mapping[str, Any],
    seen: Observed,
    pseudonym: Callable[[str], bytes],
) -> tuple[int, list[Difference]]:
    """Compare everything: invitations and tasks at every tick, the figures at the end.

    Return the changes compared and what differs.
    """

    def named(name: str) -> Iterator[tuple[int, int, dict[bytes, tuple[Any, ...]]]]:
        for tick, due in ticks:
            yield due.day, tick, {pseudonym(key): view for key, view in getattr(due, name).items()}

    compared, differences = compare_ticks(named("changes"), seen.invitations)
    tasks, more = compare_tasks(named("tasks"), seen.tasks)
    found = {
        "stock": seen.stock, "dead_letters": seen.dead_letters, "parked": seen.parked,
        "forgotten": seen.forgotten,
    }  # fmt: skip
    for name in _FIGURES:
        more += compare_figures(name.replace("_", " "), expected[name], found[name])
    return compared + tasks, differences + more


def make_result(
    plan: Plan, year: Year, played: Played, seen: Observed, pseudonym: Callable[[str], bytes]
) -> Result:
    """Compare, and gather everything worth telling."""
    expected = totals(year)
    compared, differences = agreement(played.ticks, expected, seen, pseudonym)
    figures = sum(len(expected[name]) for name in _FIGURES)
    book = load_book(packaged.read_text(BOOK), file=BOOK)
    guards = guard_texts(book)
    public = {rule.id: rule.public or rule.id for rule in book.rules}
    rules = _rules(seen, public)
    summary = {
        "synthetic": True,
        "plan": {name: getattr(plan, name) for name in type(plan).__slots__},
        "events": expected["events"],
        "rejected": dict(sorted(seen.dead_letters.items())),
        "parked": dict(sorted(seen.parked.items())),
        "held": _labelled(seen.stock, "held"),
        "invitations": _invitations(seen, public),
        "stock": seen.stock,
        "tasks": dict(sorted(seen.task_changes.items())),
        "forgotten": seen.forgotten,
        "rules": rules,
        "rules_silent": [
            silent._asdict() for silent in silent_rules(book, {rule["name"] for rule in rules})
        ],
        "paths": [brief._asdict() for brief in each_path(seen.decisions, book)],
        "guards": [brief._asdict() for brief in each_guard(seen.decisions, guards)],
        "examples": [example._asdict() for example in choose(seen.decisions, guards)],
        "speed": _speed(played, seen),
        "comparison": {
            "ticks": len(played.ticks), "changes": compared, "figures": figures,
            "differences": len(differences),
            "first": [str(difference) for difference in differences[:_SHOWN_DIFFERENCES]],
        },
    }  # fmt: skip
    return Result(summary, differences)


def _rules(seen: Observed, public: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return every rule that hit, with its public id; those that make tasks are told by their tasks."""
    told = [
        {**brief._asdict(), "public": public.get(brief.name, brief.name)}
        for brief in each_rule(seen.decisions)
    ]
    return told + [
        {**brief._asdict(), "public": public.get(brief.name, brief.name)} for brief in each_task(seen.asked)
    ]


def _labelled(stock: dict[str, int], name: str) -> dict[str, int]:
    return {key.partition("=")[2]: value for key, value in stock.items() if key.startswith(f"{name}|")}


def _invitations(seen: Observed, public: Mapping[str, str]) -> dict[str, Any]:
    """Count invitations: by change; the issued ones by priority, by rule, by kind; how all of them stand.

    A rule is counted by its public id, also where somebody agreed to have it named to them.
    """
    by_change: Counter[str] = Counter()
    priority: Counter[str] = Counter()
    rule: Counter[str] = Counter()
    kind: Counter[str] = Counter()
    status: Counter[str] = Counter()
    for history in seen.invitations.values():
        latest: dict[int, str] = {}
        for change in history:
            by_change[change.change] += 1
            episode, now, _, best, rules, path, *_ = change.view
            latest[episode] = now
            if change.change == "issued":
                priority[f"P{best}"] += 1
                kind[path] += 1
                rule.update({public.get(each, each) for each in rules})
        status.update(latest.values())
    return {
        name: dict(sorted(counter.items()))
        for name, counter in (
            ("by_change", by_change), ("issued_by_priority", priority), ("issued_by_rule", rule),
            ("issued_by_kind", kind), ("now", status),
        )
    }  # fmt: skip


def _speed(played: Played, seen: Observed) -> dict[str, Any]:
    waits = latency((change for history in seen.invitations.values() for change in history), played.published)
    return {
        "events": played.events,
        "starting_s": round(played.starting_s, 1),
        "elapsed_s": round(played.elapsed_s, 1),
        "waiting_s": round(played.settling_s, 1),
        "events_per_s": round(played.events / played.elapsed_s) if played.elapsed_s else 0,
        "latency_ms": waits._asdict() if waits else None,
    }
