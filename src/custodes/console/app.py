"""Which page answers which address? Server-rendered, read-only, script on the graph alone; the gate is before all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Annotated, Final, Literal

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response

from custodes.console import pages
from custodes.console.door import SESSION_SECONDS, Door
from custodes.console.field_page import field_page
from custodes.console.gate import ENTER, HEALTH, Gate
from custodes.console.graph import graph as graph_page
from custodes.console.source import Source
from custodes.console.timeline import Choice, who_page
from custodes.console.words import FILTERS
from custodes.errors import BadInput, CustodesError
from custodes.records import Overview
from custodes.records.answer import BYS, Question

STATIC: Final = {
    "style.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "graph.js": "text/javascript; charset=utf-8",
    "cytoscape.min.js": "text/javascript; charset=utf-8",
}
VENDORED: Final = frozenset({"cytoscape.min.js"})  # as published, in static/vendor with licence and version
MENU: Final = (
    ("overview", "/", "Overview"),
    ("data map", "/data-map", "Data map"),
    ("graph", "/graph", "Graph"),
    ("findings", "/findings", "Incidents"),
    ("risks", "/risks", "Risks"),
    ("ledger", "/ledger", "Ledger"),
)
LEAF_LIMIT: Final = 2**63 - 1
RECENT: Final = timedelta(days=30)


class Pages:
    """Renders the templates, every value escaped, and calls the source one request at a time."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._one_at_a_time = threading.Lock()
        self._templates = _templates()

    @contextmanager
    def source(self) -> Iterator[Source]:
        """The source, for this request alone."""
        with self._one_at_a_time:
            yield self._source

    def page(self, template: str, current: str, known: Overview, values: pages.Values) -> HTMLResponse:
        """A page of the console."""
        text = self._templates.get_template(template).render(current=current, known=known, **values)
        return HTMLResponse(text)

    def refusal(self, status: int, what: str, hint: str, *, inside: bool = False) -> HTMLResponse:
        """A page that says why there is nothing to see. inside: the reader has a session, and gets the menu."""
        template = self._templates.get_template("refused.html" if inside else "closed.html")
        return HTMLResponse(template.render(current="", status=status, what=what, hint=hint), status_code=status)


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("custodes.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update(FILTERS)
    templates.globals.update(menu=MENU)
    return templates


def build(source: Source, door: Door, *, cookie: str, names: frozenset[str]) -> Gate:
    """The whole console as one ASGI application. cookie: its name. names: hosts answered to beside loopback."""
    shown = Pages(source)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    _add_entrance(app, shown, door, cookie)
    _add_maps(app, shown)
    _add_evidence(app, shown)
    _add_answers(app, shown)
    _add_refusals(app, shown)
    return Gate(app, door=door, cookie=cookie, names=names, refuse=shown.refusal)


def _add_entrance(app: FastAPI, shown: Pages, door: Door, cookie: str) -> None:
    @app.get(ENTER)
    def enter(token: str = "") -> Response:
        session = door.enter(token)
        if session is None:
            what = "this link has been used, or is too old, or is not the one that was printed"
            return shown.refusal(401, what, 'start "custodes serve" again for a new one')
        answer = RedirectResponse("/", status_code=303)
        answer.set_cookie(cookie, session, max_age=SESSION_SECONDS, httponly=True, samesite="strict", path="/")
        return answer

    @app.get(HEALTH)
    def health() -> Response:
        return PlainTextResponse("ok\n")

    @app.get("/static/{name}")
    def static(name: str) -> Response:
        if name not in STATIC:
            raise HTTPException(404)
        folder = files("custodes.console") / "static"
        content = ((folder / "vendor" if name in VENDORED else folder) / name).read_bytes()
        return Response(content, media_type=STATIC[name])


def _add_maps(app: FastAPI, shown: Pages) -> None:
    """Pages about data, risks and proofs: they name no person's deeds, so looking at them leaves no receipt."""

    @app.get("/data-map")
    def data_map(
        store: str = "", category: str = "", dataset: str = "", page: Annotated[int, Query(ge=1)] = 1
    ) -> Response:
        with shown.source() as source:
            known = source.overview()
        values = pages.data_map(known, store=store, category=category, dataset=dataset, page=page)
        return shown.page("data_map.html", "data map", known, values)

    @app.get("/graph")
    def graph(page: Annotated[int, Query(ge=1)] = 1) -> Response:
        with shown.source() as source:
            known = source.overview()
            flows = source.flows()
        return shown.page("graph.html", "graph", known, graph_page(known, flows, page=page))

    @app.get("/field")
    def field(store: str = "", dataset: str = "", field: str = "") -> Response:
        with shown.source() as source:
            known = source.overview()
            flows = source.flows()
            changes, rulings = source.story(store, dataset, field)
        values = field_page(known, flows, (store, dataset, field), changes, rulings)
        if values is None:
            raise HTTPException(404)
        return shown.page("field.html", "data map", known, values)

    @app.get("/risks")
    def risks() -> Response:
        with shown.source() as source:
            known = source.overview()
            register = source.risks()
        return shown.page("risks.html", "risks", known, pages.risks(known, register))

    @app.get("/ledger")
    def ledger(leaf: Annotated[int | None, Query(ge=0, le=LEAF_LIMIT)] = None) -> Response:
        with shown.source() as source:
            known = source.overview()
            verified_at = source.verified_at()
            outside = {"coverage": source.coverage(), "witnessed": source.witnessed()}
            if leaf is not None:  # the page then names the findings that rest on it
                source.look("ledger", str(leaf))
        return shown.page(
            "ledger.html", "ledger", known, pages.ledger(known, verified_at=verified_at, leaf=leaf) | outside
        )


def _add_evidence(app: FastAPI, shown: Pages) -> None:
    """Pages that say who did what: the look is a receipt in the ledger before the first byte leaves."""

    @app.get("/")
    def overview() -> Response:
        with shown.source() as source:
            known = source.overview()
            register = source.risks()
            memo = source.memo_file() is not None
            source.look("overview", "")
        return shown.page("overview.html", "overview", known, pages.overview(known, register) | {"memo": memo})

    @app.get("/findings")
    def findings(check: str = "", page: Annotated[int, Query(ge=1)] = 1) -> Response:
        with shown.source() as source:
            known = source.overview()
            source.look("findings", "")
        return shown.page("findings.html", "findings", known, pages.findings(known, check=check, page=page))

    @app.get("/findings/{name}")
    def finding(name: str) -> Response:
        with shown.source() as source:
            known = source.overview()
            allowed = (each.finding for each in known.excepted)
            one = next((each for each in (*known.findings, *allowed) if each.id == name), None)
            if one is None:
                raise HTTPException(404)
            source.look("finding", one.id)
        return shown.page("finding.html", "findings", known, pages.finding(known, one))

    @app.get("/incidents/{name}")
    def incident(name: str) -> Response:
        with shown.source() as source:
            known = source.overview()
            one = next((each for each in known.incidents if each.id == name), None)
            if one is None:
                raise HTTPException(404)
            source.look("incident", one.id)
        return shown.page("incident.html", "findings", known, pages.incident(known, one))

    @app.get("/memo")
    def memo() -> Response:
        with shown.source() as source:
            file = source.memo_file()
            if file is None or not file.is_file():
                return shown.refusal(404, "no memo has been written yet", 'run "custodes memo"', inside=True)
            source.look("memo", file.name)
        return FileResponse(file, media_type="application/pdf", filename=file.name)


def _add_answers(app: FastAPI, shown: Pages) -> None:
    """Pages about one customer, actor, key, party or dataset, and proofs; the source seals each look."""

    @app.get("/who/{by}")
    def who(
        by: str,
        name: str = "",
        field: str = "",
        action: str = "",
        explained: Literal["", "yes", "no"] = "",
        since: datetime | None = None,
        until: datetime | None = None,
        page: Annotated[int, Query(ge=1)] = 1,
    ) -> Response:
        about = next((one for one in BYS if one == by), None)
        if about is None or not name:
            raise HTTPException(404)
        asked = Question(about, name, (field or None) if about == "dataset" else None, _zoned(since), _zoned(until))
        choice = Choice(asked, action, explained, page)
        with shown.source() as source:
            known = source.overview()
            try:
                answer = source.who(asked)
            except BadInput:
                if since is not None or until is not None:
                    raise
                # So many touches that no page holds them: begin with the newest, as far as the evidence goes.
                recent = choice.within(known.as_of - RECENT, None)
                return RedirectResponse(recent.address, status_code=303)
        return shown.page("who.html", "findings", known, who_page(answer, choice))

    @app.get("/proof/{name}")
    def proof(name: str) -> Response:
        number, _, kind = name.partition(".")
        if name != "ledger.vkey" and not (number.isascii() and number.isdigit() and len(number) < 19):
            raise HTTPException(404)
        with shown.source() as source:
            if name == "ledger.vkey":
                content = source.key()
            else:
                found = source.proof(int(number)) if kind in {"tlog-proof", "leaf"} else None
                if found is None:
                    raise HTTPException(404)
                content = found.proof.encode() if kind == "tlog-proof" else found.leaf
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type="application/octet-stream", headers=headers)


