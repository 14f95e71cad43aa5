"""Do the pages say what is known, where it comes from, and what is not known?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta, timezone
from html import unescape
from pathlib import Path

import pytest

from custodes.console.pages import EVIDENCE_SHOWN, PAGE
from custodes.errors import CouldNotRun, LedgerBroken
from custodes.records import Evidence, LedgerStatus, Overview
from tests.console.serving import ASource, a_console
from tests.risk.overviews import (
    AS_OF,
    a_busy_overview,
    a_dataset,
    a_field,
    a_finding,
    a_log,
    a_skip,
    an_empty_overview,
    an_incident,
    an_overview,
)

PAGES = ("/", "/data-map", "/findings", "/risks", "/ledger")


def text_of(page: str) -> str:
    """What a reader sees: the page without its markup, blanks folded."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def all_shown(known: Overview, addresses: Iterable[str]) -> dict[str, str]:
    """The texts of these pages over this overview."""
    texts = {}
    with a_console(ASource(known)) as console:
        reader = console.come_in()
        for address in addresses:
            answer = reader.get(address)
            assert answer.status_code == 200, answer.text
            texts[address] = text_of(answer.text)
    return texts


def shown(known: Overview, address: str) -> str:
    """The text of one page over this overview."""
    return all_shown(known, [address])[address]


def test_every_link_leads_somewhere() -> None:
    """Starting from the overview, every link within the console answers, so each number can be followed."""
    known = a_busy_overview()
    waiting, seen = ["/"], set()
    with a_console(ASource(known)) as console:
        reader = console.come_in()
        while waiting:
            address = waiting.pop()
            answer = reader.get(address)
            assert answer.status_code == 200, address
            anchors = set(re.findall(r'\bid="([^"]+)"', answer.text))
            for link in (unescape(one) for one in re.findall(r'href="([^"]+)"', answer.text)):
                target, _, anchor = link.partition("#")
                assert link.startswith(("/", "#")), f"{link} leaves the console"
                if not target:
                    assert anchor in anchors, link
                elif target not in seen:
                    seen.add(target)
                    waiting.append(target)
    assert {f"/incidents/{one.id}" for one in known.incidents} <= seen
    assert {f"/findings/{one.id}" for one in known.findings} <= seen
    assert "/ledger?leaf=7" in seen


def test_an_incident_tells_its_story() -> None:
    """One incident shows findings, reasons, severity, confidence, tip, blind spots and evidence with ledger index."""
    evidence = tuple(Evidence(f"event-{index}", 1000 + index) for index in range(60))
    finding = a_finding(evidence=evidence, touches=1204, severity=5, subjects=36_000)
    other = a_finding(check="bulk_reading", title="Far more customers than before", blind_spots=("It misses exports.",))
    one = an_incident(finding, other, score=88.4)
    text = shown(an_overview(findings=(finding, other), incidents=(one,)), f"/incidents/{one.id}")
    for said in (one.title, "88.4", "critical", finding.reason, finding.tip, other.title, "It misses exports.",
                 finding.blind_spots[0], "80 % sure", "36,000", "staff:e17", "shop.main.customers",
                 "the first 50 of 1,204 touches", "event-0", "1,000", "event-49", "1,049"):  # fmt: skip
        assert said in text, said
    assert EVIDENCE_SHOWN == 50
    assert "event-50" not in text


def test_touches_that_findings_share_are_counted_once() -> None:
    """Two findings over the same two touches are two touches, and where not all are cited the number is a floor."""
    shared = (Evidence("r1", 7), Evidence("r2", 8))
    one, other = (a_finding(check=check, evidence=shared, touches=2) for check in ("a", "b"))
    story = an_incident(one, other)
    assert "Touches 2 First" in shown(an_overview(findings=(one, other), incidents=(story,)), f"/incidents/{story.id}")
    more = replace(other, touches=5000)
    text = shown(an_overview(findings=(one, more), incidents=(story,)), f"/incidents/{story.id}")
    assert "Touches at least 5,000 First" in text


def test_evidence_that_is_not_listed_is_counted() -> None:
    """A finding that keeps fewer touches than there are says how many of how many."""
    finding = a_finding(touches=9)
    assert "1 of 9 touches" in shown(an_overview(findings=(finding,)), f"/findings/{finding.id}")


def test_a_finding_without_touches_names_its_source() -> None:
    """Misplaced data rests on the data map, and the page says so rather than showing nobody harmed."""
    finding = a_finding(check="misplaced_data", evidence=(), touches=0, first=None, last=None, subjects=0)
    text = shown(an_overview(findings=(finding,), incidents=(an_incident(finding),)), f"/findings/{finding.id}")
    assert "rests on the data map , not on the logs" in text
    assert "Customers not counted" in text
    assert "Touches" not in text


