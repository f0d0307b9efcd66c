"""The catalogue of schemas."""

from __future__ import annotations

from typing import Any

import fastavro
import pytest

from hub import topics
from hub.contracts import catalogue
from hub.errors import DeadLetterError, SchemaConflictError
from hub.schemas.catalogue import Catalogue, Schema, personal_fields
from hub.schemas.types import Type
from tests.unit.schemas.samples import event, load

PROHIBITIONS = {
    "training.certificate.revoked.v1",
    "rescue.member.left.v1",
    "consent.withdrawn.v1",
    "party.deceased.v1",
    "subject.erasure.requested.v1",
    "member.declined.v1",
    "member.lapsed.v1",
    "member.resigned.v1",
    "member.expelled.v1",
    "invitation.responded.v1",
    "donation.money.refunded.v1",
    "council.candidate.withdrawn.v1",
    "organ.intent.revoked.v1",
}


def test_a_schema_is_found_by_type_name_and_fingerprint() -> None:
    """All three ways lead to the same schema."""
    schema = catalogue().by_type("training.certificate.issued.v1")
    assert catalogue().by_name("redcross.training.CertificateIssued") is schema
    assert catalogue().by_name("training.certificate.issued.v1") is schema
    assert catalogue().by_fingerprint(schema.fingerprint) is schema
    assert catalogue().by_fingerprint(bytes(8)) is None
    assert schema.frame == b"\xc3\x01" + schema.fingerprint
    assert (schema.topic, schema.source) == ("redcross.training.events", "training")


def test_an_unknown_type_names_the_nearest() -> None:
    """A slip of the pen is answered with what was probably meant."""
    with pytest.raises(DeadLetterError, match=r"nearest is consent\.granted\.v1") as caught:
        catalogue().by_type("consent.grantet.v1")
    assert caught.value.code == "SCHEMA_UNKNOWN"


def test_it_is_a_collection() -> None:
    """It can be counted, iterated over and asked; its repr says how much it holds."""
    found = load(event())
    assert [schema.ce_type for schema in found] == [schema.ce_type for schema in found.all()]
    assert (len(found), "thing.happened.v1" in found, "other" in found) == (1, True, False)
    assert repr(found) == "<Catalogue of 1 schemas, 1 known versions>"


def test_exactly_the_ending_events_are_prohibitions() -> None:
    """What must never be lost is marked so, and nothing else is."""
    assert {schema.ce_type for schema in catalogue() if schema.prohibition} == PROHIBITIONS


@pytest.mark.parametrize("schema", catalogue().all(), ids=lambda schema: schema.ce_type)
def test_every_schema_stands_for_itself(schema: Schema) -> None:
    """A schema is self-contained Avro for others, on a topic we create, with a version released."""
    assert fastavro.parse_schema(schema.parsed)
    assert schema.topic in {topic.name for topic in topics.TOPICS}
    assert schema.version == len(schema.released)
    assert (bool(schema.doc), bool(schema.doc_zh)) == (True, True)
    if schema.topic.startswith("redcross."):
        envelope = schema.type.field("envelope")
        assert envelope is not None
        assert envelope.type.name == "redcross.Envelope"


def names(schema: Type, path: str = "") -> set[str]:
    """Return the dotted paths of all fields."""
    found: set[str] = set()
    for branch in (*schema.branches, *([schema.items] if schema.items else [])):
        found |= names(branch, path)
    for field in schema.fields:
        inner = f"{path}.{field.name}".lstrip(".")
        found |= {inner} | names(field.type, inner)
    return found


def test_personal_fields_are_found_in_shared_records() -> None:
    """Every leaf that tells who somebody is, is listed, however deep; no record and no plain field is."""
    found = personal_fields(catalogue().by_type("training.certificate.issued.v1").type)
    assert {"person.name", "person.doc_no", "person.phone", "person.guardian.name", "cert_no"} <= set(found)
    assert not {"person", "person.guardian", "cert_kind", "envelope.id"} & set(found)
    assert set(found.values()) == {"p"}


def test_exactly_the_sensitive_topics_have_sensitive_fields() -> None:
    """Marks and topics agree: each event of a sensitive topic tells something of class s, no other does."""
    upstream = [schema for schema in catalogue() if schema.topic in topics.UPSTREAM]
    marked = {schema.ce_type for schema in upstream if "s" in personal_fields(schema.type).values()}
    assert marked == {schema.ce_type for schema in upstream if schema.topic in topics.SENSITIVE}
    assert len(marked) == 6


