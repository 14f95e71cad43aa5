"""What does S3-compatible storage answer? Moto's server on loopback, which speaks the protocol over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import botocore.session
from moto.server import ThreadedMotoServer


@dataclass(frozen=True)
class Storage:
    """A running server with one bucket, `shop`. client: one that may write."""

    endpoint: str
    client: Any
    key: str = "made-up"
    secret: str = "made up for the tests"

    def put(self, key: str, body: bytes, **more: str) -> None:
        """Store an object."""
        self.client.put_object(Bucket="shop", Key=key, Body=body, **more)

    def empty(self) -> None:
        """Delete every object."""
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket="shop"):
            for one in page.get("Contents", ()):
                self.client.delete_object(Bucket="shop", Key=one["Key"])


@contextmanager
def running() -> Iterator[Storage]:
    """Start a server with an empty bucket; stop it, whatever happens."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        client = botocore.session.get_session().create_client(
            "s3",
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id=Storage.key,
            aws_secret_access_key=Storage.secret,
        )
        client.create_bucket(Bucket="shop")
        yield Storage(endpoint, client)
    finally:
        server.stop()
