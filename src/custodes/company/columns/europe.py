"""Which numbers do the states of Europe give to people?"""

from __future__ import annotations

from typing import Final

from custodes.company.columns.draw import DIGITS, Draw, grouped
from custodes.company.columns.national import born, digits, groups, identifier, number


def _italian(draw: Draw) -> str:
    consonants = "BCDFGLMNPRSTVZ"
    year, _, day = draw.day(1935, 1999)
    place = draw.any("ABCDEFGHIL") + draw.digits(3, "0123")
    return (
        f"{draw.letters(6, consonants)}{year % 100:02d}{draw.any('ABCDEHLMPRST')}{day + draw.any((0, 40)):02d}{place}"
    )


def _idnr(draw: Draw) -> str:
    """Ten digits, one of them twice and not beside itself thrice: what a German tax id begins with."""
    digits = draw.rng.sample(DIGITS, 9)
    digits.insert(draw.rng.randrange(1, 9), digits[draw.rng.randrange(9)])
    return "".join(digits) if digits[0] != "0" else _idnr(draw)


def _nir(draw: Draw) -> str:
    place = draw.any(("75", "13", "69", "33", "59", "44")) + f"{draw.rng.randint(1, 500):03d}"
    return draw.any("12") + draw.birth("%y%m") + place + f"{draw.rng.randint(1, 800):03d}"


def _hetu(draw: Draw) -> str:
    return draw.birth("%d%m%y") + "-" + f"{draw.rng.randint(2, 899):03d}"


def _nino(draw: Draw) -> str:
    return (
        draw.letters(1, "ABCEGHJKLMNOPRSTWXYZ")
        + draw.letters(1, "ABCEGHJKLMNPRSTWXYZ")
        + draw.digits(6)
        + draw.any("ABCD")
    )


def _nino_written(draw: Draw) -> str:
    while (number := _nino(draw))[:2] in {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}:
        pass
    return grouped(number, (2, 2, 2, 2), " ") if draw.form % 2 else number


def _seven(draw: Draw) -> str:
    year, month, day = draw.day(1935, 1999)
    return f"{day:02d}{month:02d}{year % 1000:03d}"


