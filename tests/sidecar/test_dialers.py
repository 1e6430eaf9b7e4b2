"""The example dialers against a real sidecar: no call without an allow."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from collection_guard.guard.sidecar.bodies import CheckRequest, read_body
from tests.sidecar.process import HEADERS, TOKEN, Sidecar, attempt, number_of, sidecar, tokens_file, write_settings

EXAMPLES = Path(__file__).parents[2] / "examples/dialers"
DIALERS = {
    "Python": (sys.executable, "dialer.py", None),
    "curl": ("bash", "dialer.sh", "curl"),
    "Java": ("java", "Dialer.java", "openjdk-17-jdk-headless"),
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sidecar]:
    folder = tmp_path_factory.mktemp("dialers")
    with sidecar(write_settings(folder), "--tokens", str(tokens_file(folder))) as it:
        yield it


def need(package: str | None) -> None:
    """Skip where a Debian package is not installed."""
    program = {"openjdk-17-jdk-headless": "javac", "lua5.4": "lua5.4"}.get(package or "", package)
    if program is not None and shutil.which(program) is None:
        pytest.skip(f"the Debian package {package} is absent")


def run(dialer: str, folder: Path, kind: str, url: str, *, named: bool = True) -> tuple[int, str]:
    """Let a dialer dial, an attempt that has an id or not; return its exit code and what it printed."""
    path = folder / "attempt.json"
    asked = attempt(kind, 1, event_id=f"{dialer}-{kind}")
    if not named:
        del asked["event_id"]
    path.write_text(json.dumps(asked, ensure_ascii=False), "utf-8")
    done = started(dialer, folder, url, str(path))
    return done.returncode, done.stdout


def started(dialer: str, folder: Path, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Let a dialer run to its end."""
    program, file, package = DIALERS[dialer]
    need(package)
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    environment |= {"GUARD_URL": url, "GUARD_TOKEN": TOKEN, "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1"}
    command = [program, str(EXAMPLES / file), *arguments]
    return subprocess.run(
        command, check=False, capture_output=True, encoding="utf-8", env=environment, cwd=folder, timeout=60
    )


@pytest.mark.parametrize("dialer", DIALERS)
def test_a_dialer_calls_only_when_it_may(running: Sidecar, tmp_path: Path, dialer: str) -> None:
    """A lawful call is made and reported or given back; an unlawful one, and one without a sidecar, is not made."""
    code, said = run(dialer, tmp_path, "day", running.url)
    assert (code, said.split()[:2]) == (0, ["allow", "CGALOW"])
    assert running.line("request", path="/v1/cancel" if dialer == "curl" else "/v1/record")["status"] == 200
    code, said = run(dialer, tmp_path, "night", running.url)
    assert (code, said.split()[:2]) == (1, ["deny", "CGDENY"])
    code, said = run(dialer, tmp_path, "day", "http://127.0.0.1:9")
    assert (code, said.startswith("no call")) == (1, True)


@pytest.mark.parametrize(("dialer", "words"), [("Python", ["allow", "CGALOW"]), ("Java", ["no", "call:"])])
def test_no_call_is_made_that_could_not_be_recorded(
    running: Sidecar, tmp_path: Path, dialer: str, words: list[str]
) -> None:
    """An attempt without an id is given one and recorded, or no call is made."""
    before = sum(line.get("path") == "/v1/record" for line in running.lines)
    code, said = run(dialer, tmp_path, "day", running.url, named=False)
    assert (code, said.split()[:2]) == (int(words[0] == "no"), words)
    assert "not recorded" not in said
    if dialer == "Python":
        assert running.line("request", before + 1, path="/v1/record")["status"] == 200


@pytest.mark.parametrize("dialer", DIALERS)
def test_a_dialer_that_is_given_nothing_says_how_it_is_used(tmp_path: Path, dialer: str) -> None:
    """A usage line, and no trace of a program that broke."""
    done = started(dialer, tmp_path, "http://127.0.0.1:9")
    told = [line for line in done.stderr.splitlines() if not line.startswith("Picked up ")]
    assert (done.returncode, len(told), told[0][:6]) == (2, 1, "usage:")


HOSTILE = 'x"}, "case_id": "\\ day-1'


def test_the_question_of_the_asterisk_dialplan_is_taken(running: Sidecar) -> None:
    """With its variables filled in, the body of the dialplan is an attempt, and it is decided."""
    dialplan = (EXAMPLES / "asterisk.conf").read_text("utf-8")
    (question,) = re.findall(r"Set\(QUESTION=(.*)\)$", dialplan, re.MULTILINE)
    agency = re.findall(r"^GUARD_AGENCY=(.*)$", dialplan, re.MULTILINE)[0]
    filters = dict(re.findall(r"Set\((\w+)=\$\{FILTER\(([^,]+),", dialplan))
    given = {"CASE": "day-1" + HOSTILE, "WHO": HOSTILE, "TO": number_of("day", 1) + HOSTILE}
    values = {name: re.sub(f"[^{filters[name]}]", "", value) for name, value in given.items()}
    values |= {"UNIQUEID": "1763600000.1", "GUARD_AGENCY": agency}
    body = re.sub(r"\$\{(\w+)\}", lambda found: values[found[1]], question)
    asked = read_body(CheckRequest, body.encode()).attempt
    assert (asked.collector.id, asked.recipient.number) == (values["WHO"], values["TO"])
    with running.client(headers=HEADERS) as client:
        answer = client.post("/v1/check", content=body.encode(), headers={"content-type": "application/json"})
    assert answer.status_code == 200


def test_the_question_and_the_reading_of_freeswitch(running: Sidecar) -> None:
    """What the script asks is an attempt whatever stands in its variables; what it reads is the decision."""
    need("lua5.4")

    def lua(code: str) -> str:
        command = ["lua5.4", "-e", f"local m = dofile({json.dumps(str(EXAMPLES / 'freeswitch.lua'))}) {code}"]
        return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout.rstrip("\n")

    number = number_of("day", 2)
    body = lua(f"io.write(m.question('u-1', 'day-2', '', '{number}'))")
    with running.client(headers=HEADERS) as client:
        answer = client.post("/v1/check", content=body.encode(), headers={"content-type": "application/json"})
    assert answer.status_code == 200
    for name in ("decision", "disposition", "token"):
        assert lua(f"io.write(m.field({json.dumps(answer.text, ensure_ascii=False)}, '{name}'))") == answer.json()[name]
    odd = lua(f"io.write(m.question({json.dumps(HOSTILE)}, {json.dumps(HOSTILE)}, 'Q1', '{number}'))")
    assert read_body(CheckRequest, odd.encode()).attempt.collector.id == "Q1"
    assert lua("io.write(tostring(m.field('<html>allow</html>', 'decision')))") == "nil"
