"""How do others read a ledger, or ask a witness, over HTTP? The answers, and the server that gives them.

A log is files that never change and one that does (tlog-tiles): whatever stands between may keep them. Entries are not
given out: they say who touched whose data. Whoever has a proof and its leaf needs no more than these files.
"""

from __future__ import annotations

import hashlib
import io
import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from custodes.ledger.layout import Layout
from custodes.ledger.tiles import Tile, count_at, parse
from custodes.ledger.tree import TILE_WIDTH
from custodes.ledger.witness import MOST_BYTES, Answer, Witness

_TILE: Final = {"Content-Type": "application/octet-stream", "Cache-Control": "public, max-age=31536000, immutable"}
_CHECKPOINT: Final = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-cache, max-age=2"}
_SECONDS: Final = 20  # for one request to be sent whole, however slowly it drips
_AT_ONCE: Final = 64  # connections; whoever comes beyond them is turned away, not waited for


def read(layout: Layout, path: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body for a path of tlog-tiles: `checkpoint` or `tile/<level>/<index>[.p/<width>]`."""
    tile = parse(path)
    if path != "checkpoint" and (tile is None or not _signed(layout, tile)):
        return 404, {}, b""
    ways = [layout.ledger / path] if tile is not None else [layout.witnessed, layout.checkpoint]
    for file in ways:
        try:
            body = layout.note(file)
        except OSError:
            continue
        tag = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"'}
        return 200, (_CHECKPOINT if tile is None else _TILE) | tag, body
    return 404, {}, b""


def _signed(layout: Layout, tile: Tile) -> bool:
    """Whether the signed head covers the whole tile.

    What a batch places before its seal may be undone, and then comes again with other hashes: whatever stands between
    would keep the first ones for a year.
    """
    try:
        size = int(layout.note(layout.checkpoint).split(b"\n")[1])
    except (OSError, ValueError, IndexError):
        return False
    return tile.index * TILE_WIDTH + tile.width <= count_at(tile.level, size)


class _Until(io.RawIOBase):
    """What a connection sends, until a moment: a timeout of its own for each byte would hold a thread for days."""

    def __init__(self, connection: socket.socket) -> None:
        super().__init__()
        self._connection = connection
        self.until = 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # any writable buffer is one
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _SECONDS
    server_version = "custodes"
    sys_version = ""

    def setup(self) -> None:
        super().setup()
        self._sent = _Until(self.connection)
        self.rfile = io.BufferedReader(self._sent)

    def handle_one_request(self) -> None:
        """One request, and its answer."""
        self._sent.until = time.monotonic() + _SECONDS
        super().handle_one_request()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        """Requests are not logged: they would say who looks."""

    def reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
        """One whole answer."""
        self.connection.settimeout(_SECONDS)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def log_server(layout: Layout, host: str, port: int) -> ThreadingHTTPServer:
    """A server, bound and not yet serving, that reads out a log. Raises OSError when the port is taken."""

    class Reader(_Handler):
        def do_GET(self) -> None:
            status, headers, body = read(layout, self.path.removeprefix("/"))
            if status == 200 and self.headers.get("If-None-Match") == headers["ETag"]:
                status, body = 304, b""
            self.reply(status, headers, body)

        do_HEAD = do_GET  # noqa: N815 - the name is the library's

    return _server(host, port, Reader)


def witness_server(witness: Witness, host: str, port: int) -> ThreadingHTTPServer:
    """A server, bound and not yet serving, that answers for a witness. Raises OSError when the port is taken."""

    class Asked(_Handler):
        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if self.path != "/add-checkpoint":
                self.close_connection = True
                self.answer(Answer(404, "there is only add-checkpoint here\n"))
            elif not (length.isascii() and length.isdigit() and int(length[:9]) <= MOST_BYTES and len(length) < 9):
                self.close_connection = True  # what follows was not read
                self.answer(Answer(413, "a request needs its length, and must not be that long\n"))
            else:
                self.answer(witness.add_checkpoint(self.rfile.read(int(length))))

        def answer(self, answer: Answer) -> None:
            self.reply(answer.status, {"Content-Type": answer.content_type}, answer.body.encode())

    return _server(host, port, Asked)


class _Server(ThreadingHTTPServer):
    """A thread for each connection, and a bound on both."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], handler: Callable[..., BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self._room = threading.BoundedSemaphore(_AT_ONCE)

    def process_request(self, request: Any, client_address: Any) -> None:
        """A thread for it, where there is room for one."""
        if not self._room.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._room.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """See ThreadingHTTPServer."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke off is no news, and its trace would say who looks."""


def _server(host: str, port: int, handler: Callable[..., BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    return _Server((host, port), handler)
