"""Numbers of patients and of those who treat them, and codes of what ails them: agreement with the standards."""

from __future__ import annotations

import random
import re

import pytest
from stdnum import luhn, verhoeff
from stdnum.gb import nhs

from tests.datamap.judged import agree, digits, recogniser, varied, with_check

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MBI_LETTERS = "ACDEFGHJKMNPQRTUVWXY"


def some_nhs(rng: random.Random) -> str:
    number = with_check(digits(rng, 9), nhs.is_valid, rng)
    return rng.choice([number, nhs.format(number), nhs.format(number, separator="-")])


def test_nhs_numbers_agree_with_stdnum() -> None:
    """The check digit is judged as python-stdnum judges it; ten equal digits are nobody's."""
    agree("uk_nhs_number", varied(some_nhs), lambda value: nhs.is_valid(value) and len(set(nhs.compact(value))) > 1)


def some_mbi(rng: random.Random) -> str:
    letter, digit = MBI_LETTERS + rng.choice(LETTERS), "0123456789"
    kinds = ["123456789", letter, letter + digit, digit, letter, letter + digit, digit, letter, letter, digit, digit]
    plain = "".join(rng.choice(kind) for kind in kinds)
    return rng.choice([plain, f"{plain[:4]}-{plain[4:7]}-{plain[7:]}"])


def mbi(value: str) -> bool:
    a, an = f"[{MBI_LETTERS}]", f"[{MBI_LETTERS}0-9]"
    return re.fullmatch(f"[1-9]{a}{an}[0-9]-?{a}{an}[0-9]-?{a}{a}[0-9][0-9]", value) is not None


def test_medicare_identifiers_agree_with_a_slow_reference() -> None:
    """Letters and digits stand in the places that CMS publishes."""
    agree("us_mbi", varied(some_mbi), mbi)


def npi(value: str) -> bool:
    return re.fullmatch(r"[12]\d{9}", value) is not None and luhn.is_valid("80840" + value)


def some_npi(rng: random.Random) -> str:
    return with_check(rng.choice("1122223") + digits(rng, 8), npi, rng)


def test_provider_identifiers_agree_with_stdnums_luhn() -> None:
    """Luhn is asked of the number with 80840 before it."""
    agree("us_npi", varied(some_npi), npi)


def dea(value: str) -> bool:
    found = re.fullmatch(r"[A-HJ-MPRSTUX][A-Z9](\d)(\d)(\d)(\d)(\d)(\d)(\d)", value)
    if found is None:
        return False
    a, b, c, d, e, f, check = map(int, found.groups())
    return (a + c + e + 2 * (b + d + f)) % 10 == check


def some_dea(rng: random.Random) -> str:
    return with_check(rng.choice("ABFGMPRIOZ") + rng.choice(LETTERS + "9") + digits(rng, 6), dea, rng)


def test_registrations_to_prescribe_agree_with_a_slow_reference() -> None:
    """Kind of registrant and check digit."""
    agree("us_dea_number", varied(some_dea), dea)


def kvnr(value: str) -> bool:
    if re.fullmatch(r"[A-Z]\d{9}", value) is None:
        return False
    plain = f"{LETTERS.index(value[0]) + 1:02d}{value[1:9]}"
    products = [int(digit) * weight for digit, weight in zip(plain, (1, 2) * 5, strict=True)]
    return sum(product // 10 + product % 10 for product in products) % 10 == int(value[9])


def some_kvnr(rng: random.Random) -> str:
    return with_check(rng.choice(LETTERS) + digits(rng, 8), kvnr, rng)


def test_german_insurance_numbers_agree_with_a_slow_reference() -> None:
    """The letter counts as two digits, every second digit is doubled."""
    agree("de_kvnr", varied(some_kvnr), kvnr)


# The last category of each chapter's letters in ICD-10 (2019) and ICD-10-CM; every other letter reaches 99.
REACH = {"D": 89, "E": 90, "K": 95, "P": 96, "T": 98}


def icd(value: str) -> bool:
    found = re.fullmatch(r"([A-Z])(\d)([0-9AB])(?:\.[0-9A-Z]{1,4}|[0-9A-Z]{0,4})", value)
    if found is None or value.startswith("V00"):
        return False
    letter, third = found[1], found[3]
    number = int(found[2]) * 10 + (int(third) if third.isdigit() else 0)
    return number <= REACH.get(letter, 99) and (third.isdigit() or letter in "CDMOZ")


def some_icd(rng: random.Random) -> str:
    rest = rng.choice(["", ".", ".", ""])
    more = "".join(rng.choices("0123456789ABCX", k=rng.choice([1, 2, 4]))) if rest else ""
    return rng.choice(LETTERS) + digits(rng, 1) + rng.choice("0123456789ABC") + rest + more


def test_diagnoses_agree_with_a_slow_reference() -> None:
    """A letter's chapter reaches so far and no farther."""
    agree("icd10_code", varied(some_icd), icd)


def snomed(value: str) -> bool:
    sized = 6 <= len(value) <= 18 and value[0] != "0"
    partition = value[-3:-1]
    short = partition in ("00", "01", "02")
    return sized and verhoeff.is_valid(value) and (short or (partition in ("10", "11", "12") and len(value) > 10))


def some_snomed(rng: random.Random) -> str:
    partition = rng.choice(["00", "01", "02", "10", "11", "12", "03", "20"])
    return with_check(str(rng.randint(1, 9)) + digits(rng, rng.choice([2, 5, 12])) + partition, snomed, rng)


def test_clinical_terms_agree_with_stdnums_verhoeff() -> None:
    """Verhoeff's check digit, and two digits before it that say what kind of component it is."""
    agree("snomed_code", varied(some_snomed), snomed)


def some_loinc(rng: random.Random) -> str:
    body = str(rng.randint(1, 9)) + digits(rng, rng.choice([0, 2, 4]))
    whole = with_check(body, luhn.is_valid, rng)
    return f"{whole[:-1]}-{whole[-1]}"


def test_laboratory_terms_agree_with_stdnums_luhn() -> None:
    """Luhn over all digits."""
    values = [value for value in varied(some_loinc) if re.fullmatch(r"\d+-\d", value)]
    agree("loinc_code", values, lambda value: luhn.is_valid(value.replace("-", "")))


@pytest.mark.parametrize("line", ["x9434765919", "9434765919x", "1.9434765919", "9434765919.5", "12-9434765919"])
def test_a_number_in_the_middle_of_a_longer_one_is_not_confirmed(line: str) -> None:
    """Letters or digits joined to it make it something else."""
    assert not recogniser("uk_nhs_number").scanner.scan_text(line.encode())
