"""What does a bucket of S3-compatible object storage hold? Listed and read by ranges; nothing is written."""

from __future__ import annotations

import errno
import io
from collections.abc import Iterator
from typing import Any, Final

import botocore.config
import botocore.session
from botocore import UNSIGNED
from botocore.exceptions import BotoCoreError, ClientError

from custodes.errors import StoreRefused
from custodes.stores.files import Entry, FilesStore
from custodes.stores.source import Source

_FIRST: Final = 1 << 20  # bytes asked for at first; doubled while a file is read on and on
_MOST: Final = 1 << 23
_ARCHIVED: Final = frozenset({"GLACIER", "DEEP_ARCHIVE"})


class Bucket:
    """The objects of one bucket whose keys begin with a prefix.

    An object's fingerprint is its entity tag and size: whatever is written anew gets another tag. While it is read, the
    tag is asked for with every range, so that a change in between is told instead of mixed up.
    """

    def __init__(self, client: Any, name: str, prefix: str) -> None:
        self._client = client
        self._name = name
        self._prefix = prefix
        self._beginning: tuple[str, bytes] = ("", b"")  # of the object that was opened last

    def __repr__(self) -> str:
        return f"Bucket({self._name!r}, {self._prefix!r})"

    def entries(self) -> Iterator[Entry]:
        """See Place.entries. Raises StoreRefused when the listing breaks off."""
        try:
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self._name, Prefix=self._prefix):
                for found in page.get("Contents", ()):
                    if not (found["Key"].endswith("/") and not found["Size"]):  # a folder that some tools make
                        yield self._entry(found)
        except (ClientError, BotoCoreError) as error:
            raise refusal(error, str(self)) from None

    def size(self) -> int | None:
        """See Place.size: another listing would cost as much as the first."""
        return None

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()

    def read(self, key: str, tag: str, start: int, size: int) -> bytes:
        """Some bytes of an object. Raises OSError in words."""
        whose, beginning = self._beginning  # at once: another thread may open another object
        if start == 0 and whose == key + tag and len(beginning) >= size:
            return beginning[:size]
        try:
            answer = self._client.get_object(
                Bucket=self._name, Key=key, Range=f"bytes={start}-{start + size - 1}", IfMatch=tag
            )
            with answer["Body"] as body:
                # A storage that gives more than was asked for, or from elsewhere, must not decide what is held.
                data: bytes = body.read(size + 1)
        except (ClientError, BotoCoreError) as error:
            raise _failure(error) from None
        if len(data) > size:
            raise OSError(errno.EIO, "the storage gave another range than it was asked for")
        if start == 0:
            self._beginning = (key + tag, data)
        return data

    def _entry(self, found: dict[str, Any]) -> Entry:
        key, size, tag = found["Key"], int(found["Size"]), found["ETag"]
        name = key.removeprefix(self._prefix) or key
        if found.get("StorageClass") in _ARCHIVED:
            return Entry(name, None, None, "it lies in the archive class", "restore it, or list it under skip")
        source = Source(name, size, lambda: _Object(self, key, tag, size), packed=size)
        return Entry(name, source, f"{tag}-{size}", modified=found.get("LastModified"))


