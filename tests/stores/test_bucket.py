"""What does a bucket say when a key, an object or a right is not as it should be?"""

from __future__ import annotations

import gzip
import io
import tarfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from custodes.errors import StoreRefused
from custodes.records import Dataset, Skipped
from custodes.stores import windows
from custodes.stores.bucket import _failure, open_bucket
from custodes.stores.bucket import refusal as refusal_of
from custodes.stores.files import FilesStore
from custodes.stores.interface import Unreadable
from tests.buckets import Storage

ODD = ("a//b.csv", "/lead.csv", "dot/../x.csv", "pct%20x.csv", "q?#&+ .csv", "ümlaut/名.csv", "t\x7f.csv")


@pytest.fixture
def shop(storage: Storage) -> Storage:
    storage.empty()
    return storage


def opened(storage: Storage, url: str = "s3://shop", **more: str) -> FilesStore:
    keys = {"endpoint": storage.endpoint, "key": storage.key, "secret": storage.secret} | more
    return open_bucket("lake", url, **keys)  # type: ignore[arg-type]  # all of them are texts


def read(store: FilesStore, name: str, max_rows: int = 0) -> list[dict[str, object]]:
    dataset = next(one for one in store.datasets() if isinstance(one, Dataset) and one.name == name)
    return [row for batch in store.read(dataset, max_rows=max_rows) for row in batch.to_pylist()]


def test_odd_keys_are_read(shop: Storage) -> None:
    """A key is any text: empty steps, dots, blanks and other scripts."""
    for number, key in enumerate(ODD):
        shop.put(key, f"id,name\n{number},Ann\n".encode())
    shop.put("folder/", b"")
    store = opened(shop)
    assert {one.name for one in store.datasets() if isinstance(one, Dataset)} == set(ODD)
    for number, key in enumerate(ODD):
        assert read(store, key) == [{"id": str(number), "name": "Ann"}]


def test_a_prefix_is_a_folder(shop: Storage) -> None:
    """Names begin behind it, and what only begins alike is left out."""
    shop.put("exports/a.csv", b"id\n1\n")
    shop.put("exports2/a.csv", b"id\n1\n")
    assert [one.name for one in opened(shop, "s3://shop/exports").datasets() if isinstance(one, Dataset)] == ["a.csv"]


def test_every_format_and_archives_are_read(shop: Storage) -> None:
    """By ranges where they lie; a Parquet file in a plain tar, too."""
    table = pa.table({"number": list(range(50_000))})
    parquet = io.BytesIO()
    pq.write_table(table, parquet, row_group_size=5_000)
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as file:
        info = tarfile.TarInfo("in.parquet")
        info.size = len(parquet.getvalue())
        file.addfile(info, io.BytesIO(parquet.getvalue()))
    shop.put("a.parquet", parquet.getvalue())
    shop.put("b.tar", tar.getvalue())
    shop.put("c.csv.gz", gzip.compress(b"id\n" + b"7\n" * 500_000))
    store = opened(shop)
    for name in ("a.parquet", "b.tar/in.parquet"):
        assert sorted(int(str(row["number"])) for row in read(store, name)) == list(range(50_000))
    assert len(read(store, "c.csv.gz")) == 500_000


def test_a_large_table_is_read_from_anywhere(shop: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """In random order, each row once."""
    monkeypatch.setattr(windows, "LARGE", 10_000)
    shop.put("a.csv", b"id,name\n" + b"".join(b"%d,name %d\n" % (number, number) for number in range(100_000)))
    found = [int(str(row["id"])) for row in read(opened(shop), "a.csv", max_rows=10**6)]
    assert sorted(found) == list(range(100_000))
    assert found != sorted(found)


def test_unchanged_is_proven_by_the_entity_tag(shop: Storage) -> None:
    """The same object has the same fingerprint, another content another one."""

    def fingerprint() -> str | None:
        (one,) = opened(shop).datasets()
        assert isinstance(one, Dataset)
        return one.fingerprint

    shop.put("a.csv", b"id\n1\n")
    first = fingerprint()
    assert fingerprint() == first is not None
    shop.put("a.csv", b"id\n2\n")
    assert fingerprint() != first


def test_an_object_that_changes_or_goes_is_told(shop: Storage) -> None:
    """Neither is taken for the one that was listed."""
    for change in (
        lambda: shop.put("a.csv", b"id,x\n9,9\n"),
        lambda: shop.client.delete_object(Bucket="shop", Key="a.csv"),
    ):
        shop.put("a.csv", b"id\n" + b"1\n" * 2_000_000)
        store = opened(shop)
        dataset = next(one for one in store.datasets() if isinstance(one, Dataset))
        change()
        with pytest.raises(Unreadable, match=r"changed|no longer there"):
            list(store.read(dataset, max_rows=0))


def test_what_lies_in_the_archive_class_is_named(shop: Storage) -> None:
    """It cannot be read without being restored."""
    shop.put("a.csv", b"id\n1\n", StorageClass="GLACIER")
    (one,) = opened(shop).datasets()
    assert isinstance(one, Skipped)
    assert "archive" in one.reason


def test_a_bucket_that_cannot_be_used_is_refused(shop: Storage) -> None:
    """Missing, misnamed, or at an address where nobody answers; the secret is in no error."""
    for url, endpoint, says in (
        ("s3://none-such", shop.endpoint, "no such bucket"),
        ("s3://two words", shop.endpoint, "name is none"),
        ("s3://shop", "http://127.0.0.1:1", "cannot be reached"),
    ):
        with pytest.raises(StoreRefused, match=says) as refusal:
            opened(shop, url, endpoint=endpoint)
        assert shop.secret not in repr(refusal.value)
        assert refusal.value.hint


def test_a_right_that_lacks_is_named() -> None:
    """For listing and for reading, each with its grant."""
    denied = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "any")
    assert "s3:ListBucket" in refusal_of(denied, "s3://shop").hint
    assert "s3:GetObject" in str(_failure(denied))
