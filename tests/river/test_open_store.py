"""Is every kind of store opened as it is configured, and a driver that is missing named with how to install it?"""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import pytest

from custodes import config
from custodes.config import STORE_KINDS, StoreConfig
from custodes.errors import ConfigError, CouldNotRun
from custodes.pipeline.open_store import open_store
from custodes.records import Dataset
from tests.buckets import Storage

URLS = {"postgres": "postgresql://u@127.0.0.1:1/d", "mysql": "mysql://u@127.0.0.1:1/d", "s3": "s3://shop/exports"}
DRIVERS = {"postgres": "psycopg", "mysql": "pymysql", "s3": "botocore.session"}


def loaded(folder: Path, text: str) -> StoreConfig:
    (folder / "custodes.toml").write_text(f'name = "x"\n[stores.s]\n{text}')
    return config.load(folder / "custodes.toml").stores[0]


@pytest.mark.parametrize("kind", DRIVERS)
def test_a_missing_driver_is_named(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the extra that brings it."""
    module = {"postgres": "postgres", "mysql": "mysql", "s3": "bucket"}[kind]
    monkeypatch.delitem(sys.modules, f"custodes.stores.{module}", raising=False)
    monkeypatch.setitem(sys.modules, DRIVERS[kind], None)
    with pytest.raises(CouldNotRun, match=f"stores of kind {kind} is not installed") as refusal:
        open_store(loaded(tmp_path, f'kind = "{kind}"\nurl = "{URLS[kind]}"\n'), timeout=1)
    assert f'"custodes[{kind}]"' in refusal.value.hint


def test_the_extras_are_those_of_the_project() -> None:
    """What the message says can be installed."""
    import tomllib

    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert set(DRIVERS) | {"files"} <= set(project["optional-dependencies"])
    assert set(DRIVERS) < set(STORE_KINDS)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('kind = "mysql"\nurl = "mysql://u:word@h/d"\n', "password does not belong"),
        ('kind = "mysql"\nurl = "postgresql://u@h/d"\n', "no MariaDB or MySQL address"),
        ('kind = "s3"\nurl = "https://bucket"\n', "no S3 address"),
        ('kind = "s3"\nurl = "s3://key:word@bucket"\n', "password does not belong"),
        ('kind = "s3"\nurl = "s3://bucket"\nkey_env = "A"\n', "belong together"),
        ('kind = "duckdb"\nurl = "x"\n', "path"),
    ],
)
def test_a_mistake_in_a_store_is_refused(text: str, says: str, tmp_path: Path) -> None:
    """With what was expected; a password is not repeated."""
    with pytest.raises(ConfigError) as refusal:
        loaded(tmp_path, text)
    assert says in f"{refusal.value} {refusal.value.hint}"
    assert "word@" not in f"{refusal.value} {refusal.value.hint}"


def test_a_bucket_is_opened_as_configured(storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The access key comes from the environment."""
    storage.empty()
    storage.put("exports/a.csv", b"id\n1\n")
    monkeypatch.setenv("LAKE_KEY", storage.key)
    monkeypatch.setenv("LAKE_SECRET", storage.secret)
    text = f'endpoint = "{storage.endpoint}"\nkey_env = "LAKE_KEY"\nsecret_env = "LAKE_SECRET"\n'
    with closing(open_store(loaded(tmp_path, f'kind = "s3"\nurl = "{URLS["s3"]}"\n{text}'), timeout=5)) as store:
        assert [one.name for one in store.datasets() if isinstance(one, Dataset)] == ["a.csv"]
