"""Has another line of this session told of this statement already?

`log_statement` writes a statement before it runs, pgaudit while it runs, `log_min_duration_statement` when it has
ended, and an error quotes it again: one touch, up to four lines.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Final

from custodes.events.postgres_line import Line, Said
from custodes.records import AccessEvent, Outcome

_SESSIONS: Final = 10_000
_SAID_BEFORE: Final = "<previously logged>"


@dataclass(slots=True)
class Told:
    """The last statement of a session. audit: pgaudit's number of it. batch, start, count: where its events are."""

    event_id: str
    texts: tuple[str, ...]
    audit: str | None
    late: bool
    datasets: set[str]
    batch: int
    start: int
    count: int


class Sessions:
    """The last statement of each session that is in the log, the least recent sessions forgotten."""

    def __init__(self) -> None:
        self._last: OrderedDict[str, Told] = OrderedDict()
        self._batch: list[AccessEvent] = []
        self._batches = 0

    def begun(self, line: Line, words: Said, datasets: set[str], batch: list[AccessEvent], count: int) -> None:
        """A statement was told for the first time; its events will stand at the end of the batch."""
        self._last[line.session] = Told(
            line.event_id, words.texts, words.statement, words.late, datasets, self._numbered(batch), len(batch), count
        )
        self._last.move_to_end(line.session)
        if len(self._last) > _SESSIONS:
            self._last.popitem(last=False)

    def told(self, line: Line, words: Said) -> Told | None:
        """The statement this line repeats, None when it tells of a new one."""
        last = self._last.get(line.session)
        if last is None or words.kind == "error":
            return None
        if words.kind == "audit":
            same = bool(set(words.texts) & {*last.texts, _SAID_BEFORE}) and last.audit in {None, words.statement}
            if same:
                last.audit = words.statement
            return last if same else None
        if words.late and not last.late and set(words.texts) & set(last.texts):
            last.late = True
            return last
        return None

    def failed(self, line: Line, sql: str, batch: list[AccessEvent], outcome: Outcome) -> bool:
        """Whether the session's last statement is the one that failed; its events of this batch then say so."""
        last = self._last.get(line.session)
        if last is None or sql.strip() not in last.texts or last.batch != self._numbered(batch):
            return False
        for at in range(last.start, min(last.start + last.count, len(batch))):
            batch[at] = replace(batch[at], outcome=outcome)
        return True

    def _numbered(self, batch: list[AccessEvent]) -> int:
        """The batch by number: a session that falls silent must not keep its last batch alive."""
        if batch is not self._batch:
            self._batch = batch
            self._batches += 1
        return self._batches
