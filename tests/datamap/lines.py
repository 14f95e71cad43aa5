"""Lines as programs and people write them, with one value of a known category, what is said before it, and a decoy."""

from __future__ import annotations

import random
import re
import uuid
from dataclasses import dataclass

from custodes.datamap.category import CategoryRules
from custodes.datamap.recognise import Recogniser
from tests.datamap.forms import valid


@dataclass(frozen=True, slots=True)
class Line:
    """A line of one genre; characters start to end are the value."""

    text: str
    start: int
    end: int
    genre: str


# What stands between a word for a value and the value, in running text of eight languages.
_SAID = (
    "my {word} is {value}, thanks", "the {word} ({value}) was refused", "meine {word} lautet {value} und stimmt",
    "mon {word} est {value} depuis hier", "mi {word} es {value}, gracias", "il mio {word} {value} non va",
    "o meu {word} : {value} mudou", "mijn {word} = {value} klopt niet", "{word}: {value} proszę sprawdzić",
)  # fmt: skip
_GENRES = {
    "access": '198.51.100.7 - - [12/Mar/2026:10:11:12 +0000] "GET /x?{key}={value} HTTP/1.1" 200 {decoy}',
    "json": '{{"ts": "2026-03-12T10:11:12Z", "{key}": "{value}", "ref": "{decoy}"}}',
    "csv": "{decoy},{word},{value},open",
    "syslog": "Mar 12 10:11:12 app01 worker[4242]: {word} {value} stored",
    "ticket": "{said} {decoy}",
    "chat": "[10:11] ann: {word} {value} pls",
    "config": '{key} = "{value}"  # {decoy}',
    "trace": "ValueError: bad {word} '{value}' at line 42 in check_{decoy}",
}


def decoy(rng: random.Random) -> str:
    """A number, hash or name that is nothing personal."""
    digits = "".join(rng.choices("0123456789", k=16))
    return rng.choice(
        (
            f"order #{digits[:7]}",
            f"2026-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}T10:1{rng.randint(0, 9)}:00Z",
            f"v{rng.randint(1, 9)}.{rng.randint(0, 20)}.{rng.randint(0, 9)}",
            f"{rng.randint(1, 9999)}.{rng.randint(10, 99)} EUR",
            str(uuid.UUID(int=rng.getrandbits(128), version=4)),
            f"{rng.getrandbits(256):064x}",
            f"{rng.randint(1_600_000_000, 1_790_000_000)}",
            f"ext. {rng.randint(100, 999)}",
            "ISBN 978-3-16-148410-0",
        )
    )


def values(rules: CategoryRules, rng: random.Random, count: int) -> list[str]:
    """Values of a category: those in its examples, and random ones of its forms that pass its check."""
    alone = Recogniser([rules])
    examples = {text[one.start : one.end] for text in rules.match for one in alone.text(text)}
    # What is found only in its own surroundings, such as behind `Bearer`, is no value of these lines.
    word = min(rules.boost, default="is")
    found = sorted(
        value for value in examples if any(one.end - one.start == len(value) for one in alone.text(f"{word}: {value}"))
    )
    for place, (_, pattern) in enumerate(alone.patterns):
        if pattern.validator and pattern.anchor == "digits" and not pattern.label:
            found += valid(rules, place, max(3, count // len(alone.patterns)), rng)
    return found


def lines(rules: CategoryRules, words: list[str], count: int, rng: random.Random) -> list[Line]:
    """So many lines in all genres, each with one value behind one of the words."""
    made = []
    pool = values(rules, rng, count)
    for number in range(count if pool else 0):
        word, value = rng.choice(words), rng.choice(pool)
        # A request's address holds no blank.
        genre = list(_GENRES)[number % len(_GENRES) if " " not in value else 1 + number % (len(_GENRES) - 1)]
        said = rng.choice(_SAID).replace("{word}", word)
        form = (
            _GENRES[genre].replace("{said}", said).replace("{word}", word).replace("{key}", re.sub(r"\W+", "_", word))
        )
        form = form.replace("{decoy}", decoy(rng)).replace("{{", "{").replace("}}", "}")
        start = form.index("{value}")
        made.append(Line(form.replace("{value}", value), start, start + len(value), genre))
    return made
