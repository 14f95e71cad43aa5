"""Do the figures follow from the evidence, and only from it?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.records import LedgerStatus, Overview
from custodes.risk import Risk, assess
from custodes.risk.catalogue import shipped
from custodes.risk.scales import FACTORS
from tests.risk.overviews import (
    AS_OF,
    CHECKS,
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

ALL_CHECKS = (*CHECKS, "of_the_owner")


def by_id(overview: Overview) -> dict[str, Risk]:
    return {risk.id: risk for risk in assess(overview)}


def assert_never_lower(before: Overview, after: Overview) -> None:
    old, new = by_id(before), by_id(after)
    for name, risk in old.items():
        for factor in FACTORS:
            assert getattr(new[name], factor) >= getattr(risk, factor), f"{name}: {factor} fell"


def findings() -> st.SearchStrategy[Any]:
    return st.builds(
        lambda check, actor, confidence, subjects, delay: a_finding(
            check=check,
            actors=(f"staff:e{actor}",),
            confidence=confidence,
            subjects=subjects,
            raised=AS_OF - timedelta(days=12) + timedelta(days=delay),
        ),
        st.sampled_from(ALL_CHECKS),
        st.integers(100, 999),
        st.floats(0, 1),
        st.integers(0, 100_000),
        st.integers(0, 12),
    )


def overviews() -> st.SearchStrategy[Overview]:
    return st.builds(
        lambda start, ran, held, found, misplaced, gaps, days: replace(
            start,
            checks=tuple(ran),
            logs=tuple(replace(log, quarantined=held, first=AS_OF - timedelta(days=days)) for log in start.logs),
            findings=(*start.findings, *found),
            incidents=(*start.incidents, *(an_incident(one) for one in found)),
            fields=start.fields
            + tuple(a_field(dataset=f"main.t{n}", category="email") for n in range(misplaced if start.fields else 0)),
            skipped=start.skipped + tuple(a_skip(dataset=f"main.gap{n}") for n in range(gaps)),
        ),
        st.sampled_from([an_overview(), an_empty_overview(), a_busy_overview()]),
        st.sets(st.sampled_from(ALL_CHECKS)),
        st.integers(0, 20_000),
        st.lists(findings(), max_size=4),
        st.integers(0, 4),
        st.integers(0, 4),
        st.integers(0, 120),
    )


@given(overviews(), findings())
@settings(max_examples=60, deadline=None)
def test_one_more_finding_never_lowers_a_factor(before: Overview, extra: Any) -> None:
    """Adding a finding, with its incident, keeps or raises every factor of every risk."""
    after = replace(
        before, findings=(*before.findings, extra), incidents=(*before.incidents, an_incident(extra, subjects=5))
    )
    assert_never_lower(before, after)


@given(overviews(), st.integers(0, 9))
@settings(max_examples=40, deadline=None)
def test_more_misplaced_data_never_lowers_a_factor(before: Overview, number: int) -> None:
    """One more card column outside the vaults keeps or raises every factor."""
    categories = before.categories | an_overview().categories
    before = replace(before, categories=categories)
    card = a_field(dataset=f"main.t{number}", field="note", category="payment_card")
    assert_never_lower(before, replace(before, fields=(*before.fields, card)))


@given(overviews(), st.sampled_from(["gap", "store", "rows", "quarantine", "days", "check", "detect"]))
@settings(max_examples=80, deadline=None)
def test_less_coverage_never_lowers_a_factor(before: Overview, how: str) -> None:
    """Each way of seeing less, with all else known as before, keeps or raises every factor."""
    changes: dict[str, dict[str, Any]] = {
        "gap": {"skipped": (*before.skipped, a_skip(dataset="main.another"))},
        "store": {"skipped": (*before.skipped, a_skip(store="archive", dataset=""))},
        "rows": {"examined": tuple(replace(one, rows_read=one.rows_read // 3) for one in before.examined)},
        "quarantine": {"logs": tuple(replace(log, quarantined=log.quarantined * 2 + 90) for log in before.logs)},
        "days": {"logs": tuple(replace(log, first=log.last) for log in before.logs)},
        "check": {"checks": before.checks[1:]},
        "detect": {"skipped": (*before.skipped, a_skip(room="detect", store="", dataset="slow_check"))},
    }
    assert_never_lower(before, replace(before, **changes[how]))


@pytest.mark.parametrize("start", [an_overview(), a_busy_overview()])
@pytest.mark.parametrize("name", ["unmapped_data", "misplaced_data", "unseen"])
def test_a_dataset_that_can_no_longer_be_read_is_no_relief(start: Overview, name: str) -> None:
    """Losing sight of a dataset, with all that was found in it, does not lower the risks of the data map."""
    for one in start.examined:
        kept = tuple(field for field in start.fields if (field.store, field.dataset) != (one.store, one.dataset))
        blind = replace(
            start,
            examined=tuple(other for other in start.examined if other != one),
            fields=kept,
            skipped=(*start.skipped, a_skip(store=one.store, dataset=one.dataset)),
        )
        assert by_id(blind)[name].score >= by_id(start)[name].score


@given(overviews(), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_same_evidence_in_any_order_gives_the_same_figures(overview: Overview, random: Any) -> None:
    """Neither repetition nor the order of findings, fields and gaps changes the register."""
    shuffled: dict[str, Any] = {
        part: tuple(random.sample(getattr(overview, part), len(getattr(overview, part))))
        for part in ("findings", "incidents", "fields", "examined", "skipped", "logs", "checks")
    }
    assert assess(overview) == assess(overview) == assess(replace(overview, **shuffled))


def test_every_failure_of_the_published_cases_has_a_risk() -> None:
    """S1 to S13 and what we cannot see are each answered by a risk that ships."""
    answered = {failure for rule in shipped() for failure in rule.failures}
    assert answered == {f"S{number}" for number in range(1, 14)} | {"unseen"}
    assert len(shipped()) >= 14


def test_each_factor_has_its_reason_and_the_score_is_their_product() -> None:
    """A risk states impact, likelihood and control in this order, each as a sentence, within the scales."""
    for overview in (an_overview(), an_empty_overview(), a_busy_overview()):
        for risk in assess(overview):
            assert risk.score == risk.impact * risk.likelihood * risk.control
            for factor in FACTORS:
                assert 1 <= getattr(risk, factor) <= 5
                start = f"{factor.capitalize()} is {getattr(risk, factor)} of 5"
                assert any(reason.startswith(start) and reason.endswith(".") for reason in risk.reasons), risk.reasons


def test_without_evidence_nothing_is_measured_and_nothing_looks_well() -> None:
    """A workspace that read nothing scores every likelihood at the middle or above and says why."""
    for risk in assess(an_empty_overview()):
        if risk.id == "unproven_figures":
            continue  # an empty ledger is itself evidence: there is nothing that could be proven
        assert not risk.measured
        assert risk.likelihood >= 3
        assert any("not measured yet: " in reason.lower() for reason in risk.reasons)


def test_a_check_that_did_not_run_does_not_count_as_silence() -> None:
    """Without findings, a risk is rare only where its check ran; otherwise it is unknown."""
    quiet = an_overview(findings=(), incidents=())
    assert by_id(quiet)["snooping"].likelihood == 1
    assert by_id(quiet)["snooping"].measured
    blind = by_id(replace(quiet, checks=()))["snooping"]
    assert (blind.likelihood, blind.control, blind.measured) == (3, 5, False)
    assert "not measured yet: no check that looks for it was run" in " ".join(blind.reasons).lower()


def test_what_no_room_measures_yet_says_so() -> None:
    """Collusion, reach, requests, notices and locations are unknown in this version, however quiet the evidence."""
    risks = by_id(an_overview(findings=(), incidents=()))
    for name in ("bought_insiders", "excess_reach", "unanswered_requests", "untold_customers", "location_exposure"):
        assert not risks[name].measured
        assert risks[name].likelihood >= 3


def test_a_finding_of_an_unknown_check_still_counts() -> None:
    """Findings of the owner's own detections, which no risk names, are evidence of hidden misuse."""
    own = a_finding(check="of_the_owner", actors=("staff:e9",))
    assert own.id in by_id(an_overview(findings=(own,)))["hidden_intruder"].evidence


