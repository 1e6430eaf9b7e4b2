"""A configured starting folder: settings, a mapping file, a sample and a page that says what to do next.

With ``ci`` also a copy of the core rules, labelled samples, waivers, and what runs the check before a commit and on a
pull request. What the files say stands in ``templates/start``, by language.
"""

import json
import os
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final, Literal

import pytz

from collection_guard.audit.taken import Intake
from collection_guard.configuration import FILE_NAME
from collection_guard.language.packs import BESIDE, HEADER, load_packs, rules_root
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.model.texts import Lang, text
from collection_guard.version import __version__

Fate = Literal["written", "replaced", "kept", "same"]
PACK: Final = "core"
OWN_PACK: Final = "rules/house"
PARTNERS: Final = "partners"
SAMPLE: Final = "sample.csv"
MAPPING: Final = "mapping.yaml"
_PLACES: Final = {
    "README.md": "README.md",
    FILE_NAME: FILE_NAME,
    MAPPING: MAPPING,
    SAMPLE: SAMPLE,
}
_PLACES_OF_CI: Final = {
    "ci/hours.conduct.yaml": "samples/hours.conduct.yaml",
    "ci/third-parties.conduct.yaml": "samples/third-parties.conduct.yaml",
    "ci/waivers.yaml": "waivers.yaml",
    "ci/pre-commit-config.yaml": ".pre-commit-config.yaml",
    "ci/conduct.yml": ".github/workflows/conduct.yml",
    "ci/gitignore": ".gitignore",
}
_DAY_OF_SAMPLES: Final = datetime(2025, 11, 20, 12)  # noqa: DTZ001  # the zone is the one that is asked for
_BLANK: Final = re.compile(r"\[\[(\w+)\]\]")


@dataclass(frozen=True, slots=True)
class Start:
    """What a starting folder is made for."""

    folder: Path
    lang: Lang
    country: str
    timezone: str
    registry: Path | None = None
    log: Path | None = None
    ci: bool = False
    mapping: str | None = None
    """A mapping proposed for the log, all of it in comments; without one, the file says nothing yet."""
    seen: tuple[str, ...] = ()
    """What was seen in the log, line by line, for the head of the mapping file."""


def lay_out(start: Start, *, overwrite: bool) -> list[tuple[str, Fate]]:
    """Write the files of a starting folder, and return what became of each.

    A file that is there and says something else is kept, unless it is to be overwritten. Raises ConfigurationError
    where something cannot be written.
    """
    fates: list[tuple[str, Fate]] = []
    for name, content in contents(start).items():
        path = start.folder / name
        try:
            there = path.read_bytes() if path.exists() else None
            if there == content:
                fates.append((name, "same"))
            elif there is not None and not overwrite:
                fates.append((name, "kept"))
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                fates.append((name, "written" if there is None else "replaced"))
        except OSError as error:
            values: dict[str, object] = {"path": str(path), "reason": error.strerror or str(error)}
            raise ConfigurationError([Problem("output_unwritable", values=values)]) from error
    return fates


def contents(start: Start) -> dict[str, bytes]:
    """Return what each file of a starting folder holds, by its path in the folder."""
    templates = resources.files("collection_guard") / "templates" / "start" / start.lang
    blanks = _blanks(start)
    places = {**_PLACES, **(_PLACES_OF_CI if start.ci else {})}
    found = {place: _filled(templates, name, blanks).encode() for name, place in places.items()}
    if start.mapping is not None:
        # What the file would say else stands in the way of what a person takes from the proposal.
        head = "".join(f"{line}\n" for line in found[MAPPING].decode().splitlines() if line.startswith("#"))
        found[MAPPING] = f"{head}\n{start.mapping}\nignore: []\n".encode()
    if start.ci:
        found["README.md"] += _filled(templates, "ci/README.md", blanks).encode()
        found |= _own_pack()
        if start.registry is not None and not _is_within(start.registry, start.folder):
            found |= dict(_copied(start.registry))
    return found


def commands(start: Start, *, log_is_read: bool = True) -> list[str]:
    """Return what to type next, in order: the audit of one's own log, if there is one that can be read."""
    found = [] if start.folder.resolve() == Path.cwd() else [f"cd {shlex.quote(str(start.folder))}"]
    found.append(f"collection-guard audit {SAMPLE}")
    if start.log is not None and log_is_read:
        found.append(f"collection-guard audit {_log_of(start)}")
    if start.ci:
        found.append(check_command(start))
    return found


