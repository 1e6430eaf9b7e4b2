"""A list is written, filled in by people, read back, and says how right the rules are."""

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from collection_guard.model.problems import LogError
from collection_guard.model.texts import LANGS, Lang
from collection_guard.reports.files import write_review_file
from collection_guard.reports.review_csv import render_review_csv
from collection_guard.reports.sample_text import render_draw, render_results
from collection_guard.sampling.draw import Item
from collection_guard.sampling.estimates import rogan_gladen
from collection_guard.sampling.results import results_of
from collection_guard.sampling.review import Answer, read_review, written
from sampling.making import RULE, answered, drawn, filled_in, log, message


@pytest.mark.parametrize("lang", LANGS)
def test_what_people_fill_in_is_read_back(tmp_path: Path, lang: Lang) -> None:
    """Answers, second answers, what was settled and appeals, in the words of either language."""
    sample = drawn(log(), second_review=1)
    path = tmp_path / "review.xlsx"

    def answers(item: Item) -> dict[str, str]:
        name: Answer = "violation" if item.verdict == "violation" else "clear"
        found = {"first": written("answers", name, lang), "second": written("answers", "clear", lang)}
        if item.verdict == "violation":
            found |= {"final": written("answers", "violation", lang), "appeal": written("appeals", "rejected", lang)}
        return found

    filled_in(sample, path, lang, answers)
    reviews = read_review(path, sample)
    assert set(reviews) == {item.id for item in sample.items}
    for item in sample.items:
        review = reviews[item.id]
        assert review.first == ("violation" if item.verdict == "violation" else "clear")
        assert review.second == "clear"
        assert review.settled == review.first
        assert review.appeal == ("rejected" if item.verdict == "violation" else None)


@settings(max_examples=40)
@given(st.sets(st.integers(0, 39)), st.integers(2, 9))
def test_where_all_is_reviewed_the_corrected_rate_is_the_true_one(wrong: set[int], every: int) -> None:
    """Whatever the rule got wrong, and it is what Rogan and Gladen make of sensitivity and specificity."""
    sample = drawn(log(40, every), size=40, strata=["agency", "verdict"])

    def truth(item: Item) -> Answer:
        is_wrong = int(item.contact.event.event_id.removeprefix("M-")) in wrong
        return "violation" if (item.verdict == "violation") != is_wrong else "clear"

    (result,) = results_of(sample, answered(sample, truth)).rules
    bad = sum(truth(item) == "violation" for item in sample.items)
    assert result.corrected is not None
    assert result.corrected.value == pytest.approx(bad / 40)
    assert result.corrected.low <= bad / 40 <= result.corrected.high
    if 0 < bad < 40 and result.recall is not None and result.apparent is not None:
        spared = sum(item.verdict == "clear" and truth(item) == "clear" for item in sample.items) / (40 - bad)
        assert result.recall.low <= result.recall.value <= result.recall.high
        if result.recall.value + spared > 1:
            assert rogan_gladen(result.apparent, result.recall.value, spared) == pytest.approx(bad / 40)


def test_strata_that_are_drawn_thinly_weigh_as_much_as_they_hold() -> None:
    """Two of the few flagged messages of one agency, ten of the other's: each counts for what it stands for."""
    items = [message(number, "甲" if number < 80 else "乙", flagged=True) for number in range(100)]
    sample = drawn(items, size=30, minimum=10, strata=["agency"])
    sizes = {name: count.drawn for (name,), count in sample.strata.items()}
    assert sizes["乙"] > sizes["甲"] * 20 / 80
    (result,) = results_of(
        sample, answered(sample, lambda item: "violation" if item.contact.event.agency == "甲" else "clear")
    ).rules
    assert result.precision is not None
    assert result.precision.value == pytest.approx(0.8)


def test_what_cannot_be_told_or_is_not_settled_is_left_out() -> None:
    """It is counted by itself, and a stratum without any answer leaves the rate open."""
    sample = drawn(log(), second_review=1, strata=["verdict"])
    reviews = answered(sample, lambda item: "unclear" if item.verdict == "violation" else "clear")
    found = results_of(sample, reviews)
    (result,) = found.rules
    assert found.unclear == sum(item.verdict == "violation" for item in sample.items)
    assert (result.precision, result.corrected, result.recall) == (None, None, None)
    assert result.omission is not None
    reviews = {
        name: type(review)("violation", "clear" if place else "violation")
        for place, (name, review) in enumerate(reviews.items())
    }
    found = results_of(sample, reviews)
    assert found.disputed == len(sample.items) - 1
    assert sum(result.reviewed + result.reviewed_others for result in found.rules) == 1


