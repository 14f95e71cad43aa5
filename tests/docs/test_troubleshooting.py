"""Does Custodes say what the page on troubleshooting has as headings?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from custodes.config import FILE_NAME

ROOT = Path(__file__).parents[2]
HEADINGS = re.findall(
    r"^### `(.+)`$", (ROOT / "docs/how-to/troubleshooting.md").read_text(encoding="utf-8"), re.MULTILINE
)


def _texts() -> Iterator[str]:
    """Every text in the source; what is put in at run time is `…`."""
    for file in (ROOT / "src" / "custodes").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            elif isinstance(node, ast.JoinedStr):
                yield "".join(
                    str(part.value) if isinstance(part, ast.Constant) else _put_in(part) for part in node.values
                )


def _put_in(part: ast.expr) -> str:
    named = isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name) and part.value.id == "FILE_NAME"
    return FILE_NAME if named else "…"


TEXTS = list(_texts())


@pytest.mark.parametrize("heading", HEADINGS)
def test_the_error_text_exists_in_the_source(heading: str) -> None:
    """Whoever searches for what they read finds the heading."""
    assert any(heading in text for text in TEXTS)


def test_the_page_has_headings() -> None:
    """The reading above found the headings, and would miss one that nobody says."""
    assert len(HEADINGS) > 30
    assert not any("something went wrong" in text for text in TEXTS)
