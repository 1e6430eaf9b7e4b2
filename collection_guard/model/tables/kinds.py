"""What kind of file some bytes are: their first bytes say it, whatever the file is called."""

import zipfile
from io import BytesIO
from typing import Final, Literal

Kind = Literal["workbook", "parquet", "text"]

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_OTHERS: Final = (
    (b"%PDF", "file_pdf"),
    (b"\x1f\x8b", "file_compressed"),
    (b"7z\xbc\xaf\x27\x1c", "file_compressed"),
    (b"Rar!", "file_compressed"),
    (b"\xfd7zXZ", "file_compressed"),
    (b"BZh", "file_compressed"),
    (b"\x28\xb5\x2f\xfd", "file_compressed"),
    (b"\x89PNG", "file_picture"),
    (b"\xff\xd8\xff", "file_picture"),
    (b"GIF8", "file_picture"),
    (b"SQLite format 3", "file_database"),
    (b"{\\rtf", "file_document"),
)
_MARKUP: Final = (b"<!doctype html", b"<html", b"<table", b"<meta", b"<head")


def kind_of(data: bytes) -> Kind | str:
    """Return the kind of a file, or the code of the problem that it is no file to read."""
    if not data.strip():
        return "file_empty"
    for mark, code in _OTHERS:
        if data.startswith(mark):
            return code
    if data.startswith(b"PAR1"):
        return "parquet" if data.endswith(b"PAR1") and len(data) > len(b"PAR1") * 2 else "file_cut_off"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(data)
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            return "file_password"
        return "file_document" if "WordDocument".encode("utf-16-le") in data else "workbook"
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(_MARKUP):
        return "file_html"
    if head.startswith(b"<?xml"):
        return "file_xml"
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    # A zero byte has no place in a text of any encoding but the marked UTF-16 and UTF-32.
    return "file_binary" if not marked and b"\x00" in data[:8192] else "text"


def _zipped(data: bytes) -> Kind | str:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = set(archive.namelist())
            encrypted = any(info.flag_bits & 1 for info in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return "file_cut_off"
    if encrypted:
        return "file_password"
    if any(name.startswith("xl/") for name in names):
        return "workbook"
    if "content.xml" in names:
        return "workbook" if "mimetype" in names else "file_document"
    return "file_document" if any(name.startswith(("word/", "ppt/")) for name in names) else "file_compressed"
