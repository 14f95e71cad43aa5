"""Does measuring work, and does the page show its tables?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest
from bench.quality import written
from typer.testing import CliRunner

from custodes.cli import commands, evaluate
from custodes.company import columns
from custodes.company.columns import Labelled, tables
from custodes.errors import CouldNotRun
from custodes.evaluation.judged import Judged, Told, confusions, reliability, totals

PAGE = Path(__file__).parents[2] / "docs" / "quality.md"
MARKS = (
    "totals",
    "reliability",
    "confusions",
    "text",
    "forms",
    "genres",
    "categories",
    "peers-columns",
    "peers-text",
    "kinds",
)


def labelled(
    header: str = "named", *, accepted: Sequence[str] = ("email",), tells: bool = True, text: bool = False
) -> Labelled:
    assert header in ("named", "opaque", "wrong")
    return Labelled("c", "kind", header, frozenset(accepted), tells, free_text=text)  # type: ignore[arg-type]  # asserted


@pytest.mark.parametrize(
    ("truth", "told", "outcome"),
    [
        (labelled(), [Told("email", 0.9)], "right"),
        (labelled(), [], "missed"),
        (labelled(), [Told("phone", 0.9), Told("email", 0.8)], "wrong"),
        (labelled("opaque", tells=False), [], "right"),
        (labelled("opaque", tells=False), [Told("phone")], "wrong"),
        (labelled("opaque"), [], "missed"),
        (labelled("wrong", tells=False), [], "right"),
        (labelled(accepted=()), [], "right"),
        (labelled(accepted=()), [Told("email", 0.5)], "wrong"),
        (labelled(text=True), [Told("email", 0.9, 0.01)], "right"),
        (labelled(text=True), [Told("email", 0.9, 0.9)], "wrong"),
        (labelled(text=True), [], "missed"),
    ],
)
def test_a_verdict_is_judged(truth: Labelled, told: list[Told], outcome: str) -> None:
    """Silence is right where values cannot tell and nothing names them; free text is told apart from a column."""
    assert Judged(truth, tuple(told)).outcome == outcome


def test_figures_add_up() -> None:
    """A kind counts only when each of its columns is right; bins of confidence hold every verdict."""
    judged = [Judged(labelled(), (Told("email", 0.97),)), Judged(labelled(), ()), Judged(labelled(accepted=()), ())]
    told = totals(judged)
    assert (told.kinds.right, told.kinds.of, told.named.right, told.named.of) == (0, 1, 1, 2)
    assert (told.decoys.right, told.decoys.of) == (1, 1)
    assert confusions(judged) == [("kind", "named", "nothing", 1)]
    assert sum(score.of for _, _, score in reliability(judged)) == 1


@pytest.mark.parametrize("what", ["columns", "text"])
def test_the_command_answers_without_values(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few kinds, whole way: exit code 0, JSON with its keys, and no address in it."""
    monkeypatch.setattr(columns, "tables", lambda seed, rows: tables(seed, rows, columns.KINDS[::10]))
    result = CliRunner().invoke(commands.app, ["evaluate", what, "--rows", "20", "--json"])
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told["seed"] == 1
    assert (
        {"totals", "kinds", "confusions", "reliability"} if what == "columns" else {"categories", "forms", "genres"}
    ) <= told.keys()
    assert "@" not in result.stdout


def test_without_the_extra_the_command_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal names the package and the next step."""
    monkeypatch.setattr(evaluate, "find_spec", lambda name: None if name == "faker" else find_spec(name))
    with pytest.raises(CouldNotRun, match="not installed") as refused:
        evaluate.evaluate_columns()
    assert "custodes[evaluate]" in refused.value.hint


def test_the_page_has_every_table() -> None:
    """Each mark opens and closes once and holds a table; writing the same tables again changes nothing."""
    page = PAGE.read_text(encoding="utf-8")
    tables = {}
    for mark in MARKS:
        inside = page.split(f"<!-- {mark} -->\n")[1].split(f"\n<!-- /{mark} -->")[0].strip()
        rows = inside.splitlines()
        assert len(rows) >= 2, mark
        assert len({row.count("|") for row in rows}) == 1, mark
        tables[mark] = inside
    assert written(page, tables) == page
    with pytest.raises(ValueError, match="no mark"):
        written(page, {"another": ""})
