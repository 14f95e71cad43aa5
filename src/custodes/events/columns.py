"""What do many records say at once? The owner's rules applied column by column, for records without surprises.

Row by row (`mapping`) is the authority: whatever here is not plainly what a rule expects is left to it, record by
record. So both ways give the same events and the same quarantine, which a test holds them to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from custodes.events import times
from custodes.events.mapping import field_names, moment_of
from custodes.events.plain_lines import suspect, trimmed
from custodes.events.reading import AHEAD
from custodes.events.tokens import Door
from custodes.events.unfit import Unfit
from custodes.events.words import CODED_SCHEMA, WORDS
from custodes.records import ACTIONS, OUTCOMES, Rule

Record = dict[str, Any]

_PART: Final = re.compile(r"\{([^{}]+)\}")
_SIZE: Final = 12_000  # characters of one event that surely fit a leaf
_FEW: Final = 0.2  # of distinct values: then each is looked at once
_TEXTS: Final = (
    *(
        "event_id",
        "actor",
        "behalf",
        "dataset",
        "object",
        "subject",
        "party",
        "tool",
        "client",
        "address",
        "agent",
        "case",
    ),
)
_EARLIEST: Final = pa.scalar(datetime.min.replace(tzinfo=UTC), pa.timestamp("us", "UTC"))
_EPOCHS: Final = ((100_000_000_000, 1_000_000), (100_000_000_000_000, 1_000), (100_000_000_000_000_000, 1))


def plain(rules: Mapping[str, Rule]) -> bool:
    """Whether these rules can be applied by column: no query, no token, and the time as it stands in the record."""
    time = rules["time"]
    asis = time.path is not None and not time.values and time.default is None and time.format is None
    return asis and all(rule.query is None and not rule.token for rule in rules.values())


class Columns:
    """The rules of one log, ready for many records. store, timezone: as `mapping.compile_rules`."""

    def __init__(
        self, rules: Mapping[str, Rule], door: Door, *, source: str, timezone: str | None, store: str | None
    ) -> None:
        self._rules = rules
        self._door = door
        self._source = source
        self._moment = moment_of(rules, times.zone(timezone))
        self._prefix = f"{store}." if store else ""

    def table(
        self, records: Sequence[Record], digests: Callable[[int], str], recorded: datetime
    ) -> tuple[pa.Table, list[int]]:
        """The events (CODED_SCHEMA) of the plain records, in order, and the numbers of the others.

        digests: of the n-th raw record, which is its event_id when none is mapped.
        """
        return self.told(_Records(records), digests, recorded)

    def paths(self) -> list[str]:
        """Every path that the rules look at."""
        found: list[str] = []
        for rule in self._rules.values():
            found += [rule.path] if rule.path is not None else _PART.split(rule.template or "")[1::2]
        return list(dict.fromkeys(found))

    def told(self, work: Work, digests: Callable[[int], str], recorded: datetime) -> tuple[pa.Table, list[int]]:
        """As `table`, of records in any form that can be asked so."""
        if not work.count:  # Arrow makes no array of none
            return CODED_SCHEMA.empty_table(), []
        texts = {name: self._text(work, name) for name in _TEXTS if name in self._rules}
        columns: dict[str, pa.Array] = {**texts}
        columns["time"] = self._times(work)
        columns["action"] = self._word(work, "action", ACTIONS, None)
        columns["outcome"] = self._word(work, "outcome", OUTCOMES, "success")
        columns["fields"] = self._fields(work)
        columns["records"] = self._counts(work)
        for name in ("actor", "dataset"):
            work.odd |= np.asarray(columns[name].is_null())
        if self._prefix:
            dataset = columns["dataset"]
            columns["dataset"] = pc.if_else(
                pc.starts_with(dataset, self._prefix), dataset, pc.binary_join_element_wise(self._prefix, dataset, "")
            )
        ahead = pa.scalar(recorded + AHEAD, pa.timestamp("us", "UTC"))
        work.odd |= np.asarray(pc.fill_null(pc.greater(columns["time"], ahead), True))
        ids = columns.get("event_id")
        if ids is None or ids.null_count:
            given: list[str | None] = ids.to_pylist() if ids is not None else [None] * work.count
            columns["event_id"] = pa.array([name or digests(at) for at, name in enumerate(given)], pa.string())
        for name in _TEXTS:
            if name in columns:
                columns[name] = self._through_the_door(columns[name], coded=name in WORDS)
        self._check_sizes(work, columns)
        table = self._assembled(columns, work.count, recorded)
        odd = np.flatnonzero(work.odd)
        return (table if not len(odd) else table.filter(pa.array(~work.odd))), odd.tolist()

    def _assembled(self, columns: Mapping[str, pa.Array], count: int, recorded: datetime) -> pa.Table:
        made = []
        for field in CODED_SCHEMA:
            if field.name == "recorded":
                made.append(pa.repeat(pa.scalar(recorded, field.type), count))
            elif field.name == "source":
                made.append(pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), count), [self._source]))
            elif field.name in columns:
                made.append(columns[field.name].cast(field.type))
            else:
                made.append(pa.nulls(count, field.type))
        return pa.Table.from_arrays(made, schema=CODED_SCHEMA)

    def _text(self, work: Work, name: str) -> pa.Array:
        """A column of text; what a rule of `mapping` would not give as one text is odd."""
        rule = self._rules[name]
        if rule.const is not None:
            told = rule.values.get(rule.const, rule.default) if rule.values else None
            return pa.repeat(pa.scalar(rule.const if told is None else told), work.count)
        if rule.template is None:
            found = work.texts(rule.path or "")
        else:
            pieces = _PART.split(rule.template)
            parts: list[object] = [pieces[0]]
            for path, after in zip(pieces[1::2], pieces[2::2], strict=True):
                parts += [work.texts(path), after]
            found = pc.binary_join_element_wise(*parts, "", null_handling="emit_null")
        if rule.values:
            found = _translated(found, rule)
        return found if rule.default is None else pc.fill_null(found, rule.default)

    def _times(self, work: Work) -> pa.Array:
        path = self._rules["time"].path or ""
        stamp = pa.timestamp("us", "UTC")
        plain = work.stamps(path)
        if plain is not None and pa.types.is_string(plain.type):
            try:
                told = pc.cast(plain, stamp)
                # Arrow knows the year 0 and those before it; nobody who has to tell a date of them does.
                return pc.if_else(pc.less(told, _EARLIEST), None, told)
            except pa.ArrowInvalid:
                pass  # no zone, more digits than microseconds, or no time: one by one
        elif plain is not None:
            span = pc.min_max(plain).as_py()
            for limit, factor in _EPOCHS:
                low = 0 if limit == _EPOCHS[0][0] else limit // 1_000
                if span["min"] is not None and low <= span["min"] and span["max"] < limit:
                    return pc.multiply(plain, factor).cast(stamp)
        found = work.found(path)
        moments: list[datetime | None] = []
        for at, value in enumerate(found):
            try:
                moments.append(self._moment(value) if value is not None else None)
            except Unfit:
                moments.append(None)
            work.odd[at] |= moments[-1] is None
        return pa.array(moments, stamp)

    def _word(self, work: Work, name: str, among: frozenset[str], default: str | None) -> pa.Array:
        if name not in self._rules:
            return pa.repeat(pa.scalar(default), work.count)
        coded = self._text(work, name).dictionary_encode()
        words = [word.lower() if word.lower() in among else None for word in coded.dictionary.to_pylist()]
        told = pa.array(words, pa.string()).take(coded.indices)
        if default is not None:
            told = pc.if_else(coded.indices.is_null(), default, told)
        work.odd |= np.asarray(told.is_null())
        return told.dictionary_encode().cast(pa.dictionary(pa.int32(), pa.string()))

    def _fields(self, work: Work) -> pa.Array:
        kind = pa.list_(pa.string())
        rule = self._rules.get("fields")
        if rule is None:
            return pa.repeat(pa.scalar([], kind), work.count)
        asis = rule.path if not rule.values and rule.default is None else None
        lists = work.lists(asis) if asis else None
        if asis and lists is not None:
            made = lists if _clean(lists) else _lists(work, work.found(asis))
        else:
            coded = self._text(work, "fields").dictionary_encode()
            told: list[list[str]] = []
            for text in coded.dictionary.to_pylist():
                try:
                    told.append(list(field_names(text)))
                except Unfit:
                    work.odd |= np.asarray(pc.equal(coded.indices, len(told)).fill_null(False))
                    told.append([])
            made = pc.fill_null(pa.array(told, kind).take(coded.indices), pa.scalar([], kind))
        items = self._through_the_door(made.flatten())
        return pa.ListArray.from_arrays(made.offsets, items) if made.offset == 0 and not made.null_count else made

    def _counts(self, work: Work) -> pa.Array:
        rule = self._rules.get("records")
        if rule is None:
            return pa.repeat(pa.scalar(1, pa.int64()), work.count)
        texts = self._text(work, "records")
        whole = pc.fill_null(pc.match_substring_regex(texts, "^[0-9]{1,18}$"), True)
        work.odd |= ~np.asarray(whole)
        numbers = pc.if_else(whole, texts, "1").fill_null("1").cast(pa.int64())
        return pc.max_element_wise(numbers, 1)

    def _through_the_door(self, column: pa.Array, *, coded: bool = False) -> pa.Array:
        """Without direct identifiers. Columns of few values are looked at by value, others by what needs a look.

        coded: give it as a dictionary.
        """
        words = column.dictionary_encode()
        if len(words.dictionary) <= _FEW * len(column) + 1:
            known = words.dictionary.to_pylist()
            safe = [self._door.text(text) for text in known]
            if safe == known:
                return words if coded else column
            column = pa.array(safe, pa.string()).take(words.indices)
            return column.dictionary_encode() if coded else column
        doubtful = suspect(column)
        if doubtful is None:
            return words if coded else column
        safe = [self._door.text(text) for text in column.filter(doubtful).to_pylist()]
        column = pc.replace_with_mask(column, doubtful, pa.array(safe, pa.string()))
        return column.dictionary_encode() if coded else column

    def _check_sizes(self, work: Work, columns: Mapping[str, pa.Array]) -> None:
        """An event that may not fit a leaf is looked at by itself."""
        texts = [columns[name] for name in _TEXTS if name in columns]
        held = [text.dictionary if pa.types.is_dictionary(text.type) else text for text in texts]
        longest = sum(pc.max(pc.binary_length(text)).as_py() or 0 for text in held)
        names = pc.max(pc.list_value_length(columns["fields"])).as_py() or 0
        if names:
            longest += names * (5 + pc.max(pc.binary_length(columns["fields"].flatten())).as_py())
        if longest <= _SIZE:
            return
        size = np.zeros(work.count, np.int64)
        for text in texts:
            size += np.asarray(pc.fill_null(pc.binary_length(text.cast(pa.string())), 0))
        size += np.array([sum(map(len, told)) + 5 * len(told) for told in columns["fields"].to_pylist()], np.int64)
        work.odd |= size > _SIZE


class Work(Protocol):
    """Some records while their columns are made. odd: which of them are not plain; whoever finds more adds them."""

    odd: np.ndarray[Any, np.dtype[np.bool_]]

    @property
    def count(self) -> int:
        """How many."""
        ...

    def texts(self, path: str) -> pa.Array:
        """What is at the path as text, without blanks around it, null where nothing is."""
        ...

    def stamps(self, path: str) -> pa.Array | None:
        """What is at the path where all of it is text, or all of it whole numbers; null in odd records."""
        ...

    def lists(self, path: str) -> pa.Array | None:
        """The lists of texts at the path, empty where nothing is; None where anything else is there."""
        ...

    def found(self, path: str) -> list[Any]:
        """What is at the path in each record."""
        ...


class _Records:
    """Records that were parsed into objects. See Work."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.records = records
        self.count = len(records)
        self.odd = np.zeros(len(records), bool)
        self._texts: dict[str, pa.Array] = {}

    def stamps(self, path: str) -> pa.Array | None:
        """See Work."""
        found = self.found(path)
        kinds = set(map(type, found))
        try:
            if kinds == {str}:
                return pa.array(found, pa.string())
            return pa.array(found, pa.int64()) if kinds == {int} else None
        except (pa.ArrowInvalid, OverflowError, UnicodeEncodeError):
            return None

    def lists(self, path: str) -> pa.Array | None:
        """See Work."""
        found = self.found(path)
        return _lists(self, found) if set(map(type, found)) <= {list, type(None)} else None

    def found(self, path: str) -> list[Any]:
        """What is at the path in each record."""
        records = self.records
        head, _, rest = path.partition(".")
        if not rest:
            return [record.get(path) for record in records]
        if "." not in rest:
            inner: list[Any] = [record.get(head) for record in records]
            if set(map(type, inner)) == {dict} and not any(path in record for record in records):
                return [value.get(rest) for value in inner]
        found = []
        steps = rest.split(".")
        for at, record in enumerate(records):
            value = record.get(head)
            for step in steps:
                if type(value) is not dict and value is not None:
                    self._odd(at)
                value = value.get(step) if type(value) is dict else None
            if path in record:
                self._odd(at)
            found.append(value)
        return found

    def texts(self, path: str) -> pa.Array:
        """What is at the path as text, without blanks around it, null where nothing is."""
        known = self._texts.get(path)
        if known is None:
            known = self._texts[path] = self._as_text(self.found(path))
        return known

    def _as_text(self, found: list[Any]) -> pa.Array:
        kinds = set(map(type, found))
        if kinds == {int} and max(found) < 1 << 63 and min(found) >= -(1 << 63):
            return pa.array(found, pa.int64()).cast(pa.string())
        if not kinds <= {str, type(None)}:
            for at, value in enumerate(found):
                if type(value) is int:
                    found[at] = str(value)
                elif value is not None and type(value) is not str:
                    self._odd(at)
                    found[at] = None
        return trimmed(pa.array(found, pa.string()))

    def _odd(self, at: int) -> None:
        self.odd[at] = True


