"""Does the memo become a PDF that is whole, short, the same each time, and unmoved by hostile text?"""

from __future__ import annotations

import re
import resource
import signal
import unicodedata
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.errors import CouldNotRun
from custodes.memo import charts
from custodes.memo.sentence import clean, sentence_case
from custodes.memo.write import PAGES, breakable, render, write
from custodes.records import Category, Copy, Overview
from custodes.risk import assess
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

HOSTILE = (
    '#eval("1+1")',
    '#read("/etc/passwd")',
    "$ sum_(i) $ ] ) } #pagebreak() *bold* _it_ <body-pages> @ref \\ // /* `raw` = - + ~ ---",
    "</text><script>alert(1)</script> & \" '",
    "{name} {0} %s {{",
    "\u202eevil\u202c zero\u200bwidth \x00\x1b[31m\ud800 \U000f0000",
    "山田太郎 عمر 🦊",
    "x" * 5000,
    "",
    "   ",
)

ROOMS = ("scan", "ingest", "detect")


def hostile_overview(text: str) -> Overview:
    finding = a_finding(
        id="F-1",
        title=text,
        actors=(text,),
        parties=(text,),
        keys=(text,),
        clients=(text,),
        reason=text,
        blind_spots=(text,),
    )
    return an_overview(
        name=text,
        examined=(a_dataset(text, store=text),),
        fields=(a_field(store=text, dataset=text, field=text, category=text),),
        categories={text: Category(text, text, "user", 5, frozenset({"pci"}))},
        copies=(Copy(text, text, 1.0),),
        logs=(a_log(log=text, kind=text),),
        findings=(finding,),
        incidents=(an_incident(finding),),
        skipped=tuple(
            a_skip(room=room, store=text, dataset=text, reason=text) for room in ("scan", "ingest", "detect")
        ),
        ledger=replace(an_overview().ledger, origin=text, root=text, verified=False, problems=(text,)),
    )


def pages(pdf: bytes) -> int:
    """Page objects, in object streams as well."""
    streams = [pdf]
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            streams.append(zlib.decompress(match[1]))
        except zlib.error:
            continue
    return sum(len(re.findall(rb"/Type\s*/Page\b(?!s)", stream)) for stream in streams)


@contextmanager
def a_disk_with_room_for(size: int) -> Iterator[None]:
    """No file of this process may grow past `size`: what a full disk or quota looks like to a writer."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    former = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, former)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_set_as_text(text: str) -> None:
    """Markup, code, control marks and unknown glyphs in any name or reason give a valid PDF with the same pages."""
    overview = hostile_overview(text)
    pdf = render(overview, assess(overview))
    assert pdf.startswith(b"%PDF-")
    assert 2 <= pages(pdf) <= PAGES + 3


def test_hostile_text_is_kept_readable() -> None:
    """Visible characters stay as they are, and what could deceive or not be shown is named by its code point."""
    assert clean('#eval("x") $y$ ]') == '#eval("x") $y$ ]'
    assert clean("a\u202eb\u200bc\nd") == "a[U+202E]b[U+200B]c d"
    assert clean("山 \ud800") == "[U+5C71] ?"
    assert clean("José Çelik Łukasz") == "José Çelik Łukasz"


@given(st.text())
@settings(max_examples=200)
def test_cleaning_never_fails_and_is_stable(text: str) -> None:
    """Any text becomes one line without control characters, and cleaning twice changes nothing."""
    once = clean(text)
    assert clean(once) == once
    assert not any(unicodedata.category(character).startswith("C") for character in once)
    assert sentence_case(text).strip() == sentence_case(text)


def test_every_character_that_is_kept_can_be_shown() -> None:
    """The memo's own fonts have a glyph for all that cleaning lets through; the PDF standard would refuse it else."""
    kept = [chr(code) for code in range(0x21, 0x3000) if clean(chr(code)) == chr(code)]
    words = " ".join("".join(kept[start : start + 12]) for start in range(0, len(kept), 12))
    for start in range(0, len(words), 400):
        overview = an_overview(incidents=(an_incident(a_finding(), reason=words[start : start + 400]),))
        assert render(overview, assess(overview))
        shown = an_overview(fields=(a_field(store=words[start : start + 25]),))
        assert render(shown, assess(shown))


@pytest.mark.parametrize(
    "overview", [an_overview(), an_empty_overview(), a_busy_overview()], ids=["quiet", "no", "busy"]
)
def test_the_same_overview_gives_the_same_bytes(overview: Overview, tmp_path: Path) -> None:
    """Two memos of one overview are equal byte for byte, and dated by the evidence, not by the clock."""
    first = write(overview, assess(overview), out=tmp_path / "a.pdf").read_bytes()
    second = write(overview, assess(overview), out=tmp_path / "b.pdf").read_bytes()
    assert first == second
    assert b"D:20260630" in first


