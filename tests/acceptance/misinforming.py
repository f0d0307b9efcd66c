"""What is bad news to a running hub: each function tells it, sees it alerted, and mends it."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, Final

from confluent_kafka import OFFSET_BEGINNING, TopicPartition

from hub import kafka, packaged, topics
from hub.core import dates, weak
from hub.engine.lookout import Eyes
from hub.engine.store import Kind
from hub.simulate.gazetteer import Gazetteer
from hub.simulate.regions import region_table
from tests.acceptance.breaking import environment, on_small_disk
from tests.acceptance.watched import TODAY, Watched
from tests.unit.connectors.events import consent, person
from tests.unit.connectors.events import number as resident_number
from tools.running import WORKERS, RunningHub, until

__all__ = (
    "OURS", "bad_records", "broken_plan", "late_invitations", "lost_dissolution", "orphans", "plan",
    "settle_plan", "three_days_ago",
)  # fmt: skip

_DAY_MS: Final = 86_400_000
_CITY: Final = "3306"
"""The synthetic county is one of its counties."""
_GAZETTEER: Final = Gazetteer(region_table())
_OTHERS: Final = tuple(county for county in _GAZETTEER.counties(_CITY) if county != "330604")
_COUNCIL: Final = "WATCHED-COUNCIL"
_YESTERDAY: Final = dates.iso(TODAY - 1)
_LONG_AGO: Final = weak.full_quarters(TODAY).begin + 30
OURS: Final = {
    "HubTargetOffTrack": {"figure": "T6"},
    "HubCountiesWeak": {"region": _CITY},
    "HubCandidatesNotMembers": {"labels": f"council={_COUNCIL}"},
}
"""The series in which the plan is broken here: in others it is not met from the beginning."""


def plan(directory: Path) -> Path:
    """Write a plan that asks for one organisation of the government; return where it is."""
    text = packaged.read_text("rules/targets/zhejiang-2022.yaml")
    file = directory / "plan.yaml"
    file.write_text(text.replace("classes: {}", 'classes: {government: {"33": 1}}'), "utf-8")
    return file


def three_days_ago(watched: Watched) -> None:
    """Tell, while the clock is slow, of people who qualify and do not consent; then set the clock."""
    hub = watched.hub
    for who in _LATE:
        _certify(watched, who, TODAY - 5, consenting=False)
    assert watched.told()
    until(hub.idle, "the certificates to be taken in")
    (hub.directory / "slow").unlink()
    hub.stop("hub")
    hub.run(before=on_small_disk(hub.settings.state_dir), environment=environment(hub.directory))


def settle_plan(watched: Watched) -> None:
    """Bring it about that the plan is met where it is to be broken: no county of the city is weak."""
    _establish(watched, "WATCHED-G1", "government", _OTHERS[0], _LONG_AGO)
    for county in _OTHERS:
        for village in _GAZETTEER.villages(county)[:_VILLAGES]:
            _establish(watched, f"WATCHED-{village}", "village", village, _LONG_AGO)
    for who in _GUESTS:
        _certify(watched, who, TODAY, consenting=True)


_VILLAGES: Final = 4
"""So many of each county have an organisation: more than half of the province's mean."""


def _establish(watched: Watched, org_id: str, org_class: str, region: str, on: int) -> None:
    watched.tell(
        "org.established.v1",
        TODAY,
        org_id=org_id,
        org_class=org_class,
        name=org_id,
        region=region,
        on=dates.iso(on),
    )


def lost_dissolution(watched: Watched) -> None:
    """Undo in the workers' changelog what a dissolution changed: they read it when they are next killed."""
    hub = watched.hub
    before = _state(hub)
    watched.tell("org.dissolved.v1", TODAY, org_id=f"WATCHED-{_HOME}", on=dates.iso(TODAY))
    until(lambda: len(_changed(hub, before)) >= len(_GUESTS), "those who were invited there to be told")
    for (partition, key), value in _changed(hub, before).items():
        watched.produce_to(topics.STATE_MATCHING, partition, key, value)


def _state(hub: RunningHub) -> dict[tuple[int, bytes], bytes | None]:
    """Return what the changelog of the matching stage holds, without what the engine writes for itself."""
    places = [TopicPartition(topics.STATE_MATCHING, number, OFFSET_BEGINNING) for number in range(WORKERS)]
    reader = kafka.consumer(hub.settings, None, {"enable.partition.eof": True})
    reader.assign(places)
    left, found = set(range(WORKERS)), {}
    while left:
        for message in reader.consume(5_000, 0.1):
            partition, key = message.partition(), message.key()
            if message.error() is not None:
                left.discard(partition)
            elif key.startswith(Kind.STATE):
                found[partition, key] = message.value()
    reader.close()
    return found


