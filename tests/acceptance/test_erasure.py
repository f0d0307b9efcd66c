"""Erasure on the real broker: all bytes that are left are searched, before anybody else could.

Compression is off, at the producers and at the broker. After the person was erased, the withdrawn records
tombstoned, an old dead letter redriven and everything told again, the workers stop, Kafka compacts and
RocksDB too; then no byte of the person's may be left outside the upstream topics. Of somebody who was not
erased the same search finds what it looks for: so it works.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner, Result

from hub import contracts, kafka, topics
from hub.cli.main import app
from hub.core import dates
from hub.core.document import check
from hub.embedded.broker import EmbeddedBroker
from hub.engine.tail import read_all
from hub.privacy.key_ring import KeyRing
from hub.privacy.suite import SUITES
from hub.settings import Settings
from hub.topics import TOPICS, Cleanup, Owner
from tests.acceptance.test_privacy import Search, files, stores
from tests.faults.harness import Hub, hub_settings
from tests.faults.workers import PATIENCE_S, until
from tests.unit.connectors.events import DAY, consent, event, number

CODEC: Final = contracts.codec()
COMPACTION_S: Final = 120.0
KEPT: Final = (topics.FACTS, topics.IDENTITY)
"""Append-only topics, whose facts are pseudonymous and may be read until their time is over."""
REASON: Final = ("--reason", "request 17")


@dataclass
class Subject:
    """Somebody made up, with values that nobody else has."""

    name: str
    number: str
    phone: str
    unit: str
    certificate: str
    relation: str
    wrapped: bytes = b""
    invitation: str = ""
    block: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        """Make the person block."""
        self.block = {
            "name": self.name, "doc_kind": "resident_id", "doc_no": self.number, "birth_date": None,
            "sex": None, "phone": self.phone, "residence_region": "330106110227", "residence_township": None,
            "host_unit": self.unit, "nationality": None, "student": False, "guardian": None,
            "consent": consent(data_classes=["p", "s"], granted_on="2022-05-08"),
        }  # fmt: skip

    @property
    def texts(self) -> tuple[str, ...]:
        """What says who it is, and what nobody but the holder of the sensitive key may read."""
        return (self.name, self.number, self.phone, self.certificate, self.relation)

    @property
    def typed(self) -> str:
        """What is typed to ask for the person."""
        return f"resident_id\n{self.number}\n"


ANNA: Final = Subject(
    "司空安娜探针", number("33990119920404128"), "13799990001", "CANARYUNITANNA0001", "CANARYCERTANNA",
    "CANARYRELATIONANNA",
)  # fmt: skip
BEN: Final = Subject(
    "上官本探针乙", number("33990119910505137"), "13799990002", "CANARYUNITBEN00002", "CANARYCERTBEN",
    "CANARYRELATIONBEN",
)  # fmt: skip


class Site:
    """A hub with one worker, and the commands on it."""

    def __init__(self, hub: Hub, settings: Settings, ring: KeyRing) -> None:
        """Take a hub whose topics are there."""
        self.hub, self.settings, self._ring = hub, settings, ring
        self._producer = kafka.connected(kafka.producer(settings))

    def live(self, day: int) -> None:
        """Let it be a day, and let the hub do all there is to do."""
        self.hub.tick(dates.midnight_ms(day))
        self.hub.settle(dates.midnight_ms(day))

    def tell(self, ce_type: str, identity: str, occurred: int = DAY, **fields: Any) -> None:
        """Publish an event of its system."""
        envelope = {"id": identity, "time": f"{dates.iso(occurred)}T10:00:00+08:00"}
        value = CODEC.encode(ce_type, event(ce_type, envelope=envelope, **fields))
        self._producer.produce(CODEC.catalogue.by_type(ce_type).topic, value)
        assert self._producer.flush(PATIENCE_S) == 0

    def again(self, *names: str) -> set[str]:
        """Publish everything that is on some topics once more; return those that had something."""
        records = [(name, *pair) for name in names for pair in read_all(self.settings, name)]
        for name, key, value in records:
            self._producer.produce(name, value, key)
        assert self._producer.flush(PATIENCE_S) == 0
        return {name for name, _, _ in records}

    def run(self, *arguments: str, typed: str | None = None) -> Result:
        """Run ``hub``; what is ``typed`` comes by standard input."""
        return CliRunner().invoke(app, list(arguments), input=typed)

    def look(self, who: Subject, *more: str) -> dict[str, Any]:
        """Return what ``hub person show`` says."""
        result = self.run("person", "show", "--stdin", "--json", *more, typed=who.typed)
        assert result.exit_code == 0, result.output
        found: dict[str, Any] = json.loads(result.stdout)
        return found

    def key(self, who: Subject) -> bytes:
        """Return the person's pseudonym."""
        return self._ring.blind_index().person(check("resident_id", who.number))

    def newest(self, topic: str) -> dict[bytes | None, bytes | None]:
        """Return the newest value of each key."""
        return dict(read_all(self.settings, topic))


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Let it all happen, look on the way, and return the directory of what is left."""
    directory = tmp_path_factory.mktemp("erasure")
    ring = KeyRing.create(directory / "keys", SUITES["sm"]).make_recipient(
        "registry", directory / "registry.key"
    )
    (directory / "logs").mkdir()
    quick = {"log.cleaner.backoff.ms": "200", "log.initial.task.delay.ms": "0"}
    with EmbeddedBroker(directory / "broker", uncompressed=True, extra=quick) as broker:
        settings = hub_settings(
            broker.bootstrap, directory, directory / "keys", compression="none", log_level="DEBUG"
        )
        with pytest.MonkeyPatch.context() as patch, Hub(settings, directory / "logs") as hub:
            for name in ("bootstrap_servers", "key_dir", "group", "clock", "partitions"):
                value = getattr(settings, name)
                patch.setenv(f"HUB_{name.upper()}", str(getattr(value, "value", value)))
            hub.workers.start(0)
            site = Site(hub, settings, ring)
            _happen(site, directory)
            assert hub.workers.stop(0) == 0
            _compact(settings, directory)
    for store in sorted((directory / "state").rglob("CURRENT")):
        _compact_store(store.parent)
    return directory


def _happen(site: Site, directory: Path) -> None:
    """Two people come to be known, one is erased, and everything is tried to bring her back."""
    _be_known(site)
    _erase(site)
    _try_to_bring_back(site)
    _look(site, directory)


def _be_known(site: Site) -> None:
    site.tell("org.established.v1", "o1", DAY - 9, **_society())
    site.live(DAY)
    for serial, who in enumerate((ANNA, BEN)):
        own = who.certificate
        site.tell("training.certificate.issued.v1", f"c-{serial}", person=who.block, cert_no=own)
        site.tell(
            "organ.family.contactable.v1", f"f-{serial}", person=who.block, relation=who.relation,
            donor_ref=f"donor-{own}", released=True, quiet_until="2022-05-08",
        )  # fmt: skip
        # Five days ahead of the hub's clock: a dead letter, until that day has come.
        site.tell("training.course.completed.v1", f"l-{serial}", DAY + 5, person=who.block, course_id=own)
    site.live(DAY + 1)
    for who in (ANNA, BEN):
        found = site.look(who, "--unmask", "--data-officer", *REASON)
        assert found["sensitive_facts"][0]["asserts"]
        (invitation,) = found["invitations"]
        assert (invitation["status"], invitation["rule_ids"]) == ("issued", ["R01", "G00"])
        assert found["decisions"][0]["facts_used"][0]["kind"] == "certificate"
        who.invitation = invitation["invitation_id"]
        wrapped = site.newest(topics.PERSON_KEYS)[site.key(who)]
        assert wrapped is not None
        who.wrapped = CODEC.decode(wrapped)[1]["wrapped"]
    letters = json.loads(site.run("deadletters", "list", "--json").stdout)
    assert letters["by_code"] == {"DATE_FUTURE": 2}


def _erase(site: Site) -> None:
    site.live(DAY + 10)
    assert site.run("person", "erase", "--stdin", "--yes", typed=ANNA.typed).exit_code == 2  # no reason
    done = site.run("person", "erase", "--stdin", "--yes", *REASON, typed=ANNA.typed)
    assert (done.exit_code, ANNA.number in done.output) == (0, False), done.output
    site.live(DAY + 10)
    (withdrawn,) = (
        CODEC.decode(value)[1]
        for key, value in site.newest(topics.INVITATIONS).items()
        if key == ANNA.invitation.encode() and value is not None
    )
    assert (withdrawn["status"], withdrawn["cause"]) == ("withdrawn", "erasure")
    assert site.newest(topics.PERSON_KEYS)[site.key(ANNA)] is None
    site.live(DAY + 41)
    assert site.newest(topics.INVITATIONS)[ANNA.invitation.encode()] is None


def _try_to_bring_back(site: Site) -> None:
    redriven = site.run("deadletters", "redrive", "--code", "DATE_FUTURE", "--all", "--json")
    assert redriven.exit_code == 0, redriven.output
    statuses = json.loads(site.run("deadletters", "list", "--status", "all", "--json").stdout)["letters"]
    assert [each["status"] for each in statuses] == ["redriven"] * 2
    site.live(DAY + 41)
    told = (topics.FACTS, topics.FACTS_SENSITIVE, topics.IDENTITY)
    assert site.again(*told) == set(told)
    site.live(DAY + 42)
    site.live(DAY + 80)


def _look(site: Site, directory: Path) -> None:
    """See what the data officer's commands say of either."""
    anna = site.look(ANNA, "--unmask", "--data-officer", *REASON)
    assert anna["erased_on"] == [dates.iso(DAY + 10)]
    nothing = ("facts", "invitations", "tasks", "aliases", "sensitive_facts", "sensitive_decisions")
    assert not any(anna[name] for name in nothing), anna
    assert [each["code"] for each in anna["decisions"]] == ["erasure"]
    assert not any(text in json.dumps(anna, ensure_ascii=False) for text in (*ANNA.texts, ANNA.unit))
    plain = site.run("person", "show", "--stdin", typed=ANNA.typed)
    assert f"asked for erasure on {dates.iso(DAY + 10)}" in plain.stdout
    assert "339901********" in plain.stdout

    masked = json.dumps(site.look(BEN), ensure_ascii=False)
    assert ("上*****" in masked, "137****0002" in masked) == (True, True)
    assert not any(text in masked for text in BEN.texts)
    clear = json.dumps(site.look(BEN, "--unmask", *REASON), ensure_ascii=False)
    assert (BEN.name in clear, BEN.relation in clear, '"ground"' in clear) == (True, False, False)
    course = [fact for fact in json.loads(clear)["facts"] if fact["type"] == "training.course.completed.v1"]
    assert course, "of somebody who was not erased the redrive brings back what it should"
    secret = json.dumps(site.look(BEN, "--unmask", "--data-officer", *REASON), ensure_ascii=False)
    assert BEN.relation in secret
    for wish in ("--unmask", "--data-officer"):
        assert site.run("person", "show", "--stdin", wish, typed=BEN.typed).exit_code == 2

    copy = directory / "copy.json"
    exported = site.run(
        "person", "export", "--stdin", "--output", str(copy), "--unmask", *REASON, typed=BEN.typed
    )
    assert exported.exit_code == 0, exported.output
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert json.loads(copy.read_text("ascii"))["person"] == site.key(BEN).hex()
    copy.unlink()

    looks = json.loads(site.run("audit", "list", "--json", "--person", site.key(ANNA).hex()).stdout)["looks"]
    assert [each["command"] for each in looks] == ["show", "erase", "show", "show"]
    assert looks[0]["shown"][-2:] == ["contact in clear", "sensitive"]
    assert {each["reason"] for each in looks} == {"request 17", ""}
    assert "17" in site.run("audit", "list").stdout
    _without_audit(site)


