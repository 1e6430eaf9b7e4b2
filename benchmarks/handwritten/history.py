"""What came before, and the clocks: lines 13-18, 23 and 26."""

import polars as pl
from polars import Expr, col, lit, when

from handwritten.common import (
    CALLS,
    FAILED,
    NULL,
    SOCIAL,
    VISITS,
    WINDOW,
    among,
    any_of_group,
    legal,
    local,
    minute,
    number,
)


def unreachable(log: pl.DataFrame) -> pl.DataFrame:
    """Whether the borrower was unreachable (lines 13-15), where a third party was contacted."""
    dialled = (col("direction") == "outbound") & among("channel", ("call", "voice_notice")) & col("own")
    network = col("outcome.network")
    beyond = network.is_null() | ~network.is_in(["congestion", "blocked"])
    by_another = among("party", ("third_party", "wrong_party", "authorised_party"))
    failed = dialled & (network.is_in(FAILED) | (beyond & ((col("answered") == "machine") | by_another)))
    in_person = among("channel", (*CALLS, *VISITS)) & (col("party") == "borrower")
    wrote = (col("direction") == "inbound") & when(col("party").is_null()).then("own").otherwise(
        col("party") == "borrower"
    )
    replied = (
        (col("direction") == "outbound")
        & col("debtor")
        & (col("outcome.disposition") == "replied").fill_null(value=False)
    )
    reached = in_person | (~among("channel", (*CALLS, *VISITS)) & (wrote | replied))
    marks = (
        log.lazy()
        .select("row", "case_id", "started_at", "known", failed=failed, reached=reached)
        .filter((col("failed").is_null() | col("failed")) | (col("reached").is_null() | col("reached")))
        .collect()
    )
    asked = log.lazy().filter(
        (col("direction").is_null() | (col("direction") == "outbound")) & (col("third").is_null() | col("third"))
    )
    pairs = (
        asked.select("row", "case_id", "started_at", "zone")
        .join(marks.lazy(), on="case_id", suffix="_2")
        .filter((col("row_2") < col("row")) & (col("known") <= col("started_at")))
        .filter(col("started_at_2") >= col("started_at") - WINDOW)
        .collect()
    )
    sure_end = when(col("reached").fill_null(value=False)).then("row_2").max().over("row").fill_null(-1)
    possible_end = when(col("reached").fill_null(value=True)).then("row_2").max().over("row").fill_null(-1)
    pairs = pairs.with_columns(
        day=local(pairs, "started_at_2", "zone").dt.date(),
        sure=col("failed").fill_null(value=False) & (col("row_2") > possible_end),
        possible=col("failed").fill_null(value=True) & (col("row_2") > sure_end),
    )
    counts = pairs.group_by("row").agg(
        low=col("sure").sum(),
        high=col("possible").sum(),
        low_days=col("day").filter("sure").n_unique(),
        high_days=col("day").filter("possible").n_unique(),
    )
    joined = log.join(counts, on="row", how="left", maintain_order="left")

    def at_least(low: str, high: str, least: int) -> Expr:
        surely, maybe = col(low).fill_null(0) >= least, col(high).fill_null(0) >= least
        return when(surely).then(lit(value=True)).when(maybe).then(NULL).otherwise(lit(value=False))

    return joined.with_columns(unreachable=at_least("low", "high", 3) & at_least("low_days", "high_days", 2))


def contacted_today(log: pl.DataFrame) -> pl.DataFrame:
    """How often the borrower was contacted before on the same local day (line 26)."""
    counted = (col("direction") == "outbound") & col("debtor")
    marks = log.select(
        "row", "borrower", "today", "started_at", "known", counted=counted, social=counted & among("channel", SOCIAL)
    ).filter(col("counted").is_null() | col("counted"))
    pairs = (
        marks.lazy()
        .filter(pl.len().over("borrower", "today") > 1)
        .join(marks.lazy(), on=["borrower", "today"], suffix="_2")
        .filter((col("row_2") < col("row")) & (col("known_2") <= col("started_at")))
        .group_by("row")
        .agg(
            today_low=col("counted_2").fill_null(value=False).sum(),
            today_high=col("counted_2").fill_null(value=True).sum(),
            social_low=col("social_2").fill_null(value=False).sum(),
            social_high=col("social_2").fill_null(value=True).sum(),
        )
        .collect()
    )
    counts = [col(name).fill_null(0) for name in pairs.columns if name != "row"]
    return log.join(pairs, on="row", how="left", maintain_order="left").with_columns(counts)


