"""A backtest from its beginning to its end: against live state, a file or the facts on the broker."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hub import activation, rulebooks, rulehistory, topics
from hub.backtest import facts, grounds, history, live, partition, run
from hub.backtest.tally import EXAMPLES, Tally
from hub.core import dates
from hub.errors import UsageError
from hub.outputs import Outputs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hub.backtest.share import Share, Step
    from hub.settings import Settings

__all__ = ("LIVE", "Forecast", "Plan", "forecast")

LIVE: Final = "live-state"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask."""

    after: str
    """The book that is tried, as a path or a name."""
    against: str
    """``live-state``, a file of simulated events, or ``hub.facts``."""
    before: str | None = None
    """The book it is compared with; None: the active one, or the packaged one where there is no broker."""
    as_of: int | None = None
    """The day it is asked for; None: today, or the last day of a file."""
    workers: int = 1
    examples: int = EXAMPLES


@dataclass(frozen=True, slots=True)
class Forecast:
    """The answer, and what it was an answer to."""

    before: str
    """Editions, ``id@version``."""
    after: str
    digest: str
    """Of the text of the book that was tried: SHA-256, hex."""
    against: str
    day: int
    workers: int
    elapsed_s: float
    tally: Tally


def forecast(plan: Plan, settings: Callable[[], Settings], step: Step) -> Forecast:
    """Carry a plan out. ``settings`` is asked only where a broker is needed."""
    started = time.monotonic()
    after = _book(plan.after)
    if plan.against == LIVE:
        asked, shares = _live(plan, after, settings())
        tally = _added(shares, asked, plan, step)
    elif plan.against == topics.FACTS:
        asked, shares = _facts(plan, after, settings())
        tally = _added(shares, asked, plan, step)
    else:
        asked, tally = _history(plan, after, step)
    before, _ = asked.books()
    return Forecast(
        before.id, run.compiled(after).id, activation.digest(after), plan.against, dates.day_of(asked.now),
        plan.workers, time.monotonic() - started, tally,
    )  # fmt: skip


def _live(plan: Plan, after: str, settings: Settings) -> tuple[run.Comparison, Sequence[Share]]:
    before = _before(plan, settings)
    now = Outputs(settings).now()
    if plan.as_of is not None:
        if plan.as_of < dates.day_of(now):
            raise UsageError(
                "what is known now does not tell what was known then", "--as-of",
                f"ask the facts instead: --against {topics.FACTS} --as-of …, or give a day to come",
            )  # fmt: skip
        now += dates.midnight_ms(plan.as_of) - dates.midnight_ms(dates.day_of(now))
    secrets = grounds.differ(run.compiled(before), run.compiled(after))
    return run.Comparison(before, after, now, True, plan.examples), live.shares(settings, secrets=secrets)


def _facts(plan: Plan, after: str, settings: Settings) -> tuple[run.Comparison, Sequence[Share]]:
    before = _before(plan, settings)
    now = Outputs(settings).now() if plan.as_of is None else _noon(plan.as_of)
    secrets = grounds.differ(run.compiled(before), run.compiled(after))
    shares = [
        facts.FactsShare(settings, number, secrets, plan.as_of, now)
        for number in range(partition.count(settings, topics.FACTS))
    ]
    return run.Comparison(before, after, now, False, plan.examples), shares


def _history(plan: Plan, after: str, step: Step) -> tuple[run.Comparison, Tally]:
    source = Path(plan.against)
    if not source.is_file():
        raise UsageError(
            f"there is no {plan.against}", "--against",
            f"it is {LIVE}, {topics.FACTS}, or a file that `hub simulate --to FILE` wrote",
        )  # fmt: skip
    before = _book(plan.before or rulebooks.DEFAULT)
    with tempfile.TemporaryDirectory(prefix="hub-backtest-") as scratch:
        workers = max(1, plan.workers)
        spools = tuple(Path(scratch) / str(number) for number in range(workers))
        jobs = [(source, spools[n], (n, workers), plan.as_of) for n in range(workers)]
        ticks = run.in_processes(history.spool, jobs, workers, step)
        now = ticks[0] if plan.as_of is None else _noon(plan.as_of)
        asked = run.Comparison(before, after, now, False, plan.examples)
        shares = [history.HistoryShare(spools, n, workers) for n in range(workers)]
        return asked, _added(shares, asked, plan, step)


def _added(shares: Sequence[Share], asked: run.Comparison, plan: Plan, step: Step) -> Tally:
    total = Tally(plan.examples)
    for part in run.in_processes(run.count, [(share, asked) for share in shares], plan.workers, step):
        total += part
    return total


def _before(plan: Plan, settings: Settings) -> str:
    if plan.before is not None:
        return _book(plan.before)
    active = rulehistory.read(settings).active
    if active is None:
        raise UsageError(
            "no rule book is active", topics.RULES, "say with --than which book it is compared with"
        )
    return str(active["text"])


def _book(name: str) -> str:
    """Return the text of a book that has no errors. Raise RuleBookError, UsageError."""
    file = rulebooks.read(name)
    run.compiled(file.text, file.file)  # names the file in what is wrong
    return file.text


def _noon(day: int) -> int:
    return (dates.midnight_ms(day) + dates.midnight_ms(day + 1)) // 2
