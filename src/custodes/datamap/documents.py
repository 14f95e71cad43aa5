"""What stands where in one document that a cell of text holds?"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl
from xml.parsers import expat

from custodes.stores.names import KEYS, STAR, step

# The steps of a path, each with its mark (`.user`, `[]`, `.{}`), and the value there as text.
Leaf = tuple[tuple[str, ...], str]

_DEEPEST: Final = 8
_MOST_LEAVES: Final = 5_000  # of one document
_LONGEST: Final = 1 << 20  # characters of a document that is taken apart
_MOST_PATHS: Final = 300  # of one column; what goes past them stands under SURPLUS
_MANY_KEYS: Final = 48  # distinct keys of one object from which they are data rather than names
_LONGEST_KEY: Final = 64  # what is longer names nothing: it is data
SURPLUS: Final = ".(other fields)"
ANY: Final = "{}"
MANY: Final = "[]"
_MOST_FORMS: Final = 2_000
_OPENS: Final = frozenset("{[ \t\r\n")

_XML: Final = re.compile(r"\s*<(?:\?xml|[A-Za-z_][\w.:-]*[\s/>])")
_URL: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://[^\s?#]*|/[^\s?#=]*)\?([^\s#]+)(#\S*)?")
_QUERY: Final = re.compile(r"\??[\w.\[\]%-]{1,64}=[^&=\s]*(?:&[\w.\[\]%-]{1,64}=[^&=\s]*)+")
_PAIR: Final = re.compile(r"(?:(?<=\s)|^)([A-Za-z_][\w.-]{0,63})=(?:\"((?:[^\"\\]|\\.)*)\"|([^\s\"]+))")


def json_leaves(text: str) -> tuple[list[Leaf], str | None] | None:
    """The values of an object or an array, and nothing left; None where the text is neither."""
    value = _document(text)
    if value is None:
        return None
    leaves: list[Leaf] = []
    try:
        _gather(value, (), leaves)
    except _TooManyError:
        return None
    return leaves, None


class _TooManyError(Exception):
    """A document with more values than are taken apart stays text, so that nothing in it is lost."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object; one with a key twice is refused and stays text, or the first value would be lost."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found


def _document(text: str) -> object:
    if text[:1] not in _OPENS:
        return None
    start = text[:64].lstrip()[:1]
    if start not in ("{", "[") or len(text) > _LONGEST:
        return None
    try:
        # Numbers stay the text they are: a card number as a float would lose its last digits.
        value = json.loads(text, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) and value else None


def _gather(value: object, path: tuple[str, ...], leaves: list[Leaf]) -> None:
    """Add the values inside a value, each under its path, to the leaves. Raises _TooManyError."""
    if len(leaves) > _MOST_LEAVES:
        raise _TooManyError
    if isinstance(value, str) and (value[:1] not in _OPENS or not value):
        # JSON can escape half a surrogate pair
        leaves.append((path, value if value.isascii() else value.encode("utf-8", "replace").decode()))
    elif isinstance(value, str):
        hidden = _document(value) if len(path) < _DEEPEST else None
        if hidden is not None:
            _gather(hidden, path, leaves)
        else:
            leaves.append((path, value.encode("utf-8", "replace").decode()))
    elif isinstance(value, dict) and len(path) < _DEEPEST:
        for raw, inner in value.items():
            key = raw if raw.isascii() else raw.encode("utf-8", "replace").decode()
            told = _step(key)
            if told == STAR:
                leaves.append(((*path, f".{KEYS}"), key))
            _gather(inner, (*path, f".{ANY}" if told == STAR else f".{told}"), leaves)
    elif isinstance(value, list) and len(path) < _DEEPEST:
        inside = (*path, MANY)
        for inner in value:
            _gather(inner, inside, leaves)
    elif isinstance(value, dict | list):
        leaves.append((path, json.dumps(value, ensure_ascii=False)))  # too deep: judged as free text


@lru_cache(maxsize=4096)
def _step(key: str) -> str:
    return STAR if len(key) > _LONGEST_KEY else step(key)