def test_every_check_that_a_risk_names_is_shipped() -> None:
    """A risk that waits for a check which does not exist would be unknown for ever."""
    shipped_checks = files("custodes.detections") / "shipped"
    if not shipped_checks.is_dir():
        pytest.skip("this tree ships no detections")
    there = {file.name.removesuffix(".yml") for file in shipped_checks.iterdir()}
    there |= {"misplaced_data", "export_to_outside", "lineage_disagrees"}  # the data map's own
    assert {check for rule in shipped() for check in rule.checks} - {"*", "any"} <= there


def test_findings_of_misplaced_data_are_evidence_of_that_risk_alone() -> None:
    """What the data map finds outside a vault is cited by its own risk and is no sign of a hidden intruder."""
    misplaced = a_finding(check="misplaced_data", actors=())
    risks = by_id(an_overview(findings=(misplaced,)))
    assert misplaced.id in risks["misplaced_data"].evidence
    assert misplaced.id not in risks["hidden_intruder"].evidence


def test_data_in_a_declared_vault_is_not_misplaced() -> None:
    """The same card column counts outside a vault and does not count inside a store or dataset declared as one."""
    inside = by_id(an_overview())["misplaced_data"]
    outside = by_id(an_overview(vaults=()))["misplaced_data"]
    by_dataset = by_id(an_overview(vaults=("safe.cards",)))["misplaced_data"]
    assert inside == by_dataset
    assert inside.likelihood == 1
    assert outside.likelihood == 4


def test_a_ledger_that_does_not_verify_makes_every_figure_doubtful() -> None:
    """Failed verification raises the risk of deciding on unproven figures to no control."""
    broken = LedgerStatus("example.com/custodes", 10, "00" * 32, AS_OF, verified=False, problems=("root differs",))
    risk = by_id(an_overview(ledger=broken))["unproven_figures"]
    assert (risk.likelihood, risk.control) == (4, 5)
    assert "1 problem" in " ".join(risk.reasons)


def test_numbers_agree_with_their_nouns() -> None:
    """One finding is a finding, two are findings, and thousands have a comma."""
    one = " ".join(by_id(an_overview())["snooping"].reasons)
    assert "1 finding of the kind" in one
    partly = an_overview(examined=(a_dataset(read=10, total=1000),), logs=(a_log(quarantined=1),))
    assert "no dataset could be read in full, 1 in part" in " ".join(by_id(partly)["unmapped_data"].reasons)