def at_limit(kind: str, limit: int) -> Expr:
    low, high = col(f"{kind}_low"), col(f"{kind}_high")
    return when(low >= limit).then(lit(value=True)).when(high >= limit).then(NULL).otherwise(lit(value=False))


def instructed(log: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """Numbers reported wrong, requests to cease (line 23): by the profile, and by earlier contacts."""
    told = (
        cases.select("case_id", "instructions")
        .explode("instructions")
        .drop_nulls("instructions")
        .unnest("instructions")
        .select(
            "case_id",
            "kind",
            i_channel="channel",
            i_key=number(col("number")),
            at=col("at").str.to_datetime("%+", time_unit="us", time_zone="UTC"),
            expires=col("expires").str.to_datetime("%+", time_unit="us", time_zone="UTC"),
        )
    )
    by_profile = (
        log.lazy()
        .select("row", "case_id", "key", "debtor", "unnumbered", "started_at", "channel")
        .join(told.lazy(), on="case_id")
        .filter(
            (col("at").is_null() | (col("at") <= col("started_at")))
            & (col("expires").is_null() | (col("started_at") < col("expires")))
        )
        .with_columns(to_number=when("unnumbered").then(lit(value=False)).otherwise(col("key") == col("i_key")))
        .select(
            "row",
            wrong=among("kind", ("wrong_number", "recycled_number")) & col("to_number"),
            cease=(col("kind") == "cease")
            & (col("i_channel").is_null() | (col("i_channel") == col("channel")))
            & when(col("i_key").is_null()).then("debtor").otherwise("to_number"),
        )
    )
    person = ["row", "case_id", "key", "recipient.name", "debtor", "started_at", "known", "unnumbered"]
    signs = log.lazy().filter(col("outcome.state_change").is_not_null()).select(*person, "outcome.state_change")
    same = (
        when(col("key").is_not_null() & col("key_2").is_not_null())
        .then(col("key") == col("key_2"))
        .otherwise(col("recipient.name") == col("recipient.name_2"))
    )
    one = (
        when(col("debtor") != col("debtor_2"))
        .then(lit(value=False))
        .otherwise((col("debtor") & col("debtor_2")) | same)
    )
    by_log = (
        log.lazy()
        .select(person)
        .join(signs, on="case_id", suffix="_2")
        .filter((col("row_2") < col("row")) & (col("known_2") <= col("started_at")))
        .select(
            "row",
            wrong=among("outcome.state_change", ("wrong_number", "recycled_number"))
            & when("unnumbered").then(lit(value=False)).otherwise(col("key") == col("key_2")),
            cease=(col("outcome.state_change") == "cease") & one,
        )
    )
    found = (
        pl.concat([by_profile, by_log])
        .group_by("row")
        .agg(wrong=any_of_group(col("wrong")), cease=any_of_group(col("cease")), any_found=lit(value=True))
        .collect()
    )
    silent = cases.select("case_id", silent=when(col("instructions").is_not_null()).then(lit(value=False)))
    joined = log.join(found, on="row", how="left", maintain_order="left").join(
        silent, on="case_id", how="left", maintain_order="left"
    )
    nothing = col("any_found").is_null()
    return joined.with_columns(
        when(nothing).then("silent").otherwise(col(name) | col("silent")).alias(name) for name in ("wrong", "cease")
    )


def in_window(log: pl.DataFrame, cases: pl.DataFrame, configured: str) -> pl.DataFrame:
    """Contacts in a window that the borrower elected (line 18)."""
    windows = (
        cases.select("case_id", "quiet_windows")
        .explode("quiet_windows")
        .drop_nulls("quiet_windows")
        .unnest("quiet_windows")
        .select(
            "case_id",
            "weekdays",
            start=minute(col("start")).fill_null(0),
            end=minute(col("end")).fill_null(24 * 60),
            first=col("from").str.to_datetime("%+", time_unit="us", time_zone="UTC"),
            last=col("to").str.to_datetime("%+", time_unit="us", time_zone="UTC"),
        )
    )
    zone = legal(pl.coalesce("recipient.timezone", "zone_of_case", lit(configured)))
    pairs = (
        log.filter((col("direction") == "outbound") & (col("debtor").is_null() | col("debtor")))
        .select("row", "case_id", "started_at", w_zone=zone)
        .join(windows, on="case_id")
        .filter(
            (col("first").is_null() | (col("first") <= col("started_at")))
            & (col("last").is_null() | (col("started_at") < col("last")))
        )
    )
    pairs = pairs.with_columns(shown=local(pairs, "started_at", "w_zone")).with_columns(
        clock=(col("shown") - col("shown").dt.truncate("1d")).dt.total_microseconds() / 60_000_000,
        today=col("shown").dt.weekday(),
    )
    names = dict(enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")))

    def on(day: Expr) -> Expr:
        return col("weekdays").is_null() | col("weekdays").list.contains(
            day.replace_strict(names, return_dtype=pl.String)
        )

    now, before = on(col("today")), on(col("today") - 1)
    within = now & (col("start") <= col("clock")) & (col("clock") < col("end"))
    across = (now & (col("clock") >= col("start"))) | (before & (col("clock") < col("end")))
    covered = when(col("start") < col("end")).then(within).otherwise(across)
    hit = pairs.with_columns(hit=covered).group_by("row").agg(in_window=col("hit").any())
    silent = cases.select("case_id", no_windows=when(col("quiet_windows").is_not_null()).then(lit(value=False)))
    joined = log.join(hit, on="row", how="left", maintain_order="left").join(
        silent, on="case_id", how="left", maintain_order="left"
    )
    return joined.with_columns(in_window=pl.coalesce("in_window", "no_windows"))


def hours(log: pl.DataFrame) -> pl.DataFrame:
    """Whether a contact began within hours in every zone, and ended after them in some (line 17)."""
    single = log.filter(col("zones").list.len() == 1).select("row", zone_1=legal(col("zones").list.first()))
    many = log.filter(col("zones").list.len() > 1).select("row", "zones").explode("zones")
    many = many.select("row", zone_1=legal(col("zones"))).unique()
    lasted = pl.duration(microseconds=(col("talk_seconds") * 1e6).round())
    call = among("channel", CALLS)
    lost = call & col("outcome.network").is_not_null() & (col("outcome.network") != "connected")
    ended = when(col("ended_at") >= col("started_at")).then("ended_at")
    talked = when(col("talk_seconds").is_not_null()).then(col("started_at") + lasted).when(lost).then("started_at")
    rang = talked + when(call).then(pl.duration(minutes=2)).otherwise(pl.duration(minutes=0))
    times = log.select("row", "started_at", end_low=pl.coalesce(ended, talked), end_high=pl.coalesce(ended, rang))
    if many.height:
        times = times.join(pl.concat([single, many]), on="row", how="left")
    else:
        times = times.join(single, on="row", how="left", maintain_order="left")
    shown = {name: local(times, name, "zone_1") for name in ("started_at", "end_low", "end_high")}
    times = times.with_columns(**shown)
    midnight = col("started_at").dt.truncate("1d")
    late = pl.duration(hours=21)
    inside = (col("started_at") - midnight >= pl.duration(hours=8)) & (col("started_at") - midnight < late)
    low = pl.min_horizontal("end_low", "end_high") - midnight > late
    high = pl.max_horizontal("end_low", "end_high") - midnight > late
    runs = (
        when(col("end_low").is_null())
        .then(NULL)
        .when(low)
        .then(lit(value=True))
        .when(high)
        .then(NULL)
        .otherwise(lit(value=False))
    )
    found = times.select("row", inside=inside, runs=runs)
    if many.height:
        found = found.group_by("row").agg(inside=~any_of_group(~col("inside")), runs=any_of_group(col("runs")))
    return log.join(found, on="row", how="left", maintain_order="left")