def _zoned(moment: datetime | None) -> datetime | None:
    """A time without a zone is UTC, as every page says."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def _add_refusals(app: FastAPI, shown: Pages) -> None:
    @app.exception_handler(CustodesError)
    def cannot(_: Request, error: CustodesError) -> Response:
        return shown.refusal(503, str(error), error.hint, inside=True)

    @app.exception_handler(OSError)
    def system(_: Request, error: OSError) -> Response:
        what = f"the system refused ({error.strerror or type(error).__name__})"
        return shown.refusal(503, what, "free space or mend the rights, then reload", inside=True)

    @app.exception_handler(Exception)
    def mistake(_: Request, error: Exception) -> Response:  # the gate, which it reaches next, tells the terminal
        return shown.refusal(500, f"a mistake of ours ({type(error).__name__})", "please report it", inside=True)

    @app.exception_handler(HTTPException)
    def missing(_: Request, error: HTTPException) -> Response:
        hint = "what was found may have changed since the page with the link was made: start from the overview"
        return shown.refusal(error.status_code, "there is nothing here", hint, inside=True)

    @app.exception_handler(RequestValidationError)
    def unfit(_: Request, error: RequestValidationError) -> Response:  # noqa: ARG001 - it quotes what was asked
        return shown.refusal(400, "the address has a part that cannot be used", "start from the overview", inside=True)
