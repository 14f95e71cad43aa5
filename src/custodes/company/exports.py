"""Which files lie around: exports, backups, lists of staff, of partners and of watched customers?"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from custodes.company import registers
from custodes.company.databases import debug_rows, times
from custodes.company.size import DAY
from custodes.company.truth import Misplaced
from custodes.company.values import secrets
from custodes.company.world import World


def write_files(folder: Path, world: World) -> tuple[Misplaced, ...]:
    """exports/, hr/, partners/ and crm/ in `folder`; says what of it is in the wrong place."""
    for name in ("exports/backup", f"exports/{world.plan.year - 1}", "hr", "partners", "crm"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    write_csv(folder / "hr" / "people.csv", registers.PEOPLE, registers.people(world))
    write_csv(folder / "partners" / "sellers.csv", registers.SELLERS, registers.sellers(world))
    write_csv(folder / "partners" / "api_keys.csv", registers.KEYS, registers.keys(world))
    write_csv(folder / "crm" / "watched.csv", registers.WATCHED, registers.watched(world))
    _analytics(folder / "exports" / "orders_analytics.parquet", world)
    _newsletter(folder / "exports" / "newsletter.csv", world)
    _clicks(folder / "exports" / "clickstream.jsonl.gz", world)
    return (_debug(folder, world), _settings(folder, world))


def _analytics(file: Path, world: World) -> None:
    """Orders without anyone in them."""
    orders, shops, buyers = world.orders, world.sellers, world.customers
    kept = orders.customer < buyers.listed
    table = pa.table({
        "order_id": pa.array(orders.ids[kept]),
        "placed": pa.array((orders.placed[kept] // DAY).astype("datetime64[D]")),
        "category": pa.array([shops.category[place] for place in orders.seller[kept].tolist()]),
        "country": pa.array([buyers.person.country[place] for place in orders.customer[kept].tolist()]),
        "total": pa.array(orders.total[kept] / 100),
    })  # fmt: skip
    pq.write_table(table, file, compression="zstd")


def _newsletter(file: Path, world: World) -> None:
    rng, person = world.plan.chance("files"), world.customers.person
    chosen = np.flatnonzero(rng.random(len(person.email)) < 0.6)
    languages = {"GB": "en", "DE": "de", "US": "en"}
    rows = [
        (person.email[place], languages[person.country[place]], int(rng.random() < 0.9)) for place in chosen.tolist()
    ]
    write_csv(file, ["email", "language", "opted_in"], rows)


def _clicks(file: Path, world: World) -> None:
    rng = world.plan.chance("files")
    at = times(np.sort(world.plan.end_ms - (rng.random(1_500) * 7 * DAY).astype(np.int64)))
    lines = [
        json.dumps({
            "at": moment,
            "session": rng.bytes(8).hex(),
            "page": ("/", "/search", "/cart", "/help")[rng.integers(4)],
            "client": {"ip": f"198.51.100.{rng.integers(1, 255)}", "build": f"{rng.integers(1, 9)}.0.4.1"},
        })
        for moment in at
    ]  # fmt: skip
    file.write_bytes(gzip.compress(_lines(lines), mtime=0))


def _debug(folder: Path, world: World) -> Misplaced:
    """Someone once traced failed payments into a file and forgot it."""
    name, rows = f"{world.plan.year - 1}/payments_debug.csv", debug_rows(world)
    write_csv(folder / "exports" / name, ["at", "order_number", "pan", "exp", "result"], rows)
    return Misplaced(
        "misplaced-cards", f"exports.{name}", "pan", "payment card numbers", len(rows),
        "a trace of failed payments with whole card numbers, outside the vault and forgotten",
    )  # fmt: skip


def _settings(folder: Path, world: World) -> Misplaced:
    """A backup of settings with a cloud key among them."""
    key, secret = secrets(world.plan)
    settings = {
        "mail_sender": "no-reply@example.com", "page_size": "50", "cloud_region": "eu-north-1",
        "cloud_access_key_id": key, "cloud_secret": secret, "build": "2026.4.1.7", "currency": "EUR",
    }  # fmt: skip
    name = "backup/settings.jsonl"
    lines = [json.dumps({"name": setting, "value": value}) for setting, value in settings.items()]
    (folder / "exports" / name).write_bytes(_lines(lines))
    return Misplaced(
        "misplaced-cloud-key", f"exports.{name}", "value", "a cloud access key and its secret", 1,
        "a backup of settings with the key of a cloud account in it",
    )  # fmt: skip


def write_csv(file: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A CSV file with a header."""
    with file.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _lines(lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
