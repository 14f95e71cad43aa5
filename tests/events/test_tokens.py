"""Is every direct identifier that has a pattern replaced, and nothing else?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.events.tokens import Door, protect
from tests.events.builders import TOKENS
from tests.records.test_canonical import an_event


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("customer:Someone@Example.com", "customer:{someone@example.com}"),
        ("staff:o.hara+x@mail.example.co.uk", "staff:{o.hara+x@mail.example.co.uk}"),
        ("/users/someone%40example.com/orders", "/users/{someone@example.com}/orders"),
        ("mailto:someone@example.com, other@example.org", "mailto:{someone@example.com}, {other@example.org}"),
        ("tel +44 (20) 7946-0958!", "tel {+442079460958}!"),
        ("/sms/%2B442079460958", "/sms/{+442079460958}"),
        ("paid with 4111 1111 1111 1111.", "paid with {4111111111111111}."),
        ("card:4111-1111-1111-1111", "card:{4111111111111111}"),
        ("378282246310005", "{378282246310005}"),
    ],
)
def test_identifiers_become_tokens(written: str, kept: str) -> None:
    """What stands around an identifier stays; the same identifier written in two ways is one token."""
    before, _, rest = kept.partition("{")
    expected = before
    while rest:
        inside, _, rest = rest.partition("}")
        outside, _, rest = rest.partition("{")
        expected += TOKENS.token(inside) + outside
    assert protect(written, TOKENS) == expected


@pytest.mark.parametrize(
    "written",
    [
        "customer:81723",
        "order 4111111111111112",  # fails the Luhn check
        "1234567890123456",  # of no issuer
        "r-20260301-4111",
        "arn:aws:iam::123837392027:role/some-role",
        "session:aws-go-sdk-1688990082523310002",
        "0b1f7c62-4111-4111-8111-111111111111",
        "192.0.2.7",
        "2001:db8::1",
        "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/102.0",
        "2026-03-01T09:30:00+02:00",
        "C++ and a+1234567890",
        "root@localhost",
        "2026-03-01 09:30:00 4111",
    ],
)
def test_internal_ids_stay(written: str) -> None:
    """Ids of customers, orders, sessions and machines are what evidence is joined on."""
    assert protect(written, TOKENS) == written


@given(st.text())
def test_protecting_twice_changes_nothing(text: str) -> None:
    """A query that holds tokens already finds the same events, and no text makes the door raise."""
    once = protect(text, TOKENS)
    assert protect(once, TOKENS) == once


@given(st.text(max_size=8), st.text(max_size=8))
def test_an_address_is_found_in_any_text(before: str, after: str) -> None:
    """Blanks around it are enough."""
    assert "someone@example.com" not in protect(f"{before} someone@example.com {after}", TOKENS)


def test_every_column_passes_the_door() -> None:
    """No text column of an event may hold an identifier."""
    columns = ("event_id", "actor", "behalf", "dataset", "object", "subject", "party", "tool", "client", "address")
    dirty = an_event(
        **dict.fromkeys((*columns, "agent", "case"), "x someone@example.com"), fields=("someone@example.com", "email")
    )
    clean = Door(TOKENS).event(dirty)
    assert "@" not in repr(clean)
    assert clean.fields[1] == "email"
    assert clean.time == dirty.time
