"""What does `classify` say of what it cannot read?"""

from __future__ import annotations

import gzip
import os
from pathlib import Path

from tests.demonstration import custodes
from tests.river.test_bad_input import refused


def test_classify_refuses_a_folder_without_categories(tmp_path: Path) -> None:
    """A mistyped folder is bad input, not a scan without the owner's categories."""
    (tmp_path / "note.txt").write_text("nothing\n")
    refused(custodes("classify", "note.txt", "--categories", "gone", cwd=tmp_path), 2, "does not exist", "gone")


def test_classify_tells_what_is_no_text(tmp_path: Path) -> None:
    """What cannot be read as text is uncovered with a next step; the rest is still read, packed or in UTF-16."""
    (tmp_path / "book.xlsx").write_bytes(b"PK\x03\x04\x14\0\0\0 ann@example.com")
    answer = custodes("classify", "book.xlsx", cwd=tmp_path)
    assert (answer.code, answer.out) == (3, "")
    assert "uncovered: book.xlsx: this is no text (a zip archive" in answer.err
    assert "hint: " in answer.err
    (tmp_path / "wide.txt").write_text("é ann@example.com\n", encoding="utf-16")
    whole = gzip.compress(b"bob@example.com\n" + os.urandom(50_000).hex().encode())
    (tmp_path / "cut.gz").write_bytes(whole[:-100])
    answer = custodes("classify", "book.xlsx", "wide.txt", "cut.gz", cwd=tmp_path)
    assert answer.code == 1
    assert "wide.txt:1:3: email" in answer.out
    assert "cut.gz:1:1: email" in answer.out
    assert "uncovered: cut.gz: the gzip file is cut off" in answer.err


def test_categories_are_tested_where_the_owner_says_and_counted_apart(tmp_path: Path) -> None:
    """How many are shipped and how many yours, with the folder; without one, how to name it."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "badge.yml").write_text(
        "id: badge\ntitle: Badge\nfides: user.unique_id\nsensitivity: 2\n"
        "patterns:\n  - {anchor: literal, literals: [BDG-], regex: 'BDG-\\d{6}\\b'}\n"
        'match: ["BDG-123456"]\nno_match: ["BDG-12"]\n'
    )
    for named in (["mine"], ["--categories", "mine"]):
        answer = custodes("categories", "test", *named, cwd=tmp_path)
        assert answer.code == 0, answer.err
        assert "shipped, 1 yours (from mine); 0 problems" in answer.out
    assert "0 yours (no folder of yours is configured: name one)" in custodes("categories", "test", cwd=tmp_path).out
    refused(custodes("categories", "test", "--categories", "gone", cwd=tmp_path), 2, "does not exist", "gone")


def test_classify_finds_escaped_addresses_in_links(tmp_path: Path) -> None:
    """As log lines hold them."""
    (tmp_path / "access.log").write_text("GET /?m=user%40mail.example 200\n" * 3)
    answer = custodes("classify", "access.log", cwd=tmp_path)
    assert answer.out.splitlines()[2] == "access.log:3:9: email, 19 characters"
