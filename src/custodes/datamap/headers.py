"""What does a column's name promise? A hint with a strength; never a verdict, for names lie."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from custodes.datamap.vocabulary import WORDS

_PIECES: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")

# Behind a phrase these say that the column is about the thing, not the thing: email_verified, phone_type, name_id.
ABOUT: Final = WORDS["about"]
# Before a phrase these do the same: is_email, has_phone, num_addresses.
ABOUT_BEFORE: Final = WORDS["about_before"]
# Words that leave a phrase what it is.
NEUTRAL: Final = WORDS["neutral"]

# Words for people who have a relation to a company, in the languages of the shipped headers.
PERSONS: Final = WORDS["persons"]
# Words for organisations and things; their names are not names of people.
THINGS: Final = WORDS["things"]
# More of them, of which a name tells only where they stand last, or beside a word for a name.
NAMED: Final = WORDS["named"] | THINGS
NAME_WORDS: Final = WORDS["name_words"]


@dataclass(frozen=True, slots=True)
class Promise:
    """How strongly a name promises a category.

    strength: 1 the name is the phrase, 0.9 it ends in it, 0.4 it holds it among other words, 0 not at all.
    phrase: the words that said it. before: the words in front of them.
    """

    strength: float
    phrase: str = ""
    before: tuple[str, ...] = ()


NOTHING: Final = Promise(0.0)

_LONGEST: Final = 8  # words of a phrase
_LINKING: Final = WORDS["linking"]
_SPELT: Final = {pair.split()[0]: tuple(pair.split()[1:]) for pair in WORDS["abbreviations"]}


def fold(text: str) -> str:
    """Lower case without accents."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


_MADE_UP: Final = re.compile(r"column_\d+")  # what stores call a column without a name


def tokens(name: str) -> tuple[str, ...]:
    """The words of a name: `billingPostalCode2` gives billing, postal, code, 2. Of one that we made up, none."""
    if _MADE_UP.fullmatch(name):
        return ()
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name.replace("ß", "ss")) if letter.isascii())
    return tuple(piece.lower() for piece in _PIECES.findall(plain))


def singular(word: str) -> str:
    """A word without its plural s, good enough to compare with our lists."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


class Phrases:
    """The phrases of many categories, found by the words of a name without trying one after another."""

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        self._joined: dict[str, list[tuple[str, str]]] = {}
        self._sorted: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        for category, listed in phrases.items():
            for phrase in listed:
                self._joined.setdefault(phrase.replace(" ", ""), []).append((category, phrase))
                if " " in phrase:
                    self._sorted.setdefault(tuple(sorted(phrase.split())), []).append((category, phrase))

    def promises(self, words: tuple[str, ...]) -> dict[str, Promise]:
        """The strongest promise of each category; also where words are cut short or umlauts are written out."""
        best: dict[str, Promise] = {}
        for variant in dict.fromkeys(_variants(words)):
            for category, found in self._read(variant):
                known = best.get(category, NOTHING)
                if (found.strength, len(found.phrase)) > (known.strength, len(known.phrase)):
                    best[category] = found
            if any(found.strength >= 0.9 for found in best.values()):
                break  # what stands there goes before what it may be short for
        return best

    def _read(self, words: tuple[str, ...]) -> Iterator[tuple[str, Promise]]:
        for start in range(len(words)):
            joined = ""
            for end in range(start, min(len(words), start + _LONGEST)):
                joined += words[end]
                found = self._joined.get(joined, ())
                if not found and joined.endswith("s") and len(joined) > 4:
                    found = self._joined.get(joined[:-1], ())
                if not found and end > start:
                    found = self._sorted.get(tuple(sorted(words[start : end + 1])), ())
                for category, phrase in found:
                    yield category, _strength(words[:start], words[end + 1 :], phrase)


def _variants(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The words as they are, spelt out, with umlauts as one letter, and without those that only link others."""
    yield words
    spelt = tuple(long for word in words for long in _SPELT.get(word, (word,)))
    yield spelt
    yield tuple(_plain_umlauts(word) for word in words)
    if any(word in _LINKING for word in words[1:-1]):
        yield tuple(word for word in spelt if word not in _LINKING)


def _plain_umlauts(word: str) -> str:
    return word.replace("ae", "a").replace("oe", "o").replace("ue", "u") if len(word) > 4 else word


def promise(words: tuple[str, ...], phrases: tuple[str, ...]) -> Promise:
    """The strongest promise any phrase finds in the words; the longest phrase wins among equals."""
    best = NOTHING
    for phrase in phrases:
        found = _find(words, phrase)
        if (found.strength, len(found.phrase)) > (best.strength, len(best.phrase)):
            best = found
    return best


def _find(words: tuple[str, ...], phrase: str) -> Promise:
    """Words are compared joined, so that `first name` is found in firstname, first_name and FirstName alike."""
    wanted = phrase.replace(" ", "")
    for start in range(len(words)):
        joined = ""
        for end in range(start, len(words)):
            joined += words[end]
            if joined == wanted or (joined == wanted + "s" and len(wanted) > 3):
                return _strength(words[:start], words[end + 1 :], phrase)
            if not wanted.startswith(joined):
                break
    return NOTHING


def _strength(before: tuple[str, ...], after: tuple[str, ...], phrase: str) -> Promise:
    rest = [word for word in after if word not in NEUTRAL and not word.isdigit() and len(word) > 1]
    if any(word in ABOUT for word in after) or any(word in ABOUT_BEFORE for word in before):
        return NOTHING
    if rest:
        return Promise(0.4, phrase, before)
    extra = [word for word in before if word not in NEUTRAL]
    return Promise(0.9 if extra else 1.0, phrase, before)


def persons(words: tuple[str, ...]) -> bool:
    """Whether a word for people is among them."""
    return any(word in PERSONS or singular(word) in PERSONS for word in words)


def things(words: tuple[str, ...]) -> bool:
    """Whether a word for organisations or things is among them."""
    return any(word in THINGS or singular(word) in THINGS for word in words)


def thing(words: tuple[str, ...]) -> str:
    """The thing that bears the names in a column or table called so, in our list's own word; empty where it is none.

    It is the last word beside those that leave it what it is: `product` in `product_name`, `nombre_del_producto` and
    `Produktname`, but not in `product_owner`.
    """
    telling = [word for word in words if not empty(word)]
    if not telling:
        return ""
    return next((form for form in _forms(telling[-1]) if form in NAMED and form not in PERSONS), "")


def empty(word: str) -> bool:
    """Whether a word of a name says nothing by itself: `name`, `main`, a number, a single letter."""
    neutral = word in NEUTRAL and word not in PERSONS
    return neutral or word in NAME_WORDS or word in _LINKING or word.isdigit() or len(word) == 1


def _forms(word: str) -> Iterator[str]:
    """The word as our lists may have it: in the singular, with umlauts as one letter, without `name` at its end."""
    for whole in dict.fromkeys((word, _plain_umlauts(word))):
        for end in ("", *sorted(NAME_WORDS, key=len, reverse=True)):
            stem = whole.removesuffix(end)
            if end == "" or (stem != whole and len(stem) > 2):
                yield stem
                yield singular(stem)