def test_an_appeal_that_was_upheld_outweighs_reviewers() -> None:
    """The verdict was wrong, whatever was heard first."""
    sample = drawn(log())
    flagged = next(item for item in sample.items if item.verdict == "violation")
    reviews = answered(sample, lambda item: "violation" if item.verdict == "violation" else "clear")
    reviews[flagged.id] = type(reviews[flagged.id])("violation", "violation", "violation", "upheld")
    found = results_of(sample, reviews)
    assert found.upheld == (flagged,)
    assert found.rules[0].confirmed == found.rules[0].reviewed - 1


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (lambda rows: rows[0].update(复核结论="也许"), ["review_unknown_answer"]),
        (lambda rows: rows[0].update(抽样编号="0" * 24), ["review_unknown_item"]),
        (lambda rows: rows.append(rows[0]), ["review_item_twice"]),
        (lambda rows: [row.update(抽样批次="f" * 16) for row in rows], ["review_of_another_draw"]),
        (lambda rows: [row.pop("抽样编号") + row.pop("抽样批次") + row.pop("复核结论") for row in rows], None),
    ],
)
def test_a_list_that_is_not_that_of_the_draw_is_refused(tmp_path: Path, change: Any, codes: list[str] | None) -> None:
    """Unknown answers and items, doubles, another draw, and a table that is no list: with row and cause."""
    sample = drawn(log())
    rows = list(csv.DictReader(io.StringIO(render_review_csv(sample, "zh").removeprefix("\ufeff"))))
    change(rows)
    path = tmp_path / "review.csv"
    keep = [name for name in rows[0] if codes is not None or name in {"委外机构", "渠道"}]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, keep, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(LogError) as caught:
        read_review(path, sample)
    assert [problem.code for problem in caught.value.problems] == (codes or ["review_no_header"])


def test_reviewers_do_not_see_what_the_program_says_unless_asked_for() -> None:
    """Whoever knows the verdict finds it."""
    blind, shown = drawn(log()), drawn(log(), blind=False)
    assert "系统判定" not in render_review_csv(blind, "zh")
    assert "系统判定" in render_review_csv(shown, "zh")
    assert "违规" in render_review_csv(shown, "zh")
    order = [item.verdict for item in blind.items]
    assert order != sorted(order)
    assert order != sorted(order, reverse=True)


def test_lists_show_no_whole_number_and_no_name_and_no_formula(tmp_path: Path) -> None:
    """As workbook and as CSV, in either language."""
    nasty = message(3, "=cmd|' /C calc'!A0")
    sample = drawn([*log(20), nasty.model_copy(update={"event_id": "=1+1", "case_id": "13812345678"})], size=21)
    shown = []
    for lang in LANGS:
        shown.append(render_review_csv(sample, lang))
        path = tmp_path / f"{lang}.xlsx"
        write_review_file(sample, path, lang)
        for sheet in openpyxl.load_workbook(path):
            for row in sheet.iter_rows():
                assert not any(cell.data_type == "f" for cell in row)
                shown += [str(cell.value) for cell in row]
        shown.append(render_draw(sample, lang))
    assert "13812345678" not in "".join(shown)
    assert "高小明" not in "".join(shown)
    assert "'=cmd|" in "".join(shown)
    write_review_file(sample, tmp_path / "again.xlsx", "en")
    assert (tmp_path / "again.xlsx").read_bytes() == (tmp_path / "en.xlsx").read_bytes()


@pytest.mark.parametrize("lang", LANGS)
def test_draws_and_results_fit_the_terminal_and_say_what_to_do_next(lang: Lang) -> None:
    """Eighty cells; seed and digests are printed whole; the last section is what comes next."""
    sample = drawn(log(), strata=["agency", "rule", "verdict"], seed="2025-11")
    draw = render_draw(sample, lang, review_file="review.xlsx", read_with="log.csv --seed 2025-11")
    reviews = answered(sample, lambda item: "violation" if item.verdict == "violation" else "clear")
    results = render_results(results_of(sample, reviews), lang)
    for text in (draw, results):
        lines = text.splitlines()
        assert [line for line in lines if cell_len(line) > 80 and not line.startswith("    collection-guard ")] == []
        together = "".join(text.split())
        assert sample.digest in together
        assert sample.population_digest in together
        assert "2025-11" in text
    assert "\n    collection-guard sample log.csv --seed 2025-11 --reviewed review.xlsx\n" in draw
    assert {"zh": "30 次中发现 0 次", "en": "0 of 30 only says"}[lang] in draw
    assert "11.4 %" in draw
    assert RULE in results
    assert "100.0 %" in results
