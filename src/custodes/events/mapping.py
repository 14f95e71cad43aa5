"""Which part of a record is which column? The owner's rules, compiled once per log."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Final, cast

from custodes.events import times
from custodes.events.unfit import Unfit, bounded
from custodes.records import ACTIONS, OUTCOMES, AccessEvent, Action, Outcome, Rule, Tokeniser

Scalar = str | int | float
Value = Scalar | list[str] | None

_PART: Final = re.compile(r"\{([^{}]+)\}")
_REQUIRED: Final = ("time", "actor", "action", "dataset")
_OPTIONAL: Final = ("event_id", "behalf", "object", "party", "tool", "client", "address", "agent", "case")
_MANY: Final = frozenset({"fields", "subject"})  # columns that may take a list
_INT64: Final = (1 << 63) - 1


def resolve(record: Mapping[str, object], path: str) -> object:
    """The value at a dotted path; a key that is the whole path wins, a number indexes a list. None when absent."""
    if path in record:
        return record[path]
    return _walk(record, path.split(".")) if "." in path else None


def _walk(record: Mapping[str, object], parts: list[str]) -> object:
    at: object = record
    for part in parts:
        if isinstance(at, (dict, Mapping)):  # the first is what nearly all are, and asked quicker
            at = at.get(part)
        elif isinstance(at, list) and part.isdecimal() and int(part) < len(at):
            at = at[int(part)]
        else:
            return None
    return at


def scalar(value: object, where: str) -> Scalar | None:
    """The value as one text or number; None when absent or blank. Raises Unfit for objects and lists."""
    if value is None:
        return None
    if isinstance(value, str):
        text = value.strip()
        if not text.isascii():
            _check_unicode(text, where)
        return text or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, (int, float)):
        return value
    raise Unfit(f"{where}: expected a text or a number, found {'a list' if isinstance(value, list) else 'an object'}")


def _check_unicode(text: str, where: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Unfit(f"{where}: half of a surrogate pair is no character") from error


def query(expression: str) -> Callable[[Mapping[str, object]], object]:
    """A JMESPath expression as a function of a record, which raises Unfit. Raises ValueError for what is none."""
    import jmespath  # noqa: PLC0415 - few mappings need it

    try:
        compiled = jmespath.compile(expression)
    except jmespath.exceptions.JMESPathError as error:
        raise ValueError("this is no JMESPath expression") from error

    def search(record: Mapping[str, object]) -> object:
        try:
            return compiled.search(record)
        except (jmespath.exceptions.JMESPathError, RecursionError, TypeError, ValueError, AttributeError) as error:
            raise Unfit("a query of the mapping does not fit the record") from error

    return search


class Column:
    """One column's rule, ready to be applied to a record."""

    def __init__(self, name: str, rule: Rule, tokeniser: Tokeniser) -> None:
        self.name = name
        self._rule = rule
        self._many = name in _MANY
        self._token = tokeniser.token if rule.token else None
        self._path = rule.path or ""
        self._steps = self._path.split(".") if "." in self._path else []
        self._where = f"{name} (from {self._path})"
        self._parts = None if rule.template is None else _PART.split(rule.template)
        self._constant = None if rule.const is None else self._translated(rule.const)
        self._as_it_is = not rule.values and not rule.token
        self._search = None if rule.query is None else query(rule.query)

    def __call__(self, record: Mapping[str, object]) -> Value:
        """The value, a list only for columns that may take one. Raises Unfit naming column and path."""
        if self._constant is not None:
            return self._constant
        if self._parts is not None:
            return self._filled(record, self._parts)
        if self._search is not None:
            return self._shown(self._search(record), f"{self.name} (from its query)")
        found = record.get(self._path)
        if found is None and self._steps and self._path not in record:
            found = _walk(record, self._steps)
        if found is None:
            return self._rule.default
        if self._as_it_is and type(found) is str and found.isascii():
            return found.strip() or self._rule.default
        return self._shown(found, self._where)

    def _shown(self, found: object, where: str) -> Value:
        value = self._listed(found, where)
        if isinstance(value, list):
            return [str(self._translated(self._tokened(item))) for item in value]
        return self._translated(value, token=True)

    def _listed(self, value: object, where: str) -> Value:
        if isinstance(value, list) and self._many:
            return [str(item) for entry in value if (item := scalar(entry, where)) is not None]
        return scalar(value, where)

    def _filled(self, record: Mapping[str, object], parts: list[str]) -> Value:
        texts = [parts[0]]
        many = False
        for part, after in zip(parts[1::2], parts[2::2], strict=True):
            found = record.get(part)
            if found is None:
                found = resolve(record, part)
            # Nearly all are plain texts and whole numbers: the same value as `_listed` gives, without asking further.
            if type(found) is int:
                value: Value = found
            elif type(found) is str and found.isascii():
                value = found.strip() or None
            else:
                value = self._listed(found, f"{self.name} (from {part})")
            if value is None:
                return self._rule.default
            many = many or isinstance(value, list)
            values = value if isinstance(value, list) else [str(value)]
            bounded(len(texts) * len(values))  # two lists in one template: each with each
            texts = [text + self._tokened(item) + after for text in texts for item in values]
        if many:
            return [str(self._translated(text)) for text in texts]
        return self._translated(texts[0])

    def _tokened(self, value: str) -> str:
        return self._token(value) if self._token else value

    def _translated(self, value: Scalar | None, *, token: bool = False) -> Scalar | None:
        rule = self._rule
        if value is None:
            return rule.default
        if rule.values:
            known = rule.values.get(str(value), rule.default)
            if known is not None:
                return known
        return self._token(str(value)) if token and self._token else value


