"""The labelled corpus is well formed and large enough for its figures to mean something."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest

HERE: Final = Path(__file__).parent
PARTS: Final = ("corpus_work", "corpus_held_out")
# Texts written later, for weights alone: of few signals each, so that only their form is asked.
BREADTH: Final = (
    "corpus_unseen",
    "corpus_unseen_b",
    "corpus_unseen_c",
    "corpus_unseen_d",
    *sorted(file.stem for file in HERE.glob("corpus_breadth_*.jsonl")),
)
SIGNALS: Final = (
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
)
COMMON: Final = (
    "debt_disclosure",
    "threat",
    "abuse",
    "claims_lawyer",
    "public_shaming",
    "false_legal_claim",
    "third_party_pressure",
)
KEYS: Final[dict[str, type | tuple[type, ...]]] = {
    "id": str,
    "text": str,
    "channel": str,
    "lang": str,
    "labels": dict,
    "law_firm": (str, type(None)),
    "spans": dict,
    "difficulty": str,
    "note": str,
    "benign": bool,
    "borderline": list,
    "family": str,
}
CHANNELS: Final = {
    "sms",
    "wechat",
    "group_chat",
    "call_transcript",
    "letter",
    "email",
    "app_push",
    "internal_note",
}
DIFFICULTIES: Final = {"plain", "paraphrase", "evasion", "negation", "benign_hard"}
LANGUAGES: Final = {"zh-Hans", "zh-Hant", "en"}
ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS: Final = "10X98765432"

Row = dict[str, Any]


def rows_of(part: str) -> list[Row]:
    """Every line of one part of the corpus, in order."""
    with (HERE / f"{part}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


BY_PART: Final = {part: rows_of(part) for part in (*PARTS, *BREADTH)}
ALL: Final = [row for rows in BY_PART.values() for row in rows]
MIXED: Final = [row for part in PARTS for row in BY_PART[part]]


def wrong(rows: list[Row], holds: Any) -> list[str]:
    """The ids of the rows for which a property does not hold, so that a failure names them all."""
    return [row["id"] for row in rows if not holds(row)]


def true_labels(row: Row) -> set[str]:
    """The signals a row is labelled with."""
    return {name for name, value in row["labels"].items() if value}


@pytest.mark.parametrize("part", BY_PART)
def test_every_line_has_the_keys_and_types_of_the_format(part: str) -> None:
    """A reader of the corpus never meets a missing key, an extra one or a wrong type."""
    assert not wrong(BY_PART[part], lambda row: list(row) == list(KEYS))
    assert not wrong(BY_PART[part], lambda row: all(isinstance(row[key], kind) for key, kind in KEYS.items()))


@pytest.mark.parametrize("part", BY_PART)
def test_every_row_labels_every_signal_once(part: str) -> None:
    """All twelve signals are labelled true or false in every row, in one order."""
    assert not wrong(BY_PART[part], lambda row: tuple(row["labels"]) == SIGNALS)
    assert not wrong(BY_PART[part], lambda row: all(type(value) is bool for value in row["labels"].values()))


def test_closed_values_are_from_their_lists() -> None:
    """Channel, language, difficulty and the names of doubtful labels come from closed lists."""
    assert not wrong(ALL, lambda row: row["channel"] in CHANNELS)
    assert not wrong(ALL, lambda row: row["lang"] in LANGUAGES)
    assert not wrong(ALL, lambda row: row["difficulty"] in DIFFICULTIES)
    assert not wrong(ALL, lambda row: set(row["borderline"]) <= set(SIGNALS))


def test_ids_and_texts_are_unique() -> None:
    """No text is counted twice, in one part or across both."""
    assert [key for key, count in Counter(row["id"] for row in ALL).items() if count > 1] == []
    assert [key for key, count in Counter(row["text"] for row in ALL).items() if count > 1] == []


def test_every_true_label_has_a_span_and_no_false_label_has_one() -> None:
    """The evidence says which words carry each label, and only those of true labels."""
    assert not wrong(ALL, lambda row: set(row["spans"]) == true_labels(row))
    assert not wrong(ALL, lambda row: all(found for found in row["spans"].values()))


def test_spans_are_exact_substrings_of_their_text() -> None:
    """Evidence can be underlined in the text as written, obfuscation and all."""
    assert not wrong(
        ALL, lambda row: all(span and span in row["text"] for found in row["spans"].values() for span in found)
    )


def test_relay_only_excludes_every_other_signal() -> None:
    """A mere request to call back says nothing else."""
    assert not wrong(ALL, lambda row: not row["labels"]["relay_only"] or true_labels(row) == {"relay_only"})


def test_a_firm_is_named_only_where_a_lawyer_is_claimed() -> None:
    """A law firm's name belongs to a claim, and the name holds no trace of obfuscation."""
    firms = [row for row in ALL if row["law_firm"] is not None]
    assert not wrong(firms, lambda row: row["labels"]["claims_lawyer"])
    assert not wrong(firms, lambda row: row["law_firm"] == row["law_firm"].strip() != "")
    assert not wrong(
        firms, lambda row: not any(unicodedata.category(char) in {"Cf", "So", "Mn"} for char in row["law_firm"])
    )


