"""Who was addressed, and where: lines 6-9 and 16 of docs/semantics.md."""

import polars as pl
from polars import Expr, col, lit, when

from handwritten.common import DEBTOR, NULL, PERSON, THIRD, among, any_of_group, number


def recipients(log: pl.DataFrame, cases: pl.DataFrame, configured: str) -> pl.DataFrame:
    """Who was addressed (lines 6-9), and in which zones (line 16): a row for each contact and possible zone."""
    alone = log.filter(col("recipient.members").is_null() | (col("recipient.members") == "[]"))
    person = pl.Struct(
        {"name": pl.String, "number": pl.String, "timezone": pl.String, "relationship": pl.String}
        | {"roles": pl.List(pl.String)}
    )
    many = (
        log.filter(col("recipient.members").is_not_null() & (col("recipient.members") != "[]"))
        .select("row", "case_id", "today", col("recipient.timezone").alias("own_zone"), m="recipient.members")
        .with_columns(col("m").str.json_decode(pl.List(person)))
        .explode("m")
        .unnest("m")
        .with_columns(col("roles").list.join(",").alias("roles"), lit(value=True).alias("member"))
    )
    single = alone.select(
        "row",
        "case_id",
        "today",
        col("recipient.timezone").alias("own_zone"),
        *(col(f"recipient.{name}").alias(name) for name in PERSON),
        lit(value=False).alias("member"),
    ).with_columns(col("roles").str.strip_chars("[]"))
    people = pl.concat([single, many], how="diagonal").with_columns(
        key=number(col("number")), person=pl.int_range(pl.len())
    )
    return with_zones(classed(people, cases), configured)


def holds(first: str, last: str) -> Expr:
    return (col(first).is_null() | (col(first) <= col("today"))) & (col(last).is_null() | (col("today") <= col(last)))


def classed(people: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    own = (
        cases.select("case_id", "numbers")
        .explode("numbers")
        .drop_nulls("numbers")
        .unnest("numbers")
        .select(
            "case_id",
            key=number(col("number")),
            first=col("valid_from").str.to_date(),
            last=col("valid_to").str.to_date(),
        )
    )
    listed = (
        people.lazy()
        .select("person", "case_id", "key", "today")
        .join(own.lazy(), on=["case_id", "key"])
        .group_by("person")
        .agg(now=holds("first", "last").any(), before=(col("last") < col("today")).fill_null(value=False).any())
        .collect()
    )
    contacts = (
        cases.select("case_id", "emergency_contacts")
        .explode("emergency_contacts")
        .drop_nulls("emergency_contacts")
        .unnest("emergency_contacts")
        .select(
            "case_id",
            c_name=col("name").str.replace_all(" ", ""),
            c_key=number(col("number")),
            c_zone="timezone",
            c_first=col("valid_from").str.to_date(),
            c_last=col("valid_to").str.to_date(),
        )
    )
    same = (
        when(col("key").is_not_null() & col("c_key").is_not_null())
        .then(col("key") == col("c_key"))
        .otherwise(col("name").str.replace_all(" ", "") == col("c_name"))
    )
    named = (
        people.lazy()
        .select("person", "case_id", "key", "name", "today")
        .join(contacts.lazy(), on="case_id")
        .filter(holds("c_first", "c_last"))
        .with_columns(same=same)
        .group_by("person")
        .agg(
            entry=any_of_group(col("same")),
            shared=(col("key") == col("c_key")).fill_null(value=False).any(),
            entry_zones=col("c_zone").filter(col("same").fill_null(value=False) & col("c_zone").is_not_null()),
        )
        .collect()
    )
    known = cases.select(
        "case_id",
        has_numbers=col("numbers").is_not_null(),
        no_numbers=col("numbers").list.len() == 0,
        has_contacts=col("emergency_contacts").is_not_null(),
        zone_of_case="timezone",
        profile=lit(value=True),
    )
    joined = (
        people.lazy()
        .join(known.lazy(), on="case_id", how="left", maintain_order="left")
        .join(listed.lazy(), on="person", how="left", maintain_order="left")
        .join(named.lazy(), on="person", how="left", maintain_order="left")
    )
    has = col("has_numbers").fill_null(value=False)
    readable = has & col("key").is_not_null()
    now, before = col("now").fill_null(value=False), col("before").fill_null(value=False)
    entry = (
        when(col("entry").is_null() & col("shared").is_not_null())
        .then(NULL)
        .otherwise(col("entry").fill_null(value=False))
    )
    roles = col("roles").fill_null("")
    kind = (
        when(readable & now & col("shared").fill_null(value=False))
        .then(lit("open"))
        .when(readable & now)
        .then(lit("debtor"))
        .when(readable & before)
        .then(lit("third"))
        .when(among("relationship", DEBTOR))
        .then(lit("debtor"))
        .when(among("relationship", THIRD))
        .then(lit("third"))
        .when(col("relationship").is_not_null())
        .then(lit("other"))
        .when(entry | (roles != ""))
        .then(lit("third"))
        .otherwise(lit("open"))
    )
    by_roles = when(col("roles").is_null()).then(NULL).otherwise(roles.str.contains("emergency_contact"))
    return (
        joined.with_columns(kind=kind)
        .with_columns(
            third=when(col("kind") == "open").then(NULL).otherwise(col("kind") == "third"),
            debtor=when(col("kind") == "open").then(NULL).otherwise(col("kind") == "debtor"),
            own=when(~has).then(NULL).when(col("no_numbers")).then(lit(value=False)).when(readable).then(now),
            listed=when(col("profile").is_null()).then(by_roles).when(col("has_contacts")).then(entry),
        )
        .collect()
    )


def with_zones(people: pl.DataFrame, configured: str) -> pl.DataFrame:
    fallback = lit(configured)
    zones = (
        when(col("own_zone").is_not_null())
        .then(pl.concat_list("own_zone"))
        .when(col("timezone").is_not_null())
        .then(pl.concat_list("timezone"))
        .when(col("debtor") & col("zone_of_case").is_not_null())
        .then(pl.concat_list("zone_of_case"))
        .when((~col("debtor")).fill_null(value=False) & (col("entry_zones").list.len().fill_null(0) > 0))
        .then(col("entry_zones"))
        .otherwise(pl.concat_list(fallback))
    )
    return people.with_columns(zones=zones)


def facts_of_rows(log: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """What is so of all that were addressed together, and the zones of all."""
    plain, members = people.filter(~col("member")), people.filter(col("member"))
    group = members.group_by("row").agg(
        third=any_of_group(col("third")),
        debtor=any_of_group(col("debtor")),
        own=any_of_group(col("own")),
        listed=~any_of_group(col("third") & ~col("listed")),
        zones=col("zones").list.explode(keep_nulls=False, empty_as_null=False),
        zone_of_case=col("zone_of_case").first(),
        profile=col("profile").first(),
    )
    columns = ["row", "third", "debtor", "own", "listed", "zones", "zone_of_case", "profile"]
    both = pl.concat([plain.select(columns), group.select(columns)])
    found = log.lazy().join(both.lazy(), on="row", how="left", maintain_order="left").collect()
    crowd = among("recipient.audience", ("group", "public"))
    blank = crowd & (col("recipient.members").is_null() | (col("recipient.members") == "[]"))
    return found.with_columns(
        third=when(blank).then(lit(value=True)).otherwise("third"),
        debtor=when(blank).then(col("recipient.relationship") == "self").otherwise("debtor"),
        listed=when(blank).then(NULL).otherwise("listed"),
        group=crowd.fill_null(value=False),
    )
