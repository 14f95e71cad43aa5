"""A receiver on loopback that fails, is slow, hangs, wants to be left alone, and comes back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase


@dataclass
class Receiver:
    """What it got, and how it answers: `ok`, `hang`, `break`, or a status.

    `drip`: a byte now and then. `taken, then broken`: the request is taken, and the connection broken for an answer.
    never: a body that holds this is answered with 422. headers: of every answer.
    """

    url: str = ""
    mood: str = "ok"
    never: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    asked: int = 0
    open: int = 0  # connections
    _over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def receiving() -> Iterator[Receiver]:
    one = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            one.asked += 1
            told = dict(self.headers.items())
            mood = "422" if one.never and one.never in body else one.mood
            if mood in {"ok", "taken, then broken"}:
                one.got.append((told, body))
            if mood in {"break", "taken, then broken"}:
                self.connection.close()
                return
            if mood == "hang":
                one._over.wait(20)
                return
            if mood == "drip":
                _drip(self.wfile, one._over)
                return
            self.send_response(204 if mood == "ok" else int(mood))
            for name, value in one.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def finish(self) -> None:
            with suppress(OSError):
                super().finish()
            one.open -= 1

        def setup(self) -> None:
            one.open += 1
            super().setup()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    one.url = f"http://127.0.0.1:{server.server_address[1]}/hook?token=s3cret"
    try:
        yield one
    finally:
        one._over.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def _drip(out: BufferedIOBase, over: threading.Event) -> None:
    with suppress(OSError):
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200:
            if over.wait(0.05):
                return
            out.write(bytes([byte]))
