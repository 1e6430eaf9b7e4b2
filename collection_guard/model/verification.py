"""Whether a decision log is as it was written: whatever is changed, removed, moved or put into a chain shows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from collection_guard.model.chain import BEGINNING, CUT_OFF, SUFFIX, CutOff, Head, Line, hash_of, lines_of, log_files
from collection_guard.model.problems import Problem

_NOTHING: Final = Head(0, BEGINNING)


@dataclass(slots=True)
class _Chain:
    """The lines of one writer in one file."""

    file: str
    head: Head = _NOTHING
    row: int = 0
    """Where its last line stands."""
    hashes: bytearray = field(default_factory=bytearray)
    """Of every line, one after the other."""
    is_whole: bool = True

    def hash_at(self, seq: int) -> str:
        """Return the hash of a line of a whole chain that reaches so far."""
        return self.hashes[32 * (seq - 1) : 32 * seq].hex() if seq else BEGINNING

    def add(self, line: Line, seq: int) -> None:
        """Take a line as the last one."""
        self.head, self.row = Head(seq, hash_of(line.written)), line.number
        self.hashes += bytes.fromhex(self.head.hash)


class Verification:
    """Holds the lines of the files of a log against their chains, in whatever file and under whatever name they stand.

    ``heads`` were kept elsewhere: against them shows that lines at the end, or a whole writer, were removed.
    """

    def __init__(self, heads: Mapping[str, Head] | None = None) -> None:
        self._kept = dict(heads or {})
        self._chains: dict[str, list[_Chain]] = {}
        self._torn: dict[str, tuple[Line, str]] = {}
        """Of each file what was torn off at its end, and the writer whose line it was."""
        self._told: list[tuple[CutOff, str, int]] = []
        self._unread: set[str] = set()
        """Writers of which a file holds a line that is none."""
        self.problems: list[Problem] = []
        """What shows that the log is not as it was written."""
        self.cut_off: list[Problem] = []
        """Lines that a crash cut off, as a later writer tells: nothing else is missing."""

    def heads(self) -> dict[str, Head]:
        """Return the head of every writer, none of one whose lines cannot all be read."""
        return {
            writer: max((chain.head for chain in chains), key=lambda head: head.seq)
            for writer, chains in self._chains.items()
            if writer not in self._unread
        }

    def read(self, source: Path | bytes, file: str) -> None:
        """Take the lines of a file, or of what it holds."""
        chains: dict[str, _Chain] = {}
        last = Path(file).name.removesuffix(SUFFIX)
        for line in lines_of(source):
            if line.is_torn:
                self._torn[file] = line, last
                break
            writer = None if line.said is None else line.said.get("writer")
            if line.said is None or not isinstance(writer, str):
                self.problems.append(Problem("log_line_unreadable", file, line.number))
                self._unread |= {last, *chains}
                break
            self._follow(line, line.said, chains.setdefault(writer, _Chain(file)), self._kept.get(writer))
            if line.said.get("kind") == CUT_OFF:
                self._tell(line, line.said, file)
            last = writer
        for writer, chain in chains.items():
            self._chains.setdefault(writer, []).append(chain)

    def _follow(self, line: Line, said: Mapping[str, object], chain: _Chain, kept: Head | None) -> None:
        """Hold a line against the one before it of its writer, and against a head that was kept elsewhere."""
        seq, expected = said.get("seq"), chain.head.seq + 1
        found: list[Problem] = []
        if seq != expected:
            found.append(Problem("log_number", values={"seq": str(seq), "expected": expected}))
        if said.get("prev") != chain.head.hash:
            found.append(Problem("log_chain_broken"))
        chain.is_whole &= not found
        chain.add(line, seq if isinstance(seq, int) else expected)
        if kept is not None and chain.head.seq == kept.seq and chain.head.hash != kept.hash:
            found.append(Problem("log_head_differs", values={"seq": kept.seq}))
        self.problems += [Problem(one.code, chain.file, line.number, values=one.values) for one in found]

    def _tell(self, line: Line, said: Mapping[str, object], file: str) -> None:
        try:
            self._told.append((CutOff.of(said), file, line.number))
        except (ValueError, TypeError, KeyError, OverflowError):
            self.problems.append(Problem("log_line_unreadable", file, line.number))

    def settle(self) -> None:
        """Hold the files against each other, and against what was kept elsewhere, when all are read."""
        for writer, chains in sorted(self._chains.items()):
            self._compare(writer, chains)
        for one, file, row in self._told:
            self._explain(one, file, row)
        self.cut_off = list({problem.place(): problem for problem in self.cut_off}.values())
        self.problems += [Problem("log_line_cut", file, line.number) for file, (line, _) in self._torn.items()]
        for writer, head in sorted(self._kept.items()):
            self._hold(writer, head)
        self.problems.sort(key=lambda problem: (problem.file or "", problem.line or 0))

    def _compare(self, writer: str, chains: list[_Chain]) -> None:
        """Two files may hold lines of one writer, as where one is a copy; then they hold the same."""
        longest = max(chains, key=lambda chain: chain.head.seq)
        for chain in chains:
            whole = chain.is_whole and longest.is_whole
            if whole and longest.hash_at(chain.head.seq) != chain.head.hash:
                values: dict[str, object] = {"writer": writer, "other": longest.file}
                self.problems.append(Problem("log_two_chains", chain.file, chain.row, values=values))

    def _explain(self, one: CutOff, file: str, row: int) -> None:
        """Take that a line was cut off, where the lines of its writer end as the later writer found them."""
        chains = self._chains.get(one.writer, [])
        if one.writer in self._unread or not all(chain.is_whole for chain in chains):
            return
        # A copy may have been made before the last lines were written.
        longest = max(chains, key=lambda chain: chain.head.seq, default=None)
        if longest is not None and longest.head != one.after:
            values: dict[str, object] = {"writer": one.writer, "last": longest.head.seq, "seq": one.after.seq}
            self.problems.append(Problem("log_cut_off_differs", longest.file, longest.row, values=values))
            return
        places = [] if longest is None else [(longest.file, longest.row + 1)]
        for name, (line, writer) in list(self._torn.items()):
            if writer == one.writer and line.written == one.tail:
                places = [(name, line.number)]
                del self._torn[name]
        # A whole file that is gone shows only against heads: then there is nothing but what the later writer tells.
        place, number = places[0] if places else (file, row)
        self.cut_off.append(Problem("log_cut_off", place, number, values={"writer": one.writer}))

    def _hold(self, writer: str, kept: Head) -> None:
        chains = self._chains.get(writer)
        if writer in self._unread:
            return
        if not chains:
            self.problems.append(Problem("log_writer_gone", values={"writer": writer}))
            return
        longest = max(chains, key=lambda chain: chain.head.seq)
        if longest.head.seq < kept.seq:
            values: dict[str, object] = {"last": longest.head.seq, "seq": kept.seq}
            self.problems.append(Problem("log_end_gone", longest.file, values=values))


def verified(files: Iterable[Path], heads: Mapping[str, Head] | None = None) -> Verification:
    """Return what came of holding the files of a log against their chains."""
    found = Verification(heads)
    for path in files:
        found.read(path, str(path))
    found.settle()
    return found


def verify(folder: Path, heads: Mapping[str, Head] | None = None) -> Verification:
    """Return what came of holding a folder's log against its chains; raise LogError if there is no such folder."""
    files = log_files(folder)
    found = verified(files, heads)
    if not files and not heads:
        found.problems.append(Problem("log_absent", str(folder)))
    return found
