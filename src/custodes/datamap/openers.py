"""May a value open an account? Passwords, tokens, security codes, and the names that accounts go by."""

from __future__ import annotations

import re
from typing import Final

from custodes.datamap.days import day
from custodes.datamap.headers import fold
from custodes.datamap.vocabulary import WORDS

_NEVER_SECRET: Final = WORDS["never_secret"]
_NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?")


def security_code(value: str) -> bool:
    """Three or four digits."""
    return re.fullmatch(r"\d{3,4}", value) is not None


def secret(value: str) -> bool:
    """Something that may open an account: four characters or more, no date, no number with few digits, no flag."""
    plain = value.strip()
    return (
        4 <= len(plain) <= 512
        and fold(plain) not in _NEVER_SECRET
        and day(plain) is None
        and len(plain.split()) <= 6
        and not _NUMBER.fullmatch(plain)
    )


def token(value: str) -> bool:
    """One word of sixteen characters or more with letters and digits: what machines log in with."""
    plain = value.strip()
    if not re.fullmatch(r"[A-Za-z0-9._~+/=\-]{16,512}", plain) or day(plain) is not None:
        return False
    return any(c.isdigit() for c in plain) and any(c.isalpha() for c in plain)


def handle(value: str) -> bool:
    """One word that begins with a letter, or `@` and a word, as accounts are called."""
    plain = value.strip()
    return (
        re.fullmatch(r"@?[^\W\d_][\w.@+\-]{1,63}|@[\w.]{2,40}", plain) is not None and fold(plain) not in _NEVER_SECRET
    )
