"""One person as the hub's topics tell of them: read from the broker by the person's key.

A shell for the data officer's commands. It reads topics from their beginnings to their ends, opens what
the key ring opens, and leaves to :mod:`hub.core.dossier` what is shown of it.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import msgspec

from hub import kafka, topics
from hub.core import assertion, dates, dossier
from hub.core.document import Document, check
from hub.engine.tail import read_all
from hub.errors import BrokerError, HubError
from hub.outputs import Outputs
from hub.privacy.person_key import PersonKeys
from hub.settings import Clock
from hub.stages.announcementwriter import rfc3339
from hub.stages.build import make_codec
from hub.stages.confidential import Content, open_content
from hub.stages.decisiondetails import opened
from hub.stages.sensitivedecision import open_decision

if TYPE_CHECKING:
    from hub.core.assertion import Assertion
    from hub.core.erasure import Stub
    from hub.privacy.key_ring import KeyRing
    from hub.settings import Settings

__all__ = ("Person", "document_of", "request_erasure")

ERASURE: Final = "subject.erasure.requested.v1"
SOURCE: Final = "/redcross/33/hub/person"
_PATIENCE_S: Final = 30.0
_Told = tuple[dict[str, Any], list[Any]]


def document_of(kind: str, number: str, born: str | None) -> Document:
    """Return a document that is somebody's for sure; raise DocumentError or DateError when it is none."""
    birth_day = dates.parse_day(born) if born else None
    return check(kind, number, birth_day=birth_day, as_of=dates.day_of(int(time.time() * 1000)))


class Person:
    """Everything that is known of one person. Reads when asked."""

    def __init__(self, settings: Settings, ring: KeyRing, document: Document) -> None:
        """Take the settings, the keys and the document; only the document's pseudonym is kept."""
        self.key = ring.blind_index().person(document)
        self._settings = settings
        self._ring = ring
        self._codec = make_codec(settings)

    def dossier(self, *, secrets: bool) -> dict[str, Any]:
        """Return what is known, in clear; with ``secrets`` also what is of class s. Raise KeyRingError."""
        facts = self._facts()
        stub = dossier.stub_of(facts)
        decisions = self._decisions()
        found: dict[str, Any] = {
            "person": self.key.hex(),
            "erased_on": dossier.erasures(facts),
            "facts": [
                dossier.fact(record, assertions, self._contact(record["contact"]))
                for record, assertions in facts
                if (secrets or not dossier.secret(record, assertions)) and _counts(stub, record, assertions)
            ],
            "decisions": [
                dossier.decision(each, secrets=secrets) for each in decisions if dossier.stands(stub, each)
            ],
            "decisions_before_erasure": sum(not dossier.stands(stub, each) for each in decisions),
            "invitations": self._outputs(topics.INVITATIONS, "hub.invitation", "invitation_id"),
            "tasks": self._outputs(topics.TASKS, "hub.task", "task_id"),
            "aliases": self._aliases(),
        }
        if secrets:
            found |= self._secrets()
        return found

    def events(self, *, secrets: bool) -> dict[tuple[str, bytes], list[dict[str, Any]]]:
        """Return by kind and key of a fact the events that said something of it, oldest first.

        With ``secrets`` also those of class s; raise KeyRingError without the sensitive key.
        """
        facts = self._facts()
        stub = dossier.stub_of(facts)
        told = [(record, record["type"], assertions) for record, assertions in facts]
        if not secrets:
            told = [each for each in told if not dossier.secret(each[0], each[2])]
        else:
            told += [(record, content.type, said) for record, said, content in self._sensitive_facts()]
        found: dict[tuple[str, bytes], list[dict[str, Any]]] = {}
        for record, kind_of_event, assertions in sorted(told, key=lambda each: each[0]["received_at"]):
            if _counts(stub, record, assertions):
                event = {
                    "type": kind_of_event,
                    "event_id": record["event_id"],
                    "received_at": record["received_at"],
                }
                for kind, key, _ in assertions:
                    found.setdefault((kind, key), []).append(event)
        return found

    def _of(self, topic: str) -> Iterator[bytes]:
        """Yield the values under the person's key, in order."""
        for key, value in read_all(self._settings, topic):
            if key == self.key and value is not None:
                yield value

    def _facts(self) -> list[_Told]:
        read = self._codec.reader("hub.person_facts")
        records = [read(value) for value in self._of(topics.FACTS)]
        return [(record, assertion.decode(record["assertions"])) for record in records]

    def _contact(self, sealed: bytes | None) -> dict[str, Any] | None:
        if sealed is None:
            return None
        try:
            block: dict[str, Any] = msgspec.msgpack.decode(self._ring.sealer().open(sealed, self.key))
        except HubError:
            return None  # under a key that is no longer in the ring
        return block

    def _decisions(self) -> list[dict[str, Any]]:
        read, wrapped = self._codec.reader("hub.decision"), None
        for key, value in read_all(self._settings, topics.PERSON_KEYS):
            if key == self.key:
                wrapped = self._codec.decode(value)[1]["wrapped"] if value is not None else None
        keys = PersonKeys(self._ring.sealer())
        return [opened(read(value), wrapped, keys) for value in self._of(topics.DECISIONS)]

    def _outputs(self, topic: str, kind: str, name: str) -> list[dict[str, Any]]:
        read = self._codec.reader(kind)
        newest: dict[bytes | None, dict[str, Any]] = {}
        for key, value in read_all(self._settings, topic):
            newest.pop(key, None)
            if value is not None and (record := read(value))["person"] == self.key:
                newest[key] = record
        shown = [dossier.output(record) for record in newest.values()]
        return sorted(shown, key=lambda record: (record["tick"], record[name]))

    def _aliases(self) -> list[dict[str, str]]:
        """Return the source's keys that were bound to the person, within what the topic still has."""
        bound: dict[bytes, str] = {}
        for _, value in read_all(self._settings, topics.IDENTITY):
            if value is None or self._codec.schema_of(value).ce_type != "hub.alias":
                continue
            record = self._codec.decode(value)[1]
            if record["person"] == self.key:
                bound.pop(record["alias"], None)
                if not record["erased"]:
                    bound[record["alias"]] = record["alias_kind"]
        return [{"kind": kind, "index": alias.hex()} for alias, kind in sorted(bound.items())]

    def _sensitive_facts(self) -> list[tuple[dict[str, Any], list[Any], Content]]:
        sealer = self._ring.sensitive_sealer()
        read = self._codec.reader("hub.sensitive_facts")
        told: list[tuple[dict[str, Any], list[Any], Content]] = []
        for value in self._of(topics.FACTS_SENSITIVE):
            record = read(value)
            content = open_content(self.key, record["sealed"], sealer)
            told.append((record, assertion.decode(content.assertions), content))
        return told

    def _secrets(self) -> dict[str, Any]:
        """Return what is of class s; raise KeyRingError without the sensitive key."""
        sealer, told = self._ring.sensitive_sealer(), self._sensitive_facts()
        stub = dossier.stub_of([(record, assertions) for record, assertions, _ in told])
        read_decision = self._codec.reader("hub.sensitive_decision")
        decisions = [read_decision(value) for value in self._of(topics.DECISIONS_SENSITIVE)]
        return {
            "sensitive_facts": [
                dossier.fact(
                    {**record, "type": content.type, "source": content.source},
                    assertions,
                    msgspec.to_builtins(content.contact) if content.contact is not None else None,
                )
                for record, assertions, content in told
                if _counts(stub, record, assertions)
            ],
            "sensitive_decisions": [
                {"tick": each["tick"], **msgspec.to_builtins(open_decision(self.key, each["sealed"], sealer))}
                for each in decisions
                if stub is None or each["tick"] > stub.at
            ],
        }


