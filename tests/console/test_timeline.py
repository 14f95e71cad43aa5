"""Do the pages about one customer, actor, key, party or dataset show every touch, seal each look, and stay text?"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from urllib.parse import quote

import pytest

from custodes.pipeline.witnesses import Witnessed
from custodes.records import AccessEvent
from custodes.records.answer import BYS, Coverage, Gap, Reason, SourceCoverage, Touch
from tests.console.serving import ASource, a_console
from tests.console.test_escaping import HOSTILE, Elements
from tests.console.test_pages import text_of
from tests.risk.overviews import AS_OF

EVENT = AccessEvent(
    "r1", AS_OF - timedelta(days=40), AS_OF, "staff:e1", None, "read", "shop.main.customers", None, "customer:c1", None,
    ("email",), 1, "desk", "laptop-1", None, None, "t1", "success", "desk",
)  # fmt: skip
EXPLAINED = Touch(EVENT, 7, Reason("t1", "call", "named", AS_OF, later=True), "support")
LOOSE = Touch(replace(EVENT, time=AS_OF, action="export", actor="staff:e2", case="t9"), 8)
GAP = Gap("desk", "silent", "no record in 3 hours", AS_OF - timedelta(hours=3), AS_OF, 3)
DESK = SourceCoverage("desk", "jsonl", AS_OF, AS_OF, 2, 0, 0, 0.0, numbered=False, rate=True)


def a_source() -> ASource:
    return ASource(touches=(EXPLAINED, LOOSE), gaps=Coverage(AS_OF - timedelta(days=50), AS_OF, (DESK,), (GAP,)))


def page(address: str, source: ASource | None = None) -> str:
    with a_console(source or a_source()) as console:
        answer = console.come_in().get(address)
        assert answer.status_code == 200, answer.text
        return answer.text


@pytest.mark.parametrize("by", BYS)
def test_every_touch_is_a_row_and_the_look_is_sealed(by: str) -> None:
    """With its reason, its ledger index and its proof; and what cannot be known stands above."""
    source = a_source()
    text = text_of(page(f"/who/{by}?name=customer%3Ac1", source))
    for said in ("2 touches by 2 actors, 1 without an explaining case", "staff:e1", "support", "t1", "call",
                 "by a snapshot taken later", "t9", "does not explain it", "laptop-1", "email", "Not definitive",
                 "no record in 3 hours"):  # fmt: skip
        assert said in text, said
    assert source.looks == [("who", f"{by} customer:c1")]


def test_links_narrow_the_list() -> None:
    """By action, by reason and by month; what is counted above stays the whole answer."""
    whole = page("/who/subject?name=c1")
    links = {
        re.sub(r"\s+", " ", label): unescape(href)
        for href, label in re.findall(r'<a class="chip[^"]*" href="([^"]+)"[^>]*>([^<]+)</a>', whole)
    }
    for label, there, gone in (
        ("export 1", "t9", "call"),
        ("explained 1", "call", "t9"),
        ("unexplained 1", "t9", "call"),
    ):
        text = text_of(page(links[label]))
        assert there in text, label
        assert gone not in text.partition("in order of time")[2], label
        assert "2 touches by 2 actors" in text
    month = next(href for label, href in links.items() if label.startswith(f"{AS_OF:%Y-%m}:"))
    assert f"since={AS_OF:%Y-%m}-01T00%3A00%3A00Z" in month


def test_a_proof_is_a_file_and_its_taking_is_sealed() -> None:
    """Proof and leaf by their index, the public key; nothing else has such an address."""
    source = a_source()
    with a_console(source) as console:
        reader = console.come_in()
        for name, begins in (("7.tlog-proof", b"c2sp.org"), ("7.leaf", b"\x01"), ("ledger.vkey", b"made-up")):
            answer = reader.get(f"/proof/{name}")
            assert answer.content.startswith(begins)
            assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
            assert "default-src 'none'" in answer.headers["content-security-policy"]
        for name in ("9.leaf", "7.txt", "x.leaf", "7", "-1.leaf", "\u0667.leaf", "9" * 30 + ".leaf"):
            assert reader.get(f"/proof/{quote(name)}").status_code == 404, name
    assert source.looks[:2] == [("proof", "7"), ("proof", "7")]


def test_too_many_touches_begin_with_the_newest() -> None:
    """Without a window the page goes to the last thirty days; with one it says what to do."""
    source = ASource(touches=None)
    with a_console(source) as console:
        reader = console.come_in()
        answer = reader.get("/who/dataset?name=shop.main.customers")
        assert answer.status_code == 303
        assert "since=" in answer.headers["location"]
        assert "narrow the window" in reader.get(answer.headers["location"]).text


@pytest.mark.parametrize(
    "address", ["/who/pet?name=x", "/who/actor", "/who/actor?name=x&since=soon", "/who/actor?name=x&explained=maybe"]
)
def test_an_address_that_means_nothing_is_refused(address: str) -> None:
    """And no look is sealed for it."""
    source = a_source()
    with a_console(source) as console:
        assert console.come_in().get(address).status_code in {400, 404}
    assert source.looks == []


def test_every_text_of_a_touch_is_escaped() -> None:
    """Fields, cases, machines and names come from logs."""
    hostile = replace(
        EVENT,
        actor=HOSTILE,
        dataset=HOSTILE,
        subject=HOSTILE,
        fields=(HOSTILE,),
        case=HOSTILE,
        tool=HOSTILE,
        client=HOSTILE,
    )
    source = a_source()
    source.touches = (
        Touch(hostile, 7, Reason(HOSTILE, HOSTILE, "named", AS_OF, later=False), HOSTILE),
        Touch(hostile, 8),
    )
    source.gaps = replace(source.gaps, gaps=(Gap(HOSTILE, "silent", HOSTILE),))
    source.outside = Witnessed((HOSTILE,), 3, (HOSTILE,))
    for address in (
        f"/who/actor?name={quote(HOSTILE)}",
        f"/who/dataset?name=a&field={quote(HOSTILE)}&action={quote(HOSTILE)}",
        "/ledger",
    ):
        text = page(address, source)
        seen = Elements()
        seen.feed(text)
        assert "script" not in seen.names, address
        assert "<img src=x" not in text, address
        assert not {one for one in seen.attributes if one.startswith("on") or one == "style"}, address


def test_the_ledger_page_tells_witnesses_and_gaps() -> None:
    """Who vouches for it, and what was not received."""
    source = a_source()
    assert "No witness is named" in text_of(page("/ledger", source))
    source.outside = Witnessed(("ours",))
    assert "No checkpoint counts yet" in text_of(page("/ledger", source))
    source.outside = Witnessed(("ours",), 3, ("ours",))
    text = text_of(page("/ledger", source))
    assert "A checkpoint of 3 entries was cosigned by ours" in text
    assert "no record in 3 hours" in text
    assert [look for look in source.looks if look[0] != "ledger"] == []
