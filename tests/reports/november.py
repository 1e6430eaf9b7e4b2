"""A small log with something to say in every section of a report, and the report of it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from collection_guard.audit.report import Report
from collection_guard.audit.run import Basis, run_audit
from collection_guard.audit.taken import (
    Assumption,
    Contact,
    FileReading,
    Finding,
    Intake,
    Position,
    Rejected,
    SetAside,
    SheetReading,
    UnmappedValue,
)
from collection_guard.facts.world import Settings
from collection_guard.language.packs import Pack, load_packs
from collection_guard.model.event import Event
from collection_guard.model.registry import RegistryData, RegistryEntry

HERE = Path(__file__).parent
FILE = "logs/november.xlsx"
SHEET = "联系记录"
CLAIMED = "博源(北京)律师事务所"
LISTED = "北京博源律师事务所"
REGISTRY = RegistryData(
    rows=(
        RegistryEntry(name=LISTED, category="law_firm"),
        RegistryEntry(name="澜川启衡信用管理有限公司", category="collection_agency"),
    ),
    digest="c0ffee" * 10,
)
SETTINGS = Settings(timezone="Asia/Shanghai")


def event(event_id: str, started_at: str, **fields: Any) -> Event:
    """Return a contact of a case, outbound by telephone unless told otherwise."""
    plain = {"case_id": "C-1", "channel": "call", "direction": "outbound", "agency": "澜川启衡信用管理有限公司"}
    return Event.model_validate({**plain, "event_id": event_id, "started_at": started_at, **fields})


def events() -> list[Event]:
    """Return contacts with one violation of each rule of the small pack, and one that cannot be judged."""
    return [
        event(
            "E-1",
            "2025-11-04T10:00:00+08:00",
            recipient={"name": "高小明", "number": "13812345678", "relationship": "self"},
            outcome={"network": "connected", "answered_by": "human", "party": "borrower"},
            content="",
        ),
        event(
            "E-2",
            "2025-11-04T11:00:00+08:00",
            collector={"id": "A017", "name": "欧阳建国", "kind": "human"},
            recipient={
                "name": "王桂花",
                "number": "13987654321",
                "relationship": "parent",
                "roles": ["emergency_contact"],
            },
            outcome={"network": "connected", "answered_by": "human", "party": "third_party"},
            content="您儿子欠款三万元，请您代为偿还。",
            signals={"debt_disclosure": True, "third_party_pressure": True, "claims_lawyer": False},
        ),
        event(
            "E-3",
            "2025-11-05T21:30:00+08:00",
            recipient={"number": "13812345678", "relationship": "self"},
            outcome={"network": "no_answer"},
        ),
        event(
            "E-4",
            "2025-11-06T09:00:00+08:00",
            channel="visit",
            agency="岚浦迅捷资产服务有限公司",
            recipient={"relationship": "self"},
            claims={"law_firm": CLAIMED, "title": "律师"},
            content="",
        ),
        event("E-5", "2025-11-07T09:00:00+08:00", agency=None, outcome={"network": "connected"}),
    ]


def intake(
    items: Sequence[Event] | None = None,
    *,
    rejected: Iterable[Rejected] = (),
    set_aside: Iterable[SetAside] = (),
    **rest: Any,
) -> Intake:
    """Return contacts as an intake, each in a row of the file."""
    contacts = tuple(
        Contact(item, Position(FILE, SHEET, row)) for row, item in enumerate(events() if items is None else items, 5)
    )
    rejected, set_aside = tuple(rejected), tuple(set_aside)
    return Intake(contacts, rejected, set_aside, len(contacts) + len(rejected) + len(set_aside), **rest)


def whole_intake() -> Intake:
    """Return the contacts among rows of every other kind."""
    return intake(
        rejected=[
            Rejected(Position(FILE, SHEET, 20), "time_unreadable", "联系时间", "started_at", "2025-11-31 10:00:00"),
            Rejected(Position(FILE, SHEET, 21), "time_unreadable", "联系时间", "started_at", "13812345678"),
        ],
        set_aside=[
            SetAside(Position(FILE, SHEET, 1), "title"),
            SetAside(Position(FILE, SHEET, 22), "total"),
            SetAside(Position(FILE, SHEET, 23), "total"),
        ],
        unmapped=(UnmappedValue("recipient.relationship", "阿姨", 3, ("亲属", "父母")),),
        findings=(Finding("ID_PRECISION_LOST", Position(FILE, SHEET, 9), "客户号", 4),),
        files=(
            FileReading(
                FILE,
                "feed" * 16,
                None,
                encoding_confirmed=True,
                zone="Asia/Shanghai",
                sheets=(
                    SheetReading(
                        SHEET,
                        (4,),
                        {"联系时间": "started_at"},
                        ("内部编码",),
                        assumptions=(
                            Assumption(
                                "implied_by_header", {"path": "direction", "word": "outbound", "headers": "被叫号码"}
                            ),
                        ),
                    ),
                ),
                rows=10,
            ),
        ),
    )


@cache
def packs(name: str) -> list[Pack]:
    """Return the small pack, or one that comes along."""
    return load_packs([HERE / "pack"] if name == "small" else [name])


def audit(taken: Intake, pack: str = "small", settings: Settings = SETTINGS) -> Report:
    """Return the report of an intake."""
    return run_audit(taken, Basis(packs(pack), settings=settings, registry=REGISTRY, engine="reference"))


def whole_report() -> Report:
    """Return the report on everything, its digests replaced by plain ones."""
    report = audit(whole_intake())
    report.packs = [replace(pack, digest="abcd" * 16) for pack in report.packs]
    report.verdict_digest = "1234" * 16
    return report