def _counts(stub: Stub | None, record: dict[str, Any], assertions: list[Assertion]) -> bool:
    """Return whether a fact may still be told: it is later than every erasure, and asks for none."""
    from hub.core import erasure

    if stub is None:
        return True
    return not erasure.drops(stub, record["stamp"], assertions) and erasure.requested(assertions) is None


def request_erasure(settings: Settings, document: Document, requested_on: int) -> str:
    """Publish a person's request for erasure as the party system would; return the event's id.

    Raise BrokerError when the brokers do not confirm it.
    """
    now = int(time.time() * 1000)
    if settings.clock is Clock.TICKS:
        now = dates.midnight_ms(Outputs(settings).today()) + 43_200_000
    codec, event_id = make_codec(settings), str(uuid.uuid4())
    blank = dict.fromkeys(
        ("name", "sex", "birth_date", "nationality", "phone", "residence_region", "residence_township",
         "host_unit", "student", "guardian", "consent")
    )  # fmt: skip
    if document.birth_day is not None:
        blank["birth_date"] = dates.iso(document.birth_day)
    event = {
        "envelope": {
            "id": event_id, "source": SOURCE, "type": ERASURE, "specversion": "1.0", "time": rfc3339(now)
        },
        "person": {**blank, "doc_kind": str(document.kind), "doc_no": document.number},
        "requested_on": dates.iso(requested_on),
        "scope": None,
    }  # fmt: skip
    failed: list[str] = []
    extra = {"message.timeout.ms": int(_PATIENCE_S * 1000)}
    producer = kafka.connected(kafka.producer(settings, extra=extra))
    producer.produce(
        topics.PARTY,
        codec.encode(ERASURE, event),
        on_delivery=lambda error, _: failed.append(error.str() if error is not None else ""),
    )
    producer.flush(_PATIENCE_S + 5)
    if failed != [""]:
        raise BrokerError(
            f"the request could not be published: {(failed or ['no answer'])[0]}",
            f"{topics.PARTY} on {settings.bootstrap_servers}",
            "it was not made; try again",
        )
    return event_id
