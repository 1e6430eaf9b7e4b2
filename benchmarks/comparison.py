"""What an audit costs from Parquet to Parquet, by each way there is, and what the rule step costs by other engines.

Run ``python benchmarks/comparison.py [--contacts 10000 100000] [--rounds 3] [--sample 2000] [--out TABLE.json]``. It
needs ``pip install 'collection-guard[bench]'``. Sizes from 10,000 to 10,000,000 make sense. A log is simulated for each
size, kept in ``--folder`` if one is named; what is more than a million contacts are the same ones again, under other
ids and numbers. Whatever is compared must agree first; the works then run in turns, so that ratios do not depend on how
fast the machine is at the time. Times are of the processor, of all its cores and processes together, the median of the
rounds; memory is the peak of a process of its own.

End to end: read the same file, judge every rule of the core pack, three-valued, with intervals and ``recorded_at``,
and write event, case, rule, verdict and missing facts of every violation and unassessable verdict. The profiles of
cases and the registry are there already, as each way holds them; from 2,000,000 contacts on columns work in pieces
alone, and the profiles are read from their file with each piece. Contact by contact works on the first borrowers of
the log alone, because it takes long; costs are per contact. With ``--spark`` Spark runs as well, once, on a cluster of
two workers with a gigabyte each.

The rule step: the truth of every leaf of every rule is there already, a small integer each; what is asked is which
rules are violated, possible, and applicable. No answer is remembered from one contact to the next.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import handwritten
import polars as pl

from collection_guard import __version__
from collection_guard.audit.kept_profiles import KeptProfiles, kept_profiles
from collection_guard.audit.pieces import Pieces, judge_pieces
from collection_guard.audit.profiles import read_profiles
from collection_guard.engines.base import UNASSESSABLE, VIOLATION
from collection_guard.engines.columnar.canonical import canonical
from collection_guard.engines.columnar.matter import Matter
from collection_guard.engines.columnar.output import table_of
from collection_guard.engines.columnar.passes import judged_by_case
from collection_guard.engines.columnar.tables import PAST, FrameEvents, in_order
from collection_guard.engines.durable import DurableEngine
from collection_guard.engines.judge import Judge
from collection_guard.facts.atoms import truth_of_atom
from collection_guard.facts.partner_lists import read_registry
from collection_guard.facts.sheet import FactSource
from collection_guard.facts.world import Settings
from collection_guard.language.compiled import RuleSet
from collection_guard.language.ir import All, AnyOf, Node, truth
from collection_guard.language.kleene import MAYBE, YES
from collection_guard.language.packs import load_packs

SEED = 20251120
SIMULATED = 1_000_000
IN_PIECES = 2_000_000
QUERY = "hand-written query"
OURS = "our durable engine, the C module of durable-rules"
MASTER = "local-cluster[2,1,1024]"
PREFIXES = ("165", "166", "162", "167", "170", "171", "191", "193", "198", "199")
FINDINGS = frozenset({VIOLATION, UNASSESSABLE})
OTHERS = ("durable-rules", "zen-engine", "rule-engine", "polars", "numpy", "pydantic")
Fired = tuple[frozenset[str], ...]


class HostGroup:
    """The rules of one ruleset of durable-rules, asked through ``durable.engine.Host``."""

    def __init__(self, group: Any, number: int) -> None:
        from durable.engine import Host  # noqa: PLC0415  # of the extra

        self.fired: set[str] = set()
        self.name, self.always, self.fields = f"guard{number}", frozenset(group._always), group._fields  # noqa: SLF001  # measured as it is
        rules = {
            name: {**rule, "run": self._note(group._asking[name])}  # noqa: SLF001  # as above
            for name, rule in group._definition.items()  # noqa: SLF001  # as above
        }
        self.host = Host({self.name: rules}) if rules else None

    def _note(self, asking: set[str]) -> Callable[[Any], None]:
        return lambda _: self.fired.update(asking)

    def of(self, signature: tuple[int, ...]) -> frozenset[str]:
        self.fired.clear()
        if self.host is not None:
            # As short as the C module is given it: what is false is left out.
            truths = {name: truth for name, truth in zip(self.fields.values(), signature, strict=True) if truth}
            fact = {"sid": "0", "id": "1", **truths}
            try:
                self.host.assert_fact(self.name, fact)
            except Exception as error:  # of a fact that no rule takes, Host says so by raising
                if type(error).__name__ not in {"MessageNotHandledException", "MessageObservedException"}:
                    raise
            self.host.retract_fact(self.name, fact)
        return self.always | self.fired


class HostEngine:
    """An engine that decides through Host."""

    name = "host"

    def __init__(self, rule_set: RuleSet) -> None:
        self.rules = rule_set.rules
        self.durable = DurableEngine(rule_set)
        self.groups = [HostGroup(group, place) for place, group in enumerate(self.durable._groups)]  # noqa: SLF001  # as above

    def verdicts(self, facts: FactSource) -> list[str]:
        found: dict[str, str] = {}
        for mine, group in zip(self.groups, self.durable._groups, strict=True):  # noqa: SLF001  # as above
            fired = mine.of(tuple(truth_of_atom(atom, facts) for atom in group.atoms))
            for index, rule in enumerate(group._rules):  # noqa: SLF001  # as above
                word = "clear" if f"s{index}" in fired else "not_applicable"
                word = UNASSESSABLE if f"p{index}" in fired else word
                found[rule.id] = VIOLATION if f"t{index}" in fired else word
        return [found[rule.id] for rule in self.rules]


def prepare(folder: Path, contacts: int) -> None:
    """Make Parquet of the simulated lines, and of those again under other ids until there are enough."""
    parts = []
    with (folder / "events.jsonl").open("rb") as file:
        while lines := file.readlines(100_000_000):
            parts.append(folder / f"part-{len(parts)}.parquet")
            canonical(pl.read_ndjson(b"".join(lines), infer_schema_length=None)).frame.write_parquet(parts[-1])
    once = pl.scan_parquet(parts)
    again = range(-(-contacts // SIMULATED))
    whole = pl.concat([renamed(once, place) for place in again]).head(contacts) if len(again) > 1 else once
    whole.sink_parquet(folder / "log.parquet")
    for part in parts:
        part.unlink()
    if len(again) > 1:
        lines = (folder / "cases.jsonl").read_text("utf-8").splitlines(keepends=True)
        with (folder / "cases.jsonl").open("w", encoding="utf-8") as file:
            for place in again:
                for line in lines:
                    said = line.replace('_id":"', f'_id":"{place}')
                    said = said.replace('"number":"165', f'"number":"{PREFIXES[place]}')
                    file.write(said)


def renamed(log: pl.LazyFrame, place: int) -> pl.LazyFrame:
    """Return a log under ids and numbers of its own."""
    ids = [pl.concat_str(pl.lit(str(place)), name).alias(name) for name in ("event_id", "case_id", "borrower_id")]
    number = pl.concat_str(pl.lit(PREFIXES[place]), pl.col("recipient.number").str.slice(3))
    return log.with_columns(
        *ids,
        number.alias("recipient.number"),
        pl.col("recipient.members").str.replace_all('"165', f'"{PREFIXES[place]}', literal=True),
    )


def kept(path: Path) -> KeptProfiles:
    found = kept_profiles(path)
    return found if found is not None else sys.exit(f"{path} holds no profiles")


class Works:
    """The works that are compared, on a log of one size."""

    def __init__(self, folder: Path, contacts: int, sample: int) -> None:
        sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))
        from simulate import simulate  # noqa: PLC0415  # a script beside the package

        if not (folder / "log.parquet").exists():
            simulate(SEED, min(contacts, SIMULATED), folder, "clean")
            prepare(folder, contacts)
        self.folder = folder
        self.log = folder / "log.parquet"
        self.verdicts = folder / "verdicts.parquet"
        settings = json.loads((folder / "settings.json").read_text("utf-8"))
        self.matter = Matter(
            tuple(load_packs(["core"])),
            settings["parameters"],
            Settings(timezone=settings["timezone"]),
            read_registry(folder / "registry.csv"),
            (read_profiles if contacts < IN_PIECES else kept)(folder / "cases.jsonl"),
        )
        self.contacts = contacts
        self.beside: handwritten.Given | None = None
        # Borrowers stand one after the other; the last one of the sample is left out, for it may be cut.
        first = pl.scan_parquet(self.log).head(sample).collect()
        self.sample = first.filter(pl.col("borrower_id") != first["borrower_id"][-1])
        self.some = folder / "some.parquet"
        self.sample.write_parquet(self.some)

    def bare(self) -> None:
        pl.read_parquet(self.log)

    def query(self) -> None:
        if self.beside is None:
            self.beside = handwritten.given(self.folder)
        handwritten.judge(self.log, self.beside, self.verdicts)

    def columnar(self, path: Path | None = None) -> None:
        frame = canonical(pl.read_parquet(path or self.log)).frame.with_columns(pl.lit(value=False).alias(PAST))
        matter = replace(self.matter, earliest=frame["started_at"].min())
        table_of(judged_by_case(frame, matter.compiled, matter.world), FINDINGS).write_parquet(self.verdicts)

    def pieces(self, memory: int = 2**30, processes: int = 1) -> None:
        judge_pieces(Pieces([self.log], [], None, memory, processes), self.matter, (self.verdicts, FINDINGS))

    def spark(self) -> None:
        settings = {"rules": ["core"], "timezone": self.matter.settings.timezone, "parameters": self.matter.parameters}
        (self.folder / "spark.yaml").write_text(json.dumps(settings), "utf-8")
        command = [sys.executable, "-m", "collection_guard", "audit", str(self.log), "--engine", "spark"]
        command += ["--master", MASTER, "--config", str(self.folder / "spark.yaml")]
        command += ["--cases", str(self.folder / "cases.jsonl"), "--registry", str(self.folder / "registry.csv")]
        command += ["--verdicts", str(self.verdicts), "--verdicts-of", "findings", "--fail-on", "never", "--quiet"]
        subprocess.run(command, check=True, capture_output=True)

    def each(self, make: Any = None) -> None:
        frame = in_order(pl.read_parquet(self.some))
        matter = replace(self.matter, earliest=frame["started_at"].min())
        judge = Judge(matter.compiled, matter.world, "durable", make)
        rows = []
        for event in FrameEvents(frame):
            judged = sorted(judge.judge(event), key=lambda one: one.rule.id)
            rows += [
                (event.event_id, event.case_id, one.rule.id, one.verdict.verdict, list(one.verdict.missing))
                for one in judged
                if one.verdict.verdict in FINDINGS
            ]
            judge.add(event)
        names = ["event_id", "case_id", "rule", "verdict", "missing"]
        pl.DataFrame(rows, schema=names, orient="row").write_parquet(self.verdicts)

    def agree(self) -> None:
        """Exit unless all ways give the same verdicts."""
        self.columnar(self.some)
        ours = pl.read_parquet(self.verdicts).rows()
        for name, work in (("contact by contact", self.each), ("Host", lambda: self.each(HostEngine))):
            work()
            if pl.read_parquet(self.verdicts).rows() != ours:
                sys.exit(f"columnar and {name} disagree")
        self.query()
        whole = pl.read_parquet(self.verdicts)
        for name, work in self.in_columns().items():
            work()
            if not whole.equals(pl.read_parquet(self.verdicts)):
                sys.exit(f"the hand-written query and {name} disagree")

    def in_columns(self) -> dict[str, Callable[[], None]]:
        ways: dict[str, Callable[[], None]] = {"columnar, in pieces (1 GiB)": self.pieces}
        return ways if self.contacts >= IN_PIECES else {"columnar": self.columnar, **ways}

    def signatures(self) -> list[tuple[Any, list[tuple[int, ...]]]]:
        """Return the rulesets of the rules, and the truths of their leaves on each contact of the sample."""
        matter = replace(self.matter, earliest=self.sample["started_at"].min())
        judge = Judge(matter.compiled, matter.world, "durable")
        engine = DurableEngine(matter.compiled[0].rule_sets[-1])
        found: list[tuple[Any, list[tuple[int, ...]]]] = [(group, []) for group in engine._groups]  # noqa: SLF001  # as above
        for event in FrameEvents(in_order(self.sample)):
            list(judge.judge(event))
            (sheet,) = judge.sheets()
            for group, truths in found:
                truths.append(tuple(truth_of_atom(atom, sheet) for atom in group.atoms))
            judge.add(event)
        return found


def text_of(node: Node, fields: dict[Any, str], level: int) -> str:
    """Return a condition in the words that zen-engine and rule-engine share."""
    match node:
        case All() | AnyOf():
            word = " and " if isinstance(node, All) else " or "
            constant = "1 == 1" if isinstance(node, All) else "1 == 2"
            return "(" + (word.join(text_of(part, fields, level) for part in node.parts) or constant) + ")"
        case _:
            return f"{fields[node]} >= {level}"


def conditions(group: Any) -> dict[str, list[str]]:
    """Return what is asked of the rules of a ruleset, true, possible and applicable: each condition, and of which."""
    found: dict[str, list[str]] = {}
    for index, rule in enumerate(group._rules):  # noqa: SLF001  # as above
        for kind, node, level in (("t", rule.whole, 2), ("p", rule.whole, 1), ("s", rule.scope, 1)):
            found.setdefault(text_of(node, group._fields, level), []).append(f"{kind}{index}")  # as above
    return found


def rule_steps(works: Works) -> dict[str, Callable[[], list[Fired]]]:
    """Return the ways to decide rules on truths that are there already."""
    import rule_engine  # noqa: PLC0415  # of the extra
    import zen  # noqa: PLC0415  # as above

    given = works.signatures()
    hosts = [HostGroup(group, 100 + place) for place, (group, _) in enumerate(given)]
    asked = [conditions(group) for group, _ in given]
    zens = [zen.compile_expression("[" + ", ".join(one) + "]") for one in asked]
    plain = [[(rule_engine.Rule(text), names) for text, names in one.items()] for one in asked]

    def each(decide: Callable[[int, Any, tuple[int, ...]], Any]) -> list[Fired]:
        rows = zip(*(truths for _, truths in given), strict=True)
        return [tuple(frozenset(decide(place, given[place][0], one)) for place, one in enumerate(row)) for row in rows]

    def facts(group: Any, one: tuple[int, ...]) -> dict[str, int]:
        return dict(zip(group._fields.values(), one, strict=True))  # as above

    def by_zen(place: int, group: Any, one: tuple[int, ...]) -> Iterator[str]:
        said = zens[place].evaluate(facts(group, one))
        return chain.from_iterable(names for names, true in zip(asked[place].values(), said, strict=True) if true)

    def by_rule_engine(place: int, group: Any, one: tuple[int, ...]) -> Iterator[str]:
        known = facts(group, one)
        return chain.from_iterable(names for rule, names in plain[place] if rule.matches(known))

    def by_walk(_: int, group: Any, one: tuple[int, ...]) -> Iterator[str]:
        of_atom = dict(zip(group.atoms, one, strict=True)).__getitem__
        for index, rule in enumerate(group._rules):  # noqa: SLF001  # as above
            whole = truth(rule.whole, of_atom)
            yield from (f"{kind}{index}" for kind, least in (("t", YES), ("p", MAYBE)) if whole >= least)
            if truth(rule.scope, of_atom) >= MAYBE:
                yield f"s{index}"

    return {
        OURS: lambda: each(lambda _, group, one: group._fired(one)),  # noqa: SLF001  # as above
        "durable-rules, Host": lambda: each(lambda place, _, one: hosts[place].of(one)),
        "zen-engine, one expression a ruleset": lambda: each(by_zen),
        "rule-engine, a Rule for each condition": lambda: each(by_rule_engine),
        "our reference, a walk for each condition": lambda: each(by_walk),
    }


def processor() -> float:
    """Return the time of the processor that this process and the ended ones that it started have taken."""
    mine, theirs = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return mine.ru_utime + mine.ru_stime + theirs.ru_utime + theirs.ru_stime


def medians(works: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median time of each work in seconds; the works take turns."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            started = processor()
            work()
            times[name].append(processor() - started)
    return {name: statistics.median(taken) for name, taken in times.items()}


def peak(work: str, folder: Path, contacts: int, sample: int) -> int:
    """Return the peak of the memory of a work in a process of its own, in megabytes."""
    command = [sys.executable, __file__, "--only", work, "--folder", str(folder)]
    command += ["--contacts", str(contacts), "--sample", str(sample)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def only(work: str, folder: Path, contacts: int, sample: int) -> None:
    """Do one work, and print the peak of memory: of this program, not of the one that it was forked from."""
    works = Works(folder, contacts, sample)
    getattr(works, work)()
    (line,) = (line for line in Path("/proc/self/status").read_text("utf-8").splitlines() if line.startswith("VmHWM"))
    print(int(line.split()[1]) // 1024)


def versions() -> dict[str, str]:
    found = {"collection-guard": __version__, "python": platform.python_version(), "cores": str(os.cpu_count())}
    for name in OTHERS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


def measure(
    folder: Path, contacts: int, sample: int, rounds: int, *, steps: bool, spark: bool = False
) -> dict[str, Any]:
    """Return what works cost on a log of one size, in microseconds a contact."""
    works = Works(folder, contacts, sample)
    works.agree()
    count = works.sample.height
    whole: dict[str, Callable[[], object]] = {
        "bare reading of Parquet": works.bare,
        QUERY: works.query,
        **works.in_columns(),
    }
    some: dict[str, Callable[[], object]] = {
        "contact by contact, durable": works.each,
        "contact by contact, Host": lambda: works.each(HostEngine),
    }
    costs = {name: seconds * 1e6 / contacts for name, seconds in medians(whole, rounds).items()}
    if spark:
        whole_table = pl.read_parquet(works.verdicts)
        costs |= {
            name: s * 1e6 / contacts for name, s in medians({f"Spark, {MASTER}, the command": works.spark}, 1).items()
        }
        if not whole_table.equals(pl.read_parquet(works.verdicts)):
            sys.exit("columnar and Spark disagree")
    costs |= {name: seconds * 1e6 / count for name, seconds in medians(some, rounds).items()}
    found: dict[str, Any] = {"contacts": contacts, "cases": len(works.matter.profiles), "sample": count, "us": costs}
    if steps:
        ways = rule_steps(works)
        answers = [way() for way in ways.values()]
        if any(answer != answers[0] for answer in answers):
            sys.exit("the engines disagree on the rule step")
        found["rule step us"] = {name: s * 1e6 / count for name, s in medians(dict(ways), rounds).items()}
    alone = ("bare", "query", "pieces") if contacts >= IN_PIECES else ("bare", "query", "columnar", "pieces")
    found["peak MB"] = {name: peak(name, folder, contacts, sample) for name in alone}
    return found


def show(found: dict[str, Any]) -> None:
    """Print what was found on a log of one size."""
    costs = found["us"]
    print(f"\n{found['contacts']} contacts, {found['cases']} cases; all ways agree; us a contact of the processor")
    for name, cost in costs.items():
        print(f"  {name:36} {cost:10.2f}   ratio to the query {cost / costs[QUERY]:8.2f}")
    for name, cost in found.get("rule step us", {}).items():
        ours = found["rule step us"][OURS]
        print(f"  rule step: {name:48} {cost:10.2f}   ratio to our durable engine {cost / ours:6.2f}")
    for name, size in found["peak MB"].items():
        print(f"  peak memory: {name:20} {size:6} MB")


def growth(results: list[dict[str, Any]]) -> None:
    """Print how the cost of a contact grows from one size to the next."""
    for less, more in pairwise(results):
        print(f"\nfrom {less['contacts']} to {more['contacts']} contacts the cost of one becomes")
        for name in less["us"].keys() & more["us"].keys() & {QUERY, "columnar", "columnar, in pieces (1 GiB)"}:
            print(f"  {name:36} {more['us'][name] / less['us'][name]:6.2f} times as much")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--contacts", type=int, nargs="+", default=[10_000])
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--sample", type=int, default=2_000)
    options.add_argument("--folder", type=Path)
    options.add_argument("--spark", action="store_true")
    options.add_argument("--out", type=Path)
    options.add_argument("--only", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.only:
        only(given.only, given.folder, given.contacts[0], given.sample)
        return
    print(", ".join(f"{name} {number}" for name, number in versions().items()) + f", seed {SEED}")
    results = []
    for place, contacts in enumerate(given.contacts):
        with tempfile.TemporaryDirectory() as temporary:
            folder = given.folder / str(contacts) if given.folder else Path(temporary)
            folder.mkdir(parents=True, exist_ok=True)
            found = measure(folder, contacts, given.sample, given.rounds, steps=place == 0, spark=given.spark)
            show(found)
            results.append(found)
    if given.out:
        given.out.write_text(json.dumps({"versions": versions(), "found": results}, indent=1) + "\n", "utf-8")
    growth(results)
    print("\nNot measured: the report, evidence, detection of signals, logs of real agencies.")


if __name__ == "__main__":
    main()
