"""Is this column made of names of people, rather than of songs, firms or towns?"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from custodes.datamap import headers, values
from custodes.datamap.category import CategoryRules
from custodes.datamap.claim import Claim, ColumnView, header_reason, per_cent, signed
from custodes.datamap.evidence import header_weight
from custodes.datamap.headers import fold
from custodes.datamap.vocabulary import WORDS

_EVERYDAY = WORDS["everyday"]
_ENOUGH = 256  # distinct values of which names are asked
_FULL = 0.6  # of the values are a given and a family name
_NAMED = -6.5  # a shape that towns and songs have too: the header must say it
_THING = -8.0  # it is called by a thing, and nothing but single names speaks for people
_THING_FULL = -2.0  # the same, where the values are given and family names: columns are called wrongly, too
_PEOPLE_BESIDE = frozenset(
    {"email", "phone", "postal_address", "birth_date", "us_ssn", "gender", "password", "username"}
)


def name_claims(
    column: ColumnView, rules: Sequence[CategoryRules], dataset: tuple[str, ...], beside: Collection[str], echo: float
) -> list[Claim]:
    """Claims of the name categories on a column.

    dataset: words of the dataset's name. beside: categories found in other columns.
    echo: share of rows in which a word of the value stands in the row's e-mail address.
    """
    sample = column.profile.values
    if not sample or column.declared_key:
        return []
    distinct = column.profile.distinct[:_ENOUGH]
    given = sum(map(values.has_given_name, distinct)) / len(distinct)
    if column.is_key:
        return [claim for claim in (_unnamed(column, rules, dataset, given, echo),) if claim is not None]
    claims = [claim for rule in rules if (claim := _named(column, rule, given, echo)) is not None]
    if not claims:
        whole = next((rule for rule in rules if rule.column.generic), None)
        generic = (
            None if whole is None else _generic(column, whole, dataset=dataset, beside=beside, given=given, echo=echo)
        )
        claims = [claim for claim in (generic or _unnamed(column, rules, dataset, given, echo),) if claim is not None]
    return claims


def _named(column: ColumnView, rule: CategoryRules, given: float, echo: float) -> Claim | None:
    """The name says it outright: the shape must agree."""
    promise = column.promise(rule.id)
    if promise.strength < 0.9 or headers.things(promise.before) or rule.column.shape is None:
        return None
    share = _share(column, rule.column.shape)
    firms = sum(map(values.is_firm, column.profile.values)) / len(column.profile.values)
    if share < rule.column.share or firms > 0.5:
        return None
    if rule.column.shape == "name_word" and given >= _FULL and _full_names(column) >= _FULL:
        return None  # both names stand in one cell
    claim = _claim(column, rule.id, _NAMED + header_weight(promise.strength) + share, share, header_reason(promise))
    return _surer(claim, column, given, echo)


def _generic(
    column: ColumnView,
    rule: CategoryRules,
    *,
    dataset: tuple[str, ...],
    beside: Collection[str],
    given: float,
    echo: float,
) -> Claim | None:
    """`name`, or a word for people alone: the values, the neighbours and the dataset's name decide together."""
    promise = headers.promise(column.words, rule.column.generic)
    role = headers.persons(column.words[-1:])
    if (promise.strength < 0.9 and not role) or headers.things(column.words) or headers.thing(column.words):
        return None
    share = _share(column, rule.column.shape or "full_name")
    if share < rule.column.share:
        return None
    said = header_reason(promise) if promise.strength else "header is a word for a person"
    about_people = headers.persons(dataset) or headers.persons(column.words) or bool(_PEOPLE_BESIDE & set(beside))
    thing = _thing(column, dataset)
    of_things = bool(thing) or (headers.things(dataset) and not headers.persons(column.words))
    needed = 0.3 if of_things else 0.1 if about_people else 0.4
    people_only = headers.persons(dataset) and not of_things and bool(_PEOPLE_BESIDE & set(beside))
    if given < needed and echo < 0.4 and not people_only:
        return None
    claim = _claim(column, rule.id, share, share, said)
    near = sorted(_PEOPLE_BESIDE & set(beside))
    if near:
        claim = claim.surer(0.7, f"siblings: {' and '.join(word.replace('_', ' ') for word in near)}")
    return _contradicted(_surer(claim, column, given, echo), column, thing, echo)


def _unnamed(
    column: ColumnView, rules: Sequence[CategoryRules], dataset: tuple[str, ...], given: float, echo: float
) -> Claim | None:
    """The header says nothing, or something else: only values that are names people bear, or that repeat in the e-mail
    address, are enough; more of them where the header contradicts."""
    claim = _by_values(column, rules, given, echo)
    return claim and _contradicted(claim, column, _thing(column, dataset), echo)


