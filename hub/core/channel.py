"""By which way people come to us: docs/matching.md, "Figures".

A way that would betray what somebody gave has no name of its own: ``public_welfare`` stands for the ground
that is not named, for every rule that shares its public id, and for every such word of a source's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hub.core import ground

if TYPE_CHECKING:
    from hub.core.book import Hit

PUBLIC_WELFARE: Final = "public_welfare"
UNKNOWN: Final = "unknown"
"""Nothing says which."""
OTHER: Final = "other"
"""None of those that have a name here."""
_BY_FACT: Final = {
    "certificate": "training",
    "course": "training",
    "rescue_member": "rescue",
    "mission": "rescue",
    "gift": "donation",
    "org_gift": "donation",
    "volunteer": "volunteer",
    "project": "project",
    "candidacy": "council",
}
"""Fact kind that a rule hits on, and its channel."""
_WORDS: Final = {
    **{word: word for word in ("training", "rescue", "council", "project", "online")},
    **dict.fromkeys(
        ("blood", "hsc", "stem_cell", "organ", "organ_family", "donor", "donation", "volunteer",
         PUBLIC_WELFARE),
        PUBLIC_WELFARE,
    ),
}  # fmt: skip
"""What the registry may call a channel, and what becomes of it at intake."""


def of_hit(hit: Hit) -> str:
    """Return the channel of a ground: that of the facts it rests on, unless it is not to be named."""
    if hit.rule.public is not None or hit.evidence == ground.EVIDENCE:
        return PUBLIC_WELFARE
    return _BY_FACT.get(hit.evidence[0][0], OTHER) if hit.evidence else OTHER


def of_word(word: str | None) -> str:
    """Return the channel that a source names, in a form that betrays nobody.

    >>> of_word("Training"), of_word("hsc"), of_word("fair"), of_word(" ")
    ('training', 'public_welfare', 'other', 'unknown')
    """
    plain = (word or "").strip().lower()
    return _WORDS.get(plain, OTHER) if plain else UNKNOWN
