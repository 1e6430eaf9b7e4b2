"""``collection-guard check --conformance FILE``: worked examples of regulators, held against the packs."""

from pathlib import Path
from typing import Final

import typer

from collection_guard.audit.detection import detector_in_use
from collection_guard.checks.conformance.run import ConformanceRun
from collection_guard.cli.exits import INPUT, VIOLATIONS, exits, first_of, missing_file
from collection_guard.cli.output import emit
from collection_guard.configuration import Configuration
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.reports.conformance import conformance_json, conformance_text

_FORMATS: Final = ("text", "json")
_CODES: Final = {"fail": VIOLATIONS, "not_readable": INPUT}


def run_conformance(
    path: Path, settings: Configuration, paths: list[Path], formats: list[str], outs: list[str]
) -> typer.Exit:
    """Judge the cases of a file, or of all files of a folder, print what came of them, and return the exit."""
    lang = settings.lang
    with exits(lang):
        chosen = formats[0] if formats else "text"
        if paths:
            raise ConfigurationError([Problem("conformance_with_paths")])
        if len(formats) > 1 or chosen not in _FORMATS:
            raise ConfigurationError([Problem("conformance_format", values={"value": ", ".join(formats)})])
        files = sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
        if not files or not files[0].is_file():
            raise missing_file(path)
        detector, _ = detector_in_use(settings["detector"])
        run = ConformanceRun(detector, settings["engine"])
        results = [result for file in files for result in run.run(file)]
        content = conformance_json(results) if chosen == "json" else conformance_text(results, lang)
        emit(content, Path(outs[0]) if outs and outs[0] != "-" else None)
    return typer.Exit(first_of({_CODES[result.status] for result in results if result.status in _CODES}))
