"""What hearing a text costs: the whole signal pass against one bare pass of pyahocorasick with the same patterns.

Run ``python benchmarks/content.py [--texts 2000] [--rounds 15]``. Both passes read the same texts, no two of them
equal, in the same run, so that the ratio depends little on the machine. Each stage is timed with all that go before it;
what it adds is told as so many bare passes. The memory figure is the peak of the process after the first and after the
last batch of a long run of texts. It needs the extra: ``pip install '.[bench]'`` in a clone.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import bench_extra  # noqa: F401  # it says what is not installed

from collection_guard.facts.content.batch import Batch, batches
from collection_guard.facts.content.detector import LexiconDetector
from collection_guard.facts.content.standing import Standing

HERE = Path(__file__).resolve().parent
CORPUS = HERE.parent / "tests" / "content"
BATCH = 20_000


def labelled_texts() -> list[tuple[str, str]]:
    """Return the different texts of the working corpora with their kinds: denser in hits than real traffic."""
    files = [CORPUS / "corpus_work.jsonl", *sorted(CORPUS.glob("corpus_breadth_*.jsonl"))]
    rows = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    return list({row["text"]: (row["text"], row["channel"]) for row in rows}.values())


def repeated(texts: list[tuple[str, str]], count: int) -> Iterator[tuple[str, str]]:
    """Yield as many texts as asked, the corpora over and over."""
    return islice(cycle(texts), count)


def bare_matcher(patterns: list[str]) -> Any:
    import ahocorasick  # noqa: PLC0415  # of the extra

    automaton = ahocorasick.Automaton()
    for number, pattern in enumerate(patterns):
        automaton.add_word(pattern, number)
    automaton.make_automaton()
    return automaton


def stages(detector: LexiconDetector, texts: list[tuple[str, str]]) -> dict[str, Callable[[], object]]:
    """Return the stages of the pass, each with all before it."""
    lexicon, hearing = detector.lexicon, detector.meaning.hearing
    groups = list(batches(texts))

    def over(work: Callable[[str], object]) -> Callable[[], None]:
        def run() -> None:
            for text, _ in texts:
                work(text)

        return run

    def laid() -> None:
        for group in groups:
            Batch(lexicon, group)

    def found() -> None:
        for group in groups:
            Standing(lexicon, Batch(lexicon, group))

    def heard() -> None:
        for group in groups:
            batch = Batch(lexicon, group)
            hearing.hear(batch, Standing(lexicon, batch))

    return {
        "folding": over(lexicon.normaliser.normalise),
        "undoing disguises": over(lexicon.normalise),
        "marks, speakers": laid,
        "finding strings": found,
        "hearing acts": heard,
        "weighing, evidence": lambda: detector.read_many(texts),
    }


def best(works: list[Callable[[], object]], rounds: int) -> list[float]:
    """Return the least time of each work, in turns, so that a busy machine is unfair to none."""
    least = [float("inf")] * len(works)
    for _ in range(rounds):
        for number, work in enumerate(works):
            started = time.process_time()  # the work itself, whoever else uses the machine
            work()
            least[number] = min(least[number], time.process_time() - started)
    return least


def peak_megabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--texts", type=int, default=2_000)
    options.add_argument("--rounds", type=int, default=15)
    options.add_argument("--memory-texts", type=int, default=100_000)
    asked = options.parse_args()

    started = time.perf_counter()
    detector = LexiconDetector()
    loaded = time.perf_counter() - started
    patterns = detector.lexicon.patterns()
    automaton = bare_matcher(patterns)
    source = labelled_texts()
    texts = source[: asked.texts]
    characters = sum(len(text) for text, _ in texts)

    def bare() -> None:
        for text, _ in texts:
            for _hit in automaton.iter(text):
                pass

    works = stages(detector, texts)
    bare_seconds, *seconds = best([bare, *works.values()], asked.rounds)
    whole_seconds = seconds[-1]
    print(f"patterns                 {len(patterns):>10,}   loaded in {loaded:.2f} s")
    print(f"texts                    {len(texts):>10,}   {characters:,} characters")
    print(f"bare pyahocorasick pass  {characters / bare_seconds / 1e6:>10.2f}   million characters a second")
    print(f"whole signal pass        {characters / whole_seconds / 1e6:>10.2f}   million characters a second")
    print(f"ratio                    {whole_seconds / bare_seconds:>10.1f}   (asked: at most 8)")
    for name, before, until in zip(works, [0.0, *seconds], seconds, strict=False):
        print(f"  {name:<22} {(until - before) / bare_seconds:>10.1f}")

    peaks = []
    many = repeated(source, asked.memory_texts)
    while part := list(islice(many, BATCH)):
        detector.read_many(part)
        peaks.append(peak_megabytes())
    if peaks:
        print(f"peak memory              {peaks[0]:>10.1f}   MB after {BATCH:,} texts")
        print(f"                         {peaks[-1]:>10.1f}   MB after {asked.memory_texts:,} texts")


if __name__ == "__main__":
    main()
