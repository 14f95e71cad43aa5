"""How fast are text and columns scanned, all shipped categories, validated, on one core?"""

from __future__ import annotations

import random
import re

import numpy as np
import pyarrow as pa

from bench.line import Line, rate
from custodes.datamap.category import load_categories
from custodes.datamap.recognise import Recogniser
from custodes.datamap.tally import scan

_WORDS = ["parcel", "late", "nobody", "answered", "please", "look", "into", "it", "again", "thanks", "help", "order"]


def _log(size: int, rng: random.Random) -> bytes:
    """Lines of an access log with a message: times, numbers, now and then an address or a card."""
    lines: list[str] = []
    total = 0
    while total < size:
        words = " ".join(rng.choices(_WORDS, k=12))
        time = f"2026-01-{rng.randint(1, 28):02d}T10:{rng.randint(0, 59):02d}:07Z"
        line = f"{time} GET /orders/{rng.randint(1, 10**8)} 200 {words}"
        if rng.random() < 0.05:
            line += f" user{rng.randint(1, 999)}@mail.example"
        if rng.random() < 0.01:
            line += " 4111 1111 1111 1111"
        lines.append(line)
        total += len(line) + 1
    return "\n".join(lines).encode()


def run() -> list[Line]:
    """Text in MB/s, cells in millions a second; beside one plain read of the bytes and Python's re with two forms."""
    rng = random.Random(1)
    scanner = Recogniser(load_categories()).scanner
    text = _log(8_000_000, rng)
    mega = len(text) / 1e6
    view = np.frombuffer(text, dtype=np.uint8)
    peer = re.compile(rb"\b\d(?:[ -]?\d){11,18}\b|[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
    part = text[:500_000]
    count = 500_000
    cells = pa.array([f"{rng.choice(_WORDS)}{rng.randint(1, 10**6)}" for _ in range(count)])
    mail = pa.array([f"user{number}@mail.example" for number in range(count)])
    ours = "custodes, all categories"
    million = count / 1e6
    return [
        Line("text", "read once (numpy sum)", rate(view.sum, mega), "MB/s"),
        Line("text", ours, rate(lambda: scanner.scan_text(text), mega), "MB/s"),
        Line("text", "python re, card and e-mail", rate(lambda: list(peer.finditer(part)), len(part) / 1e6), "MB/s"),
        Line("cells, short words", ours, rate(lambda: scan(scanner, cells), million), "M cells/s"),
        Line("cells, e-mail addresses", ours, rate(lambda: scan(scanner, mail), million), "M cells/s"),
    ]
