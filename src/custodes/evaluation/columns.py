"""What does our own classifier say about the labelled tables?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from custodes.company.columns import Table
from custodes.datamap.classify import Classifier
from custodes.evaluation.judged import Judged, Told
from custodes.records import Column, Dataset

TODAY: Final = date(2026, 1, 1)  # births are judged by it, so that the same seed gives the same answer next year


def judge(tables: Iterable[Table], classifier: Classifier) -> Iterator[Judged]:
    """Every labelled column with our verdicts on it, table by table as a scan would read them."""
    for table in tables:
        columns = tuple(Column(field.name, str(field.type)) for field in table.data.schema)
        tally = classifier.tally(Dataset("shop", table.name, columns, rows=table.data.num_rows))
        for batch in table.data.to_batches(max_chunksize=10_000):
            tally.add(batch)
        told: dict[str, list[Told]] = {}
        for field in tally.verdicts():
            share = field.matched / field.scanned if field.scanned else 0.0
            told.setdefault(field.field, []).append(Told(field.category, field.confidence, share))
        for truth in table.truth:
            yield Judged(truth, tuple(sorted(told.get(truth.path, ()), key=lambda one: -one.confidence)))
