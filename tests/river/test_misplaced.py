"""Is what lies outside a vault told with how much, since when, a copy of what, and who touched it since?"""

from __future__ import annotations

import csv
import json
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.demonstration import custodes

WRITTEN = datetime(2026, 2, 10, 8, tzinfo=UTC)
TOML = """
name = "Shop"

[stores.shop]
kind = "sqlite"
path = "shop.db"
{vault}

[stores.exports]
kind = "files"
path = "exports"

[logs.app]
kind = "jsonl"
path = "app.jsonl"

[logs.app.map]
event_id = "id"
time = "at"
actor = "staff:{{user}}"
action = {{ const = "read" }}
subject = "customer:{{customer}}"
dataset = "on"
fields = "fields"
"""


def pan(number: int) -> str:
    """A number that no bank gave out, with the right check digit."""
    body = f"411111{number:09}"
    digits = [int(digit) for digit in reversed(body)]
    total = sum(sum(divmod(2 * digit, 10)) if place % 2 == 0 else digit for place, digit in enumerate(digits))
    return f"{body}{-total % 10}"


def a_shop(folder: Path, vault: str) -> None:
    with closing(sqlite3.connect(folder / "shop.db")) as shop, shop:
        shop.execute("create table cards (id integer primary key, card_number text)")
        shop.executemany("insert into cards values (?, ?)", [(one, pan(one * 7_919)) for one in range(400)])
    (folder / "exports").mkdir()
    file = folder / "exports" / "old.csv"
    with file.open("w", newline="") as handle:
        rows = csv.writer(handle)
        rows.writerow(["row", "card_number"])
        rows.writerows((one, pan(one * 7_919)) for one in range(150))
    os.utime(file, (WRITTEN.timestamp(), WRITTEN.timestamp()))
    touches = [
        ("exports.old.csv", "e1", -3, ["card_number"]),  # before the file was there
        ("exports.old.csv", "e1", 1, ["card_number"]),
        ("exports.old.csv", "e1", 2, []),  # a log that names no field may mean any
        ("exports.old.csv", "e2", 3, ["card_number", "row"]),
        ("exports.old.csv", "e3", 4, ["row"]),  # another field
        ("shop.main.cards", "e4", 5, ["card_number"]),
    ]
    lines = [
        {"id": f"r{number}", "at": (WRITTEN + timedelta(days=days)).isoformat(), "user": user, "customer": number,
         "on": dataset, "fields": fields}
        for number, (dataset, user, days, fields) in enumerate(touches)
    ]  # fmt: skip
    (folder / "app.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    (folder / "custodes.toml").write_text(TOML.format(vault=vault))


def told(folder: Path) -> dict[str, Any]:
    assert custodes("ingest", "--json", cwd=folder).code == 0
    answer = custodes("scan", "--json", cwd=folder)
    assert answer.code == 1, answer.err
    assert {"fields", "copies", "uncovered"} <= set(answer.json)
    return {f"{one['store']}.{one['dataset']}": one for one in answer.json["misplaced"]}


def test_a_forgotten_export_of_the_vault(tmp_path: Path) -> None:
    """Only the export is misplaced: 150 rows, since the file's date, a copy of the vault's, touched by two people."""
    a_shop(tmp_path, "vault = true")
    places = told(tmp_path)
    assert set(places) == {"exports.old.csv"}
    place = places["exports.old.csv"]
    (field,) = place["fields"]
    assert (field["field"], field["category"], field["rows"], field["estimated"]) == (
        *("card_number", "payment_card"),
        *(150, False),
    )
    (copy,) = field["copies"]
    assert (copy["a"], copy["b"], copy["containment"]) == (
        *("exports.old.csv.card_number", "shop.main.cards.card_number"),
        1.0,
    )
    assert (place["since"], place["since_by"]) == ("2026-02-10T08:00:00Z", "file date")
    touched = place["touched"]
    assert (touched["count"], touched["actors"], touched["watched"]) == (3, 2, True)
    assert [(one["actor"], one["touches"]) for one in touched["by"]] == [("staff:e1", 2), ("staff:e2", 1)]
    assert touched["last"] == "2026-02-13T08:00:00Z"
    text = custodes("scan", cwd=tmp_path).out
    assert "3 touches by 2 actors: staff:e1 (2, the last on 2026-02-12)" in text
    assert pan(7_919) not in text
    found = custodes("detect", "--json", cwd=tmp_path).json["findings"]
    (finding,) = [one for one in found if one["check"] == "misplaced_data"]
    assert (finding["id"], finding["touches"], finding["actors"]) == (place["finding"], 3, [])


def test_without_a_vault_every_place_is_asked_about(tmp_path: Path) -> None:
    """With half the confidence: one of them must be the right one."""
    a_shop(tmp_path, "")
    places = told(tmp_path)
    assert set(places) == {"exports.old.csv", "shop.main.cards"}
    for place in places.values():
        assert place["vault_declared"] is False
        assert place["confidence"] < 0.6
        assert place["tip"].startswith("declare where such data may live")
    assert places["shop.main.cards"]["since_by"] == "first scan"


@pytest.mark.parametrize("again", ["touched", "rewritten"])
def test_a_file_that_is_only_touched_lay_there_before(tmp_path: Path, again: str) -> None:
    """Its earlier date holds, and the first scan that saw it stays the first."""
    a_shop(tmp_path, "vault = true")
    before = told(tmp_path)["exports.old.csv"]
    file = tmp_path / "exports" / "old.csv"
    if again == "rewritten":
        file.write_text(file.read_text() + f"150,{pan(3)}\n")
    later = WRITTEN + timedelta(days=9)
    os.utime(file, (later.timestamp(), later.timestamp()))
    after = told(tmp_path)["exports.old.csv"]
    assert after["since"] == before["since"]
    assert after["fields"][0]["seen"] == before["fields"][0]["seen"]
    assert after["fields"][0]["rows"] == 150 + (again == "rewritten")
