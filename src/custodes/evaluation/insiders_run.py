"""What do many made-up companies say, one after the other? Ours and the baselines on the same events."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
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
_AT_ONCE: Final = 8


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
    every: int = 7,
    processes: int = 0,
    on_company: Callable[[str], None] = lambda _: None,
) -> Result:
    """Every shape, seed and stealth: a company with each campaign once, or each of those that are named.

    every: days from one look of the company at what is found to the next.
    processes: how many companies are looked at side by side; 0 is one for each core, eight at most, as
    each may hold gigabytes. The figures are the same. on_company hears of each company that was looked at.
    Raises BadInput for a campaign that there is not, or a company too small for one.
    """
    asked = [
        _Asked(shape, seed, each, staff, per_thousand, every, baselines, tuple(campaigns or ALL))
        for shape in companies.shapes(reporting)
        for seed in companies.seeds(reporting, seeds)
        for each in stealth
    ]
    seen: dict[str, list[Company]] = {OURS: []}
    skipped: set[str] = set()
    for one, told in zip(asked, _answers(asked, processes or min(os.cpu_count() or 1, _AT_ONCE)), strict=True):
        on_company(f"{one.shape} {one.seed} {one.stealth}")
        skipped |= told.skipped
        for name, company in told.companies.items():
            seen.setdefault(name, []).append(company)
    return Result(tuple(seen[OURS]), {name: figures(each) for name, each in seen.items()}, tuple(sorted(skipped)))


@dataclass(frozen=True, slots=True)
class _Asked:
    """One company to look at."""

    shape: str
    seed: int
    stealth: str
    staff: int
    per_thousand: float
    every: int
    baselines: bool
    campaigns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """By method, the company as it saw it; and what could not be asked."""

    companies: Mapping[str, Company]
    skipped: frozenset[str]


def _answers(asked: Sequence[_Asked], processes: int) -> Iterator[_Told]:
    """In the order asked. Companies have nothing to do with each other, so each core takes its own."""
    if processes == 1 or len(asked) == 1:
        yield from map(_answer, asked)
        return
    # A forked child would inherit the locks of threads that it does not have.
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        try:
            yield from pool.map(partial(_answer, threads=1), asked)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _answer(asked: _Asked, threads: int | None = None) -> _Told:
    detections = load_detections()
    published = {one.id: dict(one.parameters) for one in detections}
    one = companies.made(
        asked.shape, asked.seed, sized(asked.shape, asked.staff), asked.stealth, asked.campaigns, published
    )
    told, lost = companies.watched(one, detections, asked.per_thousand, every=asked.every, threads=threads)
    seen = {OURS: told}
    if asked.baselines:
        for name, alerts in simpler.alerts(one, asked.per_thousand).items():
            seen[name] = companies.company(one, alerts)
    return _Told(seen, frozenset(f"{miss.dataset}: {miss.reason}" for miss in lost))


def sized(shape: str, staff: int) -> Size:
    """So many people, with the customers, sellers and orders that the shape has for them."""
    kind = SHAPES[shape]
    customers = max(500, int(staff * kind.customers))
    return Size(
        staff=staff, customers=customers, sellers=max(40, int(staff * kind.sellers)),
        orders=max(1_000, int(customers * kind.orders)), days=_DAYS,
    )  # fmt: skip
