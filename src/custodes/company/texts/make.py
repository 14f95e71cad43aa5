"""Which lines are judged? Every kind that running text can tell, in all genres, in tricky forms, and negatives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from custodes.company.columns import KINDS, LOCALES, Draw, Kind
from custodes.company.columns.national import check
from custodes.company.texts.genres import GENRES, access_log
from custodes.company.texts.line import Line, Piece, Writer
from custodes.company.texts.tricky import FORMS, GLUE

# Known in running text without a word beside them: a form of their own, or a long check.
_BARE: Final = frozenset(
    {
        "email", "phone_international", "payment_card", "iban", "ipv4", "ipv6", "mac_address", "bitcoin_address",
        "aws_access_key", "google_api_key", "github_token", "gitlab_token", "slack_token",
        "stripe_key", "jwt", "url_with_password", "password_hash", "it_codice_fiscale", "mx_curp",
    }
)  # fmt: skip
# Never told by running text: their values are words or numbers that anything may be.
_NOT_IN_TEXT: Final = frozenset(
    {
        "first_name", "last_name", "person_name", "street", "whole_address", "postcode", "city", "region", "country",
        "age", "gender", "username", "religion", "ethnicity", "sexual_orientation", "trade_union",
        "political_opinion", "marital_status", "nationality", "diagnosis", "medication", "blood_type", "latitude",
        "longitude", "geohash", "card_security_code", "card_expiry", "password", "api_key", "private_key",
        "device_id", "birth_date", "user_agent", "bank_account", "passport", "driving_licence", "licence_plate",
    }
)  # fmt: skip
# Separators and digits alone: what the tricky forms are for.
_NUMBERS: Final = re.compile(r"[A-Z]{0,2}[\d .-]{8,40}")

# python-stdnum's module by kind, for numbers whose check digit is then made wrong.
_CHECKED: Final = {
    "pl_pesel": "pl.pesel", "de_steuer_id": "de.idnr", "fr_nir": "fr.nir", "es_dni": "es.dni", "nl_bsn": "nl.bsn",
    "it_codice_fiscale": "it.codicefiscale", "br_cpf": "br.cpf", "mx_curp": "mx.curp", "in_aadhaar": "in_.aadhaar",
    "cn_ric": "cn.ric", "uk_nhs_number": "gb.nhs", "iban": "iban", "payment_card": "luhn", "imei": "luhn",
    "us_aba_routing": "us.rtn", "bitcoin_address": "bitcoin", "hr_oib": "hr.oib", "tr_kimlik": "tr.tckimlik",
    "ro_cnp": "ro.cnp", "ch_ahv": "ch.ssn", "ee_isikukood": "ee.ik", "fi_hetu": "fi.hetu", "ca_sin": "ca.sin",
    "no_fodselsnummer": "no.fodselsnummer", "kr_rrn": "kr.rrn", "cl_rut": "cl.rut", "es_nie": "es.nie",
}  # fmt: skip

TEXT_KINDS: Final = tuple(kind for kind in KINDS if kind.category is not None and kind.id not in _NOT_IN_TEXT)


def lines(seed: int = 1, rows: int = 60, kinds: Sequence[Kind] = TEXT_KINDS) -> Iterator[Line]:
    """All lines, the same again for the same seed. rows: plain lines per kind, and a third as many in tricky forms."""
    for kind in kinds:
        draw = Draw(f"{seed}:text:{kind.id}", LOCALES[0])
        yield from _plain(kind, draw, rows)
        yield from _tricky(kind, draw, rows // 3)
        yield from _wrong(kind, draw, rows // 6)
    for kind in KINDS:
        if kind.category is None:
            yield from _decoys(kind, Draw(f"{seed}:text:{kind.id}", LOCALES[0]), rows // 3)


def _plain(kind: Kind, draw: Draw, rows: int) -> Iterator[Line]:
    names = list(GENRES)
    for number in range(rows):
        piece = _piece(kind, draw)
        genre = names[number % len(names)]
        # A query escapes blanks: what stands there is another text than the number.
        if GENRES[genre] is access_log and re.search(r"[^\w@:+.\-]", piece.value):
            genre = "ticket"
        line = Writer()
        GENRES[genre](draw, piece, line)
        yield line.line(genre, "plain", kind.id)


def _tricky(kind: Kind, draw: Draw, rows: int) -> Iterator[Line]:
    forms = list(FORMS)
    for number in range(rows):
        piece = _piece(kind, draw)
        form = forms[number % len(forms)]
        written = FORMS[form](piece.value, draw) if _NUMBERS.fullmatch(piece.value) else piece.value
        before, behind = ("", "")
        if written == piece.value:
            form = "glued to punctuation"
            before, behind = draw.any(GLUE)
        line = Writer().say(draw.any(("", "🙂 ", "数据 "))).say(f"{piece.words}: {before}")
        line.put(replace(piece, value=written)).say(f"{behind} ok")
        yield line.line("ticket", form, kind.id)


def _wrong(kind: Kind, draw: Draw, rows: int) -> Iterator[Line]:
    """Numbers of the kind with a wrong check digit, called by its name: nothing is there."""
    module = _CHECKED.get(kind.id)
    for number in range(rows if module else 0):
        piece = _piece(kind, draw)
        value = _broken(piece.value, module or "", draw)
        line = Writer()
        genre = ("ticket", "JSON lines", "chat")[number % 3]
        GENRES[genre](draw, replace(piece, value=value, kind=None), line)
        yield line.line(genre, "negative", kind.id)


def _decoys(kind: Kind, draw: Draw, rows: int) -> Iterator[Line]:
    """Things that look like personal data, called by their own name."""
    genres = [name for name in GENRES if name not in ("access log", "CSV")]
    for number in range(rows):
        draw.row = number
        piece = Piece(draw.any(kind.headers["en"]), kind.make(draw), None)
        genre = genres[number % len(genres)]
        line = Writer()
        GENRES[genre](draw, piece, line)
        yield line.line(genre, "negative", kind.id)


def _piece(kind: Kind, draw: Draw) -> Piece:
    language = draw.any(list(kind.headers))
    words = draw.any(kind.headers[language])
    draw.form = draw.rng.randrange(1 << 16)  # each line is from another hand
    draw.locale = draw.any([locale for locale in LOCALES if locale.language == language] or [LOCALES[1]])
    return Piece(words, kind.make(draw), kind, language, kind.id in _BARE)


def _broken(value: str, module: str, draw: Draw) -> str:
    places = [at for at, letter in enumerate(value) if letter.isdigit()][-6:]
    for _ in range(1_000):
        at = draw.any(places)
        other = value[:at] + draw.any("0123456789") + value[at + 1 :]
        if not check(module).is_valid(re.sub(r"[ -]", "", other)):
            return other
    raise AssertionError(f"no digit makes {module} refuse")
