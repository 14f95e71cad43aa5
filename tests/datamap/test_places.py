"""Places: pairs of numbers on the globe in every form they are written in, and what only looks like them."""

from __future__ import annotations

import random

import pytest

from custodes.datamap.category import load_categories
from custodes.datamap.recognise import Recogniser
from custodes.datamap.values import SHAPES
from tests.datamap.judged import COUNT, agree, confirmed, recogniser
from tests.datamap.tables import held

EVERY = Recogniser(load_categories())


def sixtieths(value: float, points: str) -> str:
    whole = abs(value)
    seconds = whole % (1 / 60) * 3600
    return f"{int(whole)}°{int(whole * 60) % 60:02d}'{seconds:.1f}\"{points[value < 0]}"


def spelt(latitude: float, longitude: float, rng: random.Random) -> str:
    north, east = "NS"[latitude < 0], "EW"[longitude < 0]
    return rng.choice(
        [
            f"{latitude:.4f}, {longitude:.4f}",
            f"{latitude:.6f},{longitude:.6f}",
            f"geo:{latitude:.5f},{longitude:.5f}",
            f"lat={latitude:.4f}&lon={longitude:.4f}",
            f"latitude: {latitude:.3f}, longitude: {longitude:.3f}",
            f"POINT({longitude:.4f} {latitude:.4f})",
            f'"coordinates": [{longitude:.4f}, {latitude:.4f}',
            f"{abs(latitude):.4f}° {north}, {abs(longitude):.4f}° {east}",
            f"{sixtieths(latitude, 'NS')} {sixtieths(longitude, 'EW')}",
            f"{latitude:+08.4f}{longitude:+09.4f}/",
        ]
    )


def test_pairs_are_judged_by_whether_they_lie_on_the_globe() -> None:
    """In ten forms, each pair passes exactly where both numbers are degrees of the globe."""
    rng = random.Random(6709)
    values, on_globe = [], set()
    for _ in range(COUNT):
        latitude, longitude = rng.uniform(-99, 99), rng.uniform(-250, 250)
        value = spelt(latitude, longitude, rng)
        values.append(value)
        edge = abs(abs(latitude) - 90) < 0.01 or abs(abs(longitude) - 180) < 0.01
        if edge or max(abs(latitude), abs(longitude)) < 1.01:
            values.pop()
        elif abs(latitude) <= 90 and abs(longitude) <= 180:
            on_globe.add(value)
    agree("coordinates", values, lambda value: value in on_globe)


SIGNS = "23456789CFGHJMPQRVWX"


def open_location_code(latitude: float, longitude: float) -> str:
    """Ten signs: five pairs, each a twentieth of the one before (Open Location Code, encoding)."""
    down, across = int((latitude + 90) * 8000), int((longitude + 180) * 8000)
    code = ""
    for _ in range(5):
        code = SIGNS[down % 20] + SIGNS[across % 20] + code
        down, across = down // 20, across // 20
    return code[:8] + "+" + code[8:]


def test_plus_codes_agree_with_a_slow_reference() -> None:
    """What the standard's way of encoding makes of any place passes; codes beyond the poles or once around do not."""
    rng = random.Random(1)
    made = [open_location_code(rng.uniform(-90, 89.99), rng.uniform(-180, 179.99)) for _ in range(COUNT // 2)]
    beyond = ["F" + code[1:] for code in made] + [code[0] + "W" + code[2:] for code in made]
    # Six codes in a thousand have no digit: what leads the scanner to them is one.
    lettered = [code for code in made + beyond if any(map(str.isalpha, code)) and any(map(str.isdigit, code))]
    agree("plus_code", lettered, lambda code: code[0] <= "C" and code[1] <= "V")
    assert not any(
        confirmed("plus_code", [code for code in made if code.replace("+", "").isdigit()] or ["22222222+22"])
    )


@pytest.mark.parametrize(
    "line",
    [
        "took 12.3456, 78.9012, 45.6789 seconds",
        "p = 0.1234, 0.5678",
        "version 1.2.3.4",
        "2.50, 3.75",
        "[0.12345, 0.98765, 0.55555]",
        "file:///etc.d.conf",
        "see https://example.com///a.b.c",
        "12.3456,78.9012.3",
    ],
)
def test_other_numbers_and_paths_are_no_places(line: str) -> None:
    """Vectors, shares, prices, versions and paths are left alone."""
    assert not [match for match in EVERY.text(line) if match.category in ("coordinates", "what3words", "plus_code")]


def test_bare_numbers_need_a_word_beside_them() -> None:
    """Few decimals are a place only behind a word for one."""
    assert not recogniser("coordinates").text("48.85, 2.29")
    assert recogniser("coordinates").text("meet at location 48.85, 2.29")


def test_two_columns_of_degrees_are_told_by_their_names() -> None:
    """Latitude and longitude in columns of their own."""
    rng = random.Random(2)
    columns = {
        "geo_lat": [f"{rng.uniform(-60, 70):.5f}" for _ in range(50)],
        "lng": [f"{rng.uniform(-180, 180):.5f}" for _ in range(50)],
        "long_name": [f"Example {place}" for place in range(50)],
    }
    found = held(columns)
    assert found["geo_lat"] == "latitude"
    assert found["lng"] == "longitude"
    assert "long_name" not in found


@pytest.mark.parametrize(
    ("shape", "good", "bad"),
    [
        ("latitude", ["0", "-90", "48.8584 N", "51,5", "12.3°"], ["90.1", "1e1", "12 E", "", "1.2.3", "N"]),
        ("longitude", ["180", "-0.1278", "2.29° E"], ["180.5", "12 N", "x"]),
        ("coordinates", ["48.85, 2.29", "(2.29 48.85)", "-33.9;151"], ["48, 2", "198.5, 2.0", "1.0, 2.0, 3.0", "x, y"]),
        ("cookie", ["sid=abc; theme=dark", "el4ukv0kqbvoirg7nkp4dncpk3"], ["none", "a recipe", "12345678901234567"]),
        ("card_month", ["1/27", "01/27", "12-2031", "2027-01", "0128"], ["13/27", "00/27", "12.50", "2027", "9999"]),
        ("blood_type", ["A+", "0 neg", "AB Rh-", "b positive", "O"], ["C+", "AA", "+", "A+B"]),
        (
            "terms",
            ["asthma", "Metformin 500 mg", "nut allergy"],
            ["true", "12", "E11.9", "ann@example.com", "A10BA02", "no"],
        ),
    ],
)
def test_shapes_of_things(shape: str, good: list[str], bad: list[str]) -> None:
    """Each shape takes what people write for it and leaves the rest."""
    assert all(SHAPES[shape](value) for value in good)
    assert not any(SHAPES[shape](value) for value in bad)
