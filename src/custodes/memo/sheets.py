"""Which tables stand in the appendix? The whole risk register, the meaning of its levels, what was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from custodes.memo.sentence import clean, cut
from custodes.records import Overview
from custodes.risk import Risk
from custodes.risk.scales import FACTORS, SCALES

ROWS: Final = 40


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. columns: relative widths, 0 for as wide as its content."""

    title: str
    note: str
    columns: tuple[int, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def sheets(overview: Overview, risks: Sequence[Risk]) -> tuple[Sheet, ...]:
    """The tables that have rows, in order."""
    every = (_register(risks), _scales(), _stores(overview), _logs(overview))
    return tuple(sheet for sheet in every if sheet.rows)


def _register(risks: Sequence[Risk]) -> Sheet:
    rows: list[tuple[str, ...]] = [
        (
            str(rank),
            risk.title if risk.measured else f"{risk.title} (not measured yet)",
            " ".join(risk.failures),
            str(risk.impact),
            str(risk.likelihood),
            str(risk.control),
            str(risk.score),
        )
        for rank, risk in enumerate(risks, start=1)
    ]
    note = (
        "The third column names the failure of the published cases that the risk answers; the page “Why these risk "
        "numbers” of the documentation lists them."
    )
    head = ("", "Risk", "Answers", "Impact", "Likelihood", "Control", "Score")
    return Sheet("The risk register", note, (0, 1, 0, 0, 0, 0, 0), head, _rows(rows))


def _scales() -> Sheet:
    rows: list[tuple[str, ...]] = [
        (factor.capitalize(), str(step), level.word, level.meaning)
        for factor in FACTORS
        for step, level in enumerate(SCALES[factor], start=1)
    ]
    note = "A risk's score is the product of the three."
    return Sheet("What the levels mean", note, (0, 0, 0, 1), ("Scale", "Level", "Name", "Meaning"), _rows(rows))


def _stores(overview: Overview) -> Sheet:
    names = sorted({one.store for one in overview.examined})
    rows: list[tuple[str, ...]] = []
    for store in names:
        read = [one for one in overview.examined if one.store == store]
        fields = [field for field in overview.fields if field.store == store]
        rows_read = sum(one.rows_read for one in read)
        rows.append((store, f"{len(read):,}", f"{rows_read:,}", f"{len(fields):,}"))
    head = ("Store", "Datasets read", "Rows read", "Fields with personal data")
    return Sheet(
        "Stores that were read", "Part of a store may be missing: see the memo.", (1, 0, 0, 0), head, _rows(rows)
    )


def _logs(overview: Overview) -> Sheet:
    rows: list[tuple[str, ...]] = [
        (
            log.log,
            log.kind,
            f"{log.events:,}",
            f"{log.quarantined:,}",
            f"{log.first:%Y-%m-%d}" if log.first else "none",
            f"{log.last:%Y-%m-%d}" if log.last else "none",
        )
        for log in overview.logs
    ]
    head = ("Log", "Kind", "Touches", "In quarantine", "First", "Last")
    return Sheet("Logs that were read", "Days are in UTC.", (1, 0, 0, 0, 0, 0), head, _rows(rows))


def _rows(rows: list[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    shown = [tuple(cut(clean(value), 90) for value in row) for row in rows[:ROWS]]
    if len(rows) > ROWS:
        width = len(rows[0])
        shown.append((f"and {len(rows) - ROWS:,} more", *[""] * (width - 1)))
    return tuple(shown)
