"""How many hashes does each field share with each other one? All pairs at once, by an inverted index in numpy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from custodes.datamap.sketch import Hashes

_PART: Final = 4_000_000  # hashes that are sorted at once: bounds memory, whatever the number of fields
_HELD: Final = 8_000_000  # pairs that are held before they are counted
_SLICE: Final = 512  # hashes multiplied at once
# Measured costs, in seconds: one pair that is sorted and counted; one multiplication and addition.
_PAIR: Final = 8e-8
_PRODUCT: Final = 5e-11

Ints = NDArray[np.int64]
Shared = tuple[Ints, Ints, Ints]  # of each pair the place of one field, of the other (a later one), and the hashes


def shared(fields: Sequence[Hashes]) -> Shared:
    """Each pair of fields that have a hash in common, with how many.

    fields: the hashes of each, rising. Hashes that one field alone has, most of them, are dropped as soon as they are
    sorted; what is left is counted by pairs, or, where many fields are alike, by a product of matrices.
    """
    total = _sum([], len(fields))
    for groups in _groups(fields):
        total = _sum([total, _counted(groups, len(fields))], len(fields))
    return total


def _groups(fields: Sequence[Hashes]) -> Iterator[list[Ints]]:
    """Range by range of the hashes: those that several fields have, as rows of fields; one array for each number."""
    total = sum(map(len, fields))
    parts = max(1, -(-total // _PART))
    # A field's number takes the place of a hash's last bits, so that one plain sort brings both in order. Of 10,000
    # fields that leaves 49 bits, by which a handful of hashes among a hundred million are taken for equal.
    bits = max(1, len(fields).bit_length())
    low = np.uint64((1 << bits) - 1)
    some = np.sort(np.concatenate([one[::64] for one in fields])) if parts > 1 else np.empty(0, np.uint64)
    bounds = some[(np.arange(1, parts) * len(some)) // parts]
    cuts = [np.concatenate(([0], np.searchsorted(one, bounds), [len(one)])) for one in fields]
    for part in range(parts):
        slices = [
            (one[cut[part] : cut[part + 1]] & ~low) | np.uint64(place)
            for place, (one, cut) in enumerate(zip(fields, cuts, strict=True))
        ]
        keys = np.sort(np.concatenate([np.empty(0, np.uint64), *slices]))
        hashes, owner = keys >> np.uint64(bits), (keys & low).astype(np.int64)
        first = np.flatnonzero(np.concatenate(([True], hashes[1:] != hashes[:-1]))) if len(hashes) else np.empty(0, int)
        sizes = np.diff(np.append(first, len(hashes)))
        # Groups of one size are the rows of a table.
        yield [owner[first[sizes == size][:, None] + np.arange(size)] for size in np.unique(sizes[sizes > 1]).tolist()]


def _counted(groups: list[Ints], count: int) -> Shared:
    """The pairs of some hashes."""
    if not groups:
        return _sum([], count)
    members = np.unique(np.concatenate([rows.ravel() for rows in groups]))
    rows = sum(map(len, groups))
    by_pairs = _PAIR * sum(len(each) * each.shape[1] ** 2 / 2 for each in groups)
    if len(members) ** 2 * rows * _PRODUCT < by_pairs:
        return _product(groups, members)
    found: list[Shared] = []
    held: list[Ints] = []
    for each in groups:
        one, other = np.triu_indices(each.shape[1], 1)
        step = max(1, _HELD // len(one))
        for start in range(0, len(each), step):
            taken = each[start : start + step]
            held.append((taken[:, one] * count + taken[:, other]).ravel())
            if sum(map(len, held)) >= _HELD:
                found.append(_keys(held, count))
                held = []
    found.append(_keys(held, count))
    return _sum(found, count)


def _product(groups: list[Ints], members: Ints) -> Shared:
    """Fields that are alike share most of their hashes: a matrix of fields by hashes, times itself."""
    total = np.zeros((len(members), len(members)), np.float32)  # exact up to 2**24 hashes
    for each in groups:
        for start in range(0, len(each), _SLICE):
            taken = np.searchsorted(members, each[start : start + _SLICE])
            held = np.zeros((len(members), len(taken)), np.float32)
            held[taken, np.arange(len(taken))[:, None]] = 1
            total += held @ held.T
    one, other = np.nonzero(np.triu(total, 1))
    return members[one], members[other], total[one, other].astype(np.int64)


def _keys(held: list[Ints], count: int) -> Shared:
    keys, times = np.unique(np.concatenate([np.empty(0, np.int64), *held]), return_counts=True)
    return keys // max(count, 1), keys % max(count, 1), times.astype(np.int64)


def _sum(found: Sequence[Shared], count: int) -> Shared:
    """The same pairs of several ranges together."""
    nothing = np.empty(0, np.int64)
    ones, others, times = (np.concatenate([nothing, *(each[column] for each in found)]) for column in range(3))
    keys, place = np.unique(ones * count + others, return_inverse=True)
    totals = np.bincount(place, weights=times, minlength=len(keys)).astype(np.int64)
    return keys // max(count, 1), keys % max(count, 1), totals
