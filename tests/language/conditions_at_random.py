"""Conditions at random, over a few leaves."""

from hypothesis import strategies as st

from collection_guard.language.ir import All, AnyOf, InZones, Node, Test

LEAVES = [Test(f"f{number}", "eq", True) for number in range(5)]


def conditions(leaves: st.SearchStrategy[Node] | None = None, size: int = 12) -> st.SearchStrategy[Node]:
    """Return a strategy of conditions; of nothing, too."""
    leaf = (
        leaves if leaves is not None else st.sampled_from([*LEAVES, *(Test(t.fact, "eq", True, True) for t in LEAVES)])
    )
    return st.recursive(
        leaf,
        lambda inner: (
            st.builds(All, st.lists(inner, max_size=4).map(tuple))
            | st.builds(AnyOf, st.lists(inner, max_size=4).map(tuple))
        ),
        max_leaves=size,
    )


def zoned() -> st.SearchStrategy[Node]:
    """Return a strategy of conditions some leaves of which stand in zones."""
    inside = st.builds(InZones, st.sampled_from(("some", "every")), conditions(size=4))
    return conditions(st.sampled_from(LEAVES) | inside)
