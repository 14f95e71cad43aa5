"""Does the page on adding a category tell how it is?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pyarrow as pa
import pytest

from custodes import _native
from custodes.datamap.category import ANCHORS, load_categories
from custodes.datamap.classify import Classifier
from custodes.datamap.examples import check_examples
from custodes.datamap.identifiers import PURPOSES
from custodes.datamap.text import classify_text
from custodes.datamap.values import SHAPES
from custodes.errors import BadInput
from custodes.records import Column, Dataset, Flag

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "add-a-category.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the page's category, under the name that the page gives it."""
    (tmp_path / "german_tax_id.yml").write_text(BLOCKS[0], encoding="utf-8")
    return tmp_path


def _held(folder: Path, header: str, cells: list[str]) -> dict[str, str]:
    tally = Classifier(load_categories(folder)).tally(Dataset("crm", "main.t", (Column(header, "text"),)))
    tally.add(pa.RecordBatch.from_pydict({header: pa.array(cells, pa.string())}))
    return {field.field: field.category for field in tally.verdicts()}


def test_the_pages_category_is_sound_and_its_examples_hold(folder: Path) -> None:
    """What a reader copies from the page passes `custodes categories test`."""
    known = load_categories(folder)
    assert "german_tax_id" in {rules.id for rules in known}
    assert check_examples(known) == []


@pytest.mark.parametrize("header", ["steuer_id", "SteuerID", "kunde_steuerid", "IdNr"])
def test_a_column_with_it_is_found(folder: Path, header: str) -> None:
    """A column that is called so and holds such numbers is one, in each spelling that the page names."""
    cells = [f"{10_000_000_000 + (number * 7_919_317_711) % 89_999_999_999}" for number in range(50)]
    assert _held(folder, header, cells) == {header: "german_tax_id"}
    assert _held(folder, "total", cells) == {}


def test_the_one_line_for_a_form_of_its_own_is_enough(tmp_path: Path) -> None:
    """The membership number of the page is found in text without a word beside it."""
    head = "id: member\ntitle: Member\nfides: user.unique_id\nsensitivity: 2\n"
    examples = 'match: ["MBR-204117"]\nno_match: ["MBR-20"]\n'
    (tmp_path / "member.yml").write_text(head + BLOCKS[1] + examples, encoding="utf-8")
    known = load_categories(tmp_path)
    assert check_examples(known) == []
    assert [hit.category for hit in classify_text(["left MBR-204117 here"], Classifier(known))] == ["member"]


def test_the_page_names_every_key_and_every_choice(tmp_path: Path) -> None:
    """Each key that the loader takes, each anchor, shape, flag and purpose is on the page, each check on its own."""
    for choice in (*ANCHORS, *SHAPES, *PURPOSES, *get_args(Flag)):
        assert f"`{choice}`" in PAGE, choice
    assert "(../reference/checks.md)" in PAGE
    checks = (Path(__file__).parents[2] / "docs" / "reference" / "checks.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)`", checks, re.MULTILINE) == sorted(_native.VALIDATORS)
    patterns, column, text = "patterns:\n  - {", "column:\n", "text:\n"
    places = {
        "zz: 1\n": BLOCKS[0] + "zz: 1\n",
        patterns: BLOCKS[0].replace(patterns, patterns + "zz: 1, "),
        column: BLOCKS[0].replace(column, column + "  zz: 1\n"),
        text: BLOCKS[0].replace(text, text + "  zz: 1\n"),
    }
    for place, document in places.items():
        (tmp_path / "german_tax_id.yml").write_text(document, encoding="utf-8")
        with pytest.raises(BadInput, match="no such key") as refused:
            load_categories(tmp_path)
        for key in refused.value.hint.removeprefix("one of: ").split(", "):
            prefix = "text." if place == text else ""
            assert f"`{prefix}{key}`" in PAGE or key == "text", key
