"""What leaves of the data map, in which form? The leaving is a receipt in the ledger before the first byte is out."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final
from urllib.parse import urlsplit

from custodes.config import StoreConfig
from custodes.datamap.export import art30, fides, openlineage, pci, plain
from custodes.datamap.export.cells import as_csv
from custodes.datamap.export.told import MapTold
from custodes.datamap.export.workbook import as_xlsx
from custodes.errors import CouldNotRun
from custodes.pipeline.categories import known_categories
from custodes.pipeline.rulings import ruled
from custodes.pipeline.workspace import Workspace
from custodes.records import Examined, Skipped
from custodes.records.processing import Keeping

FORMATS: Final[dict[str, Callable[[MapTold], bytes]]] = {
    "art30-csv": lambda told: as_csv(art30.record(told)),
    "art30-xlsx": lambda told: as_xlsx(art30.sheets(told)),
    "pci-scope": lambda told: as_csv(pci.scope(told)),
    "fides": fides.manifest,
    "openlineage": openlineage.lines,
    "json": plain.document,
}


@dataclass(frozen=True, slots=True)
class Exported:
    """data: the bytes whose digest is sealed. told: what they were made from."""

    data: bytes
    told: MapTold


def export(workspace: Workspace, form: str) -> Exported:
    """The map in one of FORMATS. A receipt with the digest of what leaves is sealed before this returns.

    Nothing is read of any store: what the last scan knew is told.
    """
    told = map_told(workspace)
    data = FORMATS[form](told)
    workspace.seal_receipts(
        [
            workspace.receipt(
                "export",
                what="datamap",
                format=form,
                sha256=hashlib.sha256(data).hexdigest(),
                datasets=len(told.examined),
                uncovered=len(told.gaps),
            )
        ]
    )
    return Exported(data, told)


def write(data: bytes, file: Path) -> None:
    """Write an export for its owner alone, whole or not at all. Raises CouldNotRun."""
    try:
        # Made beside it and readable by nobody else from the start: it says where the treasure lies.
        with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as out:
            try:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
                Path(out.name).replace(file)
            except OSError:
                Path(out.name).unlink(missing_ok=True)  # a full disk: half an export must not lie about
                raise
    except OSError as error:
        raise CouldNotRun(
            f"cannot write the export ({error.strerror})", where=str(file), hint="name a file in a folder you may write"
        ) from error


def map_told(workspace: Workspace) -> MapTold:
    """Everything an export may say, as the last scan and the owner's file have it."""
    config = workspace.config
    examined, suppressed = ruled(workspace)
    vaults = [
        name
        for store in config.stores
        for name in ([store.name] if store.vault is True else [f"{store.name}.{one}" for one in store.vault or ()])
    ]
    return MapTold(
        name=config.name,
        made=workspace.clock(),
        examined=examined,
        categories=known_categories(workspace),
        controller=config.controller,
        processing=config.processing,
        stores=tuple(store.keeping or Keeping(store.name, store.kind) for store in config.stores),
        vaults=frozenset(vaults),
        copies=workspace.datamap.copies(),
        flows=workspace.flows.all(),
        gaps=tuple(_gaps(workspace, examined)),
        suppressed=suppressed,
        first_seen=_first_seen(workspace),
        namespaces={store.name: namespace(store) for store in config.stores},
    )


def _first_seen(workspace: Workspace) -> dict[tuple[str, str], datetime]:
    """When the oldest verdict of each dataset was first given."""
    first: dict[tuple[str, str], datetime] = {}
    for (store, name, _, _), moment in workspace.datamap.first_seen().items():
        first[store, name] = min(moment, first.get((store, name), moment))
    return first


def _gaps(workspace: Workspace, examined: tuple[Examined, ...]) -> Iterator[Skipped]:
    """What an export cannot know: skipped, read in part, never scanned, or named by the owner and never seen."""
    skipped = workspace.coverage.all("scan")
    yield from skipped
    said = {(gap.store, gap.dataset) for gap in skipped}  # with its true reason: a broken record is no limit
    for one in examined:
        if (one.store, one.dataset) in said:
            continue
        if one.rows_total is not None and one.rows_read < one.rows_total and not one.sampled:
            reason = f"only {one.rows_read:,} of {one.rows_total:,} rows were read"
            yield Skipped("scan", one.store, one.dataset, reason, "raise scan.max_rows, or scan --full")
    told = {one.store for one in examined} | {gap.store for gap in skipped}
    for store in workspace.config.stores:
        if store.name not in told:
            reason = "no dataset of it is on the map: it is empty, or was never scanned"
            yield Skipped("scan", store.name, "", reason, 'run "custodes scan"')
    for activity in workspace.config.processing:
        for entry in activity.datasets:
            if not any(activity.matches(entry, one.store, one.dataset) for one in examined):
                store_name, _, dataset = entry.partition(".")
                reason = f"processing.{activity.name} names it, and no scan has seen it"
                yield Skipped("scan", store_name, dataset, reason, "correct its name in custodes.toml, or scan")


def namespace(store: StoreConfig) -> tuple[str, str]:
    """A store's OpenLineage namespace, and what stands before its datasets' names, as OpenLineage's naming has it.

    No role and no path of this machine is told; a file of a database is named as the owner names it.
    """
    if store.url is None:
        return f"{store.kind}://{store.name}", ""
    parts = urlsplit(store.url)
    if store.kind == "s3":
        before = parts.path.strip("/")
        return f"s3://{parts.hostname or ''}", f"{before}/" if before else ""
    port = parts.port or (5432 if store.kind == "postgres" else 3306)
    database = parts.path.strip("/") if store.kind == "postgres" else ""
    return f"{store.kind}://{parts.hostname or 'localhost'}:{port}", f"{database}." if database else ""
