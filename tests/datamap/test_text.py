"""Matches in lines: exact characters, nothing twice, never the value."""

from __future__ import annotations

import codecs
import gzip
import io
import json
from collections.abc import Callable

import pytest

from custodes.datamap import text
from custodes.datamap.text import Hit, classify_blocks, classify_text
from custodes.datamap.textfile import TextFile
from custodes.errors import BadInput
from tests.datamap.tables import classifier


def hits(*lines: str) -> list[tuple[str, str]]:
    found = list(classify_text(lines, classifier(), "notes.txt"))
    return [(hit.category, lines[hit.line - 1][hit.start : hit.end]) for hit in found]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("mail ann.lee@example.com now", [("email", "ann.lee@example.com")]),
        ("Zoë, «ann@example.com», müde", [("email", "ann@example.com")]),
        ("paid with 4111 1111 1111 1111 29", [("payment_card", "4111 1111 1111 1111")]),
        ("order 4111111111111111 shipped", []),
        ("order 77 was paid with 4111111111111111", [("payment_card", "4111111111111111")]),
        ("IBAN DE89 3704 0044 0532 0130 00.", [("iban", "DE89 3704 0044 0532 0130 00")]),
        ('{"ssn":"536904399","id":"536904398"}', [("us_ssn", "536904399")]),
        ("call +44 20 7946 0958 or (202) 555-0143", [("phone", "+44 20 7946 0958"), ("phone", "(202) 555-0143")]),
        ("2024-05-01 10:11:12 took 1700000000 ms", []),
        ("from 2001:db8::7 to 192.0.2.7", [("ip_address", "2001:db8::7"), ("ip_address", "192.0.2.7")]),
        ("release 1.2.3.4, v2.10.1.7", []),
        ("key AKIAIOSFODNN7EXAMPLE", [("aws_access_key", "AKIAIOSFODNN7EXAMPLE")]),
        ("4111111111111112 and 1234567890123456", []),
    ],
)
def test_a_line_gives_exactly_its_matches(line: str, expected: list[tuple[str, str]]) -> None:
    """Characters of the line, the words beside a number weighed, nothing twice."""
    assert hits(line) == expected


def written(number: str, zero: str) -> str:
    """The number in other digits, of which the zero is given."""
    return "".join(chr(ord(zero) + int(digit)) if digit.isdigit() else digit for digit in number)


WIDE = written("4111 1111 1111 1111", "\uff10")
ARABIC = written("4111111111111111", "\u0660")
BOLD = written("4111-1111-1111-1111", "\U0001d7ce")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"card {WIDE}!", WIDE),
        ("card 4111\u00a01111\u202f1111\u20071111 paid", "4111\u00a01111\u202f1111\u20071111"),
        ("card 4111\u200b1111\u200d1111\ufeff1111\u200b paid", "4111\u200b1111\u200d1111\ufeff1111"),
        ("card 4111\u20111111\u20131111\u22121111.", "4111\u20111111\u20131111\u22121111"),
        ("é 4111\u00ad11111111\u00ad1111", "4111\u00ad11111111\u00ad1111"),
        (f"\u0631\u0642\u0645 {ARABIC}", ARABIC),
        (BOLD, BOLD),
        ("ask ann\uff20example\uff0ecom", "ann\uff20example\uff0ecom"),
    ],
)
def test_numbers_in_other_characters_are_found_where_they_stand(line: str, expected: str) -> None:
    """Digits of any script, wide marks, odd blanks and hyphens and invisible signs do not hide a value."""
    assert [value for _, value in hits(line)] == [expected]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("ssn 536904399", True),
        ("customer_ssn=536904399", True),
        ('{"socialSecurity": 536904399}', True),
        ("Social-Security no 536904399", True),
        ("ssn 536904398 or 536904399", False),
        ("ssn " + "x" * 38 + " 536904399", True),
        ("ssn " + "x" * 39 + " 536904399", False),
        ("ssnx 536904399", False),
        ("536904399 is the ssn", False),
    ],
)
def test_a_word_speaks_for_the_first_number_behind_it(line: str, found: bool) -> None:
    """Near enough, on the same line, as a word of its own, however words are joined in keys."""
    assert ("us_ssn", "536904399") in hits(line) if found else ("us_ssn", "536904399") not in hits(line)


def test_a_word_does_not_speak_for_the_next_line() -> None:
    """A heading over a list of numbers is not beside them."""
    assert "us_ssn" not in [category for category, _ in hits("ssn", "536904399")]


TEXT = (
    "é ann@example.com\r\n4111 1111 1111 1111\rx\n\n\U0001d7d2 bob@example.com\nlast cy@example.com".encode()
    + b" \xff\xfe\n"
)


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize("jobs", [1, 3])
def test_blocks_of_any_size_give_the_same(size: int, jobs: int) -> None:
    """Bytes cut anywhere are found as in one piece, in order, lines ended by either sign or both."""
    blocks = [TEXT[place : place + size] for place in range(0, len(TEXT), size)]
    lines = io.StringIO(TEXT.decode("utf-8", "replace"), newline="").readlines()
    whole = list(classify_text(lines, classifier(), "a"))
    assert list(classify_blocks(blocks, classifier(), "a", jobs)) == whole
    assert [(hit.line, hit.start) for hit in whole] == [(1, 2), (2, 0), (5, 2), (6, 5)]


