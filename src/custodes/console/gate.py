"""Which requests reach a page at all? None, unless method, host and session are in order: default deny."""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from custodes.console.door import Door

ENTER: Final = "/enter"
HEALTH: Final = "/healthz"
OPEN: Final = frozenset({ENTER, HEALTH})  # exact paths; everything else needs a session

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

#: Pages that run our own scripts from files of ours; what is written into a page never runs there either.
SCRIPTED: Final = frozenset({"/graph"})
_WITH_SCRIPT: Final = (
    HEADERS["Content-Security-Policy"] + "; script-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
)

Refusal = Callable[[int, str, str], Response]  # status, what, next step


class Gate:
    """Stands before the whole application, so that a page added later is closed unless it is named in OPEN.

    names: host names the console answers to, beside loopback's; any other is refused, because a foreign site may
    let its own name point at this machine (DNS rebinding). refuse makes the page that says why.
    """

    def __init__(self, app: ASGIApp, *, door: Door, cookie: str, names: frozenset[str], refuse: Refusal) -> None:
        self._app = app
        self._door = door
        self._cookie = cookie
        self._names = names
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection (ASGI)."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                if scope["path"] in SCRIPTED:
                    headers["Content-Security-Policy"] = _WITH_SCRIPT
            await send(message)

        answer = self._refusal(HTTPConnection(scope), scope)
        if answer is not None:
            await answer(scope, receive, guarded)
            return
        try:
            await self._app(scope, receive, guarded)
        except Exception as error:  # noqa: BLE001 - the last door: the server would print a trace, and it may hold values
            place = _place(error)
            print(f"custodes: error: a mistake of ours ({type(error).__name__}), {place}", file=sys.stderr)  # noqa: T201 - no logger: see above
            if not begun:
                refused = self._refuse(500, f"a mistake of ours ({type(error).__name__}), {place}", "please report it")
                await refused(scope, receive, guarded)

    def _refusal(self, asked: HTTPConnection, scope: Scope) -> Response | None:
        if scope["method"] != "GET":
            refused = self._refuse(405, "the console only shows", "nothing can be changed here")
            refused.headers["Allow"] = "GET"
            return refused
        hosts = asked.headers.getlist("host")
        if len(hosts) != 1 or not answers_to(hosts[0], self._names):
            return self._refuse(
                400, "the console does not answer to this host name", "use the link that was printed at the start"
            )
        if scope["path"] in OPEN or self._door.knows(asked.cookies.get(self._cookie, "")):
            return None
        return self._refuse(
            401,
            "you have not come in through the link, or your eight hours are over",
            'open the link that "custodes serve" printed; it works once, so start it again for a new one. If you have '
            "just opened it from another web page, press Enter in the address bar",
        )


def answers_to(host: str, names: frozenset[str]) -> bool:
    """Whether a Host header (name or address, with or without port) is loopback's or one of names."""
    name, _, port = host.rpartition(":") if ":" in host.rpartition("]")[2] else (host, "", "")
    if port and not port.isdecimal():
        return False
    name = name.lower()
    return is_loopback(name.removeprefix("[").removesuffix("]")) or name in names


def is_loopback(name: str) -> bool:
    """Whether a host name or address means this machine and nothing else."""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "nowhere"
