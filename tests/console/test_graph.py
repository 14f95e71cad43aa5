"""Does the graph's page tell the same as the map, in its table and in what its script gets? And a field's page?"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from custodes.console.field_page import field_page
from custodes.console.graph import OUTSIDE, graph
from custodes.records import Copy, FlowEdge, Overview, Place, Ruling, Suppressed
from custodes.records.history import Change
from tests.console.landscape import landscape
from tests.console.serving import ASource, a_console
from tests.console.test_pages import text_of
from tests.risk.overviews import AS_OF, CARD, EMAIL, a_dataset, a_field, an_overview


def a_flow(source: tuple[str, str, str], target: tuple[str, str, str], kind: str = "direct") -> FlowEdge:
    return FlowEdge(Place(*source), Place(*target), kind, ("lower",), "view", source[0], "main.v", 0)


MAIL = a_field()
CARDS = a_field(dataset="main.notes", field="number", category="payment_card")
FLOWS = (
    a_flow(("shop", "main.customers", "email"), ("shop", "main.mailing", "*")),
    a_flow(("shop", "main.customers", "name"), ("shop", "main.mailing", "*")),
    a_flow(("shop", "main.mailing", "*"), ("", "/tmp/out.csv", "*")),
    a_flow(("shop", "main.customers", "email"), ("shop", "main.notes", "number"), "indirect"),
    a_flow(("shop", "main.notes", "number"), ("shop", "main.notes", "other")),
)


def a_map() -> Overview:
    examined = (
        replace(a_dataset(), verdicts=(MAIL,)),
        replace(a_dataset("main.notes"), verdicts=(CARDS,)),
        a_dataset("main.stock"),
    )  # fmt: skip
    copies = (
        Copy("shop.main.notes.number", "shop.main.customers.email", 0.4),
        Copy("gone.a.b", "shop.main.notes.number", 1.0),
    )
    return an_overview(
        examined=examined,
        fields=(MAIL, CARDS),
        categories={"email": EMAIL, "payment_card": CARD},
        copies=copies,
        vaults=(),
    )


def data_of(values: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str, str, int]]]:
    datasets = values["data"]["datasets"]
    names = [f"{one['store']}.{one['name']}" for one in datasets]
    return dict(zip(names, datasets, strict=True)), [
        (names[source], names[target], kind, count) for source, target, kind, count, _ in values["data"]["lines"]
    ]


def test_flows_influences_and_copies_are_lines_of_their_own() -> None:
    """Fields of one pair of datasets are one line; a flow inside of a dataset, and a copy that is gone, are none."""
    datasets, lines = data_of(graph(a_map(), FLOWS, page=1))
    assert lines == [
        ("shop.main.customers", "shop.main.mailing", "flow", 2),
        ("shop.main.customers", "shop.main.notes", "influence", 1),
        ("shop.main.mailing", f"{OUTSIDE}./tmp/out.csv", "flow", 1),
        ("shop.main.notes", "shop.main.customers", "copy", 1),
    ]
    assert [name for name, one in datasets.items() if one["wrong"]] == ["shop.main.notes"]
    assert [name for name, one in datasets.items() if not one["read"]] == [
        "shop.main.mailing", f"{OUTSIDE}./tmp/out.csv",
    ]  # fmt: skip
    assert datasets["shop.main.stock"]["fields"] == []


def test_the_table_says_the_same() -> None:
    """Each dataset with personal data, the wrong place, what flows in and out, copies; and that absence is no proof."""
    with a_console(ASource(a_map(), edges=FLOWS)) as console:
        reader = console.come_in()
        text = text_of(reader.get("/graph").text)
        empty = text_of(reader.get("/graph?page=9").text)
    with a_console(ASource(an_overview(examined=(), fields=(), copies=()))) as console:
        nothing = text_of(console.come_in().get("/graph").text)
    assert "1 store, 2 flows and 1 copy between datasets, 1 dataset in the wrong place" in text
    assert "shop.main.notes in the wrong place" in text
    assert "shop.main.customers E-mail addresses none known shop.main.mailing shop.main.notes" in text
    assert empty == text  # a page past the end is the last one
    assert "No data store has been read" in nothing
    assert "That none is known does not mean that there is none" in nothing


def test_the_landscape_has_what_a_graph_must_stay_readable_with() -> None:
    """Five hundred datasets of eight stores, half of them without personal data, in JSON of a modest size."""
    known, flows = landscape()
    values = graph(known, flows, page=1)
    assert len(known.examined) == 500
    assert len(json.dumps(values["data"])) < 200_000
    assert {kind for _, _, kind, _ in data_of(values)[1]} == {"flow", "influence", "copy"}


def test_a_field_tells_its_story() -> None:
    """What it holds and why, how sure, copies, flows, every change from scan to scan, and who ruled what."""
    changes = (
        Change(AS_OF, "email", "changed", 0.97, 970, 1000),
        Change(AS_OF - timedelta(days=30), "email", "told", 0.81, 81, 100),
        Change(AS_OF - timedelta(days=60), "person_name", "gone", 0.0, 0, 0),
    )
    ruling = Ruling("shop", "main.customers", "email", "email", "confirmed", "user:ann", "they are real", AS_OF)
    source = ASource(a_map(), edges=FLOWS, changes=changes, rulings=(ruling,))
    with a_console(source) as console:
        reader = console.come_in()
        answer = reader.get("/field", params={"store": "shop", "dataset": "main.customers", "field": "email"})
        missing = reader.get("/field", params={"store": "shop", "dataset": "main.customers", "field": "nosuch"})
    text = text_of(answer.text)
    for said in (
        "shop.main.customers.email", "E-mail addresses", "97 %", "970 of 1,000 looked at",
        "97 of 100 values are addresses",
        "shop.main.mailing (any field) says view main.v through lower", "decides only which rows there are",
        "shop.main.notes.number 40% of the other's values are in it", "2026-05-31 18:00", "new on the map", "81 %",
        "no longer on the map", "user:ann", "confirmed: email", "they are real", "custodes explain",
    ):  # fmt: skip
        assert said in text, said
    assert source.looks == []  # it tells of data, not of what somebody did with it
    assert missing.status_code == 404
    assert "nosuch" not in missing.text


def test_a_field_held_not_personal_says_so() -> None:
    """Its page is not blank: what the scan says, and that a ruling keeps it off the map."""
    ruling = Ruling("shop", "main.customers", "phone", "email", "not_personal", "user:ann", "made up", AS_OF)
    known = replace(a_map(), suppressed=(Suppressed(a_field(field="phone"), ruling),))
    with a_console(ASource(known)) as console:
        answer = console.come_in().get("/field?store=shop&dataset=main.customers&field=phone")
    assert "held not personal email , 97 % sure, 970 of 1,000 cells" in text_of(answer.text)
    assert field_page(known, (), ("shop", "main.customers", "nosuch"), (), ()) is None
    assert field_page(known, FLOWS, ("shop", "main.mailing", "nosuch"), (), ()) is None  # though any field flows there
