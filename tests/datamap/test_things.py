"""Devices, vehicles and network cards: agreement with python-stdnum, or with a slow reference of the standard."""

from __future__ import annotations

import ipaddress
import random
import re

from stdnum import imei, imsi, luhn, mac, meid

from tests.datamap.judged import COUNT, agree, digits, mutated, recogniser, varied, with_check

# Bodies that register types of devices; python-stdnum does not ask for them.
BODIES = {1, 10, 30, 33, 35, 44, 45, *range(49, 55), 86, 91, 98, 99}


def some_imei(rng: random.Random) -> str:
    begin = f"{rng.choice(sorted(BODIES)):02d}" if rng.random() < 0.8 else digits(rng, 2)
    number = with_check(begin + digits(rng, 12), imei.is_valid, rng)
    return rng.choice([number, imei.format(number), imei.format(number, separator=" ")])


def test_device_numbers_agree_with_stdnum() -> None:
    """The check digit is judged as python-stdnum judges it; the beginning must be a registering body's besides."""
    agree("imei", varied(some_imei), lambda value: imei.is_valid(value) and int(value[:2]) in BODIES)


def some_imsi(rng: random.Random) -> str:
    return digits(rng, 3) + digits(rng, rng.choice([11, 12, 12]))


def test_subscriber_numbers_agree_with_stdnum() -> None:
    """The country code is judged as python-stdnum judges it, but for codes of tests and private networks.

    Of the code 315, which is the United States' like 310 to 316, it knows one network only.
    """
    unused = ("001", "991", "995", "999")

    def oracle(value: str) -> bool:
        return not value.startswith(unused) and (imsi.is_valid(value) or value.startswith("315"))

    agree("imsi", [value for value in varied(some_imsi) if len(value) in (14, 15)], oracle)


def some_iccid(rng: random.Random) -> str:
    begin = rng.choice(["89", "89", "89", "88"])
    return with_check(begin + digits(rng, rng.choice([15, 16, 16, 17])), luhn.is_valid, rng)


def test_sim_card_numbers_agree_with_stdnums_luhn() -> None:
    """They begin with 89 and pass Luhn."""
    agree("iccid", varied(some_iccid), lambda value: value.startswith("89") and luhn.is_valid(value))


def some_meid(rng: random.Random) -> str:
    bare = rng.choice("ABCDEF9") + "".join(rng.choices("0123456789ABCDEF", k=13))
    return bare + rng.choice(["", meid.calc_check_digit(bare), rng.choice("0123456789ABCDEF")])


def test_cdma_device_numbers_agree_with_stdnum() -> None:
    """With a check digit or without; those of digits alone are an IMEI's and left to it."""
    values = [value for value in varied(some_meid) if any(sign.isdigit() for sign in value)]
    agree("meid", values, lambda value: value[0] in "ABCDEF" and meid.is_valid(value))


SIGNS = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
WORTH = dict(
    zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", [*range(10), *range(1, 9), *range(1, 6), 7, 9, *range(2, 10)], strict=True)
)


def vehicle(value: str) -> bool:
    """49 CFR 565.15: each sign's worth times the weight of its place, by 11; ten is written X."""
    weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]
    rest = sum(WORTH[sign] * weight for sign, weight in zip(value, weights, strict=True)) % 11
    return value[8] == ("X" if rest == 10 else str(rest)) and not value.isdigit()


def checked(value: str) -> str:
    return next((made for sign in "0123456789X" if vehicle(made := value[:8] + sign + value[9:])), value)


def test_vehicle_numbers_agree_with_a_slow_reference() -> None:
    """Those with a right check digit are told without a word beside them, the others only by one."""
    rng = random.Random(3779)
    values = []
    for _ in range(COUNT // 2):
        value = checked("".join(rng.choices(SIGNS, k=13)) + digits(rng, 4))
        values += [value, "".join(sign if sign not in "IOQ" else "A" for sign in mutated(value, rng))]
    values = [value for value in values if value[-4:].isdigit()]
    found = recogniser("vin").scanner.scan_text("\n".join(values).encode())
    told = {start for start, _, index, _ in found if not recogniser("vin").patterns[index][1].weak}
    assert told == {18 * place for place, value in enumerate(values) if vehicle(value)}
    named = [f"VIN {value}" for value in values[:200]]
    assert all(recogniser("vin").text(line) for line in named)


def some_mac(rng: random.Random) -> str:
    plain = rng.randbytes(rng.choice([6, 6, 6, 5])).hex() if rng.random() < 0.95 else "00" * 6
    mark = rng.choice(":-")
    spelt = mark.join(plain[place : place + 2] for place in range(0, len(plain), 2))
    return rng.choice([spelt, spelt.upper()])


def test_network_card_numbers_agree_with_stdnum() -> None:
    """Form is judged as python-stdnum judges it; all zeros are nobody's, and digits with hyphens something else."""

    def oracle(value: str) -> bool:
        try:
            mac.validate(value, validate_manufacturer=False)
        except mac.ValidationError:
            return False
        telling = ":" in value or re.search("[A-Fa-f]", value) is not None
        return set(value) - set(":-") != {"0"} and telling

    values = [
        value for value in varied(some_mac) if re.search(r"[0-9]", value) and re.fullmatch(r"[0-9A-Fa-f:-]+", value)
    ]
    agree("mac_address", values, oracle)


def some_ipv4(rng: random.Random) -> str:
    return ".".join(str(rng.randint(0, 300) if rng.random() < 0.2 else rng.randint(1, 255)) for _ in range(4))


def some_ipv6(rng: random.Random) -> str:
    whole = ipaddress.IPv6Address(bytes(byte if rng.random() < 0.5 else 0 for byte in rng.randbytes(16)))
    return rng.choice([str(whole), whole.exploded, str(whole).upper(), str(whole) + ":"])


def test_addresses_of_hosts_agree_with_the_standard_library() -> None:
    """IPv4 and IPv6 are judged as `ipaddress` judges them, but for those that name no host."""

    def oracle(value: str) -> bool:
        try:
            found = ipaddress.ip_address(value)
        except ValueError:
            return False
        nobody = found.is_unspecified or (found.is_loopback and found.version == 6) or value == "255.255.255.255"
        return not nobody and not value.startswith("0.") and re.search(r"[0-9]", value) is not None

    agree("ip_address", varied(some_ipv4, COUNT // 2), oracle)
    agree(
        "ip_address",
        [value for value in varied(some_ipv6, COUNT // 2) if re.fullmatch(r"[0-9A-Fa-f:]+", value)],
        oracle,
    )
