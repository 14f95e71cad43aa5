"""What kind of file is this? Its first bytes decide; its name only where they leave it open."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from typing import Final

from custodes.stores import charset, dialect, unpack
from custodes.stores.interface import Unreadable

TABLES: Final = (".csv", ".tsv", ".tab", ".psv", ".dsv")
LINES: Final = (".jsonl", ".ndjson", ".json")

_READ: Final = (
    (b"PAR1", "parquet"),
    (b"Obj\x01", "avro"),
    (b"ORC", "orc"),
    (b"ARROW1", "arrow"),
    (b"FEA1", "arrow"),
    (b"\xff\xff\xff\xff", "stream"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)
_KNOWN: Final = (
    (b"SQLite format 3\x00", "it is an SQLite database", 'add it as a store of kind "sqlite"'),
    (b"PARE", "the file is encrypted", "scan where the key is, or list it under skip with a reason"),
    (b"%PDF", "it is a PDF document", "save its text beside it, or list it under skip with a reason"),
    (b"7z\xbc\xaf\x27\x1c", "it is a 7z archive", "unpack it, or list it under skip with a reason"),
    (b"Rar!", "it is a RAR archive", "unpack it, or list it under skip with a reason"),
    (b"-----BEGIN PGP MESSAGE", "the file is encrypted", "decrypt it, or list it under skip with a reason"),
    (b"age-encryption.org/", "the file is encrypted", "decrypt it, or list it under skip with a reason"),
    (b"Salted__", "the file is encrypted", "decrypt it, or list it under skip with a reason"),
    (b"PGDMP", "it is a dump of PostgreSQL in its own format", "dump it as text, or scan the database"),
    (b"\x89PNG", "it is an image", "list it under skip with a reason"),
    (b"\xff\xd8\xff", "it is an image", "list it under skip with a reason"),
    (b"GIF8", "it is an image", "list it under skip with a reason"),
    (b"\x7fELF", "it is a program", "list it under skip with a reason"),
)
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DUCKDB: Final = b"DUCK"  # after a checksum of eight bytes
_XML: Final = re.compile(r"\s*<(\?xml\b|!--|!doctype\s+(?!html\b)|(?!html\b)[^\W\d][\w.:-]*[\s/>])", re.IGNORECASE)
_JSON: Final = re.compile(r'\s*(\{\s*("|\})|\[\s*([\[{"\]]|-?\d+(\.\d+)?\s*[,\]]|(true|false|null)\s*[,\]]))')
_PLAIN: Final = "list it under skip with a reason, or save what it holds in a format that is read"


def kind(head: bytes, name: str) -> str:
    """`zip`, `tar`, `sheet`, `parquet`, `avro`, `orc`, `arrow`, `stream`, `xml`, `json`, `csv` or `text`.

    head: the first bytes of the unpacked file, all of a short one. Raises Unreadable for what no reader knows.
    """
    if not head.strip():
        raise Unreadable("the file is empty", "replace the file, or list it under skip with a reason")
    if (found := _by_magic(head)) is not None:
        return found
    suffix = PurePosixPath(unpack.plain_name(name)).suffix.lower()
    if charset.is_binary(head, named_text=suffix in {*TABLES, *LINES}):
        named = f'of kind "{suffix}"' if suffix else "of this kind"
        raise Unreadable(f"no reader for binary files {named}", _PLAIN)
    return _of_text(charset.decoded(head), suffix)


def _by_magic(head: bytes) -> str | None:
    for magic, reason, hint in _KNOWN:
        if head.startswith(magic):
            raise Unreadable(reason, hint)
    if head[8:12] == _DUCKDB:
        raise Unreadable("it is a DuckDB database", 'add it as a store of kind "duckdb"')
    if head.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in head:
            raise Unreadable("the workbook is encrypted", "save it without a password, or list it under skip")
        return "sheet"
    if head[257:262] == b"ustar":
        return "tar"
    return next((name for magic, name in _READ if head.startswith(magic)), None)


def _of_text(text: str, suffix: str) -> str:
    if _XML.match(text) and suffix not in TABLES:
        return "xml"
    if suffix in LINES or (_JSON.match(text) and (suffix not in TABLES or _record(text))):
        return "json"
    if suffix in TABLES or dialect.is_table(text):
        return "csv"
    return "text"


def _record(text: str) -> bool:
    """Whether the first line is a JSON record."""
    try:
        return isinstance(json.loads(text.lstrip().split("\n", 1)[0]), dict)
    except (ValueError, RecursionError):
        return False
