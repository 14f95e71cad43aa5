"""What may a campaign use, and how does it hide?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from custodes.company.campaigns.profile import DEFAULT, HARD, Profile
from custodes.company.cases import Cases, opened
from custodes.company.normal_life import by_staff
from custodes.company.size import DAY, HOUR, MINUTE
from custodes.company.staff import TEAM, device
from custodes.company.touches import CLAIM, NONE, Touches
from custodes.company.world import World
from custodes.errors import BadInput

Ints = NDArray[np.int64]
# Published detections: id to parameter to value. Only a campaign that knows them looks.
Published = Mapping[str, Mapping[str, object]]

FIRST_FAKE: Final = 500_000_001  # numbers of cases opened as a cover; scrambled like all others
_HIRED: Final = 0.55  # share of the days somebody works on who is there all the time


@dataclass(frozen=True, slots=True)
class Deed:
    """What a campaign did. touches: in any order. serves: places of sellers that gain. parties: of others it is about,
    also where no touch names them. actors: numbers to be blamed, None for whoever the touches name.
    """

    touches: Touches
    story: str
    serves: Sequence[int] = ()
    parties: Sequence[int] = ()
    actors: Sequence[int] | None = None


@dataclass(slots=True)
class Stage:
    """The world as one campaign finds it. cast: staff already playing in another one, to which it adds its own.

    covers: the cases it opened for itself. numbers: how many covers there are so far in all campaigns. styles: the ways
    it can be done, once it has said so.
    """

    world: World
    profile: Profile
    rng: np.random.Generator
    cast: set[int]
    published: Published
    numbers: list[int]
    covers: list[Cases] = field(default_factory=list)
    styles: tuple[str, ...] = ()

    @property
    def hard(self) -> bool:
        """Whether it hides as well as it can; a style of its own counts as hard. Raises BadInput for an unknown one."""
        if not self.styles:
            self.style(DEFAULT, HARD)
        return self.profile.stealth != DEFAULT

    def style(self, default: str, hard: str, *others: str) -> str:
        """How it is done: by stealth, or the style asked for by name. Raises BadInput for one that is none."""
        self.styles = (default, hard, *others)
        asked = self.profile.stealth
        if asked in {DEFAULT, HARD}:
            return hard if asked == HARD else default
        if asked in self.styles:
            return asked
        hint = f"use one of: {', '.join(dict.fromkeys((DEFAULT, HARD, *self.styles)))}"
        raise BadInput("the campaign knows no such stealth", where=asked, hint=hint)

    def times(self, usual: float, *, least: int = 1, most: int | None = None) -> int:
        """So many, by intensity."""
        many = max(least, round(usual * self.profile.intensity))
        return many if most is None else min(many, most)

    def crowd(self, usual: int) -> int:
        """How many take part."""
        return self.profile.actors or usual

    def hire(self, among: Ints, count: int, *, others: bool = True) -> list[int]:
        """Some people nobody else has cast. others: where these do not suffice, anyone who is there all the time.

        Raises BadInput when the company is too small for that.
        """
        free = [person for person in among.tolist() if person not in self.cast]
        if others and len(free) < count:
            free += [person for person in self._steady().tolist() if person not in self.cast and person not in free]
        if len(free) < count:
            raise BadInput(
                f"a campaign needs {count} free members of staff of its kind",
                where=f"{len(free)} are left among {self.world.staff.count} staff",
                hint="use a larger company, or fewer campaigns",
            )
        chosen: list[int] = self.rng.choice(free, size=count, replace=False).tolist()
        self.cast.update(chosen)
        return chosen

    def apart(self, among: Ints, count: int) -> list[int]:
        """As `hire`, in two countries wherever there are two."""
        first = self.hire(among, 1)
        if count == 1:
            return first
        elsewhere = among[self.world.staff.site[among] != self.world.staff.site[first[0]]]
        others = elsewhere if [p for p in elsewhere.tolist() if p not in self.cast] else among
        second = self.hire(others, 1)
        return first + second + (self.hire(among, count - 2) if count > 2 else [])

    def agents(self, *teams: str) -> Ints:
        """Places of those who are in one of the teams from first to last day and work on most weeks of it."""
        crew = self.world.staff
        of_team = np.isin(crew.team, [TEAM[name] for name in teams]).all(axis=1)
        return np.intersect1d(np.flatnonzero(of_team), self._steady())

    def _steady(self) -> Ints:
        crew = self.world.staff
        return np.flatnonzero(~crew.lead & (crew.present.mean(axis=1) > _HIRED))

    def ordinary(self) -> Ints:
        """Places of customers whom nobody watches."""
        buyers = self.world.customers
        plain = np.full(len(buyers.ids), True)
        plain[buyers.vip] = plain[buyers.honey] = False
        return np.flatnonzero(plain)

    def days(self, person: int, since: float = 0.3, until: float = 0.95) -> Ints:
        """The person's working days between two shares of the logs' time, all of them if there are none."""
        days = self.world.plan.size.days
        worked = np.flatnonzero(self.world.staff.present[person])
        some = worked[(worked >= since * days) & (worked < until * days)]
        return some if len(some) else worked

    def moments(self, person: int, count: int, since: float = 0.3, until: float = 0.95, *, on: int | None = None,
                hours: tuple[float, float] = (0.2, 7.8)) -> Ints:  # fmt: skip
        """So many moments in the person's working hours, in order. on: on at most so many different days."""
        days = self.days(person, since, until)
        if on is not None and on < len(days):
            days = self.rng.choice(days, size=on, replace=False)
        day = self.rng.choice(days, size=count)
        who = np.full(count, person)
        return np.sort(self.world.staff.at(self.world.plan, who, day, self.rng.uniform(*hours, size=count)))

    def nights(self, first: float, count: int) -> Ints:
        """The first moments (UTC) of so many days in a row, from a share of the logs' time on."""
        begin = min(int(first * self.world.plan.size.days), self.world.plan.size.days - count)
        return self.world.plan.start_ms + np.arange(begin, begin + count) * DAY

    def stranger(self, address: str) -> tuple[int, int]:
        """Client and address that the company has never seen."""
        book = self.world.book
        return book.clients.code(device(self.rng)), book.addresses.code(address)

    def by(self, person: int, time: Ints, operation: str | Ints, *, subject: Ints | int = NONE,
           party: Ints | int = NONE, object: Ints | int = NONE, records: int = 1) -> Touches:  # noqa: A002  # fmt: skip
        """Touches by one person from their own device, with no case named."""
        who = np.full(len(time), person)
        touches = by_staff(
            self.world, who, time, operation, "campaign", subject=subject, party=party, object=object
        )  # fmt: skip
        return touches.having(records=records)

    def hidden(self, touches: Touches, cover: float, kind: str) -> Touches:
        """Some of the touches under a case: half of those claim one of the actor's own that is about someone else, the
        others one that the actor opened minutes before for the purpose.
        """
        share = self.profile.cover if self.profile.cover is not None else cover
        if not share or not len(touches):
            return touches
        chosen = self.rng.random(len(touches)) < share
        made = chosen & (self.rng.random(len(touches)) < 0.5)
        case = np.where(chosen & ~made, CLAIM, touches.case).astype(np.int64)
        rows = np.flatnonzero(made & (touches.actor < self.world.staff.count))
        if len(rows):
            case[rows] = self._opened(touches.rows(rows), kind)
        return touches.having(case=case)

    def _opened(self, touches: Touches, kind: str) -> Ints:
        """The numbers of the cases that are opened for these touches, one for each actor, subject and party and day."""
        about = np.stack([touches.actor, touches.subject, touches.party, touches.time // DAY])
        _, first, which = np.unique(about, axis=1, return_index=True, return_inverse=True)
        numbers = FIRST_FAKE + self.numbers[0] + np.arange(len(first))
        self.numbers[0] += len(first)
        at, subject, party = touches.time[first], touches.subject[first], touches.party[first]
        early = np.full(len(first), np.iinfo(np.int64).max)
        np.minimum.at(early, which, touches.time)
        until = np.zeros(len(first), np.int64)
        np.maximum.at(until, which, touches.time)
        buyers, shops = self.world.customers.ids, self.world.sellers.ids
        self.covers.append(
            opened(
                self.world, numbers, kind, touches.actor[first],
                np.minimum(at, early) - (self.rng.uniform(1, 25, size=len(first)) * MINUTE).astype(np.int64),
                until + (self.rng.uniform(0.2, 6, size=len(first)) * HOUR).astype(np.int64),
                customer=np.where(subject >= 0, subject - buyers[0], NONE),
                seller=np.where(party >= 0, party - shops[0], NONE),
            )
        )  # fmt: skip
        return numbers[which]


Campaign = Callable[[Stage], Deed]
