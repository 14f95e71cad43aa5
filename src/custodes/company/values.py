"""Which raw values of people and which secrets are in the company's files? For a search that must find none of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from custodes.company.people import People
from custodes.company.size import Plan
from custodes.company.trade import cards
from custodes.company.world import world


def secrets(plan: Plan) -> tuple[str, str]:
    """An access key id and its secret in the shape a cloud gives them; EXAMPLE says that no cloud gave these."""
    rng = plan.chance("files")
    base32 = np.array(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
    base64 = np.array(list("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
    return "AKIA" + "".join(rng.choice(base32, 9)) + "EXAMPLE", "".join(rng.choice(base64, 30)) + "EXAMPLEKEY"


def raw_values(plan: Plan) -> Iterator[str]:
    """Each value once: names, e-mails, telephone numbers, streets, whole addresses, IBANs, card numbers, secrets."""
    company = world(plan)
    seen: set[str] = set()
    for value in _all(company.customers.person, company.staff.person):
        if value not in seen:
            seen.add(value)
            yield value
    shops = company.sellers
    rest = (shops.email, shops.iban, shops.phone, shops.address, [held.number for held in cards(plan)], secrets(plan))
    for values in rest:
        for value in values:
            if value not in seen:
                seen.add(value)
                yield value


def _all(*groups: People) -> Iterator[str]:
    for group in groups:
        for place in range(len(group.given)):
            yield group.full_name(place)
            yield group.home(place)
        for column in (group.email, group.phone, group.street):
            yield from column
