"""What does DataProfiler say about columns? Its own neural network, which ships with it; it is not asked about text."""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import dataprofiler
import pandas as pd

_AT_ONCE = 200  # columns profiled together


def labels(columns: list[dict[str, Any]]) -> dict[str, list[tuple[str, float]]]:
    """Its label for each column, by key; none where it says unknown."""
    rows = max(len(one["cells"]) for one in columns)
    frame = pd.DataFrame(
        {one["key"]: (one["cells"] * (rows // max(len(one["cells"]), 1) + 1))[:rows] for one in columns}
    )
    profile = dataprofiler.Profiler(frame, profiler_type="structured")
    told: dict[str, list[tuple[str, float]]] = {}
    for one in profile.report(report_options={"output_format": "compact"})["data_stats"]:
        label = one.get("data_label") or ""
        told[one["column_name"]] = [(part, 1.0) for part in label.split("|") if part and part != "UNKNOWN"]
    return told


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    asked = [json.loads(line) for line in Path(sys.argv[2]).read_text(encoding="utf-8").splitlines()]
    with Path(sys.argv[3]).open("w", encoding="utf-8") as out:
        for start in range(0, len(asked), _AT_ONCE):
            told = labels(asked[start : start + _AT_ONCE])
            out.writelines(json.dumps({"key": key, "told": names}) + "\n" for key, names in told.items())
