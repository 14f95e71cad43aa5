"""The command on one field's verdict: explain."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from custodes.cli.app import CLEAN, UNCOVERED, app
from custodes.cli.progress import shown
from custodes.cli.river import Json
from custodes.cli.workspace import reading

if TYPE_CHECKING:
    from custodes.datamap.candidates import Candidate
    from custodes.pipeline.explain import Explained


@app.command()
def explain(
    field: Annotated[str, typer.Argument(help="The field: store.dataset.field, or the end of it.")],
    json: Json = False,
) -> None:
    """Why a field is said to hold this, or nothing: what was considered, and what speaks for and against each."""
    from custodes.cli import show
    from custodes.pipeline.explain import explain as run_explain

    with reading() as workspace, shown(quiet=json) as progress:
        found = run_explain(workspace, field, progress)
    print(show.as_json(explained_plain(found)) if json else explained_text(found))
    sys.exit(CLEAN if found.whole else UNCOVERED)


def explained_plain(found: Explained) -> dict[str, object]:
    """For programs: the candidates as `scan --json` has verdicts, those that are not told as well."""
    from dataclasses import asdict, replace

    from custodes.cli.flows import flow_plain
    from custodes.cli.show import field_plain

    return {
        **asdict(replace(found, comes_from=(), flows_to=())),
        "personal": found.personal,
        "comes_from": [flow_plain(edge) for edge in found.comes_from],
        "flows_to": [flow_plain(edge) for edge in found.flows_to],
        "inferred": [{**field_plain(one), "inferred": True} for one in found.inferred],
    }


def explained_text(found: Explained) -> str:
    """For people: one block per candidate."""
    from custodes.cli.show import safe

    name = f"{found.store}.{found.dataset}.{found.field}"
    if found.unread:
        return "\n".join(map(safe, [*_unread(found, name), *_flows(found)]))
    by_itself = {one.category for one in found.candidates if one.told}
    holds = [one if one in by_itself else f"{one} (ruled, not found in its cells)" for one in found.holds]
    counted = f"{found.filled:,} filled cells in {found.rows:,} rows"
    lines = [f"{name}: {', '.join(holds) or 'nothing personal'} ({counted})"]
    for one in found.candidates:
        lines += ["", _title(one), *(f"    {reason}" for reason in one.reasons)]
    if not found.candidates:
        lines.append(
            "every cell is empty" if not found.filled else "nothing in its name or cells speaks for any category"
        )
    lines += ["", f"not all of it was read: {found.gap}"] if found.gap else []
    lines += ["", *(f"ruled: {ruling}" for ruling in found.rulings)] if found.rulings else []
    return "\n".join(map(safe, [*lines, *_flows(found)]))


def _unread(found: Explained, name: str) -> list[str]:
    """What is known of a field that nobody could read: never as if it had been seen."""
    told = [f"inferred: {one.category} ({one.confidence:.0%}) {'; '.join(one.reasons)}" for one in found.inferred]
    return [f"{name}: not read ({found.unread})", *told]


def _flows(found: Explained) -> list[str]:
    """One line for each edge."""
    lines = [""] if found.comes_from or found.flows_to else []
    for lead, edges, source in (("comes from", found.comes_from, True), ("flows to", found.flows_to, False)):
        for edge in edges:
            other = edge.source if source else edge.target
            passed = f" through {', '.join(edge.through)}" if edge.through else ""
            how = "" if edge.kind == "direct" else " (only decides rows)"
            outside = " (outside)" if edge.leaves and not source else ""
            lines.append(f"{lead} {other}{outside}{passed} by {edge.said_by}{how}")
    return lines


def _title(one: Candidate) -> str:
    what = one.category if one.whole else f"{one.category} inside text"
    sure = f"{one.confidence:.0%}".replace("%", " %") if one.confidence else "ruled out"
    return f"{what}: {sure if one.told else sure if not one.confidence else f'not told, {sure}'}"
