"""The native scanner: hostile input, agreement with slow references and with python-stdnum, Arrow's buffers."""

from __future__ import annotations

import itertools
import random
import re
import struct

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import iban as stdnum_iban
from stdnum import luhn as stdnum_luhn
from stdnum.us import ssn as stdnum_ssn

from custodes import _native
from custodes.datamap.category import load_categories
from custodes.datamap.recognise import Recogniser
from custodes.datamap.tally import scan

RECOGNISER = Recogniser(load_categories())
FRAGMENTS = [
    "4111111111111111",
    "4111 1111",
    "DE89",
    "3704 0044",
    "@",
    "a@b.co",
    "::",
    "1.2.3.4",
    "eyJ",
    "AKIA",
    "ghp_",
    "$2b$",
]
HOSTILE = st.lists(
    st.text(max_size=8) | st.sampled_from([*FRAGMENTS, "\n", "\u00a0", "\u200b", "\u0661", "-", " "]), max_size=20
)


def scanner(regex: str, validator: str, lead: int = 0) -> _native.Scanner:
    return _native.Scanner([("one", "digits", [], regex, lead, validator, False)])


CARD = scanner(r"\b\d{12,19}\b", "payment_card")
LUHN = scanner(r"\b\d{2,19}\b", "luhn")
IBAN = scanner(r"\b[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}", "iban", lead=2)
SSN = scanner(r"\b\d{3}-?\d{2}-?\d{4}\b", "us_ssn")


def holds(one: _native.Scanner, text: str) -> bool:
    return (0, len(text), 0, True) in one.scan_text(text.encode())


@settings(max_examples=300)
@given(HOSTILE.map("".join))
def test_no_text_makes_the_scanner_raise(text: str) -> None:
    """Any text gives matches inside its bounds, sorted and apart from each other."""
    found = RECOGNISER.text(text)
    assert all(0 <= match.start < match.end <= len(text) for match in found)
    assert all(before.end <= after.start for before, after in itertools.pairwise(found))


@given(st.binary(max_size=200))
def test_no_bytes_make_the_scanner_raise(raw: bytes) -> None:
    """Bytes that are no UTF-8 are scanned like any others."""
    for start, end, index, _ in RECOGNISER.scanner.scan_text(raw):
        assert 0 <= start < end <= len(raw)
        assert index < len(RECOGNISER.scanner)


@given(st.integers(min_value=10, max_value=10**19 - 1).map(str))
def test_luhn_agrees_with_stdnum(number: str) -> None:
    """Numbers with and without a right check digit are judged as python-stdnum judges them."""
    for candidate in (number[:-1], number[:-1] + stdnum_luhn.calc_check_digit(number[:-1])):
        if len(candidate) >= 2 and len(set(candidate)) > 1:
            assert holds(LUHN, candidate) == stdnum_luhn.is_valid(candidate)


def slow_card(number: str) -> bool:
    """Issuer ranges of the four largest brands, and Luhn, in as few words as possible."""
    brand = r"4\d{12}|4\d{15}|4\d{18}|5[1-5]\d{14}|3[47]\d{13}|6011\d{12,15}|64[4-9]\d{13,16}|65\d{14,17}"
    return re.fullmatch(brand, number) is not None and stdnum_luhn.is_valid(number) and len(set(number)) > 1


@given(
    st.sampled_from(["4", "51", "55", "34", "37", "6011", "65"]),
    st.integers(0, 10**17),
    st.sampled_from([13, 15, 16, 19]),
)
def test_cards_agree_with_a_slow_reference(start: str, rest: int, length: int) -> None:
    """A number is a card exactly where its issuer, its length and its check digit agree."""
    body = (start + f"{rest:017d}" * 2)[: length - 1]
    for digit in "0123456789":
        assert holds(CARD, body + digit) == slow_card(body + digit)


def some_ibans(seed: int) -> list[str]:
    """Right ones of several countries, and each with one character changed."""
    rng = random.Random(seed)
    shapes = {
        "DE": "n" * 18,
        "GB": "aaaa" + "n" * 14,
        "NL": "aaaa" + "n" * 10,
        "FR": "n" * 10 + "c" * 11 + "nn",
        "NO": "n" * 11,
    }
    letters, digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
    found = []
    for country, shape in shapes.items():
        for _ in range(20):
            bban = "".join(rng.choice({"n": digits, "a": letters, "c": digits + letters}[kind]) for kind in shape)
            right = country + stdnum_iban.calc_check_digits(f"{country}00{bban}") + bban
            place = rng.randrange(4, len(right))
            found += [right, right[:place] + rng.choice(digits + letters) + right[place + 1 :], right[:-1]]
    return found