def _without_audit(site: Site) -> None:
    """Have the broker refuse what goes to hub.audit: then nothing is shown, and nobody is erased."""
    from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

    small = ConfigEntry("max.message.bytes", "1", incremental_operation=AlterConfigOpType.SET)
    place = ConfigResource(ResourceType.TOPIC, topics.AUDIT, incremental_configs=[small])
    admin = kafka.admin(site.settings)  # kept: its answers come only while it is there
    for altered in admin.incremental_alter_configs([place]).values():
        altered.result()
    events = len(list(read_all(site.settings, topics.PARTY)))
    for command in (("show", "--json"), ("erase", "--yes", *REASON)):
        refused = site.run("person", *command, "--stdin", typed=BEN.typed)
        assert (refused.exit_code == 0, refused.stdout) == (False, ""), refused.output
        assert "nothing was shown or done" in refused.output
    assert len(list(read_all(site.settings, topics.PARTY))) == events


def _society() -> dict[str, Any]:
    return {
        "org_id": "SOC", "org_class": "society", "name": "测试红十字会", "region": "330106", "parent": None,
        "host_unit": None, "on": dates.iso(DAY - 9),
    }  # fmt: skip


def _compact(settings: Settings, directory: Path) -> None:
    """Have Kafka compact now what it would within a week, and wait until it has."""
    from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

    compacted = [each.name for each in TOPICS if each.cleanup is Cleanup.COMPACT and each.owner is Owner.HUB]
    now = {
        "segment.ms": "100", "min.cleanable.dirty.ratio": "0.0001", "max.compaction.lag.ms": "100",
        "delete.retention.ms": "0", "file.delete.delay.ms": "100",
    }  # fmt: skip
    admin, producer = kafka.admin(settings), kafka.connected(kafka.producer(settings))
    entries = [ConfigEntry(*each, incremental_operation=AlterConfigOpType.SET) for each in now.items()]
    resources = [ConfigResource(ResourceType.TOPIC, name, incremental_configs=entries) for name in compacted]
    for altered in admin.incremental_alter_configs(resources).values():
        altered.result()
    sought = (ANNA.unit.encode(), ANNA.wrapped)

    def gone() -> bool:
        holding = _holding(directory / "broker" / "data", sought)
        # One more record closes the segment that is written to. Where nothing is left to compact none is
        # written: the cleaner takes the dirtiest log first, which would be the smallest, again and again.
        for name, partition in holding:
            producer.produce(name, None, b"filler", partition)
        assert producer.flush(PATIENCE_S) == 0
        return not holding

    until(gone, "Kafka to compact what was erased", COMPACTION_S)


