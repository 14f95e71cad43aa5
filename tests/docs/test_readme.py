"""Does the README show what `make demo` prints, and do the links of all pages lead somewhere?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.demonstration import Demo

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def told(text: str) -> str:
    """The output without what differs from run to run: the seconds it took, and the root, which covers the clock."""
    text = re.sub(r"root [0-9a-f]{16}…", "root 0123456789abcdef…", text)
    return re.sub(r"^took( +)\d+ s$", r"took\g<1>30 s", text, flags=re.MULTILINE).strip()


def test_the_readme_shows_the_real_output_of_the_demo(demo: Demo) -> None:
    """Between the two marks stands what the demo prints, with its folder's path shortened."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"<!-- demo: begin [^>]*-->\n```text\n(.*?)```\n<!-- demo: end -->", readme, re.DOTALL)
    assert block
    printed = demo.answer.out.replace(f"{demo.folder.parent.resolve()}/", "")
    assert told(block[1]) == told(printed), "put the new output of `make demo` between the marks in README.md"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_of_ours_leads_somewhere(page: Path) -> None:
    """Relative links name files that are there."""
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []
