"""Has another line of this session told of this statement already?

`log_statement` writes a statement before it runs (in the extended protocol after it was planned), pgaudit while it is
planned or run, `log_min_duration_statement` when it has ended, and an error quotes it again: one touch, several lines.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Final

from custodes.events.postgres_line import Line, Said
from custodes.records import AccessEvent

_SESSIONS: Final = 10_000
_NEAR: Final = 1_000  # events after a statement among which its own are looked for
_SAID_BEFORE: Final = "<previously logged>"


@dataclass(slots=True)
class Told:
    """The last statement of a session.

    audit: pgaudit's number of it. stated: a line with its parameters has come. batch, start, count: where its events
    are.
    """

    event_id: str
    texts: tuple[str, ...]
    audit: str | None
    stated: bool
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
            event_id=line.event_id,
            texts=words.texts,
            audit=words.statement,
            stated=words.kind != "audit" or words.inner,
            datasets=datasets,
            batch=self._numbered(batch),
            start=len(batch),
            count=count,
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
        if not last.stated and set(words.texts) & set(last.texts):
            last.stated = True
            return last
        return None

    def completed(self, told: Told, events: list[AccessEvent], batch: list[AccessEvent]) -> list[AccessEvent]:
        """Puts these events, which know the parameters, in the place of those told before; gives those left over."""
        if told.batch != self._numbered(batch):
            return events
        known = min(told.count, len(events))
        batch[told.start : told.start + known] = events[:known]
        return events[known:]

    def failed(self, line: Line, words: Said, batch: list[AccessEvent]) -> bool:
        """Whether the line says that the session's last statement failed; its events of this batch then say so too."""
        last = self._last.get(line.session)
        if (
            words.kind != "error"
            or last is None
            or words.sql.strip() not in last.texts
            or last.batch != self._numbered(batch)
        ):
            return False
        for at in range(last.start, min(last.start + _NEAR, len(batch))):
            # Rows of other sessions, and those of relations told later, may lie between.
            told = batch[at].event_id
            if told == last.event_id or told.startswith(f"{last.event_id}."):
                batch[at] = replace(batch[at], outcome=words.outcome)
        return True

    def _numbered(self, batch: list[AccessEvent]) -> int:
        """The batch by number: a session that falls silent must not keep its last batch alive."""
        if batch is not self._batch:
            self._batch = batch
            self._batches += 1
        return self._batches
