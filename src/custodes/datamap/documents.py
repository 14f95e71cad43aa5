"""What stands where in one document that a cell of text holds?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
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
SURPLUS: Final = ".(other fields)"
ANY: Final = "{}"

_XML: Final = re.compile(r"\s*<(?:\?xml|[A-Za-z_][\w.:-]*[\s/>])")
_URL: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://[^\s?#]*|/[^\s?#=]*)\?([^\s#]+)(?:#\S*)?")
_QUERY: Final = re.compile(r"\??[\w.\[\]%-]{1,64}=[^&=\s]*(?:&[\w.\[\]%-]{1,64}=[^&=\s]*)+")
_PAIR: Final = re.compile(r"(?:(?<=\s)|^)([A-Za-z_][\w.-]{0,63})=(?:\"((?:[^\"\\]|\\.)*)\"|([^\s\"]+))")


def json_leaves(text: str) -> tuple[list[Leaf], str | None] | None:
    """The values of an object or an array, and nothing left; None where the text is neither."""
    value = _document(text)
    return None if value is None else (list(_walk(value, ())), None)


def _document(text: str) -> object:
    start = text[:64].lstrip()[:1]
    if start not in ("{", "[") or len(text) > _LONGEST:
        return None
    try:
        # Numbers stay the text they are: a card number as a float would lose its last digits.
        value = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) and value else None


def _walk(value: object, path: tuple[str, ...]) -> Iterator[Leaf]:
    if isinstance(value, dict) and len(path) < _DEEPEST:
        for key, inner in value.items():
            told = step(key)
            if told == STAR:
                yield (*path, f".{KEYS}"), key
            yield from _walk(inner, (*path, f".{ANY}" if told == STAR else f".{told}"))
    elif isinstance(value, list) and len(path) < _DEEPEST:
        for inner in value:
            yield from _walk(inner, (*path, "[]"))
    elif isinstance(value, dict | list):
        yield path, json.dumps(value, ensure_ascii=False)  # too deep: judged as free text
    elif isinstance(value, str):
        hidden = _document(value) if len(path) < _DEEPEST else None
        if hidden is not None:
            yield from _walk(hidden, path)
        else:
            yield path, value.encode("utf-8", "replace").decode()  # JSON can escape half a surrogate pair


def xml_leaves(text: str) -> tuple[list[Leaf], str | None] | None:
    """Text of elements and attributes (`@name`) under the elements' names; None where it is no XML.

    Declarations of entities and documents of other files are refused: they are how XML is made to explode.
    """
    if not _XML.match(text) or len(text) > _LONGEST:
        return None
    leaves: list[Leaf] = []
    path: list[str] = []
    said: list[list[str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        path.append(f".{name.rpartition(':')[2]}")
        said.append([])
        leaves.extend(((*path, f".@{key.rpartition(':')[2]}"), value) for key, value in attributes.items())

    def end(_: str) -> None:
        words = "".join(said.pop()).strip()
        if words:
            leaves.append((tuple(path), words))
        path.pop()

    def refuse(*_: object) -> int:
        raise ValueError("declarations are not read")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = lambda words: said[-1].append(words) if said else None
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except (expat.ExpatError, ValueError, LookupError):
        return None
    return [leaf for leaf in leaves[:_MOST_LEAVES] if len(leaf[0]) <= _DEEPEST * 2], None


def query_leaves(text: str) -> tuple[list[Leaf], str | None] | None:
    """The parameters of an address (under `query`) or of a bare query string, and the address without them."""
    address = _URL.fullmatch(text.strip())
    if address is not None and "=" in address[2]:
        return [((".query", f".{_key(key)}"), value) for key, value in _parameters(address[2])], address[1]
    if _QUERY.fullmatch(text.strip()):
        return [((f".{_key(key)}",), value) for key, value in _parameters(text.strip().lstrip("?"))], None
    return None


def _parameters(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, max_num_fields=200)
    except ValueError:
        return []


def pair_leaves(text: str) -> tuple[list[Leaf], str | None] | None:
    """The values of a line of two or more `key=value`, and the words between them."""
    pairs = _PAIR.findall(text[:_LONGEST])
    if len(pairs) < 2:
        return None
    rest = " ".join(_PAIR.sub(" ", text).split())
    return [((f".{_key(key)}",), quoted or bare) for key, quoted, bare in pairs], rest or None


def _key(key: str) -> str:
    told = step(key)
    return ANY if told == STAR else told.encode("utf-8", "replace").decode()


class Paths:
    """The paths that a column's documents have. Keys that are data rather than names share one step, `{}`."""

    def __init__(self) -> None:
        self._keys: dict[tuple[str, ...], set[str]] = {}
        self._largest: dict[tuple[str, ...], int] = {}
        self._collapsed: set[tuple[str, ...]] = set()
        self._named: set[str] = set()
        self._listed: set[str] = set()

    def columns(self, documents: list[tuple[int, list[Leaf]]], rows: int) -> dict[str, list[str | None]]:
        """The values of each path: one per row, or any number of them where the path has a step of many."""
        for _, leaves in documents:
            self._learn(leaves)
        found: dict[str, list[str | None]] = {}
        for row, leaves in documents:
            for steps, value in leaves[:_MOST_LEAVES]:
                for path, text in self._placed(steps, value):
                    if _many(path):
                        found.setdefault(path, []).append(text)
                        continue
                    cells = found.get(path)
                    if cells is None:
                        cells = found[path] = [None] * rows
                    # The same path twice in a document of XML or in a query: both count, as words of one cell.
                    before = cells[row]
                    cells[row] = text if before is None else f"{before} {text}"
        return found

    def _learn(self, leaves: list[Leaf]) -> None:
        here: dict[tuple[str, ...], set[str]] = {}
        for steps, _ in leaves:
            for depth, key in enumerate(steps):
                if key.startswith("."):
                    here.setdefault(steps[:depth], set()).add(key)
        for parent, keys in here.items():
            known = self._keys.setdefault(parent, set())
            if len(known) <= 4 * _MANY_KEYS:
                known |= keys
            self._largest[parent] = max(self._largest.get(parent, 0), len(keys))
            if len(known) > _MANY_KEYS and len(known) > 4 * self._largest[parent]:
                self._collapsed.add(parent)

    def _placed(self, steps: tuple[str, ...], value: str) -> Iterator[tuple[str, str]]:
        if self._collapsed:
            told: tuple[str, ...] = ()
            for depth, key in enumerate(steps):
                if key.startswith(".") and steps[:depth] in self._collapsed and key not in (f".{ANY}", f".{KEYS}"):
                    yield self._name("".join((*told, f".{KEYS}"))), key[1:]
                    told = (*told, f".{ANY}")
                else:
                    told = (*told, key)
            steps = told
        yield self._name("".join(steps)), value

    def _name(self, path: str) -> str:
        if path in self._named:
            return path
        if len(self._named) >= _MOST_PATHS:
            return SURPLUS
        self._named.add(path)
        return path


def _many(path: str) -> bool:
    return "[]" in path or ANY in path or KEYS in path or path == SURPLUS