def _holding(data: Path, sought: tuple[bytes, ...]) -> set[tuple[str, int]]:
    """Return the topics and partitions whose files hold what is sought; upstream and kept ones apart."""
    found = set()
    for path in data.rglob("*.log*"):
        if not _apart(str(path)):
            with suppress(FileNotFoundError):  # Kafka is at it
                content = path.read_bytes()
                if any(secret in content for secret in sought):
                    name, _, partition = path.parent.name.rpartition("-")
                    found.add((name, int(partition)))
    return found


def _compact_store(path: Path) -> None:
    """Have RocksDB compact now what it would some day, its last level too."""
    from rocksdict import BottommostLevelCompaction, CompactOptions, Options, Rdict

    thoroughly = CompactOptions()
    thoroughly.set_bottommost_level_compaction(BottommostLevelCompaction.force())
    store = Rdict(str(path), Options(raw_mode=True))
    store.compact_range(None, None, thoroughly)
    store.close()


def _apart(path: str) -> bool:
    """Return whether a file is of an upstream topic, or of one that is kept until its time is over."""
    return "/redcross." in path or any(f"/{name}-" in path for name in KEPT)


def _left_behind(left: Path) -> Iterator[tuple[str, bytes]]:
    for name in ("broker", "state", "logs"):
        for path, data in files(left / name):
            yield f"{name}/{path}", data
    for path, data in stores(left / "state"):
        yield f"stores/{path}", data


