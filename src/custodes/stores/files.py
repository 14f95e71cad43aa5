"""What does a place full of files hold? A folder or a bucket; every file is a dataset or named with a reason."""

from __future__ import annotations

import os
import stat
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

import pyarrow as pa

from custodes.errors import StoreRefused
from custodes.records import Dataset, Skipped
from custodes.stores import filing, fingerprint, names, reading
from custodes.stores.filing import Part, Unfit
from custodes.stores.interface import Unreadable
from custodes.stores.source import Source, of_path

_REMEMBERED: Final = 4_096  # parts whose layout is kept between describing and reading
_HELD: Final = 1 << 28  # bytes of archives in archives that are kept with them


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a place. name: its path there, with `/`. source: None where it cannot be read, for a reason.

    modified: when it was last written.
    """

    name: str
    source: Source | None
    fingerprint: str | None = None
    reason: str = ""
    hint: str = ""
    modified: datetime | None = None


class Place(Protocol):
    """Where files lie."""

    def entries(self) -> Iterator[Entry]:
        """Every file, by path; what may not be listed comes last, with its reason."""
        ...

    def size(self) -> int | None:
        """Bytes of all files together; None where only listing them can tell."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


class FilesStore:
    """A folder with all below it, or one file, or a bucket. Nothing is written.

    Dataset names are paths inside the place, as `names.file_name` tells them; what lies in an archive or workbook has
    the archive's path before its own. The fingerprint is that of the file on the disk or in the bucket.
    """

    def __init__(self, name: str, kind: str, place: Place) -> None:
        self.name = name
        self.kind = kind
        self._place = place
        self._taken: dict[str, str] = {}  # told name to path, of the names that are not told as they are
        self._parts: OrderedDict[str, Part] = OrderedDict()
        self._entries: OrderedDict[str, Entry] = OrderedDict()  # by told name of a part, where it was found
        self._held = 0
        self._lock = threading.Lock()  # of what is remembered: threads read files at once
        self._bytes: int | None = None
        self._listed = 0

    def __repr__(self) -> str:
        return f"FilesStore({self.name!r}, {self._place!r})"

    def datasets(self) -> Iterator[Dataset | Skipped]:
        """Every file, by path."""
        self._listed = 0
        for entry in self._place.entries():
            yield from self._described(entry)
            self._listed += entry.source.packed if entry.source is not None else 0

    def measure(self) -> None:
        """See Measured: the sizes of all files, where a folder tells them at little cost."""
        self._bytes = self._place.size()

    def share(self) -> float:
        """See Measured."""
        return min(1.0, self._listed / self._bytes) if self._bytes else 1.0

    def read(self, dataset: Dataset, *, max_rows: int) -> Iterator[pa.RecordBatch]:
        """See Store.read. Of a file that cannot be read from anywhere, beyond max_rows, every n-th row is read."""
        try:
            part = self._part(dataset.name)
            yield from part.batches(max_rows)
        except OSError as error:
            raise Unreadable(_words(error), "check that the file is still there and may be read") from error

    def close(self) -> None:
        """Let go of what the place holds."""
        with self._lock:
            self._parts.clear()
            self._entries.clear()
            self._held = 0
        self._place.close()

    def _described(self, entry: Entry) -> Iterator[Dataset | Skipped]:
        name = self._told(entry.name)
        if entry.source is None:
            yield self._skipped(name, entry.reason, entry.hint)
            return
        try:
            for part in filing.parts(entry.name, entry.source):
                told = self._told(part.name)
                if isinstance(part, Unfit):
                    yield self._skipped(told, part.reason, part.hint)
                    continue
                self._remember(told, part, entry)
                yield Dataset(
                    *(self.name, told, part.columns, "file", part.rows, entry.fingerprint, part.scattered),
                    memory=part.memory,
                    declared=part.declared,
                    modified=entry.modified,
                )
        except OSError as error:
            yield self._skipped(name, _words(error), "grant the right to read it, or list it under skip")

    def _remember(self, name: str, part: Part, entry: Entry) -> None:
        with self._lock:
            before = self._parts.pop(name, None)
            self._parts[name] = part
            self._entries[name] = entry
            self._held += part.held - (before.held if before is not None else 0)
            while len(self._parts) > 1 and (len(self._parts) > _REMEMBERED or self._held > _HELD):
                self._held -= self._parts.popitem(last=False)[1].held
            while len(self._entries) > _REMEMBERED:
                self._entries.popitem(last=False)

    def _part(self, name: str) -> Part:
        with self._lock:
            known, place = self._parts.get(name), self._entries.get(name)
        if known is not None:
            return known
        for entry in self._place.entries() if place is None else (place,):
            told = self._told(entry.name)
            if name == told or name.startswith((f"{told}/", f"{told}+")):
                for _ in self._described(entry):
                    if (found := self._parts.get(name)) is not None:
                        return found
        raise Unreadable("it is no longer there", "run the scan again")

    def _told(self, plain: str) -> str:
        # A name on the disk is bytes, and need not be UTF-8.
        name = names.file_name(plain.encode(errors="surrogateescape").decode(errors="replace"))
        if name != plain:
            # Two names whose digests are alike must not hide one of the files.
            with self._lock:
                while self._taken.setdefault(name, plain) != plain:
                    name += "+"
        return name

    def _skipped(self, name: str, reason: str, hint: str) -> Skipped:
        return Skipped("scan", self.name, name, reason, hint)


