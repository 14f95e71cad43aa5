"""When does a field have the value that a rule names? As SQL over text, for every kind of value that Sigma has.

Sigma compares without regard to case unless it is told otherwise; what has no value matches nothing. Numbers in logs
are often text, so they are read out of it with care: DuckDB would end the whole query at one word, takes `1_000` and
`nan` for numbers, and holds that NaN is greater than everything.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from sigma.types import (
    CompareOperators,
    Placeholder,
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaRegularExpressionFlag,
    SigmaString,
    SigmaTimestampPart,
    SigmaType,
    SpecialChars,
    TimestampPart,
)

from custodes.sigma.rule import CannotCompile

Test = Callable[[str], str]  # from the SQL of a text to the SQL of a condition

_MULTI: Final = SpecialChars.WILDCARD_MULTI
_EXACT: Final = 1 << 53  # above it a double cannot tell neighbours apart
_NUMBER: Final = r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*"
_OCTET: Final = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_IPV4: Final = rf"{_OCTET}(\.{_OCTET}){{3}}"
_OPERATORS: Final = {
    CompareOperators.LT: "<",
    CompareOperators.LTE: "<=",
    CompareOperators.GT: ">",
    CompareOperators.GTE: ">=",
    CompareOperators.NEQ: "<>",
}
_PARTS: Final = {
    TimestampPart.MINUTE: "minute",
    TimestampPart.HOUR: "hour",
    TimestampPart.DAY: "day",
    TimestampPart.WEEK: "week",
    TimestampPart.MONTH: "month",
    TimestampPart.YEAR: "year",
}
_FLAGS: Final = (
    (SigmaRegularExpressionFlag.IGNORECASE, "i"),
    (SigmaRegularExpressionFlag.MULTILINE, "m"),
    (SigmaRegularExpressionFlag.DOTALL, "s"),
)


def literal(text: str) -> str:
    """A text as SQL. Raises CannotCompile for half of a surrogate pair, which is no character."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise CannotCompile("a value has half of a surrogate pair, which is no character") from error
    # A zero byte would end the query: the modifiers wide and utf16 put one after each letter.
    return "(" + " || chr(0) || ".join("'" + part.replace("'", "''") + "'" for part in text.split("\0")) + ")"


def quoted(name: str) -> str:
    """A name of a column as SQL."""
    return '"' + name.replace('"', '""') + '"'


def is_number(text: str) -> bool:
    """Whether `number` gives anything for a text."""
    return re.fullmatch(_NUMBER, text, re.ASCII) is not None


def number(text: str) -> str:
    """SQL of the number that a text is, NULL where it is none."""
    return f"case when regexp_full_match({text}, '{_NUMBER}') then try_cast({text} as double) end"


def test_of(value: SigmaType) -> Test:
    """When a text is this value. Raises CannotCompile for a value of a kind that has no test."""
    # The parts of a moment are numbers to pySigma, too: they come first.
    for kind, made in _TESTS:
        if isinstance(value, kind):
            return made(value)
    raise CannotCompile(f"a value of the kind {type(value).__name__} is not understood")


def anywhere(value: SigmaType) -> Test:
    """When a text holds this value somewhere: keywords. Raises CannotCompile."""
    if isinstance(value, SigmaString):
        padded = value if value.startswith(_MULTI) else _MULTI + value
        padded = padded if padded.endswith(_MULTI) else padded + _MULTI
        return _text(padded)
    if isinstance(value, SigmaNumber) and not isinstance(value, SigmaTimestampPart):
        return lambda text: f"contains({text}, {literal(str(value.number))})"
    if isinstance(value, SigmaRegularExpression):
        return test_of(value)
    raise CannotCompile(
        f"a keyword of the kind {type(value).__name__} is not understood", "name the field it is looked for in"
    )


def plain_text(value: SigmaType) -> str | None:
    """The text of a value without wildcards that is compared without regard to case; None for any other."""
    if not isinstance(value, SigmaString) or isinstance(value, SigmaCasedString):
        return None
    return "".join(map(str, value.s)) if all(isinstance(part, str) for part in value.s) else None


def _text(value: SigmaString) -> Test:
    parts = _parts(value)
    cased = isinstance(value, SigmaCasedString)

    def folded(sql: str) -> str:
        # DuckDB folds both sides, so that no second idea of what a small letter is comes between them.
        return sql if cased else f"lower({sql})"

    function = ""
    match parts:
        case []:
            return lambda text: f"{text} = ''"
        case [SpecialChars.WILDCARD_MULTI]:
            return lambda text: f"{text} is not null"
        case [str(only)]:
            return lambda text: f"{folded(text)} = {folded(literal(only))}"
        case [str(only), SpecialChars.WILDCARD_MULTI]:
            function = "starts_with"
        case [SpecialChars.WILDCARD_MULTI, str(only)]:
            function = "suffix"
        case [SpecialChars.WILDCARD_MULTI, str(only), SpecialChars.WILDCARD_MULTI]:
            function = "contains"
    if function:
        return lambda text: f"{function}({folded(text)}, {folded(literal(only))})"
    # As an expression, which takes as long as the text is: LIKE with an escape tries each wildcard at each place.
    pattern = " || ".join(_pattern(part, folded) for part in parts)
    return lambda text: f"regexp_full_match({folded(text)}, {pattern}, 's')"


