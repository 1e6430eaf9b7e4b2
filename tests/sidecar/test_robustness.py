"""What clients may do to the sidecar without costing the others their answers."""

import json
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.sidecar.process import HEADERS, TOKEN, Sidecar, attempt, sidecar, tokens_file, write_settings

ZONES = 2
"""Of several hundred zones this many are tried."""
HEAD = (
    "POST /v1/check HTTP/1.1\r\nHost: guard\r\nContent-Type: application/json\r\n"
    f"Authorization: Bearer {TOKEN}\r\nContent-Length: 1000\r\n\r\n"
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sidecar]:
    """Run a sidecar that is not patient."""
    folder = tmp_path_factory.mktemp("robust")
    config = write_settings(folder)
    with sidecar(config, "--tokens", str(tokens_file(folder)), "--client-seconds", "1") as it:
        yield it
        assert not [line for line in it.lines if line["level"] == "error"]


@pytest.fixture
def other(running: Sidecar) -> Iterator[httpx.Client]:
    """Return a client that does nothing odd."""
    with running.client(headers=HEADERS) as client:
        yield client


def answers(client: httpx.Client) -> bool:
    """Say whether an attempt is decided."""
    answer = client.post("/v1/check", json={"attempt": attempt("night")})
    return answer.status_code == 200 and answer.json()["decision"] == "deny"


def connect(running: Sidecar) -> socket.socket:
    """Open a connection."""
    return socket.create_connection(("127.0.0.1", running.port), timeout=30)


def recorded(described: dict[str, Any], model: str) -> list[dict[str, Any]]:
    """Return what the description says a time of recording may be."""
    found: list[dict[str, Any]] = described["components"]["schemas"][model]["properties"]["recorded_at"]["anyOf"]
    return [inner for one in found for inner in one.get("anyOf", [one])]


def test_schemathesis_finds_nothing(running: Sidecar, other: httpx.Client, tmp_path: Path) -> None:
    """Whatever fits the description is taken, whatever does not is refused, and every answer is as described."""
    described = other.get("/openapi.json").json()
    zones = described["components"]["schemas"]["Recipient"]["properties"]["timezone"]
    zones["enum"] = [*zones["enum"][:2], *zones["enum"][-ZONES:]]
    for model in ("Attempt", "Event"):
        # A description cannot say that the end of a span lies after its beginning: spans without an end are sent.
        span = next(one for one in recorded(described, model) if "/" in one.get("pattern", ""))
        end = span["pattern"].strip("^$")
        span["pattern"] = f"^{end[: len(end) // 2]}/\\.\\.$"
    (tmp_path / "openapi.json").write_text(json.dumps(described), "utf-8")
    command = [sys.executable, "-m", "schemathesis.cli", "run", "openapi.json", "--url", running.url]
    command += ["--header", f"Authorization: Bearer {TOKEN}", "--seed", "20251120", "--max-examples", "15"]
    command += ["--checks", "all", "--no-color"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr
    assert "No issues found" in done.stdout
    assert "Tested: 9" in done.stdout


def test_a_body_of_ten_megabytes_is_refused(running: Sidecar, other: httpx.Client) -> None:
    """It is refused with 413, the client reads why, and others are answered."""
    large = json.dumps({"attempt": attempt(content="x" * 10_000_000)}).encode()
    answer = other.post("/v1/check", content=large, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (413, "body_too_large")
    assert answers(other)
    # A body that would never end is not read to its end.
    with connect(running) as endless:
        endless.sendall(HEAD.replace("1000", "10000000000").encode())
        assert endless.recv(100).startswith(b"HTTP/1.1 413")
    assert answers(other)


def test_ten_thousand_unknown_fields_are_refused(other: httpx.Client) -> None:
    """The first of them are named, the others counted."""
    odd = attempt() | {f"field{place}": place for place in range(10_000)}
    answer = other.post("/v1/check", json={"attempt": odd})
    assert answer.status_code == 422
    problems = answer.json()["problems"]
    assert len(problems) == 21
    assert "9980" in next(one["message"]["en"] for one in problems if one["code"] == "body_more_problems")
    assert answers(other)


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        (b"", b""),
        (b"POST /v1/check HT", b""),
        (HEAD[:-2].encode(), b""),
        (HEAD.encode() + b'{"attempt"', b"HTTP/1.1 408"),
    ],
    ids=["nothing", "half a line", "half a head", "half a body"],
)
def test_slow_clients_are_cut_off_and_others_answered(
    running: Sidecar, other: httpx.Client, sent: bytes, answered: bytes
) -> None:
    """Clients that stop in the middle hold nothing for long; meanwhile and afterwards others are answered."""
    with ExitStack() as stack:
        slow = [stack.enter_context(connect(running)) for _ in range(50)]
        for one in slow:
            one.sendall(sent)
        assert answers(other)
        for one in slow:
            said = one.makefile("rb").read()
            assert said.startswith(answered)
            assert bool(said) == bool(answered)
    assert answers(other)


def send_until_cut_off(one: socket.socket, pieces: Iterable[str], pause: float) -> None:
    """Send pieces as long as somebody takes them; raises ConnectionError once nobody does."""
    for piece in pieces:
        one.sendall(piece.encode())
        time.sleep(pause)


def test_a_client_that_drips_is_cut_off(running: Sidecar, other: httpx.Client) -> None:
    """A byte now and then buys no more time, and a head without end is not kept."""
    with connect(running) as dripping:
        with pytest.raises(ConnectionError):
            send_until_cut_off(dripping, HEAD * 100, pause=0.05)
        assert answers(other)
    with connect(running) as endless:
        endless.sendall(HEAD[:-2].encode())
        with pytest.raises(ConnectionError):
            send_until_cut_off(endless, (f"X-{place}: {'x' * 1000}\r\n" for place in range(10_000)), pause=0)
    assert answers(other)


def test_a_thousand_connections_leave_it_answering_others(running: Sidecar, other: httpx.Client) -> None:
    """Each of a thousand connections that stay open is answered once, and so are others beside them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(4096, hard)), hard))
    try:
        with ExitStack() as stack:
            many = []
            for _ in range(1000):
                many.append(stack.enter_context(connect(running)))
                many[-1].sendall(b"GET /healthz HTTP/1.1\r\nHost: guard\r\n\r\n")
            assert answers(other)
            assert [one.recv(1000)[:15] for one in many] == [b"HTTP/1.1 200 OK"] * 1000
            assert answers(other)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
