"""Check that a book betrays nothing of class s: on the data as written, so that every problem has a place.

Who gave stem cells, or mourns somebody whose organs were given, must not be told from a volunteer by what
an organisation reads. So a rule of class s is never named; a *ground* is named in its place, which other
rules share, at the same priority, telling the same of the contact block. What a rule of class s reads is
kept by one stage and by no other, so no other rule, path or guard may ask for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from hub.core.subject import READABLE_BY_NAME, SUBJECT
from hub.rules.problems import nearest
from hub.rules.source import At, Source

SENSITIVE: Final = "s"
SUBJECT_FIELDS: Final = ("age", "citizen")
"""What the stage that keeps class s facts knows of the computed ``subject``."""
_TOLD: Final = ("name", "phone")
"""All that a rule of class s may disclose."""


class _Rule(NamedTuple):
    """A rule as written, with its place. What is not as it should be is said elsewhere."""

    at: At
    data: dict[str, Any]

    @property
    def sensitive(self) -> bool:
        return self.data.get("data_class") == SENSITIVE

    @property
    def invites(self) -> bool:
        """Return whether it is active and makes invitations."""
        active = self.data.get("status", "active") == "active"
        return active and self.data.get("makes") in (None, "invitation")

    @property
    def public(self) -> object:
        return self.data.get("public")

    @property
    def priority(self) -> object:
        return self.data.get("priority")


def check_secrecy(source: Source) -> None:
    """Note everything that would betray a rule of class s, or that it could not read."""
    data = source.data if isinstance(source.data, dict) else {}
    rules = [_Rule(("rules", index), rule) for index, rule in _mappings(data.get("rules"))]
    grounds = {str(ground.get("id")): ground for _, ground in _mappings(data.get("grounds"))}
    for rule in rules:
        _check_public(source, rule, grounds)
        if rule.sensitive:
            _check_sensitive(source, rule)
    for name in ("paths", "guards"):
        for index, entry in _mappings(data.get(name)):
            for at, fact, _ in reads(entry.get("when"), (name, index, "when")):
                if _class(fact) == SENSITIVE:
                    source.add("SENSITIVE_FACT", (*at, "fact"), fact=fact)
    _check_one_ground(source, [rule for rule in rules if rule.sensitive])
    for rule in rules:
        if rule.sensitive and rule.invites and str(rule.public) in grounds:
            _check_company(source, rule, [each for each in rules if not each.sensitive and each.invites])


def reads(condition: object, at: At) -> Iterator[tuple[At, str, tuple[object, ...]]]:
    """Yield what a condition reads: the place, the fact kind, and the fields, as written."""
    if not isinstance(condition, dict):
        return
    for group in ("all", "any", "none"):
        children = condition.get(group)
        for index, child in enumerate(children if isinstance(children, list) else ()):
            yield from reads(child, (*at, group, index))
    if isinstance(fact := condition.get("fact"), str):
        yield at, fact, tuple(leaf.get("field") for _, leaf in _mappings(condition.get("where")))


def _mappings(entries: object) -> Iterator[tuple[int, dict[str, Any]]]:
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict):
            yield index, entry


def _class(fact: str) -> str:
    kind = READABLE_BY_NAME.get(fact)
    return kind.data_class if kind is not None else ""


def _check_public(source: Source, rule: _Rule, grounds: dict[str, dict[str, Any]]) -> None:
    if rule.public is None:
        if rule.sensitive:
            source.add("PUBLIC_MISSING", (*rule.at, "data_class"), near=next(iter(grounds), ""))
        return
    ground = grounds.get(str(rule.public))
    if ground is None:
        source.add(
            "UNKNOWN_GROUND",
            (*rule.at, "public"),
            found=source.spelled((*rule.at, "public")),
            near=nearest(rule.public, [known.lower() for known in grounds]).upper(),
            choices=", ".join(grounds) or "none",
        )
        return
    told, expected = rule.data.get("discloses"), ground.get("discloses")
    if not isinstance(told, list) or not isinstance(expected, list):
        return
    named, shared = set(map(str, told)), set(map(str, expected))
    if named != shared and not (rule.sensitive and named - set(_TOLD)):
        source.add(
            "PUBLIC_DISCLOSES",
            (*rule.at, "discloses"),
            ground=rule.public,
            expected=", ".join(sorted(shared)) or "nothing",
        )


def _check_sensitive(source: Source, rule: _Rule) -> None:
    told = rule.data.get("discloses")
    for index, item in enumerate(told if isinstance(told, list) else ()):
        if item not in _TOLD:
            source.add("SENSITIVE_DISCLOSES", (*rule.at, "discloses", index), found=item)
    if rule.data.get("makes") not in (None, "invitation"):
        source.add("SENSITIVE_MAKES", (*rule.at, "makes"), found=rule.data["makes"])
    for at, fact, fields in reads(rule.data.get("when"), (*rule.at, "when")):
        if fact == SUBJECT.name:
            for index, field in enumerate(fields):
                if SUBJECT.field(str(field)) is not None and field not in SUBJECT_FIELDS:
                    source.add("SENSITIVE_READS", (*at, "where", index, "field"), fact=f"{fact}.{field}")
        elif _class(fact) not in ("", SENSITIVE):
            source.add("SENSITIVE_READS", (*at, "fact"), fact=fact)


def _check_one_ground(source: Source, rules: list[_Rule]) -> None:
    """Note a second ground: the stage that keeps class s facts tells that one holds, never which."""
    named = [rule for rule in rules if rule.public is not None]
    for rule in named[1:]:
        if rule.public != named[0].public:
            source.add(
                "SEVERAL_GROUNDS",
                (*rule.at, "public"),
                found=rule.public,
                near=str(named[0].public),
                first=source.mark((*named[0].at, "public")).line,
            )


def _check_company(source: Source, rule: _Rule, personal: list[_Rule]) -> None:
    """Note a priority, or the company of other rules, at which a ground can only stand for a class s rule."""
    hiding = [each for each in personal if (each.public, each.priority) == (rule.public, rule.priority)]
    words: dict[str, Any] = {"ground": rule.public, "priority": rule.priority}
    if not hiding:
        source.add("PRIORITY_BETRAYS", (*rule.at, "priority"), **words)
        return
    others = [each for each in personal if each.public != rule.public]
    beside = [next((other for other in others if _implied(other, each)), None) for each in hiding]
    if None not in beside and (other := beside[0]) is not None:
        source.add(
            "COMPANY_BETRAYS",
            (*rule.at, "priority"),
            **words,
            found=hiding[0].data.get("id"),
            other=other.data.get("id"),
        )


def _implied(other: _Rule, rule: _Rule) -> bool:
    """Return whether ``other`` plainly hits whenever ``rule`` does: one fact, and no further demand on it."""
    wide, narrow = other.data.get("when"), rule.data.get("when")
    if not isinstance(wide, dict) or not isinstance(narrow, dict) or "fact" not in wide:
        return False
    demands = [leaf for _, leaf in _mappings(wide.get("where"))]
    met = [leaf for _, leaf in _mappings(narrow.get("where"))]
    return wide["fact"] == narrow.get("fact") and all(leaf in met for leaf in demands)
