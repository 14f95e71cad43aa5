"""Which numbers do states outside Europe give to people?"""

from __future__ import annotations

from typing import Final

from custodes.company.columns.draw import Draw, grouped
from custodes.company.columns.national import check, digits, groups, identifier, number


def _mexican(draw: Draw) -> str:
    name = draw.any("GLMRSH") + draw.any("AEO") + draw.letters(2, "BCDFGLMRSTV")
    state = draw.any(("DF", "JC", "NL", "MC", "PL"))
    return f"{name}{draw.birth()}{draw.any('HM')}{state}{draw.letters(3, 'BCDFGLMNRST')}0"


def _ric(draw: Draw) -> str:
    return draw.any(("110101", "310104", "440305", "320106", "330106")) + draw.birth("%Y%m%d") + draw.digits(3)


def _rrn(draw: Draw) -> str:
    return draw.birth() + draw.any("12") + f"{draw.rng.randint(0, 95):02d}" + draw.digits(3)


def _aadhaar(draw: Draw) -> str:
    return draw.digits(11, "23456789")


def _pan(draw: Draw) -> str:
    return draw.letters(3) + "P" + draw.letters(1) + f"{draw.rng.randint(1, 9999):04d}" + draw.letters(1)


def us_ssn(draw: Draw) -> str:
    """A social security number that may have been issued, with hyphens."""
    return grouped(draw.valid(lambda: draw.digits(9, "12345678"), check("us.ssn")), (3, 2), "-")


def _cuit(draw: Draw) -> str:
    return draw.any(("20", "23", "24", "27")) + draw.digits(8, "1234")


def _cpf(number: str) -> str:
    return f"{number[:3]}.{number[3:6]}.{number[6:9]}-{number[9:]}"


def _rut(number: str) -> str:
    return f"{number[:-7]}.{number[-7:-4]}.{number[-4:-1]}-{number[-1]}"


WORLD: Final = (
    identifier("us_ssn", us_ssn, "en", ("ssn", "social security number"), ("soc sec no",)),
    identifier(
        "us_itin",
        number("us.itin", lambda d: f"9{d.digits(2)}-{d.any(('70', '75', '81', '90', '94'))}-{d.digits(4)}"),
        "en",
        ("itin", "taxpayer itin"),
        ("individual taxpayer id",),
    ),
    identifier(
        "ca_sin",
        number("ca.sin", digits(8, "1234567"), ends="9", write=groups(3, 3)),
        "fr",
        ("numero assurance sociale", "nas"),
        ("sin", "social insurance number"),
    ),
    identifier(
        "mx_curp", number("mx.curp", _mexican, ends="9"), "es", ("curp", "clave curp"), ("mexican curp",), look="code"
    ),
    identifier(
        "br_cpf", number("br.cpf", digits(9), ends="99", write=_cpf), "pt", ("cpf", "cpf cliente"), ("brazilian cpf",)
    ),
    identifier(
        "ar_cuit",
        number("ar.cuit", _cuit, ends="9", write=groups(2, 8, by="-")),
        "es",
        ("cuit", "cuil"),
        ("argentine tax id",),
        whole=True,
    ),
    identifier(
        "cl_rut",
        number("cl.rut", digits(8, "12"), ends="9", write=_rut),
        "es",
        ("rut", "run"),
        ("chilean rut",),
    ),
    identifier(
        "in_aadhaar",
        number("in_.aadhaar", _aadhaar, ends="9", write=groups(4, 4)),
        "en",
        ("aadhaar", "aadhaar number"),
        ("uid aadhaar",),
    ),
    identifier(
        "in_pan",
        number("in_.pan", _pan),
        "en",
        ("pan card", "permanent account number"),
        ("income tax pan",),
        look="code",
    ),
    identifier(
        "cn_ric",
        number("cn.ric", lambda d: _ric(d) + d.any("0123456789X")),
        "zh",
        ("shenfenzheng",),
        ("chinese resident id", "resident identity card"),
        look="code",
    ),
    identifier(
        "jp_my_number",
        number("jp.in_", digits(11), ends="9"),
        "ja",
        ("kojin bango", "mynumber"),
        ("my number",),
    ),
    identifier(
        "kr_rrn",
        number("kr.rrn", _rrn, ends="9", write=groups(6, by="-")),
        "ko",
        ("jumin number",),
        ("resident registration number", "rrn"),
    ),
    identifier(
        "za_id",
        number("za.idnr", lambda d: d.birth() + d.digits(4) + "08", ends="9"),
        "en",
        ("sa id number", "rsa id"),
        ("south african id",),
    ),
    identifier(
        "il_id",
        number("il.idnr", digits(8, "0123"), ends="9"),
        "en",
        ("teudat zehut", "mispar zehut"),
        ("israeli id",),
    ),
    identifier(
        "au_tfn",
        number("au.tfn", digits(8, "123456789"), ends="9", write=groups(3, 3)),
        "en",
        ("tfn", "tax file number"),
        ("australian tfn",),
    ),
    identifier(
        "th_pin",
        number("th.pin", digits(12, "1345"), ends="9", write=groups(1, 4, 5, 2, by="-")),
        "th",
        ("thai national id",),
        ("thai id card",),
        whole=True,
    ),
)
