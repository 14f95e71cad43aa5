"""What leaves for a SIEM or a warehouse, and is the leaving sealed? As OCSF, a piece at a time, however much it is."""

from __future__ import annotations

import errno
import fcntl
import glob
import hashlib
import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import islice
from pathlib import Path
from typing import IO, Final, Literal

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from custodes import __version__, kept
from custodes.errors import CouldNotRun, LedgerBroken
from custodes.events import segments
from custodes.ocsf.columns import COLUMNS
from custodes.ocsf.envelope import Document
from custodes.ocsf.event import event_document
from custodes.ocsf.finding import finding_document
from custodes.ocsf.incident import incident_document
from custodes.pipeline.evidence import EVENTS, day_of
from custodes.pipeline.exemptions import excepted, in_force
from custodes.pipeline.prune import pruned
from custodes.pipeline.workspace import Workspace
from custodes.records import Skipped

What = Literal["findings", "incidents", "events"]
Form = Literal["jsonl", "parquet"]

_AT_ONCE: Final = 8_192  # documents in memory
_BLOCK: Final = 1 << 20
_HINT: Final = 'run "custodes ledger verify"; restore the file from a backup'
_RANDOM: Final = 8  # characters that tempfile makes up
_MARK: Final = ".custodes-part"  # of a file that is not whole yet; nobody else names one so


