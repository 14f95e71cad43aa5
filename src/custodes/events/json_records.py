"""Are the records of this JSON file lines, or elements of a list? Tools write both, and one reader takes both."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from custodes.events.frames import Frame, lines
from custodes.events.json_array import elements
from custodes.events.source import Source

_LIST: Final = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\[|\{\s*"Records"\s*:)')


def records(source: Source) -> Iterator[Frame]:
    """One frame per record: elements of `[...]` and `{"Records": [...]}`, objects over several lines, or lines."""
    if _LIST.match(source.head):
        return elements(source)
    first, newline, _ = source.head.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")
    spread = newline and first.startswith(b"{") and not first.rstrip().endswith(b"}")
    return elements(source) if spread else lines(source)


class Reading:
    """One record asked by dotted paths; whatever is not of the type asked for counts as absent."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self.values = values

    def value(self, path: str) -> object:
        """What is there, None when nothing is."""
        at: object = self.values
        for part in path.split("."):
            if isinstance(at, Mapping):
                at = at.get(part)
            elif isinstance(at, list) and part.isdecimal() and int(part) < len(at):
                at = at[int(part)]
            else:
                return None
        return at

    def text(self, *paths: str) -> str | None:
        """The first text or whole number at one of the paths, without blanks around it."""
        for path in paths:
            value = self.value(path)
            if isinstance(value, int) and not isinstance(value, bool):
                return str(value)
            if isinstance(value, str) and (text := value.strip()) and is_unicode(text):
                return text
        return None

    def number(self, path: str) -> int | None:
        """The whole number there; Google writes 64-bit ones as texts."""
        value = self.value(path)
        if isinstance(value, str) and value.isdecimal() and len(value) < 19:
            return int(value)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def items(self, path: str) -> list[Reading]:
        """The objects of the list there."""
        value = self.value(path)
        return [Reading(item) for item in value if isinstance(item, dict)] if isinstance(value, list) else []

    def texts(self, path: str) -> tuple[str, ...]:
        """The texts of the list there, each once."""
        value = self.value(path)
        found = (
            [item for item in value if isinstance(item, str) and is_unicode(item)] if isinstance(value, list) else []
        )
        return tuple(dict.fromkeys(found))


def is_unicode(text: str) -> bool:
    """Whether every character is one: JSON can smuggle in half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
