"""What is one kind of column, and what is true about it?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from custodes.company.columns.draw import Draw

# What the cells look like to somebody who does not know what they are; decides which headers would be plain lies.
Look = Literal["words", "digits", "code", "mail", "date", "decimal", "text"]
Family = Literal["people", "orders", "logs"]

# Headers that promise what cells of such a look cannot be: a lie that anybody who looks at the values sees through.
LIES: Final[Mapping[Look, tuple[str, ...]]] = {
    "words": ("email", "iban", "card_number", "phone", "ip_address", "birth_date"),
    "digits": ("email", "first_name", "city", "street", "full_name"),
    "code": ("first_name", "birth_date", "phone", "city"),
    "mail": ("phone", "iban", "last_name", "birth_date"),
    "date": ("email", "ip_address", "last_name", "card_number"),
    "decimal": ("email", "first_name", "iban", "city"),
    "text": ("iban", "ip_address", "birth_date", "card_number"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of column.

    id: its name in the tables of results. category: what it holds; None for a decoy. also: other right answers.
    make: one value. headers: by language, the words of usual names. tells: whether its values alone can tell.
    whole: its values are whole numbers that a table may store as such. nested: it is also tried inside structs.
    """

    id: str
    category: str | None
    make: Callable[[Draw], str]
    headers: Mapping[str, tuple[str, ...]]
    look: Look = "digits"
    tells: bool = False
    also: frozenset[str] = frozenset()
    family: Family = "people"
    whole: bool = False
    local: bool = False  # values and names differ by locale: it is tried in all of them
    rising: bool = False  # each row follows from the one before
    lies: tuple[str, ...] = field(default=())

    @property
    def accepted(self) -> frozenset[str]:
        """The right answers; none for a decoy."""
        return self.also | {self.category} if self.category is not None else frozenset()

    def promised_wrongly(self) -> tuple[str, ...]:
        """Names that lie about it."""
        return self.lies or LIES[self.look]
