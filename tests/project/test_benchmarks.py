"""The benchmarks run, and print what they promise; what they measure is for people to read."""

import subprocess
import sys

import pytest

from project.tree import ROOT


def test_the_benchmark_of_the_registry_prints_its_ratios() -> None:
    """A small run ends well and prints versions, both ratios, and what it does not measure."""
    command = [
        sys.executable,
        str(ROOT / "benchmarks/registry.py"),
        "--lookups",
        "500",
        "--names",
        "60",
        "--rounds",
        "2",
    ]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.startswith("collection-guard ")
    assert "Python " in done.stdout
    assert "ratio to the first dictionary" in done.stdout
    assert "ratio to the second" in done.stdout
    assert "Not measured: " in done.stdout


def test_the_benchmark_of_columns_prints_its_ratios() -> None:
    """A small run finds that the engines agree, and prints versions, ratios, and what it does not measure."""
    command = [sys.executable, str(ROOT / "benchmarks/columnar.py"), "--contacts", "150", "--rounds", "1"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.startswith("collection-guard ")
    assert "polars " in done.stdout
    assert "the engines agree" in done.stdout
    assert "ratio of contact by contact to columns" in done.stdout
    assert "Not measured: " in done.stdout


def test_the_benchmark_of_the_sidecar_prints_its_ratio() -> None:
    """A small run prints throughput and latencies beside an echo, the ratio, and what is not measured."""
    command = [
        sys.executable,
        str(ROOT / "benchmarks/sidecar.py"),
        "--seconds",
        "0.3",
        "--rounds",
        "1",
        "--cases",
        "20",
        "--fresh",
        "3000",
    ]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.startswith("collection-guard ")
    asked = ("check, first time", "check, first time, called yesterday", "check, asked again, called yesterday")
    for work in ("echo", *asked, "check and record"):
        assert f"\n{work}: " in done.stdout
    assert "p99.9" in done.stdout
    assert done.stdout.count(" of the throughput of the echo (aim: 0.5), ") == len(asked)
    assert "Not measured: " in done.stdout


def test_the_benchmark_of_the_guard_prints_its_latencies() -> None:
    """A small run prints versions, the bare steps and each store, and what it does not measure."""
    command = [sys.executable, str(ROOT / "benchmarks/guard.py"), "--past", "500", "--borrowers", "100", "--calls", "5"]
    command += ["--rounds", "1", "--without", "sidecar,postgres"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.startswith("collection-guard ")
    for line in ("bare step, synchronous FULL", "memory, 500 past,", "SQLite, 500 past,", "SQLite, durability: kill,"):
        assert f"\n{line} " in done.stdout
    assert "p99.9" in done.stdout
    assert "\np99 on SQLite, 500 past: check " in done.stdout
    assert "Not measured: " in done.stdout


def test_the_benchmark_of_the_agreement_compares() -> None:
    """A small run takes contacts through a guard and finds that an audit of its log says the same of each."""
    command = [sys.executable, str(ROOT / "benchmarks/agreement.py"), "--contacts", "60"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.startswith("collection-guard ")
    assert "of the audit, 0 differ" in done.stdout
    assert "verdicts of checks and records: 0 differ" in done.stdout
    assert done.stdout.endswith("they agree\n")


@pytest.mark.parametrize("name", ["comparison", "content"])
def test_without_its_extra_a_benchmark_names_it(name: str) -> None:
    """Where what it compares with is not installed, it ends at once, with what is missing and what brings it."""
    code = "import runpy, sys; sys.modules['zen'] = sys.modules['polars'] = None; sys.path.insert(0, sys.argv[1]); "
    code += "runpy.run_path(f'{sys.argv[1]}/{sys.argv[2]}.py', run_name='__main__')"
    command = [sys.executable, "-c", code, str(ROOT / "benchmarks"), name]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("not installed: polars, zen-engine; ")
    assert "collection-guard[bench]" in done.stderr
    assert len(done.stderr.splitlines()) == 1