class _Object(io.RawIOBase):
    """One object as a stream that can be read from anywhere."""

    def __init__(self, bucket: Bucket, key: str, tag: str, size: int) -> None:
        super().__init__()
        self._bucket = bucket
        self._key = key
        self._tag = tag
        self._size = size
        self._at = 0
        self._held = b""
        self._from = 0
        self._next = _FIRST

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """See io.IOBase."""
        self._at = max(0, offset + (0, self._at, self._size)[whence])
        return self._at

    def tell(self) -> int:
        """See io.IOBase."""
        return self._at

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # typeshed's Buffer
        """See io.RawIOBase."""
        if self._at >= self._size or not len(buffer):
            return 0
        if not self._from <= self._at < self._from + len(self._held):
            # Read on where the last piece ended: more at once. From elsewhere: what was asked for, and a little more.
            on = bool(self._held) and self._at == self._from + len(self._held)
            self._next = min(_MOST, self._next * 2) if on else _FIRST if self._at == 0 else 1 << 16
            size = min(max(self._next, min(len(buffer), _MOST)), self._size - self._at)
            self._held = self._bucket.read(self._key, self._tag, self._at, size)
            self._from = self._at
        piece = memoryview(self._held)[self._at - self._from :][: len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


def open_bucket(
    name: str,
    url: str,
    *,
    endpoint: str | None = None,
    region: str | None = None,
    key: str | None = None,
    secret: str | None = None,
    session: str | None = None,
    anonymous: bool = False,
    timeout: int = 300,
) -> FilesStore:
    """Open `s3://BUCKET/PREFIX`. endpoint: of another S3-compatible storage, else Amazon's for the region.

    key, secret, session: an access key; without one the machine's own credentials are used, with anonymous none.
    timeout: seconds to wait for an answer. Raises StoreRefused when there is no bucket or it may not be listed.
    """
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
    settings = botocore.config.Config(
        connect_timeout=10,
        read_timeout=timeout or 60,
        retries={"mode": "standard", "total_max_attempts": 4},
        signature_version=UNSIGNED if anonymous else None,
        s3={"addressing_style": "path" if endpoint else "auto"},
        max_pool_connections=64,  # threads read objects at once
        user_agent_extra="custodes",
    )
    try:
        client = botocore.session.get_session().create_client(
            "s3",
            region_name=region or ("us-east-1" if endpoint else None),
            endpoint_url=endpoint,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=session,
            config=settings,
        )
        client.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1)
    except (ClientError, BotoCoreError, ValueError) as error:
        raise refusal(error, url) from None
    return FilesStore(name, "s3", Bucket(client, bucket, prefix))


_OPEN: Final = {
    "NoSuchBucket": ("there is no such bucket", "check the bucket's name and the endpoint"),
    "AccessDenied": ("it may not be listed", "grant s3:ListBucket on the bucket"),
    "403": ("it may not be listed", "grant s3:ListBucket on the bucket"),
    "InvalidAccessKeyId": ("the access key is not known", "check the variable named in key_env"),
    "SignatureDoesNotMatch": ("the secret does not fit the key", "check the variable named in secret_env"),
    "ExpiredToken": ("the credentials have expired", "take new ones"),
    "PermanentRedirect": ("the bucket is in another region", "name its region"),
    "AuthorizationHeaderMalformed": ("the bucket is in another region", "name its region"),
    "NoCredentialsError": ("there are no credentials", "name key_env and secret_env, or anonymous = true"),
    "NoRegionError": ("no region is named", 'add region = "..."'),
    "EndpointConnectionError": ("the storage cannot be reached", "check the endpoint"),
    "ConnectTimeoutError": ("the storage cannot be reached", "check the endpoint, and the firewall between"),
    "InvalidBucketName": ("the bucket's name is none", "write s3://BUCKET/PREFIX"),
    "ParamValidationError": ("the bucket's name is none", "write s3://BUCKET/PREFIX"),
}
_READ: Final = {
    "AccessDenied": (errno.EACCES, "it may not be read: grant s3:GetObject, and kms:Decrypt where a key is used"),
    "403": (errno.EACCES, "it may not be read: grant s3:GetObject, and kms:Decrypt where a key is used"),
    "InvalidObjectState": (errno.EIO, "it lies in the archive class"),
    "NoSuchKey": (errno.ENOENT, "it is no longer there"),
    "404": (errno.ENOENT, "it is no longer there"),
    "PreconditionFailed": (errno.EIO, "it changed while it was read"),
    "412": (errno.EIO, "it changed while it was read"),
    "InvalidRequest": (errno.EIO, "it is encrypted with a key of its owner's"),
}


def refusal(error: Exception, where: str) -> StoreRefused:
    """Why a bucket cannot be listed. The storage's own words may hold a key's name, and are not repeated."""
    what, hint = _OPEN.get(_code(error), (f"the storage refused ({_code(error)})", "check address, region and rights"))
    return StoreRefused(f"the bucket cannot be used: {what}", where=where, hint=hint)


def _failure(error: Exception) -> OSError:
    return OSError(*_READ.get(_code(error), (errno.EIO, f"the storage did not deliver it ({_code(error)})")))


def _code(error: Exception) -> str:
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "unknown"))
    return type(error).__name__
