"""What does DataFog say? Its engine of regular expressions."""

from __future__ import annotations

from collections.abc import Sequence

import datafog
from asked import run


def find(text: str, _: Sequence[str]) -> list[tuple[int, int, str]]:
    """Every entity it finds."""
    return [(one.start, one.end, one.type) for one in datafog.scan(text, engine="regex").entities]


if __name__ == "__main__":
    run(find)
