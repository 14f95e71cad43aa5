"""How is a key told as a step of a path, and which part of a name is somebody's?

A path is a column's name and the keys below it with points between: `payload.user.email`. `[]` stands behind what
there are many of. `*` stands for every key that is data rather than a name, and `{key}` beside it holds those keys.
A key that a path would read otherwise is quoted as in JSON: `payload."user.email"` is one key, with a point in it.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Final

STAR: Final = "*"  # stands for every key that is itself a person's data
KEYS: Final = "{key}"  # the list field beside it that holds those keys, so that they are classified too
MANY: Final = "[]"
SURPLUS: Final = "(other fields)"  # where values stand whose paths are too many to be told apart
LONGEST_KEY: Final = 64  # characters; what is longer names nothing: it is data

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
_MARKS: Final = re.compile(r'[.\[\]{}*]|^"')
_QUOTED: Final = r'"(?:[^"\\]|\\.)*"'
_STEP: Final = re.compile(rf'{_QUOTED}(?:\[\])*|[^."][^.]*|')
_LAST: Final = re.compile(rf'(?:^|\.)({_QUOTED}|[^."][^.]*?|)(?:\[\])*$')


def is_data(key: str) -> bool:
    """Whether a key names nothing: it holds an e-mail address, a phone number or 13 to 19 digits, or is too long.

    A phone number is a plus and 8 or more digits anywhere, or 10 or more digits with nothing but separators.
    """
    return len(key) > LONGEST_KEY or _personal(key)


def column_name(key: str) -> str:
    """The name of a column as it is told: STAR for one that is somebody's data, and nothing else changed."""
    return STAR if _personal(key) else key


def step(key: str) -> str:
    """The key as a step of a path: STAR for one that is data, in quotes one that a path would read otherwise."""
    return STAR if is_data(key) else quoted(key)


def quoted(key: str) -> str:
    """The key as it stands, or in quotes where it is empty, holds a mark that paths have, or what cannot be shown."""
    return _quoted(key) if len(key) <= LONGEST_KEY else json.dumps(key, ensure_ascii=False)


@lru_cache(maxsize=4096)
def _quoted(key: str) -> str:
    plain = key and _MARKS.search(key) is None and key.isprintable() and key != SURPLUS
    return key if plain else json.dumps(key, ensure_ascii=False)


def steps(path: str) -> list[str]:
    """The steps of a path, each as it is written there; the path itself where its quotes do not close."""
    found: list[str] = []
    at = 0
    while (step := _STEP.match(path, at)) is not None:
        found.append(step[0])
        if step.end() == len(path):
            return found
        if path[step.end()] != ".":
            break
        at = step.end() + 1
    return [path]


def last(path: str) -> tuple[str, str]:
    """What stands above the last step of a path, and the last step's key without quotes."""
    found = _LAST.search(path)
    if found is None:
        above, _, key = path.rpartition(".")
        return above, key
    return path[: found.start()], plain(found[1])


def plain(told: str) -> str:
    """The key that a step tells; a column may be called anything, also what only looks quoted."""
    if told[:1] != '"':
        return told
    try:
        return str(json.loads(told, strict=False))
    except ValueError:
        return told


def keyed(path: str) -> bool:
    """Whether the path holds keys that are data, or stands under them."""
    return f".{STAR}" in f".{path}" or KEYS in path


def listed(path: str) -> bool:
    """Whether the path may have any number of values in one row."""
    return MANY in path or keyed(path) or SURPLUS in path


def _personal(key: str) -> bool:
    if not _SUSPECT.search(key):
        return False
    if _MAIL.search(key) or _PLUS_PHONE.search(key) or _LONG_NUMBER.search(key):
        return True
    return _SEPARATED.fullmatch(key) is not None and sum(map(str.isdigit, key)) >= _FEWEST_DIGITS


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
