"""Where is everything a workspace keeps? The composition root: every dependency is made here and handed on."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import stat
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from custodes import kept
from custodes.config import Config
from custodes.errors import CouldNotRun, LedgerBroken
from custodes.ledger.check_proof import ProofRefused, read_key
from custodes.ledger.checkpoint import open_checkpoint
from custodes.ledger.layout import Layout
from custodes.ledger.log import Ledger
from custodes.ledger.note import load_key
from custodes.ledger.segments import Seal
from custodes.pipeline.evidence import CONTEXT, EVENTS, INDEX, RECEIPTS, receipts_file
from custodes.records import Receipt, Tokeniser
from custodes.state.casebook import Casebook
from custodes.state.coverage import Coverage
from custodes.state.database import Database
from custodes.state.datamap import DataMap
from custodes.state.drifts import Drifts
from custodes.state.exemptions import Exemptions
from custodes.state.flows import Flows
from custodes.state.history import History
from custodes.state.intake import Intake
from custodes.state.judgements import Judgements
from custodes.state.outbox import Outbox
from custodes.state.rulings import Rulings
from custodes.state.seals import StateSeals

if TYPE_CHECKING:
    from custodes.pipeline.dated import Snapshot

TOKEN_KEY: Final = "keys/token.key"  # noqa: S105 - a file name
LOG_KEY: Final = "keys/ledger.key"
VERIFIER: Final = "keys/ledger.vkey"
MARKER: Final = "workspace"
_OTHERS: Final = 0o077
_MOST_BYTES: Final = 65_536  # of the short files: keys are some thousand long


class Workspace:
    """One open workspace. Use `open_workspace` or `create_or_open`; `close` it when done.

    clock gives the time now, in UTC; by names who acts, for receipts.
    """

    def __init__(
        self,
        config: Config,
        *,
        database: Database,
        ledger: Ledger,
        seals: StateSeals,
        token_key: bytes,
        clock: Callable[[], datetime],
        by: str,
    ) -> None:
        self.config = config
        self.data = config.data
        self.database = database
        self.ledger = ledger
        self.seals = seals
        self.tokeniser = Tokeniser(token_key)
        self.token_key = token_key
        self.clock = clock
        self.by = by
        self.datamap = DataMap(database)
        self.flows = Flows(database)
        self.history = History(database)
        self.coverage = Coverage(database)
        self.drifts = Drifts(database)
        self.intake = Intake(database)
        self.judgements = Judgements(database)
        self.casebook = Casebook(database)
        self.rulings = Rulings(database)
        self.exemptions = Exemptions(database)
        self.outbox = Outbox(database)
        # Snapshots of context with their dates, for a size of the ledger: to find them is to read every receipt.
        self.dates: tuple[int, list[Snapshot]] | None = None
        # And what receipts of a kind say, for the same reason.
        self.receipts: dict[str, tuple[int, list[dict[str, Any]]]] = {}
        # Seals whose leaves were compared with the tree while this is open: it only grows, so none is compared twice.
        self.proven: set[Seal] = set()

    def segments(self) -> list[Path]:
        """The sealed event files that are kept, oldest leaf first."""
        sealed = self.seals.list()
        paths = [seal.path for seal in sealed if seal.path.startswith(f"{EVENTS}/")]
        if not all((self.data / path).exists() for path in paths):
            from custodes.pipeline.prune import pruned  # noqa: PLC0415 - it works on a workspace

            # Any other file that is missing stays in the list, so that whoever reads it says so.
            gone = pruned(self.data, sealed)
            paths = [path for path in paths if path not in gone or (self.data / path).exists()]
        return [self.data / path for path in paths]

    def receipt(self, kind: str, **detail: str | float | bool | None) -> Receipt:
        """A receipt of what is being done now."""
        return Receipt(kind, self.clock(), self.by, dict(detail))  # type: ignore[arg-type]  # callers pass literals

    def seal_receipts(self, receipts: Sequence[Receipt]) -> None:
        """Make these receipts leaves of the ledger; they are durable when this returns."""
        data, leaves = receipts_file(receipts)
        with self.ledger.begin() as batch:
            batch.add(RECEIPTS, ".jsonl", data, leaves)
            batch.commit(self.clock())

    def close(self) -> None:
        """Let go of the state."""
        self.database.close()


def utc_now() -> datetime:
    """The clock everything gets unless a test hands in another."""
    return datetime.now(UTC)


def open_workspace(config: Config, *, clock: Callable[[], datetime] = utc_now, by: str) -> Workspace:
    """Open what an earlier run made. Raises CouldNotRun when there is nothing, LedgerBroken when it does not fit."""
    if not (config.data / MARKER).exists():
        raise CouldNotRun("nothing has been run here yet", where=str(config.data), hint='run "custodes run" first')
    return _open(config, clock, by)


def prepare(config: Config) -> None:
    """Make the workspace's folder, so that its lock can be taken. Raises CouldNotRun."""
    try:
        kept.make_folder(config.data)
    except OSError as error:
        raise CouldNotRun(
            f"cannot make the workspace ({error.strerror})",
            where=str(config.data),
            hint="check the folder's rights and the disk's room",
        ) from error


