"""Who is told of the incidents that are shown, and did it arrive? The command notify."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from custodes.cli.app import CLEAN, UNCOVERED, app
from custodes.cli.river import Json
from custodes.cli.workspace import looking


@app.command()
def notify(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be sent; nothing is, or is kept.")] = False,
    json: Json = False,
) -> None:
    """Tell the configured targets what is new among the incidents that are shown, and try again what is due."""
    from dataclasses import asdict

    from custodes.cli import show
    from custodes.errors import BadInput
    from custodes.pipeline.notify import notify as run_notify

    with looking() as workspace:
        if not workspace.config.notices:
            hint = 'add [[notices]] with name, kind and url_env: see "Be told of incidents" in the documentation'
            raise BadInput("nobody is to be told", where=f"{workspace.config.file}: notices", hint=hint)
        outcome = run_notify(workspace, dry=dry_run)
    failed = outcome.failed
    if json:
        plain = {
            "dry_run": dry_run,
            "targets": [asdict(one) for one in outcome.targets],
            "failed": 0 if dry_run else len(failed),
            "dropped": dict(outcome.dropped or {}),
            "texts": [{"target": name, "body": body} for name, body in outcome.texts],
        }
        print(show.as_json(plain))
    else:
        for name, body in outcome.texts:
            print(f"would send to {show.safe(name)}:")
            print("\n".join(f"    {show.safe(line)}" for line in body.splitlines()))
        for one in outcome.targets:
            said = f"{one.made} to be made" if dry_run else f"{one.sent} delivered"
            print(show.safe(f"{one.name} ({one.kind}): {said}, {one.waiting} waiting"))
        for name, count in (outcome.dropped or {}).items():
            print(show.safe(f"{name} is configured no more: {count} undelivered notices are dropped"))
    for one in () if dry_run else failed:
        again = f"; it is tried again after {show.minute(one.next_try)} UTC" if one.next_try else ""
        waiting = f"{one.waiting} ({one.refused} refused while others pass)" if one.refused else f"{one.waiting}"
        print(
            show.safe(f"custodes: not delivered: {waiting} to {one.name}: {one.failure or 'not tried'}{again}"),
            file=sys.stderr,
        )
    sys.exit(UNCOVERED if failed and not dry_run else CLEAN)
