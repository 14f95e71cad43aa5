"""Is a file of ours never waited for, and never one that lies elsewhere?"""

from __future__ import annotations

import hashlib
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from custodes import kept

KINDS = ("pipe", "socket", "device", "link", "folder", "link to nothing")


@contextmanager
def put(kind: str, file: Path) -> Iterator[None]:
    """Something else under the name of a file."""
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "socket":
        # A path of a socket is short: it is bound from within its folder.
        here = Path.cwd()
        os.chdir(file.parent)
        try:
            with socket.socket(socket.AF_UNIX) as bound:
                bound.bind(file.name)
        finally:
            os.chdir(here)
    elif kind == "device":
        try:
            os.mknod(file, stat.S_IFCHR | 0o600, os.makedev(1, 5))  # zeros without end
        except OSError:
            pytest.skip("devices cannot be made here")
    elif kind == "link":
        other = file.parent.parent / f"{file.name}.elsewhere"
        other.write_bytes(b"somebody else's")
        file.symlink_to(other)
    elif kind == "link to nothing":
        file.symlink_to(file.parent / "nothing")
    else:
        file.mkdir()
    yield


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_file_is_told_by_its_kind(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "folder" / "x"
    file.parent.mkdir()
    with put(kind, file):
        with pytest.raises(kept.NotPlain, match="no plain file") as told:
            kept.read(file, 10)
        assert kind.split(" ", maxsplit=1)[0] in str(told.value)
        with pytest.raises(kept.NotPlain):
            kept.descriptor(file, os.O_RDWR | os.O_CREAT)
        assert not kept.is_plain(file)


def test_a_folder_on_the_way_is_no_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "x").write_bytes(b"x")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "day").symlink_to(tmp_path / "elsewhere")
    file = tmp_path / "own" / "day" / "x"
    assert kept.read(file, 10) == b"x"
    with pytest.raises(kept.NotPlain, match="its folder day is a symbolic link"):
        kept.read(file, 10, tmp_path / "own")


def test_a_file_of_holes_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"x")
    os.truncate(file, 1 << 40)
    with pytest.raises(OSError, match="larger than such a file can be"):
        kept.read(file, 1_000)


def test_a_file_is_had_by_its_hash(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"x")
    sha256 = hashlib.sha256(b"x").hexdigest()
    assert kept.read_of(file, sha256) == b"x"
    file.write_bytes(b"y")
    assert kept.read_of(file, sha256) is None


@pytest.mark.parametrize("umask", [0o000, 0o027])
def test_folders_are_their_owners_alone(tmp_path: Path, umask: int) -> None:
    """Also those above the one that was asked for, whatever the umask."""
    before = os.umask(umask)
    try:
        kept.make_folder(tmp_path / "a" / "b" / "c")
        kept.make_folder(tmp_path / "a" / "b" / "c")
    finally:
        os.umask(before)
    for folder in ("a", "a/b", "a/b/c"):
        assert stat.S_IMODE((tmp_path / folder).stat().st_mode) == 0o700
