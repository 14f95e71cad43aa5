"""How do the tests reach a console? Over HTTP: a real server on a free port, over an invented source."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx

from custodes.console.door import Door
from custodes.console.gate import ENTER
from custodes.console.listen import console_server, listen
from custodes.errors import BadInput, CustodesError
from custodes.pipeline.prove import Proof
from custodes.pipeline.witnesses import Witnessed
from custodes.records import FlowEdge, Overview, Ruling
from custodes.records.answer import Answer, Coverage, Question, Touch
from custodes.records.history import Change
from custodes.risk.register import Risk, assess
from tests.risk.overviews import AS_OF, a_busy_overview


@dataclass
class ASource:
    """A source that remembers the looks, and refuses them with `refusal` when one is set."""

    known: Overview = field(default_factory=a_busy_overview)
    register: tuple[Risk, ...] | None = None
    memo: Path | None = None
    refusal: CustodesError | OSError | None = None
    looks: list[tuple[str, str]] = field(default_factory=list)
    edges: tuple[FlowEdge, ...] = ()
    changes: tuple[Change, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    touches: tuple[Touch, ...] | None = ()
    gaps: Coverage = field(default_factory=lambda: Coverage(AS_OF - timedelta(days=9), AS_OF, (), ()))
    outside: Witnessed = field(default_factory=lambda: Witnessed(()))

    def overview(self) -> Overview:
        return self.known

    def verified_at(self) -> datetime:
        return AS_OF

    def risks(self) -> tuple[Risk, ...]:
        return assess(self.known) if self.register is None else self.register

    def flows(self) -> tuple[FlowEdge, ...]:
        return self.edges

    def story(self, store: str, dataset: str, field: str) -> tuple[tuple[Change, ...], tuple[Ruling, ...]]:
        rulings = [one for one in self.rulings if (one.store, one.dataset, one.field) == (store, dataset, field)]
        return self.changes if (store, dataset, field) == ("shop", "main.customers", "email") else (), tuple(rulings)

    def who(self, asked: Question) -> Answer:
        self.look("who", f"{asked.by} {asked.name}")
        if self.touches is None:
            raise BadInput("more than 100,000 touches", where=asked.by, hint="narrow the window")
        return Answer(asked, self.touches, self.gaps, self.known.skipped[:1])

    def coverage(self) -> Coverage:
        return self.gaps

    def witnessed(self) -> Witnessed:
        return self.outside

    def proof(self, leaf: int) -> Proof | None:
        self.look("proof", str(leaf))
        return Proof("c2sp.org/tlog-proof@v1\n", b"\x01leaf") if leaf == 7 else None

    def key(self) -> bytes:
        return b"made-up-key\n"

    def look(self, page: str, subject_of_look: str) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.looks.append((page, subject_of_look))

    def memo_file(self) -> Path | None:
        return self.memo


@dataclass
class Console:
    """A running console: its address, its door, and a reader who has not come in yet."""

    url: str
    door: Door
    reader: httpx.Client

    def come_in(self) -> httpx.Client:
        """The same reader with a session."""
        answer = self.reader.get(ENTER, params={"token": self.door.new_token()})
        assert answer.status_code == 303, answer.text
        return self.reader


@contextmanager
def a_console(source: ASource | None = None, clock: Callable[[], float] = time.time) -> Iterator[Console]:
    """A console over the source, serving until the block ends."""
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    door = Door(clock)
    server = console_server(source or ASource(), door, port, names=frozenset({"127.0.0.1"}))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    url = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=url, timeout=30) as reader:
            yield Console(url, door, reader)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
