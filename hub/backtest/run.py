"""Evaluate shares of the people under two books, in as many processes as are wanted."""

from __future__ import annotations

import gc
import multiprocessing
import queue
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hub.backtest.contrast import Side, contrast
from hub.backtest.share import Share, Step
from hub.backtest.tally import EXAMPLES, Tally
from hub.core import dates
from hub.core.invitation import Terms
from hub.core.matching import Tables
from hub.core.verdict import Question
from hub.rules.book import load
from hub.rules.compile import CompiledBook, compile_book

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.backtest.contrast import Contrast

__all__ = ("Comparison", "compare", "compiled", "count", "in_processes", "uncollected")

_STEP: Final = 500
_LOOK_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two books and an instant: what is asked of everybody. Can be sent to another process."""

    before: str
    """The text of the book that people are compared with."""
    after: str
    """The text of the book that is tried."""
    now: int
    """ms since 1970-01-01 UTC."""
    batches: bool
    """Whether invitations wait for their priority's day of the week."""
    examples: int = EXAMPLES

    def books(self) -> tuple[CompiledBook, CompiledBook]:
        """Return both books, compiled. They were checked before."""
        return compiled(self.before), compiled(self.after)


def compare(share: Share, asked: Comparison, step: Step) -> Iterator[Contrast]:
    """Yield everybody of a share under both books."""
    before, after = asked.books()
    today = dates.day_of(asked.now)
    sides: tuple[Side, Side] | None = None
    since = 0
    for person in share.people(step):
        if sides is None:
            place = share.place()
            routes: dict[Any, Any] = {}  # an answer that no book has a say in
            one, other = (
                Side(
                    Question(
                        Tables(book, place.directory, place.regions, routes),
                        Terms.of(book, asked.now), today, {before.id: before}.get, asked.batches,
                    ),
                    book,
                )
                for book in (before, after)
            )  # fmt: skip
            sides = (one, other)
        yield contrast(person, *sides, asked.now)
        since += 1
        if since == _STEP:
            step(since)
            since = 0
    step(since)


def count(share: Share, asked: Comparison, step: Step) -> Tally:
    """Evaluate a share and return what it comes to."""
    tally = Tally(asked.examples)
    with uncollected():
        for one in compare(share, asked, step):
            tally.take(one)
    tally.events = share.events
    return tally


def in_processes(
    work: Callable[..., Any], jobs: Sequence[tuple[Any, ...]], workers: int, step: Step
) -> list[Any]:
    """Call ``work(*job, step)`` for every job and return the answers in order; one worker is this process."""
    if workers == 1 or len(jobs) == 1:
        return [work(*job, step) for job in jobs]
    context = multiprocessing.get_context("spawn")  # librdkafka's threads do not survive a fork
    steps: Any = context.Queue()
    with ProcessPoolExecutor(min(workers, len(jobs)), context, _begin, (steps,)) as pool:
        futures: list[Future[Any]] = [pool.submit(_work, work, job) for job in jobs]
        while not all(future.done() for future in futures):
            _drain(steps, step)
        return [future.result() for future in futures]


_steps: Any = None
"""In a process of the pool: where it tells how far it is."""


def _begin(steps: Any) -> None:
    global _steps  # noqa: PLW0603 - a pool has no other place for what its processes share
    _steps = steps


def _work(work: Callable[..., Any], job: tuple[Any, ...]) -> Any:
    return work(*job, _steps.put)


def _drain(steps: Any, step: Step) -> None:
    try:
        step(steps.get(timeout=_LOOK_S))
        while True:
            step(steps.get_nowait())
    except queue.Empty:
        return


def compiled(text: str, file: str = "rule book") -> CompiledBook:
    """Return a book compiled; half a second for one that is new to this process. Raise RuleBookError."""
    found = _books.get(text)
    if found is None:
        found = _books[text] = compile_book(load(text, file=file))
    return found


_books: dict[str, CompiledBook] = {}
"""By their texts."""


@contextmanager
def uncollected() -> Iterator[None]:
    """Do without the cycle collector, as a worker does: people are no cycles, and all are looked at."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
