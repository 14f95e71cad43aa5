"""What kind of company is it? How its work is shared out, how it lives and where its customers' data is touched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True)
class Team:
    """share: of all staff. cases: mean new cases per person and day. touches: mean look-ups per case."""

    name: str
    share: float
    cases: float
    touches: float
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """A place of work. ahead: hours ahead of UTC. share: of all staff."""

    name: str
    ahead: int
    share: float


_SUPPORT: Final = ("order", "delivery", "refund", "account", "review")
_BACK: Final = ("refund", "account", "delivery")


def _teams(shares: str, support: float, sellers: float, fraud: float) -> tuple[Team, ...]:
    """shares: in per mille, in the order below. support, sellers, fraud: cases per person and day."""
    share = [int(word) / 1_000 for word in shares.split()]
    return (
        Team("support", share[0], support, 4.0, _SUPPORT),
        Team("escalations", share[1], support * 0.75, 6.0, _BACK),
        Team("fraud", share[2], fraud, 3.0, ("fraud_review",)),
        Team("seller_support", share[3], sellers, 4.0, ("seller",)),
        Team("billing", share[4], sellers, 3.5, ("payment",)),
        Team("privacy", share[5], sellers / 2, 5.0, ("data_request",)),
        Team("quality", share[6], 0.0, 0.0, ()),
        Team("engineering", share[7], 0.0, 0.0, ()),
        Team("audit", share[8], 0.0, 0.0, ()),
    )


@dataclass(frozen=True, slots=True)
class Shape:
    """Everything about a company that is neither its size nor its chance.

    customers, sellers, orders: so many per member of staff (orders: per customer). calls: mean API calls per key and
    day. peak: how many times the usual the holidays bring, 1 for none; peak_at: when, as a share of the logs' time.
    moves, joiners, leavers: shares of the staff in 30 days. temps: share of the staff hired for the peak only.
    span: people per lead. away: share of days worked over the shared VPN. late: share of lines that reach the log up to
    a day late. agency: share of sellers who gave an agency their key. large: share of sellers with many keys of their
    own. famous: watched customers. lively: whether there is all of life that the sample leaves out (audits, hands in
    the database, sellers that register). scrambled: whether case numbers tell nothing of their order. walk_ins: chance
    per person and day of a question that never becomes a case. unasked: how many times the sample's share of touches
    that are right without a case.
    """

    name: str
    teams: tuple[Team, ...]
    sites: tuple[Site, ...]
    customers: float = 15.0
    sellers: float = 0.75
    orders: float = 3.0
    calls: float = 1.0
    peak: float = 1.0
    peak_at: float = 0.72
    moves: float = 0.01
    joiners: float = 0.01
    leavers: float = 0.01
    temps: float = 0.0
    span: int = 14
    away: float = 0.2
    late: float = 0.0
    agency: float = 0.33
    large: float = 0.0
    famous: int = 12
    lively: bool = False
    scrambled: bool = False
    walk_ins: float = 0.035
    unasked: float = 1.0

    @property
    def touched(self) -> float:
        """Touches by cases per member of staff and working day, roughly."""
        return sum(team.share * team.cases * team.touches for team in self.teams) / sum(t.share for t in self.teams)


_THREE: Final = (Site("tallinn", 2, 0.4), Site("lisbon", 0, 0.25), Site("manila", 8, 0.35))

# The small one that the demonstration tells its story in: its files must stay what they are.
SAMPLE: Final = Shape("sample", _teams("580 60 80 90 50 20 50 70 0", 1.6, 1.6, 2.5), _THREE)

_LIFE: Final = Shape(
    "", (), _THREE, peak=3.5, moves=0.02, joiners=0.025, leavers=0.02, temps=0.05, late=0.02, lively=True,
    scrambled=True, large=0.02, unasked=1.6,
)  # fmt: skip

SUPPORT_CENTRE: Final = replace(
    _LIFE,
    name="support_centre",
    teams=_teams("620 70 60 70 40 15 45 60 20", 4.0, 3.5, 5.0),
)
FLAT: Final = replace(
    _LIFE,
    name="flat",
    teams=_teams("360 30 70 100 70 30 50 270 20", 2.6, 2.6, 3.5),
    sites=(Site("ghent", 1, 0.8), Site("porto", 0, 0.2)),
    span=40, temps=0.02, peak=3.0, away=0.45, customers=25, sellers=0.5,
)  # fmt: skip
SELLERS: Final = replace(
    _LIFE,
    name="sellers",
    teams=_teams("340 50 80 300 50 20 50 90 20", 2.6, 3.2, 4.0),
    sites=(Site("riga", 2, 0.35), Site("pune", 5, 0.4), Site("austin", -6, 0.25)),
    customers=30, sellers=4.0, orders=4.0, calls=3.0, agency=0.4, peak=4.0,
)  # fmt: skip

OUTSOURCED: Final = replace(
    _LIFE,
    name="outsourced",
    teams=_teams("690 50 50 60 40 10 50 40 10", 5.0, 3.5, 5.0),
    sites=(Site("dublin", 0, 0.15), Site("cebu", 8, 0.5), Site("bogota", -5, 0.35)),
    temps=0.12, joiners=0.05, leavers=0.045, peak=4.5, span=18, late=0.04, away=0.1,
)  # fmt: skip
BOUTIQUE: Final = replace(
    _LIFE,
    name="boutique",
    teams=_teams("440 120 80 100 60 40 50 90 20", 2.0, 2.0, 2.5),
    sites=(Site("milan", 1, 0.6), Site("paris", 1, 0.4)),
    customers=12, sellers=0.4, famous=40, peak=3.0, span=8, temps=0.03, walk_ins=0.05,
)  # fmt: skip
PLATFORM: Final = replace(
    _LIFE,
    name="platform",
    teams=_teams("280 40 120 180 60 30 40 230 20", 3.0, 3.0, 5.0),
    sites=(Site("berlin", 1, 0.45), Site("toronto", -5, 0.35), Site("hanoi", 7, 0.2)),
    customers=40, sellers=6.0, orders=3.0, calls=5.0, agency=0.25, peak=3.5, peak_at=0.55, away=0.35,
)  # fmt: skip

SHAPES: Final[dict[str, Shape]] = {
    shape.name: shape for shape in (SAMPLE, SUPPORT_CENTRE, FLAT, SELLERS, OUTSOURCED, BOUTIQUE, PLATFORM)
}
# Who tunes looks at these; who reports looks at those. Nobody does both with one.
TUNING: Final = (SUPPORT_CENTRE.name, FLAT.name, SELLERS.name)
REPORTING: Final = (OUTSOURCED.name, BOUTIQUE.name, PLATFORM.name)
