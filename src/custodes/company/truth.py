"""What is really true about this company: who did wrong, what lies in the wrong place, which lines are broken?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np

from custodes.company.size import Plan
from custodes.company.touches import Touches
from custodes.company.world import World

FILE_NAME: Final = "truth.json"


@dataclass(frozen=True, slots=True)
class Planted:
    """One campaign as it was carried out. actors: who did it; keys: API keys used. subjects: distinct customers whose
    data was seen or changed. touches: lines of logs that are its doing, those that were refused included.
    parties: sellers it served or harmed; serves: those of them that gain. clients: devices or fingerprints it came
    from. stealth: how careful it was. covered: touches that name a case, real or opened as a cover.
    """

    id: str
    campaign: str
    actors: tuple[str, ...]
    parties: tuple[str, ...]
    clients: tuple[str, ...]
    keys: tuple[str, ...]
    first: datetime
    last: datetime
    subjects: int
    touches: int
    story: str
    serves: tuple[str, ...] = ()
    stealth: str = "default"
    covered: int = 0


def told(world: World, name: str, done: Touches, story: str) -> Planted:
    """What its touches say about a campaign; they must be in order of time, and at least one."""
    actors = sorted(world.book.actors.text(code) for code in np.unique(done.actor).tolist())
    return Planted(
        id=f"planted-{name.replace('_', '-')}",
        campaign=name,
        actors=tuple(actors),
        parties=tuple(f"seller:{party}" for party in np.unique(done.party[done.party >= 0]).tolist()),
        clients=tuple(sorted(world.book.clients.text(code) for code in np.unique(done.client).tolist())),
        keys=tuple(actor for actor in actors if actor.startswith("key:")),
        first=moment(int(done.time[0])),
        last=moment(int(done.time[-1])),
        subjects=len(np.unique(done.subject[(done.subject >= 0) & (done.refused == 0)])),
        touches=len(done),
        story=story,
    )


def moment(milliseconds: int) -> datetime:
    """Milliseconds since 1970 as a moment in UTC."""
    return datetime.fromtimestamp(milliseconds / 1_000, UTC)


@dataclass(frozen=True, slots=True)
class Misplaced:
    """Data that does not belong where it lies. dataset: as the data map names it. rows: that hold it."""

    id: str
    dataset: str
    field: str
    what: str
    rows: int
    story: str


@dataclass(frozen=True, slots=True)
class Truth:
    """The whole answer sheet.

    events: by log, lines that are events; broken: by log, lines that are none. why: by log, how many touches have which
    reason (the words of `touches.WHY`). excused: what looks wrong and is not, in sentences.
    """

    plan: Plan
    campaigns: tuple[Planted, ...]
    misplaced: tuple[Misplaced, ...]
    events: Mapping[str, int]
    broken: Mapping[str, int]
    why: Mapping[str, Mapping[str, int]]
    excused: tuple[str, ...]

    def planted_values(self) -> Iterator[str]:
        """Every raw value of a person or secret in the company's files, made again from the seed.

        Names, e-mail addresses, telephone numbers, street addresses, card numbers, IBANs and keys, each once.
        """
        from custodes.company.values import raw_values  # noqa: PLC0415 - the answer sheet alone needs no generators

        return raw_values(self.plan)

    def text(self) -> str:
        """As JSON, without any personal value."""
        document = {
            "seed": self.plan.seed,
            "end": _moment(self.plan.end),
            "size": asdict(self.plan.size),
            "campaigns": [asdict(one) for one in self.campaigns],
            "misplaced": [asdict(one) for one in self.misplaced],
            "events": self.events,
            "broken": self.broken,
            "why": self.why,
            "excused": self.excused,
        }
        return json.dumps(document, indent=2, default=_moment) + "\n"


def _moment(value: object) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"no JSON form for {type(value).__name__}")
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
