"""Pages of plain text that fit their width."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from collection_guard.reports.page import Column, Page, Styled, wrapped

WORDS = st.text(st.sampled_from("abcXYZ 019,.()（）。，、《》“”中文测试一二三\t\n\x1b·é👍"), max_size=120)


@given(WORDS, st.integers(2, 60))
def test_no_line_is_wider_than_its_room_and_nothing_is_lost(words: str, width: int) -> None:
    """Wrapping breaks lines and drops spaces at breaks and characters that print nothing, and no more."""
    lines = wrapped(words, width)
    assert all(cell_len(line) <= width for line in lines)
    printed = "".join(character for character in words if character.isprintable() and character != " ")
    assert "".join(lines).replace(" ", "") == printed


def test_closing_signs_do_not_begin_a_line_and_opening_ones_do_not_end_it() -> None:
    """Chinese is broken between characters, but not before a full stop or after an opening bracket."""
    assert wrapped("联系了父母。再联系", 10) == ["联系了父", "母。再联系"]
    assert wrapped("联系了父（母亲）", 10) == ["联系了父", "（母亲）"]


def test_english_is_broken_between_words() -> None:
    """A word is cut only if no line can hold it."""
    assert wrapped("the borrower was called", 12) == ["the borrower", "was called"]
    assert wrapped("abcdefgh", 5) == ["abcde", "fgh"]


ROW = st.tuples(WORDS, WORDS, WORDS)


@given(st.lists(ROW, max_size=4), st.integers(40, 120), st.booleans())
def test_tables_and_pairs_fit_the_page(rows: list[tuple[str, str, str]], width: int, color: bool) -> None:
    """Whatever stands in them, tables, labelled lines and lists are no wider than the page."""
    page = Page(width, color=color)
    page.title("标题 " * 20)
    page.table([Column("数量", right=True), Column("Name"), Column("说明")], rows)
    page.pairs([(row[0], row[1]) for row in rows])
    for row in rows:
        page.item(row[2])
        page.heading(Styled("致命", None), row[2])
    assert all(cell_len(line) <= width for line in page.text().splitlines())


def test_columns_stand_under_their_headers() -> None:
    """Chinese characters take two cells, and columns align all the same."""
    page = Page(80, color=False)
    page.table([Column("数", right=True), Column("名称"), Column("Rule")], [["12", "父母", "a"], ["3", "ab", "b"]])
    assert page.text().splitlines() == ["  数  名称  Rule", "  12  父母  a", "   3  ab    b"]


def test_colour_surrounds_a_styled_cell_and_nothing_else() -> None:
    """The sequences of the terminal take no room."""
    page = Page(80, color=True)
    page.table([Column("A"), Column("B")], [["x", Styled("致命", "1;31")]])
    assert page.text().splitlines()[1] == "  x  \x1b[1;31m致命\x1b[0m"


def test_a_long_label_leaves_room_for_its_text() -> None:
    """Labels take a third of the page at most."""
    page = Page(60, color=False)
    page.pairs([("a label " * 10, "text " * 20)])
    assert len(page.text().splitlines()) < 6
