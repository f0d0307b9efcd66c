"""How fast a backtest is, on one core and without Kafka: ``python -m bench.backtest FILE``.

FILE is what ``hub simulate --to FILE`` wrote.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from pathlib import Path

from hub.backtest import history, run
from hub.backtest.contrast import Person
from hub.backtest.learn import CODEC, UNSEALED, Learner
from hub.backtest.share import GivenShare
from hub.core import person
from hub.rulebooks import DEFAULT, read
from hub.stages.contacts import SealedContacts
from hub.stages.factform import Framed


def _silent(_done: int) -> None:
    """Tell nobody."""


def measure(source: Path, spool: Path) -> dict[str, float]:
    """Return seconds of CPU by step, and how many events and people there were."""
    text = read(DEFAULT).text
    run.compiled(text)
    gc.disable()
    began = time.process_time()
    now = history.spool(source, spool, (0, 1), None, _silent)
    taken = time.process_time()
    share = history.HistoryShare((spool,), 0, 1)
    people = list(share.people(_silent))
    learnt = time.process_time()
    framed = spool.with_name("framed")  # facts as they stand on a broker
    form, contacts = Framed(CODEC), SealedContacts(UNSEALED)
    history.spool(source, framed, (0, 1), None, _silent, form=form, contacts=contacts)
    spooled = time.process_time()
    learner = Learner()
    for tick, _, told in history.days(framed):
        learner.take(told, tick)
    for _ in learner.people():
        pass
    reread = time.process_time()
    stored = [(each.key, person.encode(each.state)) for each in people]
    again = time.process_time()
    known = [Person(who, person.decode(state), None) for who, state in stored]
    run.count(GivenShare(known, share.place()), run.Comparison(text, text, now, batches=False), _silent)
    ended = time.process_time()
    return {
        "intake_s": taken - began,
        "learning_s": learnt - taken,
        "facts_s": reread - spooled,
        "evaluating_s": ended - again,
        "events": share.events,
        "people": len(people),
    }


def main() -> None:
    """Print events per second and core for each source of a backtest."""
    with tempfile.TemporaryDirectory() as scratch:
        found = measure(Path(sys.argv[1]), Path(scratch) / "spool")
    events, evaluating = found["events"], found["evaluating_s"]
    rates = {
        "file": events / (found["intake_s"] + found["learning_s"] + evaluating),
        "hub.facts": events / (found["facts_s"] + evaluating),
        "live-state": events / evaluating,
    }
    sys.stdout.write("".join(f"{name:12} {rate:>10,.0f} events/s per core\n" for name, rate in rates.items()))
    sys.stdout.write(f"live-state   {found['people'] / evaluating:>10,.0f} people/s per core\n")


if __name__ == "__main__":
    main()
