"""The process of the sidecar: its socket, its signals, its end."""

import asyncio
import contextlib
import ipaddress
import resource
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Final

import uvicorn

from collection_guard.guard.gate import Gate
from collection_guard.guard.sidecar.access import Tokens
from collection_guard.guard.sidecar.app import Calls, Desk, application, desk_of
from collection_guard.guard.sidecar.front import Front, Limits
from collection_guard.guard.sidecar.garbage import Searches
from collection_guard.guard.sidecar.log import JsonLog, take_over
from collection_guard.guard.sidecar.patience import patient
from collection_guard.model.problems import ConfigurationError, Problem

_BACKLOG: Final = 2048
_IDLE_SECONDS: Final = 75
"""How long a connection may stand open between requests: longer than dialers leave between two calls."""
_LAST_SECONDS: Final = 15
"""How long requests that were begun may take when the process is asked to end."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the sidecar listens: a host and a port, or the path of a Unix socket."""

    host: str = "127.0.0.1"
    port: int = 8787
    path: Path | None = None

    @property
    def is_local(self) -> bool:
        """Say whether only this machine reaches it."""
        if self.path is not None or self.host == "localhost":
            return True
        with contextlib.suppress(ValueError):
            return ipaddress.ip_address(self.host).is_loopback
        return False

    def __str__(self) -> str:
        if self.path is not None:
            return f"unix:{self.path}"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def listen(address: Address) -> socket.socket:
    """Return a socket that listens; raise ConfigurationError if the address cannot be had."""
    try:
        return _unix(address.path) if address.path is not None else _network(address)
    except OSError as error:
        values: dict[str, object] = {"address": str(address), "reason": error.strerror or str(error)}
        raise ConfigurationError([Problem("serve_address", values=values)]) from None


def _network(address: Address) -> socket.socket:
    family, kind, _, _, place = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0]
    made = socket.socket(family, kind)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(place)
        made.listen(_BACKLOG)
    except OSError:
        made.close()
        raise
    return made


def _unix(path: Path) -> socket.socket:
    """Listen on a path, in the place of a socket that nobody listens on any more."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if path.is_socket():
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other, contextlib.suppress(ConnectionError):
                other.connect(str(path))
                raise FileExistsError(17, "another process listens there")
            path.unlink()
        made.bind(str(path))
        path.chmod(0o660)
        made.listen(_BACKLOG)
    except OSError:
        made.close()
        raise
    return made


def serve_gate(
    gate: Gate,
    address: Address,
    read_tokens: Callable[[], Tokens],
    limits: Limits,
) -> None:
    """Answer until the process is asked to end, then finish what was begun and close the gate.

    SIGHUP reads rules, registry, profiles and tokens again. Raises ConfigurationError where the address or the tokens
    are not fit to be served.
    """
    tokens = read_tokens()
    if not address.is_local and not tokens:
        raise ConfigurationError([Problem("serve_needs_token", values={"host": address.host})])
    made = listen(address)
    _raise_open_files()
    kept = [tokens]
    log = JsonLog()
    take_over(log)
    desk = desk_of(gate, log)

    def reload() -> None:
        read: list[Tokens] = []
        desk.reload(lambda: read.append(read_tokens() or kept[0]), lambda: kept.__setitem__(0, read[0]))

    def begun() -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, desk.threads.submit, reload)
        where = str(address) if address.path is not None else "{}:{}".format(*made.getsockname()[:2])
        log.write("listening", address=where, **_of(desk))

    calls = Calls(desk)
    app = application(desk, calls, begun)
    searches = Searches()
    searches.begin()
    front = Front(app, lambda: kept[0], limits, log, desk.metrics)
    paths = app.openapi()["paths"]
    front.paths = frozenset(paths) | {"/openapi.json"}
    front.calls = {path: call for path, call, _ in calls.described()}
    front.posts = frozenset(path for path, calls in paths.items() if "post" in calls)
    server = uvicorn.Server(
        uvicorn.Config(
            front,
            http=patient(limits.client_seconds),
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=_IDLE_SECONDS,
            timeout_graceful_shutdown=_LAST_SECONDS,
            backlog=_BACKLOG,
        )
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        # The server hands on what it was ended by, once it has ended: to this, instead of to a sudden death.
        signal.signal(number, _end)
    try:
        server.run(sockets=[made])
    finally:
        searches.end()
        if address.path is not None:
            address.path.unlink(missing_ok=True)
        log.write("ended")


def _end(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise SystemExit(0)


def _of(desk: Desk) -> dict[str, Any]:
    status = desk.gate.status()
    return {
        "mode": status.mode,
        "store": status.store,
        "rules_digest": status.rules_digest,
        "registry_digest": status.registry_digest,
    }


def _raise_open_files() -> None:
    """Take as many open files as the system gives: each connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
