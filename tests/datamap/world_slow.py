"""How do the numbers that python-stdnum does not know work? The slow way, as their standards tell it."""

from __future__ import annotations

import re
from datetime import date

from stdnum import luhn
from stdnum.cn import ric
from stdnum.exceptions import ValidationError
from stdnum.id import nik


def _weighed(digits: str, weights: str) -> int:
    return sum(int(digit) * int(weight) for digit, weight in zip(digits, weights.split(), strict=True))


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def hk_hkid(number: str) -> bool:
    """Letters count from A = 10, a missing one as 36; weights 9 to 1, the check A as 10; rest 0 by 11."""
    found = re.fullmatch(r"([A-Z]?)([A-Z])(\d{6})([\dA])", re.sub(r"[()]", "", number))
    if found is None:
        return False
    values = [int(sign, 36) for sign in "".join(found.groups())]
    return sum(value * weight for value, weight in zip([36, *values][-9:], range(9, 0, -1), strict=True)) % 11 == 0


def sg_nric(number: str) -> bool:
    """Weights 2 7 6 5 4 3 2, 4 more for T and G, 3 more for M; the letter by the rest of 11."""
    if not re.fullmatch(r"[STFGM]\d{7}[A-Z]", number):
        return False
    rest = (_weighed(number[1:8], "2 7 6 5 4 3 2") + {"T": 4, "G": 4, "M": 3}.get(number[0], 0)) % 11
    letters = {"S": "ABCDEFGHIZJ", "T": "ABCDEFGHIZJ", "F": "KLMNPQRTUWX", "G": "KLMNPQRTUWX", "M": "KLJNPQRTUWX"}
    return letters[number[0]][10 - rest] == number[8]


def tw_national_id(number: str) -> bool:
    """The letter stands for two digits; weights 1 9 8 7 6 5 4 3 2 1 1, rest 0 by 10."""
    if not re.fullmatch(r"[A-Z][1289]\d{8}", number):
        return False
    place = str("ABCDEFGHJKLMNPQRSTUVXYWZIO".index(number[0]) + 10)
    return _weighed(place + number[1:], "1 9 8 7 6 5 4 3 2 1 1") % 10 == 0


def kz_iin(number: str) -> bool:
    """Birth date, 1 to 6 for century and sex; weights 1 to 11, where the rest is 10 those of 3 to 11, 1, 2."""
    if not re.fullmatch(r"\d{6}[1-6]\d{5}", number):
        return False
    year = 1800 + (int(number[6]) - 1) // 2 * 100 + int(number[:2])
    rest = _weighed(number[:11], "1 2 3 4 5 6 7 8 9 10 11") % 11
    if rest == 10:
        rest = _weighed(number[:11], "3 4 5 6 7 8 9 10 11 1 2") % 11
    return _is_day(year, int(number[2:4]), int(number[4:6])) and str(rest) == number[11]


def kw_civil_id(number: str) -> bool:
    """Century, birth date, serial; 11 less the weighed rest of 11."""
    if not re.fullmatch(r"[123]\d{11}", number):
        return False
    year = 1700 + int(number[0]) * 100 + int(number[1:3])
    check = 11 - _weighed(number[:11], "2 1 6 3 7 9 10 5 8 4 2") % 11
    return _is_day(year, int(number[3:5]), int(number[5:7])) and str(check) == number[11]


def ir_national_id(number: str) -> bool:
    """Weights 10 to 2; the rest of 11 itself below 2, else 11 less it."""
    if not re.fullmatch(r"\d{10}", number):
        return False
    rest = _weighed(number[:9], "10 9 8 7 6 5 4 3 2") % 11
    return int(number[9]) == (rest if rest < 2 else 11 - rest)


def uy_ci(number: str) -> bool:
    """Weights 2 9 8 7 6 3 4 over the seven digits, the check fills up to tens."""
    digits = re.sub(r"[.-]", "", number)
    if not re.fullmatch(r"\d{7,8}", digits):
        return False
    digits = digits.zfill(8)
    return (_weighed(digits[:7], "2 9 8 7 6 3 4") + int(digits[7])) % 10 == 0


