"""Does the evidence still match its proofs?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from custodes import kept
from custodes.errors import CouldNotRun, LedgerBroken
from custodes.ledger import fsck
from custodes.ledger.check_proof import Policy, ProofRefused, VerifierKey, read_key
from custodes.ledger.layout import MOST_NOTE
from custodes.pipeline import counts, tally
from custodes.pipeline.dated import misdated
from custodes.pipeline.evidence import CONTEXT, EVENTS, INDEX, RECEIPTS, decoder
from custodes.pipeline.ids import differing
from custodes.pipeline.progress import Progress
from custodes.pipeline.prune import pruned
from custodes.pipeline.verify_index import index_problems
from custodes.pipeline.workspace import MARKER, VERIFIER
from custodes.records import LedgerStatus
from custodes.state.database import Database
from custodes.state.seals import StateSeals


def verify(
    data: Path, progress: Progress, *, key_file: Path | None = None, policy: Policy | None = None
) -> LedgerStatus:
    """Check every sealed file, leaf, tile and the signed checkpoint of a workspace's folder; report every problem.

    key_file: the log's public key as it was published; the workspace's own copy unless given. policy: the
    witnesses whose quorum must have cosigned. The caller keeps writers out.
    Raises CouldNotRun when there is nothing to verify.
    """
    progress.step("verify")
    if not (data / MARKER).exists():
        raise CouldNotRun("there is no workspace", where=str(data), hint='run "custodes run" first')
    if key_file is None:
        own = data / VERIFIER
        key = _key(own, lambda: kept.read(own, MOST_NOTE).decode("ascii"))
    else:  # what somebody names may be a pipe that a command writes into
        key = _key(key_file, lambda: key_file.read_text(encoding="ascii"))
    try:
        kept.plain(data / "state.db")
    except OSError as error:
        odd = "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
        return LedgerStatus(key.name, 0, "", None, verified=False, problems=(f"state.db: {odd}",))
    database = Database.open(data / "state.db")
    try:
        seals = StateSeals(database)
        sealed = seals.list()
        gone = pruned(data, sealed)
        report = fsck.verify(
            data,
            seals,
            key,
            decoder(data),
            lambda done, total: progress.advance("leaves", done, total),
            folders=(EVENTS, CONTEXT, RECEIPTS, INDEX),
            policy=policy,
            pruned=gone,
        )
        # Not of files that are named already: what is wrong with them is said once.
        told = {problem.file for problem in report.problems} | {path for path in gone if not (data / path).exists()}
        indexes = index_problems(
            data, sealed, report.size, told, lambda done, total: progress.advance("indexes", done, total)
        )
        problems = [f"{problem.file}: {problem.what}" for problem in report.problems]
        problems += [f"{path}: {what}" for path, what in indexes]
        problems += [
            f"{path}: does not say where the events of its segment are: remove it, the next run makes it"
            for path in differing(data, sealed)
        ]
        problems += [f"{file}: {what}" for file, what in misdated(data, sealed)]
        problems += [
            f"{path}: does not say what its segment holds: remove it, the next question counts again"
            for path in counts.differing(data, sealed)
        ]
        there = [data / seal.path for seal in sealed if seal.path.startswith(f"{EVENTS}/")]
        if tally.differs(data, [file for file in there if file.exists()]):
            problems.append(f"{tally.TALLY}: does not count what the segments hold: remove it, the next run makes it")
        head = seals.head()
    finally:
        database.close()
    return LedgerStatus(
        origin=key.name,
        size=report.size,
        root=report.root.hex() if report.root else "",
        checkpoint_time=head.sealed_at if head else None,
        verified=not problems,
        problems=tuple(problems),
    )


def _key(file: Path, text: Callable[[], str]) -> VerifierKey:
    try:
        return read_key(text().strip())
    except (OSError, UnicodeDecodeError, ProofRefused) as error:
        raise LedgerBroken(
            "the log's public key cannot be read",
            where=str(file),
            hint="give the key that was published with --key",
        ) from error