def _lists(work: Work, found: list[Any]) -> pa.Array:
    """Lists of plain texts; others are odd, and empty here."""
    kind = pa.list_(pa.string())
    try:
        made = pa.array(found, kind)
        clean = _clean(made)
    except (pa.ArrowException, TypeError):
        clean = False
    if not clean:
        lists: list[list[str]] = []
        for at, value in enumerate(found):
            plain = value is None or all(type(item) is str and item == item.strip() != "" for item in value)
            work.odd[at] |= not plain
            lists.append((value or []) if plain else [])
        made = pa.array(lists, kind)
    return pc.fill_null(made, pa.scalar([], kind)) if made.null_count else made


def _clean(lists: pa.Array) -> bool:
    """Whether every item is a text without blanks around it."""
    items = lists.flatten()
    bare = pc.utf8_trim_whitespace(items)
    return not items.null_count and not pc.any(pc.equal(bare, "")).as_py() and bool(items.equals(bare))


def _translated(column: pa.Array, rule: Rule) -> pa.Array:
    coded = column.dictionary_encode()
    known = [rule.values.get(text, rule.default) for text in coded.dictionary.to_pylist()]
    words = [text if told is None else told for text, told in zip(coded.dictionary.to_pylist(), known, strict=True)]
    return pa.array(words, pa.string()).take(coded.indices)
