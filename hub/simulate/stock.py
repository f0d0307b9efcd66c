"""The stock figures of a day, summed over counties: docs/matching.md, "Figures"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from hub.simulate.calendar import iso
from hub.simulate.entry import Entry
from hub.simulate.grounds import grounds, publicly
from hub.simulate.known import Known

__all__ = ("stock",)


_CHANNELS: Final = {None: "unknown", "training": "training", "rescue": "rescue", "online": "online"}
"""What the simulated registry names, and what is shown of it: none of these betrays anybody."""


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
    if _counts_as_member(known):
        totals[f"members|kind={known.membership['kind']}"] += 1
    if known.last is not None and known.last.open:
        totals[f"invitations_open|kind={known.last.kind}|priority={known.last.priority}"] += 1
    if known.held:
        totals[f"held|code={known.held}"] += 1
    _reach(known, today, totals)
    _memberships(known, totals)
    totals["under_review"] += known.review
    if known.review_on is not None:
        totals[f"reviews_open|day={iso(known.review_on)}"] += 1
    if known.superseded:
        totals["identities_decided|verdict=refuted"] += 1
    elif len(known.names) > 1 and not known.review:
        totals["identities_decided|verdict=confirmed"] += 1
    for candidacy in known.candidacies.items():
        _candidate(known, *candidacy, totals)
    for duties in known.duties.values():
        if duties[-1].open:
            totals[f"tasks_open|kind={duties[-1].kind}"] += 1


def _counts_as_member(known: Known) -> bool:
    return known.member and not known.deceased


def _reach(known: Known, today: int, totals: Counter[str]) -> None:
    """Count who is to be reached with priority: no members, living, no organisations."""
    if known.group or known.member or known.deceased:
        return
    invited = "no" if known.last is None else "yes"
    if any(
        number not in known.revoked
        and entry.get("kind") == "first_aider"
        and "issued_on" in entry
        and entry["issued_on"] <= today <= entry["expires_on"]
        for number, entry in known.certificates.items()
    ):
        totals[f"priority_reach|ground=first_aider|invited={invited}"] += 1
    teams = known.teams.values()
    if any(team.get("status") == "active" and team.get("grade") == "backbone" for team in teams):
        totals[f"priority_reach|ground=backbone|invited={invited}"] += 1


def _memberships(known: Known, totals: Counter[str]) -> None:
    """Count what happened to memberships by the month it happened in, and the deaths of members."""
    for change in known.changes.values():
        month, move = iso(change["on"])[:7], change["move"]
        if move == "transferred":
            totals[f"members_moved|month={month}|move=transferred_out"] += 1
            totals[f"members_moved|month={month}|move=transferred_in"] += 1
            continue
        totals[f"members_moved|month={month}|move={move}"] += 1
        if move == "admitted":
            totals[f"members_admitted|channel={_CHANNELS[change['channel']]}|month={month}"] += 1
    if known.member and known.deceased_on is not None:
        totals[f"members_moved|month={iso(known.deceased_on)[:7]}|move=deceased"] += 1


def _candidate(known: Known, council: tuple[str, str], candidacy: Entry, totals: Counter[str]) -> None:
    if candidacy.get("status") == "nominated":
        said = {
            "council": council[0], "member": "yes" if _counts_as_member(known) else "no",
            "session": iso(candidacy["session_on"]),
        }  # fmt: skip
        totals["|".join(["candidates", *(f"{name}={value}" for name, value in said.items())])] += 1