@pytest.mark.parametrize("address", PAGES)
def test_an_empty_workspace_says_what_was_not_read(address: str) -> None:
    """Nothing read looks like nothing read on every page, with the next step, and never like safety."""
    text = shown(an_empty_overview(), address)
    assert "Not covered" in text
    assert "has been read" in text
    assert "custodes run" in text
    assert "was covered" not in text
    assert "ledger not verified" in text
    assert "Nothing is sealed" in text
    assert "No incident in" not in text


def test_gaps_are_on_every_page_they_could_mislead_on() -> None:
    """An unread table is named beside the data map and the incidents; an unread log beside what people did."""
    known = replace(
        a_busy_overview(),
        skipped=(
            a_skip(reason="table-gap"),
            a_skip(room="ingest", store="gateway", reason="log-gap", hint="log-hint"),
            a_skip(room="detect", store="", dataset="key_fan_in", reason="check-gap"),
            a_skip(room="context", store="people", dataset="", reason="context-gap"),
        ),
    )
    expected = {
        "/": {"table-gap", "log-gap", "check-gap", "context-gap"},
        "/risks": {"table-gap", "log-gap", "check-gap", "context-gap"},
        "/findings": {"table-gap", "log-gap", "check-gap", "context-gap"},
        f"/incidents/{known.incidents[0].id}": {"log-gap", "check-gap", "context-gap", "log-hint"},
        f"/findings/{known.findings[0].id}": {"log-gap", "check-gap", "context-gap", "log-hint"},
        "/data-map": {"table-gap"},
        "/ledger": {"log-gap", "context-gap"},
    }
    for address, text in all_shown(known, expected).items():
        assert all(gap in text for gap in expected[address]), address


def test_half_read_and_quarantined_are_gaps_too() -> None:
    """A table read in part, lines in quarantine and a log that gave nothing are told although nothing was skipped."""
    known = an_overview(
        examined=(a_dataset(read=999, total=1000), a_dataset("main.orders", total=0, read=0)),
        logs=(a_log(quarantined=17), a_log(log="gateway", events=0, first=None, last=None)),
    )
    text = shown(known, "/")
    assert "999 of 1,000 rows were read (99 %)" in text
    assert "17 lines could not be understood" in text
    assert "no event has come from this log" in text


def test_full_coverage_is_said_only_when_it_is_full() -> None:
    """The sentence of full coverage appears for a workspace without gaps."""
    assert "was covered" in shown(an_overview(), "/")
    assert "was covered" not in shown(an_overview(skipped=(a_skip(),)), "/")


def test_silence_counts_only_for_checks_that_ran() -> None:
    """A check that ran and found nothing is listed as asked; one that did not run is not listed."""
    text = shown(an_overview(checks=("bulk_reading", "watched_customer")), "/findings")
    assert "bulk_reading asked, nothing found" in text
    assert "key_fan_in" not in text


def test_a_broken_ledger_is_said_on_every_page() -> None:
    """Evidence that no longer matches its proofs is never shown without saying so, problem by problem on its page."""
    status = LedgerStatus(
        "example.com/custodes", 5001, "ab" * 32, AS_OF, verified=False, problems=("tile/0/000: hash",)
    )
    known = an_overview(ledger=status)
    for address, text in all_shown(known, (*PAGES, f"/incidents/{known.incidents[0].id}")).items():
        assert "does not match its proofs: 1 problem" in text, address
        assert "ledger verified" not in text
    text = shown(known, "/ledger")
    assert "tile/0/000: hash" in text
    assert "Every sealed file" not in text


def test_a_leaf_is_shown_with_the_way_to_prove_it() -> None:
    """A ledger index leads to the command that proves it and to the findings that rest on it."""
    text = shown(an_overview(), "/ledger?leaf=7")
    assert "custodes ledger prove 7" in text
    assert "A watched customer was looked up without a case" in text
    beyond = shown(an_overview(), "/ledger?leaf=999999")
    assert "ends before it" in beyond
    assert "custodes ledger prove" not in beyond


def test_the_data_map_can_be_narrowed_and_loses_nothing() -> None:
    """A store and a category narrow the map; a verdict on a dataset that is no longer reached is still shown."""
    busy = a_busy_overview()
    known = replace(busy, fields=(*busy.fields, a_field(store="gone", dataset="cards", category="payment_card")))
    cards = shown(known, "/data-map?category=payment_card")
    assert "support.main.cases" in cards
    assert "shop.main.customers table" not in cards
    assert "gone.cards how much of it was read is not known" in cards
    support = shown(known, "/data-map?store=support")
    assert "warehouse.main.orders table" not in support
    assert "No field fits this choice" in shown(known, "/data-map?store=nowhere")


def test_misplaced_fields_stand_out_and_vaults_do_not() -> None:
    """A card number outside a vault is named as misplaced, one inside is not."""
    text = shown(a_busy_overview(), "/data-map")
    assert "2 fields hold cards, credentials or special categories" in text
    for told in ("some 240", "row dates", "about 37% (±2)", "safe.cards.number", "7 touches by 2 actors", "staff:e4"):
        assert told in text
    quiet = shown(an_overview(), "/data-map")
    assert "Nothing that belongs in a vault was seen outside of one" in quiet


