"""The evidence's commands: ledger verify, ledger prove, ledger check-proof."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from custodes.cli.app import CLEAN, FINDINGS, UNCOVERED, app
from custodes.cli.progress import shown
from custodes.cli.river import Json
from custodes.cli.workspace import configuration, looking, reading, warn_of_others

if TYPE_CHECKING:
    from http.server import HTTPServer

ledger = typer.Typer(no_args_is_help=True, help="Check and prove what is sealed.")
app.add_typer(ledger, name="ledger")

Policy = Annotated[
    Path | None,
    typer.Option(help="The witnesses (C2SP tlog-policy; default: witness.policy beside the configuration)."),
]
Port = Annotated[int, typer.Option(min=0, max=65_535, help="Port to listen on; 0 takes a free one.")]
Host = Annotated[str, typer.Option(help="Address to listen on.")]


@ledger.command()
def verify(
    json: Json = False,
    key: Annotated[Path | None, typer.Option(help="The public key as published (default: the workspace's).")] = None,
    policy: Policy = None,
) -> None:
    """Recompute every hash of every sealed file, tile and checkpoint; name what does not match."""
    from custodes.cli import show
    from custodes.pipeline.lock import only_writer
    from custodes.pipeline.verify import verify as run_verify
    from custodes.pipeline.witnesses import policy_of

    config = configuration()
    warn_of_others(config)
    with only_writer(config.data), shown(quiet=json) as progress:
        status = run_verify(config.data, progress, key_file=key, policy=policy_of(config, policy))
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
    key: Annotated[Path, typer.Argument(help="The log's verifier keys, or a policy (C2SP tlog-policy).")],
) -> None:
    """Check a proof with nothing but the log's public keys, or a policy that names its witnesses."""
    from custodes.cli import show
    from custodes.errors import BadInput
    from custodes.ledger.check_proof import ProofRefused, read_trusted
    from custodes.ledger.check_proof import check_proof as check
    from custodes.records.canonical import read_event

    try:
        index, size = check(proof.read_bytes(), leaf.read_bytes(), read_trusted(key.read_text()))
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


@ledger.command()
def cosign(policy: Policy = None, json: Json = False) -> None:
    """Ask the witnesses to cosign the newest checkpoint; it counts when a quorum did."""
    from custodes.cli import show
    from custodes.pipeline.witnesses import cosign as ask

    config = configuration()
    told = ask(config, policy)
    plain = {"size": told.size, "cosigned": list(told.by), "refused": dict(told.refused), "counts": told.counts}
    lines = [f"{name}: cosigned" for name in told.by] + [f"{name}: {why}" for name, why in told.refused]
    verdict = "counts" if told.counts else "does not count: too few witnesses cosigned it"
    print(show.as_json(plain) if json else "\n".join([*lines, f"the checkpoint of {told.size:,} leaves {verdict}"]))
    sys.exit(CLEAN if told.counts else UNCOVERED)


@ledger.command()
def prune(
    before: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The first UTC day that is kept.")],
    yes: Annotated[bool, typer.Option("--yes", help="Remove the files; without it they are only counted.")] = False,
    json: Json = False,
) -> None:
    """Remove events of old days after a receipt is sealed; proofs, tree and checkpoints stay as they are."""
    from custodes.cli import show
    from custodes.pipeline.prune import prune as remove

    with looking() as workspace:
        told = remove(workspace, before.date(), sure=yes)
    verb = "removed" if told.done else "would be removed (add --yes)"
    text = f"{len(told.files):,} files with {told.leaves:,} leaves {verb}"
    print(show.as_json({"files": told.files, "leaves": told.leaves, "removed": told.done}) if json else text)


@ledger.command()
def adopt() -> None:
    """Let a copy, or a restored backup, sign: only when the original is gone for good. The act is sealed."""
    from custodes.pipeline.lock import only_writer
    from custodes.pipeline.witnesses import adopt as take_home

    with only_writer(configuration().data), reading() as workspace:
        take_home(workspace)
    print("this workspace signs from now on")


@ledger.command("serve")
def serve_log(port: Port = 8401, host: Host = "127.0.0.1") -> None:
    """Give out checkpoint and tiles (C2SP tlog-tiles), read-only; no entry is given out."""
    from custodes.ledger.layout import Layout
    from custodes.ledger.public import log_server

    listen(lambda: log_server(Layout(configuration().data), host, port))


@ledger.command()
def witness(
    folder: Annotated[Path, typer.Argument(help="Where the witness keeps its key and what it has seen.")],
    log: Annotated[list[Path], typer.Option(help="A log's verifier keys, as it published them; may be repeated.")],
    name: Annotated[str, typer.Option(help="Its name, for a new folder: witness.example/ours.")] = "",
    port: Port = 8402,
    host: Host = "127.0.0.1",
) -> None:
    """Be a witness (C2SP tlog-witness) for others' logs: cosign only what extends what was seen before."""
    from custodes.pipeline.witnesses import open_witness

    listen(lambda: open_witness(folder, log, name, host, port, say=lambda line: print(line, flush=True)))


def listen(bind: Callable[[], HTTPServer]) -> None:
    """Serve until interrupted. Raises CouldNotRun when the port cannot be had."""
    from custodes.errors import CouldNotRun

    try:
        server = bind()
    except OSError as error:
        raise CouldNotRun(f"cannot listen ({error.strerror})", hint="name another --port or --host") from error
    print("listening on http://{}:{}/".format(*server.server_address[:2]), flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:  # how it is meant to end
        sys.exit(CLEAN)
    finally:
        server.server_close()
