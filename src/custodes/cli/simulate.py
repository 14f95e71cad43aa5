"""The command that simulates a whole company with known insiders, its logs and its stores."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from custodes.cli.app import app
from custodes.cli.progress import shown
from custodes.cli.river import Json

if TYPE_CHECKING:
    from custodes.company import Scheme, Simulation, Written

_ALL: Final = "all"
_NONE: Final = "none"


@app.command()
def simulate(
    folder: Annotated[Path, typer.Argument(help="An empty folder.")],
    *,
    seed: Annotated[int, typer.Option(help="The same seed makes the same company.", min=0)] = 1,
    staff: Annotated[int, typer.Option(help="People who work there, 80 or more.")] = 200,
    events: Annotated[int | None, typer.Option(help="About so many touches (default: by its shape).", min=1)] = None,
    days: Annotated[int | None, typer.Option(help="Days of logs, 40 or more (default: 75).")] = None,
    shape: Annotated[str, typer.Option(help="Kind of company; a wrong one lists them.")] = "support_centre",
    end: Annotated[str, typer.Option(help="The day after the last log line.")] = "2026-11-01",
    campaign: Annotated[
        list[str] | None,
        typer.Option(
            help="NAME, NAME:hard, NAME:hard:actors=6:cover=0.5:intensity=2, all, all:hard or none; repeat it."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Write a made-up marketplace with known insiders: five logs in real formats, stores, context and the truth."""
    from custodes.cli import show
    from custodes.company import SHAPES, Plan, Simulation, sized, write
    from custodes.detections.catalogue import load_detections
    from custodes.errors import BadInput

    if shape not in SHAPES:
        raise BadInput("there is no such shape of a company", where=shape, hint=f"use one of: {', '.join(SHAPES)}")
    size = sized(SHAPES[shape], staff, events=events, days=days)
    published = {detection.id: dict(detection.parameters) for detection in load_detections()}
    with shown(quiet=json) as progress:
        progress.step("world")
        simulation = Simulation(Plan(seed, _midnight(end), size, SHAPES[shape]), _schemes(campaign), published)
        progress.step("days")
        done = write(folder, simulation, progress.advance)
    print(show.as_json(_plain(folder, simulation, done)) if json else _text(folder, simulation, done))


def _schemes(asked: list[str] | None) -> list[Scheme]:
    from custodes.company import CAMPAIGN_NAMES, Scheme

    schemes: list[Scheme] = []
    for text in asked or [_ALL]:
        name, colon, rest = text.partition(":")
        if name == _NONE:
            continue
        schemes += [Scheme.parse(one + colon + rest) for one in (CAMPAIGN_NAMES if name == _ALL else [name])]
    return schemes


def _midnight(text: str) -> datetime:
    from custodes.errors import BadInput

    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise BadInput("the end is no day", where=f"--end {text}", hint="write it like 2026-11-01") from error


def _plain(folder: Path, simulation: Simulation, done: Written) -> dict[str, object]:
    plan = simulation.plan
    return {
        "folder": str(folder),
        "seed": plan.seed,
        "shape": plan.shape.name,
        "staff": plan.size.staff,
        "days": plan.size.days,
        "events": done.total,
        "logs": done.events,
        "seconds": round(done.seconds, 3),
        "events_per_second": round(done.total / max(done.seconds, 0.001)),
        "campaigns": [
            {"id": one.id, "campaign": one.campaign, "stealth": one.stealth, "actors": list(one.actors),
             "touches": one.touches}
            for one in simulation.planted()
        ],
    }  # fmt: skip


def _text(folder: Path, simulation: Simulation, done: Written) -> str:
    plan = simulation.plan
    logs = ", ".join(f"{name} {count:,}" for name, count in done.events.items())
    planted = [
        f"  {one.campaign:<20} {one.stealth:<10} {len(one.actors):>3} actors {one.touches:>7,} touches"
        for one in simulation.planted()
    ]
    return "\n".join([
        f"wrote     {plan.size.staff:,} staff of shape {plan.shape.name}, {plan.size.days} days, seed {plan.seed}",
        f"events    {done.total:,} ({logs})",
        f"took      {done.seconds:.0f} s, {done.total / max(done.seconds, 0.001):,.0f} events/s",
        f"planted   {len(planted)} campaigns",
        *planted,
        f"truth     {folder / 'truth.json'}",
        f"look      custodes --config {folder / 'custodes.toml'} run",
    ])  # fmt: skip