def check_command(start: Start) -> str:
    """Return the check that the folder is held to."""
    return f"collection-guard check {shlex.join(_checked(start))} --waivers waivers.yaml"


def seen_in(intake: Intake, lang: Lang) -> tuple[str, ...]:
    """Return what the columns of a log were taken for, line by line."""
    lines = []
    for file in intake.files:
        for sheet in file.sheets:
            named = f"{Path(file.path).name} {sheet.sheet}" if sheet.sheet else Path(file.path).name
            lines.append(text("init.seen", lang, log=named))
            known = {header: path for header, path in sheet.columns.items() if header not in sheet.ambiguous}
            lines += [f"  {header}: {path}" for header, path in known.items()]
            for header, paths in sheet.ambiguous.items():
                lines.append(text("init.ambiguous", lang, header=header, paths=", ".join(paths)))
            if sheet.unmapped:
                lines.append(text("init.unmapped", lang, headers=", ".join(sheet.unmapped)))
    return tuple(lines)


def _blanks(start: Start) -> Mapping[str, str]:
    registry = _registry_of(start)
    line = f"registry: {_quoted(registry)}" if registry is not None else f"# registry: {PARTNERS}"
    return {
        "rules": f"[{OWN_PACK if start.ci else PACK}]",
        "timezone": start.timezone,
        "country": start.country,
        "registry_line": line,
        "offset": _offset_of(start.timezone),
        "log": _log_of(start) if start.log is not None else SAMPLE,
        "seen": "\n".join(f"# {line}" for line in start.seen) or "#",
        "check": check_command(start),
        "version": __version__,
        "core_version": load_packs([PACK])[0].header.version if start.ci else "",
        "paths_block": "\n".join(f"            {path}" for path in _checked(start)),
        "hook_files": "^(" + "|".join(re.escape(path) + ("" if "." in path else "/") for path in _watched(start)) + ")",
    }


def _offset_of(timezone: str) -> str:
    """Return the offset of a zone on the day of the samples, as ISO 8601 writes it."""
    return pytz.timezone(timezone).localize(_DAY_OF_SAMPLES).isoformat()[-6:]


def _filled(templates: Traversable, name: str, blanks: Mapping[str, str]) -> str:
    written = templates.joinpath(*name.split("/")).read_text("utf-8")
    return _BLANK.sub(lambda blank: blanks[blank[1]], written)


def _quoted(path: str) -> str:
    """Return a path as YAML reads it back, whatever signs it holds."""
    return path if re.fullmatch(r"[A-Za-z0-9_./-]+", path) else json.dumps(path, ensure_ascii=False)


def _is_within(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _relative(path: Path, folder: Path) -> str:
    return os.path.relpath(path.resolve(), folder.resolve())


def _registry_of(start: Start) -> str | None:
    """Return the registry as the folder names it: what is checked in CI lies in the folder itself."""
    if start.registry is None:
        return None
    if start.ci and not _is_within(start.registry, start.folder):
        return PARTNERS if start.registry.is_dir() else f"{PARTNERS}/{start.registry.name}"
    return _relative(start.registry, start.folder)


def _log_of(start: Start) -> str:
    return "" if start.log is None else shlex.quote(_relative(start.log, start.folder))


def _checked(start: Start) -> list[str]:
    registry = _registry_of(start)
    return ["rules", "samples", FILE_NAME, MAPPING, *([registry] if registry is not None else [])]


def _watched(start: Start) -> list[str]:
    return [*_checked(start), "waivers.yaml"]


def _own_pack() -> Iterator[tuple[str, bytes]]:
    """Yield the files of the core pack under a name of its own."""
    for path in sorted((rules_root() / PACK).glob("*.yaml")):
        if path.name in BESIDE:
            continue
        written = path.read_text("utf-8")
        if path.name == HEADER:
            written = re.sub(rf"^pack: {PACK}$", f"pack: {Path(OWN_PACK).name}", written, count=1, flags=re.MULTILINE)
        yield f"{OWN_PACK}/{path.name}", written.encode()


def _copied(registry: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a registry that lies elsewhere."""
    files = sorted(registry.iterdir()) if registry.is_dir() else [registry]
    for path in files:
        if path.is_file() and not path.name.startswith((".", "~$")):
            yield f"{PARTNERS}/{path.name}", path.read_bytes()
