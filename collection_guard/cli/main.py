"""The entry point of the command line."""

import os
import sys
import traceback
from typing import Annotated

import typer

from collection_guard.cli import options as o
from collection_guard.cli.audit import audit
from collection_guard.cli.check import check
from collection_guard.cli.clock_back import clock_back
from collection_guard.cli.decide import decide
from collection_guard.cli.exits import INTERNAL, USAGE, say
from collection_guard.cli.explain import explain
from collection_guard.cli.init import init
from collection_guard.cli.interruption import CODES, end_in_order
from collection_guard.cli.log import app as log_app
from collection_guard.cli.map import app as map_app
from collection_guard.cli.reconcile import reconcile_command
from collection_guard.cli.registry import app as registry_app
from collection_guard.cli.rules import app as rules_app
from collection_guard.cli.sample import sample
from collection_guard.cli.serve import serve
from collection_guard.cli.signals import signals
from collection_guard.cli.timeline import timeline
from collection_guard.model.problems import Problem
from collection_guard.version import __version__

app = typer.Typer(
    help=o.help_of("program"),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("audit", help=o.help_of("audit"))(audit)
app.command("check", help=o.help_of("check"))(check)
app.command("clock-back", help=o.help_of("clock_back"))(clock_back)
app.command("decide", help=o.help_of("decide"))(decide)
app.command("explain", help=o.help_of("explain"))(explain)
app.command("init", help=o.help_of("init"))(init)
app.command("reconcile", help=o.help_of("reconcile"))(reconcile_command)
app.command("serve", help=o.help_of("serve"))(serve)
app.command("signals", help=o.help_of("signals"))(signals)
app.command("sample", help=o.help_of("sample"))(sample)
app.command("timeline", help=o.help_of("timeline"))(timeline)
app.add_typer(log_app, name="log")
app.add_typer(rules_app, name="rules")
app.add_typer(registry_app, name="registry")
app.add_typer(map_app, name="map")


def _version(value: bool) -> None:
    if value:
        typer.echo(f"collection-guard {__version__}")
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool, typer.Option("--version", help=o.help_of("version"), callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Audit the conduct of debt collection."""
    del version


def run() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
    end_in_order()
    try:
        app()
    except SystemExit as end:
        if end.code in CODES:
            say(Problem("interrupted"), o.LANG)
        raise
    except BrokenPipeError:
        # Whoever read the output has seen enough; what is still buffered must not fail once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(USAGE)
    except OSError as error:
        values: dict[str, object] = {"path": error.filename or "stdout", "reason": error.strerror or str(error)}
        say(Problem("output_unwritable", values=values), o.LANG)
        sys.exit(USAGE)
    except Exception as error:  # noqa: BLE001  # Python's own exit code would be 1, which means violations
        traceback.print_tb(error.__traceback__)
        say(Problem("internal_error", values={"kind": type(error).__name__}), o.LANG)
        sys.exit(INTERNAL)
