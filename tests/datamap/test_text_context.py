"""Words that stand before a value tell what it is: names of columns, countries, and what speaks against it."""

from __future__ import annotations

import pytest

from custodes.datamap.text import classify_text
from tests.datamap.tables import classifier


def told(line: str) -> list[tuple[str, str]]:
    """Categories and what of the line they are."""
    return [(hit.category, line[hit.start : hit.end]) for hit in classify_text([line], classifier())]


@pytest.mark.parametrize(
    ("line", "category", "value"),
    [
        ('{"portuguese_tax_number": "123456789"}', "pt_nif", "123456789"),
        ("ts=9 argentine_tax_id=20267565393 ok", "ar_cuit", "20267565393"),
        ("tckn: 17291716060", "tr_kimlik", "17291716060"),
        ("turkish identity number 17291716060", "tr_kimlik", "17291716060"),
        ("southAfricanId=7503305044089", "za_id", "7503305044089"),
        ("the Belgian national number (85073003328)", "be_nn", "85073003328"),
        ("o número fiscal português é 123456789", "pt_nif", "123456789"),
        ("la cédula de identidad uruguaya 12345672", "uy_ci", "12345672"),
        ("numéro de sécurité sociale français : 255081416802538", "fr_nir", "255081416802538"),
        ("codice fiscale svizzero 12345678901", "", ""),
        ("Deutsche Steuernummer: 36574261809", "de_steuer_id", "36574261809"),
        ("polish-tax-id 123", "", ""),
    ],
)
def test_a_name_of_a_number_speaks_for_it(line: str, category: str, value: str) -> None:
    """The phrases of columns, and a country beside a word for numbers, in each spelling of a key."""
    assert told(line) == ([(category, value)] if category else [])


@pytest.mark.parametrize(
    "word", ["diagnoseschlüssel", "Diagnoseschluessel", "DIAGNOSESCHLUSSEL", "diagnose_schluessel"]
)
def test_umlauts_may_be_written_out(word: str) -> None:
    """`ü` and `ue` are the same letter of a word, wherever it stands."""
    assert told(f"{word}: E11.9") == [("icd10_code", "E11.9")]


@pytest.mark.parametrize(
    ("line", "category"),
    [
        ("Führerscheinnummer: B072RRE2I55", "driving_licence"),
        ("fuehrerscheinnummer=B072RRE2I55", "driving_licence"),
        ("foedselsnummer 15108695088", "no_fodselsnummer"),
        ("fødselsnummer 15108695088", "no_fodselsnummer"),
        ("Rückruf 030 123456", "phone"),
        ("rueckruf: 030 123456", "phone"),
    ],
)
def test_scandinavian_and_german_words_are_met_in_either_writing(line: str, category: str) -> None:
    """Also at a word's beginning."""
    assert [found for found, _ in told(line)] == [category]


@pytest.mark.parametrize(
    ("line", "category", "value"),
    [
        ("cpf 390.533.447 05", "br_cpf", "390.533.447 05"),
        ("cliente 390.533.447\u00a005 pago", "br_cpf", "390.533.447\u00a005"),
        ("niss 85.07.30 033.28", "be_nn", "85.07.30 033.28"),
        ("RUT 12.531.909 2", "cl_rut", "12.531.909 2"),
        ("주민등록번호 971013 9019902", "kr_rrn", "971013 9019902"),
        ("ITIN 912 90 3456", "us_itin", "912 90 3456"),
        ("personas kods 161175 19997", "lv_personas_kods", "161175 19997"),
        ("Thai ID 1 2345 45678 78 1", "th_pin", "1 2345 45678 78 1"),
    ],
)
def test_a_blank_stands_for_a_hyphen_without_meaning(line: str, category: str, value: str) -> None:
    """Between the groups of a number, as people type it."""
    assert told(line) == [(category, value)]


