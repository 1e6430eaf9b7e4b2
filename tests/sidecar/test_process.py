"""Where the sidecar listens, whom it answers, how it ends, and what it says where it cannot begin."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from collection_guard.guard.sidecar.access import VARIABLE, Tokens, read_tokens
from collection_guard.model.problems import ConfigurationError
from tests.sidecar.process import HEADERS, TOKEN, attempt, sidecar, tokens_file, write_settings


def refused(*arguments: str, before: str = "pass", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command where it cannot begin."""
    code = f"import sys; {before}; sys.argv[0] = 'collection-guard'; from collection_guard.cli.main import run; run()"
    environment = dict(os.environ, COLLECTION_GUARD_LANG="en") | environment
    command = [sys.executable, "-c", code, "serve", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=environment, timeout=60)


def test_a_wrong_or_missing_token_is_answered_with_401(tmp_path: Path) -> None:
    """Only a known token is answered; health and description are open; the log names the client, never the token."""
    config = write_settings(tmp_path)
    with sidecar(config, "--tokens", str(tokens_file(tmp_path))) as running, running.client() as client:
        body = {"attempt": attempt()}
        for headers in ({}, {"authorization": "Bearer " + TOKEN[:-1]}, {"authorization": f"Basic {TOKEN}"}):
            answer = client.post("/v1/check", json=body, headers=headers)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
            assert client.get("/metrics", headers=headers).status_code == 401
        assert [client.get(path).status_code for path in ("/healthz", "/readyz", "/openapi.json")] == [200] * 3
        assert client.post("/v1/check", json=body, headers=HEADERS).status_code == 200
        assert client.get("/metrics", headers=HEADERS).status_code == 200
        assert running.line("request", status=200)["client"] == "dialer-1"
        assert TOKEN[:-1] not in running.text
        # Another file of tokens counts after a hang-up; one that cannot be read changes nothing.
        (tmp_path / "tokens").write_text("dialer-2 " + TOKEN[::-1], "utf-8")
        running.process.send_signal(signal.SIGHUP)
        running.line("reloaded")
        assert client.post("/v1/check", json=body, headers=HEADERS).status_code == 401
        (tmp_path / "tokens").write_text("dialer-3 short", "utf-8")
        running.process.send_signal(signal.SIGHUP)
        running.line("reload refused: what was in force stays in force")
        other = {"authorization": "bearer " + TOKEN[::-1]}
        assert client.post("/v1/check", json=body, headers=other).status_code == 200
        assert client.get("/readyz").json()["last_reload_taken"] is False


def test_tokens_are_read_with_every_fault_named(tmp_path: Path) -> None:
    """A token that is too short, a line without a name, and a file that all may read are refused; none is shown."""
    path = tmp_path / "tokens"
    path.write_text("one\ntwo short\nbad/name 01234567890123456789\nfine 01234567890123456789\n", "utf-8")
    path.chmod(0o644)
    with pytest.raises(ConfigurationError) as caught:
        read_tokens(path, {VARIABLE: "x=y"})
    places = [(problem.code, problem.place()) for problem in caught.value.problems]
    wrong_lines = [("bad_token", f"{path}:{line}") for line in (1, 2, 3)]
    assert set(places) == {("bad_token", VARIABLE), *wrong_lines, ("tokens_open", str(path))}
    assert "short" not in str(caught.value)
    path.chmod(0o600)
    path.write_text("# none\n", "utf-8")
    with pytest.raises(ConfigurationError, match="no token"):
        read_tokens(path, {})
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_tokens(tmp_path / "absent", {})


def test_tokens_of_the_environment_have_names() -> None:
    """Each token belongs to its client; no token at all, and that of nobody, belong to none."""
    tokens = read_tokens(None, {VARIABLE: f"a={TOKEN}, b={TOKEN[::-1]}"})
    assert tokens.client_of(f"Bearer {TOKEN}".encode()) == "a"
    assert tokens.client_of(f"Bearer {TOKEN[::-1]}".encode()) == "b"
    assert [tokens.client_of(given) for given in (None, b"", b"Bearer ", TOKEN.encode())] == [None] * 4
    assert not Tokens()
    assert not read_tokens(None, {})


def test_beyond_this_machine_a_token_is_needed(tmp_path: Path) -> None:
    """An address that others reach is not listened on without tokens."""
    done = refused("--config", str(write_settings(tmp_path)), "--host", "0.0.0.0", "--port", "0")  # noqa: S104
    assert done.returncode == 2
    assert "--tokens" in done.stderr
    assert "listening" not in done.stderr


def test_without_what_serves_the_error_names_the_extra(tmp_path: Path) -> None:
    """Where FastAPI is not installed, one sentence says what to install."""
    done = refused("--config", str(write_settings(tmp_path)), before="sys.modules['fastapi'] = None")
    assert done.returncode == 2
    assert "pip install 'collection-guard[serve]'" in done.stderr
    assert "fastapi" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_address_in_use_and_two_addresses_are_refused(tmp_path: Path) -> None:
    """What cannot be listened on is an error with its cause."""
    config = str(write_settings(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = refused("--config", config, "--port", str(taken.getsockname()[1]))
    assert (done.returncode, "in use" in done.stderr) == (2, True)
    done = refused("--config", config, "--port", "0", "--socket", str(tmp_path / "guard.sock"))
    assert (done.returncode, "--socket" in done.stderr) == (2, True)


def test_a_unix_socket_is_for_its_owner_and_group(tmp_path: Path) -> None:
    """One socket serves one process; one that was left behind is taken over; it is gone after the end."""
    config, path = write_settings(tmp_path), tmp_path / "guard.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as left:
        left.bind(str(path))
    with sidecar(config, "--socket", str(path)) as running:
        assert running.line("listening")["address"] == f"unix:{path}"
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(path)), base_url="http://guard") as client:
            assert client.post("/v1/check", json={"attempt": attempt()}).json()["decision"] == "allow"
        second = refused("--config", str(config), "--socket", str(path))
        assert (second.returncode, "another process" in second.stderr) == (2, True)
        assert running.end() == 0
    assert not path.exists()


def test_what_was_begun_is_finished_before_the_end(tmp_path: Path) -> None:
    """Asked to end while a body is on its way, it takes no new connection, answers what was begun, and exits with 0."""
    with sidecar(write_settings(tmp_path)) as running:
        body = json.dumps({"attempt": attempt()}).encode()
        head = f"POST /v1/check HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        with socket.create_connection(("127.0.0.1", running.port), timeout=20) as begun:
            begun.sendall(head.encode() + b"\r\n\r\n" + body[:20])
            with running.client() as client:
                assert client.get("/healthz").json() == {"alive": True}
            ending = threading.Thread(target=running.end)
            ending.start()
            while True:
                try:
                    socket.create_connection(("127.0.0.1", running.port), timeout=5).close()
                except ConnectionError:
                    break
            begun.sendall(body[20:])
            answer = begun.makefile("rb").read()
        ending.join(30)
        assert answer.startswith(b"HTTP/1.1 200")
        assert b'"decision":"allow"' in answer
        assert running.process.returncode == 0
        running.line("ended")
