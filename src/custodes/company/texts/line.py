"""What stands where in a made-up line?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from custodes.company.columns import Kind


@dataclass(frozen=True, slots=True)
class Plant:
    """A value in a line. start, end: characters, end exclusive. counted: False where missing it is right too."""

    start: int
    end: int
    kind: str
    category: str
    accepted: frozenset[str]
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text. genre: which file it could be from. form: `plain`, a tricky form, or `negative`."""

    text: str
    plants: tuple[Plant, ...]
    genre: str
    form: str
    kind: str


@dataclass(frozen=True, slots=True)
class Piece:
    """What a genre puts into its line: words that name a value, and the value. kind: None where it is a decoy.

    bare: whether the value is known without its name. language: of the words.
    """

    words: str
    value: str
    kind: Kind | None
    language: str = "en"
    bare: bool = False

    @property
    def key(self) -> str:
        """The words as a key: `card_number`."""
        return self.words.replace(" ", "_")


@dataclass(slots=True)
class Writer:
    """Puts a line together and remembers where its values came to stand."""

    parts: list[str] = field(default_factory=list)
    plants: list[Plant] = field(default_factory=list)
    length: int = 0

    def say(self, text: str) -> Self:
        """Add text that is nothing."""
        self.parts.append(text)
        self.length += len(text)
        return self

    def put(self, piece: Piece, written: Callable[[str], str] = str) -> Self:
        """Add the piece's value, written in a form of its own where one is given."""
        value = written(piece.value)
        if piece.kind is not None and piece.kind.category is not None:
            self.mark(value, piece.kind.id, piece.kind.category, piece.kind.accepted)
        return self.say(value)

    def mark(self, value: str, kind: str, category: str, accepted: frozenset[str], *, counted: bool = True) -> Self:
        """Remember that this value comes next."""
        plant = Plant(self.length, self.length + len(value), kind, category, accepted, counted)
        self.plants.append(plant)
        return self

    def line(self, genre: str, form: str, kind: str) -> Line:
        """The finished line."""
        return Line("".join(self.parts), tuple(self.plants), genre, form, kind)
