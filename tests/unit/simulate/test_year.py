"""The generator: one seed gives one year, all of it synthetic, with a day's end that knows no order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from hub import contracts, packaged
from hub.simulate.agenda import Agenda, check_day
from hub.simulate.calendar import add_months, birthday, china_ms, day_number
from hub.simulate.days import Day, Plan, Year
from hub.simulate.expect import Expectation
from hub.simulate.happening import SYSTEMS, Effect, Fate, Happening
from hub.simulate.identifiers import check_digit, fifteen
from hub.simulate.problems import PROBLEMS, able
from hub.simulate.regions import region_table
from tests.unit.simulate.saying import KEY, block, certificate, consent, county, course, day, founded

PLAN = Plan(people=400, days=90, problems=0.2)


def make(plan: Plan) -> tuple[Year, list[Day]]:
    """Return a year that was played, and its days."""
    year = Year(plan, region_table(), contracts.codec().writer)
    return year, list(year.days())


@pytest.fixture(scope="module")
def played() -> tuple[Year, list[Day]]:
    """Return one small year with many problems."""
    return make(PLAN)


def test_same_seed_same_bytes(played: tuple[Year, list[Day]]) -> None:
    """One seed gives the same records in the same order, and the same expectation."""
    _, first = played
    _, again = make(PLAN)
    assert [d.messages for d in first] == [d.messages for d in again]
    assert [d.expected for d in first] == [d.expected for d in again]


def test_another_seed_another_year(played: tuple[Year, list[Day]]) -> None:
    """Another seed gives other people."""
    other, _ = make(Plan(people=400, days=2, seed=2))
    assert not {p.number for p in other.world.population.people} & {
        p.number for p in played[0].world.population.people
    }


def test_everybody_is_synthetic(played: tuple[Year, list[Day]]) -> None:
    """Resident numbers lie in 3399xx with a right check digit; other kinds have right check digits too."""
    for person in played[0].world.population.people:
        assert person.number[17] == check_digit(person.number[:17])
        expected = {
            "resident_id": r"3399\d\d",
            "hmt_permit": r"8[123]0000",
            "foreign_permanent_resident": "933999",
        }
        assert re.fullmatch(expected[person.kind], person.number[:6])


def test_events_are_labelled_and_their_keys_tell_nothing(played: tuple[Year, list[Day]]) -> None:
    """Every source says synthetic, keys are event ids, and no person's data is in them."""
    codec = contracts.codec()
    people = played[0].world.population.people
    numbers = {p.number.encode() for p in people} | {p.phone.encode() for p in people}
    for simulated in played[1]:
        for happening, message in zip(simulated.happenings, simulated.messages, strict=True):
            assert message.topic == f"redcross.{happening.system}.events"
            assert re.fullmatch(rb"syn-1-\d{7}", message.key)
            assert message.key not in numbers
            if happening.fate is Fate.TAKEN:
                schema, body = codec.decode(message.value)
                assert schema.ce_type == happening.type
                assert body["envelope"]["source"].startswith("synthetic/330604/")
                assert body["envelope"]["id"].encode() == message.key


def test_every_system_publishes(played: tuple[Year, list[Day]]) -> None:
    """All systems take part, and most invitations' ends occur."""
    assert set(played[0].systems) == set(SYSTEMS)
    ends = {view[1] for simulated in played[1] for view in simulated.expected.changes.values()}
    assert {"issued", "delivered", "accepted", "applied", "admitted", "declined", "withdrawn"} <= ends
    tasks = {
        view[:2] for simulated in played[1] for each in simulated.expected.tasks.values() for view in each
    }
    assert ("admission", "open") in tasks


@pytest.mark.parametrize("share", [0.0, 0.1, 0.4])
def test_share_of_problems(share: float) -> None:
    """About the wanted share of the events that can have a problem has one."""
    year, days = make(Plan(people=800, days=60, problems=share))
    fit = [h for d in days for h in d.happenings if able(h) and h.fate is not Fate.FORGOTTEN]
    found = sum(year.problems.values()) / len(fit)
    assert found == pytest.approx(share, abs=0.35 * share)


