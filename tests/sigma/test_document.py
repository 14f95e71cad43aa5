"""Can a file of rules cost more than it is worth?"""

from __future__ import annotations

from pathlib import Path

import pytest

from custodes.sigma.document import documents
from custodes.sigma.rule import CannotCompile
from tests.sigma.asked import fitting, only, rule_text

SHARED = "selection: &one\n  f: [a, b]\nother: *one\ncondition: selection or other\n"


def nested(levels: int, width: int) -> str:
    """Few bytes that stand for `width` to the power of `levels` words."""
    lines = ["x0: &x0 word"]
    lines += [f"x{place}: &x{place} [{', '.join([f'*x{place - 1}'] * width)}]" for place in range(1, levels)]
    return "\n".join([*lines, f"title: *x{levels - 1}", ""])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (nested(30, 10), "stands for more"),
        (nested(100, 1), "nested too deep"),
        ("title: &a [*a]\n", "holds itself"),
        (f"a: &a {'x' * 500_000}\nb: [{', '.join(['*a'] * 100)}]\n", "stands for more"),
        (
            "a: &a {x: y}\n"
            + "".join(
                f"{n}: &{n} {{<<: [*{p}, *{p}]}}\n"
                for p, n in zip("abcdefghijklmnopqrstuvw", "bcdefghijklmnopqrstuvwx", strict=True)
            ),
            "stands for more",
        ),
    ],
    ids=["wide", "deep", "endless", "long", "merged"],
)
def test_what_a_few_bytes_stand_for_is_counted_before_it_is_made(tmp_path: Path, text: str, said: str) -> None:
    """Aliases of YAML can make gigabytes of a page."""
    file = tmp_path / "one.yml"
    file.write_text(text)
    with pytest.raises(CannotCompile, match=said):
        documents(file)


def test_a_selection_may_be_used_twice() -> None:
    assert only(rule_text(SHARED)).fields == {"f"}
    assert fitting(SHARED, [{"f": "a"}, {"f": "c"}]) == [0]
