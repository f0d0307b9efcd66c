"""Whatever becomes of organisations and region codes, in whatever order it arrives: nobody is orphaned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from hub import data, topics
from hub.core import dates
from hub.core.invitation import Invitation
from hub.core.matching import Eligibility
from hub.core.person import PersonState
from tests.properties.test_matching import (
    ASSERTED,
    CODEC,
    COUNTY,
    PEOPLE,
    READY,
    VILLAGE,
    Told,
    World,
    told,
)

TOWNSHIP: Final = VILLAGE[:9]
RENAMED, APART, OTHER = "330199", "330198", "330109"
"""Counties: what this one may become whole, what it may become in part, and one beside it."""
ORGANISATIONS: Final[dict[str, tuple[str, str, str | None]]] = {
    "SOC": ("society", COUNTY, None),
    "SOC1": ("society", COUNTY, None),
    "SOC9": ("society", OTHER, None),
    "NEW": ("society", RENAMED, None),
    "PART": ("society", APART, None),
    "CITY": ("society", "3301", None),
    "TOWN": ("township", TOWNSHIP, None),
    "VILL": ("village", VILLAGE, None),
    "VILL2": ("village", RENAMED + VILLAGE[6:], None),
    "UNIT": ("company", "330281", "USCC"),
}
REGIONS: Final = (COUNTY, OTHER, RENAMED, APART, TOWNSHIP, VILLAGE, RENAMED + VILLAGE[6:])


class Announced(NamedTuple):
    """One record on ``hub.organisations``; ``days`` after the tick it takes effect."""

    org_id: str
    aspect: str
    days: int
    stamp: int
    changed: dict[str, Any]


class Reform(NamedTuple):
    """One record on ``hub.regions``: a line of the crosswalk."""

    old: str
    new: str
    township: str | None
    rule: str
    days: int


Thing = Announced | Reform | Told


class Tick(NamedTuple):
    """How many days after the last one it is, and what arrives: groups one after the other, each at once."""

    days: int
    groups: Sequence[Sequence[Thing]]


DAYS: Final = st.sampled_from([-9, -1, 0, 0, 3, 40])
STAMPS: Final = st.integers(1, 10_000)
"""They do not rise with arrival: of two announcements of one aspect the later one may come first."""


def founded(org_id: str, days: int, stamp: int, **changed: Any) -> Announced:
    """Return the founding of an organisation, as it is in the table or otherwise."""
    org_class, region, unit = ORGANISATIONS[org_id]
    values = {"org_class": org_class, "region": region, "host_unit": unit, **changed}
    return Announced(org_id, "established", days, stamp, values)


NAMES: Final = st.sampled_from(sorted(ORGANISATIONS))
OURS: Final = st.sampled_from(["SOC", "SOC", "SOC1", "TOWN", "VILL"])
MOVES: Final = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["红十字会", "新名"]),
        "parent": NAMES,
        "region": st.sampled_from(REGIONS),
        "org_class": st.sampled_from(["society", "township", "village", "community"]),
        "host_unit": st.sampled_from(["USCC", "SCHOOL"]),
    },
)
FOUNDED: Final = st.builds(founded, NAMES, DAYS, STAMPS)
DISSOLVED: Final = st.builds(Announced, OURS | NAMES, st.just("dissolved"), DAYS, STAMPS, st.just({}))
MOVED: Final = st.builds(Announced, OURS | NAMES, st.just("moved"), DAYS, STAMPS, MOVES)
SUCCESSOR: Final = {"SOC": "SOC1", "SOC1": "SOC"}
SUCCESSION: Final = st.builds(
    lambda old, days, stamp: [
        Announced(old, "dissolved", days, stamp, {}),
        founded(SUCCESSOR[old], days, stamp + 1),
    ],
    st.sampled_from(sorted(SUCCESSOR)),
    DAYS,
    STAMPS,
)
REFORMS: Final = st.builds(
    lambda line, days: Reform(line[0], line[1], line[2], line[3], days),
    st.sampled_from(
        [
            (COUNTY, RENAMED, None, "one_to_one"),
            (COUNTY, OTHER, None, "one_to_one"),  # merged
            (OTHER, RENAMED, None, "one_to_one"),
            (RENAMED, COUNTY, None, "one_to_one"),
            (COUNTY, APART, data.regions().name(TOWNSHIP), "by_township"),  # split
            (COUNTY, OTHER, "别镇", "by_township"),
            (COUNTY, APART, None, "manual"),
        ]
    ),
    DAYS,
)
FACTS: Final = st.sampled_from(
    [
        told(who, at, each)
        for who in PEOPLE
        for at in (2, 3)
        for each in ASSERTED
        if each[0] in {"application", "candidacy"}
        or each[2].keys() & {"residence", "host_unit", "organisation", "recipients"}
    ]
)
"""What makes the directory matter otherwise: where people live, whom they agreed to, what was applied for."""
THINGS: Final = st.one_of(FOUNDED, DISSOLVED, MOVED, REFORMS, FACTS)
GROUPS: Final = st.lists(
    st.one_of(st.lists(THINGS, min_size=1, max_size=3), SUCCESSION, SUCCESSION.flatmap(st.permutations)),
    max_size=3,
)
TICKS: Final = st.lists(st.builds(Tick, st.sampled_from([0, 1, 3, 7, 40]), GROUPS), min_size=1, max_size=5)
BEGIN: Final = st.permutations([*READY, founded("SOC", -9, 5_000), founded("SOC9", -9, 5_000)])


class Land(World):
    """A pipeline of the matching stage to which directory and facts come in any order."""

    def arrive(self, things: Sequence[Thing]) -> None:
        """Let some things arrive together, and do all there is to do."""
        for each in things:
            if isinstance(each, Told):
                self.flow.publish(topics.FACTS, each.who, each.value)
            elif isinstance(each, Reform):
                self._reform(each)
            else:
                self._announced(each)
        self.flow.tick(dates.midnight_ms(self.day))

    def _announced(self, each: Announced) -> None:
        on = self.day + each.days
        aspect = f"moved/{dates.iso(on)}" if each.aspect == "moved" else each.aspect
        nothing = dict.fromkeys(("org_class", "name", "parent", "region", "host_unit"))
        record = {
            **nothing, **each.changed, "org_id": each.org_id, "aspect": aspect, "on": on,
            "stamp": each.stamp.to_bytes(25, "big"),
        }  # fmt: skip
        key = f"{each.org_id}/{aspect}".encode()
        self.flow.publish(topics.ORGANISATIONS, key, CODEC.encode("hub.organisation", record))

    def _reform(self, each: Reform) -> None:
        record = {
            "old_code": each.old, "new_code": each.new, "township": each.township, "rule": each.rule,
            "from_on": self.day + each.days,
        }  # fmt: skip
        key = f"{each.old}/{each.new}/{each.township or ''}".encode()
        self.flow.publish(topics.REGIONS, key, CODEC.encode("hub.region_change", record))

    def invited(self) -> dict[bytes, tuple[Invitation, Eligibility, PersonState]]:
        """Return the open invitations by person, and what an evaluation from scratch says of each today."""
        return {
            who: (state.invitation, self.evaluated(state), state)
            for who, state in self.people()
            if state.invitation is not None and state.invitation.open
        }


def welcome(eligible: Eligibility) -> bool:
    """Return whether there is an organisation to invite to, and nothing is in the way."""
    return bool(eligible.organisation) and bool(eligible.hits) and eligible.hindrance is None


@settings(max_examples=500, deadline=None)
@given(begin=BEGIN, ticks=TICKS)
def test_what_is_open_is_at_an_active_organisation(begin: list[Thing], ticks: list[Tick]) -> None:
    """Whatever arrives first; and who has somewhere to go before and after it keeps the invitation."""
    land = Land()
    land.day += 1
    for each in begin:
        land.arrive([each])
    for tick in ticks:
        for at, group in enumerate([(), *tick.groups]):
            before = land.invited()
            land.day += tick.days if at == 0 else 0
            land.arrive(group)
            after = land.invited()
            for last, _, _ in after.values():
                assert land.known.organisations.active(last.organisation, land.day) is not None, "orphaned"
            for _, state in land.people():
                for task in state.tasks:
                    there = land.known.organisations.active(task.organisation, land.day)
                    assert there is not None or not task.open, "a task is orphaned"
            changed = {each.who for each in group if isinstance(each, Told)}
            for who, (last, eligible, _) in before.items():
                if who in changed or not welcome(eligible) or land.day > last.valid_until:
                    continue
                state = dict(land.people())[who]
                if welcome(land.evaluated(state)):
                    assert who in after, "withdrawn, with somewhere to go"
                    assert after[who][0].id == last.id, "another invitation"
            assert not any(name.startswith("invitations_orphaned") for name in land.flow.counters())
