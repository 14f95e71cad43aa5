"""What did the last writer leave? Every start and every batch begins here, whether or not anything went wrong.

What is true on disk, in the order in which a batch writes it, and what the next start makes of it:
    staged files in pending/            nothing happened yet: they are removed
    pending/intent                      the batch began to place files: those without a seal are removed
    segments, tiles beyond the head     as above; without an intent they mean that an older state was restored: refused
    seals and head                      the batch happened: the checkpoint is signed anew, after the tiles were checked
    checkpoint                          acknowledged; a leftover intent is removed
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from custodes import kept
from custodes.errors import LedgerBroken
from custodes.ledger.check_proof import ProofRefused
from custodes.ledger.checkpoint import Checkpoint, open_checkpoint
from custodes.ledger.durable import Disk, place
from custodes.ledger.home import must_be_home
from custodes.ledger.layout import Layout
from custodes.ledger.note import Signer
from custodes.ledger.segments import Seals, gaps, is_segment_path
from custodes.ledger.tiles import Tile, TileReader, count_at, new_tiles, parse
from custodes.ledger.tree import EMPTY_ROOT, TILE_WIDTH, Edge, range_root

_BACKUPS = "restore state and ledger folder from one moment; never delete the checkpoint: others have seen it"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the log stands. note: the checkpoint's bytes. sealed_at: time of the last seal."""

    checkpoint: Checkpoint
    note: bytes
    edge: Edge
    sealed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Intent:
    """What a batch is about to place. files: paths below the data folder. Tiles follow from the sizes."""

    first: int
    size: int
    files: tuple[str, ...]


def write_intent(disk: Disk, layout: Layout, intent: Intent) -> None:
    """Make the intent durable: from here on, a start knows which strays are ours."""
    text = json.dumps({"first": intent.first, "size": intent.size, "files": intent.files})
    place(disk, layout.pending, layout.ledger, layout.intent, text.encode())


def read_intent(layout: Layout) -> Intent | None:
    """The intent of a batch that did not end; None when there is none. Raises LedgerBroken on one we did not write."""
    try:
        document = json.loads(layout.note(layout.intent))
        files = tuple(str(path) for path in document["files"])
        intent = Intent(int(document["first"]), int(document["size"]), files)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _foreign_intent(layout) from error
    # The names decide what is removed: one that we cannot have written must not reach another file.
    if not all(map(is_segment_path, files)):
        raise _foreign_intent(layout)
    return intent


def _foreign_intent(layout: Layout) -> LedgerBroken:
    return LedgerBroken(
        "this intent was not written by the ledger",
        where=str(layout.intent),
        hint='find out who changed the folder, move the file away, then run "custodes ledger verify"',
    )


def clear_leftovers(disk: Disk, layout: Layout, seals: Seals, size: int) -> None:
    """Remove what an unfinished batch placed beyond the `size` sealed leaves, and all that is pending."""
    intent = read_intent(layout)
    if intent is not None:
        sealed = {seal.path for seal in seals.list()}
        for path in intent.files:
            if path not in sealed:
                disk.remove(layout.data / path)
        for tile in new_tiles(size, intent.size):
            disk.remove(layout.ledger / tile.path)
        # Names must be gone for good before the intent is: otherwise a power cut brings back strays nobody can explain.
        for folder in {(layout.data / path).parent for path in intent.files} | _tile_folders(layout, intent):
            if folder.is_dir():
                disk.sync_folder(folder)
    for file in sorted(layout.pending.iterdir(), key=lambda each: each == layout.intent):  # the intent last
        disk.remove(file)


def _tile_folders(layout: Layout, intent: Intent) -> set[Path]:
    return {(layout.ledger / tile.path).parent for tile in new_tiles(intent.first, intent.size)}


def drop_superseded(disk: Disk, layout: Layout, old: int, new: int) -> None:
    """Remove the partial forms of tiles that became full between two sizes, as tlog-tiles allows."""
    for tile in new_tiles(old, new):
        before = count_at(tile.level, old)
        if tile.width == TILE_WIDTH and tile.index == before // TILE_WIDTH and before % TILE_WIDTH:
            folder = layout.ledger / tile.partials
            if folder.is_dir():
                for file in folder.iterdir():
                    disk.remove(file)
                disk.remove_folder(folder)


