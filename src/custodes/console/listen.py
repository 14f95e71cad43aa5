"""On which address does the console listen, and how does one get in? Loopback, by a link that works once."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Callable
from typing import Final

import uvicorn

from custodes.console.app import build
from custodes.console.door import LINK_SECONDS, Door
from custodes.console.gate import ENTER, is_loopback
from custodes.console.source import Source
from custodes.errors import BadInput, CouldNotRun

UNSAFE: Final = "--unsafe-listen-beyond-loopback"
_WAITING: Final = 64


def run_console(
    source: Source,
    host: str,
    port: int,
    *,
    say: Callable[[str], None],
    unsafe_listen_beyond_loopback: bool = False,
    clock: Callable[[], float] = time.time,
) -> None:
    """Serve the console until the process is told to stop. port 0 takes a free one. say gets the one-time link.

    Raises BadInput for an address that is not this machine's loopback without the flag, or that is none;
    CouldNotRun when the port is taken or not allowed.
    """
    listener = listen(host, port, unsafe_listen_beyond_loopback=unsafe_listen_beyond_loopback)
    try:
        bound = listener.getsockname()[1]
        door = Door(clock)
        named = f"[{host}]" if ":" in host else host.lower()
        server = console_server(source, door, bound, names=frozenset({named}))

        def announce() -> None:
            say(
                f"open http://{named}:{bound}{ENTER}?token={door.new_token()}\n"
                f"the link works once, within {LINK_SECONDS // 60} minutes; Ctrl-C ends the console and every session"
            )
            if not is_loopback(host):
                say("WARNING: without TLS in front, anybody on the way can read along and take over the session")

        server.started_up = announce
        server.run(sockets=[listener])
    finally:
        listener.close()


class ConsoleServer(uvicorn.Server):
    """Says that it is there once it is: a Ctrl-C after the link has been shown ends a server, not its beginning."""

    started_up: Callable[[], None] = staticmethod(lambda: None)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn does, then the announcement."""
        await super().startup(sockets)
        if self.started:
            self.started_up()


def console_server(source: Source, door: Door, port: int, *, names: frozenset[str]) -> ConsoleServer:
    """The server, not yet running. The cookie bears the port: browsers send a host's cookies to all of its ports."""
    config = uvicorn.Config(
        build(source, door, cookie=f"custodes_{port}", names=names),
        access_log=False,  # its lines would hold the token
        log_level="warning",
        log_config=None,
        server_header=False,
        proxy_headers=False,
        ws="none",
    )
    return ConsoleServer(config)


def listen(host: str, port: int, *, unsafe_listen_beyond_loopback: bool = False) -> socket.socket:
    """A listening socket. What is judged is the address that is bound, not the name it was given by."""
    where = f"{host}:{port}"
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError) as error:
        raise BadInput(
            "no such host", where=where, hint="give an address of this machine, such as 127.0.0.1"
        ) from error
    family, kind, protocol, _, address = found[0]
    number = str(address[0])
    if number in {"0.0.0.0", "::"}:  # noqa: S104 - refused, not bound
        raise BadInput(
            "the console does not listen on every address at once",
            where=where,
            hint="name the one address that its readers use: requests for any other name are refused",
        )
    if not is_loopback(number) and not unsafe_listen_beyond_loopback:
        raise BadInput(
            "the console would be open to the network",
            where=where,
            hint=f"leave --host away and use an SSH tunnel, or say {UNSAFE} and put TLS in front",
        )
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_WAITING)
    except OSError as error:
        listener.close()
        raise _refused(error, where) from error
    return listener


def _refused(error: OSError, where: str) -> CouldNotRun:
    other = "choose another with --port (0 takes a free one)"
    if error.errno == errno.EADDRINUSE:
        return CouldNotRun("the port is in use", where=where, hint=f"stop what uses it, or {other}")
    if error.errno == errno.EACCES:
        return CouldNotRun("this port is not for ordinary users", where=where, hint=other)
    if error.errno == errno.EADDRNOTAVAIL:
        return CouldNotRun("this machine has no such address", where=where, hint="leave --host away for loopback")
    return CouldNotRun(f"cannot listen ({error.strerror})", where=where, hint=other)
