"""Which events and context does a scenario describe? Small tables as CSV text, and a shorthand for many alike events.

The shorthand, one mapping or a list under `generate:` (everything but actor and action may be left out):

    actor: staff:a1         or a list, or a range: staff:p1..8 (each does all of it)
    action: read
    subjects: 40            distinct subjects, one event each; or a list of them
    pool: other             a word in the made-up subjects' names, so that two lines mean different people
    objects: 40             distinct objects, likewise
    events: 100             how many events in all, where that is more than one per subject or object
    at: 3 days 22 hours     when it begins, from the start of the scenario (default: 8 hours)
    over: 6 hours           how long it takes, evenly spread (default: 1 hour)
    days: 20                repeated on so many days in a row (default: 1), with new subjects each day
    cases: own              a case opened half an hour before for each touch, assigned to the actor and claimed
    keys: 30, parties: 30   so many in turn; or one by name: key, party, client, address, agent, dataset, tool,
                            object, fields, outcome, behalf, case, records

Times in CSV are ISO 8601 with a zone, or durations from the start (`3 days 22 hours`). Everything is deterministic.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import pyarrow as pa

from custodes.detections.detection import Scenario
from custodes.records import ACTIONS, OUTCOMES
from custodes.records.schema import CONTEXT_SCHEMAS, SEALED_SCHEMA

START: Final = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday

FIELD_COLUMNS: Final = ("store", "dataset", "field", "category", "sensitivity", "vault")
_CARRIED: Final = ("behalf", "dataset", "fields", "records", "tool", "client", "address", "agent", "case", "outcome")
_SHAPE: Final = ("actor", "action", "subject", "subjects", "object", "objects", "key", "keys", "party", "parties")
_COURSE: Final = ("pool", "events", "at", "over", "days", "cases")
_KNOWN: Final = frozenset((*_CARRIED, *_SHAPE, *_COURSE))
_UNITS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_RANGE: Final = re.compile(r"^(.*?)(\d+)\.\.(\d+)$")


class ScenarioWrong(Exception):
    """The scenario cannot be built; the text says why."""


def tables(scenario: Scenario) -> tuple[pa.Table, dict[str, pa.Table], pa.Table]:
    """Events (SEALED_SCHEMA, leaves in order of time), context by name, and the data map. Raises ScenarioWrong."""
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in (*CONTEXT_SCHEMAS, "event", "field")}
    for view, text in scenario.tables:
        rows[view] += _from_csv(text)
    for place, line in enumerate(scenario.generate):
        for event, case in _generated(line, place):
            rows["event"].append(event)
            if case is not None:
                rows["cases"].append(case)
    context = {name: _table(rows[name], schema) for name, schema in CONTEXT_SCHEMAS.items()}
    return _events(rows["event"]), context, _fields(rows["field"])


def duration(text: str) -> timedelta:
    """`3 days 22 hours` as a length of time. Raises ScenarioWrong."""
    parts = text.replace(",", " ").split()
    try:
        pairs = [(float(parts[place]), parts[place + 1].rstrip("s")) for place in range(0, len(parts), 2)]
        return timedelta(seconds=sum(number * _UNITS[unit] for number, unit in pairs))
    except (ValueError, KeyError, IndexError) as error:
        raise ScenarioWrong(f'"{text}" is no length of time such as "3 days 22 hours"') from error


def _from_csv(text: str) -> list[dict[str, object]]:
    lines = csv.DictReader(io.StringIO(text.strip()), skipinitialspace=True)
    lines.fieldnames = [name.strip() for name in lines.fieldnames or ()]
    rows: list[dict[str, object]] = []
    for line in lines:
        if None in line or None in line.values():
            raise ScenarioWrong("a line of a table has more or fewer cells than its header")
        rows.append({name: cell.strip() or None for name, cell in line.items()})
    return rows


def _generated(line: Mapping[str, object], place: int) -> Iterator[tuple[dict[str, object], dict[str, object] | None]]:
    unknown = sorted(set(line) - _KNOWN)
    if unknown:
        raise ScenarioWrong(f'generate knows no "{unknown[0]}"')
    for needed in ("actor", "action"):
        if not line.get(needed):
            raise ScenarioWrong(f"generate needs {needed}:")
    begin = duration(str(line.get("at", "8 hours")))
    spread = duration(str(line.get("over", "1 hour")))
    for actor in _many(line["actor"], ""):
        for day in range(_whole(line, "days", 1)):
            # Each actor on each day touches others; only what is named in a list is touched again and again.
            who = f"{line.get('pool', place)}-{actor}-{day}"
            subjects = _many(line["subjects"], f"customer:{who}-") if "subjects" in line else [line.get("subject")]
            objects = _many(line["objects"], f"object:{who}-") if "objects" in line else [line.get("object")]
            keys = _many(line.get("keys", line.get("key")), "key:k")
            parties = _many(line.get("parties", line.get("party")), "party:p")
            count = _whole(line, "events", max(len(subjects), len(objects), len(keys), len(parties)))
            for turn in range(count):
                event: dict[str, object] = {name: line[name] for name in _CARRIED if name in line}
                time = START + begin + timedelta(days=day) + spread * (turn / count)
                event |= {
                    "time": time,
                    "actor": keys[turn % len(keys)] if keys else actor,
                    "action": line["action"],
                    "subject": subjects[turn % len(subjects)],
                    "object": objects[turn % len(objects)],
                    "party": parties[turn % len(parties)] if parties else None,
                }
                case = None
                if line.get("cases") == "own":
                    case = {
                        "id": f"case:{who}-{turn}",
                        "kind": "order",
                        "subject": event["subject"],
                        "assignee": actor,
                        "opened": time - timedelta(minutes=30),
                        "closed": time + timedelta(hours=8),
                    }
                    event["case"] = case["id"]
                elif "cases" in line:
                    raise ScenarioWrong("generate knows only cases: own")
                yield event, case


def _many(value: object, prefix: str) -> list[str]:
    """A number (that many made-up names), a name, a list of names, or a range of names."""
    if value is None:
        return []
    if isinstance(value, int):
        return [f"{prefix}{number + 1}" for number in range(value)]
    found: list[str] = []
    for item in value if isinstance(value, list) else [value]:
        match = _RANGE.match(str(item))
        if match:
            found += [f"{match[1]}{number}" for number in range(int(match[2]), int(match[3]) + 1)]
        else:
            found.append(str(item))
    return found


def _whole(line: Mapping[str, object], name: str, default: int) -> int:
    value = line.get(name, default)
    if not isinstance(value, int) or not 0 < value <= 1_000_000:
        raise ScenarioWrong(f"{name}: is no whole number above 0")
    return value


def _events(rows: Sequence[dict[str, object]]) -> pa.Table:
    defaults = {"dataset": "shop.main.customers", "outcome": "success", "records": 1, "source": "scenario"}
    full = []
    for number, row in enumerate(rows):
        event = {"event_id": f"s{number}", **defaults, **{name: cell for name, cell in row.items() if cell is not None}}
        for name, words in (("action", ACTIONS), ("outcome", OUTCOMES)):
            # Logs are held to these words, too: an event with another one would test nothing.
            if event.get(name) not in words:
                raise ScenarioWrong(f'"{event.get(name)}" is no {name}; known are {", ".join(sorted(words))}')
        event["time"] = _moment(event.get("time"))
        event["recorded"] = _moment(event.get("recorded", event["time"]))
        fields = event.get("fields", [])
        event["fields"] = fields.split() if isinstance(fields, str) else fields
        full.append(event)
    full.sort(key=lambda event: str(event["time"]))
    return _table([{**event, "leaf": leaf} for leaf, event in enumerate(full)], SEALED_SCHEMA)


def _fields(rows: Sequence[dict[str, object]]) -> pa.Table:
    kinds = {"sensitivity": pa.int64(), "vault": pa.bool_()}
    columns = {
        name: pa.array([row.get(name) for row in rows], pa.string()).cast(kinds.get(name, pa.string()))
        for name in FIELD_COLUMNS
    }
    return pa.table(columns)


def _table(rows: Sequence[Mapping[str, object]], schema: pa.Schema) -> pa.Table:
    unknown = sorted({name for row in rows for name in row} - set(schema.names))
    if unknown:
        raise ScenarioWrong(f'there is no column "{unknown[0]}"')
    columns = []
    for field in schema:
        cells = [row.get(field.name) for row in rows]
        plain = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        if pa.types.is_timestamp(plain):
            cells = [None if cell is None else _moment(cell) for cell in cells]
        elif pa.types.is_integer(plain):
            cells = [None if cell is None else int(str(cell)) for cell in cells]
        if not field.nullable and any(cell is None for cell in cells):
            raise ScenarioWrong(f'a row has no "{field.name}"')
        columns.append(pa.array(cells, type=plain).cast(field.type))
    return pa.Table.from_arrays(columns, schema=schema)


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    text = str(value)
    if re.match(r"^\d{4}-\d\d-\d\d", text):
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise ScenarioWrong(f'"{text}" is no time') from error
        if moment.tzinfo is None:
            raise ScenarioWrong(f'the time "{text}" has no zone: add Z')
        return moment
    return START + duration(text)
