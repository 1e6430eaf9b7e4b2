"""The footer of a Parquet file, read for the one thing that data frames do not tell: which times are of type INT96.

INT96 holds an instant without saying of which zone. Spark, which wrote it by default for years, means UTC.
The footer is written in the compact protocol of Thrift; what is not looked for is skipped.
"""

from collections.abc import Iterator
from typing import Any, Final

_INT96: Final = 3
_SCHEMA: Final = 2
"""The field of the footer that lists the columns; in each, 1 is its type, 4 its name and 5 how many stand below it."""
_TAIL: Final = 8
"""The length of the footer in four bytes, and PAR1."""


def int96_columns(data: bytes) -> set[str]:
    """Return the names of the columns of type INT96, with dots between those that stand in another."""
    size = int.from_bytes(data[-_TAIL:-4], "little")
    footer = data[-_TAIL - size : -_TAIL]
    try:
        schema = _Compact(footer).struct().get(_SCHEMA, [])
        # The first element is the table itself.
        return {name for name, kind in _leaves(iter(schema[1:]), len(schema)) if kind == _INT96}
    except (IndexError, RecursionError, AttributeError, TypeError, UnicodeDecodeError, StopIteration):
        return set()  # the reader of the file says what is wrong with it


def _leaves(elements: Iterator[dict[int, Any]], count: int, above: str = "") -> Iterator[tuple[str, int | None]]:
    for _ in range(count):
        element = next(elements, None)
        if element is None:
            return
        name = above + element[4].decode("utf-8")
        if element.get(5):
            yield from _leaves(elements, element[5], name + ".")
        else:
            yield name, element.get(1)


class _Compact:
    """Reads values of the compact protocol, one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def struct(self) -> dict[int, Any]:
        """Return the fields of a structure by their numbers."""
        found: dict[int, Any] = {}
        number = 0
        while kind := self._byte():
            number = number + (kind >> 4) if kind >> 4 else self._signed()
            found[number] = self._value(kind & 0x0F)
        return found

    def _byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def _unsigned(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value

    def _signed(self) -> int:
        value = self._unsigned()
        return value >> 1 ^ -(value & 1)

    def _value(self, kind: int, *, in_list: bool = False) -> Any:
        if kind in (1, 2) and not in_list:
            return kind == 1
        if self._at >= len(self._data):
            raise IndexError(self._at)  # a count that the data does not bear out would never end
        match kind:
            case 1 | 2 | 3:
                return self._byte()
            case 4 | 5 | 6:
                return self._signed()
            case 7:
                self._at += 8
                return None
            case 8:
                size = self._unsigned()
                self._at += size
                return self._data[self._at - size : self._at]
            case 9 | 10:
                head = self._byte()
                count = head >> 4 if head >> 4 < 15 else self._unsigned()
                return [self._value(head & 0x0F, in_list=True) for _ in range(count)]
            case 11:
                return self._map()
            case 12:
                return self.struct()
            case _:
                raise TypeError(kind)

    def _map(self) -> None:
        count = self._unsigned()
        kinds = self._byte() if count else 0
        for _ in range(count):
            self._value(kinds >> 4, in_list=True)
            self._value(kinds & 0x0F, in_list=True)
