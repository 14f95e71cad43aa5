"""What do rules for raw records match in the files of a log? Each file is read once by each rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from custodes.config import LogConfig
from custodes.engine.interface import QuestionFailed, Tables
from custodes.errors import BadInput
from custodes.events.interface import LogReader, Position
from custodes.events.raw import RawBatch, RawLog
from custodes.pipeline.ingest import reader_of
from custodes.pipeline.rotation import untouched
from custodes.pipeline.sigma_kept import Kept, ReadFile, Values, load
from custodes.pipeline.workspace import Workspace
from custodes.records import Skipped
from custodes.sigma.condition import Columns, where
from custodes.sigma.correlation import slots
from custodes.sigma.projection import Projection
from custodes.sigma.rule import Rule
from custodes.sigma.value import is_number

MATCHES: Final = 1_000_000  # of one rule in one log: a rule that matches more counts ordinary work
ALL_MATCHES: Final = 3_000_000  # of all rules in one log, and then in all logs: each is held, some 200 bytes
_TABLE: Final = "raw_record"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A rule as it is asked. digest: of what it asks and of what is kept of its matches. paths: by field, where it is.

    carried: fields whose values correlations need, and how (`value` as a token, `number` as it is, or `both`).
    """

    rule: Rule
    digest: str
    paths: Mapping[str, str]
    carried: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the rules match in a log, now and before. skipped: what they could not see.

    failed: by digest, why a rule could not be asked to the end: what is kept of its matches is not all.
    """

    kept: Kept
    skipped: Sequence[Skipped]
    failed: Mapping[str, QuestionFailed]


def read(workspace: Workspace, log: LogConfig, wanted: Sequence[Wanted], tables: Tables) -> Reading:
    """Ask the rules of what is new in this log. The caller saves what is kept."""
    kept = load(workspace.data, log.name)
    kept.only(frozenset(one.digest for one in wanted))
    reading = _Reading(workspace, log, wanted, tables, kept)
    reading.run()
    return Reading(kept, reading.skipped, reading.failed)


class _Reading:
    def __init__(
        self, workspace: Workspace, log: LogConfig, wanted: Sequence[Wanted], tables: Tables, kept: Kept
    ) -> None:
        self._workspace = workspace
        self._log = log
        self._wanted = list(wanted)
        self._tables = tables
        self._kept = kept
        self._queries: dict[tuple[str, frozenset[str]], str] = {}
        self.skipped: list[Skipped] = []
        self.failed: dict[str, QuestionFailed] = {}
        fields: dict[str, str] = {}
        for one in wanted:
            fields |= one.paths
        self._projection = Projection(fields, keywords=any(one.rule.keywords for one in wanted))

    def run(self) -> None:
        reader = reader_of(self._workspace, self._log)
        raw = RawLog(reader)
        try:
            listed = reader.files()
        except BadInput as error:
            self._skip("", str(error), error.hint)
            listed = []
        root = self._workspace.config.root
        known = self._workspace.intake.positions(self._log.name)
        names = {_name(root, file): file for file in listed}
        for name in known:
            # A rotated file may lie outside the log's pattern: ingest knows it under the name it has now.
            if name not in names and (root / name).is_file():
                names[name] = root / name
        self._kept.lift({name for name, file in names.items() if file.is_file()}, MATCHES, ALL_MATCHES)
        for name, file in sorted(names.items()):
            try:
                self._file(reader, raw, file, name)
            except BadInput as error:
                self._skip(name, str(error), error.hint)
        self._gone({name for name in known if name not in names})
        for name in set(self._kept.files) - set(names) - set(known):
            del self._kept.files[name]  # ingest knows it under another name

    def _file(self, reader: LogReader, raw: RawLog, file: Path, name: str) -> None:
        asked = self._asking()
        before = self._kept.files.get(name)
        since: Position | None = None
        if before is not None and asked <= before.rules:
            if before.position.done and untouched(file, before.position):
                return
            since = before.position if reader.continues(file, before.position) else None
        if before is not None and since is not None:
            told, unsealed, matched = before.rules, before.unsealed, dict(before.matched)
        else:
            # Rules that match too much are not asked: how much they matched stays known while the file is the same.
            same = before is not None and reader.continues(file, before.position)
            past = before.matched if before is not None and same else {}
            told, unsealed, matched = asked, 0, {one: count for one, count in past.items() if one not in asked}
        for batch in raw.batches(file, since):
            unsealed += self._batch(raw, file, batch, matched)
            # Without those that failed on a record, or match too much by now.
            self._kept.files[name] = ReadFile(batch.position, told & self._asking(), unsealed, dict(matched))
            self._kept.bound(MATCHES, ALL_MATCHES)

    def _asking(self) -> frozenset[str]:
        return frozenset(one.digest for one in self._wanted) - self._kept.crowded

    def _batch(self, raw: RawLog, file: Path, batch: RawBatch, counts: dict[str, int]) -> int:
        """Keep what the rules match, and count it by rule; how many of the matched records became no event."""
        if not batch.records:
            return 0
        table, columns = self._projection.table(batch.records)
        self._tables.hold(_TABLE, table)
        matched: list[tuple[Wanted, list[int], list[Values]]] = []
        for one in list(self._wanted):
            if one.digest in self._kept.crowded:
                continue
            try:
                answer = self._tables.ask(self._query(one, columns))
            except QuestionFailed as failure:
                # The others are asked on; the file counts as read by those that could.
                self._wanted.remove(one)
                self.failed[one.digest] = failure
                continue
            if answer.num_rows:
                rows = answer.column("row").to_pylist()
                cells = [answer.column(f"v{place}").to_pylist() for place in range(len(slots(one.carried)))]
                # Without a column to take from, each row has no values.
                values = [self._told(one, cell) for cell in (zip(*cells, strict=True) if cells else [()] * len(rows))]
                matched.append((one, rows, values))
        places = sorted({row for _, rows, _ in matched for row in rows})
        ids = dict(zip(places, raw.event_ids(file, [batch.frames[row] for row in places]), strict=True))
        for one, rows, values in matched:
            counts[one.digest] = counts.get(one.digest, 0) + sum(len(ids[row]) for row in rows)
            self._keep(one, rows, values, ids)
        return sum(not each for each in ids.values())

    def _keep(
        self, one: Wanted, rows: Sequence[int], values: Sequence[Values], ids: Mapping[int, tuple[str, ...]]
    ) -> None:
        found = self._kept.matches.setdefault(one.digest, {})
        for row, told in zip(rows, values, strict=True):
            for event_id in ids[row]:
                found[event_id] = told

    def _query(self, one: Wanted, columns: Columns) -> str:
        key = one.digest, columns.listed
        known = self._queries.get(key)
        if known is None:
            carried = "".join(
                f", {_first(columns, field)} as v{place}" for place, (field, _) in enumerate(slots(one.carried))
            )
            condition = where(one.rule.trees, columns)
            known = f"select row{carried} from {_TABLE} where {condition} order by row"  # noqa: S608 - sigma quotes all values
            self._queries[key] = known
        return known

    def _told(self, one: Wanted, cells: Sequence[str | None]) -> Values:
        """What is kept of the values: equal ones give equal tokens, whatever their case. What adds up is a number."""
        return tuple(
            cell if cell is None or (how == "number" and is_number(cell)) else self._workspace.tokeniser.token(cell)
            for (_, how), cell in zip(slots(one.carried), cells, strict=True)
        )

    def _gone(self, names: set[str]) -> None:
        asked = self._asking()
        for name in sorted(names):
            before = self._kept.files.get(name)
            missing = asked - (before.rules if before is not None else frozenset())
            if missing:
                what = f"the file is gone, and {len(missing):,} Sigma rules were not asked while it was there"
                self._skip(name, what, "keep logs until rules have read them, or bring the file back")

    def _skip(self, dataset: str, reason: str, hint: str) -> None:
        self.skipped.append(Skipped("detect", self._log.name, dataset, reason, hint))


def _first(columns: Columns, field: str) -> str:
    column = columns.of(field)
    return f"{column}[1]" if field in columns.listed else column


def _name(root: Path, file: Path) -> str:
    return str(file.relative_to(root)) if file.is_relative_to(root) else str(file)
