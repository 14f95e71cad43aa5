"""How does what a store declares differ from the last time?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

Drifted = Literal["new_dataset", "gone_dataset", "new_field", "gone_field", "retyped_field"]

DRIFTS: Final[frozenset[str]] = frozenset(get_args(Drifted))


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference. field: empty where the whole dataset is new or gone. before, after: types, where there are any.

    since: when a scan first saw it. until: when the last scan before saw the store without it.
    """

    store: str
    dataset: str
    field: str
    what: Drifted
    before: str
    after: str
    since: datetime
    until: datetime