def test_every_problem_is_planted() -> None:
    """Each kind of problem occurs when there are many, and is counted by what becomes of it."""
    year, days = make(Plan(people=5000, days=90, problems=0.6))
    assert set(year.problems) == {problem.name for problem in PROBLEMS}
    fates = Counter((h.fate, h.code) for d in days for h in d.happenings if h.fate is not Fate.TAKEN)
    assert year.expectation.dead_letters == Counter(
        {code: n for (fate, code), n in fates.items() if fate is Fate.DEAD}
    )
    assert year.expectation.parked == Counter(
        {code: n for (fate, code), n in fates.items() if fate is Fate.PARKED}
    )


def test_days_keep_the_order_free_rule() -> None:
    """No day of a generated year breaks the rule, as checked against the state at its beginning."""
    year = Year(PLAN, region_table(), contracts.codec().writer)
    shadow = Expectation()
    for simulated in year.days():
        quiet = shadow.begin(simulated.number)
        check_day(simulated.happenings, shadow, quiet)
        for happening in simulated.happenings:
            shadow.take(happening)
        assert shadow.finish() == simulated.expected


@pytest.mark.parametrize("shuffle", range(3))
def test_order_within_a_day_does_not_matter(shuffle: int, played: tuple[Year, list[Day]]) -> None:
    """However a day's events are shuffled, and however often evaluated, each tick's end is the same."""
    rng = Random(shuffle)
    again = Expectation()
    for simulated in played[1]:
        again.begin(simulated.number)
        for happening in rng.sample(simulated.happenings, len(simulated.happenings)):
            again.take(happening)
            again.finish()
        end = again.finish()
        assert end.changes == simulated.expected.changes
        assert end.tasks == simulated.expected.tasks
    assert again.stock() == played[0].expectation.stock()


def never(_: Happening) -> None:
    """Plant nothing."""


def revocation() -> Happening:
    """Return a turning event of the usual person."""
    return Happening("training.certificate.revoked.v1", 1, alias=("cert_no", "C1"), keys=(KEY,),
                     fields={"cert_no": "C1"}, effect=Effect.TURNS, serial=99)  # fmt: skip


def opened() -> Expectation:
    """Return a county in which the usual person has an open invitation."""
    expectation = county()
    expectation.begin(day("01-03"))
    expectation.take(certificate("01-03", grant=consent()))
    expectation.finish()
    expectation.begin(day("01-04"))
    return expectation


MOVED = {"residence": "330604002001"}
PAIRS: list[Any] = [
    pytest.param(county, [certificate("01-03"), course("01-03")], set(), 2, id="two-grounds"),
    pytest.param(county, [certificate("01-03"), revocation()], set(), 1, id="ground-and-revocation"),
    pytest.param(county, [revocation(), certificate("01-03")], set(), 1, id="revocation-and-ground"),
    pytest.param(county, [certificate("01-03"), course("01-03", said=MOVED)], set(), 1, id="two-homes"),
    pytest.param(
        county,
        [certificate("01-03", grant=consent()), course("01-03", grant=consent(expires_on=9))],
        set(),
        1,
        id="two-consents",
    ),
    pytest.param(
        opened, [certificate("01-04", number="C2"), course("01-04")], set(), 1, id="open-invitation"
    ),
    pytest.param(opened, [certificate("01-04", number="C2")], {KEY}, 0, id="time-changed-it-today"),
    pytest.param(
        opened,
        [course("01-04"), founded("N", "village", "330604001001", "01-04")],
        set(),
        1,
        id="directory-change-at-home",
    ),
    pytest.param(
        opened,
        [course("01-04"), founded("N", "village", "330604009001", "01-04")],
        set(),
        2,
        id="directory-change-elsewhere",
    ),
    pytest.param(
        opened,
        [founded("N", "village", "330604009001", "01-04"), founded("M", "village", "330604009002", "01-04")],
        set(),
        1,
        id="two-directory-changes",
    ),
]


