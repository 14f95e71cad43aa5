"""Which simulated companies do several tests look at, and how do they read one?"""

from __future__ import annotations

from functools import cache
from typing import Any

import pyarrow as pa

from custodes.company import CAMPAIGN_NAMES, DEFAULT_END, SHAPES, Plan, Planted, Profile, Scheme, Simulated, sized
from custodes.company import simulated as make_simulated

PUBLISHED = {"bulk_reading": {"floor": 60}, "login_as_burst": {"floor": 8}, "contact_takeover": {"floor": 20}}
# Campaigns that are done in a third way too.
STYLES = {"email_change": "job", "known_person": "colleague", "api_enumeration": "graph"}


def plan(shape: str = "support_centre", seed: int = 11, staff: int = 200) -> Plan:
    """A small company of a shape."""
    return Plan(seed, DEFAULT_END, sized(SHAPES[shape], staff), SHAPES[shape])


@cache
def everything(stealth: str, shape: str = "support_centre") -> Simulated:
    """A company in which all campaigns are carried out at once."""
    schemes = [Scheme(name, Profile(stealth=stealth)) for name in CAMPAIGN_NAMES]
    return make_simulated(plan(shape), schemes, PUBLISHED)


@cache
def alone(name: str, stealth: str) -> Simulated:
    """A company with one campaign."""
    return make_simulated(plan(), [Scheme(name, Profile(stealth=stealth))], PUBLISHED)


def deeds(company: Simulated, name: str) -> tuple[Planted, list[dict[str, Any]]]:
    """One campaign of it: what the truth says, and its sealed events in order of time."""
    place = next(place for place, one in enumerate(company.planted) if one.campaign == name)
    rows = company.events.take(pa.array(company.leaves(place))).to_pylist()
    return company.planted[place], sorted(rows, key=lambda row: row["time"])


def context(company: Simulated, table: str) -> dict[str, dict[str, Any]]:
    """A table of context by its first column."""
    rows = company.context[table].to_pylist()
    return {row[company.context[table].column_names[0]]: row for row in rows}
