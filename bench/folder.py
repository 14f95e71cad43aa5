"""How large does a scan of a large folder get, and is anything read twice when it is killed or run again?

`make bench ARGS=folder` writes a gigabyte of made-up files below /tmp, `ARGS=folder=20` twenty, `ARGS=folder=20:full`
reads them with --full; the folder is removed at the end. The bound on memory and the counts are checked, not only told.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench import stored
from bench.line import Line

_MOST: Final = 2_000  # megabytes of memory, whatever the input
_KILLED_AT: Final = 0.6
_SPARE: Final = 4 << 30
_CONFIG: Final = 'name = "bench"\ndata = "state"\n[stores.files]\nkind = "files"\npath = "files"\n'


@dataclass(frozen=True, slots=True)
class Scanned:
    """One scan as a process. peak: VmHWM in megabytes. asked: bytes the process read from files, caches included."""

    seconds: float
    peak: float
    asked: int
    answer: dict[str, Any] | None  # none where it was killed
    code: int


def run(size: str = "1") -> list[Line]:
    """Peaks, times and counts of three scans: one that is killed at 60 %, the one that goes on, one more."""
    gigabytes, _, how = size.partition(":")
    wanted = int(float(gigabytes) * 1e9)
    folder = Path(tempfile.mkdtemp(prefix="custodes-bench-"))
    if shutil.disk_usage(folder).free < wanted + _SPARE:
        folder.rmdir()
        raise SystemExit(f"bench: error: no room for {gigabytes} GB in {folder.parent}\nhint: name a smaller size")
    try:
        (folder / "files").mkdir()
        (folder / "custodes.toml").write_text(_CONFIG)
        begun = time.perf_counter()
        stored.write(folder / "files", wanted)
        os.sync()
        written = time.perf_counter() - begun
        return [Line("folder", "files written", written, "s"), *_measured(folder, ["--full"] if how == "full" else [])]
    finally:
        shutil.rmtree(folder)


def _measured(folder: Path, options: list[str]) -> list[Line]:
    files = sum(file.stat().st_size for file in (folder / "files").rglob("*") if file.is_file())
    first = _scan(folder, options, until=_KILLED_AT)
    kept = _kept(folder)
    second = _scan(folder, options)
    third = _scan(folder, options)
    assert second.answer is not None  # noqa: S101 - it was not killed
    assert third.answer is not None  # noqa: S101
    datasets = len(second.answer["examined"])
    read = second.answer["read"]
    rows = sum(one["rows_total"] or one["rows_read"] for one in second.answer["examined"])
    taken = sum(one["rows_read"] for one in second.answer["examined"])
    again = kept + read["datasets"] - datasets
    for wrong, what in (
        (first.code != -signal.SIGKILL, "the first scan ended before it was killed: take a larger size"),
        (again != 0, f"{again} datasets were read twice, or not at all"),
        (third.answer["read"] != {"datasets": 0, "rows": 0, "bytes": 0}, "what had not changed was read again"),
        (max(first.peak, second.peak, third.peak) > _MOST, f"a scan took more than {_MOST:,} MB"),
    ):
        if wrong:
            raise SystemExit(f"bench: error: {what}")
    return [
        Line("folder", "size", files / 1e9, "GB"),
        Line("folder", "datasets", datasets, "datasets"),
        Line("folder", "judged", 100 * taken / max(1, rows), "% of rows"),
        Line("folder: killed at 60 %", "time", first.seconds, "s"),
        Line("folder: killed at 60 %", "peak memory", first.peak, "MB"),
        Line("folder: killed at 60 %", "kept", kept, "datasets"),
        Line("folder: goes on", "time", second.seconds, "s"),
        Line("folder: goes on", "peak memory", second.peak, "MB"),
        Line("folder: goes on", "read", read["datasets"], "datasets"),
        Line("folder: goes on", "read", read["bytes"] / 1e9, "GB of text"),
        Line("folder: both", "datasets read twice", again, "datasets"),
        Line("folder: both", "folder per second", files / 1e6 / (first.seconds + second.seconds), "MB/s"),
        Line("folder: nothing changed", "time", third.seconds, "s"),
        Line("folder: nothing changed", "peak memory", third.peak, "MB"),
        Line("folder: nothing changed", "read", third.answer["read"]["datasets"], "datasets"),
        Line("folder: nothing changed", "asked of files, heads and libraries", third.asked / 1e6, "MB"),
    ]


def _scan(folder: Path, options: list[str], until: float | None = None) -> Scanned:
    """A scan, killed when it has kept the datasets of so large a share of the bytes."""
    command = [sys.executable, "-m", "custodes", "--config", str(folder / "custodes.toml"), "scan", "--json", *options]
    begun = time.perf_counter()
    peak = asked = 0
    with (folder / "out.json").open("wb") as out:
        process = subprocess.Popen(command, stdout=out)  # noqa: S603 - our own interpreter
        while process.poll() is None:
            peak = max(peak, _status(process.pid))
            asked = max(asked, _asked(process.pid))
            if until is not None and _share(folder) >= until:
                process.send_signal(signal.SIGKILL)
                process.wait()
                break
            time.sleep(0.1)
    seconds = time.perf_counter() - begun
    answer = None if process.returncode < 0 else json.loads((folder / "out.json").read_bytes())
    return Scanned(seconds, peak / 1e3, asked, answer, process.returncode)


def _status(process: int) -> int:
    """The most memory it ever had, in kilobytes; 0 where it is gone."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def _asked(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/io").read_text().split()[1])
    except OSError:
        return 0


def _names(folder: Path) -> list[str]:
    """The datasets that are kept in the state by now."""
    try:
        with closing(sqlite3.connect(f"file:{folder}/state/state.db?mode=ro", uri=True)) as state:
            return [name for (name,) in state.execute("SELECT name FROM dataset")]
    except sqlite3.Error:
        return []


def _kept(folder: Path) -> int:
    return len(_names(folder))


def _share(folder: Path) -> float:
    """The share of the bytes that are in files of which a dataset is kept."""
    sizes = {str(file.relative_to(folder / "files")): file.stat().st_size for file in _files(folder)}
    outer = {next((file for file in sizes if name.startswith(file)), name) for name in _names(folder)}
    return sum(sizes.get(name, 0) for name in outer) / max(1, sum(sizes.values()))


def _files(folder: Path) -> list[Path]:
    return [file for file in (folder / "files").rglob("*") if file.is_file()]
