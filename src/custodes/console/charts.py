"""Where does each mark of a chart go? Geometry only: the templates draw it as SVG, so that escaping has one place.

Lanes and bars are SCALE units wide and stretched to the page; labels stay outside of them, so that they never shrink.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from custodes.console.words import moment
from custodes.records import Field
from custodes.risk.register import Risk

SCALE: Final = 1000.0
_LEAST: Final = 6.0  # a moment is still seen
_MARGIN: Final = timedelta(minutes=30)
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC) + _MARGIN
_LATEST: Final = datetime.max.replace(tzinfo=UTC) - _MARGIN
_COLOURS: Final = 6
_TICKS: Final = 4


@dataclass(frozen=True, slots=True)
class Span:
    """What a lane shows: from first to last, and when it was raised. tone: a CSS class. href may be empty."""

    label: str
    href: str
    note: str
    tone: str
    first: datetime | None
    last: datetime | None
    raised: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of a time line. x, width: the bar, 0 wide where none is. mark: when raised, if known."""

    span: Span
    x: float
    width: float
    mark: float | None
    says: str


@dataclass(frozen=True, slots=True)
class TimeLine:
    """Lanes over one axis; ticks are evenly spaced labels from its start to its end."""

    lanes: tuple[Lane, ...]
    ticks: tuple[str, ...]


def time_line(spans: Sequence[Span]) -> TimeLine | None:
    """None when no span has a time."""
    times = [time for span in spans for time in (span.first, span.last, span.raised) if time is not None]
    if not times:
        return None
    start, end = min(times), max(times)
    if end - start < timedelta(hours=1):
        # Logs can claim any time: the ends of the calendar must not break the page.
        start, end = max(start, _EARLIEST) - _MARGIN, min(end, _LATEST) + _MARGIN
    whole = end - start

    def at(time: datetime) -> float:
        return round(SCALE * ((time - start) / whole), 1)

    lanes = []
    for span in spans:
        first, last = span.first or span.last or span.raised, span.last or span.first or span.raised
        if first is None or last is None:
            continue
        # What is known only by the moment it was raised has a mark and no bar: nothing is known to have gone on.
        width = max(_LEAST, at(last) - at(first)) if span.first or span.last else 0.0
        mark = at(span.raised) if span.raised else None
        says = f"{moment(span.first)} to {moment(span.last)} UTC" + (
            f", raised {moment(span.raised)}" if span.raised else ""
        )
        lanes.append(Lane(span, min(at(first), SCALE - width), width, mark, says))
    return TimeLine(tuple(lanes), _ticks(start, end))


def _ticks(start: datetime, end: datetime) -> tuple[str, ...]:
    form = "%d %b %Y" if end - start >= timedelta(days=_TICKS) else "%d %b %H:%M"
    step = (end - start) / (_TICKS - 1)
    return tuple((start + step * index).astimezone(UTC).strftime(form) for index in range(_TICKS))


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a bar. tone: a CSS class."""

    tone: str
    x: float
    width: float
    says: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: a key (for the link), its label, its pieces and their sum."""

    key: str
    label: str
    pieces: tuple[Piece, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Bars:
    """Rows, and what each tone stands for."""

    rows: tuple[Bar, ...]
    legend: tuple[tuple[str, str], ...]  # tone, label


def bars_by_store(fields: Iterable[Field], titles: Mapping[str, str], order: Sequence[str]) -> Bars:
    """How many fields of each category each store holds; categories in the order given."""
    counts: dict[str, Counter[str]] = {}
    stores: Counter[str] = Counter()
    for field in fields:
        counts.setdefault(field.category, Counter())[field.store] += 1
        stores[field.store] += 1
    named = [store for store, _ in sorted(stores.items(), key=lambda item: (-item[1], item[0]))]
    shown = named if len(named) <= _COLOURS else named[: _COLOURS - 1]
    tones = {store: f"tone{index}" for index, store in enumerate(shown)}
    rest = f"tone{_COLOURS - 1}"
    most = max((sum(one.values()) for one in counts.values()), default=1)
    rows = []
    for category in order:
        held = counts.get(category)
        if not held:
            continue
        parts = [(tones[store], store, held[store]) for store in shown if held[store]]
        others = sum(count for store, count in held.items() if store not in tones)
        if others:
            parts.append((rest, "other stores", others))
        rows.append(Bar(category, titles.get(category, category), _pieces(parts, most), sum(held.values())))
    legend = [(tones[store], store) for store in shown]
    if len(named) > len(shown):
        legend.append((rest, f"{len(named) - len(shown)} other stores"))
    return Bars(tuple(rows), tuple(legend))


def _pieces(parts: Iterable[tuple[str, str, int]], most: int) -> tuple[Piece, ...]:
    found = []
    x = 0.0
    for tone, name, count in parts:
        width = round(SCALE * count / most, 1)
        found.append(Piece(tone, round(x, 1), width, f"{name}: {count:,}"))
        x += width
    return tuple(found)


CELL: Final = 72
_PER_ROW: Final = 3
_PER_CELL: Final = 9


@dataclass(frozen=True, slots=True)
class Spot:
    """One risk on the matrix: its rank in the register, and the centre of its mark."""

    rank: int
    risk: Risk
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One square: impact to the right, likelihood upwards; heat 0 to 3. more: risks that found no room."""

    impact: int
    likelihood: int
    x: int
    y: int
    heat: int
    more: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """Five by five squares of CELL units, and the risks in them."""

    cells: tuple[Cell, ...]
    spots: tuple[Spot, ...]


def risk_matrix(risks: Sequence[Risk]) -> Matrix:
    """Each risk in the square of its impact and likelihood, numbered by its rank."""
    held: dict[tuple[int, int], int] = {}
    spots = []
    for rank, risk in enumerate(risks, start=1):
        place = (risk.impact, risk.likelihood)
        index = held.get(place, 0)
        held[place] = index + 1
        if index < _PER_CELL:
            left, top = _corner(*place)
            row, column = divmod(index, _PER_ROW)
            spots.append(Spot(rank, risk, left + 14 + 22 * column, top + 14 + 22 * row))
    cells = []
    for likelihood in range(1, 6):
        for impact in range(1, 6):
            left, top = _corner(impact, likelihood)
            heat = sum(impact * likelihood >= least for least in (5, 10, 16))
            more = max(0, held.get((impact, likelihood), 0) - _PER_CELL)
            cells.append(Cell(impact, likelihood, left, top, heat, more))
    return Matrix(tuple(cells), tuple(spots))


def _corner(impact: int, likelihood: int) -> tuple[int, int]:
    return (impact - 1) * CELL, (5 - likelihood) * CELL
