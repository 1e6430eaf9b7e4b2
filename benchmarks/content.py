"""What hearing a text costs: the whole signal pass against one bare pass of pyahocorasick with the same patterns.

Run ``python benchmarks/content.py [--texts 20000] [--rounds 3]``. Both passes read the same texts in the same run, so
the ratio does not depend on the machine. The memory figure is the peak of the process after the first and after the
last batch of a long run of texts.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
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


def numbered(texts: list[tuple[str, str]], count: int) -> Iterator[tuple[str, str]]:
    """Yield as many texts as asked, each with a number of its own, so that nothing can be remembered."""
    for i in range(count):
        text, kind = texts[i % len(texts)]
        yield f"{text}（{i}）", kind


def bare_matcher(patterns: list[str]) -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for number, pattern in enumerate(patterns):
        automaton.add_word(pattern, number)
    automaton.make_automaton()
    return automaton


def best(work: Callable[[], None], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        started = time.process_time()  # the work itself, whoever else uses the machine
        work()
        times.append(time.process_time() - started)
    return min(times)


def peak_megabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--texts", type=int, default=20_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--memory-texts", type=int, default=100_000)
    asked = options.parse_args()

    started = time.perf_counter()
    detector = LexiconDetector()
    loaded = time.perf_counter() - started
    patterns = detector.lexicon.patterns()
    automaton = bare_matcher(patterns)
    source = labelled_texts()
    texts = list(numbered(source, asked.texts))
    characters = sum(len(text) for text, _ in texts)

    def bare() -> None:
        for text, _ in texts:
            for _hit in automaton.iter(text):
                pass

    def whole() -> None:
        for text, kind in texts:
            detector.read(text, kind)

    bare_seconds, whole_seconds = best(bare, asked.rounds), best(whole, asked.rounds)
    print(f"patterns                 {len(patterns):>10,}   loaded in {loaded:.2f} s")
    print(f"texts                    {len(texts):>10,}   {characters:,} characters")
    print(f"bare pyahocorasick pass  {characters / bare_seconds / 1e6:>10.2f}   million characters a second")
    print(f"whole signal pass        {characters / whole_seconds / 1e6:>10.2f}   million characters a second")
    print(f"ratio                    {whole_seconds / bare_seconds:>10.1f}   (asked: at most 8)")

    peaks = []
    for number, (text, kind) in enumerate(numbered(source, asked.memory_texts), start=1):
        detector.read(text, kind)
        if number % BATCH == 0:
            peaks.append(peak_megabytes())
    if peaks:
        print(f"peak memory              {peaks[0]:>10.1f}   MB after {BATCH:,} texts")
        print(f"                         {peaks[-1]:>10.1f}   MB after {asked.memory_texts:,} texts")


if __name__ == "__main__":
    main()
