"""Matches in lines: exact characters, nothing twice, never the value."""

from __future__ import annotations

import json

import pytest

from custodes.datamap.text import Hit, classify_text
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