def _changed(
    hub: RunningHub, before: dict[tuple[int, bytes], bytes | None]
) -> dict[tuple[int, bytes], bytes | None]:
    """Return what stood before where something else stands now."""
    now = _state(hub)
    return {place: before.get(place) for place, value in now.items() if before.get(place) != value}


def late_invitations(watched: Watched) -> None:
    """People who qualified days ago consent only now, and many others on the day on which they qualify."""
    for who in _LATE:
        granted = consent(granted_on=dates.iso(TODAY), recipients=[_PROVINCE])
        watched.tell("consent.granted.v1", TODAY, person=_resident(who), consent=granted)
    with watched.broken("HubInvitationsLate"):
        for who in _TIMELY:
            _certify(watched, who, TODAY, consenting=True)


def orphans(watched: Watched) -> None:
    """Count what is open where no organisation is any more; the directory then takes it back."""
    _establish(watched, "WATCHED-OTHER", "other", _OTHERS[0], TODAY)  # they are counted when it changes
    with watched.broken("HubInvitationsOrphaned"):
        watched.tell("org.dissolved.v1", TODAY, org_id=f"WATCHED-{_HOME}", on=dates.iso(TODAY + 300))


_PROVINCE: Final = "33"
_HOME: Final = _GAZETTEER.villages(_OTHERS[2])[0]
"""Where those live of whom this needs to know."""
_GUESTS, _LATE, _TIMELY = range(6), range(100, 180), range(1000, 1720)


def _resident(number: int, **more: Any) -> dict[str, Any]:
    """Return somebody of the village."""
    body = f"339901{1960 + number % 30}{1 + number // 30 % 12:02}10{1 + number // 360:03}"
    return person(doc_no=resident_number(body), birth_date=None, sex=None, residence_region=_HOME, **more)


def _certify(watched: Watched, number: int, day: int, *, consenting: bool) -> None:
    """Tell of a certificate of somebody."""
    given = consent(granted_on=dates.iso(day), recipients=[_PROVINCE]) if consenting else None
    watched.tell(
        "training.certificate.issued.v1", day, person=_resident(number, consent=given), cert_no=f"W{number}",
        issued_on=dates.iso(day),
    )  # fmt: skip


def broken_plan(watched: Watched) -> None:
    """Organisations are dissolved, and a council holds its session with a candidate who is no member."""
    county, today = _OTHERS[1], dates.iso(TODAY)
    villages = _GAZETTEER.villages(county)[:_VILLAGES]
    for org_id in ("WATCHED-G1", *(f"WATCHED-{village}" for village in villages)):
        watched.tell("org.dissolved.v1", TODAY, org_id=org_id, on=today)
    watched.tell(
        "council.candidate.nominated.v1", TODAY - 20, person=person(), council_org=_COUNCIL,
        session_on=_YESTERDAY, on=dates.iso(TODAY - 20),
    )  # fmt: skip
    with watched.broken("HubTargetOffTrack", "HubCountiesWeak", "HubCandidatesNotMembers"):
        _establish(watched, "WATCHED-G2", "government", county, TODAY)
        for village in villages:
            _establish(watched, f"WATCHED-NEW-{village}", "village", village, TODAY)
        watched.tell("member.admitted.v1", TODAY, person=person(), organisation=_COUNCIL, on=today)


def bad_records(watched: Watched) -> None:
    """Publish garbage, an old record, and a prohibition that nobody can read; then release and go on."""
    hub = watched.hub
    watched.produce(topics.TRAINING, [b"garbage"] * 60)
    watched.produce(topics.ORGANISATIONS, [b"garbage"])
    watched.produce(topics.PARTS, [b"garbage"])
    watched.produce(topics.ORGAN, [b"garbage"], age_ms=120 * _DAY_MS)  # the only one of its system
    watched.produce(topics.CONSENT, [b"unreadable"], ce_type="consent.withdrawn.v1")
    broken = (
        "HubDeadLetterBurst", "HubBroadcastRejected", "HubStatisticsRejected", "HubSourceStopped",
        "HubWorkerNotReady", "HubSourceSilent",
    )  # fmt: skip
    with watched.broken(*broken):
        with closing(Eyes(hub.settings)) as eyes:
            (stop,) = eyes.standing_still()
        place = (stop.topic, str(stop.partition), str(stop.offset))
        watched.run("sources", "release", *place, "--reason", "a check")
        watched.produce(topics.ORGAN, [b"garbage"])
    late = partial(watched.produce, topics.VOLUNTEER, [b"garbage"], age_ms=_DAY_MS)
    with watched.broken("HubRecordsOld", again=late):  # as a source whose clock is slow: one after the other
        watched.produce(topics.VOLUNTEER, [b"garbage"] * 2)
    until(hub.ready, "the source to be released")
