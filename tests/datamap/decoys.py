"""What do columns look like that are nobody's data, when they are made up? Headers and values by what they are."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from tests.datamap.kinds import Kind, Maker, dated, formed, one_of


def _row(first: Callable[[random.Random], int], step: int = 1, form: str = "{}") -> Kind:
    """Numbers that rise from row to row."""

    def kind(rng: random.Random) -> Maker:
        state = [first(rng)]

        def made() -> str:
            state[0] += rng.randint(1, step)
            return form.format(state[0])

        return made

    return kind


def _between(low: float, high: float, form: str) -> Kind:
    """Numbers between two bounds, in one form."""
    return lambda rng: lambda: form.format(rng.uniform(low, high))


def _whole(low: int, high: int, form: str = "{}") -> Kind:
    return lambda rng: lambda: form.format(rng.randint(low, high))


def _words(*lists: str, least: int = 1, most: int = 3) -> Kind:
    def kind(rng: random.Random) -> Maker:
        pools = [words.split() for words in lists]
        return lambda: " ".join(rng.choice(pool) for pool in pools for _ in range(rng.randint(least, most)))

    return kind


def _goods(rng: random.Random) -> Maker:
    lead = rng.choice(["40", "50", "978", "0", "76", "30"])

    def made() -> str:
        body = lead + "".join(rng.choice("0123456789") for _ in range(12 - len(lead)))
        return body + str(-sum(int(d) * (3 if at % 2 else 1) for at, d in enumerate(body)) % 10)

    return made


def _pairs(rng: random.Random) -> Maker:
    high = rng.choice([1, 100, 2000])
    return lambda: f"{rng.uniform(0, high):.2f} x {rng.uniform(0, high):.2f}"


def _plain(length: int) -> Kind:
    """Whole numbers of so many digits, drawn evenly, some beginning with the same digits."""

    def kind(rng: random.Random) -> Maker:
        lead = str(rng.randint(1, 99)) if rng.random() < 0.5 else ""
        rest = length - len(lead)
        return lambda: lead + "".join(rng.choice("0123456789") for _ in range(rest))

    return kind


COLOURS: Final = "red|blue|green|black|white|grey|yellow|orange|purple|pink|brown|navy|teal|silver|gold|beige|amber|ruby|violet|olive"
MONTHS: Final = "January|February|March|April|May|June|July|August|September|October|November|December"

# What: its headers, and how its values are made.
DECOYS: Final[dict[str, tuple[str, Kind]]] = {
    "order_number": ("order_no orderNumber bestellnummer commande_no", _plain(16)),
    "nine_digits": ("invoice_no item_ref document_no", _plain(9)),
    "ten_digits": ("ticket_no case_ref vorgang", _plain(10)),
    "eleven_digits": ("shipment_ref waybill", _plain(11)),
    "twelve_digits": ("transaction_ref batch_no", _plain(12)),
    "eight_digits": ("part_no artikelnr", _plain(8)),
    "serial": ("id row_id line_no lfd_nr", _row(lambda rng: rng.randrange(10**9))),
    "long_serial": ("key serial_no record_no", _row(lambda rng: rng.randrange(10**15), 30)),
    "epoch": ("created_ts event_time ts", _whole(1_500_000_000, 1_800_000_000)),
    "millis": ("updated_ms logged_at_ms", _whole(1_500_000_000_000, 1_800_000_000_000)),
    "version": ("version app_version firmware", lambda rng: lambda: f"{rng.randint(1, 12)}.{rng.randint(0, 30)}.{rng.randint(0, 9)}.{rng.randint(0, 40)}"),
    "sku": ("sku product_code artikel", formed("AAA-00000", "AA-0000", "A00-000", "000-00-0000", "AA000000A", "AAAA-000-AA", "A0000", "A00.0")),
    "tracking": ("tracking_no tracking_number parcel", formed("1Z000AA00000000000", "AA000000000AA", "000000000000", "JD000000000000000000")),
    "uuid": ("uuid correlation_id request", lambda rng: lambda: f"{rng.getrandbits(32):08x}-{rng.getrandbits(16):04x}-4{rng.getrandbits(12):03x}-a{rng.getrandbits(12):03x}-{rng.getrandbits(48):012x}"),
    "hash": ("sha256 md5 checksum etag", lambda rng: (lambda bits: lambda: f"{rng.getrandbits(bits):0{bits // 4}x}")(rng.choice([128, 160, 256]))),
    "hex": ("colour_hex block_ref", lambda rng: (lambda n: lambda: "".join(rng.choice("0123456789ABCDEF") for _ in range(n)))(rng.choice([6, 8, 11, 12]))),
    "price": ("price amount total preis montant cena", _between(1, 4000, "{:.2f}")),
    "rating": ("rating score stars", _whole(1, 5)),
    "quantity": ("quantity qty menge stock", _whole(0, 140)),
    "temperature": ("temperature temp_c sensor_value", _between(-20, 45, "{:.1f}")),
    "ratio": ("ratio confidence weight", _between(0, 1, "{:.6f}")),
    "measure": ("value_x reading delta", _between(-80, 80, "{:.4f}")),
    "size": ("dimensions size_mm", _pairs),
    "year": ("model_year fiscal_year jahr", _whole(1990, 2026)),
    "duration": ("duration elapsed", lambda rng: lambda: f"{rng.randint(0, 9):02d}:{rng.randint(0, 59):02d}:{rng.randint(0, 59):02d}"),
    "created": ("created_at updated_at order_date bestelldatum", dated("%Y-%m-%dT09:11:%SZ", "%Y-%m-%d 10:%M:00", "%Y-%m-%d", "%d.%m.%Y", first=2018, last=2026)),
    "status": ("status state order_state etat", one_of("open|closed|shipped|cancelled", "active|inactive", "new|paid|failed|refunded", "A|I|P", "1|2|3")),
    "flag": ("is_active enabled has_discount", one_of("true|false", "Y|N", "0|1", "yes|no")),
    "colour": ("colour color farbe couleur", one_of(COLOURS, COLOURS.title())),
    "month": ("month monat billing_period", one_of(MONTHS, "01|02|03|04|05|06|07|08|09|10|11|12")),
    "weekday": ("weekday wochentag", one_of("Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday", "Mon|Tue|Wed|Thu|Fri|Sat|Sun")),
    "size_code": ("size groesse taille", one_of("S|M|L|XL|XXL", "36|38|40|42|44")),
    "currency": ("currency waehrung", one_of("EUR|USD|GBP|PLN")),
    "language": ("language locale sprache", one_of("en|de|fr|es", "en-US|de-DE|fr-FR", "English|German|French")),
    "category": ("category product_type kategorie", one_of("Books|Garden|Toys|Sports|Music", "Rock|Jazz|Blues|Pop|Metal", "Hardware|Software|Service")),
    "product": ("product_name item_name produkt", _words("Blue Steel Classic Mini Super Eco Smart Royal", "Lamp Chair Bottle Phone Desk Cable Shirt", most=2)),
    "company": ("company supplier firma vendor_name", lambda rng: lambda: f"{rng.choice(['Acme', 'Nord', 'Alpine', 'River', 'Delta', 'Union'])} {rng.choice(['Trading', 'Foods', 'Systems', 'Logistics'])} {rng.choice(['Ltd', 'GmbH', 'Inc', 'S.A.', 'sp. z o.o.'])}"),
    "song": ("title track_title titel", _words("Love Night Rain Summer Dream Fire", "Away Again Tonight Blues Road Song", most=2)),
    "prose": ("comment note beschreibung remarks", _words("the parcel was late again and we will send another one soon thank you for waiting", least=6, most=12)),
    "url": ("url link homepage", lambda rng: lambda: f"https://shop.example/item/{rng.randint(1, 99999)}"),
    "path": ("file_path image path", lambda rng: lambda: f"/var/data/{rng.randint(1, 99)}/img_{rng.randint(1, 9999)}.png"),
    "team": ("team department abteilung", one_of("Sales|Support|Finance|Legal|Research", "Vertrieb|Einkauf|Lager")),
    "airport": ("airport station_code", one_of("FRA|JFK|LHR|CDG|WAW|MAD")),
    "error": ("error_code result_code", formed("E0000", "ERR-000", "A00", "000")),
    "bin": ("bin_location shelf lagerplatz", formed("A00-00", "A-00-00-0", "AA00")),
    "currency_pair": ("pair symbol ticker", formed("AAA", "AAAA", "AAA/AAA")),
    "isbn": ("isbn ean gtin barcode", _goods),
}  # fmt: skip