def test_no_schema_has_room_for_what_must_not_be_accepted() -> None:
    """Volumes, hospitals, tissue types, accounts, recipients and positions are in no upstream schema."""
    refused = {
        "volume",
        "hospital",
        "hla",
        "account",
        "recipient",
        "emergency_contact",
        "relatives",
        "position",
    }
    upstream = [schema for schema in catalogue() if schema.topic in topics.UPSTREAM]
    leaves = {path.rpartition(".")[2] for schema in upstream for path in names(schema.type)}
    assert not {leaf for leaf in leaves if any(word in leaf.split("_") for word in refused)}


def test_personal_fields_inside_collections_have_their_own_paths() -> None:
    """An array's items are written [], a map's values {}."""
    who = {"name": "whos", "type": {"type": "array", "items": "t.Who"}, "class": "p"}
    by_key = {"name": "by_key", "type": {"type": "map", "values": ["null", "t.Who"]}}
    found = personal_fields(
        load(event(who, by_key, {"name": "s", "type": "string", "class": "s"})).all()[0].type
    )
    assert found == {"whos[].name": "p", "by_key{}.name": "p", "s": "s"}


def test_a_name_or_word_of_a_person_is_never_class_minus() -> None:
    """Fields that are called like something personal are marked personal, wherever they stand."""
    telling = {
        "phone",
        "doc_no",
        "old_doc_no",
        "old_name",
        "card_no",
        "member_key",
        "cert_no",
        "contact",
        "sealed",
    }
    for schema in catalogue():
        leaves = {path: path.rpartition(".")[2] for path in names(schema.type)}
        personal = personal_fields(schema.type)
        unmarked = {path for path, leaf in leaves.items() if leaf in telling and path not in personal}
        assert not unmarked, (schema.ce_type, unmarked)


def test_released_versions_are_known_by_their_fingerprints() -> None:
    """Bytes written with an old version lead to the newest schema, and to the type that wrote them."""
    old = event({"name": "a", "type": "int"})
    new = event({"name": "a", "type": "int"}, {"name": "b", "type": "int", "default": 0})
    found = load(new, v1=old, v2=new)
    schema = found.all()[0]
    first = schema.released[0]
    assert (schema.version, [version.number for version in schema.released]) == (2, [1, 2])
    assert found.writer(first.fingerprint) == (schema, first.type)
    assert set(found.fingerprints()) == {version.fingerprint for version in schema.released}


def test_a_released_version_without_its_event_is_an_orphan() -> None:
    """What is left of a deleted event is kept apart, for the check to complain about."""
    found = load(event(), v1=event(ce_type="gone.v1"))
    assert [version.ce_type for version in found.orphans] == ["gone.v1"]


BROKEN: dict[str, tuple[dict[str, str], str]] = {
    "no json": ({"a.avsc": "{"}, "not JSON"),
    "no record": ({"a.avsc": '"string"'}, "not a record"),
    "wrong file name": (
        {"a.avsc": '{"type":"record","name":"A","ceType":"b","topic":"t","prohibition":true}'},
        "b.avsc",
    ),
    "no topic": ({"a.avsc": '{"type":"record","name":"A","ceType":"a","prohibition":true}'}, "topic"),
    "no prohibition": ({"a.avsc": '{"type":"record","name":"A","ceType":"a","topic":"t"}'}, "prohibition"),
    "released without number": ({"released/a/x.avsc": '{"type":"record","name":"A"}'}, "number"),
    "one name twice": (
        {
            f"{n}.avsc": f'{{"type":"record","name":"A","ceType":"{n}","topic":"t","prohibition":true}}'
            for n in "ab"
        },
        "two events",
    ),
}


@pytest.mark.parametrize(("texts", "what"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_named(texts: dict[str, str], what: str) -> None:
    """Whatever is wrong with a file stops the load, and the error says where and what to do."""
    with pytest.raises(SchemaConflictError) as caught:
        Catalogue.load(texts)
    assert what in str(caught.value)
    assert caught.value.where
    assert caught.value.cure


def test_a_shared_record_is_written_out_once_where_it_is_first_named() -> None:
    """The self-contained schema defines each record once and names it afterwards."""
    fields: list[dict[str, Any]] = [{"name": "a", "type": "t.Who"}, {"name": "b", "type": ["null", "t.Who"]}]
    inlined = load(event(*fields)).all()[0].parsed["fields"]
    assert (inlined[0]["type"]["name"], inlined[1]["type"]) == ("Who", ["null", "t.Who"])