def recover(disk: Disk, layout: Layout, signer: Signer, seals: Seals) -> Standing:
    """Compare seals, tiles and checkpoint, finish or undo the last batch, and say where the log stands.

    The caller holds the writer's lock. Raises LedgerBroken, and changes nothing, when the three do not tell one story:
    signing on would fork the log.
    """
    note, signed = read_signed(layout, signer)
    _must_be_own(layout.pending)
    head = seals.head()
    size, root = (head.size, head.root) if head else (0, EMPTY_ROOT)
    if size < signed.size:
        raise LedgerBroken(
            f"the seals end at leaf {size}, the signed checkpoint covers {signed.size}: an older state was restored",
            where=str(layout.checkpoint),
            hint=_BACKUPS,
        )
    witnessed = read_witnessed(layout, signer)
    if witnessed is not None and size < witnessed.size:
        raise LedgerBroken(
            f"the seals end at leaf {size}, witnesses cosigned {witnessed.size}: an older state was restored",
            where=str(layout.witnessed),
            hint=_BACKUPS,
        )
    for path, expected, found in gaps(seals.list()):
        raise LedgerBroken(
            f"seals do not follow one another: leaf {expected} expected, {found} found", where=path, hint=_BACKUPS
        )
    kept.make_folder(layout.pending)
    intent = read_intent(layout)
    if intent is None:
        _refuse_tiles_ahead(layout, size)
    reader = TileReader(layout.ledger, size)
    edge = reader.edge()
    if edge.root != root:
        raise LedgerBroken(
            f"the tiles of {size} leaves do not lead to the sealed root",
            where=str(layout.ledger / "tile"),
            hint='run "custodes ledger verify" to see which file was altered, and restore it from a backup',
        )
    if range_root(reader.node, 0, signed.size) != signed.root:
        raise LedgerBroken(
            f"the tiles do not extend the signed checkpoint of {signed.size} leaves (root differs)",
            where=str(layout.checkpoint),
            hint='stop all writers, run "custodes ledger verify", keep the folder as it is: someone rewrote history',
        )
    if witnessed is not None and range_root(reader.node, 0, witnessed.size) != witnessed.root:
        raise LedgerBroken(
            f"the tiles do not extend the checkpoint of {witnessed.size} leaves that witnesses cosigned",
            where=str(layout.witnessed),
            hint='stop all writers, run "custodes ledger verify", keep the folder as it is: someone rewrote history',
        )
    clear_leftovers(disk, layout, seals, size)
    if size > signed.size:
        must_be_home(disk, layout)
        # The last writer died, or failed, between its seals and its checkpoint. The seals are what counts.
        signed = Checkpoint(signed.origin, size, root)
        note = signed.signed(signer)
        replace_checkpoint(disk, layout, note)
    return Standing(signed, note, edge, head.sealed_at if head else None)


def _must_be_own(folder: Path) -> None:
    """What is pending is removed: through a link, it would be somebody else's files."""
    if folder.is_symlink():
        raise LedgerBroken(
            "this folder is a symbolic link",
            where=str(folder),
            hint="find out who put it there, and remove it: the next start makes the folder",
        )


def read_signed(layout: Layout, signer: Signer) -> tuple[bytes, Checkpoint]:
    """The stored checkpoint, as bytes and verified. Raises LedgerBroken."""
    try:
        note = layout.note(layout.checkpoint)
        return note, open_checkpoint(note, signer.verifier)
    except OSError as error:
        raise LedgerBroken(
            f"the signed checkpoint cannot be read ({error.strerror})",
            where=str(layout.checkpoint),
            hint="restore the file from a backup; a ledger is never begun anew by itself",
        ) from error
    except ProofRefused as error:
        raise LedgerBroken(
            f"the signed checkpoint is refused: {error}",
            where=str(layout.checkpoint),
            hint="restore checkpoint and signing key from one backup",
        ) from error


def read_witnessed(layout: Layout, signer: Signer) -> Checkpoint | None:
    """The head that witnesses cosigned last; None when none was. Raises LedgerBroken when we did not sign it."""
    try:
        return open_checkpoint(layout.note(layout.witnessed), signer.verifier)
    except FileNotFoundError:
        return None
    except (OSError, ProofRefused) as error:
        raise LedgerBroken(
            "the checkpoint that witnesses cosigned is refused",
            where=str(layout.witnessed),
            hint='restore it from a backup, or remove it and run "custodes ledger cosign" to get a new one',
        ) from error


def replace_checkpoint(disk: Disk, layout: Layout, note: bytes) -> None:
    """Put a new checkpoint in place of the old one; at every moment exactly one of them is there, whole."""
    place(disk, layout.pending, layout.ledger, layout.checkpoint, note)


def _refuse_tiles_ahead(layout: Layout, size: int) -> None:
    """A larger tree always has a wider tile, or a full one, where the next leaf of this one goes."""
    index, width = divmod(size, TILE_WIDTH)
    folder = layout.ledger / Tile(0, index).partials
    found = [parse(str(file.relative_to(layout.ledger))) for file in (folder.iterdir() if folder.is_dir() else ())]
    found.append(Tile(0, index) if (layout.ledger / Tile(0, index).path).exists() else None)
    for tile in found:
        if tile is not None and tile.width > width:
            raise LedgerBroken(
                f"a tile reaches beyond the {size} sealed leaves: an older state was restored",
                where=str(layout.ledger / tile.path),
                hint=_BACKUPS,
            )
