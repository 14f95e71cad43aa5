"""Which fields hold the same people's data as others? Compared by sketches of keyed hashes; no value is kept."""

from __future__ import annotations

import hashlib
import json
import struct
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import datasketches as ds
import pyarrow as pa
import pyarrow.compute as pc

from custodes.records import Category, Dataset, Field

if TYPE_CHECKING:
    from collections.abc import Iterator

_LG_K: Final = 12  # 4,096 hashes a sketch: containment within about ±0.03 (two standard errors of theta sketches)
_FORM: Final = b"\x01"  # the first byte of a stored sketch: a later form is told apart and made anew
_DIGITS_AT_LEAST: Final = 7
_SEPARATORS: Final = str.maketrans("", "", " -()+./\u00a0\u2010\u2011\u2013")
LEAST_CONTAINMENT: Final = 0.1
LEAST_DISTINCT: Final = 20

_SHARED_BY_MANY: Final = ("user.demographic", "user.location", "user.health")  # fideslang: traits, not identifiers
_LEAST_LENGTH: Final = 6  # shorter values, such as a card's security code, repeat by chance

Copy = tuple[str, str, float]  # field a, field b, share of a's distinct values that b holds too


@dataclass(frozen=True, slots=True)
class Sketch:
    """The distinct values of one field as a compact theta sketch.

    dataset: full name (`store.dataset`). category: what the field was judged to hold.
    """

    dataset: str
    field: str
    category: str
    theta: Any  # datasketches.compact_theta_sketch; the package publishes no types

    @property
    def name(self) -> str:
        """`store.dataset.field`."""
        return f"{self.dataset}.{self.field}"

    def to_bytes(self) -> bytes:
        """The sketch to store; without the key nothing can be looked up in it."""
        head = json.dumps([self.dataset, self.field, self.category]).encode()
        return _FORM + struct.pack(">I", len(head)) + head + bytes(self.theta.serialize())

    @classmethod
    def from_bytes(cls, data: bytes) -> Sketch | None:
        """A stored sketch; None when it is damaged or of another form, so that it is made anew."""
        try:
            (length,) = struct.unpack_from(">I", data, 1)
            dataset, field, category = map(str, json.loads(data[5 : 5 + length]))
            theta = ds.compact_theta_sketch.deserialize(data[5 + length :])
        except (struct.error, TypeError, ValueError, IndexError, RuntimeError):
            return None
        return cls(dataset, field, category, theta) if data[:1] == _FORM else None


