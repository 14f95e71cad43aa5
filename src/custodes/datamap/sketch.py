"""What is kept of a field's values so that copies of it are found? Keyed hashes of a sample of them; no value."""

from __future__ import annotations

import json
import struct
import unicodedata
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import datasketches as ds
import numpy as np
from numpy.typing import NDArray

FORM: Final = b"\x02"  # the first byte of a stored sketch: an earlier form is told apart and made anew
_DIGITS_AT_LEAST: Final = 7
_SEPARATORS: Final = str.maketrans("", "", " -()+./\u00a0\u2010\u2011\u2013")
# Soft hyphen, zero-width signs, marks of direction, byte order mark.
_UNSEEN: Final = dict.fromkeys(
    (0xAD, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF)
)

LG_OPEN: Final = 16  # 65,536 hashes while a field is read: at most a megabyte a field
_LG_LEAST: Final = 14  # 16,384 hashes are kept of fields with as many values or more …
_RATE: Final = 16  # … and of larger ones a sixteenth, so that a small export of a large table is still met

Hashes = NDArray[np.uint64]
_WHOLE: Final = (1 << 63) - 1  # theta of a sketch that holds the hash of every value

# Preamble of a compact theta sketch, Apache DataSketches' serial version 3, little-endian: byte 0 its length in words
# of 8 bytes, byte 1 the version, byte 5 flags; from byte 8 the count (uint32), from byte 16 theta where there is one.
_SERIAL: Final = 3
_EMPTY: Final = 4
_ORDERED: Final = 16


@dataclass(frozen=True)
class Sketch:
    """The distinct values of one field as a compact, ordered theta sketch (Dasgupta, Lang, Rhodes, Thaler 2016).

    dataset: full name (`store.dataset`). category: what the field was judged to hold. body: the serialised sketch.
    cells: how many filled cells were taken in. whole: whether these are all there are.
    references: the full name of the field that this one is declared to reference.
    """

    dataset: str
    field: str
    category: str
    body: bytes
    cells: int = 0
    whole: bool = True
    references: str | None = None

    @property
    def name(self) -> str:
        """`store.dataset.field`."""
        return f"{self.dataset}.{self.field}"

    @cached_property
    def hashes(self) -> Hashes:
        """The hashes that are kept, rising: all that are below `theta`."""
        return _read(self.body)[0]

    @cached_property
    def theta(self) -> int:
        """Hashes below it are kept; of 2**63 - 1 all are."""
        return _read(self.body)[1]

    @property
    def size(self) -> float:
        """How many distinct values there are, by estimate."""
        return len(self.hashes) / (self.theta / _WHOLE)

    def to_bytes(self) -> bytes:
        """The sketch to store; without the key nothing can be looked up in it."""
        facts = [self.dataset, self.field, self.category, self.cells, self.whole, self.references]
        head = json.dumps(facts).encode()
        return FORM + struct.pack(">I", len(head)) + head + self.body

    @classmethod
    def from_bytes(cls, data: bytes) -> Sketch | None:
        """A stored sketch; None when it is damaged or of another form, so that it is made anew."""
        try:
            (length,) = struct.unpack_from(">I", data, 1)
            dataset, field, category, cells, whole, references = json.loads(data[5 : 5 + length])
            body = data[5 + length :]
            _read(body)
            names = (dataset, field, category, "" if references is None else references)
            if data[:1] != FORM or not all(isinstance(name, str) for name in names):
                return None
            return cls(dataset, field, category, body, int(cells), bool(whole), references)
        except (struct.error, TypeError, ValueError, IndexError, OverflowError, RecursionError):
            return None

    def union(self, other: Sketch) -> Sketch:
        """Both parts of one field, as two readers or two paths brought them."""
        body = kept(*(ds.compact_theta_sketch.deserialize(one.body) for one in (self, other)))
        return replace(self, body=body, cells=self.cells + other.cells, whole=self.whole and other.whole)


def kept(*thetas: Any) -> bytes:
    """What is stored of theta sketches of one field: 16,384 hashes, of many values a sixteenth, at most 65,536.

    thetas: as the package `datasketches`, which publishes no types, makes them.
    """
    whole = ds.theta_union(LG_OPEN)
    for theta in thetas:
        whole.update(theta)
    theta = whole.get_result()
    wanted = max(_LG_LEAST, min(LG_OPEN, int(theta.get_estimate() / _RATE).bit_length()))
    union = ds.theta_union(wanted)
    union.update(theta)
    return bytes(union.get_result(True).serialize())


def _read(body: bytes) -> tuple[Hashes, int]:
    """Hashes and theta of a serialised sketch. Raises ValueError where it is none."""
    if len(body) < 8 or body[1] != _SERIAL or not body[5] & _ORDERED:
        raise ValueError("no ordered compact theta sketch")
    long = body[0] & 63
    if body[5] & _EMPTY:
        return np.empty(0, np.uint64), _WHOLE
    count = 1 if long == 1 else int.from_bytes(body[8:12], "little")
    theta = int.from_bytes(body[16:24], "little") if long == 3 else _WHOLE
    if long not in (1, 2, 3) or len(body) != 8 * (long + count) or not 0 < theta <= _WHOLE:
        raise ValueError("a theta sketch of another length")
    hashes = np.frombuffer(body, "<u8", offset=8 * long)
    if count and (int(hashes[-1]) >= theta or int(hashes[0]) == 0 or bool(np.any(hashes[1:] <= hashes[:-1]))):
        raise ValueError("a theta sketch whose hashes do not rise to theta")
    return hashes, theta


def normal(value: str, *, apart: bool) -> str:
    """One form of what is written in many: NFKC, case folded, trimmed, without signs that nobody sees.

    Of digits alone the separators go: `+1 (555) 010-0199` is `15550100199`. apart: the category is one of numbers
    that are written in groups, also with letters in them: `DE89 3704 0044` is `de8937040044`.
    """
    text = value if value.isascii() else unicodedata.normalize("NFKC", value).translate(_UNSEEN)
    text = text.strip().casefold()
    bare = text.translate(_SEPARATORS)
    if bare.isdigit() and len(bare) >= _DIGITS_AT_LEAST:
        return bare.removeprefix("00") if apart else bare
    return bare if apart and bare.isalnum() else text
