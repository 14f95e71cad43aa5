"""Run every measurement, or those whose names are given: `python -m bench scanner`."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import bench
from bench.line import Line


def main(wanted: list[str]) -> int:
    """Print one table; 2 where a name is not known."""
    names = [module.name for module in pkgutil.iter_modules(bench.__path__) if not module.name.startswith("_")]
    names = [name for name in names if name != "line"]
    unknown = sorted(set(wanted) - set(names))
    if unknown:
        print(f"bench: error: no measurement {unknown[0]!r}\nhint: one of: {', '.join(names)}", file=sys.stderr)
        return 2
    for name in names:
        if wanted and name not in wanted:
            continue
        lines: list[Line] = importlib.import_module(f"bench.{name}").run()
        for line in lines:
            print(f"{line.what:<28} {line.who:<44} {line.rate:>12,.1f} {line.unit}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
