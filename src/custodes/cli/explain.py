"""The command on one field's verdict: explain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from custodes.cli.app import app
from custodes.cli.progress import shown
from custodes.cli.river import Json
from custodes.cli.workspace import reading

if TYPE_CHECKING:
    from custodes.datamap.candidates import Candidate
    from custodes.pipeline.explain import Explained


@app.command()
def explain(
    field: Annotated[str, typer.Argument(help='The field, as "scan" names it: store.dataset.field.')],
    json: Json = False,
) -> None:
    """Why a field is said to hold this, or nothing: what was considered, and what speaks for and against each."""
    from custodes.cli import show
    from custodes.pipeline.explain import explain as run_explain

    with reading() as workspace, shown(quiet=json) as progress:
        found = run_explain(workspace, field, progress)
    print(show.as_json(explained_plain(found)) if json else explained_text(found))


def explained_plain(found: Explained) -> dict[str, object]:
    """For programs: the candidates as `scan --json` has verdicts, those that are not told as well."""
    from dataclasses import asdict

    return {**asdict(found), "personal": found.personal}


def explained_text(found: Explained) -> str:
    """For people: one block per candidate."""
    from custodes.cli.show import safe

    name = f"{found.store}.{found.dataset}.{found.field}"
    told = [one.category for one in found.candidates if one.told]
    lines = [f"{name}: {', '.join(told) or 'nothing personal'} ({found.filled:,} filled cells in {found.rows:,} rows)"]
    for one in found.candidates:
        lines += ["", _title(one), *(f"    {reason}" for reason in one.reasons)]
    if not found.candidates:
        lines.append(
            "every cell is empty" if not found.filled else "nothing in its name or cells speaks for any category"
        )
    lines += ["", f"not all of it was read: {found.gap}"] if found.gap else []
    lines += ["", *(f"ruled: {ruling}" for ruling in found.rulings)] if found.rulings else []
    return "\n".join(map(safe, lines))


def _title(one: Candidate) -> str:
    what = one.category if one.whole else f"{one.category} inside text"
    sure = f"{one.confidence:.0%}".replace("%", " %") if one.confidence else "ruled out"
    return f"{what}: {sure if one.told else sure if not one.confidence else f'not told, {sure}'}"