def xml_leaves(text: str) -> tuple[list[Leaf], str | None] | None:
    """Text of elements and attributes (`@name`) under the elements' names; None where it is no XML.

    Declarations of entities and documents of other files are refused: they are how XML is made to explode.
    """
    if not _XML.match(text) or len(text) > _LONGEST:
        return None
    leaves: list[Leaf] = []
    path: list[str] = []
    said: list[list[str]] = []
    beside: list[set[str]] = [set()]  # names of the children so far, of each element that is open
    many: set[tuple[str, ...]] = set()

    def start(name: str, attributes: dict[str, str]) -> None:
        # What is not taken apart whole stays text. A path is copied for each value, so depth must be bounded here.
        if len(path) >= _DEEPEST * 2 or len(leaves) > _MOST_LEAVES:
            raise ValueError("too deep or too long")
        path.append(f".{_named_step(name, path, leaves)}")
        if path[-1] in beside[-1]:
            many.add(tuple(path))
        beside[-1].add(path[-1])
        beside.append(set())
        said.append([])
        leaves.extend(((*path, f".@{_named_step(key, path, leaves)}"), value) for key, value in attributes.items())

    def end(_: str) -> None:
        words = "".join(said.pop()).strip()
        beside.pop()
        if words:
            leaves.append((tuple(path), words))
        path.pop()

    def refuse(*_: object) -> int:
        raise ValueError("declarations are not read")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = lambda words: said[-1].append(words) if said else None
    parser.CommentHandler = lambda words: leaves.append(((*path, ".#comment"), words))
    parser.ProcessingInstructionHandler = lambda _, words: leaves.append(((*path, ".#instruction"), words))
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except (expat.ExpatError, ValueError, LookupError):
        return None
    return repeated(leaves, many), None


def _named_step(name: str, path: list[str], leaves: list[Leaf]) -> str:
    """An element's or attribute's name without its prefix; one that is data is a value among the others."""
    plain = name.rpartition(":")[2]
    told = _step(plain)
    if told == STAR:
        leaves.append(((*path, f".{KEYS}"), plain))
        return ANY
    return told


def repeated(leaves: list[Leaf], many: AbstractSet[tuple[str, ...]]) -> list[Leaf]:
    """The leaves with the step of many behind every path that stands in a document more than once."""
    if not many:
        return leaves
    return [(_listed(steps, many), value) for steps, value in leaves]


def _listed(steps: tuple[str, ...], many: AbstractSet[tuple[str, ...]]) -> tuple[str, ...]:
    told: list[str] = []
    plain: tuple[str, ...] = ()
    for place, key in enumerate(steps):
        told.append(key)
        if key != MANY:
            plain = (*plain, key)
            if plain in many and steps[place + 1 : place + 2] != (MANY,):
                told.append(MANY)
    return tuple(told)


def query_leaves(text: str) -> tuple[list[Leaf], str | None] | None:
    """The parameters of an address (under `query`) or of a bare query string, and the address without them."""
    address = _URL.fullmatch(text.strip())
    if address is not None and "=" in address[2]:
        parameters = _parameters(address[2])
        # What stands behind the # may hold a token or an address as well: it stays beside the rest.
        return (
            None
            if parameters is None
            else (_named((".query",), parameters), f"{address[1]} {address[3] or ''}".rstrip())
        )
    if _QUERY.fullmatch(text.strip()):
        parameters = _parameters(text.strip().lstrip("?"))
        return None if parameters is None else (_named((), parameters), None)
    return None


def _parameters(query: str) -> list[tuple[str, str]] | None:
    """Keys and values; None where there are too many to take apart, so that the address stays text."""
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=200)
    except ValueError:
        return None


def pair_leaves(text: str) -> tuple[list[Leaf], str | None] | None:
    """The values of a line of two or more `key=value`, and the words between them."""
    pairs = _PAIR.findall(text) if len(text) <= _LONGEST else []
    if len(pairs) < 2:
        return None
    rest = " ".join(_PAIR.sub(" ", text).split())
    return _named((), [(key, quoted or bare) for key, quoted, bare in pairs]), rest or None


