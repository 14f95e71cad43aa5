"""What does a notice say to people? The gravest incidents in a few lines each, the rest as a number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from custodes.notices.news import News
from custodes.records import SEVERITY_NAMES

MOST: Final = 10  # incidents told in one message
LONGEST: Final = 4_000  # characters: what fits every channel
_LONGEST_REASON: Final = 240

# Names in logs are chosen by whoever writes them: in a channel none may call people, link, or look like markup. Such
# characters are replaced by what looks like them.
_HARMLESS: Final = str.maketrans(
    {"<": "\u2039", ">": "\u203a", "@": "\uff20", "[": "(", "]": ")", "`": "'", "*": "\u2217"}
    | {one: chr(ord(one) + 0xFEE0) for one in "_~|#\\"}
)
# Chat and mail make links of words that nobody marked: of `//`, of the schemes that do without it, and of whatever may
# be a host's name, whose last part begins with a letter (so numbers and addresses of machines stay as they are).
_LINKS: Final = (
    (re.compile("//"), "\uff0f\uff0f"),
    (
        re.compile(r"\b(mailto|tel|sms|callto|sips?|skype|facetime|xmpp|magnet|javascript|data|file):", re.IGNORECASE),
        "\\1\uff1a",
    ),
    (re.compile("[.\u3002\uff0e\uff61](?=[^\\W\\d])"), "\u2024"),
)


@dataclass(frozen=True, slots=True)
class Message:
    """One notice in words."""

    title: str
    text: str


def message(company: str, found: Sequence[News], name: str) -> Message:
    """A message about these news, gravest first. name: the notice's id, by which a repetition is known.

    At most LONGEST characters long.
    """
    fresh = sum(not one.grown for one in found)
    parts = [f"{fresh:,} new" if fresh else "", f"{len(found) - fresh:,} grown" if len(found) > fresh else ""]
    title = (
        f"Custodes, {plain(company)[:80]}: {' and '.join(filter(None, parts))} incident{'' if len(found) == 1 else 's'}"
    )
    end = f"\n\ncustodes cases list\nnotice {name}"
    lines: list[str] = []
    room = LONGEST - len(end) - 100
    for one in found[:MOST]:
        told = _incident(one)
        if len(told) + 2 > room:
            break
        lines.append(told)
        room -= len(told) + 2
    left = len(found) - len(lines)
    if left:
        lines.append(f"and {left:,} more with lower scores: custodes detect")
    return Message(title, "\n\n".join(lines) + end)


def plain(text: str) -> str:
    """On one line, with nothing in it that a channel would act on."""
    told = "".join(one if one.isprintable() else " " for one in text).translate(_HARMLESS)
    for link, instead in _LINKS:
        told = link.sub(instead, told)
    return told


def _incident(one: News) -> str:
    incident = one.incident
    reason = plain(incident.reason)
    cut = reason if len(reason) <= _LONGEST_REASON else reason[: _LONGEST_REASON - 1].rstrip() + "…"
    again = f"told again, {one.grown}\n" if one.grown else ""
    severity = SEVERITY_NAMES[incident.severity]
    return f"{incident.score:.0f}  {plain(incident.title)[:120]} ({severity})\n{again}{cut}\ncase C-{incident.id}"
