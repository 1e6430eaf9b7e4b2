"""Three ledgers of one truth: what agencies note, what the telephone system records, what is kept as recordings.

Everything of one month is made up first. Then each ledger is written from it, with what is harmless in real ones
(minutes without seconds, clocks that run wrong, second legs, redeliveries, masked numbers) and with the
discrepancies that are planted: planted.jsonl names each with the ids of the rows that it is about.
"""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

Row = dict[str, str]
FIRST: Final = datetime(2025, 11, 3, 9, 0)  # noqa: DTZ001 -- ledgers hold local times
DAYS: Final = 26
DAY_SECONDS: Final = 11 * 3600
APART: Final = timedelta(minutes=50)
"""Contacts of one case begin at least so far apart, but for those that are close on purpose."""
SHARE: Final = 0.012
"""How often each discrepancy is planted where it can be."""
ANSWERED: Final = ("本人接听", "承诺还款", "可联家人")
UNANSWERED: Final = ("无人接听", "用户忙", "关机")
KINDS: Final = (
    "call-not-noted",
    "unanswered-call-not-noted",
    "note-without-call",
    "ambiguous-match",
    "outcome-differs-from-note",
    "talk-differs-from-note",
    "talk-differs-from-recording",
    "recording-used-twice",
    "call-without-recording",
    "recording-without-call",
    "clock-skew",
    "number-not-on-list",
    "collector-not-on-list",
    "not-comparable",
)


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency and its ways of keeping notes and recordings."""

    place: int
    name: str
    skew: int
    minutes: bool
    talk: str
    """How a note writes the length of a talk: seconds, words, minutes, or not at all."""
    masked: bool
    recorded: str
    """How a recording tells its call: by reference, id, name or time."""


@dataclass(slots=True)
class Call:
    """One call as it was."""

    id: str
    agency: Agency
    case: str
    number: str
    at: datetime
    talk: int
    outcome: str
    collector: str
    own: str
    inbound: bool
    noted: bool = True
    wrong: str | None = None
    """The one discrepancy of this call, if it has one."""
    note_id: str = ""
    said_talk: int = 0
    said_outcome: str = ""
    length: int = 0
    file: str = ""
    recorded: bool = True


@dataclass(slots=True)
class Ledgers:
    """What is written, and what was planted."""

    notes: dict[str, list[Row]] = field(default_factory=dict)
    calls: list[Row] = field(default_factory=list)
    recordings: list[Row] = field(default_factory=list)
    collectors: list[Row] = field(default_factory=list)
    numbers: list[Row] = field(default_factory=list)
    planted: list[dict[str, Any]] = field(default_factory=list)

    def plant(self, kind: str, *subjects: str) -> None:
        """Note a discrepancy with the ids of the rows that it is about."""
        self.planted.append({"kind": kind, "rows": sorted(subjects)})


class Month:
    """A month of calls, and the ledgers that are kept of it."""

    def __init__(self, seed: int, contacts: int) -> None:
        self.rng = Random(seed)
        rng = self.rng
        self.agencies = [
            Agency(1, "远山催收服务有限公司", rng.randint(-8, 8), False, "seconds", False, "reference"),
            Agency(2, "青禾信用管理有限公司", rng.randint(150, 900), False, "words", True, "id"),
            Agency(3, "长汀资产管理有限公司", -rng.randint(150, 900), True, "minutes", False, "name"),
            Agency(4, "白石咨询服务有限公司", rng.randint(-4, 4), True, "none", False, "time"),
        ]
        self.ledgers = Ledgers(notes={agency.name: [] for agency in self.agencies})
        self.calls: list[Call] = []
        self.cases = 0
        self.running = 0
        self._people()
        while len(self.calls) < contacts:
            self._case()

    def next_id(self, letter: str) -> str:
        """Return the next id of a ledger."""
        self.running += 1
        return f"{letter}2511-{self.running:07d}"

    def rarely(self) -> bool:
        """Say whether a discrepancy is planted here."""
        return self.rng.random() < SHARE

    # --- the truth ----------------------------------------------------------------------------------------------

    def _people(self) -> None:
        for agency in self.agencies:
            for place in range(1, 9):
                row = {
                    "工号": f"S{agency.place}{place:02d}",
                    "姓名": f"坐席{place}",
                    "机构": agency.name,
                    "离职日期": "",
                }
                self.ledgers.collectors.append(row)
                number = f"0571-8{agency.place}00{place:04d}"
                self.ledgers.numbers.append({"号码": number, "机构": agency.name, "停用日期": ""})
            # One who left, and one line that was given up, before the month began.
            gone = {"工号": f"S{agency.place}99", "姓名": "离职坐席", "机构": agency.name, "离职日期": "2025-10-31"}
            self.ledgers.collectors.append(gone)
            line = {"号码": f"0571-8{agency.place}009999", "机构": agency.name, "停用日期": "2025-10-31"}
            self.ledgers.numbers.append(line)

    def _case(self) -> None:
        rng, agency = self.rng, self.rng.choice(self.agencies)
        self.cases += 1
        case = f"AJ{self.cases:06d}"
        numbers = [f"165{self.cases:07d}{place}" for place in range(2)]
        moments = self._moments(rng.randint(2, 9))
        for at in moments:
            number = numbers[0] if rng.random() < 0.7 else numbers[1]
            way = rng.random()
            if way < 0.06:
                # Redialled at once: the first attempt failed, the second did not. At most the first is not noted: with
                # more than that nobody could tell which of the two a note is of.
                first = self._call(agency, case, number, at, answered=False, whole=True)
                self._not_noted(first)
                gap = timedelta(seconds=rng.randint(75, 200))
                self._call(agency, case, number, at + gap, answered=True, whole=True)
            elif way < 0.08 and agency.place == 4:
                self._twice_in_a_minute(agency, case, number, at)
            elif way < 0.10:
                self._fabricated(agency, case, number, at)
            else:
                self._call(agency, case, number, at, answered=rng.random() < 0.55)

    def _moments(self, count: int) -> list[datetime]:
        found: list[datetime] = []
        while len(found) < count:
            day = timedelta(days=self.rng.randrange(DAYS), seconds=self.rng.randrange(DAY_SECONDS))
            at = FIRST + day
            if all(abs(at - other) > APART for other in found):
                found.append(at)
        return found

    def _call(
        self, agency: Agency, case: str, number: str, at: datetime, *, answered: bool, whole: bool = False
    ) -> Call:
        rng = self.rng
        talk = rng.randint(15, 400) if answered else 0
        call = Call(
            self.next_id("T"),
            agency,
            case,
            number,
            at,
            talk,
            rng.choice(ANSWERED) if answered else rng.choice(UNANSWERED),
            f"S{agency.place}{rng.randint(1, 8):02d}",
            f"0571-8{agency.place}00{rng.randint(1, 8):04d}",
            answered and rng.random() < 0.06,
        )
        call.note_id, call.said_talk, call.said_outcome = self.next_id("N"), talk, call.outcome
        call.length = max(1, talk + rng.randint(-1, 2))
        call.file = f"rec/{at:%Y/%m/%d}/{call.id if agency.recorded == 'name' else self.next_id('r')}.wav"
        call.recorded = answered
        self.calls.append(call)
        if not whole:
            self._go_wrong(call)
        return call

    def _twice_in_a_minute(self, agency: Agency, case: str, number: str, at: datetime) -> None:
        """Call twice in one minute and note it once, with no seconds: nobody can tell which call was noted."""
        at = at.replace(second=12)
        first = self._call(agency, case, number, at, answered=False, whole=True)
        second = self._call(agency, case, number, at + timedelta(seconds=28), answered=False, whole=True)
        for call in (first, second):
            call.outcome = call.said_outcome = "无人接听"
            call.wrong = "ambiguous-match"
        # One collector made both: otherwise the name on the note would tell.
        second.collector, second.noted = first.collector, False
        self.ledgers.plant("ambiguous-match", first.id, second.id, first.note_id)

    # --- what goes wrong ----------------------------------------------------------------------------------------

    def _go_wrong(self, call: Call) -> None:
        wrongs: Sequence[Callable[[Call], bool]] = (
            self._not_noted,
            self._other_outcome,
            self._other_talk,
            self._other_length,
            self._unrecorded,
            self._stranger,
            self._strange_number,
        )
        for wrong in wrongs:
            if call.wrong is None and wrong(call):
                return

    def _not_noted(self, call: Call) -> bool:
        answered = call.talk > 0
        if self.rng.random() >= (SHARE if answered else 0.3):
            return False
        call.noted, call.wrong = False, "call-not-noted" if answered else "unanswered-call-not-noted"
        self.ledgers.plant(call.wrong, call.id)
        return True

    def _other_outcome(self, call: Call) -> bool:
        if not self.rarely():
            return False
        call.wrong = "outcome-differs-from-note"
        if call.talk:
            call.said_outcome, call.said_talk = self.rng.choice(UNANSWERED), 0
        else:
            call.said_outcome, call.said_talk = self.rng.choice(ANSWERED), self.rng.randint(30, 300)
        self.ledgers.plant(call.wrong, call.id, call.note_id)
        return True

    def _other_talk(self, call: Call) -> bool:
        if not call.talk or call.agency.talk == "none" or not self.rarely():
            return False
        call.wrong, call.said_talk = "talk-differs-from-note", call.talk + self.rng.randint(130, 400)
        self.ledgers.plant(call.wrong, call.id, call.note_id)
        return True

    def _other_length(self, call: Call) -> bool:
        if not call.talk or not self.rarely():
            return False
        call.wrong, call.length = "talk-differs-from-recording", call.talk + self.rng.randint(10, 200)
        self.ledgers.plant(call.wrong, call.id)
        return True

    def _unrecorded(self, call: Call) -> bool:
        if not call.talk or not self.rarely():
            return False
        call.wrong, call.recorded = "call-without-recording", False
        self.ledgers.plant(call.wrong, call.id)
        return True

    def _stranger(self, call: Call) -> bool:
        if not self.rarely():
            return False
        call.wrong = "collector-not-on-list"
        other = call.agency.place % len(self.agencies) + 1
        call.collector = self.rng.choice((f"S{call.agency.place}99", f"S{other}01", "X777"))
        self.ledgers.plant(call.wrong, call.id, call.note_id)
        return True

    def _strange_number(self, call: Call) -> bool:
        if not self.rarely():
            return False
        call.wrong = "number-not-on-list"
        other = call.agency.place % len(self.agencies) + 1
        call.own = self.rng.choice((f"0571-8{call.agency.place}009999", f"0571-8{other}000001", "17012345678"))
        self.ledgers.plant(call.wrong, call.id, call.note_id)
        return True

    def _fabricated(self, agency: Agency, case: str, number: str, at: datetime) -> None:
        """Note a call that was never made, record one that nobody made, or note one of nobody."""
        way, note_id = self.rng.random(), self.next_id("N")
        call = Call(note_id, agency, case, number, at, 60, "本人接听", f"S{agency.place}02", "", inbound=False)
        call.note_id, call.said_talk, call.said_outcome = note_id, 60, "本人接听"
        if way < 0.5:
            self.ledgers.plant("note-without-call", note_id)
            self._note(call)
        elif way < 0.7:
            self.ledgers.plant("not-comparable", note_id)
            self._note(call, nobody=True)
        else:
            call.file, call.length, call.id = f"rec/{at:%Y/%m/%d}/{self.next_id('r')}.wav", 60, self.next_id("U")
            self.ledgers.plant("recording-without-call", call.file)
            self._recording(call)

    # --- the ledgers --------------------------------------------------------------------------------------------

    def write(self) -> Ledgers:
        """Keep the ledgers of the month."""
        self._share_recordings()
        for call in self.calls:
            self._record(call)
            if call.noted:
                self._note(call)
            if call.recorded and call.agency:
                self._recording(call)
        for agency in self.agencies:
            if abs(agency.skew) > 60:
                self.ledgers.plant("clock-skew", agency.name)
            for _ in range(len(self.ledgers.notes[agency.name]) // 20):
                # A text message: no telephone record could show it.
                case = self.rng.choice(self.calls)
                self._note(case, channel="短信", note_id=self.next_id("N"))
        for rows in (*self.ledgers.notes.values(), self.ledgers.calls, self.ledgers.recordings):
            self.rng.shuffle(rows)
        return self.ledgers

    def _share_recordings(self) -> None:
        """Give some calls the recording of another one in place of their own."""
        for agency in self.agencies[:2]:
            whole = [call for call in self.calls if call.agency is agency and call.talk and call.wrong is None]
            self.rng.shuffle(whole)
            count = max(1, round(len(whole) * SHARE))
            for first, second in zip(whole[:count], whole[count : 2 * count], strict=False):
                second.file, second.length = first.file, first.length
                first.wrong = second.wrong = "recording-used-twice"
                # Where the call names its recording, the one file is enough; else a row says that it is of this call.
                second.recorded = agency.recorded != "reference"
                self.ledgers.plant("recording-used-twice", first.id, second.id)

    def _record(self, call: Call) -> None:
        row = {
            "话单编号": call.id,
            "案件编号": call.case if call.agency.masked else "",
            "委外机构": call.agency.name,
            "坐席工号": call.collector,
            "呼叫方向": "呼入" if call.inbound else "呼出",
            "主叫号码": call.number if call.inbound else call.own,
            "被叫号码": call.own if call.inbound else call.number,
            "呼叫时间": f"{call.at:%Y-%m-%d %H:%M:%S}",
            "通话时长(秒)": str(call.talk),
            "通话结果": "已接通" if call.talk else call.outcome,
            "录音文件": call.file if call.agency.recorded == "reference" and call.talk else "",
        }
        self.ledgers.calls.append(row)
        if self.rng.random() < 0.05:
            leg = row | {"话单编号": call.id + "b", "录音文件": "", "通话时长(秒)": str(max(0, call.talk - 1))}
            later = call.at + timedelta(seconds=self.rng.randint(0, 1))
            self.ledgers.calls.append(leg | {"呼叫时间": f"{later:%Y-%m-%d %H:%M:%S}"})
        if self.rng.random() < 0.01:
            self.ledgers.calls.append(dict(row))

    def _note(self, call: Call, *, channel: str = "电催", note_id: str = "", nobody: bool = False) -> None:
        agency = call.agency
        at = call.at + timedelta(seconds=agency.skew + self.rng.randint(0, 3))
        number = call.number[:3] + "****" + call.number[-4:] if agency.masked else call.number
        talk = {
            "seconds": ("通话时长", str(call.said_talk)),
            "words": ("通话时长", f"{call.said_talk // 60}分{call.said_talk % 60}秒"),
            "minutes": ("通话时长(分钟)", str(-(-call.said_talk // 60))),
            "none": ("备注", "已记录"),
        }[agency.talk]
        self.ledgers.notes[agency.name].append(
            {
                "催记流水号": note_id or call.note_id,
                "案件编号": "" if nobody else call.case,
                "委外机构": agency.name,
                "催收员工号": call.collector,
                "电话号码": "" if nobody else number,
                "催收方式": channel,
                "催收时间": f"{at:%Y/%m/%d %H:%M}" if agency.minutes else f"{at:%Y-%m-%d %H:%M:%S}",
                talk[0]: talk[1],
                "催收结果": "已发送" if channel == "短信" else call.said_outcome,
            }
        )

    def _recording(self, call: Call) -> None:
        by_time = call.agency.recorded == "time"
        self.ledgers.recordings.append(
            {
                "录音文件": call.file,
                "录音时长(秒)": str(call.length),
                "通话ID": call.id if call.agency.recorded == "id" else "",
                "号码": call.number if by_time else "",
                "开始时间": f"{call.at + timedelta(seconds=self.rng.randint(0, 9)):%Y-%m-%d %H:%M:%S}"
                if by_time
                else "",
                "机构": call.agency.name if by_time else "",
            }
        )


def write_ledgers(seed: int, contacts: int, out: Path) -> Counter[str]:
    """Write the ledgers of a month with about this many calls, and return what was planted, counted."""
    month = Month(seed, contacts)
    ledgers = month.write()
    for agency in month.agencies:
        _write(out / f"notes-{agency.place}.csv", ledgers.notes[agency.name])
    for name in ("calls", "recordings", "collectors", "numbers"):
        _write(out / f"{name}.csv", getattr(ledgers, name))
    with (out / "planted.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(item, ensure_ascii=False) + "\n" for item in ledgers.planted)
    counts = Counter(dict.fromkeys(KINDS, 0)) + Counter(item["kind"] for item in ledgers.planted)
    counts.update({"contacts": len(ledgers.calls), "notes": sum(map(len, ledgers.notes.values()))})
    return counts


def _write(path: Path, rows: Iterable[Row]) -> None:
    rows = list(rows)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
