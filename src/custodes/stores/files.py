"""What does a folder of files hold? CSV, JSON lines and Parquet, gzip or not; every other file is named as not read."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final

import pyarrow as pa

from custodes.errors import StoreRefused
from custodes.records import Dataset, Skipped
from custodes.stores import format_csv, format_json, format_parquet, names, reading
from custodes.stores.interface import Unreadable

Layout = format_csv.Layout | format_json.Layout | format_parquet.Layout

_LAYOUTS: Final[dict[str, Callable[[Path], Layout]]] = {
    ".csv": format_csv.layout,
    ".tsv": format_csv.layout,
    ".tab": format_csv.layout,
    ".psv": format_csv.layout,
    ".jsonl": format_json.layout,
    ".ndjson": format_json.layout,
    ".json": format_json.layout,
    ".parquet": format_parquet.layout,
    ".pq": format_parquet.layout,
}
_COMPRESSIBLE: Final = frozenset(_LAYOUTS) - {".parquet", ".pq"}
_KINDS: Final = "csv, tsv, jsonl, ndjson, json (each also .gz) and parquet"


class FilesStore:
    """A folder with all below it, or one file. Nothing is written; symbolic links are named, not followed.

    Dataset names are paths inside the folder, with `/`, as `names.file_name` tells them. A fingerprint is
    size, time of change in nanoseconds and inode: a program that rewrites a file in place and sets its old time
    back is not noticed.
    """

    kind = "files"

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self._path = path
        self._root = path.parent if path.is_file() else path
        self._masked: dict[str, Path] = {}  # told name to file, of the names that are not told as they are

    def __repr__(self) -> str:
        return f"FilesStore({self.name!r}, {str(self._path)!r})"

    def datasets(self) -> Iterator[Dataset | Skipped]:
        """Every file, by path."""
        refused: list[OSError] = []
        for file in sorted(self._files(refused)):
            yield self._describe(file)
        for error in refused:
            name = self._told(Path(error.filename or self._root))
            yield self._skipped(name, _words(error), "grant the right to read the folder")

    def read(self, dataset: Dataset, *, max_rows: int) -> Iterator[pa.RecordBatch]:
        """See Store.read. Beyond max_rows every n-th row is read; of a compressed file the first ones."""
        if names.STAR in dataset.name and dataset.name not in self._masked:
            for file in sorted(self._files([])):
                self._told(file)
        path = self._masked.get(dataset.name, self._root / dataset.name)
        try:
            how = _layout(path)
            if isinstance(how, format_csv.Layout):
                yield from format_csv.batches(path, how, max_rows=max_rows)
            elif isinstance(how, format_json.Layout):
                yield from format_json.batches(path, how, max_rows=max_rows)
            else:
                yield from format_parquet.batches(path, how, max_rows=max_rows)
        except OSError as error:
            raise Unreadable(_words(error), "check that the file is still there and may be read") from error

    def close(self) -> None:
        """Nothing is held between two reads."""

    def _files(self, refused: list[OSError]) -> Iterator[Path]:
        if self._path.is_file():
            yield self._path
            return
        for folder, inner, inside in os.walk(self._path, onerror=refused.append):
            inner.sort()
            linked = [name for name in inner if (Path(folder) / name).is_symlink()]
            yield from (Path(folder) / name for name in (*inside, *linked))

    def _describe(self, file: Path) -> Dataset | Skipped:
        name = self._told(file)
        try:
            facts = file.lstat()
            if stat.S_ISLNK(facts.st_mode) and file != self._path:
                return self._skipped(name, "a symbolic link is not followed", "add what it points to as a store")
            facts = file.stat()
            if not stat.S_ISREG(facts.st_mode):
                return self._skipped(name, "it is no regular file", "list it under skip with a reason")
            if _suffix(file) is None:
                return self._skipped(
                    name,
                    f'no reader for files of kind "{PurePosixPath(name).suffix or PurePosixPath(name).name}"',
                    f"read are: {_KINDS}",
                )
            how = _layout(file)
        except Unreadable as error:
            return self._skipped(name, error.reason, error.hint)
        except OSError as error:
            return self._skipped(name, _words(error), "grant the right to read it, or list it under skip")
        fingerprint = f"{facts.st_size}-{facts.st_mtime_ns}-{facts.st_ino}"
        return Dataset(self.name, name, how.columns, "file", how.rows, fingerprint)

    def _told(self, file: Path) -> str:
        plain = file.relative_to(self._root).as_posix()
        name = names.file_name(plain)
        if name != plain:
            # Two names whose digests are alike must not hide one of the files.
            while self._masked.setdefault(name, file) != file:
                name += "+"
        return name

    def _skipped(self, name: str, reason: str, hint: str) -> Skipped:
        return Skipped("scan", self.name, name, reason, hint)


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
    return FilesStore(name, path)


def _suffix(file: Path) -> str | None:
    """The suffix that names the format, without .gz; None where no reader knows it."""
    name = file.name.lower()
    for suffix in _LAYOUTS:
        if name.endswith(suffix) or (suffix in _COMPRESSIBLE and name.endswith(suffix + ".gz")):
            return suffix
    return None


def _layout(file: Path) -> Layout:
    suffix = _suffix(file)
    if suffix is None:
        raise Unreadable("no reader for files of this kind", f"read are: {_KINDS}")
    return _LAYOUTS[suffix](file)


def _words(error: OSError) -> str:
    return (error.strerror or "input/output error").lower()
