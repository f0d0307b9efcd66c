"""A proxy before the broker that loses commits, or the answers to them.

Every client comes through here, as this is the address the broker advertises; commits are lost for one,
known by the client id in its requests. What is looked at has its layout in :mod:`tests.faults.wire`.
"""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from tests.faults import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hub.embedded.broker import EmbeddedBroker

__all__ = ("Loss", "Proxy", "Reach")

_HOST: Final = "127.0.0.1"
_PATIENCE_S: Final = 20.0


class Loss(Enum):
    """What becomes of a commit."""

    REQUEST = auto()
    """It never reaches the broker."""
    ANSWER = auto()
    """It does, and nobody hears what came of it."""


class Reach(Enum):
    """What else the client loses with it, until all is well again."""

    CONNECTION = auto()
    """The connection that carried it, and every other that carries a commit."""
    NETWORK = auto()
    """All its connections, and new ones too: they are accepted and stay silent."""


class Proxy:
    """Has a free port from the beginning; listens and passes everything on inside :meth:`before`."""

    def __init__(self) -> None:
        """Take the port, so that a broker can be told to advertise :attr:`address`."""
        self._broker: EmbeddedBroker
        self._listener = socket.create_server((_HOST, 0))
        self._lock = threading.Lock()
        self._links: set[_Link] = set()
        self._threads: list[threading.Thread] = []
        self._plan: tuple[str, Loss, Reach] | None = None
        self._skip = 0
        self._cut = False
        self._lost: list[wire.Request] = []

    @property
    def address(self) -> str:
        """Return where to find the broker, through here."""
        return f"{_HOST}:{self._listener.getsockname()[1]}"

    @contextmanager
    def before(self, broker: EmbeddedBroker) -> Iterator[None]:
        """Stand before a broker that need not run yet; close every connection at the end."""
        self._broker = broker
        self.run(self._accept)
        try:
            yield
        finally:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._join(self._threads[:1])  # now no link can be added
            self._listener.close()
            for link in list(self._links):
                link.close()
            self._join(self._threads)

    # --- harm

    def lose(self, client: str, loss: Loss, reach: Reach, skip: int = 0) -> None:
        """Lose the commit of this client that comes after ``skip`` others, and every later one."""
        with self._lock:
            self._skip, self._cut = skip, False
            self._lost.clear()
            self._plan = (client, loss, reach)

    @property
    def lost(self) -> int:
        """Return how many commits were lost since :meth:`lose`."""
        return len(self._lost)

    def heal(self) -> None:
        """Let everything through again. What was silent is closed: the bytes lost there never come."""
        with self._lock:
            self._plan = None
            silent = [link for link in self._links if link.silent]
        for link in silent:
            link.close()

    def deliver(self) -> int:
        """Bring the first lost commit to the broker after all; return the error code of its answer."""
        request = self._lost[0]
        with socket.create_connection((_HOST, self._broker.port), _PATIENCE_S) as broker:
            broker.sendall(request.frame)
            return wire.end_error(request, wire.read(broker))

    # --- what the links ask

    def passes(self, link: _Link, request: wire.Request) -> bool:
        """Decide whether a request goes on to the broker; silence the link when harm is done."""
        with self._lock:
            if self._plan is None:
                return not link.silent
            client, loss, reach = self._plan
            if request.client == client and request.commits and not self._spared():
                self._lost.append(request)
                self._cut = True
                link.silent = True
                if reach is Reach.NETWORK:
                    for other in self._links:
                        other.silent = other.silent or other.client == client
                return loss is Loss.ANSWER and len(self._lost) == 1
            if self._cut and reach is Reach.NETWORK and request.client == client:
                link.silent = True
            return not link.silent

    def _spared(self) -> bool:
        self._skip -= 1
        return self._skip >= 0

    def forget(self, link: _Link) -> None:
        """Take note that a link has ended."""
        with self._lock:
            self._links.discard(link)

    # --- connections

    def run(self, work: Callable[[], None]) -> None:
        """Run in a thread that :meth:`before` waits for."""
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _join(self, threads: list[threading.Thread]) -> None:
        for thread in threads:
            thread.join(_PATIENCE_S)
            assert not thread.is_alive(), "a thread of the proxy does not end"

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:  # closed: the end
                return
            try:
                broker = socket.create_connection((_HOST, self._broker.port))
            except OSError:  # no broker (yet): as if nobody listened
                client.close()
                continue
            link = _Link(self, client, broker)
            with self._lock:
                self._links.add(link)
            self.run(link.carry_requests)
            self.run(link.carry_answers)


class _Link:
    """One client's connection, and ours to the broker."""

    def __init__(self, proxy: Proxy, client: socket.socket, broker: socket.socket) -> None:
        self._proxy = proxy
        self._ends = (client, broker)
        self._lock = threading.Lock()
        self._open = 2
        self.client = ""
        """The client id, as of its first request."""
        self.silent = False
        """Whether nothing passes any more, in either direction."""
        for end in self._ends:
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def carry_requests(self) -> None:
        """Read the client's requests one by one, and pass on what passes."""
        client, broker = self._ends
        with suppress(OSError):  # one side has closed
            while frame := wire.read(client):
                request = wire.Request.of(frame)
                self.client = request.client
                if self._proxy.passes(self, request):
                    broker.sendall(frame)
        self._ended()

    def carry_answers(self) -> None:
        """Pass on what the broker says, as long as this link is not silent."""
        client, broker = self._ends
        with suppress(OSError):  # one side has closed
            while frame := wire.read(broker):
                if not self.silent:
                    client.sendall(frame)
        self._ended()

    def close(self) -> None:
        """End both directions."""
        for end in self._ends:
            with suppress(OSError):  # it was closed before
                end.shutdown(socket.SHUT_RDWR)

    def _ended(self) -> None:
        """Close what is left, when both directions have ended."""
        self.close()
        with self._lock:
            self._open -= 1
            last = self._open == 0
        if last:
            for end in self._ends:
                end.close()
            self._proxy.forget(self)
