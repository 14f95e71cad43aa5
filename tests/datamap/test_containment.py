"""Are the hashes that fields share counted right, by pairs or by matrices, in one part or many?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.datamap import containment

# The last bits of a hash give way to the number of its field: made-up ones differ above them.
FIELDS = st.lists(st.sets(st.integers(1, 300), max_size=120), max_size=20)


def counted(fields: list[set[int]]) -> dict[tuple[int, int], int]:
    one, other, times = containment.shared([np.array(sorted(each), np.uint64) << np.uint64(20) for each in fields])
    return dict(zip(zip(one.tolist(), other.tolist(), strict=True), times.tolist(), strict=True))


@pytest.mark.parametrize("part", [4_000_000, 100])
@pytest.mark.parametrize("product", [0.0, 1.0])
def test_every_pair_is_counted(part: int, product: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever way is chosen, and however little is sorted at once, it is what sets have in common."""
    monkeypatch.setattr(containment, "_PART", part)
    monkeypatch.setattr(containment, "_PRODUCT", product)
    monkeypatch.setattr(containment, "_HELD", 1_000)

    @given(FIELDS)
    def holds(fields: list[set[int]]) -> None:
        expected = {
            (a, b): len(one & other)
            for a, one in enumerate(fields)
            for b, other in enumerate(fields)
            if a < b and one & other
        }
        assert counted(fields) == expected

    holds()


def test_hundreds_of_fields_that_are_alike_are_counted_by_a_product() -> None:
    """A thousand copies of one table are half a million pairs."""
    fields = [set(range(1, 200)) for _ in range(300)]
    found = counted(fields)
    assert len(found) == 300 * 299 // 2
    assert set(found.values()) == {199}
