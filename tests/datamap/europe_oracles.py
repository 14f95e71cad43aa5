"""What else knows whether a European number is right? python-stdnum, or a slow rule written from the standard.

A form is how a number is written: `#` a digit, `dd`, `mm`, `yy` a birth date's parts, any other character itself.
"""

from __future__ import annotations

import datetime as dt
import random
import re
import string
from collections.abc import Callable
from dataclasses import dataclass

from stdnum import luhn, verhoeff
from stdnum.ad import nrt
from stdnum.al import nipt
from stdnum.at import tin, vnr
from stdnum.be import eid, ssn
from stdnum.bg import egn, pnf
from stdnum.by import unp
from stdnum.ch import ssn as ahv
from stdnum.cy import vat as cy_vat
from stdnum.cz import rc
from stdnum.de import idnr, stnr
from stdnum.dk import cpr
from stdnum.ee import ik
from stdnum.es import dni, nif
from stdnum.fi import hetu, veronumero
from stdnum.fr import nif as spi
from stdnum.fr import nir
from stdnum.gb import upn, utr
from stdnum.gr import amka
from stdnum.gr import vat as afm
from stdnum.hr import oib
from stdnum.ie import pps
from stdnum.is_ import kennitala
from stdnum.it import codicefiscale
from stdnum.li import peid
from stdnum.lt import asmens
from stdnum.lv import pvn
from stdnum.md import idno
from stdnum.nl import bsn, identiteitskaartnummer, onderwijsnummer
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.pt import cc
from stdnum.pt import nif as pt_nif
from stdnum.ro import cnp
from stdnum.ru import inn
from stdnum.se import personnummer
from stdnum.si import ddv, emso
from stdnum.tr import tckimlik
from stdnum.ua import rntrc


@dataclass(frozen=True, slots=True)
class Oracle:
    """Whether a number of one category is right, and the forms it is written in.

    complete: turns random digits into what is more often right, where that is rare.
    """

    category: str
    judge: Callable[[str], bool]
    forms: tuple[str, ...]
    complete: Callable[[str], str] = str

    def __str__(self) -> str:
        return self.category


def _digits(number: str) -> list[int]:
    return [int(character) for character in number if character.isdigit()]


def _sum(number: str, weights: tuple[int, ...]) -> int:
    return sum(digit * weight for digit, weight in zip(_digits(number), weights, strict=False))


def _born(year: int, month: int, day: int) -> bool:
    try:
        dt.date(year, month, day)
    except ValueError:
        return False
    return True


def _al_nid(number: str) -> bool:
    year = 1900 + 10 * (ord(number[0]) - ord("A")) + int(number[1])
    month = next((int(number[2:4]) - more for more in (80, 50, 30) if int(number[2:4]) > more), int(number[2:4]))
    form = nipt.is_valid(number) or number[0] > "M"  # python-stdnum ends with the decade of 2020
    return form and number[-1] <= "W" and _born(year, month, int(number[4:6]))


def _by_personal(number: str) -> bool:
    values = [int(character, 36) for character in number]
    check = sum(value * (7, 3, 1)[place % 3] for place, value in enumerate(values[:13])) % 10
    born = _born(2000 + int(number[5:7]), int(number[3:5]), int(number[1:3]))
    return born and re.fullmatch(r"[1-6]\d{6}[ABCHKEM]\d{3}(PB|BA|BI)\d", number) is not None and check == values[13]


