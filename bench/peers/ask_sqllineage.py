"""What does sqllineage say? JSON lines of statements in, JSON lines of column pairs out; then statements a second."""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path

from sqllineage.core.metadata.dummy import DummyMetaDataProvider
from sqllineage.runner import LineageRunner

_NAMES = {"spark": "sparksql"}


def pairs(sql: str, dialect: str, schema: dict[str, list[str]]) -> list[tuple[str, str]]:
    """(source, target) of every column pair, `table.column` without sqllineage's mark for no schema."""
    known = {name if "." in name else f"<default>.{name}": columns for name, columns in schema.items()}
    runner = LineageRunner(sql, dialect=_NAMES.get(dialect, dialect), metadata_provider=DummyMetaDataProvider(known))
    return [(_plain(path[0]), _plain(path[-1])) for path in runner.get_column_lineage()]


def _plain(column: object) -> str:
    return str(column).replace("<default>.", "")


def main() -> None:
    """`ask_sqllineage.py IN OUT`"""
    warnings.simplefilter("ignore")
    cases = [json.loads(line) for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()]
    begun = time.process_time()
    with Path(sys.argv[2]).open("w", encoding="utf-8") as out:
        for case in cases:
            try:
                answer: dict[str, object] = {"pairs": pairs(case["sql"], case["dialect"], case["schema"])}
            except Exception as failure:  # noqa: BLE001 - whatever it raises, it has not traced the statement
                answer = {"failed": type(failure).__name__}
            out.write(json.dumps(answer) + "\n")
        out.write(json.dumps({"per_s": len(cases) / (time.process_time() - begun)}) + "\n")


if __name__ == "__main__":
    main()
