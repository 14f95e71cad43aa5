"""Addresses of wallets: agreement with python-stdnum, and with slow references of the checksums."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import bitcoin

from tests.datamap import keccak
from tests.datamap.judged import COUNT, agree, confirmed, mutated

BITCOIN = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
RIPPLE = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
BASE32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def base58(raw: bytes, alphabet: str = BITCOIN) -> str:
    number, signs = int.from_bytes(raw, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        signs = alphabet[digit] + signs
    return alphabet[0] * (len(raw) - len(raw.lstrip(b"\0"))) + signs


def checked58(text: str, alphabet: str = BITCOIN) -> bytes | None:
    """Version and hash, where the text is 25 bytes with a right checksum."""
    if any(sign not in alphabet for sign in text):
        return None
    number = 0
    for sign in text:
        number = number * 58 + alphabet.index(sign)
    zeros = len(text) - len(text.lstrip(alphabet[0]))
    raw = bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
    if len(raw) != 25 or hashlib.sha256(hashlib.sha256(raw[:-4]).digest()).digest()[:4] != raw[-4:]:
        return None
    return raw[:-4]


def address(version: int, rng: random.Random, alphabet: str = BITCOIN) -> str:
    body = bytes([version]) + rng.randbytes(20)
    return base58(body + hashlib.sha256(hashlib.sha256(body).digest()).digest()[:4], alphabet)


def polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, term in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= term if top >> bit & 1 else 0
    return check


def expanded(beginning: str) -> list[int]:
    return [ord(sign) >> 5 for sign in beginning] + [0] + [ord(sign) & 31 for sign in beginning]


def base32(beginning: str, values: list[int], constant: int) -> str:
    check = polymod(expanded(beginning) + values + [0] * 6) ^ constant
    signs = values + [check >> 5 * (5 - place) & 31 for place in range(6)]
    return beginning + "1" + "".join(BASE32[value] for value in signs)


def grouped(raw: bytes) -> list[int]:
    bits = "".join(f"{byte:08b}" for byte in raw)
    bits += "0" * (-len(bits) % 5)
    return [int(bits[place : place + 5], 2) for place in range(0, len(bits), 5)]


def segwit(version: int, raw: bytes, beginning: str = "bc") -> str:
    return base32(beginning, [version, *grouped(raw)], 1 if version == 0 else 0x2BC830A3)


def twice(made: list[str], rng: random.Random) -> list[str]:
    return [value for one in made for value in (one, mutated(one, rng))]


def test_bitcoin_addresses_agree_with_stdnum() -> None:
    """Base 58 and witness programs of version 0 are judged as python-stdnum judges them."""
    rng = random.Random(58)
    plain = [address(rng.choice([0, 0, 5, 5, 6, 111]), rng) for _ in range(COUNT // 4)]
    witness = [segwit(0, rng.randbytes(rng.choice([20, 32, 25]))) for _ in range(COUNT // 4)]
    values = [value for value in twice(plain + witness, rng) if value.startswith(("1", "3", "bc1q"))]
    versioned = {0, 5}

    def oracle(value: str) -> bool:
        body = None if value.startswith("bc1") else checked58(value)
        return bool(bitcoin.is_valid(value)) and (body is None or body[0] in versioned)

    agree("bitcoin_address", values, oracle)


def test_later_witness_programs_have_the_second_checksum() -> None:
    """From version 1 on (BIP 350) the first checksum, which python-stdnum asks for, is wrong."""
    rng = random.Random(350)
    for _ in range(500):
        version, raw = rng.randint(1, 16), rng.randbytes(rng.randint(2, 40))
        right, old = segwit(version, raw), base32("bc", [version, *grouped(raw)], 1)
        wrong = next(value for value in (mutated(right, rng) for _ in range(99)) if value != right)
        if len(right) >= 14:
            assert confirmed("bitcoin_address", [right, right.upper(), old, wrong]) == [True, True, False, False]


def test_mixed_cases_are_refused() -> None:
    """BIP 173: capital and small letters do not stand together."""
    right = segwit(0, bytes(range(20)))
    assert confirmed("bitcoin_address", [right, right[:5] + right[5:].upper()]) == [True, False]


def eip55(plain: str) -> str:
    """The address (small letters, without 0x) with its checksum."""
    signs = keccak.digest(plain.encode()).hex()
    return "0x" + "".join(
        sign.upper() if int(half, 16) >= 8 else sign for sign, half in zip(plain, signs, strict=False)
    )


@given(st.binary(max_size=300))
def test_the_reference_is_keccak(text: bytes) -> None:
    """With the suffix of the standard it is the SHA3-256 of the standard library."""
    assert keccak.digest(text, suffix=0x06) == hashlib.sha3_256(text).digest()


def test_ethereum_addresses_agree_with_a_slow_reference() -> None:
    """Of addresses in both cases, those whose capitals are the checksum pass; of one case, every one."""
    rng = random.Random(55)
    values, right = [], set()
    for _ in range(COUNT // 10):
        plain = rng.randbytes(20).hex()
        whole = eip55(plain)
        right |= {whole, "0x" + plain, "0x" + plain.upper()}
        values += [whole, "0x" + plain, "0x" + plain.upper()]
        for _ in range(7):
            place = rng.choice([place for place, sign in enumerate(whole[2:], 2) if sign.isalpha()])
            values.append(whole[:place] + whole[place].swapcase() + whole[place + 1 :])
    agree("ethereum_address", values, lambda value: value in right)


BLOCKS = [0, 2, 3, 5, 6, 7, 9, 10, 11]


def monero(prefix: int, rng: random.Random, extra: int = 0) -> str:
    body = bytes([prefix]) + rng.randbytes(64 + extra)
    raw = body + keccak.digest(body)[:4]
    signs = []
    for place in range(0, len(raw), 8):
        block = raw[place : place + 8]
        signs.append(base58(block.lstrip(b"\0")).rjust(BLOCKS[len(block)], "1"))
    return "".join(signs)


OTHERS: dict[str, Callable[[random.Random], str]] = {
    "litecoin": lambda rng: address(0x30, rng),
    "litecoin of scripts": lambda rng: address(0x32, rng),
    "litecoin in base 32": lambda rng: segwit(0, rng.randbytes(20), "ltc"),
    "dogecoin": lambda rng: address(0x1E, rng),
    "ripple": lambda rng: address(0, rng, RIPPLE),
    "tron": lambda rng: address(0x41, rng),
    "monero": lambda rng: monero(18, rng),
    "monero sub-address": lambda rng: monero(42, rng),
    "monero integrated": lambda rng: monero(19, rng, 8),
    "cardano": lambda rng: base32("addr", grouped(b"\x01" + rng.randbytes(56)), 1),
    "cardano without stake": lambda rng: base32("addr", grouped(b"\x61" + rng.randbytes(28)), 1),
}


@pytest.mark.parametrize("currency", OTHERS)
def test_addresses_of_other_currencies_agree_with_a_slow_reference(currency: str) -> None:
    """Right addresses pass, and with one sign changed none does."""
    rng = random.Random(currency)
    right = [OTHERS[currency](rng) for _ in range(300)]
    wrong = [value for value in (mutated(value, rng) for value in right) if value not in right]
    assert all(confirmed("crypto_address", right))
    assert not any(confirmed("crypto_address", wrong))
