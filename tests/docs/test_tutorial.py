"""Does the tutorial happen as it is told?"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.demonstration import Demo
from tests.docs.transcript import agrees, perform, steps

PAGE = Path(__file__).parents[2] / "docs" / "tutorial" / "first-run.md"


@pytest.mark.slow
def test_every_command_of_the_page_prints_what_the_page_shows(demo: Demo, tmp_path: Path) -> None:
    """The commands run in order in one shell; `make demo` is the run that all tests share, on a copy of its folder."""
    shutil.copytree(demo.folder, tmp_path / "demo", symlinks=True)
    (tmp_path / "demo/custodes-data/ledger/home").unlink()  # a copy signs nothing otherwise
    (tmp_path / "made").write_text(demo.answer.out)
    told = steps(PAGE.read_text(encoding="utf-8"))
    assert told[0].command == "make demo"
    printed = perform([step.command for step in told], tmp_path, prelude=f"make() {{ cat '{tmp_path}/made'; }}")
    for step, lines in zip(told, printed, strict=True):
        assert agrees(step.shown, lines), f"$ {step.command}\nprinted:\n" + "\n".join(lines)


@pytest.mark.parametrize(
    ("shown", "holds"),
    [
        (("one", "two", "three"), True),
        (("one", "…"), True),
        (("one", "…", "three"), True),
        (("…", "t…o", "…"), True),
        (("one", "three"), False),
        (("one",), False),
        (("…", "three", "two", "…"), False),
        (("one", "two.", "three"), False),
    ],
)
def test_a_page_that_shows_something_else_is_noticed(shown: tuple[str, ...], holds: bool) -> None:
    """Lines left out without a mark, in another order, or changed do not agree."""
    assert agrees(shown, ["one", "two", "three"]) is holds
