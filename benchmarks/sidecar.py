"""What asking the guard over HTTP costs, beside a bare echo of the same framework in the same run.

Run ``python benchmarks/sidecar.py [--seconds 4] [--rounds 3] [--connections 8] [--store memory]``. Two servers run in
processes of their own on loopback: the sidecar with the core pack, and an application of FastAPI with one call that
reads a JSON body and sends it back, both under uvicorn with the same loop and parser. A second process is the load: so
many connections, each of which sends its next request when it has the answer to the last. The works run in turns, so
that what else the machine does hits all of them; each figure is the median of the rounds. The processor time that a
server uses for one work hangs less on what else the machine does, and is printed too.

A check is measured where each case is asked about for the first time: of people of whom nothing is recorded, and of
people who were called yesterday. Then attempts to reach these are asked again. Each work has cases of its own, so many
that none comes back while its last place is held: what is allowed keeps its place for a second, as under dialers that
soon record.

Not measured: networks, TLS, several machines, a store with a long past (benchmarks of the guard measure that in the
process), and what other work on the machine takes away.
"""

import argparse
import asyncio
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from collection_guard import __version__

HOST = "127.0.0.1"
AGENCY = "诚信催收有限公司"
ECHO = """
import sys
import uvicorn
from fastapi import FastAPI

app = FastAPI()

@app.post("/echo")
async def echo(body: dict) -> dict:
    return body

uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=False, log_level="error", ws="none")
"""
AIM = 0.5
FIRST, PAST, AGAIN = "check, first time", "check, first time, called yesterday", "check, asked again, called yesterday"
BOTH = "check and record"


def noon() -> str:
    """Return a zone in which it is about one in the afternoon, so that every call is lawful."""
    ahead = (13 - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}"


def write_settings(folder: Path, cases: int) -> Path:
    """Write a configuration with so many cases."""
    with (folder / "cases.jsonl").open("w", encoding="utf-8") as file:
        for case in range(cases):
            profile = {"case_id": f"C-{case}", "timezone": noon(), "numbers": [{"number": number_of(case)}]}
            none = {name: [] for name in ("emergency_contacts", "quiet_windows", "instructions", "accessibility")}
            file.write(json.dumps(profile | none, ensure_ascii=False) + "\n")
    (folder / "partners.csv").write_text(f"name,category,valid_from\n{AGENCY},collection_agency,2020-01-01\n", "utf-8")
    settings: dict[str, Any] = {"timezone": "Asia/Shanghai", "cases": "cases.jsonl", "registry": "partners.csv"}
    settings["guard"] = {"reservation_seconds": 1}
    (folder / "collection-guard.yaml").write_text(json.dumps(settings), "utf-8")
    return folder / "collection-guard.yaml"


def number_of(case: int) -> str:
    """Return the number of a case."""
    return f"165{10_000_000 + case}"


