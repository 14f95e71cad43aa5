"""How do the company's systems write down what was touched, each in its own words, and where do they fail to?"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from custodes.company.cases import spelt
from custodes.company.size import HOUR, Plan
from custodes.company.touches import LOG_OF, LOGS, NAMES, OPERATIONS, Touches
from custodes.company.world import World

ADMIN_AHEAD: Final = 2  # hours: this log writes the local time of head office, with its offset
_API_HEADER: Final = "time,request_id,key,seller,method,route,status,order,buyer,fields,records,client,ip,agent"
_AGENTS: Final = ("Desk/8.2 (Windows)", "Desk/8.2 (Linux)", "Desk/8.1 (Windows)")


def write_logs(folder: Path, world: World, touches: Touches) -> tuple[dict[str, int], dict[str, int]]:
    """logs/ in `folder`: by log, how many lines are events and how many are broken."""
    (folder / "logs").mkdir(exist_ok=True)
    log = LOG_OF[touches.operation]
    events, broken = {}, {}
    for place, (name, write) in enumerate(_WRITERS.items()):
        part = touches.rows(log == place)
        events[name], broken[name] = len(part), write(folder / "logs", world, part)
    return events, broken


def _desk(folder: Path, world: World, touches: Touches) -> int:
    """JSON lines in UTC; what is older than a month is rotated into a compressed file."""
    lines = list(_desk_lines(world, touches))
    rotated = int(np.searchsorted(touches.time, world.plan.end_ms - 30 * 24 * HOUR))
    old, new = lines[:rotated], lines[rotated:]
    broken = _break(world.plan, old, ("cut", "no_zone", "no_zone", "no_user")) + _break(
        world.plan, new, ("no_zone", "cut", "no_zone", "chatter", "no_zone", "no_user")
    )
    (folder / "support-desk.1.jsonl.gz").write_bytes(gzip.compress(_bytes(old), mtime=0))
    (folder / "support-desk.jsonl").write_bytes(_bytes(new))
    return broken


def _desk_lines(world: World, touches: Touches) -> Iterator[str]:
    for number, row in enumerate(_rows(world, touches), 1):
        did = OPERATIONS[NAMES[row.operation]]
        line: dict[str, object] = {
            "id": f"sd-{number:08d}",
            "ts": row.time + "Z",
            "user": {
                "id": row.actor.partition(":")[2],
                "device": row.client,
                "ip": row.address,
                "agent": _AGENTS[len(row.actor) % 2 + int(row.actor[-1] == "7")],
            },
            "op": did.verb,
            "on": did.thing,
        }
        given = (("customer", row.subject), ("seller", row.party), ("order", row.object))
        line.update({name: value for name, value in given if value >= 0})
        if row.case is not None:
            line["ticket"] = row.case
        line["fields"] = list(did.seen)
        yield json.dumps(line, separators=(",", ":"))


def _admin(folder: Path, world: World, touches: Touches) -> int:
    """JSON lines in head office's time, with offset."""
    lines = list(_admin_lines(world, touches))
    broken = _break(world.plan, lines, ("cut",))
    (folder / "admin.jsonl").write_bytes(_bytes(lines))
    return broken


def _admin_lines(world: World, touches: Touches) -> Iterator[str]:
    for number, row in enumerate(_rows(world, touches, ahead=ADMIN_AHEAD), 1):
        did = OPERATIONS[NAMES[row.operation]]
        line: dict[str, object] = {"n": number, "at": f"{row.time}+{ADMIN_AHEAD:02d}:00", "who": row.actor}
        line |= {"did": did.verb, "what": did.thing, "result": "failed" if row.refused else "ok", "count": row.records}
        if row.subject >= 0:
            line["customer_id"] = row.subject
        if row.party >= 0:
            line["seller_id"] = row.party
        if row.case is not None:
            line["reference"] = row.case
        if did.seen:
            line["columns"] = list(did.seen)
        yield json.dumps(line | {"from": {"host": row.client, "ip": row.address}}, separators=(",", ":"))


def _api(folder: Path, world: World, touches: Touches) -> int:
    """CSV as the gateway writes it."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    for number, row in enumerate(_rows(world, touches), 1):
        did = OPERATIONS[NAMES[row.operation]]
        key = row.actor.partition(":")[2]
        writer.writerow((
            row.time + "Z", f"rq-{number:08d}", key, row.party, did.verb, did.thing, 403 if row.refused else 200,
            _or_blank(row.object), _or_blank(row.subject), ",".join(did.seen), row.records, row.client, row.address,
            f"orders-client/{len(row.client) % 4 + 1}.{int(key[1:]) % 7}",
        ))  # fmt: skip
    lines = sink.getvalue().splitlines()
    broken = _break(world.plan, lines, ("ragged", "ragged"))
    (folder / "api.csv").write_bytes(_bytes([_API_HEADER, *lines]))
    return broken


def _break(plan: Plan, lines: list[str], ways: tuple[str, ...]) -> int:
    """Put spoiled copies of lines between the good ones, never at either end; says how many."""
    rng = plan.chance("files")
    for way in ways:
        place = int(rng.integers(1, len(lines) - 1))
        lines.insert(place, _SPOIL[way](lines[place]))
    return len(ways)


_SPOIL: Final[Mapping[str, Callable[[str], str]]] = {
    "cut": lambda line: line[: len(line) // 2],
    "ragged": lambda line: line.rsplit(",", 4)[0],
    "chatter": lambda line: f"WARN log buffer full, {len(line)} bytes dropped",  # what an application says in between
    "no_zone": lambda line: line.replace('Z","user"', '","user"'),
    "no_user": lambda line: line[: line.index('"user"')] + line[line.index('"op"') :],
}
_WRITERS: Final = dict(zip(LOGS[:3], (_desk, _admin, _api), strict=True))


class _Row(NamedTuple):
    """One touch as Python values. time: ISO 8601 to the millisecond without its zone. refused: 0 or 1."""

    time: str
    operation: int
    actor: str
    client: str
    address: str
    subject: int
    party: int
    object: int
    records: int
    case: str | None
    refused: int


def _rows(world: World, touches: Touches, ahead: int = 0) -> Iterator[_Row]:
    clock = np.datetime_as_string((touches.time + ahead * HOUR).astype("datetime64[ms]"))
    book = world.book
    spelt_out = {
        "actor": book.actors.texts()[touches.actor],
        "client": book.clients.texts()[touches.client],
        "address": book.addresses.texts()[touches.address],
        "case": np.array(spelt(touches.case, scrambled=world.plan.shape.scrambled).to_pylist(), object),
    }
    columns = (clock, *(spelt_out.get(name, getattr(touches, name)) for name in _Row._fields[1:]))
    return map(_Row, *(column.tolist() for column in columns))


def _or_blank(value: int) -> int | str:
    return value if value >= 0 else ""


def _bytes(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