def _named(above: tuple[str, ...], pairs: list[tuple[str, str]]) -> list[Leaf]:
    """Leaves of keys and values; a key that is there twice has many values."""
    leaves = [((*above, f".{_key(key)}"), value) for key, value in pairs]
    leaves += [((*above, f".{KEYS}"), key) for key, _ in pairs if _key(key) == ANY]
    counts = Counter(steps for steps, _ in leaves)
    return repeated(leaves, {steps for steps, count in counts.items() if count > 1})


def _key(key: str) -> str:
    told = _step(key)
    return ANY if told == STAR else told.encode("utf-8", "replace").decode()


class Paths:
    """The paths that a column's documents have. Keys that are data rather than names share one step, `{}`.

    A path that has one value in one document and many in another is one path, with a step of many.
    """

    def __init__(self) -> None:
        self._keys: dict[tuple[str, ...], set[str]] = {}
        self._largest: dict[tuple[str, ...], int] = {}
        self._collapsed: set[tuple[str, ...]] = set()
        self._named: set[str] = set()
        self._many: set[tuple[str, ...]] = set()
        # Most documents of a column are alike: their forms are learnt, and their paths named, once.
        self._forms: set[tuple[tuple[str, ...], ...]] = set()
        self._names: dict[tuple[str, ...], str] = {}

    def columns(self, documents: list[tuple[int, list[Leaf]]], rows: int) -> dict[str, list[str | None]]:
        """The values of each path: one per row, or any number of them where the path has a step of many."""
        for _, leaves in documents:
            form = tuple([steps for steps, _ in leaves])
            if form not in self._forms:
                self._learn(leaves)
                if len(self._forms) < _MOST_FORMS:
                    self._forms.add(form)
        found: dict[str, list[str | None]] = {}
        for row, leaves in documents:
            for steps, value in leaves:
                known = self._names.get(steps)
                for path, text in ((known, value),) if known is not None else self._placed(steps, value):
                    if _many(path):
                        found.setdefault(path, []).append(text)
                        continue
                    cells = found.get(path)
                    if cells is None:
                        cells = found[path] = [None] * rows
                    # JSON inside JSON may bring the same path twice: both count, as words of one cell.
                    before = cells[row]
                    cells[row] = text if before is None else f"{before} {text}"
        return found

    def _learn(self, leaves: list[Leaf]) -> None:
        here: dict[tuple[str, ...], set[str]] = {}
        many = len(self._many)
        for steps, _ in leaves:
            for depth, key in enumerate(steps):
                if key == MANY:
                    self._many.add(tuple(one for one in steps[:depth] if one != MANY))
                else:
                    here.setdefault(steps[:depth], set()).add(key)
        collapsed = len(self._collapsed)
        for parent, keys in here.items():
            known = self._keys.setdefault(parent, set())
            if len(known) <= 4 * _MANY_KEYS:
                known |= keys
            self._largest[parent] = max(self._largest.get(parent, 0), len(keys))
            if len(known) > _MANY_KEYS and len(known) > 4 * self._largest[parent]:
                self._collapsed.add(parent)
        if len(self._many) > many or len(self._collapsed) > collapsed:
            self._names.clear()

    def _placed(self, steps: tuple[str, ...], value: str) -> Iterator[tuple[str, str]]:
        if self._collapsed:
            told: tuple[str, ...] = ()
            for depth, key in enumerate(steps):
                if key.startswith(".") and steps[:depth] in self._collapsed and key not in (f".{ANY}", f".{KEYS}"):
                    yield self._name("".join((*told, f".{KEYS}"))), key[1:]
                    told = (*told, f".{ANY}")
                else:
                    told = (*told, key)
            yield self._name("".join(_listed(told, self._many))), value
            return
        name = self._name("".join(_listed(steps, self._many)))
        if len(self._names) < _MOST_FORMS:
            self._names[steps] = name
        yield name, value

    def _name(self, path: str) -> str:
        if path in self._named:
            return path
        if len(self._named) >= _MOST_PATHS:
            return SURPLUS
        self._named.add(path)
        return path


@lru_cache(maxsize=4096)
def _many(path: str) -> bool:
    return MANY in path or ANY in path or KEYS in path or path == SURPLUS
