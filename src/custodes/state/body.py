"""How is a noun kept as one text in a row, and read again? As JSON, checked on the way in."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Noun = TypeVar("Noun")


class Body(Generic[Noun]):
    """Texts of one kind of noun, a frozen dataclass."""

    def __init__(self, noun: type[Noun]) -> None:
        self._noun = noun

    @cached_property
    def _adapter(self) -> TypeAdapter[Noun]:
        # A fifth of a second to import, and a command that asks for no such noun need not wait for it.
        from pydantic import TypeAdapter  # noqa: PLC0415

        return TypeAdapter(self._noun)

    def text(self, one: Noun) -> str:
        """The noun as JSON."""
        return self._adapter.dump_json(one).decode()

    def read(self, text: str) -> Noun:
        """The noun that `text` gave. Raises ValueError for any other text."""
        return self._adapter.validate_json(text)
