"""Do the answers have the published shapes?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.demonstration import Demo

SCHEMAS = Path(__file__).parents[2] / "docs" / "reference" / "schemas"


def holds(name: str, answer: object) -> None:
    schema = json.loads((SCHEMAS / f"{name}.json").read_text())
    Draft202012Validator.check_schema(schema)
    wrong = [f"{error.json_path}: {error.message[:200]}" for error in Draft202012Validator(schema).iter_errors(answer)]
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("scan", ["scan"]),
        ("detect", ["detect"]),
        ("risk", ["risk"]),
        ("ledger-verify", ["ledger", "verify"]),
        ("who", ["who", "customer:1"]),
        ("explain", ["explain", "shop.main.customers.email"]),
        ("explain", ["explain", "shop.main.orders.id"]),
    ],
)
def test_an_answer_has_the_published_shape(demo: Demo, name: str, arguments: list[str]) -> None:
    """Each command that reports is held against its schema on the sample company."""
    holds(name, demo.run(*arguments, "--json").json)


def test_classify_answers_line_by_line(demo: Demo, tmp_path: Path) -> None:
    """Offsets are characters of the line; the value itself is not told."""
    text = tmp_path / "note.txt"
    text.write_text("nothing here\nça va: someone@example.com, thanks\n")
    answer = demo.run("classify", text, "--json")
    assert answer.code == 1
    hits = [json.loads(line) for line in answer.out.splitlines()]
    for hit in hits:
        holds("classify", hit)
    email = next(hit for hit in hits if hit["category"] == "email")
    line = "ça va: someone@example.com, thanks"
    assert (email["line"], line[email["start"] : email["end"]]) == (2, "someone@example.com")
    assert "someone" not in answer.out
