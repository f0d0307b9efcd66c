"""How often each upstream system is expected to say something: longer, and it counts as silent.

A source that has failed and a source with nothing to say look alike; only its rhythm tells them apart. The
figures are first guesses of an ordinary week with a holiday in it, to be corrected with each owner.
"""

from __future__ import annotations

from typing import Final

__all__ = ("RHYTHM_S", "silent")

_DAY_S: Final = 86_400

RHYTHM_S: Final[dict[str, int]] = {
    "training": 4 * _DAY_S,  # courses are held on weekends too, not over a long holiday's first days
    "rescue": 14 * _DAY_S,  # missions come when they come; members are graded monthly
    "consent": 3 * _DAY_S,
    "party": 30 * _DAY_S,  # corrections and deaths
    "registry": 4 * _DAY_S,  # answers to our own invitations: the first to show that it is down
    "directory": 45 * _DAY_S,  # a full export is due every month
    "volunteer": 3 * _DAY_S,
    "donation": 3 * _DAY_S,
    "council": 400 * _DAY_S,  # once a year before the sessions
    "project": 30 * _DAY_S,
    "blood": 4 * _DAY_S,
    "stem-cell": 30 * _DAY_S,
    "organ": 90 * _DAY_S,
}
"""System (``topics.system_of``) → seconds."""


def silent(last_s: float, now_s: float, rhythm_s: float) -> bool:
    """Return whether a system that was last heard at ``last_s`` is beyond its rhythm at ``now_s``.

    One that was never heard is not connected yet rather than silent: ``last_s`` 0 is not.
    """
    return last_s > 0 and now_s - last_s > rhythm_s
