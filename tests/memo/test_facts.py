"""Is each sentence of the memo true of the overview it was told from?"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from custodes.memo.facts import ROOMY, TIGHTEST, Facts, Limits, gather
from custodes.memo.sentence import Sentence
from custodes.records import LedgerStatus, Overview, Ruling, Suppressed
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

OVERVIEWS = {
    "quiet": an_overview(),
    "busy": a_busy_overview(),
    "many": a_busy_overview(60),
    "empty": an_empty_overview(),
    "unread": replace(an_empty_overview(), skipped=(a_skip(dataset=""), a_skip(room="ingest"))),
    "no findings": an_overview(findings=(), incidents=()),
    "no checks": an_overview(findings=(), incidents=(), checks=()),
    "no fields": an_overview(fields=(), categories={}),
    "broken ledger": an_overview(ledger=LedgerStatus("o", 9, "00", None, verified=False, problems=("root differs",))),
    "all unread but logs": an_overview(examined=(), fields=(), skipped=(a_skip(), a_skip(room="detect", dataset="x"))),
    "misplaced": an_overview(
        vaults=(),
        events=0,
        logs=(),
        checks=(),
        findings=(a_finding(check="misplaced_data", actors=(), subjects=0, first=None, last=None),),
        incidents=(an_incident(a_finding(actors=(), first=None, last=None, subjects=0)),),
    ),
    "undated": an_overview(logs=(a_log(first=None, last=None),), incidents=(an_incident(a_finding(), first=None),)),
}


def facts_of(overview: Overview) -> Facts:
    return gather(overview, assess(overview))


def text_of(facts: Facts) -> str:
    return " ".join(sentence.text for sentence in facts.sentences)


def _misplaced(overview: Overview) -> list[Any]:
    return [
        field
        for field in overview.fields
        if overview.categories[field.category].flags
        and not {field.store, f"{field.store}.{field.dataset}"} & set(overview.vaults)
    ]


def _held(overview: Overview) -> int:
    return sum(log.quarantined for log in overview.logs)


def _gaps(overview: Overview, *rooms: str) -> list[Any]:
    return [skip for skip in overview.skipped if skip.room in rooms]


def _days(overview: Overview) -> int:
    window = {AS_OF.date() - timedelta(days=back) for back in range(90)}
    return len({day for day in window for log in overview.logs if log.first and log.last and log.first.date() <= day})


def _named(kind: str) -> Callable[[Overview], int]:
    return lambda overview: len({name for finding in overview.findings for name in getattr(finding, kind)})


# Every figure computed a second time, straight from the overview.
AGAIN: dict[str, Callable[[Overview], object]] = {
    "datasets": lambda o: len(o.examined),
    "stores": lambda o: len({one.store for one in o.examined}),
    "fields": lambda o: len(o.fields),
    "personal_datasets": lambda o: len({(f.store, f.dataset) for f in o.fields}),
    "kinds": lambda o: len({f.category for f in o.fields}),
    "ruinous_fields": lambda o: sum(o.categories[f.category].sensitivity == 5 for f in o.fields),
    "stores_not_told": lambda o: len({f.store for f in o.fields}) - 5,
    "stores_without": lambda o: len({one.store for one in o.examined} - {f.store for f in o.fields}),
    "vault_fields": lambda o: sum(bool(o.categories[f.category].flags) for f in o.fields),
    "misplaced_fields": lambda o: len(_misplaced(o)),
    "misplaced_datasets": lambda o: len({(f.store, f.dataset) for f in _misplaced(o)}),
    "copies": lambda o: len(o.copies),
    "copies.closest": lambda o: 100 * max(copy.containment for copy in o.copies),
    "first": lambda o: min(log.first for log in o.logs if log.first),
    "last": lambda o: max(log.last for log in o.logs if log.last),
    "events": lambda o: o.events,
    "actors": lambda o: o.actors,
    "subjects": lambda o: o.subjects,
    "checks": lambda o: len(o.checks),
    "findings": lambda o: len(o.findings),
    "incidents": lambda o: len(o.incidents),
    "incidents_not_told": lambda o: len(o.incidents) - 5,
    "named_actors": _named("actors"),
    "named_parties": _named("parties"),
    "named_keys": _named("keys"),
    "named_clients": _named("clients"),
    "widest.subjects": lambda o: max(finding.subjects for finding in o.findings),
    "risks": lambda o: len(assess(o)),
    "risks_unmeasured": lambda o: sum(not risk.measured for risk in assess(o)),
    "skipped": lambda o: len(o.skipped),
    "skipped.stores": lambda o: sum(not skip.dataset for skip in _gaps(o, "scan")),
    "skipped.datasets": lambda o: sum(bool(skip.dataset) for skip in _gaps(o, "scan")),
    "skipped.logs": lambda o: len(_gaps(o, "ingest", "context")),
    "skipped.detect": lambda o: len(_gaps(o, "detect")),
    "quarantined": _held,
    "lines": lambda o: o.events + _held(o),
    "quarantined.share": lambda o: 100 * _held(o) / (o.events + _held(o)),
    "watched_days": _days,
    "ledger.size": lambda o: o.ledger.size,
    "ledger.problems": lambda o: len(o.ledger.problems),
    "ledger.time": lambda o: o.ledger.checkpoint_time,
    "constant.low": lambda _: 1,
    "constant.high": lambda _: 5,
    "constant.lowest": lambda _: 1**3,
    "constant.highest": lambda _: 5**3,
    "constant.window": lambda _: 90,
    "constant.hours": lambda _: 3 * 24,
}


def again(key: str, overview: Overview) -> object:
    kind, _, rest = key.partition(".")
    if kind == "incident":
        identity, _, what = rest.rpartition(".")
        incident = next(one for one in overview.incidents if one.id == identity)
        if what == "delay":
            assert incident.first
            return (incident.raised - incident.first).days
        return getattr(incident, what)
    if kind == "risk":
        identity, _, what = rest.rpartition(".")
        risks = assess(overview)
        place = next(number for number, risk in enumerate(risks) if risk.id == identity)
        return place + 1 if what == "rank" else getattr(risks[place], what)
    if kind == "store":
        store, _, what = rest.rpartition(".")
        fields = [field for field in overview.fields if field.store == store]
        return len(fields) if what == "fields" else len({field.dataset for field in fields})
    if kind == "worst_misplaced":
        if rest in {"touches", "actors", "since", "copied"}:
            (lies,) = overview.misplaced
            assert lies.touched
            told: dict[str, object] = {
                "touches": lies.touched.count,
                "actors": lies.touched.actors,
                "since": lies.since,
                "copied": 100 * lies.fields[0].copies[0].containment,
            }
            return told[rest]
        worst = min(_misplaced(overview), key=lambda field: (field.store, field.dataset, field.field))
        return 100 * worst.matched / worst.scanned if rest == "share" else getattr(worst, rest)
    return AGAIN[key](overview)


def shown(value: object) -> str:
    """The digits a reader expects for the value."""
    if isinstance(value, datetime):
        return str(value.day)
    assert isinstance(value, int | float)
    return f"{value:,.1f}".removesuffix(".0") if isinstance(value, float) else f"{value:,}"


@pytest.mark.parametrize("overview", OVERVIEWS.values(), ids=OVERVIEWS.keys())
def test_every_number_is_recomputed_from_the_overview(overview: Overview) -> None:
    """Each figure equals what a second, independent computation gives, and its text shows that value."""
    for sentence in facts_of(overview).sentences:
        for figure in sentence.figures:
            assert figure.value == again(figure.key, overview), figure
            assert figure.text.startswith(("no ", shown(figure.value), f"up to {figure.value:.0f}%")), figure
            assert figure.value or figure.text.startswith(("no ", "0")), figure


@pytest.mark.parametrize("overview", OVERVIEWS.values(), ids=OVERVIEWS.keys())
def test_no_digit_stands_in_the_memo_without_being_a_figure_or_a_quotation(overview: Overview) -> None:
    """What is left of a sentence without its figures and its quotations holds no digit."""
    for sentence in facts_of(overview).sentences:
        assert not re.search(r"\d", _ours(sentence)), sentence


def _ours(sentence: Sentence) -> str:
    text = sentence.text
    for part in sorted([*sentence.quoted, *(figure.text for figure in sentence.figures)], key=len, reverse=True):
        text = text.replace(part, "") if part else text
    return text


@pytest.mark.parametrize("overview", OVERVIEWS.values(), ids=OVERVIEWS.keys())
def test_nouns_agree_with_their_numbers(overview: Overview) -> None:
    """One is followed by a singular, everything else by a plural."""
    text = text_of(facts_of(overview))
    nouns = "dataset|store|field|kind|finding|incident|customer|check|problem|part|value|day|pair|entrie|touche"
    assert not re.search(rf"(?<![\d,.])1 ({nouns})s\b", text)
    assert not re.search(rf"\b(\d*[02-9]|\d+1) ({nouns})\b", text)


def test_every_figure_of_the_body_has_a_source() -> None:
    """In each paragraph with figures that are not constants, at least one sentence names where they come from."""
    for section in facts_of(OVERVIEWS["busy"]).sections:
        for paragraph in section.paragraphs:
            facts = [one for sentence in paragraph for one in sentence.figures if not one.key.startswith(("c", "risk"))]
            if facts:
                assert any(sentence.sources for sentence in paragraph), paragraph


def test_the_seven_sections_stand_in_order() -> None:
    """What we protect, what happened, where, who, risks, the unseen, decisions."""
    for overview in OVERVIEWS.values():
        ids = [section.id for section in facts_of(overview).sections]
        assert ids == ["protect", "happened", "where", "reach", "risks", "unseen", "decisions"]
        assert all(section.paragraphs for section in facts_of(overview).sections)


def test_a_suppressed_verdict_is_told() -> None:
    """What people took off the map is counted aloud, so that its absence does not look like success."""
    field = a_field()
    ruling = Ruling(field.store, field.dataset, field.field, field.category, "not_personal", "user:a", "x", AS_OF)
    text = text_of(facts_of(an_overview(suppressed=(Suppressed(field, ruling),))))
    assert "people have ruled 1 field to be no personal data" in text


def test_an_empty_workspace_is_told_as_nothing_read() -> None:
    """Nothing read is never told as nothing found, and the only decision is to open stores and logs."""
    facts = facts_of(an_empty_overview())
    text = text_of(facts)
    assert "Nothing was read: no data store and no access log of Example Market was open" in text
    assert "not the same as holding none" in text
    assert "not the same as nothing having happened" in text
    assert "The ledger is empty" in text
    assert not re.search(r"found no|no findings|was verified|could be understood|Everything that was asked", text)
    assert len(facts.sections[-1].paragraphs) == 1


def test_silence_of_checks_that_did_not_run_is_said() -> None:
    """Events without a check are told as not searched; with checks, as searched without result."""
    assert "No check was run over the record" in text_of(facts_of(OVERVIEWS["no checks"]))
    searched = text_of(facts_of(OVERVIEWS["no findings"]))
    assert "searched by 10 checks for misuse and misplaced data, without result." in searched


def test_an_incident_without_people_does_not_claim_that_nobody_is_concerned() -> None:
    """Misplaced data names no customer; the memo says that they are unknown, not that there are none."""
    text = text_of(facts_of(OVERVIEWS["misplaced"]))
    assert "Whom it concerns is not known." in text
    assert "no customers" not in text


def test_a_ledger_that_fails_is_the_first_decision() -> None:
    """A failed verification is told with its problem, and comes before every other request."""
    facts = facts_of(OVERVIEWS["broken ledger"])
    assert "did not pass its verification (1 problem)" in text_of(facts)
    assert facts.sections[-1].paragraphs[0][0].text.startswith("First, have the ledger examined")


def test_what_could_not_be_read_is_named_with_its_reason() -> None:
    """Stores, datasets, logs and checks that were not covered appear with the reason, long lists are counted."""
    gaps = tuple(a_skip(dataset=f"main.t{number:02}", reason="timeout") for number in range(9))
    text = text_of(facts_of(an_overview(skipped=(*gaps, a_skip(store="archive", dataset="", reason="wrong password")))))
    assert "1 store and 9 datasets went unread: archive (wrong password), shop.main.t00 (timeout)" in text
    assert "and 6 more." in text


def test_long_stories_are_counted_not_told() -> None:
    """Sixty incidents give five stories and the number of the others; the tightest limits give one."""
    overview = OVERVIEWS["many"]
    assert "The console shows 55 further incidents" in text_of(facts_of(overview))
    tight = gather(overview, assess(overview), TIGHTEST)
    assert "The console shows 59 further incidents" in text_of(tight)
    assert len(text_of(tight)) < len(text_of(gather(overview, assess(overview), ROOMY)))


def test_a_category_that_no_longer_exists_is_told_by_its_id() -> None:
    """A field whose category was removed does not stop the memo and counts as harmful."""
    overview = an_overview(fields=(a_field(category="gone"),), categories={}, examined=(a_dataset(),))
    assert "gone" in text_of(facts_of(overview))


@pytest.mark.parametrize("number", [0, 1, 2])
def test_no_sentence_slips_on_none_or_one(number: int) -> None:
    """With none, one or two of a thing, nouns and verbs agree and words stand apart."""
    found = tuple(a_finding(actors=(f"staff:e{index}",), subjects=number) for index in range(number))
    overview = an_overview(
        findings=found,
        incidents=tuple(an_incident(one) for one in found),
        examined=tuple(a_dataset(f"main.t{index}") for index in range(number)),
        fields=tuple(a_field(dataset=f"main.t{index}", category="payment_card") for index in range(number)),
        skipped=tuple(a_skip(dataset=f"main.u{index}") for index in range(number)),
        actors=number,
        subjects=number,
        ledger=LedgerStatus("example.com/custodes", number, "ab" * 32, AS_OF, verified=True),
    )
    for limits in (ROOMY, Limits(incidents=1, risks=14)):
        text = " ".join(sentence.text for sentence in gather(overview, assess(overview), limits).sentences)
        assert "them" + "whether" not in text
        assert not re.search(r"\b(0|1) (\w+ )?(fields|datasets|incidents|findings|customers|entries|days)\b", text), (
            text
        )
        assert not re.search(r"\b0 of |A further 1|no people, services and|1 of 1 dataset\b|  ", text), text
