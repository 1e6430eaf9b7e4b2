"""The application by itself, without what stands before it: what it describes, it answers."""

import asyncio
import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

import collection_guard as cg
from collection_guard.guard.sidecar.app import Calls, Desk, application
from collection_guard.guard.sidecar.log import JsonLog
from collection_guard.guard.sidecar.metrics import Metrics
from sidecar.process import attempt, write_settings


@pytest.fixture(params=["memory", "history.sqlite"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """Return a desk before a guard whose history is in memory, or in a file."""
    settings = write_settings(tmp_path)
    store = request.param if request.param == "memory" else str(tmp_path / request.param)
    given = json.loads(settings.read_text("utf-8")) | {"store": store}
    settings.write_text(json.dumps(given), "utf-8")
    guard = cg.Guard.open(settings)
    yield Desk(guard, JsonLog(io.StringIO()), Metrics(), ThreadPoolExecutor(1))
    guard.close()


def test_what_is_described_is_answered(desk: Desk) -> None:
    """A check, its cancel and a body that is none are answered on every store as the front answers them."""
    app = application(desk, Calls(desk))

    async def ask() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://guard") as client:
            bodies: list[tuple[str, dict[str, Any]]] = [
                ("check", {"attempt": attempt()}),
                ("check", {"attempt": {}}),
                ("record", {"event": attempt(event_id="E-1", started_at="2025-11-20T04:00:00Z")}),
                ("cancel", {"token": "none that is held"}),
            ]
            return [await client.post(f"/v1/{path}", json=body) for path, body in bodies]

    allowed, wrong, recorded, cancelled = asyncio.run(ask())
    assert allowed.json()["decision"] == "allow"
    assert wrong.status_code == 422
    assert {problem["at"] for problem in wrong.json()["problems"]} == {"attempt"}
    assert recorded.status_code == 200
    assert cancelled.json() == {"cancelled": False}
    assert desk.gate.cancel(allowed.json()["token"])


@pytest.mark.parametrize("path", ["/v1/check", "规则\udcff.yaml"])
def test_a_line_of_the_log_is_json_whatever_stands_in_it(path: str) -> None:
    """A name of a file that is no text, as some systems have them, ends no request for want of its line."""
    stream = io.StringIO()
    JsonLog(stream).write("request", path=path, status=200, milliseconds=0.5, at=None, **{"recipient.number": "123"})
    said = json.loads(stream.getvalue())
    assert (said["path"], said["status"], said["milliseconds"]) == (path, 200, 0.5)
    assert "at" not in said
    assert said["recipient.number"] != "123"
