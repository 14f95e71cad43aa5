"""How do facts become a PDF, whole or not at all? The same overview and risks always give the same bytes."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import typst

from custodes.errors import CouldNotRun
from custodes.memo import charts
from custodes.memo.facts import ROOMY, TIGHT, TIGHTEST, Chart, Facts, gather
from custodes.memo.sentence import Paragraph, clean
from custodes.memo.sheets import sheets
from custodes.records import Overview
from custodes.risk import Risk

PAGES: Final = 6
STANDARDS: Final = ("a-2a", "ua-1")  # archivable and tagged: ISO 19005-2 level A, ISO 14289-1

_SOFT_BREAK: Final = "\u200b"


def write(overview: Overview, risks: Sequence[Risk], *, out: Path) -> Path:
    """Write the memo to `out` and return it; what stood there before stays until the new file is whole.

    Raises CouldNotRun when the folder cannot be written or the disk is full; then nothing of the memo remains.
    """
    try:
        pdf = render(overview, risks)
        out.parent.mkdir(parents=True, exist_ok=True)
        _replace(out, pdf)
    except OSError as error:
        raise CouldNotRun(
            f"cannot write the memo: {(error.strerror or 'the system refused').lower()}",
            where=str(out),
            hint="free some space or choose another place with --out",
        ) from error
    return out


def render(overview: Overview, risks: Sequence[Risk]) -> bytes:
    """The PDF, with at most PAGES pages before the appendix: where there is too much to tell, less is told in full."""
    moment = overview.as_of.astimezone(UTC).replace(microsecond=0)  # a PDF date has whole seconds
    # The template reads no file; a root that holds nothing else makes sure that it could not.
    with tempfile.TemporaryDirectory(prefix="custodes-memo-") as root:
        template = str(Path(root) / "memo.typ")
        Path(template).write_bytes((files("custodes.memo") / "memo.typ").read_bytes())
        for limits in (ROOMY, TIGHT, TIGHTEST):
            inputs = {"memo": _data(gather(overview, risks, limits), overview, risks)}
            if _body_pages(template, inputs, root) <= PAGES or limits is TIGHTEST:
                break
        return bytes(
            typst.compile(
                template,
                root=root,
                ignore_system_fonts=True,
                sys_inputs=inputs,
                pdf_standards=list(STANDARDS),
                timestamp=moment,
            )
        )


def _body_pages(template: str, inputs: dict[str, str], root: str) -> int:
    answer = typst.query(
        template, "<body-pages>", field="value", one=True, root=root, ignore_system_fonts=True, sys_inputs=inputs
    )
    return int(answer)


def _data(facts: Facts, overview: Overview, risks: Sequence[Risk]) -> str:
    pictures = {
        "stores": lambda: charts.stores(overview),
        "incidents": lambda: charts.incidents(overview),
        "risks": lambda: charts.risks(risks),
    }

    def picture(chart: Chart | None) -> dict[str, Any] | None:
        return None if chart is None else asdict(pictures[chart]())

    notes = _Notes()
    moment = facts.as_of.astimezone(UTC)
    document = {
        "title": facts.title,
        "subtitle": facts.subtitle,
        "date": [moment.year, moment.month, moment.day],
        "headline": notes.paragraph(facts.headline),
        "sections": [
            {
                "title": section.title,
                "paragraphs": [notes.paragraph(one) for one in section.paragraphs if one],
                "chart": picture(section.chart),
            }
            for section in facts.sections
        ],
        "appendix": [notes.paragraph(one) for one in facts.appendix],
        "root": breakable(clean(overview.ledger.root)),
        "sheets": [_sheet(asdict(sheet)) for sheet in sheets(overview, risks)],
    }
    return json.dumps(document, ensure_ascii=True, sort_keys=True)


def _sheet(sheet: dict[str, Any]) -> dict[str, Any]:
    return sheet | {"rows": [[breakable(value) for value in row] for row in sheet["rows"]]}


class _Notes:
    """Footnotes in order of reading: a source that was named before is referred to by its number."""

    def __init__(self) -> None:
        self._seen: dict[str, str] = {}

    def paragraph(self, sentences: Paragraph) -> list[dict[str, Any]]:
        # Where the next sentence rests on the same sources, one footnote behind the last of them serves them all.
        following = [sentence.sources for sentence in sentences[1:]] + [()]
        return [
            {
                "text": breakable(sentence.text),
                "notes": []
                if sentence.sources == after
                else [self._note(source) for source in dict.fromkeys(sentence.sources)],
            }
            for sentence, after in zip(sentences, following, strict=True)
        ]

    def _note(self, source: str) -> dict[str, Any]:
        first = source not in self._seen
        identity = self._seen.setdefault(source, f"source-{len(self._seen) + 1}")
        return {"id": identity, "first": first, "text": breakable(clean(source))}


def breakable(text: str) -> str:
    """The same text, where words that no line could hold may break after a joint, or after thirty characters."""

    def joints(word: re.Match[str]) -> str:
        jointed = re.sub(r"(?<=[._/:@\-])(?=[^\s._/:@\-])", _SOFT_BREAK, word[0])
        return re.sub(rf"[^{_SOFT_BREAK}]{{30}}", lambda run: run[0] + _SOFT_BREAK, jointed)

    return re.sub(r"\S{25,}", joints, text)


def _replace(out: Path, data: bytes) -> None:
    """A crash before the rename leaves the old memo and a temporary file; after it, the new one."""
    handle, name = tempfile.mkstemp(prefix=f".{out.name}.", dir=out.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o600)
        Path(name).replace(out)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(out.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
