"""Can a name in somebody's database, or a line in a log, write our pages?"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

from custodes.records import FlowEdge, Overview, Place, Ruling
from tests.console.serving import ASource, a_console
from tests.risk.overviews import AS_OF, a_busy_overview

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202e"


def poisoned(value: Any, name: str = "") -> Any:
    """The value with HOSTILE in every text, ids included, and everything that refers to another still does."""
    if isinstance(value, str):
        return f"{value}{HOSTILE}" if name != "room" else value
    if isinstance(value, tuple):
        return tuple(poisoned(one, name) for one in value)
    if isinstance(value, frozenset):
        return value
    if isinstance(value, dict):
        return {poisoned(key): poisoned(one) for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: poisoned(getattr(value, one.name), one.name) for one in fields(value)})
    return value


class Elements(HTMLParser):
    """Collects the names of all elements and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes.update(name for name, _ in attrs)


def test_every_text_is_escaped() -> None:
    """Script, quotes and markup in every text of the overview and the register come out as text on every page."""
    known: Overview = poisoned(a_busy_overview())
    known = replace(known, ledger=replace(known.ledger, verified=False, problems=(HOSTILE, "b")))
    source = ASource(known)
    source.register = poisoned(ASource().risks())
    incident, finding = known.incidents[0].id.rstrip(), known.findings[0].id
    addresses = [
        "/", "/data-map", "/findings", "/risks", "/ledger?leaf=7",
        f"/incidents/{quote(incident, safe='')}", f"/findings/{quote(finding, safe='')}",
        f"/data-map?store={quote(HOSTILE)}&category={quote(HOSTILE)}", f"/findings?check={quote(HOSTILE)}",
        f"/{quote(HOSTILE)}", f"/findings?page={quote(HOSTILE)}", f"/ledger?leaf={quote(HOSTILE)}",
    ]  # fmt: skip
    with a_console(source) as console:
        reader = console.come_in()
        for address in addresses:
            answer = reader.get(address)
            assert answer.status_code in {200, 400, 404}, address
            seen = Elements()
            seen.feed(answer.text)
            assert "<script" not in answer.text.lower(), address
            assert "<img src=x" not in answer.text, address
            assert "script" not in seen.names, address
            assert not {one for one in seen.attributes if one.startswith("on") or one == "style"}, address


def test_the_graph_and_a_field_are_escaped() -> None:
    """Hostile names reach the graph as JSON that ends no element, and a field's page as text."""
    known: Overview = poisoned(a_busy_overview())
    one = known.fields[0]
    ends = Place(one.store, one.dataset, one.field), Place("", HOSTILE, "*")
    edge = FlowEdge(*ends, "direct", (), "view", "x", HOSTILE, 0)
    ruling = Ruling(one.store, one.dataset, one.field, one.category, "confirmed", HOSTILE, HOSTILE, AS_OF)
    source = ASource(known, edges=(edge,), rulings=(ruling,))
    with a_console(source) as console:
        reader = console.come_in()
        page = reader.get("/graph").text
        asked = {"store": one.store, "dataset": one.dataset, "field": one.field}
        field = reader.get("/field", params=asked).text
    assert "alert(1)" in page
    assert "alert(1)" in field
    for text, scripts in ((page, 3), (field, 0)):
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert text.lower().count("<script") == scripts
        seen = Elements()
        seen.feed(text)
        assert not {name for name in seen.attributes if name.startswith("on") or name == "style"}
    data = page.split('id="graph-data">')[1].split("</script>")[0]
    assert {place["name"] for place in json.loads(data)["datasets"]} >= {one.dataset, HOSTILE}


def test_the_poison_is_shown() -> None:
    """The hostile texts do reach the pages, so that the test above is about something."""
    known: Overview = poisoned(a_busy_overview())
    with a_console(ASource(known, register=())) as console:
        reader = console.come_in()
        for address in ("/", "/data-map", "/findings", "/ledger"):
            assert "&lt;script&gt;alert(1)&lt;/script&gt;" in reader.get(address).text, address


def test_what_was_asked_is_not_echoed() -> None:
    """An address that cannot be used is refused without repeating it."""
    with a_console() as console:
        reader = console.come_in()
        for address in ("/secretword", "/findings?page=secretword", "/ledger?leaf=secretword", "/findings/secretword"):
            answer = reader.get(address)
            assert answer.status_code in {400, 404}
            assert "secretword" not in answer.text
