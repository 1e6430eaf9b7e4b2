"""What came of a contact, what was said, and who was claimed to act: lines 10, 11 and 19-22."""

import polars as pl
from polars import Expr, col, lit, when

from handwritten.common import (
    CALLS,
    LAWYERS,
    NULL,
    OTHERS,
    PERSONS,
    SIGNALS,
    SUPPLIED,
    VISITS,
    among,
    folded,
)


def outcomes(log: pl.DataFrame) -> pl.DataFrame:
    """What came of it (lines 10 and 11)."""
    call, visit = among("channel", CALLS), among("channel", VISITS)
    lost = col("outcome.network").is_not_null() & (col("outcome.network") != "connected")
    machine = (col("outcome.answered_by") == "machine").fill_null(value=False)
    party = (
        when(call & (lost | machine | (col("outcome.party").is_null() & (col("outcome.answered_by") == "nobody"))))
        .then(lit("nobody"))
        .otherwise("outcome.party")
    )
    answered = (
        when(col("outcome.answered_by").is_not_null())
        .then("outcome.answered_by")
        .when(call & lost)
        .then(lit("nobody"))
        .when(among("outcome.party", PERSONS))
        .then(lit("human"))
    )
    with_party = log.with_columns(party=party, answered=answered)
    said = (col("content").is_not_null() & (col("content") != "")) | among("party", PERSONS).fill_null(value=False)
    conveyed = (
        when(~(call | visit))
        .then(~among("outcome.network", ("undelivered", "blocked")).fill_null(value=False))
        .when(machine)
        .then("outcome.message_left")
        .when(said)
        .then(lit(value=True))
        .when((col("party") == "nobody") | lost)
        .then(lit(value=False))
    )
    other = among("outcome.party", OTHERS)
    read = col("third") | other.fill_null(value=False)
    written = when(col("direction") == "inbound").then(when(col("outcome.party").is_null()).then(read).otherwise(other))
    heard = when(machine | (col("party") == "nobody")).then("third").otherwise(among("party", OTHERS))
    heard = when(col("group")).then(heard | col("third")).otherwise(heard)
    reached = when(call | visit).then(heard).when(col("direction") == "inbound").then(written).otherwise(read)
    return with_party.with_columns(conveyed=conveyed).with_columns(reached=col("conveyed") & reached)


def signals(log: pl.DataFrame) -> pl.DataFrame:
    """What was said, as given or as nothing (line 22)."""
    kind = pl.Struct(dict.fromkeys(SIGNALS, pl.Boolean))
    told = log.select("signals").unique().with_columns(s=col("signals").str.json_decode(kind)).unnest("s")
    joined = log.join(told, on="signals", how="left", nulls_equal=True, maintain_order="left")
    silent = col("content") == ""
    nothing = [
        when(col(name).is_null() & silent).then(lit(value=False)).otherwise(name).alias(name)
        for name in SIGNALS
        if name not in SUPPLIED
    ]
    return joined.with_columns(lawyer_given=col("claims_lawyer")).with_columns(nothing)


