"""On a terminal no line of words is wider than it; elsewhere lines stay whole, for other programs to read."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from terminal import written_to
from typer.testing import CliRunner

from collection_guard.cli import map as map_command
from collection_guard.cli import output
from collection_guard.cli.main import app
from collection_guard.reports.page import NARROWEST, fitted

NOVEMBER = Path(__file__).parents[2] / "examples" / "november"
COMMANDS = {
    "explain": ["explain", "HD2511-001", "contacts.xlsx"],
    "list": ["rules", "list", "core,cn-national"],
    "regimes": ["rules", "list", "core,us-reg-f,cn-national", "--regimes"],
    "facts": ["rules", "facts", "core"],
    "map": ["map", "suggest", "contacts.xlsx"],
}


ENTRY = re.compile(r'[# ]*"[^"]*": \S+')
LETTERS = re.compile(r"[^\s#]")


def shown(name: str, lang: str) -> str:
    done = CliRunner().invoke(app, [*COMMANDS[name], "--lang", lang])
    assert done.exit_code == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", COMMANDS)
def test_no_line_is_wider_than_the_terminal(name: str, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 80 cells: all words are there, and in their order."""
    monkeypatch.chdir(NOVEMBER)
    whole = shown(name, lang)
    assert max(cell_len(line) for line in whole.splitlines()) > 80, "without a terminal lines stay whole"
    for module in (output, map_command):
        monkeypatch.setattr(module, "terminal_width", lambda: 80)
    found = shown(name, lang)
    wide = [line for line in found.splitlines() if cell_len(line) > 80]
    if name == "map":
        # A name and what it is read as stay on one line, to be taken as they are.
        assert [line for line in wide if not ENTRY.fullmatch(line)] == []
        assert yaml.safe_load(found) == yaml.safe_load(whole)
        assert sorted(LETTERS.findall(found)) == sorted(LETTERS.findall(whole))
    else:
        assert wide == []
        assert "".join(found.split()) == "".join(whole.split())


@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=200), st.integers(0, 12))
def test_a_fitted_line_says_the_same(words: str, indent: int) -> None:
    """No part is too wide, none says more or less, and further parts stand deeper."""
    line = " " * indent + words.strip()
    parts = fitted(line, NARROWEST)
    assert all(cell_len(part) <= NARROWEST for part in parts)
    assert "".join("".join(parts).split()) == "".join(line.split())
    assert all(part.startswith(" " * (indent + 2)) for part in parts[1:])


@pytest.mark.no_cover
def test_the_terminal_is_asked_how_wide_it_is() -> None:
    """A real terminal of 60 cells gets no wider line."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
    command = [sys.executable, "-m", "collection_guard", "rules", "list", "--lang", "en"]
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    process = subprocess.Popen(command, stdout=theirs, env=environment)
    os.close(theirs)
    seen = written_to(ours)
    assert process.wait() == 0
    lines = seen.decode().splitlines()
    assert 50 < max(cell_len(line) for line in lines) <= 60