def _parts(value: SigmaString) -> list[str | SpecialChars]:
    """The value's texts and wildcards, texts that touch joined. Raises CannotCompile for a placeholder."""
    parts: list[str | SpecialChars] = []
    for part in value.s:
        if isinstance(part, Placeholder):
            raise CannotCompile(
                f"the placeholder %{part.name}% has no values", f'add {part.name} = ["..."] under [sigma.placeholders]'
            )
        if isinstance(part, str) and parts and isinstance(parts[-1], str):
            parts[-1] += part
        elif not (part is _MULTI and parts and parts[-1] is _MULTI):
            parts.append(part)
    return parts


def _pattern(part: str | SpecialChars, folded: Callable[[str], str]) -> str:
    if isinstance(part, str):
        return f"regexp_escape({folded(literal(part))})"
    return "'.*'" if part is _MULTI else "'.'"


def _regex(value: SigmaRegularExpression) -> str:
    if value.contains_placeholder():
        raise CannotCompile("a regular expression has a placeholder without values", "write its values out")
    on = "".join(letter for flag, letter in _FLAGS if flag in value.flags)
    off = "".join(letter for flag, letter in _FLAGS if flag not in value.flags)
    return f"(?{on}{'-' if off else ''}{off})" + value.escape((), escape_escape_char=False, flag_prefix=False)  # type: ignore[arg-type]  # any sequence does


def _equal_number(told: SigmaNumber) -> Test:
    value = told.number
    same = literal(repr(value) if isinstance(value, float) else str(value))
    if isinstance(value, int) and abs(value) > _EXACT:
        return lambda text: f"{text} = {same}"
    return lambda text: f"({text} = {same} or coalesce(({number(text)}) = {value!r}, false))"


def _truth(value: SigmaBool) -> Test:
    # A log may have 1 for true, and its 1 may be text.
    words = "('true', '1')" if value.boolean else "('false', '0')"
    return lambda text: f"lower({text}) in {words}"


def _expression(value: SigmaRegularExpression) -> Test:
    pattern = literal(_regex(value))
    return lambda text: f"regexp_matches({text}, {pattern})"


def _order(value: SigmaCompareExpression) -> Test:
    operator, than = _OPERATORS[value.op], value.number.number
    return lambda text: f"({number(text)}) {operator} {than!r}"


def _part(value: SigmaTimestampPart) -> Test:
    """A part of the moment that a text is: ISO 8601 (without a zone: UTC), or seconds or milliseconds since 1970."""
    part, wanted = _PARTS[value.timestamp_part], value.number

    def test(text: str) -> str:
        digits = number(text)
        moment = (
            f"coalesce(try_cast({text} as timestamptz), case "
            f"when ({digits}) between 1e8 and 1e11 then to_timestamp({digits}) "
            f"when ({digits}) between 1e11 and 1e14 then to_timestamp(({digits}) / 1000) end)"
        )
        return f"date_part('{part}', {moment}) = {wanted}"

    return test


def _network(value: SigmaCIDRExpression) -> Test:
    network = value.network
    if network.version == 4:
        low, high = int(network.network_address), int(network.broadcast_address)

        def four(text: str) -> str:
            octets = " + ".join(
                f"cast(split_part({text}, '.', {place}) as bigint) * {256 ** (4 - place)}" for place in (1, 2, 3, 4)
            )
            return f"(case when regexp_full_match({text}, '{_IPV4}') then {octets} end) between {low} and {high}"

        return four
    first, last = f"{int(network.network_address):032x}", f"{int(network.broadcast_address):032x}"
    return lambda text: f"({_hexadecimal(text)}) between '{first}' and '{last}'"


def _hexadecimal(text: str) -> str:
    """SQL of an IPv6 address as 32 digits, NULL where the text is none. A zone (`%eth0`) is left out."""
    address = f"lower(split_part({text}, '%', 1))"
    left, right = _groups(f"split_part({address}, '::', 1)"), _groups(f"split_part({address}, '::', 2)")
    gap = f"substr('{'0' * 32}', 1, greatest(32 - length({left}) - length({right}), 0))"
    whole = f"case when contains({address}, '::') then {left} || {gap} || {right} else {left} end"
    return (
        f"case when regexp_full_match({address}, '[0-9a-f:]+') and contains({address}, ':') "
        f"and length({whole}) = 32 then {whole} end"
    )


def _groups(text: str) -> str:
    return f"array_to_string(list_transform(string_split({text}, ':'), lambda g: right('0000' || g, 4)), '')"


_TESTS: Final[tuple[tuple[type[SigmaType], Callable[[Any], Test]], ...]] = (
    (SigmaString, _text),
    (SigmaTimestampPart, _part),
    (SigmaNumber, _equal_number),
    (SigmaBool, _truth),
    (SigmaRegularExpression, _expression),
    (SigmaCIDRExpression, _network),
    (SigmaCompareExpression, _order),
)
