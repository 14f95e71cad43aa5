"""Does the data map leave as it is known, with a receipt, and to its owner's eyes alone?"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from custodes.cli.datamap import Form
from custodes.config import StoreConfig
from custodes.errors import CouldNotRun
from custodes.pipeline.export import FORMATS, namespace, write
from tests.demonstration import custodes

Tiny = Callable[..., Path]
STATED = """
[controller]
name = "Tiny Ltd"
contact = "privacy@tiny.example"
[processing.orders]
purposes = ["delivering orders"]
datasets = ["shop.main.cust*", "shop.main.gone"]
"""


@pytest.fixture
def scanned(tiny: Tiny) -> Path:
    folder = tiny(extra=STATED)
    assert custodes("scan", cwd=folder).code == 0
    return folder


def receipts(folder: Path) -> list[dict[str, object]]:
    lines = [line for file in folder.glob("custodes-data/ledger/receipts/*") for line in file.read_text().splitlines()]
    return [one["detail"] for one in map(json.loads, lines) if one["kind"] == "export"]


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_each_form_is_written_and_its_digest_sealed(scanned: Path, form: str) -> None:
    """The file is for its owner alone; the receipt has the digest of what left; a gap ends with 3."""
    answer = custodes("datamap", "export", "--format", form, "-o", "out", cwd=scanned)
    assert answer.code == 3, answer.err
    assert answer.out == ""
    assert "1 of 1 datasets hold personal data; not covered: 1; not stated" in answer.err
    data = (scanned / "out").read_bytes()
    assert (scanned / "out").stat().st_mode & 0o777 == 0o600
    (receipt,) = receipts(scanned)
    assert (receipt["format"], receipt["sha256"]) == (form, hashlib.sha256(data).hexdigest())
    assert custodes("ledger", "verify", cwd=scanned).code == 0
    if form != "art30-xlsx":
        assert "processing.orders names it, and no scan has seen it" in data.decode()
        assert "example.com" not in data.decode()


def test_the_forms_of_the_command_are_those_there_are() -> None:
    """Typing and making agree."""
    assert {one.value for one in Form} == set(FORMATS)


def test_without_a_file_it_goes_to_stdout(scanned: Path) -> None:
    """And nothing else does."""
    answer = custodes("datamap", "export", "--format", "json", cwd=scanned)
    told = json.loads(answer.out)
    assert told["datasets"][0]["processing"] == ["orders"]
    assert told["controller"]["name"] == "Tiny Ltd"
    assert told["processing"][0]["retention"] == "not stated"


def test_a_file_that_cannot_be_written_is_told(scanned: Path) -> None:
    """The folder is missing: what, where, next step, and no half file anywhere."""
    answer = custodes("datamap", "export", "--format", "fides", "-o", "nowhere/out.yml", cwd=scanned)
    assert answer.code == 4
    assert "cannot write the export" in answer.err
    assert "Traceback" not in answer.err


def test_a_store_that_was_added_since_is_no_silence(scanned: Path) -> None:
    """Its absence from the map is told, not taken for emptiness; so is a table that was only read in part."""
    with sqlite3.connect(scanned / "late.db") as late:
        late.execute("create table t (a text)")
    file = scanned / "custodes.toml"
    file.write_text(file.read_text() + '[stores.late]\nkind = "sqlite"\npath = "late.db"\n')
    told = json.loads(custodes("datamap", "export", "--format", "json", cwd=scanned).out)
    assert [one["store"] for one in told["uncovered"] if "never scanned" in one["reason"]] == ["late"]


@pytest.mark.parametrize(
    ("kind", "url", "told"),
    [
        ("postgres", "postgresql://reader@db.example:6432/crm", ("postgres://db.example:6432", "crm.")),
        ("mysql", "mysql://reader@db.example/billing", ("mysql://db.example:3306", "")),
        ("s3", "s3://lake/raw/", ("s3://lake", "raw/")),
        ("sqlite", None, ("sqlite://x", "")),
    ],
)
def test_a_namespace_is_as_other_tools_name_it_and_has_no_role(kind: str, url: str | None, told: object) -> None:
    """So that catalogues join what is told here with what others tell."""
    assert namespace(StoreConfig("x", kind, Path("/secret/x.db"), url)) == told


def test_a_full_disk_leaves_no_half_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was there before stays as it was, and nothing else is left."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "out").write_text("before")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CouldNotRun, match="No space left"):
        write(b"after", tmp_path / "out")
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("out", "before")]
