"""The least that makes a binary workbook (.xlsb), record by record, as ECMA calls it BIFF12."""

import struct
import zipfile
from pathlib import Path

REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CONTENT = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def _record(kind: int, data: bytes = b"") -> bytes:
    """Return a record: its number, the length of its data in seven-bit groups, its data."""
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = b"", len(data)
    while True:
        size += bytes([length & 0x7F | (0x80 if length > 0x7F else 0)])
        length >>= 7
        if not length:
            return head + size + data


def _text(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def write_xlsb(path: Path, title: str, rows: list[list[str | float]], stray: tuple[int, int] | None = None) -> None:
    """Write one sheet of texts and numbers, and a number far away if asked."""
    sheet = _record(129) + _record(148, struct.pack("<4I", 0, len(rows) - 1, 0, len(rows[0]) - 1)) + _record(145)
    for row, cells in enumerate(rows):
        sheet += _record(0, struct.pack("<IIHBBBI", row, 0, 300, 0, 0, 0, 0))
        for column, cell in enumerate(cells):
            head = struct.pack("<II", column, 0)
            sheet += (
                _record(6, head + _text(cell)) if isinstance(cell, str) else _record(5, head + struct.pack("<d", cell))
            )
    if stray is not None:
        sheet += _record(0, struct.pack("<IIHBBBI", stray[0], 0, 300, 0, 0, 0, 0))
        sheet += _record(5, struct.pack("<IId", stray[1], 0, 1.0))
    sheet += _record(146) + _record(130)
    bundle = _record(156, struct.pack("<II", 0, 1) + _text("rId1") + _text(title))
    book = _record(131) + _record(143) + bundle + _record(144) + _record(132)
    relation = '<Relationship Id="rId1" Type="{}/{}" Target="{}"/>'
    relations = f'<Relationships xmlns="{PACKAGE}/relationships">{{}}</Relationships>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="bin" ContentType="{CONTENT}"/></Types>',
        )
        archive.writestr("_rels/.rels", relations.format(relation.format(REL, "officeDocument", "xl/workbook.bin")))
        archive.writestr("xl/workbook.bin", book)
        archive.writestr(
            "xl/_rels/workbook.bin.rels", relations.format(relation.format(REL, "worksheet", "worksheets/sheet1.bin"))
        )
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