def firms(log: pl.DataFrame, registry: pl.DataFrame) -> pl.DataFrame:
    """Firms and agencies against the registry (lines 19-21): once for each claim and date."""
    names = folded(
        pl.concat([registry["name"], registry["aliases"].drop_nulls().str.split("|").explode(), log["agency"]])
    )
    entries = (
        registry.with_columns(name=pl.concat_list(pl.concat_list("name"), col("aliases").fill_null("").str.split("|")))
        .explode("name")
        .join(names, on="name")
        .select("category", "key", first=col("valid_from").str.to_date(), last=col("valid_to").str.to_date())
    )

    def listed(claims: pl.DataFrame, category: str) -> pl.DataFrame:
        rows = claims.join(entries.filter(col("category") == category), on="key")
        return (
            rows.filter(
                (col("first").is_null() | (col("first") <= col("day")))
                & (col("last").is_null() | (col("day") <= col("last")))
            )
            .unique(["key", "day"])
            .select("key", "day", lit(value=True).alias(category))
        )

    agencies = log.select(name="agency", day="day").unique().join(names, on="name")
    agencies = agencies.join(
        listed(agencies.unique(["key", "day"]), "collection_agency"), on=["key", "day"], how="left"
    )
    agencies = agencies.select(agency="name", day="day", agency_listed=col("collection_agency").fill_null(value=False))
    claims = (
        log.select("claims.law_firm", "claims.law_firms", "day").unique().with_columns(claim=pl.int_range(pl.len()))
    )
    several = col("claims.law_firms").str.json_decode(pl.List(pl.String))
    one = pl.concat_list(col("claims.law_firm"), several.fill_null(pl.lit([], pl.List(pl.String))))
    each = claims.select("claim", "day", name=one).explode("name").filter(col("name").str.strip_chars() != "")
    each = each.join(folded(each["name"]), on="name")
    distinct = each.unique(["key", "day"])
    for category in ("law_firm", "official_directory"):
        each = each.join(listed(distinct, category), on=["key", "day"], how="left", maintain_order="left")
    by_claim = each.group_by("claim").agg(
        named=lit(value=True),
        firm_keys=col("key").unique().sort(),
        in_list=col("law_firm").fill_null(value=False).all(),
        in_directory=col("official_directory").fill_null(value=False).all(),
    )
    claims = claims.join(by_claim, on="claim", how="left", maintain_order="left").drop("claim")
    joined = log.join(agencies, on=["agency", "day"], how="left", maintain_order="left").join(
        claims, on=["claims.law_firm", "claims.law_firms", "day"], how="left", nulls_equal=True, maintain_order="left"
    )
    named = col("named").fill_null(value=False)
    filled = col("claims.law_firm").is_not_null() | col("claims.law_firms").is_not_null()
    sure = (~col("lawyer_given")).fill_null(value=False) | (col("content") == "").fill_null(value=False)
    open_ = (
        when(sure)
        .then(lit(value=False))
        .when(col("content").is_null())
        .then(~filled & (col("conveyed").is_null() | col("conveyed")))
        .otherwise(lit(value=True))
    )
    joined = joined.with_columns(open=open_, named=named)
    titled = among("claims.title", LAWYERS).fill_null(value=False)
    unsaid = col("claims_lawyer").is_null() & col("content").is_null() & ~col("conveyed").fill_null(value=True)
    return joined.with_columns(
        claimed=when("named").then(lit(value=True)).when("open").then(NULL).otherwise(lit(value=False)),
        all_listed=all_of_claim("in_list"),
        all_in_directory=all_of_claim("in_directory"),
        lawyer=when(titled).then(lit(value=True)).when(unsaid).then(lit(value=False)).otherwise("claims_lawyer"),
    )


def all_of_claim(name: str) -> Expr:
    found = col(name).fill_null(value=True)
    return when(~found).then(lit(value=False)).when("open").then(NULL).otherwise(lit(value=True))


def disagreeing(log: pl.DataFrame) -> pl.DataFrame:
    """One contact, or a visit and the letter it left, that name two firms (line 21)."""
    few = log.filter(among("channel", ("visit", "letter"))).select(
        "row",
        "case_id",
        "today",
        "channel",
        "collector.id",
        "collector.name",
        "agency",
        "firm_keys",
        "open",
        "known",
        "started_at",
    )
    pairs = few.join(few, on=["case_id", "today"], suffix="_2").filter(
        (col("row_2") < col("row")) & (col("known_2") <= col("started_at")) & (col("channel") != col("channel_2"))
    )
    hand = (
        when(col("collector.id").is_not_null() & col("collector.id_2").is_not_null())
        .then(col("collector.id") == col("collector.id_2"))
        .otherwise(col("collector.name") == col("collector.name_2"))
    )
    pairs = pairs.with_columns(related=hand | (col("agency") == col("agency_2"))).filter(
        col("related").is_null() | col("related")
    )
    none = pl.lit([], pl.List(pl.String))
    beside = pairs.group_by("row").agg(
        surely=col("firm_keys_2")
        .filter(col("related").fill_null(value=False))
        .fill_null(none)
        .list.explode(keep_nulls=False, empty_as_null=False),
        maybe=col("firm_keys_2")
        .filter(col("related").is_null())
        .fill_null(none)
        .list.explode(keep_nulls=False, empty_as_null=False),
        unsure=col("open_2").any(),
    )
    joined = log.join(beside, on="row", how="left", maintain_order="left")
    sure = pl.concat_list(col("firm_keys").fill_null(none), col("surely").fill_null(none)).list.n_unique()
    every = pl.concat_list(
        col("firm_keys").fill_null(none), col("surely").fill_null(none), col("maybe").fill_null(none)
    ).list.n_unique()
    unknown = col("open") | col("unsure").fill_null(value=False) | (every > 1)
    return joined.with_columns(disagree=when(sure > 1).then(lit(value=True)).when(~unknown).then(lit(value=False)))