@pytest.mark.parametrize("seed", range(5))
def test_ibans_agree_with_stdnum(seed: int) -> None:
    """Right, mutated and shortened account numbers are judged as python-stdnum judges them."""
    for number in some_ibans(seed):
        assert holds(IBAN, number) == stdnum_iban.is_valid(number, check_country=False), number


@given(st.integers(0, 999), st.integers(0, 99), st.integers(0, 9999), st.booleans())
def test_social_security_numbers_agree_with_stdnum(area: int, group: int, serial: int, dashed: bool) -> None:
    """Area, group and serial are judged as python-stdnum judges them."""
    number = f"{area:03d}-{group:02d}-{serial:04d}" if dashed else f"{area:03d}{group:02d}{serial:04d}"
    assert holds(SSN, number) == stdnum_ssn.is_valid(number)


CELLS = [
    "4111111111111111",
    None,
    "",
    " 378282246310005 ",
    "x",
    "pay 4111111111111111 now",
    "é",
    "4111111111111112",
] * 3


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string()), pa.binary()])
@pytest.mark.parametrize(("start", "length"), [(0, 24), (1, 9), (5, 0), (9, 8), (23, 1)])
def test_slices_nulls_and_both_widths_of_offsets_count_alike(kind: pa.DataType, start: int, length: int) -> None:
    """Every layout of the same cells gives the same counts."""
    cells = CELLS[start : start + length]
    array = pa.array(CELLS, pa.string()).cast(kind).slice(start, length)
    counted = scan(CARD, array)
    filled = [cell.strip() for cell in cells if cell and cell.strip()]
    if counted is None:
        assert not filled
        return
    assert counted[0].filled == len(filled)
    assert counted[0].whole_valid == [sum(cell in ("4111111111111111", "378282246310005") for cell in filled)]
    assert counted[0].inside_valid == [sum("4111111111111111" in cell or cell == "378282246310005" for cell in filled)]


def test_repeated_values_are_counted_as_often_as_they_stand() -> None:
    """Scanning distinct values gives the counts of all cells."""
    counted = scan(CARD, pa.array(["4111111111111111", "no", None, "378282246310005"] * 1000))
    assert counted is not None
    assert counted[0].filled == 3000
    assert counted[0].whole_valid == [2000]


@given(
    st.lists(st.integers(-5, 40), max_size=8),
    st.binary(max_size=30),
    st.integers(0, 9),
    st.booleans(),
    st.none() | st.binary(max_size=2),
    st.integers(0, 3),
)
def test_buffers_that_contradict_each_other_are_refused(
    offsets: list[int], data: bytes, count: int, large: bool, validity: bytes | None, base: int
) -> None:
    """Any offsets, data and null bits are either counted or refused with ValueError: never a crash."""
    packed = struct.pack(f"<{len(offsets)}{'q' if large else 'i'}", *offsets)
    try:
        counts = CARD.scan_cells(packed, data, validity, count, large, offset=0, base=base)
    except ValueError:
        return
    assert counts.filled <= count


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (("mine", "digits", [], "(", 0, None, False), "bad regular expression"),
        (("mine", "digits", [], r"\d", 0, "astrology", False), "unknown validator"),
        (("mine", "nowhere", [], r"\d", 0, None, False), "unknown anchor"),
        (("mine", "literal", [], r"\d", 0, None, False), "literals belong"),
    ],
)
def test_a_pattern_that_cannot_be_compiled_names_its_category(spec: _native.Spec, reason: str) -> None:
    """The message says which category and what is wrong with it."""
    with pytest.raises(ValueError, match=f"category mine: .*{reason}"):
        _native.Scanner([spec])


def test_what_is_no_buffer_is_a_type_error() -> None:
    """A str is refused: offsets are bytes."""
    with pytest.raises(TypeError, match="buffer"):
        CARD.scan_text("4111111111111111")  # type: ignore[arg-type]  # the point of the test