def test_a_sign_that_tells_the_century_is_no_blank() -> None:
    """The Finnish code's sign is a part of it."""
    assert told("HETU 131052-308T") == [("fi_hetu", "131052-308T")]
    assert told("HETU 131052 308T") == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("17,ann,+12015945329,437.41,paid", [("phone", "+12015945329")]),
        ("93.10,+12015945329,437.41,paid", [("phone", "+12015945329")]),
        ("x,+34 612 89 11 84,889.74", [("phone", "+34 612 89 11 84")]),
        ("8,202-555-0143,12.50", [("phone", "202-555-0143")]),
        ("tel 1,234 567 89", []),
        ("coordinates 40.258434, 13.900574,124.82", [("coordinates", "40.258434, 13.900574")]),
        ("40.258434, 13.900574, 12", [("coordinates", "40.258434, 13.900574")]),
        ("12.5,40.258434,13.900574,7", [("coordinates", "40.258434,13.900574")]),
        ("[0.1234, 40.2584, 13.9005]", []),
        ("40.2584, 13.9005, 41.2231, 14.0025", []),
        ("1,https://ann:mad3up9@git.example.com/a,437.41", [("url_with_password", "https://ann:mad3up9@git.example.com/a")]),
        ("redis://:mad3up9@cache.example.com,bob@example.com",
         [("url_with_password", "redis://:mad3up9@cache.example.com"), ("email", "bob@example.com")]),
        ("(see ftp://ann:mad,3)up9@192.0.2.7:21)", [("url_with_password", "ftp://ann:mad,3)up9@192.0.2.7:21")]),
        ("{u: mongodb://app:mad3up9@a.example:27017,b.example:27017/x}",
         [("url_with_password", "mongodb://app:mad3up9@a.example:27017,b.example:27017/x")]),
        ("http://ann:m@d3up9@[2001:db8::7]:80/?a=b; next", [("url_with_password", "http://ann:m@d3up9@[2001:db8::7]:80/?a=b")]),
    ],
)  # fmt: skip
def test_a_field_ends_at_its_mark(line: str, expected: list[tuple[str, str]]) -> None:
    """Commas between fields neither hide a value nor belong to it."""
    assert told(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "version is 10.6.0.234",
        "load(\"build\") == '7.23.5.160'",
        "release: (10.6.0.234)",
        "Version ist 10.6.0.234",
        "la version est 10.6.0.234",
        "order: #4111111111111111",
        "invoice no. (4111111111111111)",
        '"tracking_number" = "4111111111111111"',
        "OrderNumber was 4111111111111111",
    ],
)
def test_a_word_speaks_against_a_number_through_marks_and_is(line: str) -> None:
    """Brackets, quotes, signs for equal and forms of "to be" may stand between."""
    assert told(line) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("SE71 4111 1111 1111 1111 3043", False),
        ("XX12 4111 1111 1111 1111", False),
        ("4111 1111 1111 1111 3043", False),
        ("7777 4111 1111 1111 1111", False),
        ("4111-1111-1111-1111-3043-1111", False),
        ("4111 1111 1111 1111 1229", True),
        ("4111 1111 1111 1111 2029", True),
        ("4111 1111 1111 1111 12/29 123", True),
        ("4111 1111 1111 1111 123", True),
        ("4111 1111 1111 1111, 3043", True),
        ("card 4111 1111 1111 1111 3 items", True),
    ],
)
def test_a_card_is_no_part_of_a_longer_number_in_fours(line: str, found: bool) -> None:
    """An IBAN with a wrong check is no card, but an expiry or a code may follow one."""
    assert ("payment_card" in [category for category, _ in told(line)]) == found


def test_an_ethereum_address_needs_no_word() -> None:
    """In one case it has no checksum and no other meaning; in both cases the checksum must hold."""
    assert told("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed") == [
        ("ethereum_address", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed")
    ]
    assert told("wallet 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD") == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("south_african_taxpayer_identification_number: 0149886467", [("za_tin", "0149886467")]),
        ("documento de identidad peru 10117410", [("pe_dni", "10117410")]),
        ("lithuanian personal code 11704133530", [("lt_asmens_kodas", "11704133530")]),
        ("estonian personal code 11704133530", [("ee_isikukood", "11704133530")]),
        ('{"postcode": "1000 AA", "ref": "20026"}', [("postcode", "1000 AA")]),
        ('geo_hash = "gcpvj0"  # 9q8yyk8', [("geohash", "gcpvj0")]),
        ("geohash=gcpvj0&ref=9q8yyk8", [("geohash", "gcpvj0")]),
        ('"phone": {"number": "030 123456"}', [("phone", "030 123456")]),
        ("phone 202-555-0143 or 202.555.0144", [("phone", "202-555-0143"), ("phone", "202.555.0144")]),
        ("cedula 52.123.456 pagado, orden 8692035", [("co_cedula", "52.123.456")]),
        ("tel (030 / 12 34 57)", [("phone", "030 / 12 34 57")]),
    ],
)
def test_a_word_speaks_for_the_value_of_its_own_field(line: str, expected: list[tuple[str, str]]) -> None:
    """However long the name is: the nearest word decides, then the longest, and what follows the value is another's."""
    assert told(line) == expected
