"""What was considered for a column, and why not, whether or not anything is told of it?"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import pyarrow as pa
import pytest

from custodes.datamap.candidates import Candidate, candidates
from custodes.records import Dataset
from tests.datamap.kinds import KINDS
from tests.datamap.tables import classifier
from tests.datamap.test_headers import PETS, drawn, full_names


def considered(table: Mapping[str, Sequence[str | None]], column: str) -> list[Candidate]:
    tally = classifier().tally(Dataset("crm", "main.t", ()))
    tally.add(pa.RecordBatch.from_pydict({name: pa.array(cells, pa.string()) for name, cells in table.items()}))
    (judged,) = [one for one in tally.judged() if one.tally.path == column]
    return candidates(judged, classifier())


def test_what_is_told_comes_first_with_its_confidence() -> None:
    """The same verdict as the scan's, then the others."""
    first, *others = considered({"full_name": full_names()}, "full_name")
    assert (first.category, first.told, first.whole) == ("person_name", True, True)
    assert first.confidence > 0.9
    assert not any(one.told for one in others)


def test_what_was_outweighed_is_told_with_what_spoke_against_it() -> None:
    """Names of ships under `ship`: the candidate is there, and the header's reason with it."""
    first, *_ = considered({"ship": drawn(PETS)}, "ship")
    assert (first.category, first.told) == ("first_name", False)
    assert 'against: these are names of a thing: "ship"' in first.reasons
    assert any(reason.startswith("for: ") for reason in first.reasons)


def test_what_the_header_promised_and_the_values_are_not_is_told() -> None:
    """A header that lies: the shares are named that were too small."""
    found = {one.category: one for one in considered({"email": drawn("red blue green")}, "email")}
    assert found["email"].confidence == 0.0
    assert 'for: header says "e mail"' in found["email"].reasons
    assert "against: 0 % of 200 cells pass its check, 0 % have its form; 30 % must" in found["email"].reasons


def test_bare_numbers_say_that_their_form_is_too_common() -> None:
    """Rising numbers of nine digits could be anybody's; each candidate says why it is not."""
    found = considered({"number": [str(100_000_000 + 7 * row) for row in range(200)]}, "number")
    assert found
    assert not any(one.told for one in found)
    assert all(any(reason.startswith("against: ") for reason in one.reasons) for one in found)
    assert any("the numbers rise from row to row" in reason for one in found for reason in one.reasons)


@pytest.mark.parametrize("kind", sorted(KINDS)[::4])
def test_no_value_is_shown_and_every_reason_is_signed(kind: str) -> None:
    """Whatever a column holds and is called."""
    rng = random.Random(kind)
    for header in ("x", "product_name", "email"):
        make = KINDS[kind](rng)
        cells = [make() for _ in range(60)]
        told = [reason for one in considered({header: cells}, header) for reason in one.reasons]
        assert all(reason.startswith(("for: ", "against: ")) for reason in told)
        long = {cell for cell in cells if len(cell) > 5}
        assert not any(cell in reason for reason in told for cell in long)
