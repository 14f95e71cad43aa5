"""Commands that measure us on labelled data made from a seed. No value is ever printed."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Annotated, Final

import typer

from custodes.cli.app import app
from custodes.cli.river import Json

evaluate = typer.Typer(
    no_args_is_help=True, help="How often are the verdicts right, on labelled data made from a seed?"
)
app.add_typer(evaluate, name="evaluate")

Seed = Annotated[int, typer.Option(help="The same seed makes the same data.", min=0)]


_MAKES_DATA: Final = (("faker", "faker"), ("python-stdnum", "stdnum"))
_SIMPLER: Final = (("scikit-learn", "sklearn"),)


def _needs_extra(packages: Sequence[tuple[str, str]] = _MAKES_DATA) -> None:
    from custodes.errors import CouldNotRun

    for package, module in packages:
        if find_spec(module) is None:
            raise CouldNotRun(
                "evaluation works with packages that are not installed",
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


@evaluate.command("insiders")
def evaluate_insiders(  # noqa: PLR0917 - each is an option of its own
    companies: Annotated[int, typer.Option("--seeds", help="Companies of each shape.", min=1, max=90)] = 10,
    staff: Annotated[int, typer.Option(help="People in each.", min=80, max=50_000)] = 250,
    stealth: Annotated[str, typer.Option(help="default, hard, or both.")] = "both",
    tuning: Annotated[bool, typer.Option(help="The shapes and seeds that detections may be tuned on.")] = False,
    baselines: Annotated[bool, typer.Option(help="Ask simpler methods as well.")] = True,
    budget: Annotated[int, typer.Option(help="Incidents shown a day for every 1,000 people.", min=1)] = 5,
    every: Annotated[int, typer.Option(help="Days from one look at what is found to the next.", min=1, max=30)] = 7,
    campaign: Annotated[list[str] | None, typer.Option(help="Only this campaign; may be repeated.")] = None,
    json: Json = False,
) -> None:
    """Insiders in made-up companies: how many are found, how soon, and how much of what is shown is true?"""
    from custodes.cli import show
    from custodes.cli.progress import shown
    from custodes.errors import BadInput
    from custodes.evaluation import insider_report, insiders_run, report

    if stealth not in {"default", "hard", "both"}:
        raise BadInput("there is no such stealth", where=stealth, hint="use default, hard or both")
    if baselines:
        _needs_extra(_SIMPLER)
    kinds = ("default", "hard") if stealth == "both" else (stealth,)
    with shown(quiet=json) as progress:
        result = insiders_run.run(
            seeds=companies, staff=staff, stealth=kinds, reporting=not tuning, per_thousand=budget,
            baselines=baselines, campaigns=campaign or (), every=every, on_company=progress.step,
        )  # fmt: skip
    if json:
        print(show.as_json(insider_report.as_json(result.companies, result.figures, budget)))
        return
    ours = result.figures[insiders_run.OURS]
    heading = ("", "precision", "recall", "recall, hard", "false", "joiners", "settled", "reason true")
    parts = [
        report.plain(("campaign", "stealth", "recall", "days", "lost"), insider_report.campaign_rows(ours)),
        report.plain(heading, insider_report.total_rows(result.figures)),
        "false, joiners, settled: false alerts per 1,000 people and day. In brackets the 95 % interval and the counts.",
        insider_report.seen_on(result.companies, staff),
    ]
    parts += [f"not asked: {line}" for line in result.skipped]
    print("\n\n".join(parts))
