"""How does the customer's document become a PDF? Archivable and tagged, and the same content gives the same bytes."""

from __future__ import annotations

import json
import re
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Final

import typst

from custodes.report.told import HEAD, Told

STANDARDS: Final = ("a-2a", "ua-1")  # ISO 19005-2 level A, ISO 14289-1

_SOFT_BREAK: Final = "\u200b"


def pdf(told: Told) -> bytes:
    """The PDF."""
    document = {
        "title": told.title,
        "subtitle": " · ".join(filter(None, (told.company, told.contact, f"your reference: {told.reference}"))),
        "date": [told.made.year, told.made.month, told.made.day],
        "headline": told.headline,
        "head": list(HEAD),
        "rows": [[_breakable(cell) for cell in row.cells] for row in told.rows],
        "unknown": list(told.unknown),
        "notes": list(told.notes),
    }
    # The template reads no file; a root that holds nothing else makes sure that it could not.
    with tempfile.TemporaryDirectory(prefix="custodes-report-") as root:
        template = Path(root) / "report.typ"
        template.write_bytes((files("custodes.report") / "report.typ").read_bytes())
        return bytes(
            typst.compile(
                str(template),
                root=root,
                ignore_system_fonts=True,
                sys_inputs={"report": json.dumps(document, ensure_ascii=True, sort_keys=True)},
                pdf_standards=list(STANDARDS),
                timestamp=told.made.replace(microsecond=0),  # a PDF date has whole seconds
            )
        )


def _breakable(text: str) -> str:
    """The same text, where a word that no column could hold may break after fifteen characters."""
    return re.sub(r"\S{15}(?=\S)", lambda run: run[0] + _SOFT_BREAK, text)
