"""Why can this record not become an event?"""

from __future__ import annotations

from typing import Final

MOST: Final = 100_000  # events of one record: whoever writes one chooses how many people and tables it names


class Unfit(Exception):
    """The record goes to quarantine. reason: in words, naming keys and columns, never a value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TooMany(Unfit):
    """Understood, and too much: unlike what makes no sense, it must not be passed over."""


def bounded(count: int) -> None:
    """Raises TooMany where a record would become more events, or texts, than anybody has memory for."""
    if count > MOST:
        raise TooMany(f"the record tells of more than {MOST:,} touches at once")
