"""A forecast as a document: the one that ``--json`` prints, and that tables and the page are made from."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from hub.backtest.contrast import Effect
from hub.core import dates

if TYPE_CHECKING:
    from hub.backtest.forecast import Forecast

__all__ = ("WORDS", "document")

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
