"""How is a question run over the evidence? SQL in DuckDB's dialect over views with fixed names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    import pyarrow as pa

Parameter = str | int | float | bool | datetime | list[str] | list[int]


# A case may be written so long after the touch it explains: the phone is answered first. So the last of a day is judged
# with the next one, by whose end its cases are known.
WRITTEN_LATER: Final = timedelta(hours=4)


class Engine(Protocol):
    """Holds the views `event`, `people`, `cases`, `parties`, `keys`, `subjects` (records.schema) and `field`
    (store, dataset, field, category, sensitivity, vault), `touch`, which is `event` with what explains each (see
    engine.derived), and nothing else: no file, no network, no setting.
    """

    def ask(
        self, sql: str, parameters: Mapping[str, Parameter] | None = None, *, until: datetime | None = None
    ) -> pa.Table:
        """The answer as Arrow. `$name` parameters; `event` holds only rows with time <= until when it is given, and
        `touch` those of them whose day was over by then, WRITTEN_LATER included.

        May be called from several threads; the engine decides how many questions it answers at once.
        Raises QuestionFailed when the SQL is wrong, reaches outside the views, or exceeds time or memory.
        """
        ...

    def close(self) -> None:
        """Let go of memory and temporary files."""
        ...


class Tables(Protocol):
    """Holds tables that we made ourselves (raw records for a moment, what rules matched), and nothing else.

    The SQL is ours: it goes through no gate. Raises QuestionFailed when it is wrong, or exceeds time or memory.
    """

    def hold(self, name: str, table: pa.Table) -> None:
        """Take a table in, in place of one of this name."""
        ...

    def make(self, name: str, sql: str) -> None:
        """Make a table from a query, in place of one of this name."""
        ...

    def ask(self, sql: str) -> pa.Table:
        """The answer as Arrow, times in UTC."""
        ...


# How the reason of a question begins that took longer than it may: another time it may be in time.
TOO_SLOW: Final = "no answer within"


class QuestionFailed(Exception):
    """The question could not be answered. reason: in words. hint: the next step."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint
