"""Clients that open a connection and do not get on with it: cut off before they hold what others need."""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.auto import AutoHTTPProtocol

HEAD_BYTES: Final = 64 * 1024
"""How long the head of a request may be."""
WHOLE: Final = "whole"
"""Where a request says that its body was there with its head: nobody need wait for it, and no clock be set."""
_Protocol: Any = AutoHTTPProtocol


class Joining:
    """Sends the head of an answer together with its body: one call of the system instead of two, and one packet.

    A head waits for what comes after it: the body, the end of the answer, or that of the connection.
    """

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._head = b""

    def __getattr__(self, name: str) -> Any:
        """Return what is the same as without it."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send something, with the head before it."""
        if not self._head and data.endswith(_END_OF_HEAD) and data.startswith(_ANSWER) and data != _GO_ON:
            self._head = data
            return
        head, self._head = self._head, b""
        self._transport.write(head + data if head else data)

    def send(self) -> None:
        """Send a head that has no body."""
        if self._head:
            self.write(b"")

    def close(self) -> None:
        """Send what waits, and close the connection."""
        self.send()
        self._transport.close()


_ANSWER: Final = b"HTTP/1."
_END_OF_HEAD: Final = b"\r\n\r\n"
_GO_ON: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
"""Before it is sent, the body of the request does not come."""


class PatientProtocol(_Protocol):  # type: ignore[misc]  # which class it is depends on what is installed
    """The protocol of uvicorn, with limits for the head of a request, which it has none for."""

    head_seconds: float = 10.0
    """How long a head may take, from the opening of the connection or its first byte."""
    _pending: asyncio.TimerHandle | None = None
    _head: int = 0

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin to wait for a request."""
        super().connection_made(transport)
        self.transport = Joining(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take what came; cut off a head that is longer than any honest one."""
        if self._awaits_request():
            self._head += len(data)
        super().data_received(data)
        if not self._awaits_request():
            self._stop_waiting()
        elif self._head > HEAD_BYTES:
            self._cut_off()
        elif self._pending is None:
            self._wait()

    def on_message_complete(self) -> None:
        """Note that a body has arrived whole; only the quicker of the two parsers of uvicorn says it here."""
        super().on_message_complete()
        self.scope[WHOLE] = True

    def on_response_complete(self) -> None:
        """Send an answer that is a head alone."""
        self.transport.send()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _awaits_request(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _wait(self) -> None:
        self._pending = asyncio.get_running_loop().call_later(self.head_seconds, self._cut_off)

    def _stop_waiting(self) -> None:
        self._head = 0
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None

    def _cut_off(self) -> None:
        self._stop_waiting()
        self.transport.close()


def patient(seconds: float) -> type[PatientProtocol]:
    """Return the protocol with another patience."""
    return type("PatientProtocol", (PatientProtocol,), {"head_seconds": seconds})