class Folder:
    """A folder with all below it, or one file. Symbolic links are named, not followed.

    A fingerprint is size, times of change and inode.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._root = path.parent if path.is_file() else path

    def __repr__(self) -> str:
        return f"Folder({str(self._path)!r})"

    def entries(self) -> Iterator[Entry]:
        """See Place.entries."""
        refused: list[OSError] = []
        for file in sorted(self._files(refused)):
            yield self._entry(file)
        for error in refused:
            name = Path(error.filename or self._root).relative_to(self._root).as_posix()
            yield Entry(name, None, None, _words(error), "grant the right to read the folder")

    def size(self) -> int | None:
        """See Place.size."""
        return sum(facts.st_size for file in self._files([]) if stat.S_ISREG((facts := _facts(file)).st_mode))

    def close(self) -> None:
        """Nothing is held between two reads."""

    def _files(self, refused: list[OSError]) -> Iterator[Path]:
        if self._path.is_file():
            yield self._path
            return
        # One by one: os.walk goes as deep as Python's stack, and folders may be nested deeper.
        waiting = [self._path]
        while waiting:
            try:
                with os.scandir(waiting.pop()) as found:
                    for one in found:
                        if one.is_dir(follow_symlinks=False):
                            waiting.append(Path(one.path))
                        else:
                            yield Path(one.path)
            except OSError as error:
                refused.append(error)

    def _entry(self, file: Path) -> Entry:
        name = file.relative_to(self._root).as_posix()
        try:
            facts = file.lstat()
            if stat.S_ISLNK(facts.st_mode) and file != self._path:
                hint = "add what it points to as a store"
                return Entry(name, None, None, "a symbolic link is not followed", hint)
            facts = file.stat()
            if not stat.S_ISREG(facts.st_mode):
                return Entry(name, None, None, "it is no regular file", "list it under skip with a reason")
            modified = datetime.fromtimestamp(facts.st_mtime, UTC)
            return Entry(name, of_path(file), fingerprint.of_file(facts), modified=modified)
        except OSError as error:
            return Entry(name, None, None, _words(error), "grant the right to read it, or list it under skip")


def _facts(file: Path) -> os.stat_result:
    try:
        return file.lstat()
    except OSError:
        return os.stat_result((0,) * 10)


def open_files(name: str, path: Path) -> FilesStore:
    """Open a folder or one file. Raises StoreRefused when it is missing, may not be read, or is a pipe or device."""
    try:
        if reading.special(path):
            raise StoreRefused(
                f'store "{name}" is no regular file and no folder', where=str(path), hint="give a file or a folder"
            )
        if path.is_dir():
            os.scandir(path).close()
        else:
            path.open("rb").close()
    except OSError as error:
        raise StoreRefused(
            f'store "{name}" cannot be read ({_words(error)})',
            where=str(path),
            hint="check the path and the right to read it",
        ) from error
    return FilesStore(name, "files", Folder(path))


def _words(error: OSError) -> str:
    return (error.strerror or "input/output error").lower()