@dataclass(frozen=True, slots=True)
class Window:
    """What was asked for: from since on, before until; None is without end."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, moment: datetime) -> bool:
        """Whether a moment is inside."""
        return (self.since is None or moment >= self.since) and (self.until is None or moment < self.until)

    def meets(self, day: date) -> bool:
        """Whether any moment of a day is inside."""
        return (self.since is None or day >= self.since.astimezone(UTC).date()) and (
            self.until is None or datetime.combine(day, time(), UTC) < self.until
        )


@dataclass(frozen=True, slots=True)
class Sent:
    """documents: how many left. uncovered: what should have been among them, and is not there any more."""

    documents: int
    uncovered: tuple[Skipped, ...]


def send(workspace: Workspace, what: What, form: Form, window: Window, out: Path | None, stdout: IO[bytes]) -> Sent:
    """Write all of one kind as OCSF to a file, or to stdout where none is named.

    Findings and incidents are those of the last run, by when they were raised; events are those that are sealed, by
    their time. All is written down first, beside the file or in the workspace, readable by nobody else; a receipt with
    its digest is sealed before the first byte is out. Raises CouldNotRun for a file that cannot be written,
    LedgerBroken for a segment that cannot be read or is not what was sealed: then nothing leaves.
    """
    gaps = tuple(_gone(workspace, window)) if what == "events" else ()
    with _spool(workspace.data if out is None else out.parent, out) as (file, deliver):
        writer = _Hashing(file)
        count = _WRITERS[form](writer, what, _documents(workspace, what, window))
        workspace.seal_receipts(
            [
                workspace.receipt(
                    "export",
                    what=what,
                    format=f"ocsf {form}",
                    sha256=writer.digest.hexdigest(),
                    documents=count,
                    since=window.since.isoformat() if window.since else None,
                    until=window.until.isoformat() if window.until else None,
                    uncovered=len(gaps),
                )
            ]
        )
        deliver(stdout)
    return Sent(count, gaps)


def _documents(workspace: Workspace, what: What, window: Window) -> Iterator[Document]:
    return {"findings": _findings, "incidents": _incidents, "events": _events}[what](workspace, window)


def _findings(workspace: Workspace, window: Window) -> Iterator[Document]:
    findings = workspace.judgements.findings()
    allowed = excepted(findings, in_force(workspace))
    return (finding_document(one, __version__, allowed.get(one.id, ())) for one in findings if window.holds(one.raised))


def _incidents(workspace: Workspace, window: Window) -> Iterator[Document]:
    findings = {one.id: one for one in workspace.judgements.findings()}
    cases = {one.incident: one for one in workspace.casebook.all()}
    for one in workspace.judgements.incidents():
        if window.holds(one.raised):
            own = [findings[name] for name in one.findings if name in findings]
            yield incident_document(one, own, cases.get(one.id), __version__)


def _events(workspace: Workspace, window: Window) -> Iterator[Document]:
    paths = workspace.segments()
    sealed = {seal.path: seal.sha256 for seal in workspace.seals.list()}
    for path in paths:
        day = day_of(path.relative_to(workspace.data).as_posix())
        if day is not None and not window.meets(day):
            continue
        _must_be_sealed(path, sealed[path.relative_to(workspace.data).as_posix()])
        for piece in segments.pieces(path):
            for batch in _inside(piece, window).to_batches(max_chunksize=_AT_ONCE):
                for row in batch.to_pylist():
                    yield event_document(row, __version__)


def _must_be_sealed(path: Path, sha256: str) -> None:
    """The receipt says of what leaves that it was evidence."""
    try:
        with kept.opened(path) as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise LedgerBroken(f"a segment cannot be read ({error.strerror})", where=str(path), hint=_HINT) from error
    if found != sha256:
        raise LedgerBroken("a segment is not what was sealed", where=str(path), hint=_HINT)


def _inside(table: pa.Table, window: Window) -> pa.Table:
    kind = table.schema.field("time").type
    if window.since is not None:
        table = table.filter(pc.greater_equal(table.column("time"), pa.scalar(window.since, kind)))
    if window.until is not None:
        table = table.filter(pc.less(table.column("time"), pa.scalar(window.until, kind)))
    return table


def _gone(workspace: Workspace, window: Window) -> Iterator[Skipped]:
    """Days of which events were removed on purpose."""
    seals = {seal.path: seal.count for seal in workspace.seals.list() if seal.path.startswith(f"{EVENTS}/")}
    counts: dict[date, int] = defaultdict(int)
    for path in pruned(workspace.data, workspace.seals.list()):
        day = day_of(path)
        if path in seals and day is not None and window.meets(day) and not (workspace.data / path).exists():
            counts[day] += seals[path]
    for day, count in sorted(counts.items()):
        reason = f"{count:,} leaves of {day} were removed on purpose, after a sealed receipt"
        yield Skipped("ingest", "", "", reason, 'no copy of them is kept: see "custodes ledger prune"')


class _Hashing:
    """A file that is written once, from its beginning to its end, and what its bytes hash to. For pyarrow, too."""

    closed = False

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._at = 0
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        self._file.write(data)
        self._at += memoryview(data).nbytes
        return memoryview(data).nbytes

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        """Whoever made the file closes it: the digest is sealed first."""

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False


def _as_lines(out: _Hashing, _what: What, documents: Iterable[Document]) -> int:
    count = 0
    for one in documents:
        out.write(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE))
        count += 1
    return count


def _as_parquet(out: _Hashing, what: What, documents: Iterable[Document]) -> int:
    count = 0
    rest = iter(documents)
    with pq.ParquetWriter(pa.PythonFile(out, mode="w"), COLUMNS[what], compression="zstd") as writer:
        while some := list(islice(rest, _AT_ONCE)):
            writer.write_table(pa.Table.from_pylist(some, schema=COLUMNS[what]))
            count += len(some)
    return count


_WRITERS: Final[dict[Form, Callable[[_Hashing, What, Iterable[Document]], int]]] = {
    "jsonl": _as_lines,
    "parquet": _as_parquet,
}


@contextmanager
def _spool(folder: Path, out: Path | None) -> Iterator[tuple[IO[bytes], Callable[[IO[bytes]], None]]]:
    """A file to write to, and how it is delivered: under its name, whole or not at all, or to stdout."""
    try:
        if out is None:
            with tempfile.TemporaryFile(dir=folder) as file:

                def copy(stdout: IO[bytes]) -> None:
                    file.seek(0)
                    shutil.copyfileobj(file, stdout, _BLOCK)
                    stdout.flush()

                yield file, copy
            return
        _must_take_a_file(out)
        _clear(out)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=f".{out.name}.", suffix=_MARK, delete=False) as named:

            def rename(_stdout: IO[bytes]) -> None:
                named.flush()
                os.fsync(named.fileno())
                Path(named.name).replace(out)
                _sync(folder)

            try:
                _hold(named.fileno())
                yield named, rename
            finally:
                with suppress(FileNotFoundError):
                    Path(named.name).unlink()  # half an export must not lie about
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CouldNotRun(
            f"cannot write the export ({error.strerror})",
            where=str(out or folder),
            hint="name a file in a folder that you may write, on a disk with room",
        ) from error


def _must_take_a_file(out: Path) -> None:
    """Before anything is sealed: a receipt of what could never leave would tell auditors of an export that is none."""
    if not out.name or out.is_dir():
        raise CouldNotRun(
            "cannot write the export (there is a folder of that name)",
            where=str(out),
            hint="name a file in that folder",
        )


def _hold(handle: int) -> None:
    """For as long as it is written: another export to the same name at the same time must let it be."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in {errno.EAGAIN, errno.EACCES}:
            raise  # the other one is about to remove it
        return  # a file system without locks, on which nothing is removed
    if not os.fstat(handle).st_nlink:
        raise OSError(errno.EAGAIN, "another export to the same name has begun")


def _clear(out: Path) -> None:
    """Remove what exports to this name left that were killed: half an export holds as much as a whole one."""
    for left in out.parent.glob(f".{glob.escape(out.name)}.*{_MARK}"):
        if len(left.name) != len(f".{out.name}.{_MARK}") + _RANDOM:
            continue  # of a longer name that begins like this one
        with suppress(OSError), os.fdopen(kept.descriptor(left, os.O_RDONLY), "rb") as file:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()


def _sync(folder: Path) -> None:
    """A name, too, is to be there after a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:  # so say file systems that cannot do this for a folder
            raise
    finally:
        os.close(handle)
