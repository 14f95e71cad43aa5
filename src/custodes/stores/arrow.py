"""What is an Arrow array of an unusual kind in usual ones? Encoded ones decoded, every list a `list`, unions by arm."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_LISTS: Final = (
    pa.types.is_list,
    pa.types.is_large_list,
    pa.types.is_fixed_size_list,
    pa.types.is_list_view,
    pa.types.is_large_list_view,
)


def usual(array: Any) -> Any:
    """The array without extension, run-end encoding, or a dictionary of anything but text; lists of all kinds as list.

    What is inside lists and structs stays as it is.
    """
    kind = array.type
    if isinstance(kind, pa.BaseExtensionType):
        return usual(array.storage)
    if pa.types.is_run_end_encoded(kind):
        return usual(pc.run_end_decode(array))
    if pa.types.is_dictionary(kind) and not is_text(kind.value_type):
        return usual(_decoded(array))
    if is_list(kind):
        lengths = pc.fill_null(_lengths(array), 0).to_numpy(zero_copy_only=False)
        return _lists(lengths, array.flatten(), array)
    return array


def usual_type(kind: Any) -> Any:
    """The type of `usual` of an array of this type."""
    if isinstance(kind, pa.BaseExtensionType):
        return usual_type(kind.storage_type)
    if pa.types.is_run_end_encoded(kind) or (pa.types.is_dictionary(kind) and not is_text(kind.value_type)):
        return usual_type(kind.value_type)
    return pa.list_(kind.value_type) if is_list(kind) else kind


def entries(array: Any) -> tuple[Any, Any]:
    """The keys and the values of a map, each as lists."""
    offsets = array.offsets.to_numpy()
    held = array.is_valid().to_numpy(zero_copy_only=False)
    lengths = np.where(held, np.diff(offsets), 0)
    if len(offsets) and lengths.sum() == offsets[-1] - offsets[0]:
        chosen = slice(int(offsets[0]), int(offsets[-1]))
        return _lists(lengths, array.keys[chosen], array), _lists(lengths, array.items[chosen], array)
    # A missing map may stand over entries that are nobody's.
    places = [place for row in np.flatnonzero(held) for place in range(offsets[row], offsets[row + 1])]
    rows = pa.array(places, pa.int64())
    return _lists(lengths, array.keys.take(rows), array), _lists(lengths, array.items.take(rows), array)


def arms(array: Any) -> list[Any]:
    """Of a union each kind of value it may have, row by row; null where the row has another one."""
    # From the buffers: type_codes and offsets are those of the whole array, also where it is a slice.
    buffers, rows = array.buffers(), slice(array.offset, array.offset + len(array))
    codes = np.frombuffer(buffers[1], np.int8)[rows]
    places = np.frombuffer(buffers[2], np.int32)[rows] if array.type.mode == "dense" else np.arange(len(array))
    return [
        array.field(number).take(pa.array(places, pa.int64(), mask=codes != code))
        for number, code in enumerate(array.type.type_codes)
    ]


def is_list(kind: Any) -> bool:
    """Whether it is a list, of any kind that Arrow has."""
    return any(test(kind) for test in _LISTS)


def is_text(kind: Any) -> bool:
    """Whether it is text or bytes as the scanner takes them."""
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
    )


def _decoded(array: Any) -> Any:
    try:
        return array.dictionary_decode()
    except pa.ArrowNotImplementedError:
        return array.dictionary.take(array.indices)


def _lengths(array: Any) -> Any:
    if pa.types.is_fixed_size_list(array.type):
        missing = array.is_null().to_numpy(zero_copy_only=False)
        return pa.array(np.full(len(array), array.type.list_size), pa.int64(), mask=missing)
    return pc.list_value_length(array)


def _lists(lengths: Any, values: Any, like: Any) -> Any:
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
    return pa.ListArray.from_arrays(offsets, values, mask=like.is_null())
