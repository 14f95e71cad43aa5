"""How does a notice reach its target, and why did it not? In our own words: an address may hold a secret."""

from __future__ import annotations

import http.client
import ipaddress
import logging
import os
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from custodes import kept
from custodes.notices.message import Message

WITHIN: Final = 15.0  # seconds for one notice, whatever the receiver does
MOST_UNENDED: Final = 8  # attempts that ran out of time and still go on
_SILENT: Final = 10.0  # seconds without a byte
_REFUSED: Final = frozenset({400, 403, 413, 422})  # of this body: all others are about the receiver or the address
_MOST_BYTES: Final = 65_536  # of an answer, which nobody needs

_unended: list[threading.Thread] = []


class NotDelivered(Exception):
    """The target did not take it. why: in our words. retry_after: the header's value, where there was one.

    final: whether it is this very notice that it will not take, whatever it thinks of others.
    """

    def __init__(self, why: str, retry_after: str | None = None, *, final: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.retry_after = retry_after
        self.final = final


def post(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """POST to an http(s) address. Taken is any answer of 2xx; a redirection is not followed. Raises NotDelivered.

    With the header Authorization only by https, or to this machine: others on the way could read it.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise NotDelivered("the address is no address") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise NotDelivered("the address is none of http or https")
    if parts.scheme == "http" and "Authorization" in headers and not _is_here(host):
        raise NotDelivered("the address is not https: others could read the authorization")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    tls = parts.scheme == "https"
    # A second handle of the connection: what holds the first (TLS, the answer) is another object at each step.
    handles: list[socket.socket] = []

    def ask() -> None:
        connection = (http.client.HTTPSConnection if tls else http.client.HTTPConnection)(host, port)
        raw = socket.create_connection((host, connection.port), timeout=min(_SILENT, WITHIN))
        try:
            handles.append(raw.dup())
            connection.sock = ssl.create_default_context().wrap_socket(raw, server_hostname=host) if tls else raw
            connection.request("POST", target, body, dict(headers))
            answer = connection.getresponse()
            answer.read(_MOST_BYTES)
        finally:
            connection.close()
            raw.close()
            for one in handles:
                one.close()
        if not 200 <= answer.status < 300:
            why = f"the receiver answered {answer.status}"
            raise NotDelivered(why, answer.getheader("Retry-After"), final=answer.status in _REFUSED)

    def end() -> None:
        for one in handles:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    _in_time(ask, end)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def by_apprise(url: str, message: Message) -> None:
    """Through apprise: mail, Slack, Teams and whatever else it knows. Raises NotDelivered."""
    try:
        import apprise  # noqa: PLC0415 - an extra, and slow to import
    except ModuleNotFoundError as error:
        raise NotDelivered('apprise is not installed: pip install "custodes[notices]"') from error
    # It logs addresses, and Python prints the warnings of whoever has no handler.
    logger = logging.getLogger("apprise")
    logger.handlers, logger.propagate = [logging.NullHandler()], False

    def ask() -> None:
        outlet = apprise.Apprise()
        if not outlet.add(url):
            raise NotDelivered("the address is none that apprise knows")
        if not outlet.notify(
            body=message.text,
            title=message.title,
            notify_type=apprise.NotifyType.WARNING,
            body_format=apprise.NotifyFormat.TEXT,
        ):
            raise NotDelivered("apprise could not deliver it")

    _in_time(ask)


def append(file: Path, data: bytes) -> None:
    """Add lines to a file, which is made for its owner alone. Durable when it returns. Raises NotDelivered.

    Where an earlier attempt was cut short its line is ended first, so that only that one line is no JSON.
    """
    try:
        handle = kept.descriptor(file, os.O_RDWR | os.O_APPEND | os.O_CREAT)
        try:
            size = os.fstat(handle).st_size
            torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
            rest = (b"\n" if torn else b"") + data
            while rest:
                rest = rest[os.write(handle, rest) :]
            os.fsync(handle)
        finally:
            os.close(handle)
        if not size:  # perhaps new: its name must outlive a power cut too
            folder = os.open(file.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
    except OSError as error:
        raise NotDelivered(f"the file cannot be written ({error.strerror})") from error


def _in_time(ask: Callable[[], None], end: Callable[[], None] | None = None) -> None:
    """Time-outs of a socket begin anew with each byte: a receiver that sends one now and then would hold us for ever.

    end: ends what is not back in time. What cannot be ended (a name that is looked up, apprise) ends by itself, and
    there are at most MOST_UNENDED of it. That it may still arrive is why a notice has an id.
    """
    _unended[:] = [one for one in _unended if one.is_alive()]
    if len(_unended) >= MOST_UNENDED:
        raise NotDelivered("earlier attempts have not ended")
    failed: list[NotDelivered] = []

    def run() -> None:
        try:
            ask()
        except NotDelivered as error:
            failed.append(error)
        except BaseException as error:  # noqa: BLE001 - an error's own words may hold the address
            failed.append(NotDelivered(words(error)))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(WITHIN)
    if thread.is_alive():
        if end is not None:
            end()
            thread.join(1.0)
        _unended.append(thread)
        raise NotDelivered(f"no answer within {WITHIN:g} seconds")
    if failed:
        raise failed[0]


def words(error: BaseException) -> str:
    """What went wrong, in our words: an error's own may hold the address."""
    known: tuple[tuple[type[BaseException], str], ...] = (
        (TimeoutError, "the receiver was silent for too long"),
        (ConnectionRefusedError, "nobody listens there"),
        (ssl.SSLError, "the connection is not trusted (TLS)"),
        (socket.gaierror, "the host's name is not known"),
        (ConnectionError, "the receiver broke the connection"),
        (http.client.HTTPException, "the answer is no HTTP"),
    )
    return next((told for kind, told in known if isinstance(error, kind)), f"it failed ({type(error).__name__})")