@pytest.mark.parametrize(("start", "happenings", "quiet", "admitted"), PAIRS)
def test_agenda_puts_off_what_depends_on_order(
    start: Callable[[], Expectation], happenings: list[Happening], quiet: set[str], admitted: int
) -> None:
    """What could depend on the order within the day happens on a later day, and nothing is lost."""
    agenda, expectation = Agenda(never), start()
    for happening in happenings:
        agenda.plan(expectation.today, happening)
    assert len(agenda.draw(expectation.today, expectation, quiet)) == admitted
    later = agenda.draw(expectation.today + 1, start(), set())
    assert admitted + len(later) + agenda.put_off - (len(happenings) - admitted) == len(happenings)


def test_exact_repetition_may_share_the_day() -> None:
    """The same event twice on one day is one event."""
    agenda, expectation = Agenda(never), opened()
    happening = agenda.plan(expectation.today, course("01-04"))
    agenda.repeat(expectation.today, happening)
    assert len(agenda.draw(expectation.today, expectation, set())) == 2


def test_check_day_refuses_a_bad_day() -> None:
    """A day that breaks the rule is an error of the generator."""
    with pytest.raises(ValueError, match="order-free"):
        check_day([certificate("01-03"), revocation()], county(), set())


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [("2022-01-31", 1, "2022-02-28"), ("2020-02-29", 12, "2021-02-28"), ("2021-12-15", 36, "2024-12-15")],
)
def test_add_months(start: str, months: int, expected: str) -> None:
    """Months are added by the calendar, clamped to the month's end."""
    assert add_months(day_number(start), months) == day_number(expected)


def test_birthday_on_29_february() -> None:
    """Who is born on 29 February has the birthday on 1 March in other years."""
    born = day_number("2004-02-29")
    assert birthday(born, 18) == day_number("2022-03-01")
    assert birthday(born, 20) == day_number("2024-02-29")


def test_china_midnight() -> None:
    """A day begins at 16:00 UTC of the day before."""
    assert china_ms(day_number("1970-01-02")) == 16 * 3_600_000


def test_fifteen_digits() -> None:
    """The old form drops the century and the check digit; only the 20th century has it."""
    assert fifteen("339901197601010020") == "339901760101002"
    with pytest.raises(ValueError, match="20th century"):
        fifteen("339902201108152207")


def test_unknown_county_is_refused() -> None:
    """A county that is not in the region table is an error that says what to give."""
    with pytest.raises(ValueError, match="six digits"):
        Year(Plan(people=1, days=1, county="999999"), region_table(), contracts.codec().writer)


def test_packaged_table_has_the_default_county() -> None:
    """The default county is in the packaged table, with its villages."""
    assert "330604," in region_table()
    assert block()["residence"] in region_table()
    assert packaged.names("data")


def test_province_has_a_county_of_each_city() -> None:
    """Eleven counties, one of each city, people in all of them, some of whom move to another one."""
    year, days = make(Plan(people=900, days=60, counties=11))
    codes = [county.code for county in year.world.counties]
    assert codes[0] == "330604"
    assert len({code[:4] for code in codes}) == 11
    people = year.world.population.people
    assert {person.county.code for person in people} == set(codes)
    moved = [(p.homes[0][1], p.homes[-1][1]) for p in people if len(p.homes) > 1]
    assert any(old and new and old[:6] != new[:6] and new[:6] in codes for old, new in moved)
    assert {h.county for d in days for h in d.happenings} == set(codes)


def test_more_counties_than_cities_are_refused() -> None:
    """There is one county of each city, and no more."""
    with pytest.raises(ValueError, match="11 cities"):
        Year(Plan(people=1, days=1, counties=12), region_table(), contracts.codec().writer)


def test_nothing_is_said_again_across_a_change_of_codes() -> None:
    """Region codes change ahead of time, and no event is repeated across their day."""
    _, days = make(Plan(people=600, days=120, seed=3))
    first: dict[int, int] = {}
    starts = set()
    for simulated in days:
        for happening in simulated.happenings:
            if happening.type == "region.changed.v1":
                assert happening.fields["from_on"] > simulated.number
                starts.add(happening.fields["from_on"])
            elif happening.block is not None:
                published = first.setdefault(happening.serial, simulated.number)
                assert not any(published < start <= simulated.number for start in starts)
    assert len(starts) == 3
