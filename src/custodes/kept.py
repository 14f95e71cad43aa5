"""Is what lies at a path of ours a plain file, itself there? Whoever can write a folder can put something else there.

A pipe would be waited for, a device answers without end, and a link leads to a file that is nobody's evidence. So a
file of a workspace is never opened by its name alone.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from io import BufferedReader
from pathlib import Path
from typing import Final

_FLAGS: Final = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_KINDS: Final = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}


class NotPlain(OSError):
    """Something else than a file lies there. strerror says what; a handler of OSError can say it as any other."""


def plain(file: Path | str, below: Path | None = None) -> None:
    """For what others open by its name: raises NotPlain, OSError.

    below: a folder that holds the file; no folder between the two may be a link either.
    """
    _must_be_plain(os.lstat(file), file)
    if below is not None:
        _must_lead_there(Path(file), below)


def is_plain(file: Path) -> bool:
    """Whether a plain file is there, itself."""
    try:
        plain(file)
    except OSError:
        return False
    return True


def opened(file: Path | str, below: Path | None = None) -> BufferedReader:
    """The file, to be read. below: as `plain`. Raises NotPlain, OSError."""
    return os.fdopen(descriptor(file, os.O_RDONLY, below), "rb")


def read(file: Path | str, most: int, below: Path | None = None) -> bytes:
    """All of a file that has at most so many bytes. Raises NotPlain, OSError: also for a larger one, which is not read.

    A file of any size can be made of holes, and is not to fill the memory.
    """
    with opened(file, below) as handle:
        data = handle.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, "it is larger than such a file can be", str(file))
    return data


def read_of(file: Path, sha256: str) -> bytes | None:
    """All of the file that has this hash (hexadecimal); None of another one. Raises NotPlain, OSError.

    It is hashed before it is held: a file of any size can be made of holes.
    """
    with opened(file) as handle:
        if hashlib.file_digest(handle, "sha256").hexdigest() != sha256:
            return None
        size = handle.seek(0, os.SEEK_END)
        handle.seek(0)
        data = handle.read(size)
    return data if hashlib.sha256(data).hexdigest() == sha256 else None


def descriptor(file: Path | str, flags: int, below: Path | None = None) -> int:
    """A descriptor of the file, opened with these flags and never waited for. below: as `plain`.

    Made for its owner alone, where `flags` say that it may be made. Raises NotPlain, OSError.
    """
    # Looked at before it is opened, as to open some devices is to do something; and after, as it may be exchanged.
    try:
        plain(file, below)
    except FileNotFoundError:
        if not flags & os.O_CREAT:
            raise
    try:
        handle = os.open(file, flags | _FLAGS, 0o600)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENXIO}:
            plain(file)
        raise
    try:
        _must_be_plain(os.fstat(handle), file)
    except BaseException:
        os.close(handle)
        raise
    return handle


def _must_be_plain(found: os.stat_result, file: Path | str) -> None:
    kind = stat.S_IFMT(found.st_mode)
    if kind != stat.S_IFREG:
        raise NotPlain(errno.EINVAL, f"it is {_KINDS.get(kind, 'something else')}, no plain file", str(file))


def _must_lead_there(file: Path, below: Path) -> None:
    folder = below
    for part in file.relative_to(below).parts[:-1]:
        folder = folder / part
        if stat.S_ISLNK(os.lstat(folder).st_mode):
            raise NotPlain(errno.EINVAL, f"its folder {part} is a symbolic link", str(file))


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, for their owner alone, whatever the umask says. Raises OSError.

    `Path.mkdir` gives those above the rights of everybody. What is there keeps its rights.
    """
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        try:
            each.mkdir(mode=0o700)
        except FileExistsError:
            if not each.is_dir():  # another run may have been as fast
                raise