def test_another_overview_gives_another_memo() -> None:
    """One more finding changes the bytes."""
    more = an_overview(findings=(a_finding(), a_finding(actors=("staff:e99",))))
    assert render(more, assess(more)) != render(an_overview(), assess(an_overview()))


def test_the_memo_is_tagged_archivable_and_has_a_title() -> None:
    """The PDF declares PDF/A-2a and PDF/UA-1, its language and its title, and carries a structure tree."""
    pdf = render(an_overview(), assess(an_overview()))
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in pdf
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert b"/StructTreeRoot" in pdf
    assert b"/Lang(en-GB)" in pdf
    assert b"/Title(Customer data at Example Market)" in pdf


def test_the_body_is_at_most_six_pages_however_much_there_is_to_tell() -> None:
    """A thousand incidents with long reasons, many stores and gaps: six pages and the appendix."""
    reason = "staff:e1 read the profiles of customers, one by one, and no case asked for any of them. " * 9
    findings = tuple(
        a_finding(actors=tuple(f"staff:e{number}{part}" * 5 for part in range(4)), reason=reason, title="t" * 300)
        for number in range(1000)
    )
    overview = replace(
        a_busy_overview(),
        findings=findings,
        incidents=tuple(an_incident(finding) for finding in findings),
        fields=tuple(a_field(store=f"store-{n:03}-{'s' * 60}", dataset="d" * 90, field="f" * 90) for n in range(300)),
        skipped=tuple(a_skip(dataset=f"{'d' * 90}{n}", reason="r" * 200) for n in range(500)),
    )
    assert 2 <= pages(render(overview, assess(overview))) <= PAGES + 4


def test_a_full_disk_leaves_the_former_memo_and_nothing_else(tmp_path: Path) -> None:
    """When the memo does not fit, the error says so, the old file stays and no temporary file is left."""
    out = tmp_path / "memo.pdf"
    out.write_bytes(b"the former memo")
    for size in (100, 20_000):
        with a_disk_with_room_for(size), pytest.raises(CouldNotRun) as refused:
            write(an_overview(), assess(an_overview()), out=out)
        assert "cannot write the memo" in str(refused.value)
        assert refused.value.hint
        assert out.read_bytes() == b"the former memo"
        assert list(tmp_path.iterdir()) == [out]


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """A folder that is a file gives a clear error, not a trace."""
    (tmp_path / "taken").write_text("")
    with pytest.raises(CouldNotRun, match="cannot write the memo"):
        write(an_overview(), assess(an_overview()), out=tmp_path / "taken" / "memo.pdf")


def test_missing_folders_are_made_and_only_the_owner_reads_the_memo(tmp_path: Path) -> None:
    """The memo names staff and weak points: its file is for its owner alone."""
    out = write(an_overview(), assess(an_overview()), out=tmp_path / "deep" / "memo.pdf")
    assert out.stat().st_mode & 0o777 == 0o600


def test_charts_are_well_formed_and_speak() -> None:
    """Every chart parses as XML and has words for those who do not see it, hostile names included."""
    for text in HOSTILE:
        overview = hostile_overview(text)
        for picture in (charts.stores(overview), charts.incidents(overview), charts.risks(assess(overview))):
            assert ET.fromstring(picture.svg).tag.endswith("svg")
            assert len(picture.alt) > 10


def test_charts_hold_against_odd_times() -> None:
    """Incidents of no length, raised before they began, or without a beginning do not break the time line."""
    odd = (
        an_incident(a_finding(), first=AS_OF, last=AS_OF, raised=AS_OF),
        an_incident(a_finding(actors=("staff:e2",)), raised=AS_OF - timedelta(days=900)),
        an_incident(a_finding(actors=("staff:e3",)), first=None, last=None),
    )
    for incidents in (odd, odd[2:]):
        picture = charts.incidents(an_overview(incidents=incidents))
        assert not re.search(r'(?:width|cx|x)="-', picture.svg)
        assert "nan" not in picture.svg


def test_long_words_may_break_and_short_ones_stay() -> None:
    """Only invisible break marks are added, and only to words that a line could not hold."""
    name = "warehouse.analytics_production.customer_addresses"
    assert breakable(name).replace("\u200b", "") == name
    assert "\u200b" in breakable(name)
    assert breakable("staff:e17 read 12 profiles.") == "staff:e17 read 12 profiles."
    assert max(len(part) for part in breakable("x" * 500).split("\u200b")) <= 30
