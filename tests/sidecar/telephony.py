"""Kamailio and SIPp as processes: a proxy with the example's configuration, a carrier behind it, dialers before it."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.sidecar.process import AGENCY, TOKEN, number_of

EXAMPLE = Path(__file__).parents[2] / "examples/kamailio"
HOST = "127.0.0.1"
_PACKAGES = {"kamailio": "kamailio kamailio-utils-modules kamailio-json-modules", "sipp": "sip-tester"}
_SOON = 20
Call = tuple[str, int]
"""A kind of case and its place."""


def need_packages() -> None:
    """Skip where Kamailio or SIPp is not installed."""
    absent = [packages for program, packages in _PACKAGES.items() if _program(program) is None]
    if absent:
        pytest.skip(f"Debian packages are absent: {' '.join(absent)}")


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def free_port() -> int:
    """Return a port that no datagrams go to."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind((HOST, 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def _running(command: list[str], folder: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / f"{Path(command[0]).name}.out").open("ab") as out:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=dict(os.environ) | environment
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(_SOON)


@contextmanager
def kamailio(folder: Path, guard: str, carrier: int, children: int = 4) -> Iterator[int]:
    """Run Kamailio with the configuration of the example, and yield the port on which it takes calls."""
    port = free_port()
    settings = {
        "LISTEN": f"udp:{HOST}:{port}",
        "CARRIER": f'"sip:{HOST}:{carrier}"',
        "GUARD": f'"{guard}"',
        "CHILDREN": str(children),
        "AGENCY": f'"{AGENCY}"',
    }
    command = [str(_program("kamailio")), "-f", str(EXAMPLE / "kamailio.cfg"), "-DD", "-E", "-m", "64", "-M", "8"]
    command += ["-Y", str(folder), "-P", str(folder / "kamailio.pid")]
    command += [part for name, value in settings.items() for part in ("-A", f"{name}={value}")]
    with _running(command, folder, COLLECTION_GUARD_TOKEN=TOKEN):
        _wait_for_options(port)
        yield port


def _wait_for_options(port: int) -> None:
    """Wait until a proxy answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind((HOST, 0))
        one.settimeout(0.2)
        own = one.getsockname()[1]
        message = (
            f"OPTIONS sip:{HOST}:{port} SIP/2.0\r\nVia: SIP/2.0/UDP {HOST}:{own};branch=z9hG4bKw\r\n"
            f"From: <sip:w@{HOST}>;tag=1\r\nTo: <sip:{HOST}>\r\nCall-ID: w\r\nCSeq: 1 OPTIONS\r\n"
            "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        )
        until = time.monotonic() + _SOON
        while time.monotonic() < until:
            one.sendto(message.encode(), (HOST, port))
            try:
                if one.recv(4000).startswith(b"SIP/2.0 200"):
                    return
            except (TimeoutError, ConnectionError):
                time.sleep(0.05)
    raise AssertionError(f"no proxy answers on port {port}")


@contextmanager
def carrier(folder: Path) -> Iterator[int]:
    """Run a carrier that takes every call, and yield its port; ``taken`` says which calls it took."""
    port = free_port()
    command = [*_sipp("carrier"), "-i", HOST, "-p", str(port), "-trace_logs", "-log_file", "carrier.log"]
    with _running(command, folder):
        yield port


def taken(folder: Path) -> list[str]:
    """Return the cases of the calls that the carrier took."""
    path = folder / "carrier.log"
    return sorted(path.read_text("utf-8").split()) if path.exists() else []


def start_dialing(
    folder: Path, scenario: str, proxy: int, calls: Iterable[Call], rate: int = 50
) -> subprocess.Popen[bytes]:
    """Start calls by a scenario; the process ends with 0 if every call went as the scenario says."""
    lines = [f"{kind}-{place};{number_of(kind, place)}" for kind, place in calls]
    port = free_port()
    (folder / f"{scenario}-{port}.csv").write_text("\n".join(["SEQUENTIAL", *lines, ""]), "utf-8")
    command = [*_sipp(scenario), "-inf", f"{scenario}-{port}.csv", "-m", str(len(lines)), "-r", str(rate)]
    command += ["-i", HOST, "-p", str(port), "-timeout", "30s", "-timeout_error", "-trace_err"]
    command += ["-error_file", f"{scenario}-{port}.err", f"{HOST}:{proxy}"]
    return subprocess.Popen(
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def finish(folder: Path, *dialers: subprocess.Popen[bytes]) -> None:
    """Wait for calls to end; fail if one went otherwise than its scenario says."""
    codes = [dialer.wait(60) for dialer in dialers]
    said = "".join(path.read_text("utf-8", "replace")[:2000] for path in folder.glob("*.err"))
    assert codes == [0] * len(dialers), said


def _sipp(scenario: str) -> list[str]:
    return [str(_program("sipp")), "-sf", str(EXAMPLE / f"sipp/{scenario}.xml"), "-nostdin"]