CARD = "4111 1111 1111 1111"
KEY = "-----BEGIN RSA PRIVATE KEY-----" + "Qk1" * 2_000 + "-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize("line_end", ["", "\r", "\n"])
@pytest.mark.parametrize("fill", ["x", "é", "\U0001d7d8 "])
def test_a_line_longer_than_memory_allows_loses_nothing(
    monkeypatch: pytest.MonkeyPatch, fill: str, line_end: str
) -> None:
    """Wherever it is cut, every match is told once, at its place, as if the line were looked at in one piece."""
    monkeypatch.setattr(text, "_LONGEST_LINE", 70_000)
    values = [CARD, "ann@example.com", "ssn 536904399", KEY]
    line = "".join(f"{values[number % 4]} {fill * (number % 800 + 20)} {line_end}" for number in range(700))
    data = line.encode()
    blocks = [data[place : place + 4_093] for place in range(0, len(data), 4_093)]
    lines = io.StringIO(line, newline="").readlines()
    whole = list(classify_text(lines, classifier(), "a"))
    assert len(whole) >= 700
    assert list(classify_blocks(blocks, classifier(), "a", 2)) == whole


@pytest.mark.parametrize("shift", range(20))
def test_a_card_number_across_the_cut_is_found_once(monkeypatch: pytest.MonkeyPatch, shift: int) -> None:
    """The cut goes through every digit of it."""
    monkeypatch.setattr(text, "_LONGEST_LINE", 70_000)
    at = 70_000 - text._SHARED - shift
    data = (b"x" * (at - 1) + b" " + CARD.encode() + b" ").ljust(200_000, b"y")
    found = list(classify_blocks([data[:70_000], data[70_000:]], classifier(), "a"))
    assert [(hit.category, hit.start, hit.end) for hit in found] == [("payment_card", at, at + len(CARD))]


def test_lines_are_counted_over_blocks() -> None:
    """Far into a long input, the line number and the characters are still right."""
    lines = ["é" * 100] * 20_000
    lines[19_000] = "é" * 90 + " ann@example.com"
    assert list(classify_text(lines, classifier(), "long")) == [Hit("long", 19_001, 91, 106, "email", validated=True)]


def test_a_match_never_spans_two_lines() -> None:
    """Half a number at the end of a line is no number."""
    assert hits("4111 1111", "1111 1111") == []


def test_a_hit_says_where_and_never_what() -> None:
    """The JSON form has the stable keys and no value."""
    (hit,) = classify_text(["ann@example.com"], classifier(), "a.txt")
    told = json.loads(json.dumps(hit.as_json()))
    assert told == {"path": "a.txt", "line": 1, "start": 0, "end": 15, "category": "email", "validated": True}


MARKED = "é \U0001d7d2 ann@example.com\r\nbob@example.com\n"


@pytest.mark.parametrize("size", [1, 3, 100_000])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_packed_and_marked_text_is_read_as_the_text_it_is(encoding: str, packed: bool, size: int) -> None:
    """Places are characters of the decoded line, without the byte order mark; gzip may have several members."""
    data = MARKED.encode(encoding) if encoding == "utf-8" else ("\ufeff" + MARKED).encode(encoding)
    if packed:
        data = gzip.compress(data[:7]) + gzip.compress(data[7:]) + bytes(5)
    file = TextFile([data[place : place + size] for place in range(0, len(data), size)])
    assert [(hit.line, hit.start) for hit in classify_blocks(file, classifier())] == [(1, 4), (2, 0)]
    assert file.damage == ""


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"PK\x03\x04\x14\0\0\0", "zip archive"),
        (b"PAR1\x15\0", "Parquet"),
        (b"ann@example.com\0", "binary data"),
        ("ann@example.com".encode("utf-16-le"), "UTF-16 without a byte order mark"),
        ("ann@example.com".encode("utf-16-be"), "UTF-16 without a byte order mark"),
        (gzip.compress(b"PAR1\x15\0", mtime=0), "Parquet"),
        (gzip.compress(gzip.compress(b"x", mtime=0), mtime=0), "gzip within gzip"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, kind: str) -> None:
    """A zero byte near the beginning is no text; the refusal says what it seems to be, and the next step."""
    with pytest.raises(BadInput, match=kind) as refused:
        list(TextFile([data]))
    assert refused.value.hint


def test_a_zero_far_into_a_text_or_behind_a_mark_is_read() -> None:
    """Only the first 64 KiB decide, and a mark says that it is text."""
    for data in (b"x" * (64 << 10) + b"\0", codecs.BOM_UTF8 + b"a\0", b""):
        assert b"".join(TextFile([data])) == data


@pytest.mark.parametrize(
    ("spoil", "said"), [(lambda data: data[:-9], "cut off"), (lambda data: data + b"no gzip", "damaged")]
)
def test_damaged_gzip_is_read_as_far_as_it_goes(spoil: Callable[[bytes], bytes], said: str) -> None:
    """What came before the damage is looked at, and the damage is told."""
    file = TextFile([spoil(gzip.compress(b"ann@example.com\n" * 3))])
    assert [hit.line for hit in classify_blocks(file, classifier())][:1] == [1]
    assert said in file.damage


def test_gzip_is_unpacked_in_blocks() -> None:
    """A small file that unpacks to a large one never stands in memory whole."""
    sizes = [len(block) for block in TextFile([gzip.compress((b"x" * 99 + b"\n") * 500_000)])]
    assert sum(sizes) == 50_000_000
    assert max(sizes) <= 1 << 20
