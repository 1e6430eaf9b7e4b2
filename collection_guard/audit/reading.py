"""Contact logs of any form become one intake: JSON lines, CSV and its relatives, and workbooks."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import pytz

from collection_guard.audit.cases import CaseFinder
from collection_guard.audit.decisions import Decisions
from collection_guard.audit.intake import Intake
from collection_guard.audit.json_rows import RECORD
from collection_guard.audit.layout import HeaderFinder, Layout
from collection_guard.audit.mapping import Mapping as MapFile
from collection_guard.audit.maps import FileMaps, MapFiles, Maps, read_maps
from collection_guard.audit.other_rows import is_empty
from collection_guard.audit.places import Places, find_logs
from collection_guard.audit.presets.choice import check_preset, choose_preset
from collection_guard.audit.presets.plan import PresetPlan
from collection_guard.audit.sheets import SheetReader, Yield
from collection_guard.audit.taken import Assumption, FileReading, Finding, Position, Rejected, SetAside, SheetReading
from collection_guard.audit.times import Fold
from collection_guard.audit.values import unmapped_values
from collection_guard.audit.vocabulary.tables import tables
from collection_guard.model.chain import SUFFIX
from collection_guard.model.cycles import no_search_for_cycles
from collection_guard.model.masking import mask_text
from collection_guard.model.problems import ConfigurationError, LogError, Problem
from collection_guard.model.profile import CaseProfile
from collection_guard.model.tables import Grid, TableFile, cell_text, is_blank, read_table_file
from collection_guard.model.texts import nearest

STANDARD_INPUT: Final = Path("-")
_INPUT_NAME: Final = Path("stdin")
"""What a log that came from no file is called where its rows are named."""
_SEEN: Final = 12
"""Headers named in a message; more would hide the message."""


def read_logs(
    paths: Iterable[str | Path],
    *,
    timezone: str | None = None,
    fold: Fold | None = None,
    map_file: MapFiles = None,
    encoding: str | None = None,
    country: str = "CN",
    profiles: Mapping[str, CaseProfile] | None = None,
    preset: str | None = None,
    no_logs: Iterable[str | Path] = (),
    history: Iterable[str | Path] = (),
    since: datetime | None = None,
    standard_input: Callable[[], bytes] | None = None,
) -> Intake:
    """Read logs into one intake; raise LogError with every problem of every file that cannot be read.

    A path may be a folder, or a pattern such as ``logs/*.csv``: it stands for the logs in it, except ``no_logs``.

    ``timezone`` is the zone of naive times (a mapping file may name it too), ``fold`` says which of two passes of
    a repeated hour is meant, ``encoding`` that of text files, ``country`` where numbers without a country code are
    dialled, and ``profiles`` give contacts without a case theirs. ``map_file`` is a mapping file or several, each as
    its path or as ``PATTERN=PATH``. ``preset`` names the log format; without it the file tells, and with ``none`` it is
    read by the words of its header alone. The logs of ``history``, and what was known before ``since``, are the history
    of the others and are not judged. With ``standard_input``, the path ``-`` is what that returns.
    """
    if timezone is not None and timezone not in pytz.all_timezones_set:
        values: dict[str, object] = {"zone": timezone, "nearest": nearest(timezone, pytz.all_timezones)}
        raise ConfigurationError([Problem("zone_unknown", values=values)])
    check_preset(preset)
    run = _Run(read_maps(map_file), timezone, fold, encoding, preset, country, standard_input)
    with no_search_for_cycles():
        places = find_logs(paths, no_logs)
        past = find_logs(history, [*no_logs, *places.paths])
        return _read(places, past, run, profiles, since)


def _read(
    places: Places,
    past: Places,
    run: "_Run",
    profiles: Mapping[str, CaseProfile] | None,
    since: datetime | None,
) -> Intake:
    run.got.problems += places.problems + past.problems
    judged = len(places.paths)
    paths = run.each_once(enumerate([*places.paths, *past.paths]))
    files = [run.read(path, past=place >= judged) for place, path in paths]
    if run.got.problems:
        raise LogError(run.got.problems)
    run.decisions.settle(run.got.tray)
    run.got.findings += run.decisions.findings()
    zone = run.timezone or run.maps.timezone
    intake = run.got.tray.settle(CaseFinder(profiles, timezone=zone, country=run.country), since)
    return replace(
        intake,
        files=tuple(file for file in files if file is not None),
        unmapped=unmapped_values(run.got.words),
        findings=tuple(run.got.findings),
        left_out=tuple(dict.fromkeys(str(path) for path in (*places.left_out, *past.left_out))),
        unused_maps=tuple(run.maps.unused()),
        broken=tuple(run.decisions.broken),
    )


@dataclass(slots=True)
class _Run:
    """The reading of all files of a run."""

    maps: Maps
    timezone: str | None
    fold: Fold | None
    encoding: str | None
    preset: str | None
    country: str
    standard_input: Callable[[], bytes] | None = None
    got: Yield = field(default_factory=Yield)
    decisions: Decisions = field(default_factory=Decisions)
    _digests: dict[str, str] = field(default_factory=dict)

    def each_once(self, paths: Iterable[tuple[int, Path]]) -> Iterable[tuple[int, Path]]:
        """Give each file once; the same file named twice would double every contact without an id."""
        seen: set[Path] = set()
        for number, path in paths:
            try:
                place = path.resolve()
            except (OSError, ValueError, RuntimeError):
                place = path  # reading it will say what is wrong
            if place in seen:
                self.got.problems.append(Problem("file_twice", str(path)))
            else:
                seen.add(place)
                yield number, path

    def read(self, path: Path, *, past: bool = False) -> FileReading | None:
        """Read one file, of the history or to be judged; its problems go to those of the run."""
        first = len(self.got.tray.drafts)
        reading = self._read(path)
        if past:
            drafts = self.got.tray.drafts
            drafts[first:] = [replace(contact, past=True) for contact in drafts[first:]]
        return reading and replace(reading, past=past)

    def _read(self, path: Path) -> FileReading | None:
        data = None
        if self.standard_input is not None and path == STANDARD_INPUT:
            path, data = _INPUT_NAME, self.standard_input()
        elif path.name.endswith(SUFFIX) and path.is_file() and not path.stat().st_size:
            return None  # a writer that could not write its first line, as on a full disk
        whole = self._whole(path, data)
        if whole is not None and not whole.strip():
            return None
        maps = self.maps.of(path)
        finder = HeaderFinder(maps.of(None) or MapFile())
        found = read_table_file(
            path,
            encoding=self.encoding,
            score=finder.score,
            knows=tables().knows,
            record=RECORD,
            names_apart=True,
            data=data if whole is None else whole,
        )
        if isinstance(found, Problem):
            self.got.problems.append(found)
            return None
        if whole is not None:
            found.digest = hashlib.sha256(path.read_bytes() if data is None else data).hexdigest()
        rivals = maps.rivals([grid.sheet for grid in found.grids] if found.objects is None else [None])
        if rivals is not None:
            values: dict[str, object] = {"first": rivals[0].file, "second": rivals[1].file}
            self.got.problems.append(Problem("map_rivals", found.path, values=values))
            return None
        if found.digest in self._digests:
            values = {"other": self._digests[found.digest]}
            self.got.findings.append(Finding("SAME_FILE_TWICE", Position(found.path), None, 1, values))
        self._digests[found.digest] = found.path
        before = len(self.got.tray)
        sheets = self._read_grids(found, maps) if found.objects is None else self._read_objects(found, maps, path, data)
        zones = [sheet.zone for sheet in sheets if sheet.zone is not None]
        return FileReading(
            found.path,
            found.digest,
            found.encoding,
            found.confirmed,
            zones[0] if zones else self._zone(MapFile(), maps),
            tuple(sheets),
            len(self.got.tray) - before,
            _assumed_of(found, maps),
        )

    def _whole(self, path: Path, data: bytes | None) -> bytes | None:
        """Return what stands in a decision log before a line that was cut off at its end; that line is set aside."""
        found = self.decisions.cut_off(path, data)
        if found is None:
            return None
        whole, row = found
        self.got.tray.add(SetAside(Position(str(path), None, row), "decision_cut_off"))
        if not whole.strip():
            self.decisions.verify(str(path), path if data is None else data)
        return whole

    def _zone(self, mapping: MapFile, maps: FileMaps) -> str | None:
        """Return the zone of naive times: that of a map for this very log, else the configured one, else the map's."""
        own = mapping.timezone if maps.named else None
        return own or self.timezone or mapping.timezone or self.maps.timezone

    def _reader(self, mapping: MapFile, maps: FileMaps, plan: PresetPlan | None) -> SheetReader:
        return SheetReader(mapping, self._zone(mapping, maps), self.fold, self.got, plan)

    def _plan(
        self, found: TableFile, grid: Grid | None, mapping: MapFile, maps: FileMaps
    ) -> PresetPlan | Problem | None:
        """Return how a preset reads a sheet, or the objects of a file; None where none is named, and none fits."""
        # As with zones: a map for this very log outranks the command line, and that a map for all logs.
        name = (mapping.preset if maps.named else None) or self.preset or mapping.preset
        preset = choose_preset(name, found, grid)
        if preset is None or isinstance(preset, Problem):
            return preset
        return PresetPlan(preset, mapping, self.country, named=name is not None)

    def _read_objects(self, found: TableFile, maps: FileMaps, path: Path, data: bytes | None) -> list[SheetReading]:
        mapping = maps.of(None) or MapFile()
        plan = self._plan(found, None, mapping, maps)
        if isinstance(plan, Problem):
            self.got.problems.append(plan)
            return []
        if plan is not None and plan.preset.reader is not None:
            self.decisions.verify(found.path, path if data is None else data)
            return [self.decisions.read(found, self.got.tray)]
        return [self._reader(mapping, maps, plan).read_objects(found)]

    def _read_grids(self, found: TableFile, maps: FileMaps) -> list[SheetReading]:
        sheets: list[SheetReading] = []
        layouts: list[tuple[Grid, Layout | None, MapFile, str, PresetPlan | None]] = []
        unfit: list[Problem] = []
        for grid in found.grids:
            _trim(grid)
            mapping = maps.of(grid.sheet)
            if mapping is None:
                layouts.append((grid, None, MapFile(), "sheet_not_named", None))
                continue
            plan = self._plan(found, grid, mapping, maps)
            if isinstance(plan, Problem):
                unfit.append(plan)
                layouts.append((grid, None, mapping, "sheet_without_header", None))
                continue
            layout = HeaderFinder(mapping).find(grid, found.path) if plan is None else plan.layout(grid, found.path)
            if layout is not None and not {"started_at", "started_at.date"} & layout.paths():
                layouts.append((grid, None, mapping, "sheet_without_time", None))
                continue
            layouts.append((grid, layout, mapping, "sheet_without_header", plan))
        if all(layout is None for _, layout, _, _, _ in layouts):
            self.got.problems += unfit or [_no_header(found, maps)]
            return []
        for grid, layout, mapping, reason, plan in layouts:
            for broken in grid.broken:
                place = Position(found.path, grid.sheet, broken.row)
                self.got.tray.add(Rejected(place, broken.reason, values=broken.values))
            if layout is None:
                for row, _ in grid.rows:
                    self.got.tray.add(SetAside(Position(found.path, grid.sheet, row), reason))
            else:
                self.got.problems += layout.problems
                sheets.append(self._reader(mapping, maps, plan).read_table(found.path, grid, layout))
        return sheets


def _no_header(found: TableFile, maps: FileMaps) -> Problem:
    """Name what stood where a header was looked for, and what is missing."""
    asked = maps.sheets()
    if asked and all(grid.sheet is not None and grid.sheet not in asked for grid in found.grids):
        names = ", ".join(grid.sheet or "" for grid in found.grids)
        values: dict[str, object] = {"sheet": ", ".join(asked), "sheets": names}
        return Problem("sheet_missing", found.path, values=values)
    for grid in found.grids:
        mapping = maps.of(grid.sheet)
        layout = None if mapping is None else HeaderFinder(mapping).find(grid, found.path)
        if layout is not None:
            seen = ", ".join(name for name in layout.names if name)
            return Problem("no_time_column", found.path, sheet=grid.sheet, row=layout.row, values={"headers": seen})
    first = next((cells for grid in found.grids for _, cells in grid.rows if not is_empty(cells)), [])
    # What is no header may be a contact: its numbers are nobody's business.
    names = ", ".join(mask_text(cell_text(cell)) for cell in first[:_SEEN] if not is_blank(cell))
    return Problem("no_header", found.path, values={"headers": names[:200]})


def _assumed_of(found: TableFile, maps: FileMaps) -> tuple[Assumption, ...]:
    """Note what was assumed of a whole file: its encoding, and the defaults and words of its maps."""
    assumed: list[Assumption] = []
    for mapping in maps.mappings:
        assumed += [Assumption("default", {"path": path, "word": word}) for path, word in mapping.defaults.items()]
        assumed += [Assumption("mapped_words", {"path": path}) for path in mapping.words]
    if found.instants_without_zone:
        assumed.append(Assumption("instants_in_utc", {"headers": ", ".join(found.instants_without_zone)}))
    if not found.confirmed:
        assumed.append(Assumption("encoding_unconfirmed", {"encoding": found.encoding}))
    return tuple(assumed)


def _trim(grid: Grid) -> None:
    """Drop the empty rows after the last that holds something: a formatted sheet ends in thousands of them."""
    while grid.names is None and grid.rows and is_empty(grid.rows[-1][1]):
        grid.rows.pop()
