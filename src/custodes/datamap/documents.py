"""What stands where in one document that a cell of text holds?"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Set as AbstractSet
from typing import Final
from urllib.parse import parse_qsl, unquote
from xml.parsers import expat

from custodes.stores import pairs
from custodes.stores.keys import Steps
from custodes.stores.names import MANY

# The steps of a path as the document has them (`.user`, `[]`), and the value there as text.
Leaf = tuple[Steps, str]

_DEEPEST: Final = 8
_MOST_LEAVES: Final = 5_000  # of one document
_LONGEST: Final = 1 << 20  # characters of a document that is taken apart
_OPENS: Final = frozenset("{[ \t\r\n")

_XML: Final = re.compile(r"\s*<(?:\?xml|[A-Za-z_][\w.:-]*[\s/>])")
_URL: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://[^\s?#]*|/[^\s?#=]*)\?([^\s#]+)(#\S*)?")
_AT: Final = re.compile(r"\w%40\w")
_QUERY: Final = re.compile(r"\??[\w.\[\]%-]{1,64}=[^&=\s]*(?:&[\w.\[\]%-]{1,64}=[^&=\s]*)+")


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


def _gather(value: object, path: Steps, leaves: list[Leaf]) -> None:
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
            inside = (*path, f".{key}")
            if isinstance(inner, str) or (inner and inner is not True):
                _gather(inner, inside, leaves)
            else:
                leaves.append((inside, ""))  # nothing is said there, but the key may be somebody's
    elif isinstance(value, list) and len(path) < _DEEPEST:
        inside = (*path, MANY)
        for inner in value:
            _gather(inner, inside, leaves)
    elif isinstance(value, dict | list):
        leaves.append((path, json.dumps(value, ensure_ascii=False)))  # too deep: judged as free text


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
    many: set[Steps] = set()

    def start(name: str, attributes: dict[str, str]) -> None:
        # What is not taken apart whole stays text. A path is copied for each value, so depth must be bounded here.
        if len(path) >= _DEEPEST * 2 or len(leaves) > _MOST_LEAVES:
            raise ValueError("too deep or too long")
        path.append(f".{_local(name)}")
        if path[-1] in beside[-1]:
            many.add(tuple(path))
        beside[-1].add(path[-1])
        beside.append(set())
        said.append([])
        leaves.extend(((*path, f".@{_local(key)}"), value) for key, value in attributes.items())

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


def _local(name: str) -> str:
    """An element's or attribute's name without its prefix."""
    return name.rpartition(":")[2]


def repeated(leaves: list[Leaf], many: AbstractSet[Steps]) -> list[Leaf]:
    """The leaves with the step of many behind every path that stands in a document more than once."""
    if not many:
        return leaves
    return [(listed(steps, many), value) for steps, value in leaves]


def listed(steps: Steps, many: AbstractSet[Steps]) -> Steps:
    """The steps with that of many behind every object that may stand there more than once."""
    told: list[str] = []
    plain: Steps = ()
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


def unescaped(text: str) -> tuple[list[Leaf], str | None] | None:
    """Nothing but the text, with the signs put back that stand in it as in links: `ann%40mail.example`."""
    return ([], unquote(text)) if _AT.search(text) else None


def pair_leaves(text: str) -> tuple[list[Leaf], str | None] | None:
    """The values of a line of two or more `key=value`, and the words between them."""
    found = pairs.pairs(text)
    return (_named((), found), pairs.between(text) or None) if found else None


def _named(above: Steps, found: list[tuple[str, str]]) -> list[Leaf]:
    """Leaves of keys and values; a key that is there twice has many values."""
    leaves = [((*above, f".{key.encode('utf-8', 'replace').decode()}"), value) for key, value in found]
    counts = Counter(steps for steps, _ in leaves)
    return repeated(leaves, {steps for steps, count in counts.items() if count > 1})
