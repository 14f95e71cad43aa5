"""How big is the made-up company, and from where does each part of it draw its chance?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np

from custodes.company.shape import SAMPLE, Shape

DAY: Final = 86_400_000  # milliseconds: the unit of every time in this room is a millisecond since 1970, UTC
HOUR: Final = 3_600_000
MINUTE: Final = 60_000

DEFAULT_SEED: Final = 20_261_101
DEFAULT_END: Final = datetime(2026, 11, 1, tzinfo=UTC)

# One stream per part: adding a campaign or a file leaves every other part as it was.
STREAMS: Final = (
    "customers",
    "cards",
    "relations",
    "sellers",
    "orders",
    "staff",
    "keys",
    "cases",
    "desk",
    "jobs",
    "api",
    "files",
    "turnover",
    "late",
    "direct",
    "audits",
    "large",
    "onboarding",
)


@dataclass(frozen=True, slots=True)
class Size:
    """Heads and days. days: how long the logs run before the end. load: how many times the shape's usual work.

    Raises ValueError below the size at which every campaign still finds people to play it.
    """

    staff: int = 200
    customers: int = 3_000
    sellers: int = 150
    orders: int = 9_000
    reviews: int = 2_500
    products: int = 400
    days: int = 75
    load: float = 1.0

    def __post_init__(self) -> None:
        least = {"staff": 80, "customers": 500, "sellers": 40, "orders": 1_000, "reviews": 1, "products": 1, "days": 40}
        for name, smallest in least.items():
            if getattr(self, name) < smallest:
                raise ValueError(f"a made-up company needs at least {smallest} {name}")


SMALL: Final = Size()


@dataclass(frozen=True, slots=True)
class Plan:
    """What every part of the company is derived from. end: the moment after the last log line, with a zone."""

    seed: int
    end: datetime
    size: Size
    shape: Shape = SAMPLE

    def chance(self, stream: str, block: int = 0) -> np.random.Generator:
        """The stream's own generator for one block of days, always from its beginning."""
        return np.random.default_rng([self.seed, STREAMS.index(stream), *([block] if block else [])])

    @property
    def end_ms(self) -> int:
        """The end in milliseconds since 1970, cut to the start of its day (UTC)."""
        return int(self.end.timestamp()) // 86_400 * DAY

    @property
    def start_ms(self) -> int:
        """The first moment the logs may hold."""
        return self.end_ms - self.size.days * DAY

    @property
    def year(self) -> int:
        """The year the logs end in."""
        return self.end.year

    def blocks(self, days: int) -> list[Block]:
        """The time of the logs in pieces of so many days, the last one shorter."""
        first = range(0, self.size.days, days)
        return [Block(place, slice(day, min(day + days, self.size.days))) for place, day in enumerate(first)]


@dataclass(frozen=True, slots=True)
class Block:
    """Days that are made together. place: which block it is, from 0."""

    place: int
    days: slice

    def milliseconds(self, plan: Plan) -> tuple[int, int]:
        """From when to when."""
        return plan.start_ms + self.days.start * DAY, plan.start_ms + self.days.stop * DAY