def _thing(column: ColumnView, dataset: tuple[str, ...]) -> str:
    """The thing that bears these names: the header's, or the table's where the header is `name` and no more."""
    named = all(map(headers.empty, column.words)) and headers.NAME_WORDS & set(column.words)
    return headers.thing(column.words) or (headers.thing(dataset) if named else "")


def _contradicted(claim: Claim, column: ColumnView, thing: str, echo: float) -> Claim:
    """Less of a claim where the names are a thing's: pets, ships and brands bear the given names of people.

    Where the e-mail addresses beside repeat them they are people's, whatever the header says.
    """
    if not thing or echo >= 0.5:
        return claim
    full = claim.category == "person_name" and _full_names(column) >= 0.5
    return claim.surer(_THING_FULL if full else _THING, f'these are names of a thing: "{thing}"')


def _by_values(column: ColumnView, rules: Sequence[CategoryRules], given: float, echo: float) -> Claim | None:
    sample = column.profile.values
    if len(sample) < 5 or len(column.profile.distinct) < 3:
        return None
    everyday = sum(fold(value) in _EVERYDAY for value in column.profile.usual) / len(column.profile.usual)
    if everyday > 0.2:
        return None
    thing = headers.things(column.words) or headers.thing(column.words)
    contrary = 0.2 if thing or column.promises or column.is_key else 0.0
    known = {rule.id for rule in rules}
    full = _share(column, "full_name")
    if "person_name" in known and full >= 0.8 and (given >= 0.35 + contrary or echo >= 0.5):
        claim = _claim(column, "person_name", 0.0, full, "two or more words, written as names are")
        return _surer(claim, column, given, echo)
    word = _share(column, "name_word")
    return _single(column, known, word, given=given, echo=echo, contrary=contrary) if word >= 0.9 else None


def _single(
    column: ColumnView, known: Collection[str], word: float, *, given: float, echo: float, contrary: float
) -> Claim | None:
    """Single words: the kind of name that more of them are."""
    distinct = column.profile.distinct[:_ENOUGH]
    family = sum(map(values.has_family_name, distinct)) / len(distinct)
    if "last_name" in known and family >= 0.75 and family > given + contrary and len(column.profile.usual) >= 10:
        claim = _claim(column, "last_name", -0.2, word, "single words, written as names are")
        claim = claim.surer(min(2.0, 2 * family), f"{per_cent(family)} of {_different(column)} are common family names")
        return _surer(claim, column, 0.0, echo)
    if "first_name" in known and given >= 0.5 + contrary and len(column.profile.distinct) >= 5:
        claim = _claim(column, "first_name", -0.2, word, "single words, written as names are")
        return _surer(claim, column, given, echo)
    if "last_name" in known and echo >= 0.5:
        claim = _claim(column, "last_name", -0.2, word, "single words, written as names are")
        return _surer(claim, column, given, echo)
    return None


def _claim(column: ColumnView, category: str, nats: float, share: float, reason: str) -> Claim:
    reasons = (signed(1.0, reason), signed(1.0, f"{column.of_cells(share)} have the shape of a name"))
    return Claim(category, nats, column.fitting(share), reasons, by="name", scanned=column.profile.filled)


def _different(column: ColumnView) -> str:
    """What shares of given and family names are of."""
    return f"{min(_ENOUGH, len(column.profile.distinct)):,} different values"


def _surer(claim: Claim, column: ColumnView, given: float, echo: float) -> Claim:
    if given >= 0.1:
        hold = f"{per_cent(given)} of {_different(column)} hold a common given name"
        claim = claim.surer(min(2.0, 4 * given), hold)
    return (
        claim.surer(2 * echo, f"in {per_cent(echo)} of the sampled rows a word stands in the e-mail address")
        if echo >= 0.3
        else claim
    )


def _full_names(column: ColumnView) -> float:
    """The share of values that end in a family name and have another word before it."""
    return column.profile.share(lambda value: len(values.words(value)) > 1 and values.has_family_name(value))


def _share(column: ColumnView, shape: str) -> float:
    return column.profile.share(values.SHAPES[shape])


def echo_share(column: ColumnView, mail: ColumnView | None) -> float:
    """How often a word of the value (three letters or more) stands before the @ of the same row's e-mail address."""
    if mail is None or mail is column or not (column.tally.aligned and mail.tally.aligned):
        return 0.0
    rows = [
        (value, address.split("@", 1)[0])
        for value, address in zip(column.tally.sample, mail.tally.sample, strict=False)
        if value and address and "@" in address
    ]
    if len(rows) < 3:
        return 0.0
    return sum(_echoes(value, local) for value, local in rows) / len(rows)


def _echoes(value: str, local: str) -> bool:
    local = fold(local)
    return any(len(word) >= 3 and fold(word) in local for word in values.words(value))
