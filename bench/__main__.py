"""Run every measurement, or those whose names are given: `python -m bench scanner`; a size may follow: `folder=20`."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import bench
from bench.line import Line

_NO_MEASUREMENTS = frozenset({"evidence", "written", "line", "made", "marketplace", "peers", "stored"})


def main(wanted: list[str]) -> int:
    """Print one table; 2 where a name is not known."""
    names = [module.name for module in pkgutil.iter_modules(bench.__path__) if not module.name.startswith("_")]
    names = [name for name in names if name not in _NO_MEASUREMENTS]
    sizes = {name: size for name, _, size in (one.partition("=") for one in wanted)}
    unknown = sorted(set(sizes) - set(names))
    if unknown:
        print(f"bench: error: no measurement {unknown[0]!r}\nhint: one of: {', '.join(names)}", file=sys.stderr)
        return 2
    for name in names:
        if wanted and name not in sizes:
            continue
        measure = importlib.import_module(f"bench.{name}").run
        lines: list[Line] = measure(sizes[name]) if sizes.get(name) else measure()
        for line in lines:
            places = 1 if line.rate >= 10 else 3
            print(f"{line.what:<28} {line.who:<44} {line.rate:>12,.{places}f} {line.unit}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
