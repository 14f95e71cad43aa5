"""How is a campaign carried out? How much of it, how carefully, by how many, and hidden under what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from custodes.errors import BadInput

DEFAULT: Final = "default"
HARD: Final = "hard"


@dataclass(frozen=True, slots=True)
class Profile:
    """intensity: times the campaign's own number of touches. stealth: `default`, `hard`, or a style of the campaign's.
    actors: how many take part, None for the campaign's own number. cover: share of the touches that name a case, real
    or opened for the purpose; None for the campaign's own share.
    """

    intensity: float = 1.0
    stealth: str = DEFAULT
    actors: int | None = None
    cover: float | None = None

    def __post_init__(self) -> None:
        if not self.intensity > 0:
            raise ValueError("an intensity is above 0")
        if self.cover is not None and not 0 <= self.cover <= 1:
            raise ValueError("a cover is between 0 and 1")
        if self.actors is not None and self.actors < 1:
            raise ValueError("somebody has to do it: actors is at least 1")


@dataclass(frozen=True, slots=True)
class Scheme:
    """One campaign to carry out, by name."""

    campaign: str
    profile: Profile = Profile()

    @classmethod
    def parse(cls, text: str) -> Self:
        """`NAME`, `NAME:hard`, `NAME:hard:actors=6:cover=0.5:intensity=2`. Raises BadInput."""
        name, *parts = text.split(":")
        given: dict[str, str] = {}
        for part in parts:
            key, equal, value = part.partition("=")
            given[key if equal else "stealth"] = value if equal else part
        hint = "write it like seller_leak:hard:actors=6:cover=0.5:intensity=2"
        unknown = set(given) - {"stealth", "intensity", "actors", "cover"}
        if unknown:
            raise BadInput(f'"{min(unknown)}" is no setting of a campaign', where=text, hint=hint)
        try:
            profile = Profile(
                intensity=float(given.get("intensity", 1)),
                stealth=given.get("stealth", DEFAULT),
                actors=int(given["actors"]) if "actors" in given else None,
                cover=float(given["cover"]) if "cover" in given else None,
            )
        except ValueError as error:
            raise BadInput(f"the campaign is not understood: {error}", where=text, hint=hint) from error
        return cls(name, profile)
