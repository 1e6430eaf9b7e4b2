"""Work that makes millions of small objects, none of them in a cycle: nobody looks for cycles meanwhile."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_search_for_cycles() -> Iterator[None]:
    """Stop Python's search for cycles, which looks at every object there is again and again; go on with it after."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
