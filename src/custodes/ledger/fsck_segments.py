"""What does each sealed file hold, and is it the file that was sealed? Several are looked at beside one another."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from custodes import kept
from custodes.ledger.check_proof import HASH
from custodes.ledger.segments import Seal, is_segment_path, named_hash
from custodes.ledger.tree import Hashed, hash_rows

LeavesOf = Callable[[Path], Iterable[bytes | Hashed]]

_MOST: Final = 4  # segments at a time: each has 32 bytes in memory per leaf, and what decoding takes


@dataclass(frozen=True, slots=True)
class Looked:
    """What a segment holds. rows: leaf hashes, in order. altered, undecoded: what is wrong; empty where nothing is."""

    rows: Sequence[bytes] = ()
    altered: str = ""
    undecoded: str = ""


def looked_at(
    data: Path, sealed: Sequence[Seal], leaves_of: LeavesOf, pruned: Mapping[str, str]
) -> Iterator[tuple[Seal, Looked | None]]:
    """Each seal, in order, with what its file holds; None for a file that was removed on purpose.

    data: the folder the paths start from. leaves_of, pruned: as `fsck.verify`. Never raises for what it finds on disk.
    """
    threads = min(os.cpu_count() or 1, _MOST)
    waiting: deque[tuple[Seal, Future[Looked] | None]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for seal in sealed:
                gone = pruned.get(seal.path) == seal.sha256 and not (data / seal.path).exists()
                waiting.append((seal, None if gone else pool.submit(_look, data, seal, leaves_of)))
                if len(waiting) > threads:
                    yield _next(waiting)
            while waiting:
                yield _next(waiting)
        finally:
            for _, future in waiting:
                if future is not None:
                    future.cancel()


def _next(waiting: deque[tuple[Seal, Future[Looked] | None]]) -> tuple[Seal, Looked | None]:
    seal, future = waiting.popleft()
    return seal, None if future is None else future.result()


def _look(data: Path, seal: Seal, leaves_of: LeavesOf) -> Looked:
    if altered := _altered(data, seal):
        return Looked(altered=altered)
    rows: list[bytes] = []
    left = seal.count
    try:
        for row in hash_rows(leaves_of(data / seal.path)):
            rows.append(row)
            left -= len(row) // HASH
            if left < 0:
                break  # more than its seal says: enough to say so
    except Exception as error:  # noqa: BLE001 - a decoder may fail in any way; its message could hold a person's value
        return Looked(rows, undecoded=f"cannot be decoded ({type(error).__name__})")
    return Looked(rows)


def _altered(data: Path, seal: Seal) -> str:
    """Why the file's content is not what its name and its seal say; empty when it is."""
    if not is_segment_path(seal.path):
        return "the path of its seal is none that a segment can have"
    if named_hash(seal.path) != seal.sha256:
        return "its name and its seal disagree about its hash"
    try:
        with kept.opened(data / seal.path, data) as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except kept.NotPlain as error:
        return f"is not itself there: {error.strerror}"
    except OSError as error:
        return "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
    return "" if found == seal.sha256 else "its content was altered: the hash is not the one in its name and seal"