@pytest.mark.slow
def test_nothing_of_her_is_left(left: Path) -> None:
    """Neither who she is nor what was sealed of her can be found; what was published upstream is."""
    search = Search((*ANNA.texts, *BEN.texts))
    upstream: set[str] = set()
    leaks: dict[str, set[str]] = {}
    for place, data in _left_behind(left):
        found = search(data)
        if "/redcross." in place:
            upstream |= {name.partition(" in ")[0] for name in found}
        elif found:
            leaks[place] = found
    assert leaks == {}
    assert upstream == {*ANNA.texts, *BEN.texts}


@pytest.mark.slow
def test_no_fact_of_hers_can_be_read_and_her_key_is_gone(left: Path) -> None:
    """Only the append-only facts still have her work unit, which was kept in clear; his is everywhere."""
    places: dict[str, set[str]] = {}
    for place, data in _left_behind(left):
        for who in (ANNA, BEN):
            for what, pattern in (("unit", who.unit.encode()), ("key", who.wrapped)):
                if pattern in data and "/redcross." not in place:
                    kind = place.partition("/")[0] if not _apart(place) else "kept"
                    places.setdefault(f"{what} of {'her' if who is ANNA else 'him'}", set()).add(kind)
    assert places == {
        "unit of her": {"kept"},
        "unit of him": {"kept", "broker", "state", "stores"},
        "key of him": {"broker", "stores"},
    }
