"""What hearing a text costs: the whole signal pass against one bare pass of pyahocorasick with the same patterns.

Run ``python benchmarks/content.py [--texts 2000] [--rounds 15]``. Both passes read the same texts in the same run, so
the ratio does not depend on the machine. The memory figure is the peak of the process after the first and after the
last batch of a long run of texts.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path

import ahocorasick

from collection_guard.facts.content.detector import LexiconDetector

HERE = Path(__file__).resolve().parent
CORPUS = HERE.parent / "tests" / "content" / "corpus_work.jsonl"
BATCH = 20_000


def labelled_texts() -> list[tuple[str, str]]:
    """Return the texts of the working corpus with their kinds: denser in hits than real traffic."""
    rows = [json.loads(line) for line in CORPUS.read_text("utf-8").splitlines()]
    return [(row["text"], row["channel"]) for row in rows]


def repeated(texts: list[tuple[str, str]], count: int) -> Iterator[tuple[str, str]]:
    """Yield as many texts as asked, the corpus over and over."""
    return islice(cycle(texts), count)


def bare_matcher(patterns: list[str]) -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for number, pattern in enumerate(patterns):
        automaton.add_word(pattern, number)
    automaton.make_automaton()
    return automaton


def best(works: list[Callable[[], None]], rounds: int) -> list[float]:
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
    texts = list(repeated(source, asked.texts))
    characters = sum(len(text) for text, _ in texts)

    def bare() -> None:
        for text, _ in texts:
            for _hit in automaton.iter(text):
                pass

    def whole() -> None:
        for text, kind in texts:
            detector.read(text, kind)

    bare_seconds, whole_seconds = best([bare, whole], asked.rounds)
    print(f"patterns                 {len(patterns):>10,}   loaded in {loaded:.2f} s")
    print(f"texts                    {len(texts):>10,}   {characters:,} characters")
    print(f"bare pyahocorasick pass  {characters / bare_seconds / 1e6:>10.2f}   million characters a second")
    print(f"whole signal pass        {characters / whole_seconds / 1e6:>10.2f}   million characters a second")
    print(f"ratio                    {whole_seconds / bare_seconds:>10.1f}   (asked: at most 8)")

    peaks = []
    for number, (text, kind) in enumerate(repeated(source, asked.memory_texts), start=1):
        detector.read(text, kind)
        if number % BATCH == 0:
            peaks.append(peak_megabytes())
    if peaks:
        print(f"peak memory              {peaks[0]:>10.1f}   MB after {BATCH:,} texts")
        print(f"                         {peaks[-1]:>10.1f}   MB after {asked.memory_texts:,} texts")


if __name__ == "__main__":
    main()
