"""Commands about what ships as data: detections and categories."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from custodes.cli.app import CLEAN, FINDINGS, Choice, app
from custodes.cli.river import Json
from custodes.cli.workspace import configuration

if TYPE_CHECKING:
    from custodes.config import Config
    from custodes.detections.detection import Detection
    from custodes.sigma.rule import Correlation, Rule

detections = typer.Typer(no_args_is_help=True, help="The questions that are asked over the evidence.")
categories = typer.Typer(no_args_is_help=True, help="The kinds of personal data that are recognised.")
app.add_typer(detections, name="detections")
app.add_typer(categories, name="categories")


def _own(kind: str) -> Path | None:
    """The owner's folder of detections or categories; none where no configuration is in reach."""
    config = _configured()
    if config is None:
        return None
    return config.detections if kind == "detections" else config.categories


def _configured() -> Config | None:
    """The owner's configuration; none where there is none in reach. One that is wrong is refused, not passed over."""
    from custodes.config import find
    from custodes.errors import ConfigError

    if Choice.config is None:
        try:
            find(Path.cwd())
        except ConfigError:
            return None
    return configuration()


def _sigma() -> list[tuple[Rule | Correlation, str]]:
    """The owner's Sigma rules, each with its question; none where none are configured."""
    config = _configured()
    if config is None or config.sigma is None:
        return []
    from custodes.pipeline.sigma import rule_set
    from custodes.sigma.page import question

    rules = rule_set(config.sigma)
    known: list[Rule | Correlation] = [*rules.rules, *rules.correlations]
    return [(one, question(one)) for one in known]


@detections.command("list")
def list_detections(json: Json = False) -> None:
    """Every detection with its severity and question."""
    from custodes.cli import show
    from custodes.detections.catalogue import load_detections

    known = load_detections(_own("detections"))
    rules = _sigma()
    if json:
        rows = [{"id": one.id, "title": one.title, "severity": one.severity, "question": one.question} for one in known]
        rows += [
            {"id": one.about.check, "title": one.about.title, "severity": one.about.severity, "question": asked}
            for one, asked in rules
        ]
        print(show.as_json({"detections": rows}))
        return
    for one in known:
        print(f"{one.id}\n  {one.question}")
    for rule, asked in rules:
        print(show.safe(rule.about.check) + "\n  " + show.safe(asked))


@detections.command("show")
def show_detection(detection: str) -> None:
    """One detection's page: what it asks, why, what it misses, triage and an example."""
    from custodes.detections.catalogue import load_detections
    from custodes.detections.page import page
    from custodes.errors import BadInput

    known = {one.id: one for one in load_detections(_own("detections"))}
    for rule, _ in _sigma() if detection.startswith("sigma.") else ():
        if rule.about.check == detection:
            from custodes.sigma.page import page as page_of_rule

            print(page_of_rule(rule))
            return
    if detection not in known:
        raise BadInput(f'no detection "{detection}"', hint='"custodes detections list" names them')
    print(page(known[detection]))


@detections.command("test")
def try_detections(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Only these (default: all, yours first).")
    ] = None,
) -> None:
    """Run the scenarios that must fire and that must stay quiet, yours and ours."""
    from custodes.detections.catalogue import load_detections
    from custodes.detections.scenario import check

    problems = 0
    known = _named(load_detections(_own("detections")), names or ())
    for one in known:
        wrong = check(one)
        problems += len(wrong)
        scenarios = len(one.fires) + len(one.quiet)
        # At once: whoever waits for theirs sees it before all of ours have run.
        print(f"{'ok  ' if not wrong else 'FAIL'} {one.id} ({scenarios} scenarios)", flush=True)
        for problem in wrong:
            print(f"     {problem}", flush=True)
    print(f"{len(known)} detection{'s' if len(known) != 1 else ''}, {problems} problems")
    sys.exit(FINDINGS if problems else CLEAN)


def _named(known: Sequence[Detection], names: Sequence[str]) -> list[Detection]:
    """Those of these names, in the order named; without names all, the owner's first. Raises BadInput."""
    from difflib import get_close_matches

    from custodes.errors import BadInput

    if not names:
        return sorted(known, key=lambda one: (one.shipped, one.id))
    by_id = {one.id: one for one in known}
    for name in names:
        if name.startswith("sigma."):
            hint = '"custodes detections sigma" tries the rules themselves'
            raise BadInput(f'"{name}" is a Sigma rule, which has no scenarios', hint=hint)
        if name not in by_id:
            close = get_close_matches(name, by_id, n=1)
            hint = f'did you mean "{close[0]}"?' if close else '"custodes detections list" names them'
            raise BadInput(f'no detection "{name}"', hint=hint)
    return [by_id[name] for name in dict.fromkeys(names)]


@categories.command("list")
def list_categories(json: Json = False) -> None:
    """Every category with its title and sensitivity."""
    from custodes.cli import show
    from custodes.datamap.category import load_categories

    known = [rules.category for rules in load_categories(_own("categories"))]
    if json:
        rows = [{"id": one.id, "title": one.title, "fides": one.fides, "sensitivity": one.sensitivity} for one in known]
        print(show.as_json({"categories": rows}))
        return
    for one in known:
        print(f"{one.id:24} {one.sensitivity}  {one.title}")


@categories.command("test")
def check_categories(
    folder: Annotated[
        Path | None, typer.Argument(help="A folder with categories of your own (default: that of custodes.toml).")
    ] = None,
    categories: Annotated[Path | None, typer.Option(help="The same, as for classify.")] = None,
) -> None:
    """Check every category's examples, yours and ours: those that must match and those that must not."""
    from custodes.datamap.category import BUILT_IN, load_categories
    from custodes.datamap.examples import check_examples

    own = folder or categories or _own("categories")
    known = load_categories(own)
    problems = check_examples(known)
    for problem in problems:
        print(problem)
    ours = sum(rules.file.parent == BUILT_IN for rules in known)
    where = f"from {own}" if own is not None else "no folder of yours is configured: name one"
    print(f"{len(known)} categories: {ours} shipped, {len(known) - ours} yours ({where}); {len(problems)} problems")
    sys.exit(FINDINGS if problems else CLEAN)
