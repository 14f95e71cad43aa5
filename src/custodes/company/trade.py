"""What is traded: which customers, sellers, products, orders, reviews, API keys and cards does the marketplace hold?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from custodes.company.names import Book
from custodes.company.people import People, card, iban, people, phone
from custodes.company.size import DAY, Plan

LISTED: Final = 10_000  # customers with a name and an address, which take longer to make up than their touches
FIRST_CUSTOMER: Final = 80_001
FIRST_SELLER: Final = 101
FIRST_ORDER: Final = 500_001
ANALYST: Final = "insight-1"  # a developer that sells figures about the marketplace; a few sellers gave it a key
_FIRST: Final = "Amber Basalt Cobalt Drift Ebon Fjord Glint Harbour Indigo Jade Krill Lumen Mosaic Nimbus Onyx Pixel"
_LAST: Final = "Audio Bazaar Collective Depot Goods Home House Loft Market Outfit Store Supply Trading Works"
CATEGORIES: Final = ("audio", "books", "garden", "kitchen", "lighting", "outdoor", "toys", "tools")

Ints = NDArray[np.int64]
Texts = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Customers:
    """One place per customer. created: milliseconds. vip, honey: places of watched customers. weight: of being touched.

    honey: customers that do not exist, kept to see who looks at them. person, created: of the first customers only (see
    LISTED); the stores hold no others, though all of them are touched.
    """

    ids: Ints
    person: People
    created: Ints
    vip: Ints
    honey: Ints
    weight: NDArray[np.float64]

    @property
    def listed(self) -> int:
        """How many are in the stores."""
        return len(self.created)


@dataclass(frozen=True, slots=True)
class Sellers:
    """One place per seller. twins: places of brands opened by the owner of the banned one, who shares their tokens."""

    ids: Ints
    company: list[str]
    category: list[str]
    status: list[str]
    email: list[str]
    iban: list[str]
    device: list[str]
    address: list[str]
    phone: list[str]
    created: Ints
    weight: NDArray[np.float64]
    banned: int
    twins: Ints


@dataclass(frozen=True, slots=True)
class Orders:
    """One row per order, sorted by seller; customer and seller are places. of: each seller's first row, and the end."""

    ids: Ints
    customer: Ints
    seller: Ints
    placed: Ints
    total: Ints  # cents
    of: Ints


@dataclass(frozen=True, slots=True)
class Keys:
    """One place per API key. seller: place. developer: its declared holder. actor, client, address: numbers in the
    book, of the key itself and of where its holder calls from.
    """

    ids: Texts
    seller: Ints
    developer: list[str]
    issued: Ints
    actor: Ints
    client: Ints
    address: Ints

    @property
    def own(self) -> NDArray[np.bool_]:
        """Which are held by the seller itself."""
        return np.array([holder.startswith("own-") for holder in self.developer], bool)


@dataclass(frozen=True, slots=True)
class Card:
    """A customer's card as the vault holds it."""

    customer: int
    brand: str
    number: str
    expiry: str


def customers(plan: Plan) -> Customers:
    """Every customer, watched ones included."""
    rng, count = plan.chance("customers"), plan.size.customers
    famous, listed = plan.shape.famous, min(count, LISTED)
    special = rng.choice(listed, size=famous + 6, replace=False)
    vip, honey = np.sort(special[:famous]), np.sort(special[famous:])
    weight = rng.lognormal(0, 0.8, size=count)
    weight[vip] = 4 * weight.mean()  # famous customers call for good reasons too, and often
    weight[honey] = 0
    return Customers(
        ids=FIRST_CUSTOMER + np.arange(count),
        person=people(rng, listed),
        created=plan.start_ms - rng.integers(DAY, 1_800 * DAY, size=listed),
        vip=vip,
        honey=honey,
        weight=weight / weight.sum(),
    )


def cards(plan: Plan) -> list[Card]:
    """One card for two customers in three."""
    rng = plan.chance("cards")
    held = np.flatnonzero(rng.random(min(plan.size.customers, LISTED)) < 0.66)
    found = []
    for customer in held.tolist():
        brand, number = card(rng)
        month, year = int(rng.integers(1, 13)), plan.year + int(rng.integers(1, 5))
        found.append(Card(customer, brand, number, f"{month:02d}/{year % 100}"))
    return found


