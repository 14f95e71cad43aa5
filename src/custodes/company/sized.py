"""How big must each part of a company be, for so many staff and so many events?"""

from __future__ import annotations

from typing import Final

from custodes.company.shape import Shape
from custodes.company.size import Size
from custodes.errors import BadInput

DAYS: Final = 75
_THERE: Final = 0.66  # of the staff work on a day
_KEYS: Final = 1.35  # keys per seller
_CALLED: Final = 0.85  # of the calls that a key's mean promises
_BESIDE: Final = 1.1  # touches for each one by a case: colleagues, reviewers, auditors
_DENSE: Final = 0.12  # customers for each event: who is touched is touched some eight times
_MOST: Final = 3_000_000  # customers
_SOLD: Final = 3_000_000  # orders, where that is one for each customer at least
_BUSIEST: Final = 4.0  # times the shape's usual work, before the time of the logs is made longer
_IDLEST: Final = 0.2  # times the usual work, before it is made shorter
_LONGEST: Final = 365
_SMALLEST: Final = {"staff": 80, "days": 40}


def sized(shape: Shape, staff: int, *, events: int | None = None, days: int | None = None) -> Size:
    """The size of a company of this shape. events: about so many, by more or less work a day. days: of logs.

    Raises BadInput for fewer staff or days than campaigns need, or fewer events than sign-ins alone.
    """
    for name, value in (("staff", staff), ("days", days)):
        if value is not None and value < _SMALLEST[name]:
            raise BadInput(f"a company needs at least {_SMALLEST[name]} {name}", where=f"--{name} {value}",
                           hint=f"raise --{name}")  # fmt: skip
    length = days or DAYS
    load = 1.0
    if events is not None:
        load = _load(shape, staff, events, length)
        if days is None and load > _BUSIEST:
            length = min(_LONGEST, round(length * load / _BUSIEST))
            load = _load(shape, staff, events, length)
        if days is None and load < _IDLEST:
            length = _SMALLEST["days"]
            load = _load(shape, staff, events, length)
        if load < 0.02:
            least = int(_signed_in(staff) * length * 1.1)
            raise BadInput(f"{staff} staff sign in {least:,} times in {length} days", where=f"--events {events}",
                           hint="ask for more events, fewer staff or fewer days")  # fmt: skip
    made = (_signed_in(staff) + load * _worked(shape, staff, length)) * length
    customers = min(_MOST, max(500, int(shape.customers * staff), int(_DENSE * made)))
    return Size(
        staff=staff,
        customers=customers,
        sellers=max(60, int(shape.sellers * staff)),
        orders=max(1_000, customers, min(_SOLD, int(shape.orders * customers))),
        days=length,
        load=load,
    )


def _load(shape: Shape, staff: int, events: int, days: int) -> float:
    return (events / days - _signed_in(staff)) / _worked(shape, staff, days)


def _signed_in(staff: int) -> float:
    return staff * _THERE


def _worked(shape: Shape, staff: int, days: int) -> float:
    """Touches on an average day, without sign-ins."""
    width = min(5, days / 12)
    season = 1 + 0.02 + (shape.peak - 1) * width * 1.77 / days
    sellers = max(60, int(shape.sellers * staff))
    return _BESIDE * staff * _THERE * shape.touched * season + sellers * _KEYS * shape.calls * _CALLED
