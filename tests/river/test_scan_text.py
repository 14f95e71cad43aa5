"""Does what scan prints stay short and whole: each copy told once, each dataset accounted for, each hint true?"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from custodes.cli.copied import copies_text
from custodes.records import Copy
from tests.demonstration import custodes

Tiny = Callable[..., Path]


def test_exports_of_one_table_are_told_of_the_table_and_counted_among_each_other() -> None:
    """Three exports: three lines, and one for the three pairs between them."""
    exports = ("a.x", "b.x", "c.x")
    copies = [Copy(one, "shop.x", 1.0, 0.3) for one in exports]
    copies += [Copy("a.x", "b.x", 0.5, 0.4), Copy("a.x", "c.x", 0.5, 0.4), Copy("c.x", "b.x", 0.4, 0.4)]
    lines = copies_text(copies)
    assert lines[:3] == [f"copy: 100% of the values of {one} stand in shop.x as well" for one in exports]
    assert lines[3].startswith("copy: 3 more pairs of fields ")
    assert len(lines) == 4


def test_a_copy_that_follows_from_no_other_is_told() -> None:
    """A part of two unlike tables stands in both."""
    copies = [Copy("a.x", "b.x", 1.0, 0.2), Copy("a.x", "c.x", 0.5, 0.2)]
    assert len(copies_text(copies)) == 2


@given(st.integers(2, 6).flatmap(lambda n: st.sets(st.sampled_from(list(permutations("abcdef"[:n], 2))), min_size=1)))
def test_every_field_with_a_copy_keeps_a_line(pairs: set[tuple[str, str]]) -> None:
    """Equal fields, chains and circles: what is left out is told of a third, and no field falls silent."""
    copies = [Copy(a, b, 1.0, float((b, a) in pairs)) for a, b in sorted(pairs) if a < b or (b, a) not in pairs]
    told = " ".join(line for line in copies_text(copies) if " stand in a third " not in line)
    for field in {name for pair in pairs for name in pair}:
        assert f" {field} " in f" {told} ", told


def test_datasets_without_personal_data_are_named(tiny: Tiny) -> None:
    """How much was looked at, and where nothing was found."""
    folder = tiny(extra='[stores.files]\nkind = "files"\npath = "files"\n')
    (folder / "files").mkdir()
    (folder / "files" / "a.csv").write_text("n,m\n" + "".join(f"{n},{n * 7}\n" for n in range(40)))
    answer = custodes("scan", cwd=folder)
    assert "looked at: 2 datasets, 80 rows; nothing personal found in files.a.csv\n" in answer.out


def test_hints_on_mended_files_say_what_is_true(tiny: Tiny) -> None:
    """What is cut off was not all read; what is in another encoding was; a broken record is no limit of rows."""
    folder = tiny(extra='[stores.files]\nkind = "files"\npath = "files"\n')
    (folder / "files").mkdir()
    rows = "".join(f"{n},person{n}@example.com\n" for n in range(4_000))
    whole = gzip.compress(f"id,mail\n{rows}".encode())
    (folder / "files" / "cut.csv.gz").write_bytes(whole[: len(whole) // 2])
    (folder / "files" / "old.csv").write_bytes(("id;straße\n" + "7;Hauptstraße 5, Köln\n" * 40).encode("cp1252"))
    (folder / "files" / "a.jsonl").write_text("".join(f'{{"n": {n}}}\n' for n in range(40)) + "{broken\n")
    hints = {one["dataset"]: one["hint"] for one in custodes("scan", "--json", cwd=folder).json["uncovered"]}
    assert hints["cut.csv.gz"] == "restore the file from a backup, or list it under skip with a reason"
    assert hints["old.csv"].startswith("save the file as UTF-8")
    assert hints["a.jsonl"].startswith("repair the file where these lines matter")
    exported = json.loads(custodes("datamap", "export", "--format", "json", cwd=folder).out)["uncovered"]
    assert not [one for one in exported if "scan.max_rows" in one["hint"]]
