"""What a trial of rules comes to: the counters of :mod:`hub.stages.shadowing`, added up over all tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hub import contracts, topics
from hub.engine.tail import read_all
from hub.errors import UsageError
from hub.stages.shadowing import ALL, NAME, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hub.settings import Settings

__all__ = ("LEAST", "TrialReport", "added_up", "read")

LEAST: Final = 5
"""Of a ground that is not named no smaller figure is shown: it may stand for people of class s."""
_GROUND: Final = "G"
_VERDICTS: Final = (
    Verdict.SAME, Verdict.WOULD_INVITE, Verdict.WOULD_NOT, Verdict.OTHER_PRIORITY, Verdict.FAILED,
)  # fmt: skip


class TrialReport(NamedTuple):
    """The newest trial. People per rule and verdict; ``all`` is the whole book."""

    book: str
    run: int
    """Since when it ran, ms since 1970-01-01 UTC."""
    people: Mapping[str, Mapping[str, int]]

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the verdicts, in the order of the table."""
        return _VERDICTS

    @property
    def title(self) -> str:
        """Return what it is a report of."""
        return f"试运行 trial of {self.book}, people evaluated meanwhile"

    @property
    def remark(self) -> str:
        """Return how it is read."""
        return (
            "would_invite: only the trial has it, would_not: only the active book. "
            f"Grounds that are not named: figures under {LEAST} are not shown."
        )

    def rows(self) -> list[tuple[object, ...]]:
        """Return the rows of the table: the whole book first."""
        return [
            (rule, *(self._shown(rule, verdict) for verdict in _VERDICTS))
            for rule in sorted(self.people, key=lambda rule: (rule != ALL, rule))
        ]

    def document(self) -> dict[str, Any]:
        """Return the report for machines; a figure that is not shown is null."""
        rules: dict[str, dict[str, Any]] = {}
        for rule, *figures in self.rows():
            shown = (None if isinstance(figure, str) else figure for figure in figures)
            rules[str(rule)] = dict(zip(_VERDICTS, shown, strict=True))
        return {"book": self.book, "run": self.run, "rules": rules}

    def _shown(self, rule: str, verdict: str) -> object:
        figure = self.people[rule].get(verdict, 0)
        return f"<{LEAST}" if rule.startswith(_GROUND) and 0 < figure < LEAST else figure


def read(settings: Settings) -> TrialReport:
    """Return the newest trial's report. Raise UsageError when there never was one that met anybody."""
    decode = contracts.codec().reader("hub.counter_part", ("counter", "origin", "epoch", "version", "value"))
    prefix = f"{NAME}|".encode()
    parts = [
        decode(value)
        for key, value in read_all(settings, topics.PARTS)
        if key is not None and key.startswith(prefix) and value is not None
    ]
    found = added_up(parts)
    if found is None:
        raise UsageError(
            "no trial has met anybody yet",
            topics.PARTS,
            "begin one with `hub rules shadow BOOK`; events follow",
        )
    return found


def added_up(parts: Iterable[Mapping[str, Any]]) -> TrialReport | None:
    """Return the report of the newest run in ``hub.counter_part`` records; None when there is none."""
    newest: dict[tuple[str, str], Mapping[str, Any]] = {}
    for part in parts:
        place = (part["counter"], part["origin"])
        had = newest.get(place)
        if had is None or (part["epoch"], part["version"]) > (had["epoch"], had["version"]):
            newest[place] = part
    runs: dict[tuple[int, str], dict[str, dict[str, int]]] = {}
    for (counter, _), part in newest.items():
        labels = dict(label.split("=", 1) for label in counter.split("|")[1:])
        of_rule = runs.setdefault((int(labels["run"]), labels["book"]), {}).setdefault(labels["rule"], {})
        of_rule[labels["verdict"]] = of_rule.get(labels["verdict"], 0) + part["value"]
    if not runs:
        return None
    run, book = max(runs)
    people = {rule: figures for rule, figures in runs[run, book].items() if any(figures.values())}
    return TrialReport(book, run, people)