def open_to_others(data: Path) -> str | None:
    """The rights of a workspace's folder, as `ls` has them, where others may enter it; else None."""
    try:
        mode = data.stat().st_mode
    except OSError:
        return None  # whoever opens it says what is wrong
    return stat.filemode(mode) if mode & _OTHERS else None


def create_or_open(config: Config, *, clock: Callable[[], datetime] = utc_now, by: str) -> Workspace:
    """Open the workspace, or make it where there is none. The caller holds its lock.

    Nothing sealed and no marker means that an earlier run was stopped while it made the workspace: it is made anew. A
    part missing beside sealed files is refused: a ledger is never made by accident over the remains of another.
    """
    data = config.data
    if not (data / MARKER).exists() and not any((data / name).exists() for name in (EVENTS, RECEIPTS, CONTEXT)):
        for left in ("keys", "ledger"):
            shutil.rmtree(data / left, ignore_errors=True)
        for file in data.glob("state.db*"):
            file.unlink()
        _create(config)
    return _open(config, clock, by)


def _create(config: Config) -> None:
    data = config.data
    (data / "keys").mkdir(mode=0o700)
    _write_new(data / TOKEN_KEY, secrets.token_bytes(32))
    database = Database.open(data / "state.db")
    try:
        ledger = Ledger.create(data, _origin(config.name), data / LOG_KEY, StateSeals(database))
    finally:
        database.close()
    _write_new(data / VERIFIER, f"{ledger.verifier.text}\n".encode())
    # From here on the workspace counts: a part that is missing later is a loss, not a first run cut short.
    told = token_line((data / TOKEN_KEY).read_bytes())
    _write_new(data / MARKER, f"custodes workspace 1\n{told}\n".encode())


def token_line(key: bytes) -> str:
    """What the marker says of the token key: a hash of 32 random bytes, which tells nothing of them."""
    return f"token key {hashlib.blake2b(key, digest_size=16, person=b'custodes-marker').hexdigest()}"


def _open(config: Config, clock: Callable[[], datetime], by: str) -> Workspace:
    data = config.data
    for needed in (MARKER, TOKEN_KEY, LOG_KEY, VERIFIER, "state.db"):
        if not kept.is_plain(data / needed):
            raise CouldNotRun(
                "a part of the workspace is missing, or is no plain file",
                where=str(data / needed),
                hint="restore it from a backup; to begin anew, move the whole folder away",
            )
    token_key = kept.read(data / TOKEN_KEY, _MOST_BYTES)
    _, *told = kept.read(data / MARKER, _MOST_BYTES).decode(errors="replace").split("\n")
    if any(told) and told != [token_line(token_key), ""]:  # markers of earlier releases say nothing of it
        raise CouldNotRun(
            "this is not the token key that the workspace was begun with",
            where=str(data / TOKEN_KEY),
            hint="restore it from a backup: with another key the same person gets another token, and is not found",
        )
    _must_hold_its_own(data)
    _must_fit(data)
    database = Database.open(data / "state.db")
    seals = StateSeals(database)
    try:
        ledger = Ledger.open(data, data / LOG_KEY, seals)
    except BaseException:
        database.close()
        raise
    return Workspace(config, database=database, ledger=ledger, seals=seals, token_key=token_key, clock=clock, by=by)


def _must_hold_its_own(data: Path) -> None:
    """What a link leads to can be exchanged without a trace here, and what is written through it lies elsewhere."""
    for top in (EVENTS, CONTEXT, INDEX, "ids", "ledger", "keys", "memo", "scratch"):
        folder = data / top
        try:
            within = [] if top in {"ids", "memo"} else [Path(one) for one in os.scandir(folder) if one.is_symlink()]
            links = [folder] if folder.is_symlink() else within
            if not links and folder.stat().st_mode & _OTHERS:
                folder.chmod(0o700)  # earlier releases made some as the umask said
        except FileNotFoundError:
            continue
        except OSError as error:
            raise CouldNotRun(
                f"a folder of the workspace cannot be read ({error.strerror})",
                where=str(folder),
                hint="check its rights",
            ) from error
        for link in links:
            raise LedgerBroken(
                "this is a symbolic link, and no part of the workspace",
                where=str(link),
                hint="put what it leads to in its place; for more room, move the workspace or mount a disk there",
            )


def _must_fit(data: Path) -> None:
    """Signing key and public key must be one pair; the signed checkpoint tells which of the two is not ours."""
    public = kept.read(data / VERIFIER, _MOST_BYTES).decode(errors="replace").strip()
    if load_key(data / LOG_KEY).verifier.text == public:
        return
    try:
        open_checkpoint(Layout(data).note(Layout(data).checkpoint), read_key(public))
        odd = LOG_KEY
    except (OSError, ProofRefused):
        odd = VERIFIER
    raise LedgerBroken(
        "this key is not the one that the ledger was begun with",
        where=str(data / odd),
        hint="restore it from a backup",
    )


def _origin(name: str) -> str:
    """The log's name: a key name in a signed note holds neither blanks nor plus signs (C2SP signed-note)."""
    return "custodes/" + (re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-") or "company")


def _write_new(file: Path, secret: bytes) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, secret)
        os.fsync(handle)
    finally:
        os.close(handle)
