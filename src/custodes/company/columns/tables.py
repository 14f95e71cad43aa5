"""Which tables are judged? Every kind of column under usual, opaque and wrong names, among plausible siblings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pyarrow as pa

from custodes.company.columns.care import CARE
from custodes.company.columns.credentials import CREDENTIALS
from custodes.company.columns.decoys import DECOYS
from custodes.company.columns.draw import LOCALES, Draw, Locale
from custodes.company.columns.europe import EUROPE
from custodes.company.columns.free_text import PLANTED, remarks
from custodes.company.columns.kind import Family, Kind
from custodes.company.columns.machines import MACHINES
from custodes.company.columns.money import MONEY
from custodes.company.columns.people import PEOPLE
from custodes.company.columns.world import WORLD
from custodes.company.columns.writing import Place, dirtied, opaque, placed, styled, typed

Header = Literal["named", "opaque", "wrong"]

KINDS: Final[tuple[Kind, ...]] = (*PEOPLE, *EUROPE, *WORLD, *MONEY, *MACHINES, *CARE, *CREDENTIALS, *DECOYS)
_BY_ID: Final[Mapping[str, Kind]] = {kind.id: kind for kind in KINDS}

_COLUMNS: Final = 8  # judged in one table, besides the siblings that every table of its family has
_DISTINCT: Final = 500  # values made for one column; a longer one repeats them, as orders repeat their customers
_LARGE: Final = 50_000
_SIBLINGS: Final[Mapping[Family, tuple[str, ...]]] = {
    "people": ("counter", "last_name", "email"),
    "orders": ("rising_order_number", "order_date", "status"),
    "logs": ("log_time", "uuid_key"),
}


@dataclass(frozen=True, slots=True)
class Labelled:
    """The truth about one column or path.

    accepted: the right answers, none for a decoy. tells: whether the values alone can tell. planted: for free text, the
    category that a few of its rows hold.
    """

    path: str
    kind: str
    header: Header
    accepted: frozenset[str]
    tells: bool
    place: Place = "column"
    free_text: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table to be judged, and the truth about its columns."""

    name: str
    data: pa.Table
    truth: tuple[Labelled, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    kind: Kind
    header: Header
    locale: Locale
    name: str
    place: Place = "column"
    dirty: bool = False
    typed: bool = False


def tables(seed: int = 1, rows: int = 200, kinds: Sequence[Kind] = KINDS) -> Iterator[Table]:
    """All tables, the same again for the same seed. rows: of an ordinary table; some have fewer, some more."""
    draw = Draw(f"{seed}:plan", LOCALES[0])
    groups: dict[tuple[str, str, str], list[_Case]] = {}
    for kind in kinds:
        for case in _cases(kind, draw):
            groups.setdefault((case.header, kind.family, case.locale.code), []).append(case)
    number = 0
    for (header, family, code), cases in sorted(groups.items()):
        draw.rng.shuffle(cases)
        for start in range(0, len(cases), _COLUMNS):
            number += 1
            chosen = [*_siblings(header, family, Locale(code), draw), *cases[start : start + _COLUMNS]]
            size = draw.rng.choice((50, rows, rows, rows * 2))
            yield _table(f"{family}_{number}", chosen, max(20, size), f"{seed}:{number}")
    yield from _texts(seed, rows)


def _cases(kind: Kind, draw: Draw) -> Iterator[_Case]:
    """Named in every language it has names in; opaque twice; under a lie once; and nested, dirty and typed variants."""
    home = [locale for locale in LOCALES if locale.language in kind.headers or kind.local]
    speakers = home if kind.local else _one_a_language(kind)
    for number, locale in enumerate(speakers):
        language = locale.language if kind.local else list(kind.headers)[number]
        words = draw.rng.choice(kind.headers.get(language, kind.headers["en"]))
        yield _Case(kind, "named", locale, words, dirty=number == 1, typed=number == 2 or (number == 0 and kind.whole))
    plain = draw.rng.choice(home or [LOCALES[1]])
    words = draw.rng.choice(kind.headers.get("en", next(iter(kind.headers.values()))))
    english = plain if plain.language == "en" else LOCALES[1]
    yield _Case(kind, "named", english, words, place=draw.rng.choice(("struct", "list", "json")))
    yield _Case(kind, "named", english, words, dirty=True)
    yield _Case(kind, "opaque", plain, "")
    yield _Case(kind, "opaque", draw.rng.choice(home or [LOCALES[1]]), "", typed=True)
    if kind.tells:
        yield _Case(kind, "opaque", plain, "", place=draw.rng.choice(("struct", "list", "json")))
        yield _Case(kind, "opaque", plain, "", dirty=True)
    yield _Case(kind, "wrong", english, draw.rng.choice(kind.promised_wrongly()).replace("_", " "))


def _one_a_language(kind: Kind) -> list[Locale]:
    by_language = {locale.language: locale for locale in reversed(LOCALES)}
    return [by_language.get(language, LOCALES[1]) for language in kind.headers]


def _siblings(header: str, family: str, locale: Locale, draw: Draw) -> list[_Case]:
    names = _SIBLINGS["people" if family == "people" else "orders" if family == "orders" else "logs"]
    cases = []
    for name in names:
        kind = _BY_ID[name]
        words = draw.rng.choice(kind.headers.get(locale.language, kind.headers["en"]))
        cases.append(_Case(kind, "opaque" if header == "opaque" else "named", locale, words, typed=kind.whole))
    return cases


def _table(name: str, cases: Sequence[_Case], rows: int, seed: str) -> Table:
    arrays: dict[str, pa.Array] = {}
    truth = []
    head = Draw(f"{seed}:names", cases[0].locale)
    for number, case in enumerate(cases, start=1):
        draw = Draw(f"{seed}:{number}:{case.kind.id}", case.locale)
        called = opaque(number, head) if case.header == "opaque" else styled(case.name, draw)
        while called in arrays:
            called += "_2"
        leaf = opaque(number + 20, head) if case.header == "opaque" else called
        outer = called if case.place == "column" else called if case.place == "list" else f"doc_{number}"
        values: Sequence[str | None] = _values(case.kind, draw, rows)
        if case.dirty:
            values = dirtied([value or "" for value in values], draw)
        if case.typed and case.place == "column":
            array, path = typed(values), outer
        else:
            array, path = placed(case.place, outer, leaf, values)
        arrays[outer] = array
        truth.append(Labelled(path, case.kind.id, case.header, case.kind.accepted, case.kind.tells, case.place))
    return Table(name, pa.table(arrays), tuple(truth))


def _values(kind: Kind, draw: Draw, rows: int) -> list[str]:
    made = []
    for row in range(rows if kind.rising else min(rows, _DISTINCT)):
        draw.row = row
        made.append(kind.make(draw))
    return made + draw.rng.choices(made, k=rows - len(made))


def _texts(seed: int, rows: int) -> Iterator[Table]:
    """Free text with nothing in it, with a hit in fifty rows, and with one in a thousand of fifty thousand."""
    for number, planted in enumerate((*PLANTED, None)):
        for large in (False, True) if number < 2 or planted is None else (False,):
            draw = Draw(f"{seed}:text:{number}:{large}", LOCALES[0])
            size = max(rows * 100, 1_000) if large else rows
            text = remarks(draw, min(size, _LARGE), planted, 1_000 if large else 50)
            keys = [str(100_000 + row) for row in range(len(text))]
            accepted = frozenset({planted} if planted else ())
            kind = f"text_with_{planted}" if planted else "text_without"
            truth = Labelled("note", kind, "named", accepted, tells=True, free_text=True)
            key = Labelled("note_id", "counter", "named", frozenset(), tells=False)
            yield Table(
                f"notes_{number}_{len(text)}",
                pa.table({"note_id": pa.array(keys), "note": pa.array(text)}),
                (key, truth),
            )
