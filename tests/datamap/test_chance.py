"""Is what each category's file says about luck true? Measured on random strings of its form."""

from __future__ import annotations

import random
import string

import pytest

from custodes.datamap.category import CategoryRules, load_categories
from tests.datamap.forms import TELLING as FORM_TELLS
from tests.datamap.forms import passing, sample

# Numbering plans judge phone numbers; the scanner's check only leaves out what no plan can hold.
CHECKED = [
    rules
    for rules in load_categories()
    if rules.confirm is None and any(p.validator and p.anchor not in FORM_TELLS for p in rules.patterns)
]


def close(said: float, measured: float) -> bool:
    return measured / 1.3 <= said <= measured * 1.3 or abs(said - measured) <= 0.02


@pytest.mark.parametrize("rules", CHECKED, ids=[rules.id for rules in CHECKED])
def test_the_chance_is_as_said(rules: CategoryRules) -> None:
    """`column.chance` is the share of random strings of the form that pass the check: over all forms, or of one.

    A form that tells by itself, and whose check only tidies up, may say 0.
    """
    counts = [(form, passed) for form, passed in passing(rules, 1500, random.Random(rules.id)) if form >= 50]
    if not counts:
        pytest.skip("hardly any random string has the form")
    shares = [passed / form for form, passed in counts]
    overall = sum(passed for _, passed in counts) / sum(form for form, _ in counts)
    said = rules.column.chance
    told = all(share >= 0.25 or share <= 0.02 for share in shares)
    telling = said == 0 and told and not any(p.weak and p.anchor == "digits" for p in rules.patterns)
    between = min(shares) <= said <= max(shares)
    by_form = ", ".join(f"{share:.3f}" for share in shares)
    right = telling or between or any(close(said, share) for share in (overall, *shares))
    assert right, f"{rules.id}: {overall:.3f} of random strings pass (by form: {by_form}), not {said}"


def test_strings_have_the_form_they_are_made_by() -> None:
    """Classes, repeats, branches and groups are followed."""
    rng = random.Random(3)
    for _ in range(50):
        made = sample(r"\b(?:AB|[cd]{2})\d{3}-?[A-F]\b", rng)
        assert made[:2] == "AB" or set(made[:2]) <= set("cd")
        assert made[2:5].isdigit()
        assert made[-1] in string.ascii_uppercase[:6]
