"""A small workspace to be spoilt."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

# Enough context for every detection to be asked: a company of one colleague, whose case explains what is touched.
CONTEXT = {
    "people": "id,team,role\nstaff:e1,desk,support\n",
    "parties": "id,category,status\nseller:s1,shop,active\n",
    "keys": "key,party,developer\nkey:k1,seller:s1,own\n",
    "subjects": "id,watched\ncustomer:1000,vip\n",
    "cases": "id,kind,subject,assignee,opened,closed\n"
    + "".join(f"t{n},call,customer:{n},staff:e1,2026-03-01T08:00:00Z,2026-03-03T08:00:00Z\n" for n in range(1, 100)),
}


@pytest.fixture
def tiny(tmp_path: Path) -> Callable[..., Path]:
    """Writes a small workspace: one SQLite store and one JSON-lines log; the text given is added to custodes.toml."""
    import sqlite3

    def make(*, lines: list[str] | None = None, extra: str = "") -> Path:
        with sqlite3.connect(tmp_path / "shop.db") as shop:
            shop.execute("create table customers (id integer primary key, email text, city text)")
            shop.executemany(
                "insert into customers values (?, ?, ?)",
                [(n, f"person{n}@example.com", "Tallinn") for n in range(1, 41)],
            )
        shop.close()
        default = [
            json.dumps({"id": f"r{n}", "at": f"2026-03-01T09:{n:02}:00Z", "user": "e1", "customer": n})
            for n in range(1, 21)
        ]
        (tmp_path / "app.jsonl").write_text("".join(f"{line}\n" for line in (default if lines is None else lines)))
        for name, text in CONTEXT.items():
            (tmp_path / f"{name}.csv").write_text(text)
        (tmp_path / "custodes.toml").write_text(
            'name = "tiny"\n'
            '[stores.shop]\nkind = "sqlite"\npath = "shop.db"\n'
            '[logs.app]\nkind = "jsonl"\npath = "app*.jsonl*"\n'
            '[logs.app.map]\nevent_id = "id"\ntime = "at"\nactor = "staff:{user}"\n'
            'action = { const = "read" }\ndataset = { const = "shop.main.customers" }\n'
            'subject = "customer:{customer}"\n'
            + "".join(f'[context.{name}]\npath = "{name}.csv"\n' for name in CONTEXT)
            + extra
        )
        return tmp_path

    return make
