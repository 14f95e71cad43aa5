"""Who answers for which processing, and what did they state of it? GDPR Art. 30(1), as the owner's file says it."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

#: What stands where the owner said nothing. A blank cell would look like "none".
NOT_STATED: Final = "not stated"

#: The grounds of GDPR Art. 6(1), a to f.
BASES: Final = (
    "consent",
    "contract",
    "legal_obligation",
    "vital_interests",
    "public_task",
    "legitimate_interests",
)

#: The European Economic Area (ISO 3166-1): what is kept or sent anywhere else is a transfer to a third country.
EEA: Final = frozenset(
    ("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT",
     "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Controller:
    """Who answers for all of it (Art. 30(1)(a)). An empty text is not stated."""

    name: str = ""
    contact: str = ""
    representative: str = ""
    officer: str = ""  # the data protection officer
    joint: tuple[str, ...] = ()  # joint controllers


@dataclass(frozen=True, slots=True)
class Transfer:
    """Data that leaves for another country. country: ISO 3166-1 alpha-2. An empty text is not stated."""

    country: str
    recipient: str = ""
    safeguards: str = ""


@dataclass(frozen=True, slots=True)
class Processing:
    """One processing activity. datasets: stores, datasets by full name, or patterns of full names with `*`.

    An empty text or tuple is not stated. Of recipients and transfers None is not stated, and an empty tuple says that
    there are none.
    """

    name: str
    title: str
    datasets: tuple[str, ...]
    purposes: tuple[str, ...] = ()
    basis: str = ""
    subjects: tuple[str, ...] = ()
    recipients: tuple[str, ...] | None = None
    transfers: tuple[Transfer, ...] | None = None
    retention: str = ""
    security: tuple[str, ...] = ()
    owner: str = ""

    def names(self, store: str, dataset: str) -> str | None:
        """The entry of `datasets` that this dataset falls under, or None."""
        return next((entry for entry in self.datasets if self.matches(entry, store, dataset)), None)

    @staticmethod
    def matches(entry: str, store: str, dataset: str) -> bool:
        """Whether an entry of `datasets` means this dataset."""
        full = f"{store}.{dataset}"
        # A name is meant as it stands before it is a pattern: files may have brackets in their names.
        return entry in (store, full) or ("*" in entry and fnmatchcase(full, entry.replace("[", "[[]")))


@dataclass(frozen=True, slots=True)
class Keeping:
    """What holds for a whole store. country: where it is kept. An empty text or tuple is not stated."""

    store: str
    kind: str
    owner: str = ""
    security: tuple[str, ...] = ()
    country: str = ""
