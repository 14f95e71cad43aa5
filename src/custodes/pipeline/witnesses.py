"""Who outside vouches for the ledger, and for whose ledgers do we?"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from http.server import HTTPServer
from pathlib import Path
from typing import Final

from custodes import kept
from custodes.config import Config
from custodes.errors import BadInput, CouldNotRun
from custodes.ledger.check_proof import (
    COSIGNATURE,
    Policy,
    ProofRefused,
    VerifierKey,
    open_note,
    open_trusted,
    read_key,
    read_policy,
)
from custodes.ledger.cosign import Cosigned
from custodes.ledger.cosign import cosign as ask_witnesses
from custodes.ledger.durable import Disk
from custodes.ledger.home import forget
from custodes.ledger.layout import Layout
from custodes.ledger.note import generate_key, load_key, save_key
from custodes.ledger.public import witness_server
from custodes.ledger.witness import Memory, Witness
from custodes.pipeline.workspace import VERIFIER, Workspace

POLICY: Final = "witness.policy"
_KEY: Final = "witness.key"
_MEMORY: Final = "witness.db"


def policy_of(config: Config, file: Path | None) -> Policy | None:
    """The policy in the file, or beside the configuration; None when there is none. Raises BadInput."""
    named = file or config.file.parent / POLICY
    if file is None and not named.exists():
        return None
    try:
        return read_policy(named.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ProofRefused) as error:
        raise BadInput(
            f"the policy cannot be read ({error if isinstance(error, ProofRefused) else type(error).__name__})",
            where=str(named),
            hint="see docs/how-to/run-a-witness.md",
        ) from error


def cosign(config: Config, file: Path | None) -> Cosigned:
    """Ask the witnesses of the policy. Raises BadInput without one, LedgerBroken when one saw another history."""
    policy = policy_of(config, file)
    if policy is None or not policy.urls:
        raise BadInput(
            "no witness is named",
            where=str(file or config.file.parent / POLICY),
            hint="name witnesses and their URLs there: see docs/how-to/run-a-witness.md",
        )
    key = config.data / VERIFIER
    if not key.exists():
        raise CouldNotRun("nothing has been run here yet", where=str(config.data), hint='run "custodes run" first')
    return ask_witnesses(Layout(config.data), _key(key), policy)


@dataclass(frozen=True, slots=True)
class Witnessed:
    """The newest checkpoint that counts: its size and who cosigned it. named: the policy's witnesses."""

    named: tuple[str, ...]
    size: int | None = None
    by: tuple[str, ...] = ()


def witnessed(config: Config) -> Witnessed:
    """What the witnesses of the policy have cosigned; size None where nothing counts yet. Raises BadInput."""
    policy = policy_of(config, None)
    if policy is None:
        return Witnessed(())
    named = tuple(sorted(policy.witnesses))
    try:
        note = Layout(config.data).note(Layout(config.data).witnessed)
        key = _key(config.data / VERIFIER)
        opened = open_note(note, [key, *policy.witnesses.values()])
        size = open_trusted(note, replace(policy, logs={key.name: key}))[1]
    except (OSError, ProofRefused):
        return Witnessed(named)
    return Witnessed(named, size, tuple(name for name in named if policy.witnesses[name] in opened.keys))


def adopt(workspace: Workspace) -> None:
    """Make this folder the ledger's home, and seal that it was done."""
    forget(Disk(), Layout(workspace.data))
    workspace.seal_receipts([workspace.receipt("adopt", size=workspace.ledger.size)])


def open_witness(
    folder: Path, logs: Sequence[Path], name: str, host: str, port: int, *, say: Callable[[str], None]
) -> HTTPServer:
    """A witness's server, bound. Its key and memory are made where there are none and a name is given.

    Raises BadInput for a log's key that is none, CouldNotRun when a part of the folder is missing.
    """
    key_file, memory = folder / _KEY, folder / _MEMORY
    trusted: dict[str, VerifierKey] = {}
    for file in logs:
        key = _key(file)
        if key.name in trusted:
            raise BadInput(
                f'two logs are called "{key.name}"',
                where=str(file),
                hint="a witness tells logs by their names: run another one for it",
            )
        trusted[key.name] = key
    if not key_file.exists() and not memory.exists() and name:
        # The memory first: a key without memory could be made to cosign a fork, and is refused below.
        kept.make_folder(folder)
        Memory(memory).close()
        save_key(generate_key(name, COSIGNATURE), key_file, Disk())
    if not key_file.exists() or not memory.exists():
        raise CouldNotRun(
            "a part of the witness is missing",
            where=str(folder),
            hint="give --name for a new one in an empty folder; never put an older memory beside a key in use",
        )
    witness = Witness(load_key(key_file), trusted, Memory(memory), time.time)
    for key in witness.signer.verifier.all:
        say(f"witness {key.name} {key.text}")
    return witness_server(witness, host, port)


def _key(file: Path) -> VerifierKey:
    try:
        return read_key(file.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError, ProofRefused) as error:
        raise BadInput(
            "a log's public key cannot be read", where=str(file), hint="name the file that the log's owner published"
        ) from error
