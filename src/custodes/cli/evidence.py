"""The evidence's commands: who, ledger verify, ledger prove, ledger check-proof."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from custodes.cli.app import CLEAN, FINDINGS, UNCOVERED, app
from custodes.cli.progress import shown
from custodes.cli.river import Json
from custodes.cli.workspace import configuration, looking, reading

ledger = typer.Typer(no_args_is_help=True, help="Check and prove what is sealed.")
app.add_typer(ledger, name="ledger")


@app.command()
def who(
    subject: Annotated[str, typer.Argument(help="A customer, as the logs name them: customer:81723, or 81723.")],
    json: Json = False,
) -> None:
    """Who touched this customer's data, when and why, each with its ledger index; the asking is recorded too."""
    from custodes.cli import show
    from custodes.pipeline.who import who as ask_who

    with looking() as workspace:
        answer = ask_who(workspace, subject)
    print(show.as_json(show.who_plain(answer)) if json else show.who_text(answer))
    sys.exit(UNCOVERED if answer.uncovered else CLEAN)


@ledger.command()
def verify(
    json: Json = False,
    key: Annotated[Path | None, typer.Option(help="The public key as published (default: the workspace's).")] = None,
) -> None:
    """Recompute every hash of every sealed file, tile and checkpoint; name what does not match."""
    from custodes.cli import show
    from custodes.pipeline.lock import only_writer
    from custodes.pipeline.verify import verify as run_verify

    config = configuration()
    with only_writer(config.data), shown(quiet=json) as progress:
        status = run_verify(config.data, progress, key_file=key)
    print(show.as_json(show.ledger_plain(status)) if json else show.ledger_text(status))
    sys.exit(CLEAN if status.verified else FINDINGS)


@ledger.command()
def prove(
    event: Annotated[str, typer.Argument(help="An event id, or a ledger index.")],
    out: Annotated[Path | None, typer.Option(help="Folder for the proof files (default: the current one).")] = None,
    json: Json = False,
) -> None:
    """Write a proof per touch of an event that anybody can check without Custodes."""
    from custodes.cli import show
    from custodes.pipeline.prove import prove as write_proofs

    with reading() as workspace:
        proofs = write_proofs(workspace, event, out or Path())
    print(show.as_json({"proofs": show.proofs_plain(proofs)}) if json else show.proofs_text(proofs))


@ledger.command("check-proof")
def check_proof(
    proof: Annotated[Path, typer.Argument(help="The .tlog-proof file.")],
    leaf: Annotated[Path, typer.Argument(help="The .leaf file beside it.")],
    key: Annotated[Path, typer.Argument(help="The log's verifier key.")],
) -> None:
    """Check a proof with nothing but the log's public key."""
    from custodes.cli import show
    from custodes.errors import BadInput
    from custodes.ledger.check_proof import ProofRefused, read_key
    from custodes.ledger.check_proof import check_proof as check
    from custodes.records.canonical import read_event

    try:
        index, size = check(proof.read_bytes(), leaf.read_bytes(), read_key(key.read_text().strip()))
    except OSError as error:
        raise BadInput("cannot read a file", where=str(error.filename), hint="name proof, leaf and key") from error
    except ProofRefused as error:
        print(f"refused: {error}")
        sys.exit(FINDINGS)
    print(f"proven: leaf {index} of {size}")
    try:
        print(show.leaf_text(read_event(leaf.read_bytes())))
    except (ValueError, OverflowError):
        print("its bytes are no event of a form this release knows")
