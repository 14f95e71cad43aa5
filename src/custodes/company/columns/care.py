"""Which columns tell of health, or of what the law protects most?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from custodes.company.columns.draw import Draw, grouped
from custodes.company.columns.kind import Kind
from custodes.company.columns.national import check

_MBI: Final = "ACDEFGHJKMNPQRTUVWXY"
_BELIEFS: Final = {
    "en": ("catholic", "protestant", "muslim", "jewish", "hindu", "buddhist", "atheist", "orthodox", "none"),
    "de": ("römisch-katholisch", "evangelisch", "muslimisch", "jüdisch", "konfessionslos", "orthodox"),
    "fr": ("catholique", "protestant", "musulman", "juif", "bouddhiste", "athée"),
    "es": ("católica", "evangélica", "musulmana", "judía", "budista", "atea"),
    "pl": ("katolik", "prawosławny", "protestant", "muzułmanin", "ateista"),
}
_ORIGINS: Final = (
    "White",
    "Black or African American",
    "Asian",
    "Hispanic or Latino",
    "Mixed",
    "Native American",
    "White British",
    "Pakistani",
)
_LOVES: Final = {
    "en": ("heterosexual", "homosexual", "bisexual", "gay", "lesbian", "asexual", "prefer not to say"),
    "de": ("heterosexuell", "homosexuell", "bisexuell", "schwul", "lesbisch", "keine Angabe"),
}
_UNIONS: Final = {
    "en": ("member", "not a member", "ver.di", "IG Metall", "UNISON", "CGT", "none"),
    "de": ("Mitglied", "kein Mitglied", "ver.di", "IG Metall", "IG BCE", "GEW"),
    "fr": ("CGT", "CFDT", "FO", "non syndiqué"),
}
_PARTIES: Final = {
    "en": (
        "Democrat",
        "Republican",
        "Independent",
        "Labour",
        "Conservative",
        "Green",
        "Liberal Democrat",
        "CDU",
        "SPD",
    ),
    "de": ("CDU", "SPD", "Grüne", "FDP", "Die Linke", "parteilos"),
}
_BLOOD: Final = ("A+", "A-", "B+", "B-", "AB+", "AB-", "0+", "0-", "O+", "O-")
_ILLNESSES: Final = {
    "en": (
        "Type 2 diabetes mellitus",
        "Essential hypertension",
        "Asthma",
        "Major depressive disorder",
        "Migraine",
        "Hypothyroidism",
        "Breast cancer",
        "Epilepsy",
        "HIV infection",
        "Psoriasis",
        "Chronic kidney disease",
    ),
    "de": ("Diabetes mellitus Typ 2", "Bluthochdruck", "Asthma", "Depression", "Migräne", "Brustkrebs", "Epilepsie"),
    "fr": ("diabète de type 2", "hypertension", "asthme", "dépression", "migraine", "épilepsie"),
    "es": ("diabetes tipo 2", "hipertensión", "asma", "depresión", "migraña", "epilepsia"),
}
_DRUGS: Final = (
    "Metformin 500 mg",
    "Lisinopril 10 mg",
    "Levothyroxine 50 mcg",
    "Sertraline 50 mg",
    "Atorvastatin 20 mg",
    "Ibuprofen 400 mg",
    "Salbutamol inhaler",
    "Insulin glargine",
    "Omeprazole 20 mg",
    "Amoxicillin 500 mg",
)
_STATES: Final = {
    "en": ("single", "married", "divorced", "widowed", "separated"),
    "de": ("ledig", "verheiratet", "geschieden", "verwitwet", "getrennt lebend"),
    "es": ("soltero", "casado", "divorciado", "viudo", "separado"),
}
_NATIONS: Final = {
    "en": ("German", "French", "Polish", "Spanish", "British", "American", "Turkish", "Indian", "Ukrainian", "Italian"),
    "de": ("deutsch", "französisch", "polnisch", "spanisch", "britisch", "türkisch", "ukrainisch", "italienisch"),
    "fr": ("française", "allemande", "polonaise", "espagnole", "britannique", "turque", "italienne", "marocaine"),
    "es": ("española", "alemana", "francesa", "polaca", "británica", "turca", "italiana", "colombiana"),
}


def icd10(draw: Draw) -> str:
    """A diagnosis with its digit behind the point."""
    return f"{draw.any('ABCDEFGIJKLMNST')}{draw.rng.randint(0, 99):02d}.{draw.digits(1)}"


def nhs(draw: Draw) -> str:
    """An NHS number with its check digit."""
    number = draw.valid(lambda: draw.digits(10, "4679"), check("gb.nhs"))
    return grouped(number, (3, 3), " ") if draw.form % 2 else number


def mbi(draw: Draw) -> str:
    """A Medicare beneficiary identifier: eleven places, each with its own kind."""
    mixed = _MBI + "0123456789"
    first = draw.any("123456789") + draw.any(_MBI) + draw.any(mixed) + draw.digits(1)
    number = first + draw.any(_MBI) + draw.any(mixed) + draw.digits(1) + draw.letters(2, _MBI) + draw.digits(2)
    return grouped(number, (4, 3), "-") if draw.form % 2 else number


def _one_of(words: tuple[str, ...]) -> Callable[[Draw], str]:
    return lambda draw: draw.any(words)


def _spoken(words: Mapping[str, tuple[str, ...]]) -> Callable[[Draw], str]:
    """One of the words in the language of the table."""
    return lambda draw: draw.any(words.get(draw.locale.language, words["en"]))


CARE: Final = (
    Kind(
        "icd10_code",
        "icd10_code",
        icd10,
        {
            "en": ("icd10", "diagnosis code", "icd code"),
            "de": ("diagnoseschluessel", "icd"),
            "fr": ("code cim10",),
            "es": ("cie10",),
        },
        look="code",
        tells=True,
    ),
    Kind(
        "uk_nhs_number",
        "uk_nhs_number",
        nhs,
        {"en": ("nhs number", "nhs no", "patient nhs")},
        tells=True,
        whole=True,
    ),
    Kind(
        "us_mbi",
        "us_mbi",
        mbi,
        {"en": ("mbi", "medicare beneficiary id", "medicare number")},
        look="code",
        tells=True,
    ),
    Kind(
        "diagnosis",
        "health_condition",
        _spoken(_ILLNESSES),
        {
            "en": ("diagnosis", "medical condition", "condition"),
            "de": ("diagnose", "krankheit"),
            "fr": ("diagnostic",),
            "es": ("diagnostico",),
        },
        look="words",
        also=frozenset({"health_condition"}),
    ),
    Kind(
        "medication",
        "medication",
        _one_of(_DRUGS),
        {
            "en": ("medication", "prescription", "drug name"),
            "de": ("medikament",),
            "fr": ("medicament",),
            "es": ("medicamento",),
        },
        look="text",
        also=frozenset({"health_condition"}),
    ),
    Kind(
        "blood_type",
        "blood_type",
        _one_of(_BLOOD),
        {"en": ("blood type", "blood group"), "de": ("blutgruppe",), "es": ("grupo sanguineo",)},
        look="words",
        also=frozenset({"health_condition"}),
    ),
    Kind(
        "religion",
        "religion",
        _spoken(_BELIEFS),
        {
            "en": ("religion", "faith", "denomination"),
            "de": ("konfession", "religion"),
            "fr": ("religion",),
            "es": ("religion",),
            "pl": ("wyznanie",),
        },
        look="words",
        tells=True,
        local=True,
    ),
    Kind(
        "ethnicity",
        "ethnicity",
        _one_of(_ORIGINS),
        {"en": ("ethnicity", "race", "ethnic group")},
        look="words",
    ),
    Kind(
        "sexual_orientation",
        "sexual_orientation",
        _spoken(_LOVES),
        {"en": ("sexual orientation", "orientation"), "de": ("sexuelle orientierung",)},
        look="words",
        tells=True,
    ),
    Kind(
        "trade_union",
        "trade_union",
        _spoken(_UNIONS),
        {"en": ("trade union", "union membership", "union"), "de": ("gewerkschaft",), "fr": ("syndicat",)},
        look="words",
    ),
    Kind(
        "political_opinion",
        "political_opinion",
        _spoken(_PARTIES),
        {"en": ("political party", "party affiliation", "political affiliation"), "de": ("parteizugehoerigkeit",)},
        look="words",
    ),
    Kind(
        "marital_status",
        "marital_status",
        _spoken(_STATES),
        {"en": ("marital status", "civil status"), "de": ("familienstand",), "es": ("estado civil",)},
        look="words",
    ),
    Kind(
        "nationality",
        "nationality",
        _spoken(_NATIONS),
        {
            "en": ("nationality", "citizenship"),
            "de": ("staatsangehoerigkeit",),
            "fr": ("nationalite",),
            "es": ("nacionalidad",),
        },
        look="words",
    ),
)
