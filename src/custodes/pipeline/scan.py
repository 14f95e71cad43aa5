"""Step one: what customer data is where?"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from custodes.config import StoreConfig
from custodes.datamap.category import load_categories
from custodes.datamap.classify import Classifier
from custodes.datamap.copies import Sketches, copies
from custodes.datamap.misplaced import misplaced
from custodes.datamap.scan import scan as scan_store
from custodes.errors import CouldNotRun, StoreRefused
from custodes.pipeline.progress import Progress
from custodes.pipeline.workspace import Workspace
from custodes.records import Category, Examined, Field, Finding, Skipped
from custodes.stores.files import open_files
from custodes.stores.interface import Store
from custodes.stores.sqlite import open_sqlite


@dataclass(frozen=True, slots=True)
class ScanOutcome:
    """changed: whether anything on the data map differs from before. read: datasets that were read, not remembered."""

    examined: tuple[Examined, ...]
    copies: tuple[tuple[str, str, float], ...]
    skipped: tuple[Skipped, ...]
    read: int
    changed: bool

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every verdict of every dataset."""
        return tuple(field for one in self.examined for field in one.verdicts)


def scan(workspace: Workspace, progress: Progress) -> ScanOutcome:
    """Read every configured store as far as it changed, and keep the map. One store's failure stops no other."""
    config = workspace.config
    progress.step("scan")
    categories = load_categories(config.categories)
    classifier = Classifier(categories)
    before = workspace.datamap.all()
    kept_sketches = workspace.datamap.sketches()
    sketches = Sketches(workspace.token_key)
    examined: list[Examined] = []
    skipped: list[Skipped] = []
    read = 0
    if not config.stores:
        skipped.append(Skipped("scan", "", "", "no store is configured", f"add [stores.NAME] to {config.file.name}"))
    workspace.datamap.forget_stores(store.name for store in config.stores)
    for chosen in config.stores:
        known = workspace.datamap.known(chosen.name, categories.digest)
        found: list[Examined] = []
        try:
            store = open_store(chosen, timeout=config.scan.timeout)
        except StoreRefused as error:
            skipped.append(Skipped("scan", chosen.name, "", str(error), error.hint))
            # What was known of a store that cannot be reached stays on the map: it has not gone away.
            examined.extend(known.values())
            continue
        try:
            for one in scan_store(
                store,
                classifier,
                sketches=sketches,
                max_rows=config.scan.max_rows,
                known=known,
                skip=chosen.skip,
                on_progress=progress.advance,
            ):
                if isinstance(one, Skipped):
                    skipped.append(one)
                    continue
                found.append(one)
                if known.get(one.dataset) is one:
                    sketches.keep(
                        {key: body for key, body in kept_sketches.items() if key[:2] == (one.store, one.dataset)}
                    )
                else:
                    read += 1
        finally:
            store.close()
        workspace.datamap.save(
            [chosen.name], found, sketches.of_store(chosen.name), judged_by=categories.digest, now=workspace.clock()
        )
        examined.extend(found)
    pairs = copies(sketches)
    workspace.datamap.save_copies(pairs)
    workspace.coverage.replace("scan", skipped)
    after = workspace.datamap.all()
    return ScanOutcome(tuple(examined), tuple(pairs), tuple(skipped), read, changed=after != before)


def open_store(chosen: StoreConfig, *, timeout: int) -> Store:
    """Open a configured store read-only. Raises StoreRefused, CouldNotRun when its driver is not installed."""
    if chosen.path is not None:
        return (open_sqlite if chosen.kind == "sqlite" else open_files)(chosen.name, chosen.path)
    try:
        from custodes.stores.postgres import open_postgres  # noqa: PLC0415 - its driver is an extra
    except ImportError as error:
        raise CouldNotRun(
            "the PostgreSQL driver is not installed",
            where=f"stores.{chosen.name}",
            hint='pip install "custodes[postgres]"',
        ) from error
    password = os.environ.get(chosen.password_env) if chosen.password_env else None
    return open_postgres(chosen.name, chosen.url or "", password, chosen.schemas, timeout)


def in_vault(stores: Iterable[StoreConfig]) -> Callable[[str, str], bool]:
    """Whether the owner declared (store, dataset) a vault."""
    vaults = {store.name: store.vault for store in stores}

    def answer(store: str, dataset: str) -> bool:
        declared = vaults.get(store, False)
        return declared if isinstance(declared, bool) else dataset in declared

    return answer


def misplaced_findings(workspace: Workspace) -> list[Finding]:
    """What lies on the map where the owner did not declare a vault."""
    categories = load_categories(workspace.config.categories)
    known: dict[str, Category] = categories.by_id
    fields = [field for one in workspace.datamap.all() for field in one.verdicts]
    return misplaced(
        fields,
        known,
        in_vault(workspace.config.stores),
        first_seen=workspace.datamap.first_seen(),
        copies=workspace.datamap.copies(),
    )
