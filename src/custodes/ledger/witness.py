"""Has this log ever shown anybody another history? What an independent team answers: C2SP tlog-witness.

A witness remembers, per log, the largest tree it cosigned, and cosigns only what extends it. What it remembers is on
the disk before it answers, and it compares and remembers in one transaction: two requests at once cannot undo each
other.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from custodes import kept
from custodes.errors import CouldNotRun
from custodes.ledger.check_proof import (
    ProofRefused,
    VerifierKey,
    open_note,
    read_checkpoint,
    read_hash,
    read_number,
)
from custodes.ledger.note import Signer
from custodes.ledger.tree import EMPTY_ROOT, check_consistency

MOST_BYTES: Final = 256 * 1024  # 63 hashes, and a checkpoint with dozens of signatures of ML-DSA-44
_MOST_HASHES: Final = 63
_SIZE_TYPE: Final = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of HTTP. status: its code. body: with its last newline."""

    status: int
    body: str
    content_type: str = "text/plain; charset=utf-8"


class _Refused(Exception):
    def __init__(self, answer: Answer) -> None:
        self.answer = answer


class Memory:
    """What was cosigned last, per log, in one SQLite file that survives a power cut."""

    def __init__(self, file: Path) -> None:
        """Raises CouldNotRun when the file cannot be used."""
        try:
            os.close(kept.descriptor(file, os.O_RDWR | os.O_CREAT))
            self._connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
            # Without a write-ahead log, so that the folder's sync after a commit is SQLite's own.
            self._connection.executescript(
                "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA;"
                "CREATE TABLE IF NOT EXISTS cosigned"
                "(origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL);"
            )
        except (OSError, sqlite3.Error) as error:
            raise CouldNotRun(
                f"the witness's memory cannot be opened ({type(error).__name__})",
                where=str(file),
                hint="check the file's rights; a memory that is lost must not be begun anew while logs trust the key",
            ) from error
        self._lock = threading.Lock()

    def last(self, origin: str) -> tuple[int, bytes]:
        """Size and root cosigned last; those of the empty tree when there is none."""
        row = self._connection.execute("SELECT size, root FROM cosigned WHERE origin = ?", (origin,)).fetchone()
        return (int(row[0]), bytes(row[1])) if row else (0, EMPTY_ROOT)

    def advance(self, origin: str, judge: Callable[[int, bytes], tuple[int, bytes]]) -> None:
        """Remember what `judge` makes of the last size and root; nothing when it raises. Durable when this returns."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                size, root = judge(*self.last(origin))
                self._connection.execute("INSERT OR REPLACE INTO cosigned VALUES (?, ?, ?)", (origin, size, root))
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


class Witness:
    """Answers `add-checkpoint`. logs: the keys it trusts, by origin. clock: seconds since 1970."""

    def __init__(
        self, signer: Signer, logs: dict[str, VerifierKey], memory: Memory, clock: Callable[[], float]
    ) -> None:
        self.signer = signer
        self._logs = logs
        self._memory = memory
        self._clock = clock

    def add_checkpoint(self, body: bytes) -> Answer:
        """The answer to a request's body, whatever it holds."""
        try:
            return self._add(body)
        except _Refused as refused:
            return refused.answer
        except sqlite3.Error:
            return Answer(500, "the witness cannot remember: nothing was cosigned\n")

    def _add(self, body: bytes) -> Answer:
        old, proof, note = _read(body)
        text, origin, size, root = _unverified(note)
        key = self._logs.get(origin)
        if key is None:
            raise _Refused(Answer(404, "unknown log\n"))
        try:
            opened = open_note(note, [key])
        except ProofRefused:
            raise _Refused(Answer(403, "invalid signature\n")) from None
        if not all(each in opened.keys for each in key.all):
            raise _Refused(Answer(403, "invalid signature: a key of the log has not signed\n"))
        if old > size:
            raise _Refused(Answer(400, "the old size is beyond the checkpoint\n"))

        def judge(last: int, last_root: bytes) -> tuple[int, bytes]:
            if old != last or (size == last and root != last_root and last):
                raise _Refused(Answer(409, f"{last}\n", _SIZE_TYPE))
            _extends(old, size, proof, last_root, root)
            return size, root

        self._memory.advance(origin, judge)
        return Answer(200, self.signer.cosign(text, int(self._clock())))


def _read(body: bytes) -> tuple[int, list[bytes], bytes]:
    """Old size, proof and note of a request."""
    head, blank, note = body.partition(b"\n\n")
    lines = head.decode("ascii", "replace").split("\n")
    if not blank or not lines[0].startswith("old ") or len(lines) - 1 > _MOST_HASHES or len(body) > MOST_BYTES:
        raise _Refused(Answer(400, "malformed request\n"))
    try:
        return read_number(lines[0].removeprefix("old ")), [read_hash(line) for line in lines[1:]], note
    except ProofRefused:
        raise _Refused(Answer(400, "malformed request\n")) from None


def _unverified(note: bytes) -> tuple[str, str, int, bytes]:
    """Text, origin, size and root that nobody has vouched for yet."""
    before, blank, _ = note.rpartition(b"\n\n")
    try:
        text = before.decode("utf-8") + "\n"
        origin, size, root, _ = read_checkpoint(text if blank else "")
    except (UnicodeDecodeError, ProofRefused):
        raise _Refused(Answer(400, "malformed checkpoint\n")) from None
    return text, origin, size, root


def _extends(old: int, new: int, proof: list[bytes], old_root: bytes, new_root: bytes) -> None:
    if old == 0:
        right = not proof and (new > 0 or new_root == EMPTY_ROOT)
    else:
        try:
            check_consistency(old, new, proof, old_root, new_root)
            right = True
        except ProofRefused:
            right = False
    if not right:
        raise _Refused(Answer(422, "the consistency proof does not hold\n"))
