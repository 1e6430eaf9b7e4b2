"""From a seed to stories: who a borrower is, and which episodes the borrower's life is made of."""

from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from random import Random
from typing import Any, Final

from simulator.lawful import EVERYDAY, WITHOUT_CALLS, WITHOUT_LETTERS
from simulator.story import Person, Story, Window
from simulator.world import SHANGHAI, World, local
from simulator.wrongs import WRONGS, Wrong

FIRST_DAY: Final = date(2025, 9, 16)
LAST_DAY: Final = date(2025, 11, 30)
# No episode takes longer than this, so none that begins in time runs out of the period.
LONGEST_EPISODE: Final = timedelta(days=12)
ZONES: Final = {
    SHANGHAI: 88,
    "Asia/Urumqi": 3,
    "Asia/Hong_Kong": 3,
    "America/New_York": 3,
    "Europe/London": 2,
    "Asia/Jakarta": 1,
}
# A second wrong must fit any life.
ANYWHERE: Final = tuple(wrong for wrong in WRONGS if not (wrong.wants or wrong.first or wrong.last))


def stories(seed: int, world: World) -> Iterator[Story]:
    """Tell one borrower's story after another, without end. The n-th does not depend on how many are told."""
    index = 0
    while True:
        yield story(seed, index, world)
        index += 1


def story(seed: int, index: int, world: World) -> Story:
    """Tell the story of one borrower. Every second one has a wrong of its own, taken in turn from all kinds."""
    rng = Random(f"{seed}/{index}")
    wrong = WRONGS[index // 2 % len(WRONGS)] if index % 2 == 0 else None
    wants = wrong.wants if wrong else {}
    told = borrower(rng, world, index, wants)
    if wrong is None and rng.random() < 0.1:
        told.needs.append(rng.choice(("deaf", "blind")))
    for play in _episodes(told, wrong):
        if told.planned and told.day > LAST_DAY - LONGEST_EPISODE:
            break
        told.begin()
        play(told)
        told.finish()
    told.planned.sort(key=lambda plan: plan.at)
    return told


def borrower(rng: Random, world: World, index: int, wants: dict[str, Any]) -> Story:
    """Make a borrower with cases, numbers, an emergency contact, windows and needs."""
    zone = wants.get("zone") or rng.choices(tuple(ZONES), tuple(ZONES.values()))[0]
    contact_zone = SHANGHAI if zone != SHANGHAI and rng.random() < 0.4 else zone
    number = world.mobile(index, 0)
    name, contact_name = world.person_name(rng), world.person_name(rng)
    while contact_name == name:
        contact_name = world.person_name(rng)
    cases = wants.get("cases") or rng.choices((1, 2, 3), (80, 15, 5))[0]
    roles = rng.choice([(), ("emergency_contact",)])
    relationship = rng.choice(world.words["kin"])
    contact_number = world.mobile(index, 3)
    told = Story(
        rng=rng,
        world=world,
        index=index,
        borrower=Person(name, "self", number, zone, (), tells_zone=rng.random() < 0.5, party="borrower"),
        emergency=Person(
            contact_name, relationship, contact_number, contact_zone, roles, tells_zone=rng.random() < 0.3
        ),
        day=FIRST_DAY + timedelta(days=rng.randint(0, 14)),
        last_day=LAST_DAY,
        cases=[f"C-{index:07d}-{place + 1}" for place in range(cases)],
        names={name, contact_name},
    )
    told.numbers.append({"number": number, "valid_from": rng.choice((None, "2023-05-01"))})
    named: dict[str, Any] = {"name": contact_name, "number": contact_number}
    if contact_zone != SHANGHAI or rng.random() < 0.3:
        named["timezone"] = contact_zone
    if rng.random() < 0.3:
        named["valid_from"] = "2025-01-01"
    told.emergency_contacts.append(named)
    if "need" in wants:
        told.needs.append(wants["need"])
    # In the far west people live by another clock than the legal one: its windows are left out.
    if "window" in wants or (rng.random() < 0.25 and zone != "Asia/Urumqi"):
        told.borrower = _with_known_clock(told.borrower)
        told.windows.append(_window(rng, told.borrower.zone, wants.get("window", "some")))
    return told


def _with_known_clock(person: Person) -> Person:
    if person.zone != "Asia/Urumqi":
        return person
    return Person(person.name, "self", person.number, SHANGHAI, (), person.tells_zone, "borrower")


def _window(rng: Random, zone: str, kind: str) -> Window:
    if kind == "over midnight":
        return Window(time(20), time(9), rng.choice((None, ("fri", "sun"))))
    return rng.choice(
        (
            Window(time(12), time(14)),
            Window(time(18, 30), time(20)),
            Window(time(9), time(11, 30), ("sat", "sun")),
            Window(
                time(15),
                time(17),
                since=local(FIRST_DAY + timedelta(days=16), time(16), zone),
                until=local(FIRST_DAY + timedelta(days=60), time(16), zone),
            ),
        )
    )


def _episodes(told: Story, wrong: Wrong | None) -> list[Callable[[Story], None]]:
    rng = told.rng
    everyday = EVERYDAY
    if "deaf" in told.needs:
        everyday = WITHOUT_CALLS
    elif "blind" in told.needs:
        everyday = WITHOUT_LETTERS
    plays: list[Callable[[Story], None]] = [rng.choice(everyday) for _ in range(rng.randint(2, 5))]
    over_midnight = any(window.start > window.end for window in told.windows)
    if not told.needs and not over_midnight and rng.random() < 0.3:
        second = rng.choice([kind for kind in ANYWHERE if kind is not wrong])
        plays.insert(rng.randint(0, len(plays)), second.play)
    if wrong is not None:
        if wrong.first:
            place = 0
        elif wrong.last:
            place = len(plays)
        else:
            place = rng.randint(0, min(2, len(plays)))
        plays.insert(place, wrong.play)
    return plays
