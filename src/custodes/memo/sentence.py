"""How is a fact put into words, so that each number in it can be checked against the evidence?"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

NAME_LIMIT: Final = 72
PROSE_LIMIT: Final = 600

_MONTHS: Final = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]  # not strftime: its words follow the machine's language


@dataclass(frozen=True, slots=True)
class Figure:
    """One number in a sentence. key: what it is, dotted; value: exact; text: as the reader sees it."""

    key: str
    value: int | float | datetime
    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One or more sentences with everything in them that is not our own wording.

    figures: every number we state. quoted: texts from the evidence (names, reasons), cleaned. sources: where the
    figures come from, one footnote each.
    """

    text: str
    figures: tuple[Figure, ...] = ()
    quoted: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


Paragraph = tuple[Sentence, ...]


def say(template: str, *, sources: Iterable[str] = (), **parts: Figure | str) -> Sentence:
    """The template with its parts put in. A Figure is a number we vouch for; a str is text from the evidence."""
    figures = tuple(part for part in parts.values() if isinstance(part, Figure))
    quoted = {name: prose(part) for name, part in parts.items() if isinstance(part, str)}
    words = {name: part.text if isinstance(part, Figure) else quoted[name] for name, part in parts.items()}
    return Sentence(template.format(**words), figures, tuple(quoted.values()), tuple(sources))


def count(key: str, value: int, one: str, many: str | None = None, *, zero: str = "no") -> Figure:
    """`no findings`, `1 finding`, `1,200 findings`."""
    noun = one if value == 1 else many or one + "s"
    return Figure(key, value, f"{value:,} {noun}" if value else f"{zero} {noun}")


def number(key: str, value: float) -> Figure:
    """A bare number: at most one decimal, thousands with a comma."""
    return Figure(key, value, f"{value:,.1f}".removesuffix(".0"))


def share(key: str, part: int, whole: int) -> Figure:
    """A percentage; a small share that is not zero is never rounded to zero."""
    value = 100 * part / whole if whole else 0.0
    if 0 < value < 0.1:
        return Figure(key, value, "less than 0.1%")
    return Figure(key, value, "more than 99.9%" if 99.9 < value < 100 else f"{value:.1f}".removesuffix(".0") + "%")


def day(key: str, value: datetime) -> Figure:
    """`30 June 2026`, in UTC."""
    utc = value.astimezone(UTC)
    return Figure(key, value, f"{utc.day} {_MONTHS[utc.month - 1]} {utc.year}")


def moment(key: str, value: datetime) -> Figure:
    """`30 June 2026 at 18:00 UTC`."""
    utc = value.astimezone(UTC)
    return Figure(key, value, f"{day(key, value).text} at {utc:%H:%M} UTC")


def listed(names: Sequence[str], most: int, *, more: str = "more", limit: int = NAME_LIMIT) -> str:
    """`a, b and c`, or `a, b and 7 more` past `most` names; each name cleaned and cut to `limit`."""
    shown = [name(one, limit) for one in names[:most]]
    if len(names) > most:
        shown.append(f"{len(names) - most:,} {more}")
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " and " + shown[-1] if shown else ""


def name(value: str, limit: int = NAME_LIMIT) -> str:
    """A name from the evidence, cleaned and cut."""
    return cut(clean(value), limit) or "(no name)"


def prose(value: str) -> str:
    """A text from the evidence, cleaned and cut to PROSE_LIMIT."""
    return cut(clean(value), PROSE_LIMIT)


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, ending in an ellipsis where something was left out."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def clean(value: str) -> str:
    """One line of visible characters; what the memo's fonts cannot show is written as its code point (U+4E2D).

    Directional and zero-width marks would let a name rearrange the sentence around it; an unknown glyph would make
    the PDF invalid as PDF/A.
    """
    composed = unicodedata.normalize("NFC", value.encode("utf-8", "replace").decode())
    return " ".join("".join(_visible(character) for character in composed).split())


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    code = ord(character)
    shown = 0x20 < code < 0x7F or 0xA0 < code < 0x180 or 0x391 <= code <= 0x3CE or 0x410 <= code <= 0x44F
    if (shown and code not in (0xAD, 0x3A2, 0x149)) or character in "‘’“”–—…€•×":  # noqa: RUF001 - typographic on purpose
        return character
    return f"[U+{code:04X}]"


def in_prose(title: str) -> str:
    """A title as it stands within a sentence: `E-mail addresses` small, `IBAN` and `US tax numbers` as they are."""
    first = title.split(maxsplit=1)[0] if title.strip() else ""
    return title if any(character.isupper() for character in first[1:]) else title[:1].lower() + title[1:]


def sentence_case(text: str) -> str:
    """The text with a capital first letter and a full stop, so that a reason can stand between our sentences."""
    text = text.strip()
    if not text:
        return ""
    # A name such as staff:e17 keeps its small letter.
    start = text[0].upper() if text.split(maxsplit=1)[0].isalpha() else text[0]
    return start + text[1:] + ("" if text.endswith((".", "!", "?", "…")) else ".")
