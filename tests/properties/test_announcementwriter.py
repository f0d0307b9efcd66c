"""The fast writers of decisions and invitations write what the codec writes."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from hub import contracts, packaged
from hub.core import dates
from hub.core.fact import CATALOGUE, Field, FieldType
from hub.core.invitation import Change, Invitation
from hub.core.matching import Eligibility
from hub.core.organisation import Organisation
from hub.core.routing import Route
from hub.core.verdict import Verdict
from hub.privacy.person_key import PersonKeys
from hub.privacy.sealing import Sealer, SealingKey
from hub.privacy.suite import SM
from hub.rules.book import load
from hub.rules.compile import compile_book
from hub.rules.hit import Hit
from hub.stages.announcement import Occasion
from hub.stages.announcementwriter import SOURCE, DecisionWriter, InvitationWriter, rfc3339
from hub.stages.decisiondetails import opened, packed
from hub.stages.memory import MemoryContext

CODEC: Final = contracts.codec()
BOOK: Final = compile_book(
    load(packaged.read_text("rules/books/zhejiang-2022.yaml"), file="zhejiang-2022.yaml")
)
DECISIONS: Final = DecisionWriter(CODEC.catalogue.by_type("hub.decision"))
INVITATIONS: Final = InvitationWriter(CODEC.catalogue.by_type("hub.invitation"))

UNNAMED: Final = BOOK.grounds[2]
RULES: Final[tuple[Any, ...]] = (*BOOK.book.rules, UNNAMED)
RULE_TEXTS: Final = ("id", "version", "title_zh", "title_en", "reason_zh", "reason_en")
SEALER: Final = Sealer(SealingKey.of(b"k" * SM.key_bytes, SM))

TEXTS: Final = st.one_of(st.text(max_size=9), st.text(max_size=9).map(lambda text: text * 99))
DAYS: Final = st.integers(-20_000, 40_000)
CAUSES: Final = st.none() | TEXTS
VALUES: Final = {
    FieldType.TEXT: TEXTS,
    FieldType.DAY: DAYS,
    FieldType.NUMBER: st.integers(0, 99),
    FieldType.FLAG: st.booleans(),
    FieldType.TEXTS: st.lists(TEXTS, max_size=3),
}
SHOWN_TEXTS: Final = {"kind", "grade", "status", "team_kind", "answer", "notice_version"}


def entry_of(fields: tuple[Field, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw some of the fields of a fact."""
    return st.fixed_dictionaries({}, optional={field.name: VALUES[field.type] for field in fields})


VIEWS: Final = st.fixed_dictionaries(
    {}, optional={kind.name: st.lists(entry_of(kind.fields), min_size=1, max_size=3) for kind in CATALOGUE}
).map(
    lambda view: {
        kind: [{**entry, "key": bytes([number])} for number, entry in enumerate(entries)]
        for kind, entries in view.items()
    }
)
ORGANISATIONS: Final = st.builds(Organisation, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS)
MADE: Final = st.builds(
    Invitation,
    id=st.text("0123456789abcdef", min_size=32, max_size=32), episode=st.integers(1, 2_000), status=TEXTS,
    issued_on=DAYS, valid_until=DAYS, priority=st.integers(0, 3),
    rules=st.lists(TEXTS, max_size=3).map(tuple),
    kind=TEXTS, organisation=TEXTS, confirm_region=st.booleans(), notice_version=TEXTS,
    reminded_on=st.none() | DAYS, act_by=st.none() | st.integers(-(2**62), 2**62),
)  # fmt: skip
CHANGES: Final = st.builds(Change, MADE, TEXTS, CAUSES)
OCCASIONS: Final = st.builds(
    Occasion,
    st.sampled_from([0, 1_650_000_000_123, 1_650_000_060_000]).map(MemoryContext),
    st.just(BOOK),
    st.binary(min_size=16, max_size=16),
    CAUSES,
)


@st.composite
def verdicts(draw: st.DrawFn) -> Verdict:
    """Draw what an evaluation came to: rules of the book, and its unnamed ground, that rest on any facts."""
    view = draw(VIEWS)
    places = [(kind, entry["key"]) for kind, entries in view.items() for entry in entries]
    evidence = st.lists(st.sampled_from(places), max_size=4).map(tuple) if places else st.just(())
    rules = draw(st.lists(st.sampled_from(RULES), unique_by=lambda rule: rule.id))
    hits = tuple(Hit(rule, draw(st.none() | DAYS), draw(evidence)) for rule in rules)
    route = Route(draw(st.none() | ORGANISATIONS), confirm_region=False, county="", residence="", place="")
    ids = tuple(rule.id for rule in rules)
    public = tuple(dict.fromkeys(rule.public or rule.id for rule in rules))
    eligible = Eligibility("", "", None, draw(TEXTS), hits, ids, route, view, public=public)
    change = draw(st.none() | CHANGES)
    last = change.invitation if change is not None else None
    return Verdict(eligible, draw(TEXTS), draw(TEXTS), change, last)


def envelope(event_id: str, ce_type: str, now: int) -> dict[str, Any]:
    """Return the envelope of a record."""
    return {"id": event_id, "source": SOURCE, "type": ce_type, "specversion": "1.0", "time": rfc3339(now)}


