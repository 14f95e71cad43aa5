"""How can two records be joined on a person without keeping who it is? By keyed tokens made at the door."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Final

PREFIX: Final = "tok_"
_DIGEST_BYTES: Final = 12


class Tokeniser:
    """Turns direct identifiers into tokens with the workspace's key (keyed BLAKE2b, RFC 7693).

    Equal identifiers (after trimming, case folding and NFKC) give equal tokens in one workspace and unrelated
    ones in another, so a stolen evidence file alone cannot be matched against a list of known people.
    """

    def __init__(self, key: bytes) -> None:
        if not 16 <= len(key) <= 64:
            raise ValueError("a token key has 16 to 64 bytes")
        self._key = key

    def token(self, value: str) -> str:
        """`tok_` and 24 hexadecimal digits. A value that is a token already stays what it is."""
        if value.startswith(PREFIX) and len(value) == len(PREFIX) + 2 * _DIGEST_BYTES:
            return value
        normal = unicodedata.normalize("NFKC", value).strip().casefold()
        return PREFIX + hashlib.blake2b(normal.encode(), digest_size=_DIGEST_BYTES, key=self._key).hexdigest()