EUROPE: Final = (
    identifier(
        "pl_pesel",
        number("pl.pesel", born("%y%m%d", 4), ends="9"),
        "pl",
        ("pesel", "nr pesel"),
        ("pesel number",),
        whole=True,
    ),
    identifier(
        "de_steuer_id",
        number("de.idnr", _idnr, ends="9", write=groups(2, 3, 3)),
        "de",
        ("steuer id", "steueridentifikationsnummer"),
        ("german tax id",),
    ),
    identifier(
        "fr_nir",
        number("fr.nir", _nir, ends="99", write=groups(1, 2, 2, 2, 3, 3)),
        "fr",
        ("numero securite sociale", "nir"),
        ("french social security number",),
    ),
    identifier("es_dni", number("es.dni", digits(8), ends="A"), "es", ("dni", "nif"), ("spanish dni",), look="code"),
    identifier(
        "es_nie",
        number("es.nie", lambda d: d.any("XYZ") + d.digits(7), ends="A"),
        "es",
        ("nie", "numero extranjero"),
        ("foreigner id nie",),
        look="code",
    ),
    identifier(
        "it_codice_fiscale",
        number("it.codicefiscale", _italian, ends="A"),
        "it",
        ("codice fiscale", "cod fiscale"),
        ("italian tax code",),
        look="code",
    ),
    identifier(
        "nl_bsn",
        number("nl.bsn", digits(8, "123456789"), ends="9"),
        "nl",
        ("bsn", "burgerservicenummer"),
        ("dutch bsn",),
        whole=True,
    ),
    identifier(
        "be_nn",
        number("be.nn", born("%y%m%d", 3), ends="99", write=lambda n: f"{n[:2]}.{n[2:4]}.{n[4:6]}-{n[6:9]}.{n[9:]}"),
        "nl",
        ("rijksregisternummer", "insz"),
        ("belgian national number",),
    ),
    identifier(
        "pt_nif",
        number("pt.nif", digits(8, "12"), ends="9"),
        "pt",
        ("nif", "contribuinte"),
        ("portuguese tax number",),
    ),
    identifier("gb_nino", _nino_written, "en", ("nino", "national insurance number"), ("ni number",), look="code"),
    identifier(
        "ie_pps",
        number("ie.pps", digits(7), ends="A"),
        "en",
        ("pps number", "ppsn"),
        ("irish pps",),
        look="code",
    ),
    identifier(
        "se_personnummer",
        number("se.personnummer", lambda d: d.birth() + "-" + d.digits(3), ends="9"),
        "sv",
        ("personnummer", "pnr"),
        ("swedish personal number",),
    ),
    identifier(
        "no_fodselsnummer",
        number("no.fodselsnummer", lambda d: d.birth("%d%m%y") + d.digits(3, "01234"), ends="99"),
        "no",
        ("fodselsnummer", "personnummer"),
        ("norwegian birth number",),
    ),
    identifier(
        "dk_cpr",
        number("dk.cpr", lambda d: d.birth("%d%m%y") + d.digits(3, "0123"), ends="9", write=groups(6, by="-")),
        "da",
        ("cpr nummer", "cpr"),
        ("danish cpr",),
        tells=False,
    ),
    identifier(
        "fi_hetu",
        number("fi.hetu", lambda d: _hetu(d) + d.any("0123456789ABCDEFHJKLMNPRSTUVWXY")),
        "fi",
        ("henkilotunnus", "hetu"),
        ("finnish personal code",),
        look="code",
    ),
    identifier(
        "ee_isikukood",
        number("ee.ik", lambda d: d.any("34") + d.birth() + d.digits(3), ends="9"),
        "et",
        ("isikukood",),
        ("estonian personal code",),
        "lt_asmens_kodas",
    ),
    identifier(
        "lv_personas_kods",
        number("lv.pvn", lambda d: d.birth("%d%m%y") + "1" + d.digits(3), ends="9", write=groups(6, by="-")),
        "lv",
        ("personas kods",),
        ("latvian personal code",),
    ),
    identifier(
        "cz_rodne_cislo",
        number("cz.rc", lambda d: d.birth() + d.digits(3), ends="9", write=groups(6, by="/")),
        "cs",
        ("rodne cislo", "rc"),
        ("czech birth number",),
    ),
    identifier(
        "ro_cnp",
        number("ro.cnp", lambda d: d.any("12") + d.birth() + d.any(("01", "12", "22", "40")) + d.digits(3), ends="9"),
        "ro",
        ("cnp", "cod numeric personal"),
        ("romanian cnp",),
    ),
    identifier("bg_egn", number("bg.egn", born("%y%m%d", 3), ends="9"), "bg", ("egn",), ("bulgarian egn",), whole=True),
    identifier(
        "hr_oib",
        number("hr.oib", digits(10, "123456789"), ends="9"),
        "hr",
        ("oib", "osobni identifikacijski broj"),
        ("croatian oib",),
        whole=True,
    ),
    identifier(
        "jmbg",
        number("si.emso", lambda d: _seven(d) + "50" + d.digits(3), ends="9"),
        "sl",
        ("emso",),
        ("slovenian emso",),
    ),
    identifier(
        "gr_amka",
        number("gr.amka", lambda d: d.birth("%d%m%y") + d.digits(4), ends="9"),
        "el",
        ("amka",),
        ("greek amka",),
    ),
    identifier(
        "ch_ahv",
        number("ch.ssn", lambda d: "756" + d.digits(9), ends="9", write=groups(3, 4, 4, by=".")),
        "de",
        ("ahv nummer", "ahv nr"),
        ("swiss social security number",),
    ),
    identifier(
        "at_vnr",
        number("at.vnr", lambda d: d.digits(4, "123456789") + d.birth("%d%m%y"), write=groups(4)),
        "de",
        ("sozialversicherungsnummer", "svnr"),
        ("austrian social security number",),
    ),
    identifier(
        "tr_kimlik",
        number("tr.tckimlik", digits(9, "123456789"), ends="99"),
        "tr",
        ("tc kimlik no", "tckn"),
        ("turkish identity number",),
        whole=True,
    ),
)
