"""What a look-up in the partner registry costs: a million of them against a million look-ups in a dictionary.

Run ``python benchmarks/registry.py [--lookups 1000000] [--rounds 7]``. The registry holds ten years of monthly lists.
All three works answer the same questions in the same run, in turns, so that the ratios do not depend on the machine
and a busy machine is unfair to none. The time is that of the processor; a ratio is that of one round, and the median of
them is given with the lowest and the highest.

Not measured: reading the lists from files, building the index and the first look-up of each name (both are printed,
once), hints for names that are not listed, and processes that run beside this one.
"""

import argparse
import platform
import random
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta

import opencc

from collection_guard import __version__
from collection_guard.facts.registry import RegistryIndex
from collection_guard.model.registry import PartnerList, RegistryData, RegistryEntry

SEED = 20251120
YEARS = 10
FIRST = date(2016, 1, 1)
CATEGORY = "law_firm"
ASKED = 5


def published(names: list[str], rng: random.Random) -> RegistryData:
    """Return ten years of lists, one a month, every fourth known only by its month; names come and go."""
    listed = set(rng.sample(names, len(names) // 2))
    lists = []
    for number in range(12 * YEARS):
        first = date(FIRST.year + number // 12, number % 12 + 1, 1)
        after = date(FIRST.year + (number + 1) // 12, (number + 1) % 12 + 1, 1)
        for name in rng.sample(names, len(names) // 50):
            listed ^= {name}
        entries = tuple(RegistryEntry(name=name, category=CATEGORY) for name in sorted(listed))
        last = after - timedelta(days=1) if number % 4 == 3 else first
        lists.append(PartnerList(first, last, entries, first.isoformat()))
    return RegistryData(lists=tuple(lists))


def rounds_of(works: list[Callable[[], None]], rounds: int) -> list[list[float]]:
    """Return the time of each work in each round."""
    times = []
    for _ in range(rounds):
        taken = []
        for work in works:
            started = time.process_time()
            work()
            taken.append(time.process_time() - started)
        times.append(taken)
    return times


def spread(ratios: list[float]) -> str:
    """Return the median of the ratios of the rounds, with the lowest and the highest."""
    return f"{statistics.median(ratios):>10.2f}   ({min(ratios):.2f} to {max(ratios):.2f})"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--lookups", type=int, default=1_000_000)
    options.add_argument("--names", type=int, default=2_000)
    options.add_argument("--rounds", type=int, default=7)
    asked = options.parse_args()

    rng = random.Random(SEED)
    names = [f"澜川第{number}商务服务（集团）有限公司" for number in range(asked.names)]
    data = published(names, rng)
    started = time.process_time()
    index = RegistryIndex(data)
    built = time.process_time() - started
    days = [FIRST + timedelta(days=number) for number in range(-30, 366 * YEARS)]
    questions = [(rng.choice(names), rng.choice(days)) for _ in range(asked.lookups)]
    by_name = dict.fromkeys(names, True)
    by_both = dict.fromkeys(((CATEGORY, name) for name in names), True)

    def plain() -> None:
        for name, _day in questions:
            by_name.get(name)

    def keyed() -> None:
        for name, _day in questions:
            by_both.get((CATEGORY, name))

    def looked_up() -> None:
        for name, day in questions:
            index.listed(name, CATEGORY, day)

    started = time.process_time()
    looked_up()
    first = time.process_time() - started
    times = rounds_of([plain, keyed, looked_up], asked.rounds)
    plain_time, keyed_time, registry_time = (statistics.median(work) for work in zip(*times, strict=True))

    print(
        f"collection-guard {__version__}, {platform.python_implementation()} {platform.python_version()}, "
        f"opencc {opencc.__version__}, {platform.machine()}"
    )
    print(f"lists                           {len(data.lists):>10,}   of {len(names):,} names that come and go")
    print(f"look-ups                        {len(questions):>10,}   the median of {asked.rounds} rounds")
    print(f"building the index              {built:>10.3f} s")
    print(f"first round, names met anew     {first:>10.3f} s")
    print(f"dictionary by name              {plain_time:>10.3f} s")
    print(f"dictionary by category and name {keyed_time:>10.3f} s")
    print(f"registry by name, category, day {registry_time:>10.3f} s")
    to_plain = [registry / bare for bare, _, registry in times]
    to_keyed = [registry / both for _, both, registry in times]
    print(f"ratio to the first dictionary   {spread(to_plain)}; asked: at most {ASKED}")
    print(f"ratio to the second dictionary  {spread(to_keyed)}")
    print("Not measured: reading files, hints for names that are not listed, other processes.")


if __name__ == "__main__":
    main()
