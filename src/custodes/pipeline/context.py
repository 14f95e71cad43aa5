"""Step between: what is true about people, cases, parties, keys and watched customers today?"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from custodes.config import ContextConfig
from custodes.errors import BadInput, StoreRefused
from custodes.events import context
from custodes.pipeline.dated import Origin, newest, receipt, undated
from custodes.pipeline.evidence import CONTEXT, RECEIPTS, receipts_file
from custodes.pipeline.open_store import ask_store, open_store
from custodes.pipeline.progress import Progress
from custodes.pipeline.workspace import Workspace
from custodes.records import Dataset, Skipped
from custodes.records.canonical import file_bytes
from custodes.stores.interface import Store, Unreadable

_MOST_RULES: Final = 8_000  # characters: a receipt is a leaf, which has room for 65,535 bytes


def snapshot(workspace: Workspace, progress: Progress) -> tuple[int, tuple[Skipped, ...]]:
    """Seal a snapshot of each table of context that differs from the newest one: (how many, what was not covered)."""
    progress.step("context")
    skipped: list[Skipped] = []
    fresh: list[tuple[str, bytes, Origin]] = []
    known = newest(workspace)
    now = workspace.clock()
    for chosen in workspace.config.context:
        progress.advance(chosen.kind)
        try:
            source = _Source(_batches(workspace, chosen))
            table, missing = context.build(chosen.kind, source, chosen.map, workspace.tokeniser, chosen.timezone)
        except (BadInput, StoreRefused) as error:
            skipped.append(Skipped("context", chosen.kind, "", str(error), error.hint))
            continue
        except Unreadable as error:
            skipped.append(Skipped("context", chosen.kind, chosen.dataset or "", error.reason, error.hint))
            continue
        skipped.extend(missing)
        skipped.extend(_unmatched(chosen, table))
        data = _bytes(table)
        before = known.get(chosen.kind)
        if before is None or before.sha256 != hashlib.sha256(data).hexdigest():
            fresh.append((chosen.kind, data, Origin(source.digest, _rules(chosen))))
    _seal(workspace, fresh, now)
    workspace.coverage.replace("context", skipped)
    return len(fresh), tuple(skipped)


class _Source:
    """What a table of context is made of, as it passes by: the same rows and refusals have the same digest."""

    def __init__(self, parts: Iterable[pa.RecordBatch | Skipped]) -> None:
        self._parts = parts
        self._hash = hashlib.sha256()

    def __iter__(self) -> Iterator[pa.RecordBatch | Skipped]:
        for part in self._parts:
            self._hash.update(repr(part).encode() if isinstance(part, Skipped) else _content(part))
            yield part

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


def _content(batch: pa.RecordBatch) -> memoryview:
    # With schema and dictionaries, without which two columns could change places; and taken anew: a slice, or what a
    # reader left beside the values, must not make other bytes of the same rows.
    plain = batch.take(pa.array(range(batch.num_rows), pa.int64()))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, plain.schema) as stream:
        stream.write_batch(plain)
    return memoryview(sink.getvalue())


def _rules(chosen: ContextConfig) -> str:
    """The mapping as it is configured, so that its receipt says by which rules somebody was excused."""
    said = repr((sorted(chosen.map.items()), chosen.timezone))
    return said if len(said) <= _MOST_RULES else hashlib.sha256(said.encode()).hexdigest()


def _seal(workspace: Workspace, fresh: Sequence[tuple[str, bytes, Origin]], now: datetime) -> None:
    """Each snapshot with a receipt, by which the time it was taken cannot be moved: all of it or nothing."""
    receipts = [receipt(workspace, one.kind, one.sha256, now, one.taken) for one in undated(workspace)]
    there = {seal.path for seal in workspace.seals.list()}
    if not fresh and not receipts:
        return
    with workspace.ledger.begin() as batch:
        for kind, data, origin in fresh:
            digest = hashlib.sha256(data)
            # What was true before may be true again: the file is there, and gets another date.
            if f"{CONTEXT}/{kind}/{digest.hexdigest()}.parquet" not in there:
                batch.add(f"{CONTEXT}/{kind}", ".parquet", data, [file_bytes(kind, digest.digest())])
            receipts.append(receipt(workspace, kind, digest.hexdigest(), now, origin=origin))
        lines, leaves = receipts_file(receipts)
        batch.add(RECEIPTS, ".jsonl", lines, leaves)
        batch.commit(now)


def _unmatched(chosen: ContextConfig, table: pa.Table) -> Iterator[Skipped]:
    """Rules that matched no row: a case without a subject, say, would excuse whatever names it."""
    for column in chosen.map:
        if table.num_rows and table.column(column).null_count == table.num_rows:
            what = f"the rule for {column} matched none of {table.num_rows:,} rows"
            hint = f"correct context.{chosen.kind}.map.{column}, or remove it"
            yield Skipped("context", chosen.kind, column, what, hint)


def _batches(workspace: Workspace, chosen: ContextConfig) -> Iterator[pa.RecordBatch | Skipped]:
    if chosen.path is not None:
        return context.read_file(chosen.path)
    configured = next(store for store in workspace.config.stores if store.name == chosen.store)
    if chosen.query is not None:
        return ask_store(configured, chosen.query, timeout=workspace.config.scan.timeout)
    return _from_store(workspace, chosen, open_store(configured, timeout=workspace.config.scan.timeout))


def _from_store(workspace: Workspace, chosen: ContextConfig, store: Store) -> Iterator[pa.RecordBatch | Skipped]:
    try:
        for dataset in store.datasets():
            if isinstance(dataset, Dataset) and dataset.name == chosen.dataset:
                yield from store.read(dataset, max_rows=0)
                return
        raise BadInput(
            f'store "{chosen.store}" has no dataset "{chosen.dataset}"',
            where=f"{workspace.config.file}: context.{chosen.kind}.dataset",
            hint='"custodes scan" lists the datasets',
        )
    finally:
        store.close()


def _bytes(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()
