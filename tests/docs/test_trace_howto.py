"""Does the page on tracing a column show what its commands print?"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from custodes.datamap.lineage.dialects import DIALECTS
from tests.docs.transcript import steps

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "trace-a-column.md").read_text(encoding="utf-8")
FILES = re.findall(r'^```\w+ title="([^"]+)"\n(.*?)^```', PAGE, flags=re.MULTILINE | re.DOTALL)


def test_the_reference_names_every_dialect() -> None:
    """What `--dialect` takes is written down."""
    page = (Path(__file__).parents[2] / "docs" / "reference" / "lineage.md").read_text(encoding="utf-8")
    assert not [dialect for dialect in DIALECTS if f"`{dialect}`" not in page]


def test_the_page_shows_what_its_commands_print(tmp_path: Path) -> None:
    """The files of the page, written down and traced, give the page's output."""
    for name, content in FILES:
        (tmp_path / name).write_text(content, encoding="utf-8")
    ran = steps(PAGE)
    assert len(ran) == 2
    for step in ran:
        command = step.command.replace("custodes", f"{sys.executable} -m custodes", 1)
        told = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert told.stderr == ""
        assert told.stdout.splitlines() == [line for line in step.shown if line]
