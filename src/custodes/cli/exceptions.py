"""Commands on what is known and allowed: exceptions add, list, withdraw."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from custodes.cli.app import app
from custodes.cli.river import Json
from custodes.cli.workspace import looking, reading

if TYPE_CHECKING:
    from custodes.pipeline.exemptions import Listed

exceptions = typer.Typer(
    no_args_is_help=True, help="Findings that are known and allowed, for a reason and until a day."
)
app.add_typer(exceptions, name="exceptions")

Why = Annotated[str, typer.Option(help="The reason, for whoever reads it in a year. Name no person.")]
Names = Annotated[list[str] | None, typer.Option(help="May be repeated. Every one of a finding must be named.")]


@exceptions.command("add")
def add_exception(
    check: Annotated[str, typer.Argument(metavar="DETECTION", help='As "detections list" and findings name it.')],
    *,
    why: Why,
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day on which it ends, within a year.")],
    actor: Names = None,
    party: Names = None,
    client: Names = None,
    key: Names = None,
    dataset: Names = None,
    every_finding: Annotated[
        bool, typer.Option("--every-finding", help="Mean every finding of the detection, whoever it is about.")
    ] = False,
) -> None:
    """Allow findings of one detection that are about nobody and nothing but what is named; it is sealed."""
    from custodes.cli.show import safe
    from custodes.pipeline.exemptions import add, listed
    from custodes.records import Scope

    named = (tuple(names or ()) for names in (actor, party, client, key, dataset))
    with looking() as workspace:
        one = add(workspace, Scope(check, *named), why, until.replace(tzinfo=UTC), every=every_finding)
        covers = next(
            each.covers for each in listed(workspace, workspace.judgements.findings()) if each.exemption == one
        )
    print(safe(f"{one.id} holds until {one.until:%Y-%m-%d} and is sealed: {one.scope.told()}"))
    print(_covers(len(covers)) + '; "custodes detect" makes the incidents anew')


@exceptions.command("list")
def list_exceptions(json: Json = False) -> None:
    """Every exception ever made: its scope, reason, end, and how many findings it covers."""
    from custodes.cli import show
    from custodes.pipeline.exemptions import listed, unproven

    with reading() as workspace:
        told = listed(workspace, workspace.judgements.findings())
        missing = unproven(workspace)
    if json:
        plain = {"exceptions": [_plain(one) for one in told], "uncovered": show.uncovered_plain(missing)}
        print(show.as_json(plain))
        return
    for one in told:
        made = one.exemption
        print(show.safe(f"{made.id}  {one.state}  until {made.until:%Y-%m-%d}: {made.scope.told()}"))
        print(show.safe(f"    by {made.by}, {show.minute(made.time)}: {made.why}"))
        if one.withdrawn:
            print(
                show.safe(
                    f"    withdrawn by {one.withdrawn.by}, {show.minute(one.withdrawn.time)}: {one.withdrawn.why}"
                )
            )
        elif one.state == "in force":
            print(f"    {_covers(len(one.covers))}")
    if not told:
        print("no exception was ever made")
    for line in show.uncovered_lines(missing) if missing else ():
        print(show.safe(line))


@exceptions.command("withdraw")
def withdraw_exception(
    name: Annotated[str, typer.Argument(metavar="EXCEPTION", help='Its id, as "exceptions list" shows it.')], why: Why
) -> None:
    """End an exception before its time: what it covers comes back; it is sealed."""
    from custodes.pipeline.exemptions import withdraw

    with looking() as workspace:
        one = withdraw(workspace, name, why)
    print(f'{one.id} is withdrawn, which is sealed; "custodes detect" makes the incidents anew')


def _covers(count: int) -> str:
    if not count:
        return "it covers no finding of the last run: check the names, or withdraw it"
    return f"it covers {count:,} finding{'' if count == 1 else 's'} of the last run"


def _plain(one: Listed) -> dict[str, object]:
    from dataclasses import asdict

    made = one.exemption
    return {
        "id": made.id,
        "state": one.state,
        "scope": asdict(made.scope),
        "every_finding": not made.scope.limited,
        "by": made.by,
        "why": made.why,
        "time": made.time,
        "until": made.until,
        "withdrawn": {"by": one.withdrawn.by, "why": one.withdrawn.why, "time": one.withdrawn.time}
        if one.withdrawn
        else None,
        "covers": len(one.covers),
        "findings": list(one.covers),
    }
