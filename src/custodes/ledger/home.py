"""Is this the ledger's own folder, or a copy of it? Two that both sign would make two histories under one key.

The ledger remembers the file-system number of its lock file. A move keeps the number, a copy gets another one, and so
does a backup that was restored: then a person has to say that the original is gone. It guards against accidents;
whoever means to fork the log has the key and is met by witnesses alone.
"""

from __future__ import annotations

from custodes.errors import LedgerBroken
from custodes.ledger.durable import Disk, place
from custodes.ledger.layout import Layout


def must_be_home(disk: Disk, layout: Layout) -> None:
    """Raises LedgerBroken in a copy; a ledger that does not say where its home is has it here. Hold the lock."""
    here = _here(layout)
    try:
        told = layout.note(layout.home)
    except FileNotFoundError:
        place(disk, layout.pending, layout.ledger, layout.home, here)
        return
    except OSError as error:
        raise LedgerBroken(
            f"it cannot be read where the ledger's home is ({error.strerror})",
            where=str(layout.home),
            hint='if this is the original, remove the file and run "custodes ledger adopt"',
        ) from error
    if told != here:
        raise LedgerBroken(
            "this is a copy of a ledger, or a restored backup: it may be read and verified, but signs nothing",
            where=str(layout.home),
            hint='write in the original; if that is gone for good, run "custodes ledger adopt" here',
        )


def forget(disk: Disk, layout: Layout) -> None:
    """The next writer's folder is its home, wherever it lies."""
    disk.remove(layout.home)


def _here(layout: Layout) -> bytes:
    return f"lock file {(layout.ledger / 'lock').stat().st_ino}\n".encode()
