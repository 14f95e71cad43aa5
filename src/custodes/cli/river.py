"""The river's commands: init, run, scan, ingest, detect, memo, demo."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from custodes.cli.app import CLEAN, FINDINGS, UNCOVERED, app
from custodes.cli.progress import shown
from custodes.cli.workspace import reading, writing

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON on stdout.")]


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Where to write custodes.toml.")] = Path(),
) -> None:
    """Write a commented custodes.toml to begin with."""
    from custodes.cli.template import write_template

    print(f"wrote {write_template(folder)}\nname your stores and logs in it, then: custodes run")


@app.command()
def run(json: Json = False) -> None:
    """Scan, ingest, seal, detect, judge and write the memo; a second run does only what is new."""
    from custodes.cli import show
    from custodes.cli.summary import run_text
    from custodes.pipeline.run import run as run_river

    with writing() as workspace, shown(quiet=json) as progress:
        outcome = run_river(workspace, progress)
    print(show.as_json(show.run_plain(outcome)) if json else run_text(outcome))
    sys.exit(outcome.exit_code)


@app.command()
def scan(
    json: Json = False,
    full: Annotated[bool, typer.Option("--full", help="Read every row, also where fewer would do.")] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Threads that read (default: scan.workers, else one for every core).")
    ] = None,
) -> None:
    """Find which customer data is where; unchanged stores are not read again, large ones only until it is sure."""
    from custodes.cli import show
    from custodes.cli.flows import flowing_text, scan_plain
    from custodes.pipeline.exemptions import excepted, in_force
    from custodes.pipeline.flowing import flow_findings
    from custodes.pipeline.misplaced import findings_of, misplaced
    from custodes.pipeline.open_engine import open_engine
    from custodes.pipeline.scan import drifted_findings
    from custodes.pipeline.scan import scan as run_scan

    with writing() as workspace, shown(quiet=json) as progress:
        outcome = run_scan(workspace, progress, full=full, workers=workers)
        with open_engine(workspace) as engine:
            places = misplaced(workspace, engine)
        found, drifted = findings_of(workspace, places), drifted_findings(workspace)
        flowing = flow_findings(workspace)
        allowed = excepted([*found, *drifted, *flowing], in_force(workspace))
        if outcome.changed:
            receipt = workspace.receipt("scan", fields=len(outcome.fields), uncovered=len(outcome.skipped))
            workspace.seal_receipts([receipt])
    told = [one for one in (*found, *drifted) if one.id not in allowed]
    kept = [show.excepted_lines(one, allowed[one.id]) for one in (*found, *drifted, *flowing) if one.id in allowed]
    # What drifted is told for a while, and is news once.
    odd = any(one.id not in allowed for one in (*found, *flowing, *(drifted if outcome.drifted else ())))
    flows = flowing_text(outcome, [one for one in flowing if one.id not in allowed])
    text = show.scan_text(outcome, told, [*flows, *(line for lines in kept for line in lines)])
    plain = {**scan_plain(outcome, places, found), "excepted": show.covered_plain(allowed)}
    print(show.as_json(plain) if json else text)
    sys.exit(FINDINGS if odd else UNCOVERED if outcome.skipped else CLEAN)


@app.command()
def ingest(
    json: Json = False,
    again: Annotated[bool, typer.Option("--again", help="Try the lines in quarantine once more.")] = False,
) -> None:
    """Read what is new in the logs and seal it; lines that cannot be read are counted, with their reasons."""
    from custodes.cli import show
    from custodes.pipeline.context import snapshot
    from custodes.pipeline.ingest import ingest as run_ingest

    with writing() as workspace, shown(quiet=json) as progress:
        _, missing = snapshot(workspace, progress)
        outcome = run_ingest(workspace, progress, again=again)
        if outcome.events or outcome.quarantined:
            receipt = workspace.receipt("ingest", events=outcome.events, quarantined=outcome.quarantined)
            workspace.seal_receipts([receipt])
    skipped = [*missing, *outcome.skipped]
    print(show.as_json(show.ingest_plain(outcome, skipped)) if json else show.ingest_text(outcome, skipped))
    sys.exit(UNCOVERED if skipped else CLEAN)


@app.command()
def watch(
    every: Annotated[float, typer.Option(help="Seconds between two looks.", min=0.1)] = 10.0,
    passes: Annotated[int, typer.Option(help="End after so many looks; 0 goes on.", min=0)] = 0,
    judge: Annotated[float, typer.Option(help="Seconds between two times that detections are asked.", min=0)] = 30.0,
    only_seal: Annotated[bool, typer.Option("--only-seal", help="Ask no detections and tell nobody.")] = False,
) -> None:
    """Follow the logs: seal what is new every few seconds, ask the detections about it and tell who is to be told.

    It goes on until it is told to stop (Ctrl-C, SIGTERM).
    """
    from custodes.cli.watch import follow

    sys.exit(follow(every, passes, judge=None if only_seal else judge))


@app.command()
def detect(json: Json = False) -> None:
    """Ask every detection over the sealed events and fuse what they find into incidents."""
    from custodes.cli import show
    from custodes.pipeline.detect import detect as run_detect

    with writing() as workspace, shown(quiet=json) as progress:
        outcome = run_detect(workspace, progress)
        if outcome.ran:
            receipt = workspace.receipt("detect", findings=len(outcome.findings), incidents=len(outcome.incidents))
            workspace.seal_receipts([receipt])
    print(show.as_json(show.detect_plain(outcome)) if json else show.detect_text(outcome))
    sys.exit(FINDINGS if outcome.open else UNCOVERED if outcome.skipped else CLEAN)


@app.command()
def memo(
    json: Json = False,
    out: Annotated[Path | None, typer.Option(help="Write the PDF here (default: in the workspace).")] = None,
) -> None:
    """Write the memo from what is known now."""
    from custodes.cli import show
    from custodes.pipeline.overview import overview
    from custodes.pipeline.tell import tell
    from custodes.pipeline.verify import verify

    with writing() as workspace, shown(quiet=json) as progress:
        known = overview(workspace, verify(workspace.data, progress))
        risks, file, written = tell(workspace, known, progress, out=out)
        if written:
            workspace.seal_receipts([workspace.receipt("memo", risks=len(risks), incidents=len(known.incidents))])
    print(show.as_json({"memo": str(file), "written": written}) if json else file)


@app.command()
def risk(json: Json = False) -> None:
    """The risk register: impact, likelihood and control, with the reasons for each figure."""
    from custodes.cli import show
    from custodes.pipeline.overview import overview
    from custodes.pipeline.verify import verify
    from custodes.risk.register import assess

    with reading() as workspace, shown(quiet=json) as progress:
        risks = assess(overview(workspace, verify(workspace.data, progress)))
    print(show.as_json({"risks": show.risks_plain(risks)}) if json else show.risks_text(risks))


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Carried on if an earlier demo is in it.")] = Path("demo"),
) -> None:
    """Make the sample marketplace and run the whole river on it."""
    from custodes.cli.demo import run_demo

    sys.exit(run_demo(folder))
