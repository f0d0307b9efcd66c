"""Writes ``hub.decision`` and ``hub.invitation``: what matching says most often.

The same bytes as the codec's compiled writers (a test compares them). Most of such a record is the
same for many people: the envelope within a tick, the texts of a rule within a book, an organisation,
a day. Those are kept encoded and only put together here: measured, 9 instead of 20 µs per decision.
Nothing that is of one person (ids, contact blocks) is kept. Unlike the codec it does not check types.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Sized
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from hub.core import dates, ground
from hub.core.book import Book
from hub.schemas.catalogue import Schema
from hub.schemas.wire import LONGS, SHORT, long
from hub.schemas.writer import compile_writer

if TYPE_CHECKING:
    from hub.core.invitation import Change
    from hub.core.matching import Eligibility
    from hub.core.verdict import Verdict
    from hub.stages.announcement import Occasion

SOURCE: Final = "/redcross/33/hub/matching"
KEPT: Final = 8_192
"""Pieces of one sort that are kept: every day of twenty years, most organisations. A few MB."""
_END: Final = b"\0"
_NULL: Final = b"\0"
_NOT_NULL: Final = b"\2"
_BOOLEANS: Final = {False: b"\0", True: b"\1"}


class Head:
    """How every record of a type begins within a tick: the envelope, and the headers that repeat it."""

    def __init__(self, schema: Schema) -> None:
        """Take the schema of the records."""
        envelope = schema.type.fields[0]
        assert envelope.name == "envelope"  # the first field of every event
        self._write = compile_writer(envelope.type)
        self._type = schema.ce_type
        self.frame = schema.frame
        self.now = -1
        self.rest = self.tick = b""
        """The envelope behind its id; the tick."""
        self.told: dict[str, str] = {}
        """The envelope's attributes but its id."""
        self._headers: tuple[tuple[str, bytes], ...] = ()

    def at(self, now: int) -> None:
        """Go to a tick."""
        if now != self.now:
            self.told = {
                "source": SOURCE, "type": self._type, "specversion": "1.0", "time": rfc3339(now)
            }  # fmt: skip
            self.now, self.tick = now, _number(now)
            self.rest = self._write({"id": "", **self.told})[len(LONGS[0]) :]
            self._headers = tuple((f"ce_{name}", value.encode()) for name, value in self.told.items())

    def headers(self, event_id: bytes) -> list[tuple[str, bytes]]:
        """Return the CloudEvents attributes as headers."""
        return [("ce_id", event_id), *self._headers]


class DecisionWriter:
    """Writes decisions. It remembers rules, days and organisations, and nothing of whom it was about."""

    def __init__(self, schema: Schema) -> None:
        """Take the schema of ``hub.decision``."""
        self.head = Head(schema)
        self._said = _Kept(_said)
        self._target = _Kept(_target)
        self._changes = _Kept(_optional_text)
        self._numbers = _Kept(_optional_number)
        self._book: Book | None = None
        self._id = b""
        self._rules: dict[str, bytes] = {}

    def write(self, event_id: bytes, occasion: Occasion, verdict: Verdict, sealed: bytes | None) -> bytes:
        """Return the framed record of a decision; ``sealed``: what it says of the person."""
        ctx, book, person, _ = occasion
        eligible, outcome, code, change, _ = verdict
        if book is not self._book:
            self._book, self._id, self._rules = book, _text(book.id), {}
        head, hits = self.head, eligible.hits
        if ctx.now != head.now:
            head.at(ctx.now)
        size = len(event_id)
        parts = [
            head.frame, LONGS[size] if size < SHORT else long(size), event_id, head.rest,
            LONGS[len(person)], person, head.tick,
            self._said[outcome, code, hits[0].rule.priority if hits else None],
        ]  # fmt: skip
        if hits:
            self._put_rules(eligible, book, parts)
        parts += (
            self._target[eligible.kind], self._changes[change.change if change is not None else None],
            _NULL, _END, self._id, _NULL,
            *((_NULL,) if sealed is None else (_NOT_NULL, _length(sealed), sealed)),
        )  # fmt: skip
        return b"".join(parts)

    def _put_rules(self, eligible: Eligibility, book: Book, parts: list[bytes]) -> None:
        """Append the rules that hit, as they are named outside; their texts are encoded once per book."""
        known, hits, names = self._rules, eligible.hits, eligible.public
        parts.append(LONGS[len(names)])
        for name, hit in zip(names, hits if len(names) == len(hits) else ground.firsts(hits), strict=True):
            rule = hit.rule
            encoded = known.get(rule.id)
            if encoded is None:
                named = ground.outside(rule, book)
                texts = (named.title_zh, named.title_en, named.reason_zh, named.reason_en)
                encoded = known[rule.id] = b"".join(
                    (_text(name), _number(named.version), *(_text(each) for each in texts), _NULL)
                )
            parts.append(encoded)