def facts_used(eligible: Eligibility) -> list[dict[str, Any]]:
    """Return what a decision shows of its evidence: dates and the few texts that say nothing of who it is.

    Nothing of class s, and of the ground that is not named nothing but that there is one.
    """
    kinds = {kind.name: kind for kind in CATALOGUE if kind.data_class == "p" and kind.name != "party"}
    used = {each for hit in eligible.hits for each in hit.evidence if each[0] in kinds}
    told = {}
    for kind, key in used:
        (entry,) = (each for each in eligible.view[kind] if each["key"] == key)
        told[kind, key] = {
            field.name: dates.iso(entry[field.name]) if field.type is FieldType.DAY else entry[field.name]
            for field in kinds[kind].fields
            if kind != "ground" and field.name in entry
            if field.type is FieldType.DAY or field.name in SHOWN_TEXTS
        }
    order = dict.fromkeys(each for hit in eligible.hits for each in hit.evidence if each in told)
    return [{"kind": kind, "key": key.hex(), "fields": told[kind, key]} for kind, key in order]


def rules_of(eligible: Eligibility) -> list[Any]:
    """Return the rules that hit."""
    return [hit.rule for hit in eligible.hits]


def texts_of(rule: Any) -> dict[str, Any]:
    """Return how a decision tells a rule."""
    return {name: getattr(rule, name) for name in RULE_TEXTS}


@given(occasion=OCCASIONS, verdict=verdicts(), event_id=TEXTS, sealed=st.none() | st.binary(max_size=600))
@settings(max_examples=300, deadline=None)
def test_decisions_are_what_the_codec_writes(
    occasion: Occasion, verdict: Verdict, event_id: str, sealed: bytes | None
) -> None:
    """Both writers give the same bytes for any decision, however often they were asked."""
    ctx, book, person, _ = occasion
    eligible, outcome, code, change, _ = verdict
    named = {rule.public or rule.id: UNNAMED if rule.public else rule for rule in rules_of(eligible)}
    expected = CODEC.encode(
        "hub.decision",
        {
            "envelope": envelope(event_id, "hub.decision", ctx.now), "person": person, "tick": ctx.now,
            "outcome": outcome, "code": code,
            "priority": eligible.hits[0].rule.priority if eligible.hits else None,
            "rules": [
                {**texts_of(rule), "until": None} for rule in named.values()
            ],
            "kind": eligible.kind, "organisation": None,
            "change": change.change if change is not None else None,
            "invitation_id": None, "facts_used": [], "book": book.id, "cause_event_id": None,
            "sealed": sealed,
        },
    )  # fmt: skip
    again = [DECISIONS.write(event_id.encode(), occasion, verdict, sealed) for _ in range(2)]
    assert again == [expected, expected]


@given(verdict=verdicts(), cause=CAUSES, person=st.binary(min_size=16, max_size=16))
@settings(max_examples=300, deadline=None)
def test_what_is_sealed_comes_back_with_the_key_and_only_with_it(
    verdict: Verdict, cause: str | None, person: bytes
) -> None:
    """Rules, days, organisation, invitation, event and facts as they were; without the key none of them."""
    eligible, _, _, change, _ = verdict
    made = change.invitation.id if change is not None else None
    keys = PersonKeys(SEALER)
    wrapped, other = keys.make(person), keys.make(person)
    named = {rule.public or rule.id: UNNAMED if rule.public else rule for rule in rules_of(eligible)}
    rules: list[dict[str, Any]] = [{**texts_of(rule), "until": None} for rule in named.values()]
    shown = {
        "person": person, "rules": rules, "organisation": None, "invitation_id": None,
        "cause_event_id": None, "facts_used": [],
        "sealed": keys.seal(person, wrapped, packed(eligible, made, cause)),
    }  # fmt: skip
    assert opened(shown, wrapped, PersonKeys(SEALER)) == {
        **shown, "rules": [{**texts_of(hit.rule), "until": hit.until} for hit in eligible.hits],
        "named": rules, "organisation": eligible.organisation or None, "invitation_id": made,
        "cause_event_id": cause,
        "facts_used": [
            {**each, "fields": {name: str(value) for name, value in each["fields"].items()}}
            for each in facts_used(eligible)
        ],
    }  # fmt: skip
    assert opened(shown, None, keys) == opened(shown, other, keys) == shown


@given(
    occasion=OCCASIONS, change=CHANGES, reason=st.tuples(TEXTS, TEXTS),
    sealed=st.none() | st.binary(max_size=600),
    disclosed=st.lists(TEXTS, max_size=3), event_id=TEXTS,
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_invitations_are_what_the_codec_writes(  # noqa: PLR0917  # what a record is made of
    occasion: Occasion,
    change: Change,
    reason: tuple[str, str],
    sealed: bytes | None,
    disclosed: list[str],
    event_id: str,
) -> None:
    """Both writers give the same bytes for any change of an invitation, however often they were asked."""
    ctx, book, person, cause = occasion
    made = change.invitation
    names = (
        "status", "priority", "kind", "organisation", "confirm_region", "notice_version", "issued_on",
        "valid_until", "reminded_on", "act_by", "episode",
    )  # fmt: skip
    expected = CODEC.encode(
        "hub.invitation",
        {
            **{name: getattr(made, name) for name in names},
            "envelope": envelope(event_id, "hub.invitation", ctx.now), "invitation_id": made.id,
            "person": person, "change": change.change, "cause": change.cause, "rule_ids": list(made.rules),
            "book": book.id, "reason_zh": reason[0], "reason_en": reason[1], "contact": sealed,
            "disclosed": disclosed, "tick": ctx.now, "cause_event_id": cause,
        },
    )  # fmt: skip
    again = [
        INVITATIONS.write(event_id.encode(), occasion, change, reason, (sealed, disclosed)) for _ in range(2)
    ]
    assert again == [expected, expected]


def test_the_headers_repeat_the_envelope() -> None:
    """A consumer that looks at headers only sees the envelope's attributes."""
    DECISIONS.head.at(0)
    told = dict(DECISIONS.head.headers(b"7"))
    attributes = envelope("7", "hub.decision", 0)
    assert told == {f"ce_{name}": value.encode() for name, value in attributes.items()}
