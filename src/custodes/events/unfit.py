"""Why can this record not become an event?"""

from __future__ import annotations


class Unfit(Exception):
    """The record goes to quarantine. reason: in words, naming keys and columns, never a value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
