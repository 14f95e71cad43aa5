"""How are the figures about insiders told, as tables and as JSON?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from custodes.evaluation.insiders import Company, Figures, Share

# What is reached for at the default budget.
_REACH: Final = "precision >= .8, recall >= .9 (hard: .6), false <= 1 per 1,000 people and day, reasons >= .95"


def share(one: Share) -> str:
    """`0.93 (0.87-0.97; 100/107)`."""
    if not one.of:
        return "-"
    low, high = one.interval
    return f"{one.value:.2f} ({low:.2f}-{high:.2f}; {one.right}/{one.of})"


def campaign_rows(figures: Figures) -> list[tuple[str, ...]]:
    """Campaign, stealth, recall, median days, median share lost before."""
    return [
        (
            name,
            stealth,
            share(recall),
            _number(figures.days.get((name, stealth))),
            _number(figures.lost.get((name, stealth))),
        )
        for (name, stealth), recall in figures.recall.items()
    ]


def total_rows(by_method: Mapping[str, Figures]) -> list[tuple[str, ...]]:
    """A line for each method: ours first."""
    rows: list[tuple[str, ...]] = []
    for name, one in by_method.items():
        recall, hard = pooled(one, "default"), pooled(one, "hard")
        rows.append((
            name, share(one.precision), share(recall), share(hard), f"{one.false_rate:.2f}", f"{one.joiner_rate:.2f}",
            f"{one.settled_rate:.2f}", share(one.reasons),
        ))  # fmt: skip
    return rows


def pooled(one: Figures, stealth: str) -> Share:
    """Of the campaigns of this stealth, each time it was carried out counting alike, those that were found."""
    chosen = [recall for (_, each), recall in one.recall.items() if each == stealth]
    return Share(sum(each.right for each in chosen), sum(each.of for each in chosen))


def seen_on(companies: Sequence[Company], staff: int) -> str:
    """Which companies the figures come from. staff: people that were asked for in each."""
    seeds = {one.seed for one in companies}
    shapes = ", ".join(sorted({one.shape for one in companies}))
    return f"shapes {shapes}; seeds {min(seeds)} to {max(seeds)}; {len(companies)} companies of {staff} people"


def as_json(companies: Sequence[Company], by_method: Mapping[str, Figures], per_thousand: float) -> dict[str, Any]:
    """Everything, with the shapes and seeds it was seen on."""
    return {
        "shapes": sorted({one.shape for one in companies}),
        "seeds": sorted({one.seed for one in companies}),
        "companies": len(companies),
        "staff": sum(one.staff for one in companies),
        "daily_budget": per_thousand,
        "reach": _REACH,
        "methods": {name: _plain(one) for name, one in by_method.items()},
    }


def _plain(one: Figures) -> dict[str, Any]:
    return {
        "precision": _share(one.precision),
        "reasons": _share(one.reasons),
        "false_per_1000_and_day": one.false_rate,
        "false_joiners_per_1000_and_day": one.joiner_rate,
        "false_settled_per_1000_and_day": one.settled_rate,
        "campaigns": [
            {"campaign": name, "stealth": stealth, "recall": _share(recall), "days": one.days.get((name, stealth)),
             "lost": one.lost.get((name, stealth))}
            for (name, stealth), recall in one.recall.items()
        ],
    }  # fmt: skip


def _share(one: Share) -> dict[str, Any]:
    low, high = one.interval
    return {"value": None if not one.of else one.value, "right": one.right, "of": one.of, "low": low, "high": high}


def _number(value: float | None) -> str:
    return "-" if value is None or math.isnan(value) else f"{value:.1f}" if value >= 1 else f"{value:.2f}"
