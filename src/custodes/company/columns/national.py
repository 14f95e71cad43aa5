"""How is a number made that a state could have given? From its layout; python-stdnum says whether it holds."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module

from custodes.company.columns.draw import DIGITS, UPPER, Check, Draw, grouped
from custodes.company.columns.kind import Kind, Look


@cache
def check(module: str) -> Check:
    """A module of python-stdnum, such as `pl.pesel`; imported only when numbers are made."""
    found: Check = import_module(f"stdnum.{module}")
    return found


def number(
    module: str,
    body: Callable[[Draw], str],
    *,
    ends: str = "",
    write: Callable[[str], str] | None = None,
) -> Callable[[Draw], str]:
    """A maker: body, then the ending (of so many places as `ends` has) that makes it valid; written one way a column.

    ends: `9` for a place that runs over digits, `A` over letters. write: how it is printed, for half of the columns.
    """

    def make(draw: Draw) -> str:
        number = _ended(draw, check(module), body, ends) if ends else draw.valid(lambda: body(draw), check(module))
        return write(number) if write is not None and draw.form % 2 else number

    return make


def _ended(draw: Draw, judge: Check, body: Callable[[Draw], str], ends: str) -> str:
    endings = [""]
    for place in ends:
        endings = [ending + letter for ending in endings for letter in (DIGITS if place == "9" else UPPER)]
    for _ in range(100):
        start = body(draw)
        number = next((start + ending for ending in endings if judge.is_valid(start + ending)), None)
        if number is not None:
            return number
    raise AssertionError(f"no ending makes a number that {judge} accepts")


def groups(*sizes: int, by: str = " ") -> Callable[[str], str]:
    """How a number is printed: in groups of these sizes, the rest the last one."""
    return lambda number: grouped(number, sizes, by)


def born(form: str, more: int, first: str = DIGITS) -> Callable[[Draw], str]:
    """A body: a birth day, and so many digits more."""
    return lambda draw: draw.birth(form) + draw.digits(more, first)


def digits(count: int, first: str = DIGITS) -> Callable[[Draw], str]:
    """A body: so many digits."""
    return lambda draw: draw.digits(count, first)


def identifier(
    identity: str,
    make: Callable[[Draw], str],
    own: str,
    names: tuple[str, ...],
    english: tuple[str, ...],
    *also: str,
    tells: bool = True,
    whole: bool = False,
    look: Look = "digits",
) -> Kind:
    """A kind named as its category. names: its headers at home, english: those abroad. also: other right answers."""
    headers = {own: names, "en": english} if own != "en" else {"en": (*names, *english)}
    return Kind(identity, identity, make, headers, look=look, tells=tells, also=frozenset(also), whole=whole)
