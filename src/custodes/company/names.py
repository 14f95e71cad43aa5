"""Which name stands behind which number? Actors, clients and addresses are counted here and spelt out at the end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Texts = NDArray[np.object_]


class Names:
    """A list that only grows: the number of a name never changes."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts: list[str] = []
        self._known: dict[str, int] = {}
        for text in texts:
            self._add(text)

    def __len__(self) -> int:
        return len(self._texts)

    def code(self, text: str) -> int:
        """The number of this name, a new one if it is new."""
        known = self._known.get(text)
        return self._add(text) if known is None else known

    def codes(self, texts: Iterable[str]) -> Ints:
        """The number of each of these names."""
        return np.array([self.code(text) for text in texts], np.int64)

    def text(self, code: int) -> str:
        """The name behind a number."""
        return self._texts[code]

    def texts(self) -> Texts:
        """All names, each at the place that is its number."""
        return np.array(self._texts, object)

    def _add(self, text: str) -> int:
        # Two of the same name keep two numbers when they come in a list: places must stay what the caller counted.
        self._texts.append(text)
        self._known.setdefault(text, len(self._texts) - 1)
        return len(self._texts) - 1


@dataclass(frozen=True, slots=True)
class Book:
    """The names of one company. A member of staff's number among the actors is their place in `staff.Staff`.

    clients: devices and fingerprints; the first are the devices that `staff.Staff.client` counts. addresses: likewise.
    """

    actors: Names
    clients: Names
    addresses: Names
