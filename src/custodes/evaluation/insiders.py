"""How well are insiders found at a rate that people can work through? What was shown is held against what was planted.

The same rule for us and for every baseline: an alert is true where it names somebody (a person, a key, a machine, a
party) that a campaign was carried out by, and cites touches of that campaign. Everything else that was shown is false.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

_SURE: Final = 1.96  # standard deviations on each side of 95 %
# A reason is true where so much of what it cites was done by the campaign it names.
_TRUE_SHARE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Planted:
    """One campaign as it really was. names: whoever took part (`staff:e7`, `key:k2`, a machine, a party it served).

    leaves: its touches, by place among all. fresh: whether one who did it had joined within 14 days.
    """

    name: str
    stealth: str
    names: frozenset[str]
    first: datetime
    last: datetime
    leaves: Mapping[int, datetime]
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Alert:
    """What somebody is asked to look at. shown: when. leaves: the touches it cites, None where it cites none.

    told: those of them that its reason speaks of, all where it does not say. people: staff it accuses by name.
    earlier: what it said each time that somebody looked, where it grew while it was watched; none for one that did not.
    """

    names: frozenset[str]
    shown: datetime
    leaves: frozenset[int] | None
    score: float
    people: frozenset[str] = frozenset()
    told: frozenset[int] | None = None
    earlier: tuple[Alert, ...] = ()


@dataclass(frozen=True, slots=True)
class Company:
    """One made-up company: what was planted, what was shown, for how many people and days.

    joiners: by member of staff, the moment up to which they count as new. joiner_days: person-days of new ones.
    """

    shape: str
    seed: int
    staff: int
    days: int
    planted: tuple[Planted, ...]
    alerts: tuple[Alert, ...]
    joiners: Mapping[str, datetime]
    joiner_days: float


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % interval (Wilson 1927)."""

    right: int
    of: int

    @property
    def value(self) -> float:
        """nan where nothing was asked."""
        return self.right / self.of if self.of else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """(0, 1) where nothing was asked."""
        if not self.of:
            return 0.0, 1.0
        share, z2 = self.right / self.of, _SURE**2
        middle = (share + z2 / (2 * self.of)) / (1 + z2 / self.of)
        half = _SURE * math.sqrt(share * (1 - share) / self.of + z2 / (4 * self.of**2)) / (1 + z2 / self.of)
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Figures:
    """precision: of what was shown. reasons: of what was true and cites touches, those whose reason is true.

    recall: by campaign and stealth. days: by the same, median days from the first touch to when it was shown.
    lost: median share of the campaign's touches before that. false_rate: false alerts per 1,000 staff and day;
    joiner_rate and settled_rate: false alerts that name one new or settled person, per 1,000 of them and day.
    """

    precision: Share
    reasons: Share
    recall: Mapping[tuple[str, str], Share]
    days: Mapping[tuple[str, str], float]
    lost: Mapping[tuple[str, str], float]
    false_rate: float
    joiner_rate: float
    settled_rate: float


def hits(alert: Alert, planted: Planted) -> bool:
    """Whether the alert is about this campaign."""
    if not alert.names & planted.names:
        return False
    return alert.leaves is None or any(leaf in planted.leaves for leaf in alert.leaves)


def figures(companies: Sequence[Company]) -> Figures:
    """Over all companies."""
    true = false = sound = cited = 0
    found: dict[tuple[str, str], list[bool]] = defaultdict(list)
    days: dict[tuple[str, str], list[float]] = defaultdict(list)
    lost: dict[tuple[str, str], list[float]] = defaultdict(list)
    new_false = settled_false = 0
    for company in companies:
        for alert in company.alerts:
            about = [one for one in company.planted if hits(alert, one)]
            true += bool(about)
            false += not about
            if about and alert.leaves is not None:
                cited += 1
                sound += _sound(alert, about)
            if not about:
                people = alert.people
                fresh = any(alert.shown <= company.joiners[one] for one in people if one in company.joiners)
                new_false += fresh
                settled_false += bool(people) and not fresh
        for one in company.planted:
            key = one.name, one.stealth
            said = (each for alert in company.alerts for each in alert.earlier or (alert,))
            times = [each.shown for each in said if hits(each, one)]
            found[key].append(bool(times))
            if times:
                days[key].append(max(0.0, (min(times) - one.first).total_seconds() / 86_400))
                before = sum(moment < min(times) for moment in one.leaves.values())
                lost[key].append(before / max(len(one.leaves), 1))
    person_days = sum(company.staff * company.days for company in companies)
    joiner_days = sum(company.joiner_days for company in companies)
    return Figures(
        precision=Share(true, true + false),
        reasons=Share(sound, cited),
        recall={key: Share(sum(each), len(each)) for key, each in sorted(found.items())},
        days={key: statistics.median(each) for key, each in sorted(days.items())},
        lost={key: statistics.median(each) for key, each in sorted(lost.items())},
        false_rate=1_000 * false / max(person_days, 1),
        joiner_rate=1_000 * new_false / max(joiner_days, 1),
        settled_rate=1_000 * settled_false / max(person_days - joiner_days, 1),
    )


def _sound(alert: Alert, about: Iterable[Planted]) -> bool:
    cited = (alert.leaves if alert.told is None else alert.told) or frozenset()
    guilty = {leaf for one in about for leaf in cited if leaf in one.leaves}
    return len(guilty) >= _TRUE_SHARE * len(cited)
