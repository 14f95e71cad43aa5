"""Step four: how bad is it, and what do we tell the leadership?"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from custodes import kept
from custodes.errors import CouldNotRun
from custodes.memo.write import write
from custodes.pipeline.progress import Progress
from custodes.pipeline.workspace import Workspace
from custodes.records import LedgerStatus, Overview
from custodes.risk.register import Risk, assess

_MARK: Final = "memo"


def tell(
    workspace: Workspace, known: Overview, progress: Progress, *, out: Path | None = None
) -> tuple[tuple[Risk, ...], Path, bool]:
    """The register, the memo's file, and whether the memo was written anew.

    A memo whose facts have not changed is left as it is: the checkpoint it cites stays valid, because a ledger only
    grows.
    """
    progress.step("risk and memo")
    risks = assess(known)
    file = out or workspace.data / "memo" / f"memo-{known.as_of.date().isoformat()}.pdf"
    facts = _digest(known, risks)
    if out is None and workspace.judgements.marked(_MARK) == facts and file.is_file():
        return risks, file, False
    if out is None:
        _make(file.parent)
    write(known, risks, out=file)
    if out is None:
        workspace.judgements.set_mark(_MARK, facts)
    return risks, file, True


def _make(folder: Path) -> None:
    try:
        kept.make_folder(folder)
    except OSError as error:
        reason = f"cannot write the memo: {(error.strerror or 'the system refused').lower()}"
        raise CouldNotRun(reason, where=str(folder), hint="check the folder's rights and the disk's room") from error


def _digest(known: Overview, risks: tuple[Risk, ...]) -> str:
    verified = LedgerStatus(known.ledger.origin, 0, "", None, known.ledger.verified, known.ledger.problems)
    # A copied file has another fingerprint and says the same; a set prints in another order in every process.
    examined = tuple(replace(one, fingerprint=None) for one in known.examined)
    categories = [(one.title, one.fides, one.sensitivity, sorted(one.flags)) for one in known.categories.values()]
    said = replace(known, ledger=verified, examined=examined, categories={})
    # Without events the overview is as of the clock, which alone is no news.
    moment = known.as_of if known.events else datetime.min.replace(tzinfo=UTC)
    said = replace(said, as_of=moment)
    return hashlib.sha256(repr((said, list(known.categories), categories, risks)).encode()).hexdigest()
