"""What kind of data is it, and how much harm can it do?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Flag = Literal["special", "pci", "credential"]


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of personal data.

    id: file name of the category. title: for people. fides: key in the fideslang taxonomy.
    sensitivity: 1 (harmless alone) to 5 (ruinous when leaked).
    flags: `special` (GDPR Art. 9), `pci` (PCI DSS), `credential` (opens something).
    """

    id: str
    title: str
    fides: str
    sensitivity: int
    flags: frozenset[Flag] = frozenset()

    @property
    def needs_vault(self) -> bool:
        """Whether it may live only where the owner declared a vault."""
        return bool(self.flags)