def sv_dui(number: str) -> bool:
    """Weights 9 to 2, the check fills up to tens."""
    digits = number.replace("-", "")
    return bool(re.fullmatch(r"\d{9}", digits)) and _weighed(digits, "9 8 7 6 5 4 3 2 1") % 10 == 0


def gt_cui(number: str) -> bool:
    """Weights 2 to 9 by 11 give the ninth digit; then department and municipality."""
    digits = number.replace(" ", "")
    if not re.fullmatch(r"\d{13}", digits):
        return False
    place = 1 <= int(digits[9:11]) <= 22 and 1 <= int(digits[11:]) <= 33
    return place and str(_weighed(digits[:8], "2 3 4 5 6 7 8 9") % 11) == digits[8]


def au_medicare(number: str) -> bool:
    """Begins with 2 to 6; weights 1 3 7 9 1 3 7 9 by 10 give the ninth digit; card and person count from 1."""
    digits = re.sub(r"[ /-]", "", number)
    if not re.fullmatch(r"[2-6]\d{8}[1-9]{1,2}", digits):
        return False
    return str(_weighed(digits[:8], "1 3 7 9 1 3 7 9") % 10) == digits[8]


def eg_nid(number: str) -> bool:
    """Century 2 or 3, birth date, governorate."""
    if not re.fullmatch(r"[23]\d{6}(0[1-4]|1[1-9]|2[1-9]|3[1-5]|88)\d{5}", number):
        return False
    return _is_day(1700 + int(number[0]) * 100 + int(number[1:3]), int(number[3:5]), int(number[5:7]))


def ae_emirates_id(number: str) -> bool:
    """784, the year of birth, seven digits, Luhn over all."""
    digits = number.replace("-", "")
    return bool(re.fullmatch(r"784(19|20)\d{10}", digits)) and luhn.is_valid(digits)


def sa_national_id(number: str) -> bool:
    """1 for citizens, 2 for residents, Luhn."""
    return bool(re.fullmatch(r"[12]\d{9}", number)) and luhn.is_valid(number)


def lk_nic(number: str) -> bool:
    """Two digits of the year, the day (500 more for women), four digits and V or X; since 2016 twelve digits."""
    found = re.fullmatch(r"\d{2}(\d{3})\d{4}[VX]", number) or re.fullmatch(r"(?:19|20)\d{2}(\d{3})\d{5}", number)
    return found is not None and (1 <= int(found[1]) <= 366 or 501 <= int(found[1]) <= 866)


def vn_cccd(number: str) -> bool:
    """Province or country of birth up to 096, then 0 to 3 for century and sex."""
    return bool(re.fullmatch(r"0(0[1-9]|[1-8]\d|9[0-6])[0-3]\d{8}", number))


def cn_ric(number: str) -> bool:
    """As python-stdnum, but by province instead of county, and for years in which people live."""
    provinces = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82"
    if not re.fullmatch(r"\d{17}[\dX]", number) or number[:2] not in provinces.split():
        return False
    try:
        year = ric.get_birth_date(number).year
    except ValidationError:
        return False
    return 1850 <= year < 2100 and ric.calc_check_digit(number) == number[-1]


def id_nik(number: str) -> bool:
    """As python-stdnum, but any regency (01-40) or city (71-79) of a province, and no day above 71."""
    provinces = {*range(11, 20), 21, *range(31, 37), 51, 52, 53, *range(61, 66), *range(71, 77), 81, 82, *range(91, 98)}
    if not re.fullmatch(r"\d{16}", number) or int(number[:2]) not in provinces or int(number[6:8]) > 71:
        return False
    place = int(number[2:4])
    try:
        nik.get_birth_date(number)
    except ValidationError:
        return False
    return 1 <= place <= 40 or 71 <= place <= 79
