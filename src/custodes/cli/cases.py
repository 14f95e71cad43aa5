"""Commands of case work: list, show, decide."""

from __future__ import annotations

from typing import Annotated

import typer

from custodes.cli.app import app
from custodes.cli.river import Json
from custodes.cli.workspace import looking, reading

_SHOWN = 20  # touches; `who` tells the rest, customer by customer

cases = typer.Typer(no_args_is_help=True, help="What was decided about each incident, by whom and why.")
app.add_typer(cases, name="cases")


@cases.command("list")
def list_cases(json: Json = False) -> None:
    """Every case with its state and its incident."""
    from custodes.cli import show

    with reading() as workspace:
        incidents = {one.id: one for one in workspace.judgements.incidents()}
        known = workspace.casebook.all()
    if json:
        print(show.as_json({"cases": [show.case_plain(one) for one in known]}))
        return
    for one in known:
        incident = incidents.get(one.incident)
        told = f"{incident.score:5.1f}  {incident.title}" if incident else "    -  the last run no longer finds it"
        print(f"{one.id}  {one.state:12} {told}")
    if not known:
        print("no case: the runs so far found no incident")


@cases.command("show")
def show_case(case: str, json: Json = False) -> None:
    """One case: its incident, findings, first touches and every decision; the look is recorded."""
    from custodes.cli import show
    from custodes.pipeline.who import touched

    with looking() as workspace:
        one = workspace.casebook.get(case)
        workspace.seal_receipts([workspace.receipt("look", question="case", case=case)])
        incident = next((each for each in workspace.judgements.incidents() if each.id == one.incident), None)
        findings = [each for each in workspace.judgements.findings() if incident and each.id in incident.findings]
        leaves = sorted({proof.leaf for each in findings for proof in each.evidence})
        touches = touched(workspace, leaves, _SHOWN) if leaves else []
    if json:
        print(show.as_json({**show.case_plain(one), "touches": touches}))
        return
    print(show.case_text(one, incident, findings, touches))


@cases.command("decide")
def decide_case(
    case: str,
    verdict: Annotated[str, typer.Option("--as", help="confirmed, benign, inconclusive, closed; new opens it again.")],
    why: Annotated[str, typer.Option(help="The reason, for whoever reads it in a year.")],
) -> None:
    """Add a decision to a case; it is sealed in the ledger, and nothing is overwritten."""
    from custodes.cases.casework import decide

    with looking() as workspace:
        before = workspace.casebook.get(case)
        after = decide(before, verdict, workspace.by, why, workspace.clock())
        workspace.casebook.replace(before, after)
        workspace.seal_receipts([workspace.receipt("decision", case=case, verdict=verdict, entry=len(after.history))])
    print(f"{case} is {after.state}")
