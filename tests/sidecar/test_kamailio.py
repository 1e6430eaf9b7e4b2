"""Real calls through Kamailio, which asks the sidecar before it relays them: nothing passes unasked."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.sidecar.process import HEADERS, Sidecar, sidecar, tokens_file, write_settings
from tests.sidecar.telephony import carrier, finish, kamailio, need_packages, start_dialing, taken

CALLS = 100
"""Of each kind."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_packages()
    return tmp_path_factory.mktemp("telephony")


@pytest.fixture(scope="module")
def guard(folder: Path) -> Iterator[Sidecar]:
    config = write_settings(folder, cases=CALLS)
    with sidecar(config, "--tokens", str(tokens_file(folder))) as running:
        yield running


@pytest.fixture(scope="module")
def proxy(folder: Path, guard: Sidecar) -> Iterator[int]:
    with carrier(folder) as behind, kamailio(folder, guard.url, behind) as port:
        yield port


def test_lawful_calls_are_relayed_and_others_declined_with_the_rule(folder: Path, guard: Sidecar, proxy: int) -> None:
    """Under load the carrier gets each lawful call once and no other; a declined one learns the rule."""
    lawful = start_dialing(folder, "relayed", proxy, [("day", place) for place in range(CALLS)])
    unlawful = start_dialing(folder, "declined", proxy, [("night", place) for place in range(CALLS)])
    finish(folder, lawful, unlawful)
    assert taken(folder) == sorted(f"day-{place}" for place in range(CALLS))
    with guard.client(headers=HEADERS) as client:
        text = client.get("/metrics").text
    for decision in ("allow", "deny"):
        assert f'collection_guard_decisions_total{{decision="{decision}",would_deny="none"}} {CALLS}.0' in text


class _Odd(BaseHTTPRequestHandler):
    """Answers like something else that listens where the sidecar did."""

    answers = iter(((200, b"{}"), (200, b'{"decision": "maybe"}'), (200, b"allow"), (500, b'{"decision": "allow"}')))

    def do_POST(self) -> None:
        status, body = next(self.answers)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_without_a_decision_nothing_passes(folder: Path, guard: Sidecar, proxy: int) -> None:
    """With the sidecar stopped, silent, or replaced by something else, every call gets 503 and its reason."""
    before = taken(folder)
    port = guard.port
    assert guard.end() == 0
    finish(folder, start_dialing(folder, "unanswered", proxy, [("day", place) for place in range(20)]))
    with socket.create_server(("127.0.0.1", port)):
        finish(folder, start_dialing(folder, "unanswered", proxy, [("day", place) for place in range(4)]))
    odd = HTTPServer(("127.0.0.1", port), _Odd)
    answering = threading.Thread(target=odd.serve_forever)
    answering.start()
    try:
        finish(folder, start_dialing(folder, "unanswered", proxy, [("day", place) for place in range(4)]))
    finally:
        odd.shutdown()
        answering.join()
        odd.server_close()
    assert next(_Odd.answers, None) is None
    assert taken(folder) == before