class Sketches:
    """The sketches of one workspace: made while a scan reads, kept while a dataset is unchanged.

    key: secret of the workspace; sketches made with another key share nothing. categories: the ids of categories
    whose values point at one person (e-mail, phone, card): a shared city or birth date says nothing about copying.
    stored: from an earlier scan, by `store.dataset.field`, as `stored()` gave it. Threads may take in one dataset each:
    what is open is kept by dataset, so that none walks through what another changes.
    """

    def __init__(self, key: bytes, categories: Collection[str], stored: Mapping[str, bytes] | None = None) -> None:
        if not 16 <= len(key) <= 64:
            raise ValueError("a sketch key has 16 to 64 bytes")
        self._key = key
        self._categories = frozenset(categories)
        self._before: dict[str, list[Sketch]] = {}
        for data in (stored or {}).values():
            if (sketch := Sketch.from_bytes(data)) is not None:
                self._before.setdefault(sketch.dataset, []).append(sketch)
        self._open: dict[str, dict[str, tuple[str, Any]]] = {}  # by dataset and field
        self._done: list[Sketch] = []

    def keep(self, dataset: Dataset) -> None:
        """The dataset is unchanged: what was stored of it still holds."""
        self._done.extend(self._before.pop(dataset.full_name, ()))

    def forget(self, dataset: Dataset) -> None:
        """The dataset is read anew: nothing stored of it holds."""
        self._before.pop(dataset.full_name, None)

    def start(self, dataset: Dataset, verdicts: Collection[Field]) -> None:
        """From now on take in those fields of the dataset whose category points at one person."""
        mine = self._open.setdefault(dataset.full_name, {})
        for verdict in verdicts:
            if verdict.category in self._categories:
                mine.setdefault(verdict.field, (verdict.category, ds.update_theta_sketch(_LG_K)))

    def add(self, dataset: Dataset, batch: pa.RecordBatch) -> None:
        """Take in rows of a dataset that was started."""
        mine = self._open.get(dataset.full_name, {})
        for column, array in zip(batch.schema.names, batch.columns, strict=True):
            # A verdict names the items of a list column `column[]`.
            entry = mine.get(column) or mine.get(f"{column}[]")
            if entry is None:
                continue
            theta = entry[1]
            for value in _distinct(array):
                normal = _normal(value)
                if len(normal) >= _LEAST_LENGTH:
                    theta.update(self._hashed(normal))

    def wants(self, dataset: Dataset) -> bool:
        """Whether any field of a dataset that was started is taken in."""
        return bool(self._open.get(dataset.full_name))

    def of(self, dataset: Dataset) -> dict[str, bytes]:
        """What to store of a dataset that has been read to its end, by `store.dataset.field`."""
        name = dataset.full_name
        mine = [
            Sketch(name, field, category, theta.compact())
            for field, (category, theta) in self._open.get(name, {}).items()
        ]
        return {sketch.name: sketch.to_bytes() for sketch in mine}

    def all(self) -> list[Sketch]:
        """Of every dataset that was kept or read, by name."""
        for dataset, fields in self._open.items():
            for field, (category, theta) in fields.items():
                self._done.append(Sketch(dataset, field, category, theta.compact()))
        self._open.clear()
        return sorted(self._done, key=lambda sketch: sketch.name)

    def stored(self) -> dict[str, bytes]:
        """What to hand to the next scan, by `store.dataset.field`."""
        return {sketch.name: sketch.to_bytes() for sketch in self.all()}

    def _hashed(self, normal: str) -> int:
        digest = hashlib.blake2b(normal.encode(), digest_size=8, key=self._key).digest()
        return int.from_bytes(digest, "big", signed=True)


def identifying(categories: Mapping[str, Category]) -> frozenset[str]:
    """The ids of categories whose values point at one person or account, so that sharing them means copying.

    Traits (birth date, gender, health), places and single names are shared by people who have nothing in common.
    """
    return frozenset(
        category.id
        for category in categories.values()
        if category.sensitivity >= 3
        and "special" not in category.flags
        and not category.fides.startswith(_SHARED_BY_MANY)
    )


def copies(sketches: Collection[Sketch]) -> list[Copy]:
    """Pairs of fields of different datasets of which one holds at least a tenth of the other's distinct values.

    Each pair once, the contained field first, the closest pairs first. Fields of under 20 distinct values are left
    out: a few shared ones are chance. Containment is |A and B| / |A| (Broder 1997), estimated by theta sketches
    (Dasgupta, Lang, Rhodes, Thaler 2016).
    """
    sized = [(sketch.theta.get_estimate(), sketch) for sketch in sketches]
    ranked = sorted(
        ((size, sketch) for size, sketch in sized if size >= LEAST_DISTINCT), key=lambda pair: (pair[0], pair[1].name)
    )
    found = []
    for position, (size, small) in enumerate(ranked):
        for _, large in ranked[position + 1 :]:
            if small.dataset == large.dataset:
                continue
            both = ds.theta_intersection()
            both.update(small.theta)
            both.update(large.theta)
            containment = min(1.0, both.get_result().get_estimate() / size)
            if containment >= LEAST_CONTAINMENT:
                found.append((small.name, large.name, round(containment, 3)))
    return sorted(found, key=lambda copy: (-copy[2], copy[0], copy[1]))


def _distinct(array: pa.Array) -> Iterator[str]:
    if pa.types.is_list(array.type):
        array = array.flatten()
    for value in pc.unique(array).to_pylist():
        if value is not None:
            yield value


def _normal(value: str) -> str:
    """One form of what is written in many: `+1 (555) 010-0199` and `15550100199`, `A@B.example` and `a@b.example`."""
    text = (value if value.isascii() else unicodedata.normalize("NFKC", value)).strip().casefold()
    bare = text.translate(_SEPARATORS)
    return bare if len(bare) >= _DIGITS_AT_LEAST and bare.isdigit() else text
