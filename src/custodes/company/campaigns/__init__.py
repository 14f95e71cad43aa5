"""Which campaigns can be carried out, and how are several of them cast in one company?

A campaign is a function of its stage that returns what was done. Nothing here knows how wrong-doing is found; the one
that evades published thresholds is told them as data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from custodes.company.campaigns.aware import threshold_dodger
from custodes.company.campaigns.favours import banned_reinstated, email_change, review_removal, seller_leak
from custodes.company.campaigns.intruders import account_sharing, sleeping_intruder
from custodes.company.campaigns.leaving import card_reading, leaver_export
from custodes.company.campaigns.lookups import honey_touch, known_person, screenshots, watched_lookup
from custodes.company.campaigns.partners import api_enumeration, banned_returns, key_harvest
from custodes.company.campaigns.profile import DEFAULT, HARD, Profile, Scheme
from custodes.company.campaigns.stage import Campaign, Deed, Published, Stage
from custodes.company.cases import Cases
from custodes.company.touches import Touches
from custodes.company.world import World
from custodes.errors import BadInput

__all__ = ["ALL", "DEFAULT", "HARD", "Played", "Profile", "Published", "Scheme", "play"]

ALL: Final[dict[str, Campaign]] = {
    campaign.__name__: campaign
    for campaign in (
        leaver_export, sleeping_intruder, known_person, card_reading, seller_leak, banned_reinstated, watched_lookup,
        review_removal, email_change, account_sharing, screenshots, honey_touch, threshold_dodger, key_harvest,
        api_enumeration, banned_returns,
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Played:
    """One campaign as it was carried out. covers: cases that were opened for it."""

    scheme: Scheme
    deed: Deed
    touches: Touches
    covers: tuple[Cases, ...]


def play(world: World, schemes: Sequence[Scheme], published: Published | None = None) -> list[Played]:
    """Carry out these campaigns, each with people of its own, in the order given.

    Its touches are marked with its place. One named twice is played twice. Raises BadInput for a name that is none, a
    stealth it does not know, or a company too small for it.
    """
    cast: set[int] = set()
    numbers = [0]
    played: list[Played] = []
    # Those that need rare people choose first, whatever the order asked for: chance comes from name and turn alone.
    order = list(ALL)
    for scheme in schemes:
        if scheme.campaign not in ALL:
            raise BadInput("there is no such campaign", where=scheme.campaign, hint=f"use one of: {', '.join(order)}")
    turns: dict[int, Played] = {}
    for place in sorted(range(len(schemes)), key=lambda place: (order.index(schemes[place].campaign), place)):
        scheme = schemes[place]
        turn = sum(other.campaign == scheme.campaign for other in schemes[:place])
        rng = np.random.default_rng([world.plan.seed, 2_000, order.index(scheme.campaign), turn])
        stage = Stage(world, scheme.profile, rng, cast, published or {}, numbers)
        deed = ALL[scheme.campaign](stage)
        done = deed.touches.in_time(world.plan.start_ms, world.plan.end_ms).of_campaign(place)
        turns[place] = Played(scheme, deed, done, tuple(stage.covers))
    played.extend(turns[place] for place in range(len(schemes)))
    return played