def test_long_lists_are_turned_not_cut() -> None:
    """Two hundred and fifty tables come in parts that say how many there are, and the last one is reachable."""
    tables = [f"main.t{index:03}" for index in range(250)]
    known = an_overview(
        examined=tuple(a_dataset(name) for name in tables), fields=tuple(a_field(dataset=name) for name in tables)
    )
    first = shown(known, "/data-map")
    assert "Part 1 of 3 (250 in all)" in first
    assert "main.t249" not in first
    assert "main.t249" in shown(known, "/data-map?page=3")
    assert "main.t249" in shown(known, "/data-map?page=99")
    findings = tuple(a_finding(id=f"F-{index:012x}", title=f"finding {index}.") for index in range(PAGE + 1))
    assert f"finding {PAGE}." in shown(an_overview(findings=findings, incidents=()), "/findings?page=2")


def test_findings_can_be_narrowed_to_a_check() -> None:
    """A check's link shows its findings alone."""
    one, other = a_finding(title="The one."), a_finding(check="key_fan_in", title="The other.")
    text = shown(an_overview(findings=(one, other), incidents=()), "/findings?check=key_fan_in")
    assert "Of the check key_fan_in" in text
    assert "The other." in text
    assert "The one." not in text


def test_times_are_utc_whatever_their_zone() -> None:
    """Two spellings of one moment are shown as one."""
    tokyo = AS_OF.astimezone(timezone(timedelta(hours=9)))
    assert "2026-06-30 18:00" in shown(an_overview(as_of=tokyo), "/")


def test_looks_are_recorded() -> None:
    """Every page that names who did what seals a receipt; pages about data and risks in sum do not."""
    source = ASource()
    incident, finding = source.known.incidents[0].id, source.known.findings[0].id
    with a_console(source) as console:
        reader = console.come_in()
        for address in ("/", "/findings", f"/incidents/{incident}", f"/findings/{finding}", "/ledger?leaf=7"):
            assert reader.get(address).status_code == 200
        assert source.looks == [
            ("overview", ""), ("findings", ""), ("incident", incident), ("finding", finding), ("ledger", "7"),
        ]  # fmt: skip
        source.looks.clear()
        for address in ("/data-map", "/risks", "/ledger", "/static/style.css", "/incidents/I-none", "/healthz"):
            reader.get(address)
    assert source.looks == []


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (CouldNotRun("another run is at work here (process 4)", where="/w", hint="try again soon"), "try again soon"),
        (LedgerBroken("the checkpoint is gone", where="/w/ledger", hint="restore it"), "restore it"),
        (OSError(28, "No space left on device"), "No space left on device"),
    ],
)
def test_what_cannot_be_recorded_is_not_shown(refusal: CouldNotRun | OSError, said: str, tmp_path: Path) -> None:
    """When the look cannot be sealed, the page is a refusal with the next step and holds no evidence."""
    memo = tmp_path / "memo-2026-06-30.pdf"
    memo.write_bytes(b"%PDF-1.7")
    source = ASource(memo=memo, refusal=refusal)
    one, finding = source.known.incidents[0], source.known.findings[0]
    with a_console(source) as console:
        reader = console.come_in()
        for address in ("/", "/findings", f"/incidents/{one.id}", f"/findings/{finding.id}", "/ledger?leaf=7", "/memo"):
            answer = reader.get(address)
            assert answer.status_code == 503
            assert said in answer.text
            assert "staff:e" not in answer.text
            assert one.title not in answer.text
            assert "%PDF" not in answer.text


def test_a_mistake_of_ours_shows_no_value(capfd: pytest.CaptureFixture[str]) -> None:
    """An unforeseen failure names its kind and place, on the page and at the terminal, and none of its values."""

    class Broken(ASource):
        def overview(self) -> Overview:
            raise KeyError("ada@example.com")

    with a_console(Broken()) as console:
        answer = console.come_in().get("/")
    out, err = capfd.readouterr()
    assert answer.status_code == 500
    assert "KeyError" in answer.text
    assert "a mistake of ours (KeyError)" in err
    assert "ada@example.com" not in answer.text + out + err


def test_the_memo_is_handed_out_and_the_look_recorded(tmp_path: Path) -> None:
    """The newest memo downloads as a PDF; without one the page says how to write it."""
    source = ASource()
    with a_console(source) as console:
        reader = console.come_in()
        none = reader.get("/memo")
        assert none.status_code == 404
        assert "custodes memo" in none.text
        source.memo = tmp_path / "memo-2026-06-30.pdf"
        source.memo.write_bytes(b"%PDF-1.7 made up")
        answer = reader.get("/memo")
        assert answer.content == b"%PDF-1.7 made up"
        assert answer.headers["content-type"] == "application/pdf"
        assert 'href="/memo"' in reader.get("/").text
    assert source.looks[0] == ("memo", "memo-2026-06-30.pdf")