class InvitationWriter:
    """Writes changes of invitations. It remembers what :class:`DecisionWriter` does."""

    def __init__(self, schema: Schema) -> None:
        """Take the schema of ``hub.invitation``."""
        self.head = Head(schema)
        self._texts = _Kept(_text)
        self._stages = _Kept(_stage)
        self._numbers = _Kept(_number)
        self._days = _Kept(_optional_number)
        self._lists = _Kept(_list)
        self._reasons = _Kept(_reason)

    def write(
        self,
        event_id: bytes,
        occasion: Occasion,
        change: Change,
        reason: tuple[str, str],
        contact: tuple[bytes | None, Sequence[str]],
    ) -> bytes:
        """Return the framed record. ``contact``: the sealed block, and the names of what is in it."""
        ctx, book, person, cause = occasion
        made, name, why = change
        head, texts, numbers = self.head, self._texts, self._numbers
        if ctx.now != head.now:
            head.at(ctx.now)
        sealed, disclosed = contact
        size, invitation_id = len(event_id), made.id.encode()
        parts = [
            head.frame, LONGS[size] if size < SHORT else long(size), event_id, head.rest,
            LONGS[len(invitation_id)], invitation_id, LONGS[len(person)], person,
            self._stages[made.status, name, why, made.priority, made.rules, book.id, made.kind],
            texts[made.organisation], _BOOLEANS[made.confirm_region], texts[made.notice_version],
            numbers[made.issued_on], numbers[made.valid_until], self._days[made.reminded_on],
            self._days[made.act_by], numbers[made.episode],
            self._reasons[reason],
            *((_NULL,) if sealed is None else (_NOT_NULL, _length(sealed), sealed)),
            self._lists[tuple(disclosed)], head.tick,
        ]  # fmt: skip
        _put_cause(cause, parts)
        return b"".join(parts)


def _said(said: tuple[str, str, int | None]) -> bytes:
    """Return outcome, code and priority of a decision."""
    return _text(said[0]) + _text(said[1]) + _optional_number(said[2])


def _target(kind: str) -> bytes:
    """Return the end of the rules of a decision, its kind, and no organisation: that one is sealed."""
    return _END + _text(kind) + _NULL


def _reason(reason: tuple[str, str]) -> bytes:
    """Return the reason of an invitation in both languages."""
    return _text(reason[0]) + _text(reason[1])


def _stage(of: tuple[str, str, str | None, int, tuple[str, ...], str, str]) -> bytes:
    """Return how far an invitation is and on what it rests, from its status to its kind."""
    status, change, cause, priority, rules, book, kind = of
    return b"".join(
        (
            _text(status),
            _text(change),
            _optional_text(cause),
            _number(priority),
            _list(rules),
            _text(book),
            _text(kind),
        )
    )


_Key = TypeVar("_Key")


class _Kept(dict[_Key, bytes], Generic[_Key]):
    """Encoded values by what they say. A hit is one look-up in C; when full it starts anew."""

    def __init__(self, encode: Callable[[_Key], bytes]) -> None:
        super().__init__()
        self._encode = encode

    def __missing__(self, value: _Key) -> bytes:
        if len(self) >= KEPT:
            self.clear()
        encoded = self[value] = self._encode(value)
        return encoded


def _length(value: Sized) -> bytes:
    size = len(value)
    return LONGS[size] if size < SHORT else long(size)


def _number(number: int) -> bytes:
    return LONGS[number] if 0 <= number < SHORT else long(number)


def _optional_number(number: int | None) -> bytes:
    return _NULL if number is None else _NOT_NULL + _number(number)


def _text(text: str) -> bytes:
    encoded = text.encode()
    return _length(encoded) + encoded


def _optional_text(text: str | None) -> bytes:
    return _NULL if text is None else _NOT_NULL + _text(text)


def _list(texts: Sequence[str]) -> bytes:
    if not texts:
        return _END
    return _length(texts) + b"".join([_text(each) for each in texts]) + _END


def _put_cause(event_id: str | None, parts: list[bytes]) -> None:
    if event_id is None:
        parts.append(_NULL)
    else:
        encoded = event_id.encode()
        size = len(encoded)
        parts += (_NOT_NULL, LONGS[size] if size < SHORT else long(size), encoded)


def rfc3339(now: int) -> str:
    """Return a time on China's clock, to the millisecond.

    >>> rfc3339(0)
    '1970-01-01T08:00:00.000+08:00'
    """
    day = dates.day_of(now)
    seconds, millis = divmod(now - dates.midnight_ms(day), 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{dates.iso(day)}T{hour:02}:{minute:02}:{second:02}.{millis:03}+08:00"
