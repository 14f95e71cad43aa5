"""Which columns tell how to reach somebody and who they are? Contact, names, addresses, dates of a life."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from phonenumbers import PhoneNumberFormat

from custodes.company.columns.draw import Draw
from custodes.company.columns.kind import Kind

_HANDLES: Final = ("gmail.com", "outlook.com", "example.com", "example.org", "posteo.de", "wp.pl", "orange.fr")


def email(draw: Draw) -> str:
    """An address made from a name, as people choose them."""
    given, family = (_ascii(part) for part in (draw.fake.first_name(), draw.fake.last_name()))
    local = draw.any((f"{given}.{family}", f"{given[:1]}{family}", f"{given}_{family}{draw.digits(2)}", f"{family}+x"))
    return f"{local}@{draw.any(_HANDLES)}"


def _ascii(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isascii() and letter.isalpha()) or "kim"


def handle(draw: Draw) -> str:
    """The name of an account."""
    given, family = (_ascii(part) for part in (draw.fake.first_name(), draw.fake.last_name()))
    return draw.any((f"{given}{draw.digits(2)}", f"{given[:1]}{family}", f"{given}.{family}", f"{family}_{given[:2]}"))


def phone_international(draw: Draw) -> str:
    """With a plus and the country's code, grouped or not."""
    return draw.phone(draw.of((PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.E164)))


def phone_national(draw: Draw) -> str:
    """As it is dialled inside the country."""
    return draw.phone(PhoneNumberFormat.NATIONAL)


def full_name(draw: Draw) -> str:
    """Given and family name, in either order."""
    given, family = str(draw.fake.first_name()), str(draw.fake.last_name())
    return draw.of((f"{given} {family}", f"{given} {family}", f"{family}, {given}"))


def street(draw: Draw) -> str:
    """Street and house number."""
    return str(draw.fake.street_address()).replace("\n", ", ")


def whole_address(draw: Draw) -> str:
    """Street, postcode and town on one line."""
    return str(draw.fake.address()).replace("\n", ", ")


def birth_date(draw: Draw) -> str:
    """A day on which an adult or a child was born, in the way of the country."""
    year, month, day = draw.day(1938, 2012)
    native = {"US": f"{month:02d}/{day:02d}/{year}", "DE": f"{day:02d}.{month:02d}.{year}"}
    return draw.of((f"{year}-{month:02d}-{day:02d}", native.get(draw.locale.country, f"{day:02d}/{month:02d}/{year}")))


def age(draw: Draw) -> str:
    """Whole years."""
    return str(min(97, max(16, round(draw.rng.gauss(43, 16)))))


def gender(draw: Draw) -> str:
    """One of the two to four words that a table uses for it."""
    words = {"de": ("männlich", "weiblich", "divers"), "fr": ("homme", "femme"), "pl": ("mężczyzna", "kobieta")}
    return draw.any(
        draw.of((("M", "F"), ("male", "female", "other"), words.get(draw.locale.language, ("m", "f", "x"))))
    )


def passport(draw: Draw) -> str:
    """Letters and digits in the way of the country."""
    forms = {
        "US": lambda: draw.digits(9, "123456789"),
        "GB": lambda: draw.digits(9, "123456789"),
        "DE": lambda: draw.any("CFGHJK") + draw.letters(8, "CFGHJKLMNPRTVWXYZ0123456789"),
        "FR": lambda: draw.digits(2) + draw.letters(2) + draw.digits(5),
        "ES": lambda: draw.letters(3) + draw.digits(6),
        "PL": lambda: draw.letters(2) + draw.digits(7),
    }
    return forms[draw.locale.country]()


def driving_licence(draw: Draw) -> str:
    """As printed on the card."""
    forms = {
        "US": lambda: draw.any("ABCDNRST") + draw.digits(7),
        "GB": lambda: (
            f"{draw.letters(5)}{draw.digits(1)}{draw.any(('05', '11', '57', '62'))}{draw.any('0123')}"
            f"{draw.any('1234')}{draw.digits(1)}{draw.letters(2)}9{draw.letters(2)}"
        ),
        "DE": lambda: draw.any("BCDEFGHJ") + draw.letters(9, "0123456789ABCDEFGHJK") + draw.digits(1),
        "FR": lambda: draw.digits(12),
        "ES": lambda: draw.digits(8) + draw.letters(1),
        "PL": lambda: f"{draw.digits(5)}/{draw.digits(2)}/{draw.digits(4)}",
    }
    return forms[draw.locale.country]()


def _faked(what: str) -> Callable[[Draw], str]:
    return lambda draw: str(getattr(draw.fake, what)())


def region(draw: Draw) -> str:
    """The state, county or province."""
    name = {"US": "state", "GB": "county", "DE": "state", "FR": "region", "ES": "region", "PL": "region"}
    return str(getattr(draw.fake, name[draw.locale.country])())