def sellers(plan: Plan) -> Sellers:
    """Every seller; one is banned, and three of the others are its owner's again."""
    rng, count = plan.chance("sellers"), plan.size.sellers
    owner = people(rng, count)
    first, last = _FIRST.split(), _LAST.split()
    form = {"GB": "Ltd", "DE": "GmbH", "US": "LLC"}
    company = [
        f"{first[rng.integers(len(first))]} {last[rng.integers(len(last))]} {place + 1} {form[owner.country[place]]}"
        for place in range(count)
    ]
    bank = [iban(rng, country) for country in owner.country]
    device = ["sdev-" + rng.bytes(5).hex() for _ in range(count)]
    address = [owner.home(place) for place in range(count)]
    telephone = [phone(rng, country) for country in owner.country]
    chosen = rng.choice(count, size=4, replace=False)
    banned, twins = int(chosen[0]), np.sort(chosen[1:])
    for turn, twin in enumerate(twins):
        # Each comes back under a new name and keeps what was too costly to change.
        device[twin] = device[banned]
        if turn % 2 == 0:
            bank[twin] = bank[banned]
        else:
            telephone[twin], address[twin] = telephone[banned], address[banned]
    return Sellers(
        ids=FIRST_SELLER + np.arange(count),
        company=company,
        category=[CATEGORIES[code] for code in rng.integers(len(CATEGORIES), size=count)],
        status=["banned" if place == banned else "active" for place in range(count)],
        email=[
            f"office{place + 1}@{name.split()[0].lower()}-{name.split()[1].lower()}.example.com"
            for place, name in enumerate(company)
        ],
        iban=bank,
        device=device,
        address=address,
        phone=telephone,
        created=plan.start_ms - rng.integers(30 * DAY, 1_500 * DAY, size=count),
        weight=_shares(rng.pareto(1.3, size=count) + 0.2),
        banned=banned,
        twins=twins,
    )


def orders(plan: Plan, buyers: Customers, shops: Sellers) -> Orders:
    """Orders of the last two years, by the weights of buyers and shops."""
    rng, count = plan.chance("orders"), plan.size.orders
    seller = np.sort(rng.choice(len(shops.ids), size=count, p=_shares(shops.weight**0.6)))
    age = (rng.random(count) ** 1.5 * 700 * DAY).astype(np.int64)
    return Orders(
        ids=FIRST_ORDER + rng.permutation(count),
        customer=rng.choice(len(buyers.ids), size=count, p=_shares(buyers.weight**0.5 * (buyers.weight > 0))),
        seller=seller,
        placed=plan.end_ms - age - 1,
        total=np.round(rng.lognormal(8, 0.9, size=count)).astype(np.int64) + 199,
        of=np.searchsorted(seller, np.arange(len(shops.ids) + 1)),
    )


def keys(plan: Plan, shops: Sellers, book: Book) -> Keys:
    """One or two keys a seller, more for large ones. One seller in three (by shape) has given its key to an agency."""
    rng, count = plan.chance("keys"), len(shops.ids)
    agency = np.where(rng.random(count) < plan.shape.agency, rng.choice(3, size=count, p=(0.6, 0.25, 0.15)), -1)
    holders = ["agency-1", "agency-2", "agency-3", ANALYST]
    client = {holder: f"tls-{rng.bytes(6).hex()}" for holder in holders}
    address = {holder: f"192.0.2.{74 + turn}" for turn, holder in enumerate(holders)}
    rows: list[tuple[int, str]] = []
    for seller in range(count):
        name = f"own-{shops.ids[seller]}"
        client[name], address[name] = f"tls-{rng.bytes(6).hex()}", f"198.51.100.{seller % 250 + 1}"
        rows.append((seller, holders[agency[seller]] if agency[seller] >= 0 else name))
        if rng.random() < 0.3:
            rows.append((seller, name))
        if seller % 60 == 7:
            rows.append((seller, ANALYST))
    rows += _more(plan, shops)
    ids = [f"key:k{place + 1}" for place in range(len(rows))]
    return Keys(
        ids=np.array(ids, object),
        seller=np.array([seller for seller, _ in rows]),
        developer=[holder for _, holder in rows],
        issued=plan.start_ms - rng.integers(DAY, 600 * DAY, size=len(rows)),
        actor=book.actors.codes(ids),
        client=book.clients.codes(client[holder] for _, holder in rows),
        address=book.addresses.codes(address[holder] for _, holder in rows),
    )


def _more(plan: Plan, shops: Sellers) -> list[tuple[int, str]]:
    """A large seller has a key for each of its own systems."""
    rng = plan.chance("large")
    largest = np.argsort(-shops.weight)[: int(len(shops.ids) * plan.shape.large)]
    return [(int(seller), f"own-{shops.ids[seller]}") for seller in largest for _ in range(int(rng.integers(3, 12)))]


def _shares(weight: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(weight / weight.sum())
