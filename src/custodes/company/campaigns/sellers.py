"""Which sellers may a campaign be about? Those with rivals, and what the rivals have sold to whom."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from custodes.company.campaigns.stage import Stage

Ints = NDArray[np.int64]


def rivals(stage: Stage, seller: int, most: int) -> Ints:
    """The largest other sellers of the same category that share no owner with it; places."""
    shops = stage.world.sellers
    same = np.array(shops.category) == shops.category[seller]
    same[[seller, shops.banned, *shops.twins]] = False
    found = np.flatnonzero(same)
    if len(found) < 2:
        found = np.setdiff1d(np.arange(len(same)), [seller, shops.banned, *shops.twins])
    return found[np.argsort(-sold(stage)[found], kind="stable")][:most]


def sold(stage: Stage) -> Ints:
    """Orders of each seller."""
    return np.diff(stage.world.orders.of)


def payer(stage: Stage) -> int:
    """A seller of middling size that has something to gain."""
    shops = stage.world.sellers
    fit = np.flatnonzero((sold(stage) > 0) & (np.array(shops.status) == "active"))
    fit = np.setdiff1d(fit, shops.twins)
    return int(stage.rng.choice(fit))


def orders_of(stage: Stage, sellers: Ints, count: int) -> Ints:
    """Rows of orders of these sellers, at most so many, each once."""
    orders = stage.world.orders
    rows = np.concatenate([np.arange(orders.of[one], orders.of[one + 1]) for one in sellers.tolist()])
    return stage.rng.permutation(rows)[:count]
