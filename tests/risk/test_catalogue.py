"""Is a risk file that makes no sense refused, with its place and the way out?"""

from __future__ import annotations

from pathlib import Path

import pytest

from custodes.errors import BadInput
from custodes.risk.catalogue import read

GOOD = """
title: A title
question: A question?
failures: [S1]
known_from: A case.
checks: [some_check]
impact: {base: 3, why: Because., raised_by: nothing, inputs: []}
likelihood: {base: 1, why: Because., raised_by: findings, inputs: [{measure: findings, at: {3: 1, 4: 2.5}}]}
control: {base: 2, why: Because., raised_by: nothing, inputs: []}
treatments: [do something]
blind_spots: [A spot.]
"""


def a_file(folder: Path, text: str) -> Path:
    file = folder / "a_risk.yml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_good_file_becomes_a_rule(tmp_path: Path) -> None:
    """The file's name is the id, thresholds are kept in rising order."""
    rule = read(a_file(tmp_path, GOOD))
    assert rule.id == "a_risk"
    assert rule.likelihood.inputs[0].at == ((3, 1), (4, 2.5))


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("title: A title", "title: ''", "title"),
        ("failures: [S1]", "failures: [S14]", "failures"),
        ("failures: [S1]", "failures: []", "failures"),
        ("base: 3", "base: 6", "impact.base"),
        ("measure: findings", "measure: wishes", "likelihood.inputs"),
        ("{3: 1, 4: 2.5}", "{3: 2, 4: 1}", "likelihood.inputs"),
        ("{3: 1, 4: 2.5}", "{4: 1, 3: 2}", "likelihood.inputs"),
        ("{3: 1, 4: 2.5}", "{}", "likelihood.inputs"),
        ("control:", "controls:", "controls"),
        ("inputs: []", "inputs: none", "impact.inputs"),
        ("checks: [some_check]", "checks: some_check", "checks"),
        ("treatments: [do something]", "treatments: [1]", "treatments"),
        (GOOD, "- a list", ""),
        (GOOD, "title: [", ""),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_with_its_place(tmp_path: Path, old: str, new: str, where: str) -> None:
    """The refusal names file and key, and says what to write."""
    assert old in GOOD
    with pytest.raises(BadInput) as refused:
        read(a_file(tmp_path, GOOD.replace(old, new)))
    assert "a_risk.yml" in refused.value.where
    assert where in refused.value.where
    assert refused.value.hint


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """A missing file and one that is not UTF-8 are refused in the same form."""
    (tmp_path / "latin.yml").write_bytes(b"title: caf\xe9")
    for name in ("latin.yml", "missing.yml"):
        with pytest.raises(BadInput, match="cannot read a risk"):
            read(tmp_path / name)
