"""E-mail addresses in links, escaped with per cent signs, are found where they stand."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.datamap.text import Hit, classify_blocks, classify_text
from tests.datamap.tables import classifier


def found(text: str) -> list[Hit]:
    """By blocks of bytes as `custodes classify` reads them; lines as a list of texts must say the same."""
    hits = list(classify_blocks([text.encode()], classifier()))
    assert hits == list(classify_text(text.split("\n"), classifier()))
    return hits


@pytest.mark.parametrize(
    ("line", "escaped"),
    [
        ("GET /reset?email=user%40mail.example HTTP/1.1", "user%40mail.example"),
        ("/u/ann.lee%40mail.example/orders", "ann.lee%40mail.example"),
        ("?to=ann%2Bshop%40mail.example&x=1", "ann%2Bshop%40mail.example"),
        ("?q=%3Cann%40mail.example%3E", "ann%40mail.example"),
        ("?q=%22ann%40mail.example%22", "ann%40mail.example"),
        ("?next=%2Fin%3Fuser%3Dann%40mail.example%26a%3D1", "ann%40mail.example"),
        ("?next=%252Fin%253Fuser%253Dann%2540mail.example%2526a", "ann%2540mail.example"),
        ("?q=from+ann%40mail.example+today", "ann%40mail.example"),
        ("Öl 🚚 ?m=%C3%A9va%40mail.example", "%C3%A9va%40mail.example"),
        (
            "?m=maximilian.von-mustermann_1980%40mail.sub.example.org.",
            "maximilian.von-mustermann_1980%40mail.sub.example.org",
        ),
        ("?m=Ann%2elee%40MAIL.example", "Ann%2elee%40MAIL.example"),
    ],
)
def test_an_escaped_address_is_found_from_its_first_sign_to_its_last(line: str, escaped: str) -> None:
    """Start and end are characters of the line as it stands, escapes and all."""
    (hit,) = found(line)
    assert hit == ("", 1, line.index(escaped), line.index(escaped) + len(escaped), "email", True)


@pytest.mark.parametrize("line", ["100%40 off", "a%40b", "%40mail.example", "icon%402x.png", "LIKE '%40'", "x%2540"])
def test_what_is_no_address_stays_none(line: str) -> None:
    """The address must be one that would be found without escapes."""
    assert found(line) == []


def test_escaped_addresses_stand_in_order_among_the_others() -> None:
    """Lines count whatever ends them, plain addresses stay, and nothing is told twice."""
    text = "a@mail.example\r\n?x=b%40mail.example c@mail.example\n\n?y=d%40mail.example&z=e%40mail.example"
    hits = list(classify_blocks([text.encode()], classifier()))
    assert [(hit.line, hit.start) for hit in hits] == [(1, 0), (2, 3), (2, 20), (4, 3), (4, 22)]
    halves = [text.encode()[:25], text.encode()[25:]]
    assert list(classify_blocks(halves, classifier())) == hits


def test_a_password_in_an_address_is_not_hidden_by_it() -> None:
    """What was found without a second look stays as it was."""
    line = "https://ann%40mail.example:mad3up9x@host.example/?to=bob%40mail.example"
    assert [hit.category for hit in found(line)] == ["url_with_password"]


@given(st.text(max_size=60), st.text(max_size=20))
def test_no_text_is_too_odd(text: str, more: str) -> None:
    """Whatever stands around it, nothing raises, and places are inside the line."""
    line = f"{text}%40{more}%{more}".encode("utf-8", "surrogatepass")
    for hit in classify_blocks([line], classifier()):
        assert 0 <= hit.start < hit.end <= len(line.decode("utf-8", "replace"))


@given(st.from_regex(r"[a-z][a-z0-9]{0,9}(?:[._+-][a-z0-9]{1,9}){0,2}", fullmatch=True))
def test_whatever_local_part_is_quoted_is_found(local: str) -> None:
    """Python's own quoting is undone."""
    escaped = quote(f"{local}@mail.example", safe="")
    line = f"GET /x?a=1&mail={escaped}&b=2"
    assert [(hit.start, hit.end) for hit in found(line)] == [(16, 16 + len(escaped))]
