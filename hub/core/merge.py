"""How two pieces of knowledge become one, whatever their order.

An *entry* is one fact of a person: a dict of its fields and its business ``key``. Beside it stands
its :data:`Marks`: when the last-writer-wins fields were written. Marks are kept small, since nearly
all fields of an entry come from one event: ``[base, others]``, where ``base`` is the greatest stamp
of the fields that hold a value and ``others`` maps the fields that have another one, and every
field that was *cleared* (asserted as null), to their own stamps. The form is canonical: the same
knowledge gives the same entry and the same marks, whatever order it came in.

The merge of an entry is a product of semilattice joins, one per field, so it is commutative,
associative and idempotent; ``tests/properties/test_merge.py`` shows it for every kind.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from enum import IntEnum
from hashlib import blake2b
from operator import itemgetter
from typing import Any, Final, NamedTuple

from hub.core.assertion import Assertion
from hub.core.codes import Code
from hub.core.fact import CATALOGUE, FieldType, Merge
from hub.errors import DeadLetterError

Entry = dict[str, Any]
"""One fact: field name to value, and ``key``. A field without a value is absent."""
Marks = list[Any]
"""``[base, others]``: stamps of the last-writer-wins fields of one entry, see the module's text."""
Facts = dict[str, list[Entry]]
"""Fact kind to its entries, in the order of their keys."""
Stamps = dict[str, list[Marks]]
"""Fact kind to the marks of its entries, in the same order as in :data:`Facts`."""

STAMP_BYTES: Final = 25
NO_STAMP: Final = b""
"""Less than every stamp."""
_LAYOUT: Final = struct.Struct(">Q?Q8s")
_SIGN: Final = 1 << 63
"""Added to the time, so that times before 1970 compare as bytes too."""
_key_of: Final = itemgetter("key")
_CONTENT_HASH: Final = blake2b(digest_size=8)
"""A hash that has taken nothing in yet, to be copied."""


class Outcome(IntEnum):
    """What a merge did."""

    NOTHING = 0  #: everything was known: a duplicate
    MARKS = 1  #: the same values, confirmed later: to be stored, nothing to evaluate
    VALUES = 2  #: something is known now that was not


_NOTHING: Final = Outcome.NOTHING
_MARKS: Final = Outcome.MARKS
_VALUES: Final = Outcome.VALUES
"""Naming a member of an enumeration costs as much as three look-ups in a dict."""
_ACTION: Final = {Merge.LAST: 0, Merge.FIRST_DAY: 1, Merge.LAST_DAY: 2, Merge.MAXIMUM: 2, Merge.UNION: 3}
_LAST: Final = 0
_LEAST: Final = 1
_GREATEST: Final = 2
_UNION: Final = 3


class _Kind(NamedTuple):
    """What merging needs to know of a fact kind's fields."""

    actions: dict[str, int]
    names: frozenset[str]
    last: frozenset[str]
    """Those of which the last writer wins."""
    texts: tuple[tuple[str, bool], ...]
    """Those that hold a set of texts, and whether it only grows."""


_KINDS: Final[dict[str, _Kind]] = {
    kind.name: _Kind(
        {field.name: _ACTION[field.merge] for field in kind.fields},
        frozenset(field.name for field in kind.fields),
        frozenset(field.name for field in kind.fields if field.merge is Merge.LAST),
        tuple(
            (field.name, field.merge is Merge.UNION) for field in kind.fields if field.type is FieldType.TEXTS
        ),
    )
    for kind in CATALOGUE
}


def stamp(
    occurred_at_ms: int,
    restrictive: bool,  # noqa: FBT001  # the layout's second member, always passed by position
    seq: int,
    content: bytes,
) -> bytes:
    """Return the 25 bytes that order an event among others on the same facts; they compare as bytes.

    The later wins; at the same millisecond what restricts wins, then the source's greater sequence
    number, then the greater content hash, so that two different events never tie. ``content`` is
    what :func:`hub.core.assertion.encode` makes of the event's assertions.

    >>> stamp(1, False, 9, b"") < stamp(1, True, 0, b"") < stamp(2, False, 0, b"")
    True
    """
    hashed = _CONTENT_HASH.copy()  # 0.7 instead of 1.3 µs for one made anew
    hashed.update(content)
    return _LAYOUT.pack(occurred_at_ms + _SIGN, restrictive, max(seq, 0), hashed.digest())


