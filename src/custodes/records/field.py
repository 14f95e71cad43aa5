"""Where does which kind of data live?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a dataset as its store declares it; `type` is the store's own word in lower case."""

    name: str
    type: str
    primary_key: bool = False
    references: str | None = None  # `schema.table.column` of a foreign key


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table, view or file inside a store.

    store: its name in the configuration. name: `schema.table`, or the file's path inside the store.
    rows: how many the store says it has, None where only reading can tell.
    fingerprint: equal fingerprints promise equal content; None where the store can promise nothing.
    kind: `table`, `view` or `file`.
    scattered: with a limit its rows come in random order, so that those read so far are a fair sample at any moment.
    memory: bytes that reading it may take beyond what batches of rows do, about. declared: whether the columns are the
    store's own word; those of documents are paths that were met in the first of them.
    modified: when the file was last written; None for a table.
    """

    store: str
    name: str
    columns: tuple[Column, ...]
    kind: str = "table"
    rows: int | None = None
    fingerprint: str | None = None
    scattered: bool = False
    memory: int = 0
    declared: bool = True
    modified: datetime | None = None

    @property
    def full_name(self) -> str:
        """`store.schema.table`: the name used in events, findings and the data map."""
        return f"{self.store}.{self.name}"


@dataclass(frozen=True, slots=True)
class Field:
    """The verdict on one column (or path) of a dataset: it holds this category.

    confidence: 0 to 1. matched of scanned: cells that fit the category, of those that were looked at and are not empty;
    reasons say where that was a sample.
    reasons: why, in words, without values.
    """

    store: str
    dataset: str
    field: str
    category: str
    confidence: float
    matched: int
    scanned: int
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Examined:
    """One dataset that was read: how many rows of how many, so that the share read is always stated.

    sampled: the rows are a fair sample of all, read until more of them changed no verdict.
    modified: when the file was written, by the earliest scan. dated: a column that tells when its rows were made, and
    the first and the last moment in the rows that were read.
    """

    store: str
    dataset: str
    kind: str
    columns: int
    rows_read: int
    rows_total: int | None
    fingerprint: str | None = None
    verdicts: tuple[Field, ...] = field(default=())
    sampled: bool = False
    modified: datetime | None = None
    dated: tuple[str, datetime, datetime] | None = None
