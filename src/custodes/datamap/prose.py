"""Does free text name people? Only a language model can tell, so it is asked only where the owner has one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from custodes.datamap.claim import Claim, ColumnView, per_cent, signed

_ASKED: Final = 200  # sampled texts of a column; a model reads some hundreds a second
_WORDS: Final = 5  # a text shorter than this is a label, for which models guess
_NATS: Final = 1.0  # a model is wrong about one name in six or so on text it was not made for


class NameFinder(Protocol):
    """A model that finds names of people in text. title: how it is called in reasons."""

    title: str

    def naming(self, texts: Sequence[str]) -> int:
        """How many of the texts name somebody."""
        ...


def prose_claim(column: ColumnView, finder: NameFinder) -> Claim | None:
    """That the column's text names people, where the model says so of two texts or more of those asked."""
    texts = [value for value in column.profile.distinct if len(value.split()) >= _WORDS][:_ASKED]
    if len(texts) < 2 or column.settled():
        return None
    named = finder.naming(texts)
    if named < 2:
        return None
    share = named / len(texts)
    reason = f"{finder.title} sees names of people in {per_cent(share)} of {len(texts)} sampled texts"
    nats, reasons = _NATS + share, (signed(_NATS, reason),)
    return Claim("person_name", nats, named, reasons, whole=False, by="inside", scanned=len(texts))