def _de_rentenversicherung(number: str) -> bool:
    """VKVV, section 2; the areas of its annex, with 40 added for the federal insurer."""
    compact = number.replace(" ", "")
    regional = {2, 3, 4, *range(8, 22), 23, 24, 25, 26, 28, 29}
    area = {*regional, *(one + 40 for one in regional), 38, 39, 40, 80, 81, 82, 89}
    letter = f"{ord(compact[8]) - ord('A') + 1:02d}"
    factors = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)
    products = [
        digit * factor for digit, factor in zip(_digits(compact[:8] + letter + compact[9:11]), factors, strict=True)
    ]
    check = sum(product // 10 + product % 10 for product in products) % 10
    dated = int(compact[2:4]) <= 31 and int(compact[4:6]) <= 12
    return int(compact[:2]) in area and dated and check == int(compact[11])


def _es_nss(number: str) -> bool:
    compact = "".join(character for character in number if character.isdigit())
    province, middle = compact[:2], int(compact[2:10])
    whole = int(province + (f"{middle:07d}" if middle < 10_000_000 else f"{middle:08d}"))
    return (1 <= int(province) <= 53 or province == "66") and whole % 97 == int(compact[10:])


def _gb_nino(number: str) -> bool:
    """HMRC's manual, NIM39110."""
    compact = re.sub("[ -]", "", number)
    prefix = re.fullmatch(r"[ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z]\d{6}[A-D]", compact)
    return prefix is not None and compact[:2] not in {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}


def _hu_szemelyi(number: str) -> bool:
    kind, *rest = _digits(number)
    year = rest[0] * 10 + rest[1]
    century = 1900 if kind in (1, 2, 5, 6) else 2000
    weights = range(10, 0, -1) if century + year >= 1997 else range(1, 11)
    return (
        1 <= kind <= 8
        and _born(century + year, rest[2] * 10 + rest[3], rest[4] * 10 + rest[5])
        and _sum(number, tuple(weights)) % 11 == rest[-1]
    )


def _lu_matricule(number: str) -> bool:
    compact = number.replace(" ", "")
    born = _born(int(compact[:4]), int(compact[4:6]), int(compact[6:8])) and compact[:2] in ("18", "19", "20")
    return born and luhn.is_valid(compact[:12]) and verhoeff.is_valid(compact[:11] + compact[12])


def _ru_snils(number: str) -> bool:
    compact = "".join(map(str, _digits(number)))
    total = _sum(compact, (9, 8, 7, 6, 5, 4, 3, 2, 1))
    if total > 101:
        total %= 101
    return int(compact[:9]) > 1_001_998 and (0 if total in (100, 101) else total) == int(compact[9:])


def _se_personnummer(number: str) -> bool:
    century = len(_digits(number)) == 10 or number[:2] in ("18", "19", "20")
    return personnummer.is_valid(number) and century and not number[-4:].startswith("000")


def _se_samordning(number: str) -> bool:
    """The day has 60 added, which Luhn counts: so the date is asked apart."""
    compact = re.sub("[-+]", "", number)
    day = int(compact[-6:-4]) - 60
    if not 1 <= day <= 31 or not luhn.is_valid(compact[-10:]):
        return False
    plain = f"{compact[:-6]}{day:02d}{compact[-4:-1]}"
    return any(_se_personnummer(f"{plain[:-3]}{'+' if '+' in number else '-'}{plain[-3:]}{last}") for last in range(10))


def _fr_spi_whole(number: str) -> str:
    return number[:10] + spi.calc_check_digits(number)


def _de_steuer_id_whole(number: str) -> str:
    """Ten different digits in any order, but one in the place of another; blanks as they stand."""
    rng = random.Random(number)
    ten = rng.sample(string.digits, 10)
    ten[rng.randrange(10)] = ten[0]
    digits = iter([*ten, "0"])
    return "".join(next(digits) if character.isdigit() else character for character in number)


D11, D13 = ("###########",), ("#############",)
BIRTH11 = ("yymmdd#####", *D11)

ORACLES = (
    Oracle("ad_nrt", lambda n: nrt.is_valid(n) and n[0] in "EF", ("F######Z", "E-######-A")),
    Oracle("al_nid", _al_nid, ("J#mmdd###W", "K#5#dd###A", "C#3#dd###M")),
    Oracle("at_tin", tin.is_valid, ("59#######", "03-###/####")),
    Oracle("at_vnr", vnr.is_valid, ("####ddmmyy", "#### ddmmyy")),
    Oracle("be_eid", eid.is_valid, ("############", "###-#######-##")),
    Oracle("be_nn", ssn.is_valid, ("yy.mm.dd-###.##", "yymmdd#####", "yy2#dd#####", "yy4#dd ### ##")),
    Oracle("bg_egn", egn.is_valid, ("yymmdd####", "yy2#dd####", "yy4#dd####")),
    Oracle("bg_pnf", pnf.is_valid, ("##########",)),
    Oracle("by_personal_number", _by_personal, ("3ddmmyyA###PB#", "5ddmmyyM###BI#")),
    Oracle("by_unp", unp.is_valid, ("MA#######", "KT#######")),
    Oracle("ch_ahv", ahv.is_valid, ("756##########", "756.####.####.##")),
    Oracle("cy_tic", cy_vat.is_valid, ("0#######A", "########Z")),
    Oracle("cz_rodne_cislo", rc.is_valid, ("yymmdd/####", "yymmdd####", "yy5#dd/####", "3#mmdd###", "4#mmdd/###")),
    Oracle("de_rentenversicherung", _de_rentenversicherung, ("15ddmmyyC###", "65 ddmmyy J ###")),
    Oracle("de_steuer_id", idnr.is_valid, (*D11, "## ### ### ###"), _de_steuer_id_whole),
    Oracle("de_steuernummer", stnr.is_valid, ("###/###/#####", "##########")),
    Oracle("dk_cpr", cpr.is_valid, ("ddmmyy-####", "ddmmyy####")),
    Oracle("ee_isikukood", ik.is_valid, ("3yymmdd####", "6yymmdd####", *D11)),
    Oracle("es_dni", dni.is_valid, ("########A", "########-Z")),
    Oracle("es_nie", nif.is_valid, ("X#######A", "Z-#######-T", "M#######K")),
    Oracle("es_nss", _es_nss, ("28##########", "08/0#######/##")),
    Oracle("fi_hetu", hetu.is_valid, ("ddmmyy-###A", "ddmmyyA###9", "ddmmyyY###K", "ddmmyy+###0")),
    Oracle("fi_veronumero", veronumero.is_valid, ("############",)),
    Oracle("fr_nir", nir.is_valid, ("###############", "2 ## mm 2A ### ### ##", "1##mm2B########")),
    Oracle("fr_spi", spi.is_valid, D13, _fr_spi_whole),
    Oracle("gb_nino", _gb_nino, ("AB######C", "JG ## ## ## A")),
    Oracle("gb_upn", upn.is_valid, ("B80##########", "A8##########T")),
    Oracle("gb_utr", utr.is_valid, ("##########",)),
    Oracle("gr_afm", afm.is_valid, ("#########",)),
    Oracle("gr_amka", amka.is_valid, ("ddmmyy#####", *D11)),
    Oracle("hr_oib", oib.is_valid, D11),
    Oracle(
        "hu_adoazonosito", lambda n: n[0] == "8" and _sum(n[:9], tuple(range(1, 10))) % 11 == int(n[9]), ("8#########",)
    ),
    Oracle("hu_szemelyi_szam", _hu_szemelyi, ("1yymmdd####", "3 yymmdd ####", "8-yymmdd-####")),
    Oracle("hu_taj", lambda n: _sum(n[:-1], (3, 7) * 4) % 10 == int(n[-1]), ("#########", "### ### ###")),
    Oracle("ie_pps", pps.is_valid, ("#######A", "#######FA", "#######WT")),
    Oracle("is_kennitala", lambda n: kennitala.is_valid(n) and n[0] < "4", ("ddmmyy-###9", "ddmmyy###0")),
    Oracle("it_codice_fiscale", codicefiscale.is_valid, ("RCCMNL83S18D969H", "ABCXYZyyAddH###Z", "ABCXYZyyT4#H###K")),
    Oracle("jmbg", emso.is_valid, ("ddmm9yy######", "ddmm0yy######")),
    Oracle("li_peid", peid.is_valid, ("####", "9#######")),
    Oracle("lt_asmens_kodas", asmens.is_valid, ("3yymmdd####", "9##########")),
    Oracle("lu_matricule", _lu_matricule, ("19yymmdd#####", "20yy mm dd ### ##")),
    Oracle(
        "lv_personas_kods", lambda n: n[0] <= "3" and pvn.is_valid(n), ("ddmmyy-1####", "ddmmyy2####", "32####-#####")
    ),
    Oracle("md_idnp", lambda n: n[0] == "2" and idno.is_valid(n), ("2############",)),
    Oracle("nl_bsn", bsn.is_valid, ("#########", "########", "####.##.###")),
    Oracle("nl_identiteitskaart", identiteitskaartnummer.is_valid, ("XR1001R58", "EM#######")),
    Oracle("nl_onderwijsnummer", onderwijsnummer.is_valid, ("10#######",)),
    Oracle("no_fodselsnummer", fodselsnummer.is_valid, ("ddmmyy#####", "ddmmyy #####", "5#mmyy#####", "dd5#yy#####")),
    Oracle("pl_pesel", pesel.is_valid, BIRTH11),
    Oracle("pt_cartao_cidadao", cc.is_valid, ("######## # ZZ#", "#########Z0#")),
    Oracle("pt_nif", pt_nif.is_valid, ("#########", "### ### ###")),
    Oracle("ro_cnp", cnp.is_valid, ("1yymmdd12####", "6yymmdd40####", *D13)),
    Oracle("ru_inn", inn.is_valid, ("############",)),
    Oracle("ru_snils", _ru_snils, (*D11, "###-###-### ##")),
    Oracle("se_personnummer", _se_personnummer, ("yymmdd-####", "19yymmdd####", "yymmdd+####", "00mmdd+####")),
    Oracle("se_samordningsnummer", _se_samordning, ("yymm7#-####", "19yymm8#####", "yymm6#+####")),
    Oracle("si_davcna", ddv.is_valid, ("########",)),
    Oracle("tr_kimlik", tckimlik.is_valid, D11),
    Oracle("ua_rntrc", rntrc.is_valid, ("##########",)),
)
