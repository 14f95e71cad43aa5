"""Which earlier reading does this file carry on, whatever it is called now?

Logs are rotated: renamed and begun anew, copied and truncated, compressed, copied elsewhere. A file is known by
the bytes at its start and by those before the place that was reached, not by its name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from custodes.errors import BadInput
from custodes.events.interface import LogReader, Position
from custodes.events.source import HEAD, Source, digest


@dataclass(frozen=True, slots=True)
class Place:
    """Where to begin with a file.

    since: None is its start. again: another mapping read it before. moved: the name it was read under, when that name
    no longer stands for it.
    """

    since: Position | None = None
    again: bool = False
    moved: str | None = None


class Places:
    """The earlier readings of one log. positions: (digest of the mapping, position) by file."""

    def __init__(self, reader: LogReader, root: Path, read_as: str, positions: dict[str, tuple[str, Position]]) -> None:
        self._reader = reader
        self._root = root
        self._read_as = read_as
        self._own = dict(positions)
        self._long: dict[str, list[str]] = defaultdict(list)  # digest of a whole head to names
        self._short: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for name, (_, position) in positions.items():
            head = position.head[:32]
            if position.offset >= HEAD:
                self._long[head].append(name)
            elif position.offset > 0:
                self._short[position.offset][head].append(name)

    def of(self, file: Path, name: str) -> Place:
        """Where to begin with this file. Raises BadInput when it cannot be opened."""
        known = self._own.get(name)
        if known is not None and (untouched(file, known[1]) or self._reader.continues(file, known[1])):
            return self._place(known)
        for other in self._alike(file):
            candidate = self._own.get(other)
            if other == name or candidate is None or not self._reader.continues(file, candidate[1]):
                continue
            place = self._place(candidate, name)
            if self._stands(other, candidate[1]):
                return place  # a copy: both names stand for it
            del self._own[other]
            return replace(place, moved=other)
        if known is not None and known[1].offset == 0:
            return self._place(known)
        return Place()

    def left_behind(self, files: Sequence[Path], names: Sequence[str]) -> tuple[list[Path], list[str]]:
        """Rotated files that the log's pattern does not match and that hold what follows an earlier reading.

        Also the names whose earlier content is nowhere to be found: what came after the place reached is not read.
        """
        found: list[Path] = []
        lost: list[str] = []
        listed = set(files)
        for file, name in zip(files, names, strict=True):
            known = self._own.get(name)
            if known is None or known[1].offset == 0 or self._stands(name, known[1]):
                continue
            rest = [one for one in _siblings(file) if one not in listed and self._continued(one, known[1])]
            if rest:
                found.append(rest[0])
            elif not any(self._continued(one, known[1]) for one in files if one != file and name in self._alike(one)):
                lost.append(name)
        return found, lost

    def _place(self, known: tuple[str, Position], name: str | None = None) -> Place:
        read_as, position = known
        if read_as != self._read_as:
            return Place(again=True)
        return Place(position if name is None else replace(position, file=name))

    def _stands(self, name: str, position: Position) -> bool:
        file = self._root / name
        return file.is_file() and (untouched(file, position) or self._continued(file, position))

    def _continued(self, file: Path, position: Position) -> bool:
        try:
            return self._reader.continues(file, position)
        except BadInput:
            return False

    def _alike(self, file: Path) -> list[str]:
        """Names of readings that began with the same bytes as this file."""
        if not self._long and not self._short:
            return []
        try:
            with Source(file, None) as source:
                head = source.head
        except BadInput:
            return []
        found = list(self._long.get(digest(head), ())) if len(head) == HEAD else []
        for offset, heads in self._short.items():
            if offset <= len(head):
                found += heads.get(digest(head[:offset]), ())
        return found


def untouched(file: Path, since: Position) -> bool:
    """Whether size and time of change are those of the last reading."""
    try:
        status = file.stat()
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (since.size, since.mtime_ns)


def _siblings(file: Path) -> list[Path]:
    """`app.log.1`, `app.log-20260301`, `app.log.2.gz`, `app-20260301.log` beside `app.log`, the newest first."""
    stem, suffix = file.stem, file.suffix
    try:
        beside = [one for one in file.parent.iterdir() if one != file and one.is_file()]
    except OSError:
        return []
    rotated = [
        one
        for one in beside
        if one.name.startswith(file.name) or (one.name.startswith(stem) and suffix in one.suffixes)
    ]
    return sorted(rotated, key=_changed, reverse=True)


def _changed(file: Path) -> int:
    """When it was changed; 0 for one that went away while we looked, as rotated files do."""
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0
