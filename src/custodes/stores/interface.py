"""What can we read, as Arrow batches? The one interface that every kind of store implements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from custodes.records import Dataset, Skipped

if TYPE_CHECKING:
    import pyarrow as pa


class Store(Protocol):
    """A place that may hold customer data, opened read-only. Threads may `read` different datasets of it at once.

    Opening raises StoreRefused (what, where, next step) when nothing of the store can be read.
    """

    name: str
    kind: str

    def datasets(self) -> Iterator[Dataset | Skipped]:
        """Everything the store holds, in a stable order; what cannot be described is a Skipped with its reason."""
        ...

    def read(self, dataset: Dataset, *, max_rows: int) -> Iterator[pa.RecordBatch]:
        """The rows as batches whose columns are all strings or lists/structs of strings, nulls kept.

        Reads at most max_rows rows (0: all). With a limit, rows of a dataset that is `scattered` come in random order,
        each once, so that reading may end at any batch; others are spread over the dataset rather than its first
        rows where the store can. A batch has at most some 16 MB of text. Raises `Unreadable` for this dataset alone;
        batches handed out before stay valid.
        """
        ...

    def close(self) -> None:
        """Let go of connections and files."""
        ...


@runtime_checkable
class Measured(Protocol):
    """A store that names its datasets bit by bit and can say how far it is with that."""

    def measure(self) -> None:
        """Find out how much there is, without reading it."""
        ...

    def share(self) -> float:
        """The share of its bytes that has been named by now, 0 to 1; 1 where that cannot be known."""
        ...


class Unreadable(Exception):
    """One dataset could not be read (to its end). reason: in words, without a value. hint: the next step.

    ended: its end was reached all the same, and only what the reason says was not read as it was meant.
    """

    def __init__(self, reason: str, hint: str, *, ended: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint
        self.ended = ended
