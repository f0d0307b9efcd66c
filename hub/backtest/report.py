"""A forecast as a document: the one that ``--json`` prints, and that tables and the page are made from."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from hub.backtest.contrast import Effect, TaskEffect
from hub.core import dates
from hub.core.task import ADMISSION, TRANSFER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.backtest.forecast import Forecast

__all__ = ("TASK_KINDS", "TASK_WORDS", "WORDS", "document", "task_rows")

WORDS: Final[dict[Effect, tuple[str, str]]] = {
    Effect.ISSUED: ("新增邀请", "issued: invitations more"),
    Effect.WITHDRAWN: ("撤回邀请", "withdrawn: invitations fewer"),
    Effect.RAISED: ("优先级提高", "raised to a better priority"),
    Effect.LOWERED: ("优先级降低", "lowered to a worse priority"),
    Effect.REVISED: ("内容变更", "revised at the same priority"),
    Effect.AWAITED: ("待集中发出", "awaited: on the day of the week"),
    Effect.NOT_AWAITED: ("不再待发", "not awaited any more"),
    Effect.UNCHANGED: ("无变化", "unchanged"),
}
"""What each effect is called, in Chinese and English, in the order in which they are told."""
TASK_WORDS: Final[dict[TaskEffect, tuple[str, str]]] = {
    TaskEffect.OPENED: ("新增", "opened"),
    TaskEffect.CANCELLED: ("取消", "cancelled"),
    TaskEffect.REVISED: ("变更", "revised"),
}
TASK_KINDS: Final[dict[str, tuple[str, str]]] = {
    ADMISSION: ("入会办理任务", "admission tasks"),
    TRANSFER: ("关系转接通知", "transfer notices"),
}


def document(found: Forecast) -> dict[str, Any]:
    """Return everything that may be told: counts and pseudonyms, no personal data, no ground of class s.

    ``book`` (the digest of its text), ``against`` and ``counts`` are the preview that an activation
    publishes: :mod:`hub.preview`.
    """
    tally = found.tally
    effects = tally.effects
    return {
        "book": found.digest,
        "counts": {
            "more": effects[Effect.ISSUED] + effects[Effect.AWAITED],
            "fewer": effects[Effect.WITHDRAWN] + effects[Effect.NOT_AWAITED],
            "raised": effects[Effect.RAISED],
            "withdrawn": effects[Effect.WITHDRAWN],
            "unchanged": effects[Effect.UNCHANGED],
        },
        "before": found.before,
        "after": found.after,
        "against": found.against,
        "day": dates.iso(found.day),
        "people": tally.people,
        "events": tally.events,
        "elapsed_s": round(found.elapsed_s, 3),
        "workers": found.workers,
        "changed": tally.changed,
        "effects": {effect.value: effects[effect] for effect in WORDS},
        "class_s_in_sum": {effect.value: tally.secret[effect] for effect in WORDS if tally.secret[effect]},
        "tasks": {
            kind: {effect.value: tally.tasks[kind, effect] for effect in TASK_WORDS} for kind in TASK_KINDS
        },
        "by_rule": _by(tally.by_rule),
        "by_county": _by(tally.by_county),
        "by_priority": _by(tally.by_priority),
        "hits": _sides(tally.hits),
        "outcomes": _sides(tally.outcomes),
        "examples": {
            effect.value: [example for _, example in tally.examples[effect]]
            for effect in WORDS
            if tally.examples.get(effect)
        },
    }


def _by(counts: Counter[tuple[str, Effect]]) -> dict[str, dict[str, int]]:
    """Return name → effect → people."""
    return {
        name: {effect.value: counts[name, effect] for effect in WORDS if counts[name, effect]}
        for name in sorted({name for name, _ in counts})
    }


def _sides(counts: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """Return name → before and after."""
    return {
        name: {"before": counts["before", name], "after": counts["after", name]}
        for name in sorted({name for _, name in counts})
    }


def task_rows(told: Mapping[str, Mapping[str, int]]) -> list[tuple[object, ...]]:
    """Return a table's rows of the document's ``tasks``: kind in both languages, then a count per effect."""
    return [
        (" · ".join(TASK_KINDS[kind]), *(found[effect.value] for effect in TASK_WORDS))
        for kind, found in told.items()
    ]
