"""The front of the sidecar: who may ask, how much may be sent and how slowly, what is logged and counted.

All of it stands before any work is done for a request, and one client that is slow or hostile costs the others nothing.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from collection_guard.guard.sidecar.access import Tokens
from collection_guard.guard.sidecar.answers import refusal, refused
from collection_guard.guard.sidecar.log import JsonLog
from collection_guard.guard.sidecar.metrics import Metrics
from collection_guard.guard.sidecar.patience import WHOLE
from collection_guard.model.problems import InputError, Problem

OPEN: Final = frozenset({"/healthz", "/readyz", "/openapi.json"})
"""What is answered without a token: it says nothing of any contact."""
TOLD: Final = "told"
"""Where a request keeps what its line in the log says of it."""
_JSON_TYPE: Final = (b"content-type", b"application/json")
_DRAINED: Final = 32
"""How many times the limit is read and thrown away, so that the client reads why it was refused."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many bytes a body may have, and how many seconds a client may take to send a head, and a body."""

    body_bytes: int = 1_000_000
    client_seconds: float = 10.0


Call = Callable[[bytes, dict[str, Any]], Awaitable[BaseModel]]
"""Carries out what is sent in a body, and returns its answer; it says what is told of it in the log."""


class _TooLargeError(Exception):
    """A body is larger than is taken."""


class Front:
    """The application before the application."""

    def __init__(
        self, app: ASGIApp, tokens: Callable[[], Tokens], limits: Limits, log: JsonLog, metrics: Metrics
    ) -> None:
        self._app = app
        self._tokens = tokens
        self._limits = limits
        self._log = log
        self._metrics = metrics
        self.paths: frozenset[str] = frozenset()
        self.posts: frozenset[str] = frozenset()
        self.calls: Mapping[str, Call] = {}
        """Calls that are answered at once, without the way through the application."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, count it, and write its line."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        told: dict[str, Any] = {}
        scope[TOLD] = told
        self._metrics.in_flight.inc()
        try:
            await self._answer(scope, receive, noted, told)
        except Exception as error:  # noqa: BLE001  # whatever it is, the client is told that nothing was done
            told["problem"] = "sidecar_fault"
            self._log.fault("fault", error)
            if not status:
                await _say(500, "sidecar_fault", scope, receive, noted)
        finally:
            self._metrics.in_flight.dec()
            self._note(scope, status, time.perf_counter() - began, told)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, told: dict[str, Any]) -> None:
        headers = dict(scope["headers"])
        tokens = self._tokens()
        if tokens and scope["path"] not in OPEN:
            client = tokens.client_of(headers.get(b"authorization"))
            if client is None:
                told["problem"] = "token_refused"
                await _say(401, "token_refused", scope, receive, send, {"www-authenticate": "Bearer"})
                return
            told["client"] = client
        if scope["method"] == "POST" and scope["path"] in self.posts:
            if headers.get(b"content-type", b"").split(b";")[0].strip().lower() != b"application/json":
                told["problem"] = "not_json_type"
                await _say(415, "not_json_type", scope, receive, send)
                return
            try:
                body = await self._body(scope, headers, receive)
            except _TooLargeError:
                told["problem"] = "body_too_large"
                await _say(413, "body_too_large", scope, receive, send, closing=True, most=self._limits.body_bytes)
                return
            except TimeoutError:
                told["problem"] = "body_too_slow"
                seconds = self._limits.client_seconds
                await _say(408, "body_too_slow", scope, receive, send, closing=True, seconds=seconds)
                return
            if body is None:
                return
            call = self.calls.get(scope["path"])
            if call is not None:
                try:
                    answer = await call(body, told)
                except InputError as error:
                    await refusal(error, told)(scope, receive, send)
                    return
                await _write(answer.model_dump_json().encode(), send)
                return
            receive = _again(body, receive)
        await self._app(scope, receive, send)

    async def _body(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> bytes | None:
        """Return the whole body, None if the client left.

        Raises _TooLargeError for more than is taken, TimeoutError for one that is sent too slowly.
        """
        if _announced(headers) > self._limits.body_bytes * _DRAINED:
            raise _TooLargeError
        if scope.get(WHOLE):
            return await self._gathered(receive)
        async with asyncio.timeout(self._limits.client_seconds):
            return await self._gathered(receive)

    async def _gathered(self, receive: Receive) -> bytes | None:
        most = self._limits.body_bytes
        size = 0
        parts: list[bytes] = []
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            size += len(message.get("body", b""))
            if size > most * _DRAINED:
                raise _TooLargeError
            if size <= most:
                parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                break
        if size > most:
            raise _TooLargeError
        return b"".join(parts)

    def _note(self, scope: Scope, status: int, seconds: float, told: dict[str, Any]) -> None:
        path = scope["path"] if scope["path"] in self.paths else "other"
        self._metrics.requests(path, str(status)).inc()
        self._metrics.seconds(path).observe(seconds)
        if path in OPEN or path == "/metrics":
            return
        self._log.write(
            "request",
            "info" if status in range(200, 300) else "warning",
            path=path,
            status=status,
            milliseconds=round(seconds * 1000, 3),
            **told,
        )


async def _write(content: bytes, send: Send) -> None:
    """Write an answer, as JSON."""
    headers = [(b"content-length", str(len(content)).encode()), _JSON_TYPE]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def _announced(headers: dict[bytes, bytes]) -> int:
    length = headers.get(b"content-length", b"")
    return int(length) if length.isdigit() and len(length) < 19 else 0


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a receive that gives a body that was read already, then whatever comes after it."""
    given = False

    async def once() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once


async def _say(
    status: int,
    code: str,
    scope: Scope,
    receive: Receive,
    send: Send,
    headers: dict[str, str] | None = None,
    *,
    closing: bool = False,
    **values: object,
) -> None:
    close = {"connection": "close"} if closing else {}
    response: Response = refused(status, [Problem(code, values=values)], {**(headers or {}), **close})
    # The client may have left; nobody is there to be told.
    with contextlib.suppress(OSError):
        await response(scope, receive, send)
