"""Is everything closed that is not open on purpose?"""

from __future__ import annotations

import hashlib
import time
from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from custodes.console import gate
from custodes.console.app import STATIC, VENDORED, build
from custodes.console.door import SESSION_SECONDS, Door
from custodes.console.gate import ENTER, HEADERS, HEALTH, SCRIPTED, answers_to
from tests.console.serving import ASource, a_console

PLACES = {"/static/{name}": [f"/static/{name}" for name in STATIC]}


def routes() -> list[str]:
    """Every path the application has, with example names in place of its parameters."""
    gate = build(ASource(), Door(time.time), cookie="c", names=frozenset())
    app = gate._app
    assert isinstance(app, FastAPI)
    found: list[str] = []
    for route in app.routes:
        assert isinstance(route, APIRoute), f"{route} was not made by a decorator: is it meant to be served?"
        assert route.methods == {"GET"}
        found += PLACES.get(route.path, [route.path.replace("{name}", "I-000000000000")])
    return found


def test_default_deny() -> None:
    """Without a session every route but the entrance answers 401 and tells nothing; so does every path that is none."""
    source = ASource()
    more = [
        "/docs",
        "/redoc",
        "/openapi.json",
        "/nothing",
        "//",
        "//enter",
        "/enter/",
        "/Enter",
        "/enter%2f",
        "/static/",
    ]
    with a_console(source) as console:
        for path in [*routes(), *more]:
            answer = console.reader.get(path)
            if path == HEALTH:
                assert (answer.status_code, answer.text) == (200, "ok\n")
                continue
            assert answer.status_code == 401, path
            assert source.known.name not in answer.text
            assert "set-cookie" not in answer.headers
            assert all(finding.id not in answer.text for finding in source.known.findings)
    assert source.looks == []


def test_a_session_opens_what_was_closed() -> None:
    """After the link every page answers, so that the denial above is the gate's doing."""
    source = ASource()
    with a_console(source) as console:
        reader = console.come_in()
        for path in routes():
            if path != ENTER:
                assert reader.get(path.replace("I-000000000000", "none")).status_code in {200, 404}, path


def test_no_description_of_the_interface_is_served() -> None:
    """Even with a session there are no generated API pages."""
    with a_console() as console:
        reader = console.come_in()
        for path in ("/docs", "/redoc", "/openapi.json"):
            assert reader.get(path).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND"])
def test_only_get(method: str) -> None:
    """Any other method is refused with and without a session, and does not use the link up."""
    with a_console() as console:
        token = console.door.new_token()
        for path in ("/", ENTER, HEALTH, "/ledger"):
            answer = console.reader.request(method, path, params={"token": token})
            assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
        assert console.reader.get(ENTER, params={"token": token}).status_code == 303


@pytest.mark.parametrize(
    "host",
    ["evil.example.com", "127.0.0.1.example.com", "example.com:8400", "localhost.example.com", "127.0.0.1@example.com",
     "[::1].example.com", "localhost:x", "127.0.0.1:80:80", "0.0.0.0", "192.0.2.7"],
)  # fmt: skip
def test_a_foreign_host_name_is_refused(host: str) -> None:
    """A name that a foreign site points at this machine (DNS rebinding) gets nothing, session or not."""
    with a_console() as console:
        reader = console.come_in()
        for path in ("/", HEALTH, ENTER):
            assert reader.get(path, headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1:9000", "localhost", "LOCALHOST:1", "[::1]:8400", "[::1]", "127.0.0.1"])
def test_loopback_names_are_answered(host: str) -> None:
    """Loopback by any of its names and through any tunnel's port is answered."""
    assert answers_to(host, frozenset())
    with a_console() as console:
        assert console.reader.get(HEALTH, headers={"Host": host}).status_code == 200


def test_the_host_that_was_given_is_answered() -> None:
    """The one address the owner chose beyond loopback is answered, and no other."""
    names = frozenset({"192.0.2.7", "[2001:db8::7]"})
    assert answers_to("192.0.2.7:8400", names)
    assert answers_to("[2001:DB8::7]:8400", names)
    assert not answers_to("192.0.2.8:8400", names)


@pytest.mark.parametrize("hosts", [(), ("",), (" ",), ("127.0.0.1", "example.com"), ("example.com", "127.0.0.1")])
def test_no_host_or_two_are_none(hosts: tuple[str, ...]) -> None:
    """A request that names no host or two is refused rather than guessed about."""
    with a_console() as console:
        asking = HTTPConnection(console.url.removeprefix("http://"))
        asking.putrequest("GET", HEALTH, skip_host=True)
        for host in hosts:
            asking.putheader("Host", host)
        asking.endheaders()
        assert asking.getresponse().status == 400
        asking.close()


def test_the_cookie_is_shut_in() -> None:
    """The session's cookie cannot be read by script, sent from another site or outlive the session."""
    with a_console() as console:
        answer = console.reader.get(ENTER, params={"token": console.door.new_token()})
    cookie = answer.headers["set-cookie"]
    name, _, rest = cookie.partition("=")
    assert name.startswith("custodes_")
    assert len(rest.partition(";")[0]) >= 43  # 256 bits
    attributes = {part.strip().lower() for part in rest.split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/", f"max-age={SESSION_SECONDS}"} <= attributes
    assert answer.headers["location"] == "/"


def test_a_used_link_says_what_to_do() -> None:
    """The second use of a link is refused with the next step, and gives no session."""
    with a_console() as console:
        token = console.door.new_token()
        assert console.reader.get(ENTER, params={"token": token}).status_code == 303
        again = httpx.get(console.url + ENTER, params={"token": token})
    assert again.status_code == 401
    assert "custodes serve" in again.text
    assert "set-cookie" not in again.headers


def test_every_answer_carries_the_headers() -> None:
    """Pages, refusals, files and redirects alike forbid scripts, frames, sniffing, referrers and keeping."""
    assert "script" not in HEADERS["Content-Security-Policy"]  # default-src 'none' stays the rule for scripts
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
    with a_console() as console:
        closed = [console.reader.get(path) for path in ("/", "/enter", "/healthz", "/nothing")]
        closed.append(console.reader.post("/"))
        reader = console.come_in()
        opened = [reader.get(path) for path in ("/", "/static/style.css", "/nothing", "/findings?page=x", "/memo")]
        for answer in [*closed, *opened]:
            for name, value in HEADERS.items():
                assert answer.headers[name] == value, (answer.url, name)
            assert "server" not in answer.headers


def test_only_the_graph_runs_scripts_and_only_ours() -> None:
    """Files of this console alone, nothing inline, nothing made of texts; every other page runs none at all."""
    with a_console() as console:
        policy = console.come_in().get("/graph").headers["Content-Security-Policy"]
    assert policy.startswith(HEADERS["Content-Security-Policy"])
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["script-src"] == "'self'"
    assert rules["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in policy
    assert {"/graph"} == SCRIPTED


def test_what_others_wrote_is_as_they_published_it() -> None:
    """A vendored file has the digest and the version that its table records, and its licence beside it."""
    folder = Path(gate.__file__).parent / "static" / "vendor"
    table = (folder / "README.md").read_text()
    for name in VENDORED:
        data = (folder / name).read_bytes()
        row = next(line for line in table.splitlines() if line.startswith(f"| `{name}`"))
        assert hashlib.sha256(data).hexdigest() in row
        assert row.split("|")[3].strip().encode() in data
        assert (folder / "cytoscape.LICENSE").is_file()
