"""What do many made-up companies say, one after the other? Ours and the baselines on the same events."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from custodes.company.campaigns import ALL
from custodes.company.shape import SHAPES
from custodes.company.size import Size
from custodes.detections.catalogue import load_detections
from custodes.evaluation import baselines as simpler
from custodes.evaluation import companies
from custodes.evaluation.insiders import Company, Figures, figures

OURS: Final = "Custodes"
_DAYS: Final = 90


@dataclass(frozen=True, slots=True)
class Result:
    """companies: as we saw them. figures: by method. skipped: detections that could not be asked, in words."""

    companies: tuple[Company, ...]
    figures: Mapping[str, Figures]
    skipped: tuple[str, ...]


def run(
    *,
    seeds: int,
    staff: int,
    stealth: tuple[str, ...],
    reporting: bool,
    per_thousand: float,
    baselines: bool,
    campaigns: Sequence[str] = (),
    on_company: Callable[[str], None] = lambda _: None,
) -> Result:
    """Every shape, seed and stealth: a company with each campaign once, or each of those that are named.

    Raises BadInput for a campaign that there is not, or a company too small for one.
    """
    detections = load_detections()
    published = {one.id: dict(one.parameters) for one in detections}
    seen: dict[str, list[Company]] = {OURS: []}
    skipped: set[str] = set()
    for shape in companies.shapes(reporting):
        for seed in companies.seeds(reporting, seeds):
            for each in stealth:
                on_company(f"{shape} {seed} {each}")
                one = companies.made(shape, seed, sized(shape, staff), each, campaigns or tuple(ALL), published)
                findings, incidents, lost = companies.found(one, detections)
                seen[OURS].append(companies.judged(one, findings, incidents, per_thousand))
                skipped |= {f"{miss.dataset}: {miss.reason}" for miss in lost}
                if baselines:
                    for name, alerts in simpler.alerts(one, per_thousand).items():
                        seen.setdefault(name, []).append(companies.company(one, alerts))
    return Result(tuple(seen[OURS]), {name: figures(each) for name, each in seen.items()}, tuple(sorted(skipped)))


def sized(shape: str, staff: int) -> Size:
    """So many people, with the customers, sellers and orders that the shape has for them."""
    kind = SHAPES[shape]
    customers = max(500, int(staff * kind.customers))
    return Size(
        staff=staff, customers=customers, sellers=max(40, int(staff * kind.sellers)),
        orders=max(1_000, int(customers * kind.orders)), days=_DAYS,
    )  # fmt: skip
