"""Which words do column names and values get read by? Data: vocabulary.yml and the lists of names beside this file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import yaml

_HERE: Final = Path(__file__).parent
_QUICK: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _read() -> dict[str, frozenset[str]]:
    text = (_HERE / "vocabulary.yml").read_text(encoding="utf-8")
    document = yaml.load(text, Loader=_QUICK)  # noqa: S506 - both loaders make plain data only
    return {key: frozenset(words) for key, words in document.items()}


WORDS: Final[Mapping[str, frozenset[str]]] = _read()


@cache
def given_names() -> frozenset[str]:
    """Common given names of many countries, folded: a hint about a column, never about one person."""
    return _names("given_names.txt")


@cache
def family_names() -> frozenset[str]:
    """Common family names of many countries, folded: a hint about a column, never about one person."""
    return _names("family_names.txt")


@cache
def towns() -> frozenset[str]:
    """Towns of 30,000 inhabitants and more, folded."""
    return _names("towns.txt")


def _names(file: str) -> frozenset[str]:
    text = (_HERE / file).read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(name.replace("_", " ") for line in lines for name in line.split())
