"""What does varied text look like? Logs, JSON, chats, prose with accents, CSV, and columns, all from a seed."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable

_WORDS = [
    "the",
    "parcel",
    "was",
    "late",
    "and",
    "nobody",
    "answered",
    "please",
    "look",
    "into",
    "it",
    "again",
    "thanks",
    "help",
    "order",
    "customer",
    "account",
    "payment",
    "number",
    "invoice",
    "delivery",
    "street",
    "house",
    "today",
    "tomorrow",
    "value",
    "system",
    "error",
    "warning",
    "user",
    "request",
    "status",
    "from",
    "with",
]
_PROSE = [
    "la",
    "livraison",
    "est",
    "arrivée",
    "très",
    "tard",
    "après",
    "l'été",
    "où",
    "déjà",
    "côté",
    "élève",
    "château",
    "Straße",
    "größer",
    "Müller",
    "Bestellung",
    "für",
    "über",
    "nächste",
    "Woche",
    "können",
    "Sie",
    "bitte",
    "prüfen",
    "der",
    "Kunde",
    "wartet",
    "noch",
    "auf",
    "seine",
    "Rechnung",
    "merci",
    "d'avance",
    "société",
]


def _time(rng: random.Random) -> str:
    return (
        f"2026-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}T{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}:07"
    )


def _log(rng: random.Random) -> str:
    line = f"{_time(rng)}Z GET /orders/{rng.randint(1, 10**8)} 200 {' '.join(rng.choices(_WORDS, k=12))}"
    if rng.random() < 0.05:
        line += f" user{rng.randint(1, 999)}@mail.example"
    return line + " 4111 1111 1111 1111" if rng.random() < 0.01 else line


def _json(rng: random.Random) -> str:
    request = uuid.UUID(int=rng.getrandbits(128))
    return (
        f'{{"ts":"{_time(rng)}.123Z","level":"info","user_id":{rng.randint(1, 10**9)},"request_id":"{request}",'
        f'"amount":{rng.random() * 1000:.2f},"ip":"10.0.{rng.randint(0, 255)}.{rng.randint(1, 255)}",'
        f'"msg":"{" ".join(rng.choices(_WORDS, k=8))}"}}'
    )


def _chat(rng: random.Random) -> str:
    words = rng.choices(_WORDS, k=rng.randint(3, 14))
    if rng.random() < 0.1:
        words.append(f"+44 20 7946 0{rng.randint(100, 999)}")
    return f"[{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}] {rng.choice(_WORDS)}: {' '.join(words)}"


def _prose(rng: random.Random) -> str:
    words = rng.choices(_PROSE, k=16)
    if rng.random() < 0.3:
        words.append(f"le {rng.randint(1, 28)} \u2013 {rng.randint(1, 9)}\u00a0{rng.randint(100, 999)} €")
    return " ".join(words) + "."


def _csv(rng: random.Random) -> str:
    return (
        f"{rng.randint(1, 10**6)},{rng.choice(_WORDS)},{rng.random() * 100:.2f},{_time(rng)[:10]},{rng.choice(_PROSE)}"
    )


GENRES: dict[str, Callable[[random.Random], str]] = {
    "logs": _log,
    "json": _json,
    "chats": _chat,
    "prose": _prose,
    "csv": _csv,
}


def lines(genre: str, size: int) -> list[str]:
    """Lines of a genre, so many bytes in all, or a few more."""
    rng = random.Random(genre)
    made: list[str] = []
    total = 0
    while total < size:
        made.append(GENRES[genre](rng))
        total += len(made[-1].encode()) + 1
    return made


_CELLS: dict[str, Callable[[random.Random], str]] = {
    "names": lambda rng: rng.choice(_PROSE).title(),
    "words": lambda rng: f"{rng.choice(_WORDS)} {rng.choice(_WORDS)}{rng.randint(1, 10**6)}",
    "integers": lambda rng: str(rng.randint(10**8, 10**9 - 1)),
    "decimals": lambda rng: f"{rng.random() * 10**4:.2f}",
    "timestamps": lambda rng: _time(rng).replace("T", " "),
    "uuids": lambda rng: str(uuid.UUID(int=rng.getrandbits(128))),
    "e-mail addresses": lambda rng: f"user{rng.randint(1, 10**6)}@mail.example",
    "phone numbers": lambda rng: f"+44 20 7946 0{rng.randint(100, 999)}",
    "card numbers": lambda rng: f"4111 1111 {rng.randint(0, 9999):04d} {rng.randint(0, 9999):04d}",
    "free text": lambda rng: " ".join(rng.choices(_WORDS, k=12)),
}


def columns(count: int) -> dict[str, list[str]]:
    """A column of each kind, so many cells each."""
    rng = random.Random(1)
    return {kind: [make(rng) for _ in range(count)] for kind, make in _CELLS.items()}
