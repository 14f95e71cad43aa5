"""In which unusual forms do people and programs write a number?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from custodes.company.columns import Draw

_WIDE: Final = {ord(digit): chr(0xFF10 + int(digit)) for digit in "0123456789"}
_NARROW: Final = "\u202f"


def _full_width(value: str, _: Draw) -> str:
    return value.translate(_WIDE)


def _no_break(value: str, draw: Draw) -> str:
    # The hyphen that does not break is another sign: in some numbers it carries the century.
    return value.replace(" ", draw.any(("\u00a0", _NARROW))).replace("-", "\u2011")


def _between(mark: str) -> Callable[[str, Draw], str]:
    def write(value: str, draw: Draw) -> str:
        places = [at for at in range(1, len(value)) if value[at].isdigit() and value[at - 1].isdigit()]
        for at in sorted(draw.rng.sample(places, min(2, len(places))), reverse=True):
            value = value[:at] + mark + value[at:]
        return value

    return write


# A form is tried on a value only where it changes it.
FORMS: Final[Mapping[str, Callable[[str, Draw], str]]] = {
    "full-width digits": _full_width,
    "no-break spaces": _no_break,
    "zero-width joiners": _between("\u200d"),
    "soft hyphens": _between("\u00ad"),
}

# What a value may be glued to, before and behind.
GLUE: Final = (
    ("(", ")"),
    ("„", "“"),
    ("[", "];"),
    ("<", ">"),
    ("“", "”,"),
    ("'", "'."),
    ("", "!"),
    ("«", "»"),
    ("|", "|"),
    ("", "…"),
)
