"""The command ``serve``: a sidecar that answers dialers over HTTP."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from collection_guard.cli import options as o
from collection_guard.cli.exits import exits
from collection_guard.configuration import Configuration
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.online import Guard

_NEEDED: Final = ("fastapi", "uvicorn", "prometheus_client")
_HOST: Final = "127.0.0.1"
_PORT: Final = 8787
_MAX_BODY: Final = 1_000_000
_SECONDS: Final = 10.0


def serve(
    host: Annotated[str | None, typer.Option(help=o.help_of("serve_host"))] = None,
    port: Annotated[int | None, typer.Option(help=o.help_of("serve_port"), min=0, max=65535)] = None,
    socket: Annotated[Path | None, typer.Option(help=o.help_of("serve_socket"), metavar="PATH")] = None,
    tokens: Annotated[Path | None, typer.Option(help=o.help_of("serve_tokens"), metavar="FILE")] = None,
    max_body: Annotated[int, typer.Option(help=o.help_of("serve_max_body"), min=1000)] = _MAX_BODY,
    client_seconds: Annotated[float, typer.Option(help=o.help_of("serve_seconds"), min=0.1)] = _SECONDS,
    store: Annotated[str | None, typer.Option(help=o.help_of("serve_store"), metavar="memory|FILE|URL")] = None,
    mode: Annotated[str | None, typer.Option(help=o.help_of("serve_mode"), metavar="enforce|shadow")] = None,
    rules: o.RulesOption = None,
    param: o.ParamOption = None,
    registry: o.RegistryOption = None,
    cases: o.CasesOption = None,
    timezone: o.TimezoneOption = None,
    country: o.CountryOption = None,
    detector: o.DetectorOption = None,
    config: o.ConfigOption = None,
    lang: o.LangOption = None,
) -> None:
    """Answer dialers over HTTP until the process is asked to end."""

    def configuration() -> Configuration:
        return o.configuration(
            config,
            store=store,
            mode=mode,
            rules=rules,
            param=param,
            registry=registry,
            cases=cases,
            timezone=timezone,
            country=country,
            detector=detector,
            lang=lang,
        )

    with exits(o.LANG):
        _check_installed()
        # Only here: the core installs without them.
        from collection_guard.guard.sidecar.access import read_tokens  # noqa: PLC0415  # as said above
        from collection_guard.guard.sidecar.front import Limits  # noqa: PLC0415  # as said above
        from collection_guard.guard.sidecar.serving import Address, serve_gate  # noqa: PLC0415  # as said above

        address = Address(host or _HOST, _PORT if port is None else port, socket)
        if socket is not None and (host is not None or port is not None):
            raise ConfigurationError([Problem("serve_two_addresses")])
        limits = Limits(max_body, client_seconds)
        serve_gate(Guard.open(configuration), address, lambda: read_tokens(tokens), limits)


def _check_installed() -> None:
    absent = [name for name in _NEEDED if find_spec(name) is None]
    if absent:
        values: dict[str, Any] = {"modules": ", ".join(absent)}
        raise ConfigurationError([Problem("serve_missing", values=values)])
