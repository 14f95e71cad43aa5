"""Who are the people, cases, parties, keys and subjects? Rows from any file or store, made into context tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from custodes.errors import BadInput
from custodes.events import times
from custodes.events.delimited import Header, read_header, without_header
from custodes.events.frames import Frame, lines, quoted_rows
from custodes.events.jsonl import json_object
from custodes.events.mapping import Column, resolve, scalar
from custodes.events.parquet_bounds import TooLarge, must_fit
from custodes.events.source import Source, regular
from custodes.events.tokens import Door
from custodes.events.unfit import Unfit
from custodes.records import Rule, Skipped, Tokeniser
from custodes.records.schema import CONTEXT_SCHEMAS, CONTEXT_TOKENS

_ROWS: Final = 10_000


def build(
    kind: str,
    batches: Iterable[pa.RecordBatch | Skipped],
    rules: Mapping[str, Rule],
    tokeniser: Tokeniser,
    timezone: str | None,
) -> tuple[pa.Table, list[Skipped]]:
    """The context table of this kind (CONTEXT_SCHEMAS) and what did not get into it, counted by reason.

    A column without a rule is taken from the column of the same name, if there is one. CONTEXT_TOKENS become tokens
    whole; other texts lose the direct identifiers in them. A date alone is the first moment of its day in timezone
    (UTC where that is None); any other time without a zone needs timezone. A row without an id, or with a time that
    cannot be placed, is left out: half a row could excuse an access or accuse somebody.
    """
    schema = CONTEXT_SCHEMAS[kind]
    rows = _Rows(kind, rules, tokeniser, timezone)
    found: list[dict[str, object]] = []
    skipped: list[Skipped] = []
    for batch in batches:
        if isinstance(batch, Skipped):
            skipped.append(batch)
            continue
        found += rows.take(batch.to_pylist())
    return pa.Table.from_pylist(found, schema=schema), skipped + rows.skipped()


class _Rows:
    """Turns records into rows of one kind and counts what it leaves out."""

    def __init__(self, kind: str, rules: Mapping[str, Rule], tokeniser: Tokeniser, timezone: str | None) -> None:
        self._kind = kind
        self._schema = CONTEXT_SCHEMAS[kind]
        self._id = self._schema.names[0]
        self._columns = {name: Column(name, rules.get(name, Rule(path=name)), tokeniser) for name in self._schema.names}
        self._lists = {
            name for name in CONTEXT_TOKENS.get(kind, ()) if name == "relations" and _is_path(rules.get(name))
        }
        self._tokens = CONTEXT_TOKENS.get(kind, ())
        self._tokeniser = tokeniser
        self._door = Door(tokeniser)
        self._local = times.zone(timezone)
        self._seen = 0
        self._refused: Counter[str] = Counter()
        self._rules = rules

    def take(self, records: list[dict[str, object]]) -> Iterator[dict[str, object]]:
        for record in records:
            self._seen += 1
            try:
                yield self._row(record)
            except Unfit as unfit:
                self._refused[unfit.reason] += 1

    def skipped(self) -> list[Skipped]:
        """One entry per reason."""
        hint = f"correct the rows, or [context.{self._kind}.map]"
        return [
            Skipped("context", self._kind, self._kind, f"{count} of {self._seen} rows left out: {reason}", hint)
            for reason, count in sorted(self._refused.items())
        ]

    def _row(self, record: Mapping[str, object]) -> dict[str, object]:
        row: dict[str, object] = {}
        for field in self._schema:
            if field.name in self._lists:
                row[field.name] = self._relations(record, field.name)
                continue
            value = self._columns[field.name](record)
            if value is None:
                if field.name == self._id:
                    raise Unfit(f"no {self._id}")
                row[field.name] = None
            elif pa.types.is_timestamp(field.type):
                try:
                    row[field.name] = times.parse(value, self._local, dates=True)
                except Unfit as unfit:
                    raise Unfit(f"{field.name}: {unfit.reason}") from unfit
            elif field.name in self._tokens:
                row[field.name] = " ".join(map(self._tokeniser.token, _parts(str(value), field.name)))
            else:
                row[field.name] = self._door.text(str(value))
        return row

    def _relations(self, record: Mapping[str, object], name: str) -> str | None:
        rule = self._rules.get(name, Rule(path=name))
        value = resolve(record, rule.path or "")
        items = value if isinstance(value, list) else [value]
        texts = [str(item) for entry in items if (item := scalar(entry, name)) is not None]
        tokens = [self._tokeniser.token(part) for text in texts for part in _parts(text, name)]
        return " ".join(dict.fromkeys(tokens)) or None


def _is_path(rule: Rule | None) -> bool:
    return rule is None or rule.path is not None


def _parts(text: str, column: str) -> list[str]:
    """The identifiers in one cell. Only `relations` holds several: tokens between blanks, or values between bars."""
    if column != "relations":
        return [text]
    if all(word.startswith("tok_") for word in text.split()):
        return text.split()
    return [part for part in map(str.strip, text.replace(";", "|").split("|")) if part]


def read_file(path: Path) -> Iterator[pa.RecordBatch | Skipped]:
    """The rows of a CSV, JSON-lines or Parquet file (the first two also gzip) as columns of text, nulls kept.

    Rows that cannot be read are one Skipped at the end. Raises BadInput when the file cannot be read at all.
    """
    name = path.name.removesuffix(".gz")
    if name.endswith(".parquet"):
        return _parquet(path)
    if name.endswith((".jsonl", ".ndjson", ".json")):
        return _text_rows(path, csv=False)
    if name.endswith((".csv", ".tsv", ".txt")):
        return _text_rows(path, csv=True)
    raise BadInput("a file of this kind cannot be read", where=str(path), hint="give .csv, .jsonl or .parquet")


def _parquet(path: Path) -> Iterator[pa.RecordBatch]:
    try:
        regular(path)
        with path.open("rb") as opened, pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=must_fit(file, opened).rows(_ROWS)):
                columns = [_text_column(column) for column in batch.columns]
                yield pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
    except TooLarge as error:
        hint = "if it is what its writer says, write it again with smaller pages, or as CSV"
        raise BadInput(f"the Parquet file is not read: {error}", where=str(path), hint=hint) from error
    except (OSError, pa.ArrowException) as error:
        raise BadInput("cannot read the Parquet file", where=str(path), hint="write it again") from error


def _text_column(column: pa.Array) -> pa.Array:
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        return column.cast(pa.list_(pa.string()))
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        # Arrow writes a zoned time with a Z only when its zone is UTC.
        column = column.cast(pa.timestamp("us", tz="UTC"), safe=False)
    return column.cast(pa.string())


def _text_rows(path: Path, *, csv: bool) -> Iterator[pa.RecordBatch | Skipped]:
    refused: Counter[str] = Counter()
    rows: list[dict[str, str | None]] = []
    header = read_header(path) if csv else None
    with Source(path, None) as source:
        if header is not None:
            frames: Iterator[Frame] = without_header(quoted_rows(source, header.delimiter.encode()))
        else:
            frames = iter(()) if csv else lines(source)
        for frame in frames:
            if source.torn:
                break
            if not frame.broken and not frame.data.strip():
                continue
            try:
                rows.append(_text_row(frame, header))
            except Unfit as unfit:
                refused[unfit.reason] += 1
            if len(rows) >= _ROWS:
                yield _batch(rows)
                rows = []
        if source.torn:
            refused[source.torn] += 1
    if rows:
        yield _batch(rows)
    for reason, count in sorted(refused.items()):
        yield Skipped("context", "", path.name, f"{count} rows cannot be read: {reason}", "correct the file")


def _text_row(frame: Frame, header: Header | None) -> dict[str, str | None]:
    if frame.broken:
        raise Unfit(frame.broken)
    return dict(_flat(json_object(frame.data) if header is None else header.record(frame.data), ""))


def _flat(record: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str | None]]:
    """Cells of text: an object inside a record becomes dotted names, a list of texts one cell with bars between."""
    for name, value in record.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
            continue
        items = value if isinstance(value, list) else [value]
        texts = [str(item) for entry in items if (item := scalar(entry, prefix + name)) is not None]
        yield prefix + name, "|".join(texts) or None


def _batch(rows: list[dict[str, str | None]]) -> pa.RecordBatch:
    names = list(dict.fromkeys(name for row in rows for name in row))
    arrays = [pa.array([row.get(name) for row in rows], pa.string()) for name in names]
    return pa.RecordBatch.from_arrays(arrays, names=names)
