"""The demonstration: a made-up marketplace, the whole river on it, and where to look next."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from custodes.cli.app import FAILED, Choice
from custodes.cli.progress import shown
from custodes.cli.workspace import writing
from custodes.company import make
from custodes.config import FILE_NAME
from custodes.errors import BadInput

# Only a folder with this file in it is ever written to again.
_MARK: Final = ".custodes-demo"


def run_demo(folder: Path) -> int:
    """Make the marketplace in `folder`, run the river, print the summary; 0 when the story ran as told."""
    from custodes.cli.summary import run_text
    from custodes.pipeline.run import run

    begun = time.monotonic()
    # An earlier demonstration is carried on: decisions made in it stay, and the marketplace is the same again.
    if folder.exists() and any(folder.iterdir()) and not (folder / _MARK).exists():
        raise BadInput("the folder is not empty", where=str(folder), hint="name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).touch()
    truth = make(folder)
    Choice.config = folder / FILE_NAME
    with writing() as workspace, shown(quiet=False) as progress:
        outcome = run(workspace, progress)
    print(run_text(outcome))
    named = {actor for incident in outcome.overview.incidents for actor in incident.actors}
    missed = [one.campaign for one in truth.campaigns if not set(one.actors) <= named]
    print(f"planted   {len(truth.campaigns)} campaigns of insiders; found {len(truth.campaigns) - len(missed)}")
    print(f"took      {time.monotonic() - begun:.0f} s")
    print(f"look      make serve, or: custodes --config {folder / FILE_NAME} serve")
    for campaign in missed:
        print(f"missed    {campaign}")
    return FAILED if missed or not outcome.overview.ledger.verified else 0
