"""The stock figures of a day, summed over counties: docs/matching.md, "Figures"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from hub.simulate.grounds import grounds, publicly
from hub.simulate.known import Known

__all__ = ("stock",)


def stock(everybody: Iterable[Known], today: int) -> dict[str, int]:
    """Return ``name|label=value`` → value; zeros are left out."""
    totals: Counter[str] = Counter()
    for known in everybody:
        if known.met:
            _count(known, today, totals)
        if known.secret is not None:
            totals["sensitive_grounds"] += known.secret.told is not None
            totals.update(f"sensitive_held|code={code}" for code in known.codes)
    return {name: count for name, count in sorted(totals.items()) if count}


def _count(known: Known, today: int, totals: Counter[str]) -> None:
    totals["groups" if known.group else "persons"] += 1
    for number, entry in known.certificates.items():
        if "issued_on" in entry and number not in known.revoked:
            totals[f"certificates_valid|kind={entry['kind']}"] += (
                entry["issued_on"] <= today <= entry["expires_on"]
            )
    totals.update(f"qualified|rule={rule}" for rule in publicly(grounds(known, today)))
    if known.member:
        totals[f"members|kind={known.membership['kind']}"] += 1
    if known.last is not None and known.last.open:
        totals[f"invitations_open|kind={known.last.kind}|priority={known.last.priority}"] += 1
    if known.held:
        totals[f"held|code={known.held}"] += 1
    for duties in known.duties.values():
        if duties[-1].open:
            totals[f"tasks_open|kind={duties[-1].kind}"] += 1
