"""Which words do column names and values get read by? Data, in vocabulary.yml and given_names.txt beside this file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import yaml

_HERE: Final = Path(__file__).parent


def _read() -> dict[str, frozenset[str]]:
    document = yaml.safe_load((_HERE / "vocabulary.yml").read_text(encoding="utf-8"))
    return {key: frozenset(words) for key, words in document.items()}


WORDS: Final[Mapping[str, frozenset[str]]] = _read()


@cache
def given_names() -> frozenset[str]:
    """Common given names of many countries, lower case: a hint about a column, never about one person."""
    text = (_HERE / "given_names.txt").read_text(encoding="utf-8")
    return frozenset(name for line in text.splitlines() if not line.startswith("#") for name in line.split())