PEOPLE: Final = (
    Kind(
        "email",
        "email",
        email,
        {
            "en": ("email", "email address", "e mail"),
            "de": ("email adresse", "mailadresse"),
            "fr": ("courriel", "adresse mail"),
            "es": ("correo", "correo electronico"),
            "pl": ("adres email", "email"),
        },
        look="mail",
        tells=True,
        local=True,
    ),
    Kind(
        "phone_international",
        "phone",
        phone_international,
        {
            "en": ("phone", "phone number", "mobile"),
            "de": ("telefon", "handynummer", "mobilnummer"),
            "fr": ("telephone", "tel portable"),
            "es": ("telefono", "movil"),
            "pl": ("telefon", "nr telefonu"),
        },
        tells=True,
        local=True,
    ),
    Kind(
        "phone_national",
        "phone",
        phone_national,
        {
            "en": ("phone", "tel", "cell phone"),
            "de": ("telefonnummer", "tel nr", "festnetz"),
            "fr": ("telephone", "num tel"),
            "es": ("telefono", "tel"),
            "pl": ("telefon", "numer telefonu"),
        },
        local=True,
    ),
    Kind(
        "first_name",
        "first_name",
        _faked("first_name"),
        {
            "en": ("first name", "given name", "fname"),
            "de": ("vorname",),
            "fr": ("prenom",),
            "es": ("nombre",),
            "pl": ("imie",),
        },
        look="words",
        local=True,
    ),
    Kind(
        "last_name",
        "last_name",
        _faked("last_name"),
        {
            "en": ("last name", "surname", "lname"),
            "de": ("nachname", "familienname"),
            "fr": ("nom de famille",),
            "es": ("apellido", "apellidos"),
            "pl": ("nazwisko",),
        },
        look="words",
        local=True,
    ),
    Kind(
        "person_name",
        "person_name",
        full_name,
        {
            "en": ("full name", "customer name", "contact person"),
            "de": ("kundenname", "ansprechpartner"),
            "fr": ("nom complet", "nom client"),
            "es": ("nombre completo", "nombre cliente"),
            "pl": ("imie i nazwisko",),
        },
        look="words",
        tells=True,
        local=True,
    ),
    Kind(
        "street",
        "postal_address",
        street,
        {
            "en": ("street", "address", "address line 1"),
            "de": ("strasse", "anschrift"),
            "fr": ("adresse", "rue"),
            "es": ("direccion", "calle"),
            "pl": ("ulica", "adres"),
        },
        look="text",
        tells=True,
        local=True,
    ),
    Kind(
        "whole_address",
        "postal_address",
        whole_address,
        {
            "en": ("shipping address", "home address"),
            "de": ("lieferadresse", "anschrift"),
            "fr": ("adresse livraison",),
            "es": ("direccion envio",),
            "pl": ("adres dostawy",),
        },
        look="text",
        tells=True,
        local=True,
    ),
    Kind(
        "postcode",
        "postcode",
        _faked("postcode"),
        {
            "en": ("postcode", "zip code", "postal code"),
            "de": ("plz", "postleitzahl"),
            "fr": ("code postal",),
            "es": ("codigo postal",),
            "pl": ("kod pocztowy",),
        },
        look="code",
        local=True,
        lies=("email", "first_name", "iban"),
    ),
    Kind(
        "city",
        "city",
        _faked("city"),
        {
            "en": ("city", "town"),
            "de": ("ort", "stadt", "wohnort"),
            "fr": ("ville",),
            "es": ("ciudad", "localidad"),
            "pl": ("miasto", "miejscowosc"),
        },
        look="words",
        local=True,
        lies=("email", "iban", "phone", "birth_date"),
    ),
    Kind(
        "region",
        "region",
        region,
        {
            "en": ("state", "county", "province"),
            "de": ("bundesland",),
            "fr": ("region",),
            "es": ("provincia", "comunidad autonoma"),
            "pl": ("wojewodztwo",),
        },
        look="words",
        local=True,
        lies=("email", "iban", "phone"),
    ),
    Kind(
        "country",
        "country",
        _faked("country"),
        {"en": ("country",), "de": ("land",), "fr": ("pays",), "es": ("pais",), "pl": ("kraj",)},
        look="words",
        local=True,
        lies=("email", "iban", "phone"),
    ),
    Kind(
        "birth_date",
        "birth_date",
        birth_date,
        {
            "en": ("birth date", "dob", "date of birth"),
            "de": ("geburtsdatum", "gebdat"),
            "fr": ("date naissance", "date de naissance"),
            "es": ("fecha nacimiento",),
            "pl": ("data urodzenia",),
        },
        look="date",
        local=True,
    ),
    Kind(
        "age",
        "age",
        age,
        {"en": ("age", "customer age"), "de": ("alter",), "es": ("edad",), "pl": ("wiek",)},
        look="decimal",
        whole=True,
    ),
    Kind(
        "gender",
        "gender",
        gender,
        {"en": ("gender", "sex"), "de": ("geschlecht",), "fr": ("sexe",), "es": ("sexo", "genero"), "pl": ("plec",)},
        look="words",
        local=True,
    ),
    Kind(
        "passport",
        "passport",
        passport,
        {
            "en": ("passport number", "passport no"),
            "de": ("reisepassnummer", "passnummer"),
            "fr": ("numero passeport",),
            "es": ("pasaporte", "numero pasaporte"),
            "pl": ("numer paszportu",),
        },
        look="code",
        local=True,
        lies=("first_name", "city", "email"),
    ),
    Kind(
        "driving_licence",
        "driving_licence",
        driving_licence,
        {
            "en": ("driving licence", "drivers license"),
            "de": ("fuehrerscheinnummer",),
            "fr": ("permis de conduire",),
            "es": ("permiso conducir",),
            "pl": ("prawo jazdy",),
        },
        look="code",
        local=True,
        lies=("first_name", "city", "email"),
    ),
    Kind(
        "username",
        "username",
        handle,
        {"en": ("username", "login", "user name"), "de": ("benutzername",), "fr": ("identifiant",)},
        look="words",
        lies=("phone", "iban", "birth_date"),
    ),
)
