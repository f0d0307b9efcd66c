"""``GET /v1/stream``: changes as server-sent events, resumable after a reconnect without loss.

Each event's id is the position a client has reached with it. A client that comes back with ``Last-Event-ID``
gets, newest of each key, what changed since, and then what changes. The changes since are sent by partition
and offset, so that an interrupted catching up resumes in its middle.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Final

from sse_starlette.event import ServerSentEvent
from sse_starlette.sse import EventSourceResponse, SendTimeoutError

from hub.core.shelf import Selection
from hub.doors import position
from hub.doors.live import LiveFigures, event_of
from hub.doors.subscriber import Event, Subscriber

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

__all__ = ("FigureStream",)

_SEND_TIMEOUT_S: Final = 30.0
"""A client that takes nothing for so long while it catches up is dropped like one whose queue is full."""


class _TooSlowError(Exception):
    """The client did not keep up."""


class FigureStream(EventSourceResponse):
    """The answer: catches the client up, then tells it of changes until it leaves or is too slow."""

    def __init__(
        self,
        live: LiveFigures,
        selection: Selection,
        *,
        after: position.Position | None,
        queue: int,
        heartbeat_s: float,
    ) -> None:
        """Begin ``after`` a position; None = now. The client is told of every change from here on."""
        self._live = live
        self._selection = selection
        self._subscriber = live.subscribe(selection, queue)
        # In one step with subscribing: nothing can fall between what was and what comes.
        self._caught_up = live.reached
        self._backlog = self._changes(after)
        self._heartbeat_s = heartbeat_s
        super().__init__(
            self._events(),
            ping=0,
            sep="\n",
            data_sender_callable=self._watch,
            send_timeout=_SEND_TIMEOUT_S,
        )

    def _changes(self, after: position.Position | None) -> list[Event]:
        """Return what the client has to catch up with."""
        if after is None:
            return []
        events = []
        shelf = self._live.shelf
        offsets = after.offsets
        if not self._live.knows(after):  # of another topic: all there is, from the start
            events.append(Event("", "reset", "{}"))
            offsets = {}
        reached = {partition: offsets.get(partition, 0) for partition in shelf.positions}
        for placed in shelf.since(offsets):
            reached[placed.partition] = placed.offset + 1
            if self._subscriber.wants(placed):
                events.append(event_of(placed, position.text(reached, self._live.topic_id)))
        return events

    async def _events(self) -> AsyncIterator[ServerSentEvent]:
        for event in self._backlog:
            yield _sent(event)
        self._backlog = []
        yield _sent(Event(self._caught_up, "caught-up", "{}"))
        while not self._subscriber.dropped.is_set():
            told = await self._subscriber.take(self._heartbeat_s)
            # Nothing waits: whatever was put on the shelf so far has been sent or did not concern the client.
            yield _sent(told or Event(self._live.reached, "heartbeat", "{}"))

    async def _watch(self) -> None:
        await self._subscriber.dropped.wait()
        raise _TooSlowError

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve until the client leaves, the server stops, or the client is too slow: then just close."""
        try:
            await super().__call__(scope, receive, send)
        except (_TooSlowError, SendTimeoutError):
            return
        finally:
            self._live.leave(self._subscriber)

    @property
    def subscriber(self) -> Subscriber:
        """What waits for this client."""
        return self._subscriber


def _sent(event: Event) -> ServerSentEvent:
    parts: dict[str, Any] = {"data": event.data, "event": event.kind, "sep": "\n"}
    return ServerSentEvent(id=event.id, **parts) if event.id else ServerSentEvent(**parts)
