"""Which files hold which leaves? One seal per file, kept by whoever keeps our state, one transaction per batch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

_NAME = re.compile(r"([0-9a-f]{64})(\.[a-z0-9.]+)")
_FOLDER = re.compile(r"[A-Za-z0-9_=-][A-Za-z0-9._=-]*")


@dataclass(frozen=True, slots=True)
class Seal:
    """One sealed file. path: below the data folder, unique. sha256: hex. first, count: its leaves."""

    path: str
    sha256: str
    first: int
    count: int
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class Head:
    """What the last `append` said. root: 32 bytes. sealed_at: of the last seal."""

    size: int
    root: bytes
    sealed_at: datetime


class SealConflict(Exception):
    """Another writer appended first: the stored size is not `seals[0].first`. Nothing was stored."""


class Seals(Protocol):
    """The seals and the head they lead to. Implemented over the state database."""

    def list(self) -> Sequence[Seal]:
        """Every seal, by `first`."""
        ...

    def head(self) -> Head | None:
        """Size and root given with the last append; None before the first."""
        ...

    def append(self, seals: Sequence[Seal], checkpoint_size: int, root: bytes) -> None:
        """Store all the seals and the new head, durably, or nothing.

        Compare and set: raises SealConflict unless the stored size is `seals[0].first` (0 before the first append).
        When it returns, a power cut must not undo it. When it raises anything else, either outcome is possible, and
        the ledger finds out which at its next start.
        """
        ...


def is_segment_path(path: str) -> bool:
    """Whether a path is one we would write: plain folders below the data folder, then `<sha256><suffix>`."""
    *folders, name = path.split("/")
    return bool(folders) and all(map(_FOLDER.fullmatch, folders)) and _NAME.fullmatch(name) is not None


def named_hash(path: str) -> str:
    """The hash in a segment's file name; empty when there is none."""
    match = _NAME.fullmatch(path.rpartition("/")[2])
    return match[1] if match else ""


def gaps(seals: Iterable[Seal]) -> Iterator[tuple[str, int, int]]:
    """Where seals do not follow one another: (path of the seal after the gap, leaf expected, leaf found)."""
    following = 0
    for seal in seals:
        if seal.first != following or seal.count < 1:
            yield seal.path, following, seal.first
        following = seal.first + seal.count
