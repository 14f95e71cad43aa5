"""Which part of a name is somebody's? Keys, headers and file names made from people's data, told without it."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath
from typing import Final

STAR: Final = "*"  # stands for every key that is itself a person's data
KEYS: Final = "{*}"  # the list field beside it that holds those keys, so that they are classified too

_SUSPECT: Final = re.compile(r"[@\d]")
_MAIL: Final = re.compile(r"[^\s@]@[^\s@]+\.[^\s@]{2,}")
_PLUS_PHONE: Final = re.compile(r"\+(?:[\s()./-]*\d){8}")
_LONG_NUMBER: Final = re.compile(r"(?<!\d)\d{13,19}(?!\d)")
_SEPARATED: Final = re.compile(r"[\d\s()./-]+")
_FEWEST_DIGITS: Final = 10
_MAIL_IN_FILE_NAME: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]{2,}")
_ENDING: Final = re.compile(
    r"(?i:\.(csv|tsv|tab|psv|jsonl|ndjson|json|parquet|pq|txt|xlsx?|docx?|pdf|zip|xml|log))?(\.gz)?$"
)


def step(key: str) -> str:
    """The key as a step of a path: STAR for one that holds an e-mail address, a phone number or 13 to 19 digits.

    A phone number is a plus and 8 or more digits anywhere, or 10 or more digits with nothing but separators.
    """
    if not _SUSPECT.search(key):
        return key
    if _MAIL.search(key) or _PLUS_PHONE.search(key) or _LONG_NUMBER.search(key):
        return STAR
    if _SEPARATED.fullmatch(key) and sum(map(str.isdigit, key)) >= _FEWEST_DIGITS:
        return STAR
    return key


def file_name(path: str) -> str:
    """The path, `/` between its parts, with `*-` and 8 hexadecimal digits for an e-mail address or phone number.

    The digits are the beginning of the part's BLAKE2b, so that two people's files stay apart and keep their names.
    """
    if not _SUSPECT.search(path):
        return path
    return "/".join(_part(part) for part in PurePosixPath(path).parts)


def _part(part: str) -> str:
    ending = _ENDING.search(part)
    at = ending.start() if ending else len(part)
    stem, tail = part[:at], part[at:]
    if _PLUS_PHONE.search(stem):
        return _short(stem) + tail
    return _MAIL_IN_FILE_NAME.sub(lambda found: _short(found[0]), stem) + tail


def _short(text: str) -> str:
    return f"{STAR}-{hashlib.blake2b(text.encode(errors='replace'), digest_size=4).hexdigest()}"
