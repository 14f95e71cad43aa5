"""Which words of an access log's line are what? nginx's `log_format` or Apache's `LogFormat`, made a pattern."""

from __future__ import annotations

import re
from typing import Final

_COMMON: Final = '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent'
_COMBINED: Final = f'{_COMMON} "$http_referer" "$http_user_agent"'
_NAMED: Final = {"common": _COMMON, "combined": _COMBINED, "vhost_combined": f"$host:$server_port {_COMBINED}"}
# What nginx's variables and Apache's directives are called here; others keep their own name.
_NGINX: Final = {
    "remote_addr": "address",
    "remote_user": "user",
    "time_local": "time",
    "time_iso8601": "time",
    "msec": "time",
    "request_method": "method",
    "request_uri": "uri",
    "http_referer": "referer",
    "http_user_agent": "agent",
    "body_bytes_sent": "bytes",
    "request_id": "id",
    "ssl_client_fingerprint": "client",
}
_APACHE: Final = {
    "h": "address",
    "a": "address",
    "u": "user",
    "t": "time",
    "r": "request",
    "m": "method",
    "U": "path",
    "q": "query",
    "s": "status",
    "b": "bytes",
    "B": "bytes",
    "O": "bytes",
    "v": "host",
    "V": "host",
    "p": "server_port",
    "l": "ident",
}
_HEADERS: Final = {"referer": "referer", "user-agent": "agent", "x-request-id": "id", "unique_id": "id"}
_PART: Final = re.compile(r"\$\{?(?P<nginx>[a-z_][a-z0-9_]*)\}?|%[<>]?(?:\{(?P<header>[^}]+)\})?(?P<apache>[a-zA-Z])")


class Format:
    """A line's pattern and the names of its parts. Raises ValueError for a format that names none, or one twice."""

    def __init__(self, text: str) -> None:
        text = _NAMED.get(text, text)
        self.names: list[str] = []
        pieces: list[str] = []
        at = 0
        for found in _PART.finditer(text):
            pieces.append(re.escape(text[at : found.start()]))
            name = _name(found)
            after = text[found.end() : found.end() + 1]
            pieces.append(_value(name, after, apache_time=found["apache"] == "t"))
            self.names.append(name)
            at = found.end()
        pieces.append(re.escape(text[at:]))
        if len(set(self.names)) != len(self.names):
            raise ValueError("the format names the same thing twice")
        if "time" not in self.names or not {"request", "uri", "path"} & set(self.names):
            raise ValueError("the format names no time or no request")
        self._pattern = re.compile("".join(pieces))

    def parts(self, line: str) -> dict[str, str] | None:
        """The parts by name, those that are `-` or empty left out; None when the line has another form."""
        found = self._pattern.fullmatch(line)
        if found is None:
            return None
        told = {name: _plain(value) for name, value in zip(self.names, found.groups(), strict=True)}
        return {name: value for name, value in told.items() if value not in {"", "-"}}


def _name(found: re.Match[str]) -> str:
    if found["nginx"]:
        return _NGINX.get(found["nginx"], found["nginx"])
    if found["header"] and found["apache"] in {"i", "o", "e", "n", "x", "C"}:
        header = found["header"].lower()
        return _HEADERS.get(header, header.replace("-", "_"))
    return _APACHE.get(found["apache"], f"apache_{found['apache']}")


def _value(name: str, after: str, *, apache_time: bool) -> str:
    """What may stand there: up to the character after it. Apache's time brings its brackets, and a quote is escaped.

    Nothing is tried twice: a user may hold blanks and brackets, and what follows it must end at the next bracket, or
    a line full of brackets would cost the square of its length.
    """
    if apache_time:
        return r"\[([^\[\]]*+)\]"
    if after == '"':
        return r'((?:[^"\\]|\\.)*+)'
    if after == "]":
        return r"([^\[\]]*+)" if name == "time" else r"([^\]]*+)"
    if not after:
        return r"(.*)"
    return rf"([^{re.escape(after)}]*+)" if name != "user" or after != " " else r"(.*?)"


def _plain(value: str) -> str:
    r"""nginx writes `\x22` for a quote, Apache `\"`."""
    if "\\" not in value:
        return value
    raw = re.sub(r"\\x([0-9A-Fa-f]{2})", lambda found: chr(int(found[1], 16)), value)
    return raw.replace('\\"', '"').replace("\\\\", "\\")
