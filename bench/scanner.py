"""How fast are text and columns scanned, all shipped categories on, validated, with the words beside them?"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa

from bench.line import Line, rate, wall
from bench.written import GENRES, columns, lines
from custodes import _native
from custodes.datamap.category import load_categories
from custodes.datamap.classify import Classifier
from custodes.datamap.tally import scan
from custodes.datamap.text import classify_text

_SIZE = 4_000_000  # bytes of each genre
_CELLS = 100_000  # of each kind of column
_OURS = "custodes, all categories"
_BLOCKS = "blocks of a file, mixed"
_DIGITS = "[0-9]{12,19}"
_PEERS = Path(__file__).resolve().parents[1] / ".peers" / "bin" / "python"


def run() -> list[Line]:
    """Text in MB/s, cells in millions a second; beside one plain read of the bytes and what peers do with less."""
    classifier = Classifier(load_categories())
    genres = {genre: lines(genre, _SIZE) for genre in GENRES}
    text = _text(classifier, genres)
    blocks = next(line.rate for line in text if line.what == _BLOCKS)
    return [*text, *_peers(genres, blocks), *_columns(classifier.recogniser.scanner)]


def _text(classifier: Classifier, genres: dict[str, list[str]]) -> list[Line]:
    found: list[Line] = []
    seconds = 0.0
    for genre, written in genres.items():
        mega = sum(len(line.encode()) + 1 for line in written) / 1e6
        speed = rate(lambda written=written: sum(1 for _ in classify_text(written, classifier)), mega)  # type: ignore[misc]  # a default that binds the loop's value
        seconds += mega / speed
        found.append(Line(f"classify_text, {genre}", _OURS, speed, "MB/s"))
    block = "\n".join(line for written in genres.values() for line in written).encode()
    mega = len(block) / 1e6
    scanner = classifier.recogniser.scanner
    found.append(Line("classify_text, mixed", _OURS, mega / seconds, "MB/s"))
    found.append(Line(_BLOCKS, _OURS, rate(lambda: scanner.find_block(block, "", 1), mega), "MB/s"))
    with ThreadPoolExecutor(2) as pool:
        one = wall(lambda: [scanner.find_block(block, "", 1) for _ in range(2)])
        two = wall(lambda: list(pool.map(lambda _: scanner.find_block(block, "", 1), range(2))))
    found.append(Line("two threads against one", _OURS, one / two, "times"))
    return found


def _peers(genres: dict[str, list[str]], ours: float) -> list[Line]:
    block = "\n".join(line for written in genres.values() for line in written).encode()
    mega = len(block) / 1e6
    view = np.frombuffer(block, dtype=np.uint8)
    peer = re.compile(rb"\b\d(?:[ -]?\d){11,18}\b|[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
    part = block[:500_000]
    found = [
        Line("text, mixed", "read once (numpy sum)", rate(view.sum, mega), "MB/s"),
        Line("text", "python re, card and e-mail", rate(lambda: list(peer.finditer(part)), len(part) / 1e6), "MB/s"),
    ]
    ripgrep = shutil.which("rg")
    if ripgrep is None:
        print("bench: ripgrep is missing: apt-get install ripgrep, to have it beside ours", file=sys.stderr)
    else:
        with tempfile.NamedTemporaryFile() as file:
            file.write(block)
            file.flush()
            command = [ripgrep, "-j1", "-c", _DIGITS, file.name]
            seconds = wall(lambda: subprocess.run(command, check=False, stdout=subprocess.DEVNULL))  # noqa: S603 - fixed
        found.append(Line("text, mixed", f"ripgrep, {_DIGITS}, clock", mega / seconds, "MB/s"))
        # Machines differ, and one machine from hour to hour: the ratio holds.
        found.append(Line("text, mixed", "custodes against ripgrep", ours / (mega / seconds), "times"))
    if not _PEERS.exists():
        print("bench: presidio is missing: run bench/peers/setup, to have it beside ours", file=sys.stderr)
    else:
        some = "\n".join(line for written in genres.values() for line in written[:100])
        script = Path(__file__).parent / "peers" / "time_presidio.py"
        command = [str(_PEERS), str(script)]
        told = subprocess.run(command, input=some, check=True, capture_output=True, text=True)  # noqa: S603 - our script
        found.append(Line("text, mixed", "presidio, all its patterns", float(told.stdout), "MB/s"))
    return found


def _columns(scanner: _native.Scanner) -> list[Line]:
    found: list[Line] = []
    seconds = 0.0
    for kind, cells in columns(_CELLS).items():
        array = pa.array(cells)
        million = len(cells) / 1e6
        speed = rate(lambda array=array: scan(scanner, array), million, least=0.5)  # type: ignore[misc]  # a default that binds the loop's value
        seconds += million / speed
        found.append(Line(f"cells, {kind}", _OURS, speed, "M cells/s"))
    found.append(Line("cells, one column of each", _OURS, len(found) * _CELLS / 1e6 / seconds, "M cells/s"))
    return found
