"""In which kinds of text does a value stand? One function for each, from logs to chats and code."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote

from custodes.company.columns import Draw
from custodes.company.texts.line import Piece, Writer

Genre = Callable[[Draw, Piece, Writer], None]

_IP: Final = frozenset({"ip_address"})
_AGENT: Final = frozenset({"user_agent"})
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HEADS: Final = ("", "", "", "🎉 ", "東京 ", "e\u0301te\u0301 ", "👩‍👧 ok ", "данные ", "→ ")
_SAID: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "en": (("my {w} is ", ", please check"), ("{w}: ", ""), ("the {w} ", " is on file"), ("{w} = ", ". Thanks!")),
    "de": (("meine {w} lautet ", ", danke"), ("{w}: ", ""), ("{w} ", " liegt vor"), ("bitte {w} ", " ändern!")),
    "fr": (("mon {w} est ", ", merci"), ("{w} : ", ""), ("le {w} ", " est dans le dossier")),
    "es": (("mi {w} es ", ", gracias"), ("{w}: ", ""), ("el {w} ", " consta en la ficha")),
    "pl": (("mój {w} to ", ", dziękuję"), ("{w}: ", ""), ("podaję {w} ", " do umowy")),
}


def _clock(draw: Draw) -> str:
    return f"{draw.rng.randint(0, 23):02d}:{draw.rng.randint(0, 59):02d}:{draw.rng.randint(0, 59):02d}"


def _iso(draw: Draw) -> str:
    year, month, day = draw.day(2023, 2025)
    return f"{year}-{month:02d}-{day:02d}T{_clock(draw)}.{draw.digits(3)}Z"


def _address(draw: Draw, line: Writer) -> None:
    value = f"198.51.{draw.rng.randint(1, 250)}.{draw.rng.randint(1, 250)}"
    line.mark(value, "ipv4", "ip_address", _IP).say(value)


def _named(piece: Piece, line: Writer, before: str, after: str) -> None:
    line.say(before.replace("{w}", piece.words)).put(piece).say(after)


def access_log(draw: Draw, piece: Piece, line: Writer) -> None:
    """A web server's line: the value stands in the query."""
    _address(draw, line)
    month = draw.any(_MONTHS)
    line.say(f' - - [{draw.rng.randint(1, 28):02d}/{month}/2025:{_clock(draw)} +0000] "GET /account?{piece.key}=')
    line.put(piece, lambda value: quote(value, safe="@:+"))
    version = draw.rng.randint(80, 130)
    agent = f"Mozilla/5.0 (X11; Linux x86_64; rv:{version}.0) Gecko/20100101 Firefox/{version}.0"
    line.say(f'&v={draw.rng.randint(1, 9)} HTTP/1.1" 200 {draw.rng.randint(90, 90_000)} "-" "')
    line.mark(agent, "user_agent", "user_agent", _AGENT, counted=False).say(f'{agent}"')


def application_log(draw: Draw, piece: Piece, line: Writer) -> None:
    """A service's own log with a level, a worker and keys."""
    line.say(
        f"{_iso(draw)} {draw.any(('INFO', 'WARN', 'ERROR'))} [worker-{draw.digits(1)}] build 4.{draw.digits(2)}.1 "
    )
    line.say(f"order={draw.rng.randint(10**7, 10**8)} {piece.key}=").put(piece)
    line.say(f" took {draw.rng.randint(2, 900)} ms")


def system_log(draw: Draw, piece: Piece, line: Writer) -> None:
    """A line of syslog."""
    line.say(
        f"{draw.any(_MONTHS)} {draw.rng.randint(1, 28):2d} {_clock(draw)} host-{draw.digits(2)} crm[{draw.digits(4)}]: "
    )
    _named(piece, line, "rejected {w} ", f" from port {draw.rng.randint(1024, 65_000)}")


def cloud_trail(draw: Draw, piece: Piece, line: Writer) -> None:
    """A record of a cloud's audit trail, as JSON on one line."""
    event = uuid.UUID(int=draw.rng.getrandbits(128), version=4)
    line.say(f'{{"eventVersion":"1.08","eventTime":"{_iso(draw)}","sourceIPAddress":"')
    _address(draw, line)
    line.say(f'","requestParameters":{{"{piece.key}":"').put(piece, _in_json).say(f'"}},"eventID":"{event}"}}')


def json_line(draw: Draw, piece: Piece, line: Writer) -> None:
    """An event of an application."""
    line.say(
        f'{{"seq": {draw.rng.randint(1, 10**6)}, "ts": {1_700_000_000 + draw.rng.randrange(10**7)}, "{piece.key}": "'
    )
    line.put(piece, _in_json).say(f'", "total": {draw.rng.uniform(1, 900):.2f}, "ok": true}}')


def csv_line(draw: Draw, piece: Piece, line: Writer) -> None:
    """A row of an export, far from its heading; with the name where the value needs it."""
    name = "" if piece.bare else f"{piece.words} "
    line.say(f'{draw.rng.randint(1_000, 9_999)},2025-0{draw.rng.randint(1, 9)}-1{draw.digits(1)},"{name}').put(piece)
    line.say(f'",{draw.rng.uniform(1, 900):.2f},paid')


def ticket(draw: Draw, piece: Piece, line: Writer) -> None:
    """A sentence of a ticket or an e-mail, in the language of the name."""
    before, after = draw.any(_SAID.get(piece.language, _SAID["en"]))
    line.say(draw.any(_HEADS)).say(draw.any(("Hello, ", "Re: ", "", "> ")))
    _named(piece, line, before, after)


def chat(draw: Draw, piece: Piece, line: Writer) -> None:
    """A message of a chat."""
    line.say(f"[{_clock(draw)[:5]}] {draw.any(('mia', 'tom', '健太', 'łukasz'))}: {draw.any(_HEADS)}")
    if piece.bare and draw.rng.random() < 0.5:
        line.put(piece).say(draw.any((" 👍", " ok?", "")))
    else:
        _named(piece, line, "{w} ", draw.any((" 👍", " ok?", "")))


def configuration(draw: Draw, piece: Piece, line: Writer) -> None:
    """A line of code or of a configuration."""
    form = draw.rng.randrange(3)
    if form == 0:
        line.say(f'{piece.key.upper()} = "').put(piece).say('"  # TODO remove')
    elif form == 1:
        line.say(f"  {piece.key}: ").put(piece)
    else:
        line.say(f'assert load("{piece.key}") == \'').put(piece).say("'")


def _in_json(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]


GENRES: Final[Mapping[str, Genre]] = {
    "access log": access_log,
    "application log": application_log,
    "syslog": system_log,
    "cloud audit": cloud_trail,
    "JSON lines": json_line,
    "CSV": csv_line,
    "ticket": ticket,
    "chat": chat,
    "configuration": configuration,
}