def test_benign_rows_hold_no_misconduct() -> None:
    """A row is benign only with labels that can be lawful when the borrower reads them."""
    lawful = {"debt_disclosure", "relay_only", "claims_lawyer"}
    assert not wrong(ALL, lambda row: not row["benign"] or true_labels(row) <= lawful)


def test_families_are_disjoint_between_the_parts() -> None:
    """Nothing learnt from a family of the working part is asked again in the held-out part."""
    work, held_out = ({row["family"] for row in BY_PART[part]} for part in PARTS)
    assert work & held_out == set()


def test_there_are_enough_texts_and_families() -> None:
    """The corpus has the size it promises, about half of it held out."""
    assert len(MIXED) >= 800
    assert len({row["family"] for row in MIXED}) >= 40
    for part in PARTS:
        assert 0.4 <= len(BY_PART[part]) / len(MIXED) <= 0.6
        assert len({row["family"] for row in BY_PART[part]}) >= 20


@pytest.mark.parametrize("signal", SIGNALS)
def test_each_signal_has_enough_positives(signal: str) -> None:
    """Recall of a signal is measured on enough texts, in both parts and in several families."""
    positives = [row for row in MIXED if row["labels"][signal]]
    assert len(positives) >= (60 if signal in COMMON else 30)
    for part in PARTS:
        here = [row for row in BY_PART[part] if row["labels"][signal]]
        assert len(here) >= 15
        assert len({row["family"] for row in here}) >= 2


@pytest.mark.parametrize("signal", COMMON)
def test_each_common_signal_has_sixty_held_out_positives(signal: str) -> None:
    """A common signal can be judged by itself on texts not looked at."""
    assert sum(row["labels"][signal] for row in BY_PART["corpus_held_out"]) >= 60


@pytest.mark.parametrize("part", PARTS)
def test_the_mix_is_chinese_first_and_covers_everything(part: str) -> None:
    """Each part has all channels, languages and kinds of difficulty, and many texts without misconduct."""
    rows = BY_PART[part]
    languages = Counter(row["lang"] for row in rows)
    assert languages["zh-Hans"] > 0.6 * len(rows)
    assert languages["zh-Hant"] >= 0.05 * len(rows)
    assert languages["en"] >= 0.1 * len(rows)
    assert {row["channel"] for row in rows} == CHANNELS
    assert min(Counter(row["difficulty"] for row in rows)[kind] for kind in DIFFICULTIES) >= 30
    assert sum(row["benign"] for row in rows) >= 0.3 * len(rows)


def identity_number_is_valid(number: str) -> bool:
    """Whether an 18-digit resident identity number has the right check digit."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], ID_WEIGHTS, strict=True))
    return number[17].upper() == ID_CHECKS[total % 11]


def card_number_is_valid(number: str) -> bool:
    """Whether a card number passes the Luhn check."""
    digits = [int(digit) for digit in reversed(number)]
    return sum(digit if not place % 2 else sum(divmod(digit * 2, 10)) for place, digit in enumerate(digits)) % 10 == 0


def test_no_number_in_the_corpus_could_belong_to_somebody() -> None:
    """Identity, card and mobile numbers are invented so that they cannot be real."""
    real = []
    for row in ALL:
        text = re.sub(r"(?<=\d)[ \-](?=\d)", "", unicodedata.normalize("NFKC", row["text"]))
        numbers = re.findall(r"(?<!\d)\d{11,19}[Xx]?(?!\d)", text)
        for number in numbers:
            identity = len(number) == 18 and identity_number_is_valid(number)
            card = number.isdigit() and len(number) >= 15 and set(number) != {"0"} and card_number_is_valid(number)
            mobile = len(number) == 11 and number.startswith("1")
            if identity or card or mobile:
                real.append((row["id"], number))
    assert real == []
