"""How do others read a ledger, or ask a witness, over HTTP? The answers, and the server that gives them.

A log is files that never change and one that does (tlog-tiles): whatever stands between may keep them. Entries are not
given out: they say who touched whose data. Whoever has a proof and its leaf needs no more than these files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from custodes.ledger.layout import Layout
from custodes.ledger.tiles import parse
from custodes.ledger.witness import MOST_BYTES, Answer, Witness

_TILE: Final = {"Content-Type": "application/octet-stream", "Cache-Control": "public, max-age=31536000, immutable"}
_CHECKPOINT: Final = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-cache, max-age=2"}
_SECONDS: Final = 20  # for one request to be sent whole


def read(layout: Layout, path: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body for a path of tlog-tiles: `checkpoint` or `tile/<level>/<index>[.p/<width>]`."""
    tile = parse(path)
    if path != "checkpoint" and tile is None:
        return 404, {}, b""
    ways = [layout.ledger / path] if tile is not None else [layout.witnessed, layout.checkpoint]
    for file in ways:
        try:
            body = file.read_bytes()
        except OSError:
            continue
        tag = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"'}
        return 200, (_CHECKPOINT if tile is None else _TILE) | tag, body
    return 404, {}, b""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _SECONDS
    server_version = "custodes"
    sys_version = ""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        """Requests are not logged: they would say who looks."""

    def reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
        """One whole answer."""
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


def _server(host: str, port: int, handler: Callable[..., BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer((host, port), handler)
    server.daemon_threads = True
    return server