@dataclass(frozen=True, slots=True)
class Origin:
    """What an event says about where it comes from.

    source: the log. recorded: when it reached us. digest: of the raw record, its event_id when none is mapped.
    """

    source: str
    recorded: datetime
    digest: str


Mapped = Callable[[Mapping[str, object], Origin], list[AccessEvent]]


def compile_rules(
    rules: Mapping[str, Rule], *, tokeniser: Tokeniser, timezone: str | None = None, store: str | None = None
) -> Mapped:
    """A function from one record to its events: one, or one per subject when the subject is a list.

    It raises Unfit when actor, time, action or dataset is missing, an action or outcome is no known word, or a time
    cannot be placed. timezone: IANA name for times without a zone. store: put before a dataset that does not start
    with it. Columns without a rule: outcome is success, records 1, event_id the record's digest, the rest empty.
    """
    columns = [(name, Column(name, rule, tokeniser)) for name, rule in rules.items()]
    moment = moment_of(rules, times.zone(timezone))
    prefix = f"{store}." if store else ""

    def convert(record: Mapping[str, object], origin: Origin) -> list[AccessEvent]:
        values = {name: column(record) for name, column in columns}
        for name in _REQUIRED:
            if values.get(name) is None:
                raise Unfit(f"the record has no {name}")
        event_id, behalf, touched, party, tool, client, address, agent, case = [
            None if (value := values.get(name)) is None else str(value) for name in _OPTIONAL
        ]
        dataset = str(values["dataset"])
        first, *others = _subjects(values.get("subject"))
        bounded(len(others))
        event = AccessEvent(
            event_id=event_id or origin.digest,
            time=moment(values["time"]),
            recorded=origin.recorded,
            actor=str(values["actor"]),
            behalf=behalf,
            action=cast("Action", _word(values, "action", ACTIONS)),
            dataset=dataset if dataset.startswith(prefix) else prefix + dataset,
            object=touched,
            subject=first,
            party=party,
            fields=field_names(values.get("fields")),
            records=_count(values.get("records")),
            tool=tool,
            client=client,
            address=address,
            agent=agent,
            case=case,
            outcome=cast("Outcome", _word(values, "outcome", OUTCOMES, "success")),
            source=origin.source,
        )
        return [event, *(replace(event, subject=subject) for subject in others)] if others else [event]

    return convert


def moment_of(rules: Mapping[str, Rule], local: tzinfo | None) -> Callable[[object], datetime]:
    """How the time of a record is understood. Raises Unfit when it is asked."""
    form = rules["time"].format if "time" in rules else None
    if form is None:
        return lambda value: times.parse(value, local)
    return lambda value: times.written(value, form, local)


class Overrides:
    """The owner's rules over events that a format has told already: where a rule finds something, it takes the place.

    Raises Unfit when what it finds is no word or number that the column may hold.
    """

    def __init__(self, rules: Mapping[str, Rule], tokeniser: Tokeniser) -> None:
        self._columns = [(name, Column(name, rule, tokeniser)) for name, rule in rules.items()]

    def __call__(self, record: Mapping[str, object], event: AccessEvent) -> list[AccessEvent]:
        """The event with what the rules find, one per subject."""
        if not self._columns:
            return [event]
        values = {name: value for name, column in self._columns if (value := column(record)) is not None}
        changed: dict[str, object] = {
            name: str(value) for name, value in values.items() if name in {*_OPTIONAL, "actor", "dataset"}
        }
        if "action" in values:
            changed["action"] = _word(values, "action", ACTIONS)
        if "outcome" in values:
            changed["outcome"] = _word(values, "outcome", OUTCOMES)
        if "fields" in values:
            changed["fields"] = field_names(values["fields"])
        if "records" in values:
            changed["records"] = _count(values["records"])
        told = replace(event, **changed)  # type: ignore[arg-type]  # columns by name, each of its type
        if "subject" not in values:
            return [told]
        subjects = _subjects(values["subject"])
        bounded(len(subjects))
        return [replace(told, subject=subject) for subject in subjects]


def _word(values: Mapping[str, Value], column: str, among: frozenset[str], default: str | None = None) -> str:
    value = values.get(column)
    word = default if value is None else str(value).lower()
    if word is None or word not in among:
        raise Unfit(f"{column} is no known word: translate it under map.{column}.values")
    return word


def field_names(value: Value) -> tuple[str, ...]:
    """Names from a list, text with commas, or JSON text. Raises Unfit."""
    if isinstance(value, list):
        return tuple(value)
    if value is None:
        return ()
    text = str(value)
    if text.startswith("["):
        # A CSV cell may hold the list as JSON.
        try:
            items = json.loads(text)
        except ValueError:
            items = None
        if isinstance(items, list) and all(isinstance(item, str) for item in items):
            _check_unicode("".join(items), "fields")
            return tuple(items)
    return tuple(part for part in map(str.strip, text.split(",")) if part)


def _subjects(value: Value) -> list[str | None]:
    if isinstance(value, list):
        return list(dict.fromkeys(value)) or [None]
    return [None if value is None else str(value)]


def _count(value: Value) -> int:
    """Records touched; an operation that found nothing still counts as one."""
    if value is None:
        return 1
    try:
        count = int(value) if isinstance(value, (int, str)) else -1
    except ValueError:
        count = -1
    if not 0 <= count <= _INT64:
        raise Unfit("records is no whole number")
    return max(count, 1)
