"""Is one call trusted to make many files durable only where it tells every failure?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from custodes.ledger import file_system, staging
from custodes.ledger.durable import Disk
from custodes.ledger.file_system import kind_of, sync_file_system

MOUNTS = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
23 22 0:21 / /proc rw - proc proc rw
31 22 0:44 / /merged rw,relatime master:2 - overlay overlay rw,lowerdir=/a
"""


@pytest.mark.parametrize(
    ("device", "kind"), [("254:0", "ext4"), ("0:21", "proc"), ("0:44", "overlay"), ("9:9", ""), ("4:0", "")]
)
def test_a_file_system_is_known_by_its_number(device: str, kind: str) -> None:
    """One that no line names is none that is trusted."""
    assert kind_of(device, MOUNTS) == kind
    assert kind_of(device, "") == ""


def test_what_cannot_be_synced_is_an_error(tmp_path: Path) -> None:
    """A descriptor that is none must not look like success."""
    descriptor = os.open(tmp_path, os.O_RDONLY)
    sync_file_system(descriptor)
    os.close(descriptor)
    with pytest.raises(OSError, match="Bad file"):
        sync_file_system(descriptor)


@pytest.mark.parametrize("right", [True, False], ids=["as one", "each"])
@pytest.mark.parametrize("many", [1, 3, 100])
def test_all_files_are_made_durable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int, right: bool) -> None:
    """By one call after the last write, or each by its own; nothing stays open."""
    calls: list[str] = []

    class Counting(Disk):
        def sync(self, descriptor: int, file: Path) -> None:
            calls.append("sync")
            super().sync(descriptor, file)

        def sync_all(self, descriptor: int, folder: Path) -> None:
            calls.append("sync_all")
            super().sync_all(descriptor, folder)

    monkeypatch.setattr(staging, "syncs_as_one", lambda _: right)
    disk = Counting()
    disk.many = many
    before = len(list(Path("/proc/self/fd").iterdir()))
    staged = staging.Staging(disk, tmp_path)
    staged.put("a", b"first")
    staged.put_many([f"{n}.row" for n in range(5)], b"".join(bytes([n]) * 4 for n in range(5)))
    staged.finish()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {
        "a": b"first",
        **{f"{n}.row": bytes([n]) * 4 for n in range(5)},
    }
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in tmp_path.iterdir())
    assert calls == (["sync_all"] if right and many < 100 else ["sync"] * 6)
    staged.discard()
    assert not list(tmp_path.iterdir())


def test_an_old_kernel_is_not_trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Before 5.17 a failed journal was not told."""
    descriptor = os.open(tmp_path, os.O_RDONLY)
    for release, trusted in (
        ("5.16.20", False),
        ("4.19.0-1", False),
        ("odd", False),
        ("5.17.0", True),
        ("6.1.0", True),
    ):
        file_system._kernel_tells.cache_clear()
        named = os.uname_result(("Linux", "here", release, "1", "x86_64"))
        monkeypatch.setattr(os, "uname", lambda named=named: named)
        mounts = "1 1 {}:{} / / rw - ext4 d rw".format(*_numbers(descriptor))
        monkeypatch.setattr(file_system, "_mounts", lambda mounts=mounts: mounts)
        assert file_system.syncs_as_one(descriptor) is trusted
        monkeypatch.undo()
    file_system._kernel_tells.cache_clear()
    os.close(descriptor)


def _numbers(descriptor: int) -> tuple[int, int]:
    device = os.fstat(descriptor).st_dev
    return os.major(device), os.minor(device)
