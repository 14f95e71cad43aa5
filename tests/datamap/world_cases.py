"""Which numbers of the world outside Europe are compared with which oracle, in which printed forms?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from stdnum import luhn
from stdnum.ar import cuit
from stdnum.au import tfn
from stdnum.az import voen
from stdnum.br import cpf
from stdnum.ca import bc_phn, sin
from stdnum.cl import rut
from stdnum.co import nit as co_nit
from stdnum.cu import ni
from stdnum.ec import ci
from stdnum.ec import ruc as ec_ruc
from stdnum.gh import tin as gh_tin
from stdnum.gt import nit as gt_nit
from stdnum.id import npwp
from stdnum.il import idnr as il_idnr
from stdnum.in_ import aadhaar, epic, pan, vid
from stdnum.jp import in_
from stdnum.ke import pin as ke_pin
from stdnum.kr import rrn
from stdnum.mu import nid
from stdnum.mx import curp, rfc
from stdnum.my import nric
from stdnum.mz import nuit
from stdnum.nz import ird
from stdnum.pe import cui
from stdnum.pe import ruc as pe_ruc
from stdnum.pk import cnic
from stdnum.py import ruc as py_ruc
from stdnum.sv import nit as sv_nit
from stdnum.th import pin as th_pin
from stdnum.us import atin, itin, ssn
from stdnum.ve import rif
from stdnum.vn import mst
from stdnum.za import idnr as za_idnr
from stdnum.za import tin as za_tin

from tests.datamap import world_slow as slow


@dataclass(frozen=True)
class Case:
    """A category, its oracle, and how to make numbers that are likely to be right.

    oracle: takes a printed number. forms: `#` is a digit, `@` a capital letter, `*` either, the rest is itself.
    begins: what right numbers may begin with, letters and digits only. date: where six digits of a birth date
    stand, and in which order. check: places of the check characters, separators not counted. signs: what they are.
    """

    category: str
    oracle: Callable[[str], bool]
    forms: tuple[str, ...]
    begins: tuple[str, ...] = ("",)
    date: tuple[int, str] | None = None
    check: tuple[int, ...] = (-1,)
    signs: str = "0123456789"


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"


def _digits(number: str) -> str:
    return "".join(sign for sign in number if sign.isdigit())


def _us_itin(number: str) -> bool:
    """The IRS uses groups 50 to 65 as well."""
    digits = _digits(number)
    return itin.is_valid(number) or (digits[0] == "9" and len(digits) == 9 and 50 <= int(digits[3:5]) <= 65)


def _npwp(number: str) -> bool:
    """Sixteen digits that do not begin with 0 are a NIK, a category of its own."""
    return npwp.is_valid(number) and (len(_digits(number)) == 15 or number.startswith("0"))


def _gh_tin(number: str) -> bool:
    """Of individuals; the oracle stumbles over letters among the digits."""
    return number.startswith("P00") and number[1:10].isdigit() and gh_tin.is_valid(number)


CASES = (
    Case("us_ssn", ssn.is_valid, ("###-##-####", "#########")),
    Case("us_itin", _us_itin, ("###-##-####", "#########"), begins=("9",), check=(3, 4)),
    Case(
        "us_atin",
        lambda n: atin.is_valid(n) and n[0] == "9" and n[4:6] == "93",
        ("###-##-####",),
        begins=("9",),
        check=(3, 4),
    ),
    Case("ca_sin", sin.is_valid, ("###-###-###", "### ### ###", "#########")),
    Case("ca_bc_phn", bc_phn.is_valid, ("#### ### ###", "##########"), begins=("9",)),
    Case(
        "mx_curp",
        curp.is_valid,
        ("@@@@######@@@@@@*#",),
        begins=("AXBC######HDF", "LXPD######MNL", "ZXRT######MZZ"),
        date=(4, "ymd"),
    ),
    Case(
        "mx_rfc",
        lambda n: rfc.is_valid(n) and n[-1] in DIGITS + "A",
        ("@@@@######***", "@@@@-######-***"),
        begins=("GXPA", "LXMN"),
        date=(4, "ymd"),
    ),
    Case("br_cpf", cpf.is_valid, ("###.###.###-##", "#########-##", "###########"), check=(-2, -1)),
    Case(
        "ar_cuit",
        lambda n: cuit.is_valid(n) and n[:2] in ("20", "23", "24", "27"),
        ("##-########-#", "###########"),
        begins=("20", "23", "24", "27"),
    ),
    Case(
        "cl_rut",
        rut.is_valid,
        ("##.###.###-*", "#.###.###-*", "########-*", "#######-*", "########*", "#######*"),
        signs=DIGITS + "K",
    ),
    Case("co_nit", co_nit.is_valid, ("###.###.###-#", "##.###.###-#", "##########-#", "#########-#", "##########")),
    Case("cu_ni", ni.is_valid, ("###########",), date=(0, "ymd")),
    Case("do_cedula", lambda n: luhn.is_valid(n.replace("-", "")), ("###-#######-#", "###########")),
    Case("ec_ci", ci.is_valid, ("#########-#", "##########"), begins=("17", "09", "30")),
    Case(
        "ec_ruc",
        lambda n: ec_ruc.is_valid(n) and ci.is_valid(n[:10]),
        ("#############", "##########-###"),
        begins=("171", "095", "012", "106"),
        check=(9,),
    ),
    Case("gt_cui", slow.gt_cui, ("#### ##### ####", "#############"), check=(8, 9, 11)),
    Case("gt_nit", gt_nit.is_valid, ("#######-*", "######-*", "########*"), signs=DIGITS + "K"),
    Case("pe_cui", cui.is_valid, ("########-*",), signs=DIGITS + "ABCDEFGHIJK"),
    Case("pe_ruc", lambda n: pe_ruc.is_valid(n) and n[:2] != "20", ("###########",), begins=("10", "15", "17")),
    Case("py_ruc", lambda n: py_ruc.is_valid(n) and int(n.split("-")[0]) < 80_000_000, ("#######-#", "########-#")),
    Case("sv_dui", slow.sv_dui, ("########-#", "#########")),
    Case("sv_nit", sv_nit.is_valid, ("####-######-###-#", "##############"), begins=("0614", "1217", "9000")),
    Case("uy_ci", slow.uy_ci, ("#.###.###-#", "#######-#", "########", "#######", "###.###-#")),
    Case("ve_rif", lambda n: rif.is_valid(n) and n[0] in "VEP", ("@-########-#", "@#########"), begins=("V", "E", "P")),
    Case("au_tfn", tfn.is_valid, ("### ### ###", "#########", "########", "## ### ###")),
    Case(
        "au_medicare",
        slow.au_medicare,
        ("#### ##### #", "##########", "#### ##### # #", "#### ##### #/#"),
        check=(0, 8),
    ),
    Case("nz_ird", ird.is_valid, ("##-###-###", "###-###-###", "#########", "########"), begins=("04", "1", "10", "4")),
    Case(
        "cn_ric",
        slow.cn_ric,
        ("#################*",),
        begins=("11010119", "44030020", "65010119"),
        date=(8, "ymd"),
        signs=DIGITS + "X",
    ),
    Case("hk_hkid", slow.hk_hkid, ("@######(*)", "@@######(*)", "@######*", "@@######*"), signs=DIGITS + "A"),
    Case("jp_my_number", in_.is_valid, ("############", "#### #### ####", "####-####-####")),
    Case("kr_rrn", rrn.is_valid, ("######-#######", "#############"), date=(0, "ymd")),
    Case("tw_national_id", slow.tw_national_id, ("@#########",), begins=("A1", "F2", "Z8", "W9")),
    Case("in_aadhaar", aadhaar.is_valid, ("#### #### ####", "####-####-####", "############")),
    Case("in_epic", epic.is_valid, ("@@@#######",)),
    Case("in_pan", lambda n: pan.is_valid(n) and n[3] == "P", ("@@@@@####@",), begins=("ABCP", "XYZP"), check=()),
    Case("in_vid", vid.is_valid, ("#### #### #### ####", "################")),
    Case("pk_cnic", cnic.is_valid, ("#####-#######-#", "#############")),
    Case("lk_nic", slow.lk_nic, ("#########@", "############"), signs=DIGITS + "VX"),
    Case(
        "id_nik", slow.id_nik, ("################",), begins=("317101", "947101", "640213"), date=(6, "dmy"), check=()
    ),
    Case("id_npwp", _npwp, ("##.###.###.#-###.###", "###############", "################"), check=(8, 9)),
    Case("my_nric", nric.is_valid, ("######-##-####", "############"), date=(0, "ymd"), check=(6, 7)),
    Case("sg_nric", slow.sg_nric, ("@#######@",), begins=("S", "T", "F", "G", "M"), signs=LETTERS),
    Case("th_pin", th_pin.is_valid, ("#-####-#####-##-#", "#############")),
    Case("vn_mst", mst.is_valid, ("##########",)),
    Case("vn_cccd", slow.vn_cccd, ("############",), begins=("0011", "0793", "0960"), check=()),
    Case(
        "ae_emirates_id", slow.ae_emirates_id, ("###-####-#######-#", "###############"), begins=("7841985", "7842001")
    ),
    Case("az_voen", lambda n: voen.is_valid(n) and n[-1] == "2", ("##########",), check=(8, 9)),
    Case("il_id", il_idnr.is_valid, ("#########", "########-#")),
    Case("ir_national_id", slow.ir_national_id, ("##########",)),
    Case("kw_civil_id", slow.kw_civil_id, ("############",), begins=("2", "3"), date=(1, "ymd")),
    Case("kz_iin", slow.kz_iin, ("############",), date=(0, "ymd"), check=(6, 11)),
    Case("sa_national_id", slow.sa_national_id, ("##########",), begins=("1", "2")),
    Case("eg_nid", slow.eg_nid, ("##############",), begins=("2", "3"), date=(1, "ymd"), check=(7, 8)),
    Case("gh_tin", _gh_tin, ("@#########*",), begins=("P00",), signs=DIGITS + "X"),
    Case("ke_pin", lambda n: ke_pin.is_valid(n) and n[0] == "A", ("@#########@",), begins=("A",), check=()),
    Case("mu_nid", nid.is_valid, ("@############*",), date=(1, "dmy"), signs=DIGITS + LETTERS[:7]),
    Case("mz_nuit", nuit.is_valid, ("#########", "### ### ###")),
    Case("za_id", za_idnr.is_valid, ("#############", "###### #### ## #"), date=(0, "ymd"), check=(10, 12)),
    Case("za_tin", za_tin.is_valid, ("##########", "####/###/###"), begins=("0", "1", "2", "3", "9")),
)
