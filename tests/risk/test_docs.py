"""Does the page on risk say what the formulas do?"""

from __future__ import annotations

from pathlib import Path

from custodes.risk.catalogue import shipped
from custodes.risk.measures import MEASURES
from custodes.risk.scales import FACTORS, SCALES

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "risk.md"


def test_the_page_shows_every_scale_and_measure() -> None:
    """Each level with its name and meaning, and each measure, has its row."""
    page = PAGE.read_text(encoding="utf-8")
    for factor in FACTORS:
        for step, level in enumerate(SCALES[factor], start=1):
            assert f"| {step} | {level.word} | {level.meaning} |" in page
    for measure in MEASURES:
        assert f"| `{measure}` | " in page


def test_the_page_lists_every_failure_that_a_risk_answers() -> None:
    """Whoever meets S7 in the memo's register finds it here."""
    page = PAGE.read_text(encoding="utf-8")
    for mark in sorted({failure for rule in shipped() for failure in rule.failures} - {"unseen"}):
        assert page.count(f"\n| {mark} | ") == 1


def test_the_page_shows_every_formula() -> None:
    """Each risk has its heading, and each factor its base, measures and thresholds as they are in the data."""
    sections = PAGE.read_text(encoding="utf-8").split("\n### ")[1:]
    by_id = {section.split("`")[1]: section for section in sections}
    assert list(by_id) == [rule.id for rule in shipped()]
    for rule in shipped():
        section = by_id[rule.id]
        assert section.startswith(f"`{rule.id}`: {rule.title}\n")
        for factor in FACTORS:
            formula = rule.formula(factor)
            inputs = "; ".join(
                f"`{one.measure}` at " + ", ".join(f"{value} → {level}" for level, value in one.at)
                for one in formula.inputs
            )
            assert f"| {factor} | {formula.base} | {inputs or 'nothing in this version'} |" in section