def attempt_of(case: int) -> dict[str, Any]:
    """Return an attempt to call the borrower of a case."""
    recipient = {"number": number_of(case), "relationship": "self"}
    return {
        "event_id": f"E-{case}",
        "case_id": f"C-{case}",
        "agency": AGENCY,
        "channel": "call",
        "direction": "outbound",
        "recipient": recipient,
    }


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    port: int
    pid: int

    def processor(self) -> float:
        """Return the seconds of processor that it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(command: list[str], ready: str) -> Iterator["Server"]:
    """Run a server on a free port, and yield it once it answers."""
    with socket.create_server((HOST, 0)) as free:
        port: int = free.getsockname()[1]
    process = subprocess.Popen([*command, str(port)], stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                with socket.create_connection((HOST, port), timeout=1) as one:
                    one.sendall(f"GET {ready} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
                    if one.recv(100).startswith(b"HTTP/1.1"):
                        break
            except OSError:
                time.sleep(0.05)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(30)


def request(path: str, body: dict[str, Any]) -> bytes:
    """Return a request as it is sent."""
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


async def answer(reader: asyncio.StreamReader) -> bytes:
    """Read one answer and return its body; raise ValueError for any status but 200."""
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise ValueError(head.decode())
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    return await reader.readexactly(length)


async def load(
    port: int, work: str, connections: int, seconds: float, cases: range, *, once: bool = False
) -> list[float]:
    """Return how long each request, or pair of requests, took; ``once``: of each case one."""
    took: list[float] = []
    until = time.perf_counter() + seconds

    async def client(first: int) -> None:
        reader, writer = await asyncio.open_connection(HOST, port)
        case = first
        while time.perf_counter() < until and not (once and case >= len(cases)):
            body = {"attempt": attempt_of(cases[case % len(cases)])}
            began = time.perf_counter()
            writer.write(request("/echo" if work == "echo" else "/v1/check", body))
            said = await answer(reader)
            if work == BOTH:
                now = datetime.now(UTC).isoformat()
                event = body["attempt"] | {"event_id": f"E-{first}-{case}-{now}", "started_at": now}
                writer.write(request("/v1/record", {"event": event, "token": json.loads(said)["token"]}))
                await answer(reader)
            took.append(time.perf_counter() - began)
            case += connections
        writer.close()

    await asyncio.gather(*(client(place) for place in range(connections)))
    return took


def call_yesterday(port: int, cases: range) -> None:
    """Record one call of yesterday to each of some cases."""
    at = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    with socket.create_connection((HOST, port)) as one, one.makefile("rb") as said:
        for start in range(cases.start, cases.stop, 200):
            events = [
                {
                    "event": attempt_of(case)
                    | {"event_id": f"P-{case}", "started_at": at, "outcome": {"network": "busy"}}
                }
                for case in cases[start - cases.start : start - cases.start + 200]
            ]
            one.sendall(request("/v1/record/batch", {"records": events}))
            head = b"".join(iter(said.readline, b"\r\n"))
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit(head.decode())
            said.read(int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]))


def measured(server: Server, work: str, given: argparse.Namespace, cases: range) -> dict[str, float]:
    """Run one work from a process of its own, and return its figures in milliseconds and works a second."""
    began = server.processor()
    asked = ["--load", str(server.port), "--work", work, "--seconds", str(given.seconds)]
    asked += ["--connections", str(given.connections), "--first", str(cases.start), "--cases", str(len(cases))]
    done = subprocess.run([sys.executable, __file__, *asked], check=True, capture_output=True, text=True)
    took = sorted(json.loads(done.stdout))
    at = {f"p{share}": took[min(len(took) - 1, int(len(took) * share / 100))] * 1000 for share in (50, 99, 99.9)}
    used = {"processor": (server.processor() - began) * 1000 / len(took), "works": float(len(took))}
    return {"a second": len(took) / given.seconds} | at | used


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=4)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--connections", type=int, default=8)
    options.add_argument("--cases", type=int, default=12_000, help="cases that are asked about again and again")
    options.add_argument("--store", default="memory", help="memory, or sqlite for a file")
    options.add_argument("--fresh", type=int, default=60_000, help="cases of each work that are asked about once")
    options.add_argument("--first", type=int, default=0, help=argparse.SUPPRESS)
    options.add_argument("--load", type=int, help=argparse.SUPPRESS)
    options.add_argument("--work", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.load:
        cases = range(given.first, given.first + given.cases)
        print(json.dumps(asyncio.run(load(given.load, given.work, given.connections, given.seconds, cases))))
        return
    packages = ", ".join(f"{name} {version(name)}" for name in ("fastapi", "uvicorn", "pydantic"))
    print(f"collection-guard {__version__}, Python {platform.python_version()} on {platform.machine()}, {packages}")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before; store {given.store}")
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        store = "memory" if given.store == "memory" else str(folder / "history.sqlite")
        # The cases of each work lie one behind the other.
        fresh = {AGAIN: range(given.cases)}
        for work in (PAST, FIRST, BOTH):
            first = max(cases.stop for cases in fresh.values())
            fresh[work] = range(first, first + given.fresh)
        config = write_settings(folder, fresh[BOTH].stop)
        serve = [sys.executable, "-m", "collection_guard", "serve", "--config", str(config), "--store", store, "--port"]
        guard = stack.enter_context(served(serve, "/healthz"))
        echo = stack.enter_context(served([sys.executable, "-c", ECHO], "/"))
        works = {"echo": echo, FIRST: guard, PAST: guard, AGAIN: guard, BOTH: guard}
        found: dict[str, list[dict[str, float]]] = {work: [] for work in works}
        call_yesterday(guard.port, range(fresh[PAST].stop))
        # Attempts that are asked again have been asked once before.
        asyncio.run(load(guard.port, AGAIN, given.connections, 3600, fresh[AGAIN], once=True))
        for _ in range(given.rounds):
            for work, server in works.items():
                cases = fresh[AGAIN if work == "echo" else work]
                found[work].append(measured(server, work, given, cases))
                if work not in {"echo", AGAIN}:
                    fresh[work] = cases[int(found[work][-1]["works"]) + given.connections :]
                    if not fresh[work]:
                        raise SystemExit("too few cases: give a higher number with --fresh")
    medians = {
        work: {figure: statistics.median(one[figure] for one in rounds) for figure in rounds[0]}
        for work, rounds in found.items()
    }
    for work, figures in medians.items():
        times = ", ".join(f"{share} {figures[share]:.2f} ms" for share in ("p50", "p99", "p99.9"))
        print(f"{work}: {figures['a second']:.0f} a second, {times}; {figures['processor']:.2f} ms of processor each")
    for work in (FIRST, PAST, AGAIN):
        ratio = medians[work]["a second"] / medians["echo"]["a second"]
        processor = medians["echo"]["processor"] / medians[work]["processor"]
        print(f"{work}: {ratio:.2f} of the throughput of the echo (aim: {AIM}), {processor:.2f} by processor time")
    print("Not measured: networks, TLS, a long past, and what other work on the machine takes away.")


if __name__ == "__main__":
    main()