def occurred_at(mark: bytes) -> int:
    """Return the time in a stamp, in ms.

    >>> occurred_at(stamp(1_650_000_000_000, True, 9, b""))
    1650000000000
    """
    return int(_LAYOUT.unpack(mark)[0]) - _SIGN


def restricts(mark: bytes) -> bool:
    """Return whether a stamp is of an event that ends or forbids something.

    >>> restricts(stamp(1, True, 0, b"")), restricts(stamp(1, False, 0, b""))
    (True, False)
    """
    return bool(_LAYOUT.unpack(mark)[1])


def merge(facts: Facts, stamps: Stamps, mark: bytes, assertions: Sequence[Assertion]) -> Outcome:
    """Merge the assertions of one event, stamped ``mark``, into the facts of a person, in place.

    Raise a DeadLetterError (``FACT_UNKNOWN`` for a kind or field that is not in the catalogue,
    ``VALUE_INVALID`` for a value that cannot be its field's); the facts may then be merged in part and
    have to be thrown away.
    """
    try:
        return _merge(facts, stamps, mark, assertions)
    except TypeError:  # values are compared and joined unchecked: no check on the hot path
        raise DeadLetterError(
            Code.VALUE_INVALID, "assertions.fields", "a value is not of its field's type"
        ) from None


def _merge(facts: Facts, stamps: Stamps, mark: bytes, assertions: Sequence[Assertion]) -> Outcome:
    """Merge in place. The usual assertions come first: of a new kind, or of the only entry of its kind."""
    outcome = _NOTHING
    for kind, key, told in assertions:
        plan = _KINDS.get(kind)
        if plan is None:
            raise DeadLetterError(Code.FACT_UNKNOWN, "assertions.kind", "no such kind of fact")
        entries = facts.get(kind)
        if entries is None:
            entry, mine = _first(key, plan, mark, told)
            if len(entry) > 1 or mine[1]:
                facts[kind], stamps[kind] = [entry], [mine]
                if len(entry) > 1:
                    outcome = _VALUES
                elif not outcome:
                    outcome = _MARKS
            continue
        at, entry = 0, entries[0]
        if entry["key"] != key:
            at = bisect_left(entries, key, key=_key_of)
            if at == len(entries) or entries[at]["key"] != key:
                entry, mine = _first(key, plan, mark, told)
                if len(entry) > 1 or mine[1]:
                    entries.insert(at, entry)
                    stamps[kind].insert(at, mine)
                    if len(entry) > 1:
                        outcome = _VALUES
                    elif not outcome:
                        outcome = _MARKS
                continue
            entry = entries[at]
        mine = stamps[kind][at]
        done = _confirm(entry, mine, plan, mark, told) or _join(entry, mine, plan, mark, told)
        if done > outcome:  # noqa: PLR1730  # max() costs as much as the rest of a confirmed entry
            outcome = done
    return outcome


def _first(key: bytes, plan: _Kind, mark: bytes, fields: Mapping[str, Any]) -> tuple[Entry, Marks]:
    """Return a new entry and its marks. The fields are taken over whole: a seventh less than one by one."""
    actions, names, last, texts = plan
    if not names.issuperset(fields):
        raise _unknown_field()
    entry: Entry = {**fields, "key": key}
    cleared: dict[str, bytes] = {}
    if None in fields.values():
        for name, value in fields.items():
            if value is None:
                del entry[name]
                if actions[name] == _LAST:
                    cleared[name] = mark
    for name, grows in texts:
        if name in entry:
            value = entry[name]
            if value or not grows:
                entry[name] = sorted(set(value)) if len(value) > 1 else list(value)
            else:
                del entry[name]
    return entry, [NO_STAMP if last.isdisjoint(entry) else mark, cleared]


