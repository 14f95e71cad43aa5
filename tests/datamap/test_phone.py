"""Phone numbers: the numbering plans of all regions, as people print them, and what only looks like one."""

from __future__ import annotations

import random
import runpy
from pathlib import Path
from types import SimpleNamespace

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneNumberFormat, PhoneNumberType

from custodes import _native
from custodes.datamap.phone import confirmed_share, is_american, is_phone
from tests.datamap.tables import classifier

phone_plans = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[2] / "dev" / "phone_plans.py")))
REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
KINDS = range(PhoneNumberType.VOICEMAIL)
# Where a phone number is printed with its country's own words before it, in the order of the plans' list.
PRINTED = [region for region in phone_plans.IN_TEXT if region not in ("AR", "MX")]
DRAWS = 10_000


def examples() -> list[tuple[str, int, str]]:
    """Region, country code and national number of every example that the metadata carries."""
    found = []
    for region in REGIONS:
        for kind in KINDS:
            number = phonenumbers.example_number_for_type(region, kind)
            if number is not None:
                code = phonenumbers.country_code_for_region(region)
                found.append((region, code, phonenumbers.national_significant_number(number)))
    for code in COUNTRY_CODE_TO_REGION_CODE:
        number = phonenumbers.example_number_for_non_geo_entity(code)
        if number is not None:
            found.append(("001", code, phonenumbers.national_significant_number(number)))
    return found


def mutated(rng: random.Random, number: str) -> str:
    place, drawn = rng.randrange(len(number)), rng.choice("0123456789")
    kind = rng.random()
    if kind < 0.5:
        return number[:place] + drawn + number[place + 1 :]
    if kind < 0.75:
        return number[:place] + drawn + number[place:]
    return number[:place] + number[place + 1 :] or drawn


def fictional(code: int, number: str) -> bool:
    sets = phone_plans.Sets()
    state = phone_plans.Expression(sets, phone_plans.FICTION.get(code, "0")).read()
    return bool(sets.rows[sets.behind(number, state)][0])


def oracle(text: str, region: str | None = None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, region))
    except phonenumbers.NumberParseException:
        return False


def test_the_shipped_plans_are_those_of_the_metadata() -> None:
    """The file is what the script makes of the installed metadata: whoever raises the one must renew the other."""
    assert phone_plans.FILE.read_bytes() == phone_plans.build()


def test_numbers_with_a_country_code_agree_with_phonenumbers() -> None:
    """Right, mutated and random numbers of all countries are judged alike, numbers kept for fiction aside."""
    rng = random.Random(1)
    known = examples()
    for _ in range(DRAWS):
        _, code, number = rng.choice(known)
        for _ in range(rng.randrange(4)):
            number = mutated(rng, number)
        if rng.random() < 0.1:
            number = str(rng.randrange(10**10))
        if _native.phone_in_plan(f"+{code}{number}", []) != oracle(f"+{code}{number}"):
            assert fictional(code, number) or code == 57, f"+{code} {number}"


def test_national_numbers_agree_with_phonenumbers() -> None:
    """So are numbers as they are dialled within a region, but for one in 500 that the category's file names."""
    rng = random.Random(2)
    known = [example for example in examples() if example[0] != "001"]
    differing = []
    for _ in range(DRAWS):
        region, code, number = rng.choice(known)
        for _ in range(rng.randrange(3)):
            number = mutated(rng, number)
        prefix = phone_plans.plan_of(region).trunk
        number = rng.choice((prefix, prefix, "", str(code))) + number
        if not number.startswith(("00", "011")) and _native.phone_in_plan(number, [region]) != oracle(number, region):
            differing.append((region, number))
    assert len(differing) < DRAWS / 500, differing


def found(text: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in classifier().recogniser.text(text) if hit.category == "phone"]


@pytest.mark.parametrize("region", PRINTED)
def test_numbers_are_found_as_their_country_prints_them(region: str) -> None:
    """With a word before it in the national form, without one in the international form, by the exact characters."""
    for kind in (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE):
        number = phonenumbers.example_number_for_type(region, kind)
        assert number is not None
        national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
        abroad = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
        whole = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        assert found(f"Tel: {national}") == [national]
        assert found(f"She wrote {abroad}, then {whole}.") == [abroad, whole]


def test_the_printed_forms_are_of_more_than_forty_countries() -> None:
    """The list above keeps its promise."""
    assert len(PRINTED) > 40


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-01 10:11:12 took 1700000000 ms",
        "from 192.168.100.200 and 10.0.19041.1",
        "ISBN 978-3-16-148410-0 and 3-16-148410-X",
        "order 2025550143, invoice 0301234567",
        "total 1,234,567.89 or 12345.67 EUR",
        "52.520008, 13.404954",
        "v1.22.333.4444",
        "550e8400-e29b-41d4-a716-446655440000",
        "4111-1111-1111-1111",
        "20240501-101112-0143",
        "call 2024-05-01 10:11",
        "phone 1.2.3.4",
        "123-456-7890",
        "sum 5+12025550143",
        "a+12025550143",
        "+1 (202) 555-01",
    ],
)
def test_what_only_looks_like_a_number_is_none(text: str) -> None:
    """Times, addresses of hosts, books, orders, prices, places and versions are not phones."""
    assert found(text) == []


@given(st.text(alphabet="0123456789+().-/ x#,٣３", max_size=40), st.sampled_from(REGIONS))
def test_any_text_is_answered(text: str, region: str) -> None:
    """No digits and marks in any order make the plans raise."""
    assert is_phone(text, (region,)) in (True, False)


def test_the_questions_of_a_column() -> None:
    """Regions are asked where a number names no country; digits of other scripts are read."""
    assert is_phone("020 7946 0958", ("GB",))
    assert not is_phone("020 7946 0958", ("US",))
    assert is_phone("\uff10\uff12\uff10 7946 0958", ("GB",))
    assert is_phone("(202) 555-0143 x12", ("US",))
    assert not is_phone("ask 2025550143", ("US",))
    assert is_american("202.555.0143")
    assert confirmed_share(["+442079460958", "12.5"]) == 0.5
    assert confirmed_share([]) == 0.0
