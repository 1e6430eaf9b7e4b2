"""Words, parameters and small expressions of the hand-written query."""

import json
from dataclasses import dataclass
from pathlib import Path

import opencc
import polars as pl
from polars import Expr, col, lit, when

URUMQI = ("Asia/Urumqi", "Asia/Kashgar", "Asia/Harbin", "Asia/Chongqing", "Asia/Chungking", "PRC")
SHANGHAI = "Asia/Shanghai"
CALLS = ("call", "voice_notice", "video")
VISITS = ("visit",)
CARRIED = ("visit", "letter", "social_post")
FAILED = ["no_answer", "busy", "rejected", "powered_off", "suspended", "unallocated", "out_of_coverage", "forwarded"]
PERSONS = ("borrower", "authorised_party", "third_party", "wrong_party")
OTHERS = ("third_party", "wrong_party")
SOCIAL = ("wechat", "enterprise_wechat", "qq", "whatsapp")
DEBTOR = ("self",)
THIRD = [
    "spouse",
    "ex_spouse",
    "parent",
    "child",
    "sibling",
    "relative",
    "friend",
    "colleague",
    "classmate",
    "teacher",
    "business_partner",
    "employer",
    "community_body",
    "neighbor",
    "new_subscriber",
    "stranger",
]
LAWYERS = [
    "律师",
    "执业律师",
    "专职律师",
    "兼职律师",
    "主办律师",
    "承办律师",
    "经办律师",
    "代理律师",
    "委托律师",
    "主任律师",
    "首席律师",
]
SIGNALS = [
    "debt_disclosure",
    "threat",
    "abuse",
    "impersonates_authority",
    "claims_lawyer",
    "public_shaming",
    "false_legal_claim",
    "third_party_pressure",
    "solicits_private_payment",
    "credit_repair_or_rate_scam",
    "pii_leak",
    "relay_only",
    "doorstep_obstruction",
    "distress",
]
SUPPLIED = ("doorstep_obstruction", "distress")
TEXT = pl.String


def entries(*names: str) -> pl.List:
    return pl.List(pl.Struct(dict.fromkeys(names, TEXT)))


CASES = {
    "case_id": TEXT,
    "borrower_id": TEXT,
    "timezone": TEXT,
    "numbers": entries("number", "valid_from", "valid_to"),
    "emergency_contacts": entries("name", "number", "timezone", "valid_from", "valid_to"),
    "quiet_windows": pl.List(
        pl.Struct({"start": TEXT, "end": TEXT, "weekdays": pl.List(TEXT), "from": TEXT, "to": TEXT}),
    ),
    "instructions": entries("kind", "number", "channel", "at", "expires"),
    "accessibility": pl.List(TEXT),
}
WINDOW = pl.duration(hours=168)
NULL = lit(None, pl.Boolean)
PERSON = ["name", "number", "timezone", "relationship", "roles"]


def among(name: str, words: object) -> Expr:
    return col(name).is_in(list(words))  # type: ignore[call-overload]  # any iterable of words


def any_of_group(condition: Expr) -> Expr:
    """Kleene's or, in an aggregation."""
    yes, unknown = condition.fill_null(value=False).any(), condition.is_null().any()
    return when(yes).then(lit(value=True)).when(unknown).then(NULL).otherwise(lit(value=False))


@dataclass(frozen=True)
class Given:
    """What is judged by beside the log."""

    cases: pl.DataFrame
    registry: pl.DataFrame
    timezone: str
    contacts_per_day: int
    social_messages_per_day: int


def given(folder: Path) -> Given:
    settings = json.loads((folder / "settings.json").read_text("utf-8"))
    cases = pl.read_ndjson(folder / "cases.jsonl", schema=CASES)
    registry = pl.read_csv(folder / "registry.csv", infer_schema=False)
    return Given(cases, registry, settings["timezone"], **settings["parameters"])


def folded(names: pl.Series) -> pl.DataFrame:
    """Firms' names as keys: without spaces, in one kind of bracket, simplified."""
    convert = opencc.OpenCC("t2s").convert
    distinct = names.drop_nulls().unique()
    plain = distinct.str.replace_all(r"\s", "").str.replace_all("（", "(").str.replace_all("）", ")")
    keys = [convert(name) for name in plain.to_list()]
    return pl.DataFrame({"name": distinct, "key": keys}, schema={"name": pl.String, "key": pl.String})


def legal(zone: Expr) -> Expr:
    return when(zone.is_in(list(URUMQI))).then(lit(SHANGHAI)).otherwise(zone)


def local(frame: pl.DataFrame, instant: str, zone: str) -> Expr:
    """What the clocks of each row's zone show at an instant."""
    zones = frame[zone].drop_nulls().unique().to_list()
    shown = [
        when(col(zone) == one).then(col(instant).dt.convert_time_zone(one).dt.replace_time_zone(None)) for one in zones
    ]
    return pl.coalesce(*shown) if shown else lit(None, pl.Datetime("us"))


def number(written: Expr) -> Expr:
    return written.str.replace_all(r"[\s\-]", "").str.replace(r"^(\+86|0086)", "")


def minute(clock: Expr) -> Expr:
    parts = clock.str.split(":")
    return parts.list.get(0).cast(pl.Int32) * 60 + parts.list.get(1).cast(pl.Int32)