def _confirm(entry: Entry, marks: Marks, plan: _Kind, mark: bytes, fields: Mapping[str, Any]) -> Outcome:
    """Take in an event that is newer than all the entry knows, and tells nothing else.

    NOTHING when it is no such event. 1.1 instead of 2.5 µs in :func:`_join`, and nearly every event
    confirms a person.
    """
    base, others = marks
    last = plan.last
    if not (mark > base and fields.items() <= entry.items()) or last.isdisjoint(fields):
        return _NOTHING
    left: dict[str, bytes] = {}
    if others:
        if mark <= max(others.values()):
            return _NOTHING
        left = {name: at for name, at in others.items() if name not in fields}
    if len(fields) + 1 < len(entry):
        for name in entry:
            if name not in fields and name not in left and name in last:
                left[name] = base
    marks[0], marks[1] = mark, left
    return _MARKS


def _join(  # noqa: PLR0912  # one loop without calls: see below
    entry: Entry, marks: Marks, plan: _Kind, mark: bytes, fields: Mapping[str, Any]
) -> Outcome:
    """Join asserted fields into an entry, in place. One loop without calls: this is the hot path.

    An event that is newer than all the entry knows (the usual one) wins every field without a look at
    their stamps: that halves the cost.
    """
    actions = plan.actions
    base, others = marks
    newest = mark > base and (not others or mark > max(others.values()))
    stamps = others if newest else _expanded(entry, actions, base, others)
    outcome = _NOTHING
    written = False
    for name, value in fields.items():
        action = actions.get(name)
        if action is None:
            raise _unknown_field()
        old = entry.get(name)
        if action == _LAST:
            if value.__class__ is list or value.__class__ is tuple:
                value = sorted(set(value))  # noqa: PLW2901  # a set of texts: kept in one order
            if not newest:
                before = stamps.get(name, NO_STAMP)
                if mark < before or (mark == before and not _outranks(value, old)):
                    continue
                stamps[name] = mark
            written = True
            if value == old:
                continue
            if value is None:
                del entry[name]
            else:
                entry[name] = value
            outcome = _VALUES
        elif value is None:
            continue
        elif action == _UNION:
            if old is None:
                if value:
                    entry[name] = sorted(set(value))
                    outcome = _VALUES
            elif value != old:
                union = {*old, *value}
                if len(union) > len(old):
                    entry[name] = sorted(union)
                    outcome = _VALUES
        elif old is None or (value > old if action == _GREATEST else value < old):
            entry[name] = value
            outcome = _VALUES
    if written:
        if newest:
            marks[0], marks[1] = _overtaken(entry, plan.last, (base, others), mark, fields)
        else:
            marks[0], marks[1] = _compressed(entry, stamps)
        return outcome or _MARKS
    return outcome


def _overtaken(
    entry: Entry,
    last: frozenset[str],
    before: tuple[bytes, Mapping[str, bytes]],
    mark: bytes,
    fields: Mapping[str, Any],
) -> tuple[bytes, dict[str, bytes]]:
    """Return the marks after an event newer than all that was known: what it left alone keeps its stamp."""
    base, others = before
    stamps: dict[str, bytes] = {}
    now = NO_STAMP
    for name in entry:
        if name in last:
            if name in fields:
                now = mark
            else:
                stamps[name] = others.get(name, base)
    if others:
        stamps.update({name: at for name, at in others.items() if name not in fields})
    for name, value in fields.items():
        if value is None and name in last:
            stamps[name] = mark
    if now is NO_STAMP:  # it only cleared fields: those left alone are the newest that hold a value
        return _compressed(entry, stamps)
    return mark, stamps


def _unknown_field() -> DeadLetterError:
    return DeadLetterError(Code.FACT_UNKNOWN, "assertions.fields", "no such field of that kind of fact")


def _outranks(value: object, old: object) -> bool:
    """Return whether a value wins against another one of the same stamp: any total order will do."""
    return value != old and (old is None or (value is not None and repr(value) > repr(old)))


def _expanded(
    entry: Entry, actions: Mapping[str, int], base: bytes, others: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Return the stamp of each last-writer-wins field that was ever written."""
    stamps = {name: base for name in entry if name != "key" and actions[name] == _LAST}
    stamps.update(others)
    return stamps


def _compressed(entry: Entry, stamps: Mapping[str, bytes]) -> tuple[bytes, dict[str, bytes]]:
    """Return the canonical marks: the greatest stamp of a field with a value, and the exceptions."""
    base = max((mark for name, mark in stamps.items() if name in entry), default=NO_STAMP)
    return base, {name: mark for name, mark in stamps.items() if mark != base or name not in entry}
