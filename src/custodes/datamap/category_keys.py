"""What does one mapping of a category's file hold? Typed values out of YAML, and a refusal for all else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from custodes.errors import BadInput

PAGE: Final = "docs/how-to/add-a-category.md"  # the whole form, and what each refusal means


class Keys:
    """One mapping of the file: hands out typed values, remembers which keys were asked for, refuses the rest."""

    def __init__(self, file: Path, path: str, values: object) -> None:
        self.file = file
        self.path = path
        self.asked: set[str] = set()
        if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
            raise BadInput(
                "expected keys and values",
                where=f"{file}: {path}" if path else str(file),
                hint=f"the form is in {PAGE}",
            )
        self.values: Mapping[str, object] = values

    def fail(self, key: str, what: str, hint: str) -> BadInput:
        """A refusal that names file and key."""
        where = f"{self.path}.{key}" if self.path else key
        return BadInput(what, where=f"{self.file}: {where}", hint=hint)

    def text(self, key: str, *, required: bool = True) -> str:
        """A text; empty only where it is not required."""
        self.asked.add(key)
        value = self.values.get(key, "")
        if required and key not in self.values:
            self._misspelt(key)
        if not isinstance(value, str) or (required and not value):
            raise self.fail(
                key, "a text is required here", f"write {key}: a text (in quotes, where it looks like a number)"
            )
        return value

    def texts(self, key: str, among: Sequence[str] = ()) -> tuple[str, ...]:
        """A list of texts, each of them one of those known where any are given."""
        self.asked.add(key)
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.fail(key, "expected a list of texts", f'write {key}: ["...", "..."]')
        for item in value:
            if among and item not in among:
                raise self.fail(key, f'"{item}" is not known', meant(item, among))
        return tuple(value)

    def choice(self, key: str, among: Sequence[str]) -> str | None:
        """One of those known, or None."""
        value = self.text(key, required=False)
        if value and value not in among:
            raise self.fail(key, f'"{value}" is not known', meant(value, among))
        return value or None

    def number(self, key: str, least: int, most: int, default: int | None = None) -> int:
        """A whole number in its bounds."""
        self.asked.add(key)
        value = self.values.get(key, default)
        if value is None:
            self._misspelt(key)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.fail(key, "expected a whole number", f"write {key}: {least} to {most}")
        return value

    def share(self, key: str, default: float) -> float:
        """A number from 0 to 1."""
        self.asked.add(key)
        value = self.values.get(key, default)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
            raise self.fail(key, "expected a share", f"write {key}: 0 to 1")
        return float(value)

    def flag(self, key: str) -> bool:
        """True or false."""
        self.asked.add(key)
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise self.fail(key, "expected true or false", f"write {key}: true")
        return value

    def keys(self, key: str) -> Keys:
        """The mapping under a key."""
        self.asked.add(key)
        return Keys(self.file, f"{self.path}.{key}" if self.path else key, self.values.get(key, {}))

    def items(self, key: str) -> list[Keys]:
        """The mappings in a list."""
        self.asked.add(key)
        value = self.values.get(key, [])
        if not isinstance(value, list):
            raise self.fail(key, "expected a list", f"write {key}: and each with a dash before it")
        return [Keys(self.file, f"{key}[{index}]", item) for index, item in enumerate(value)]

    def _misspelt(self, key: str) -> None:
        """Refuse a key that nobody asked for where it is nearly the one that is missing."""
        close = get_close_matches(key, [other for other in self.values if other not in self.asked], n=1)
        if close:
            raise self.fail(close[0], "no such key", f'did you mean "{key}"?')

    def finish(self) -> None:
        """Refuse the first key that nobody asked for."""
        unknown = sorted(set(self.values) - self.asked)
        if unknown:
            raise self.fail(unknown[0], "no such key", meant(unknown[0], sorted(self.asked)))


def meant(word: str, among: Sequence[str]) -> str:
    """The nearest known word, or all of them."""
    close = get_close_matches(word, among, n=1)
    return f'did you mean "{close[0]}"?' if close else f"one of: {', '.join(among)}"
