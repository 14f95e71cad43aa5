"""How do the numbering plans of all countries become one small automaton? Run it to rewrite `FILE`.

    .venv/bin/python dev/phone_plans.py

The plans come from the metadata that the phonenumbers package carries (libphonenumber's, Apache License 2.0). Each is a
finite set of digit strings, so each is an acyclic automaton, and equal states are one state: sets are made minimal as
they are made. A state is a number; its row says whether the digits read so far are a number of the set, and to which
state each next digit leads.
"""

from __future__ import annotations

import re
import struct
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Final

from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    SUPPORTED_REGIONS,
    NumberFormat,
    __version__,
    country_code_for_region,
)
from phonenumbers.phonemetadata import PhoneMetadata, PhoneNumberDesc

FILE: Final = Path(__file__).parents[1] / "native" / "src" / "validate" / "phone_plans.bin"
LONGEST: Final = 17  # digits of a national number, as the metadata's own limit has it

# Countries whose national numbers are looked for in running text behind a word such as "phone". Small plans are left
# out: numbers of six digits and fewer without a country are found by their column's name alone.
IN_TEXT: Final = (
    "US", "GB", "DE", "FR", "ES", "IT", "PT", "NL", "BE", "LU", "CH", "AT", "IE", "DK", "SE", "NO", "FI",
    "IS", "PL", "CZ", "SK", "HU", "RO", "BG", "GR", "HR", "SI", "RS", "BA", "MK", "AL", "UA", "RU", "BY",
    "LT", "LV", "EE", "MD", "TR", "IL", "AE", "SA", "EG", "MA", "TN", "DZ", "ZA", "NG", "KE", "GH", "TZ",
    "UG", "ET", "IN", "PK", "BD", "LK", "NP", "CN", "HK", "TW", "JP", "KR", "SG", "MY", "TH", "VN", "ID",
    "PH", "AU", "NZ", "BR", "AR", "CL", "CO", "MX", "PE", "EC", "UY", "PY", "BO", "VE", "CR", "GT",
)  # fmt: skip
FEWEST_IN_TEXT: Final = 7

# Numbers that regulators keep for fiction and that the plans leave out, by country code: the North American 555-01xx,
# Ofcom's "telephone numbers for drama use", ARCEP's and ACMA's. Test data and demos use them, and people copy those.
FICTION: Final = {
    1: r"[2-9]\d{2}55501\d{2}",
    33: r"(?:19900|26191|35301|46571|53649|63998)\d{4}",
    44: r"(?:1632960|2079460|7700900|3069990)\d{3}|1(?:13|14|15|16|17|18|21|31|41|51|61)4960\d{3}",
    61: r"(?:[2378]5550|[2378]7010)\d{4}|491570\d{3}",
}
NOWHERE: Final = 0


class Sets:
    """Finite sets of digit strings, as states that are made once. State 0 is the empty set."""

    def __init__(self) -> None:
        self.rows: list[tuple[bool, tuple[int, ...]]] = [(False, (NOWHERE,) * 10)]
        self._known = {self.rows[0]: NOWHERE}
        self._done: dict[tuple[str, int, int], int] = {}
        self.empty_text = self.make(True, [NOWHERE] * 10)

    def make(self, accepts: bool, next_states: Iterable[int]) -> int:
        """The state with this row."""
        row = (accepts, tuple(next_states))
        if row not in self._known:
            self._known[row] = len(self.rows)
            self.rows.append(row)
        return self._known[row]

    def digits(self, which: Iterable[str]) -> int:
        """Texts of one digit, one of these."""
        wanted = set(which)
        return self.make(False, [self.empty_text if str(digit) in wanted else NOWHERE for digit in range(10)])

    def _pairwise(self, name: str, a: int, b: int, accepts: Callable[[bool, bool], bool]) -> int:
        done = self._done.get((name, a, b))
        if done is None:
            (ends_a, next_a), (ends_b, next_b) = self.rows[a], self.rows[b]
            work: Callable[[int, int], int] = getattr(self, name)
            done = self.make(accepts(ends_a, ends_b), [work(x, y) for x, y in zip(next_a, next_b, strict=True)])
            self._done[name, a, b] = done
        return done

    def union(self, a: int, b: int) -> int:
        """What is in either."""
        if NOWHERE in (a, b) or a == b:
            return a or b
        return self._pairwise("union", min(a, b), max(a, b), lambda x, y: x or y)

    def common(self, a: int, b: int) -> int:
        """What is in both."""
        return NOWHERE if NOWHERE in (a, b) else self._pairwise("common", a, b, lambda x, y: x and y)

    def without(self, a: int, b: int) -> int:
        """What is in the first and not in the second."""
        return a if NOWHERE in (a, b) else self._pairwise("without", a, b, lambda x, y: x and not y)

    def chain(self, a: int, b: int) -> int:
        """Texts of the first, each followed by texts of the second."""
        if NOWHERE in (a, b):
            return NOWHERE
        done = self._done.get(("chain", a, b))
        if done is None:
            accepts, following = self.rows[a]
            done = self.make(False, [self.chain(state, b) for state in following])
            done = self.union(done, b) if accepts else done
            self._done["chain", a, b] = done
        return done

    def behind(self, start: str, a: int) -> int:
        """What follows `start` in texts of the set."""
        return reduce(lambda state, digit: self.rows[state][1][int(digit)], start, a)

    def slipped_in(self, heads: int, extra: int, a: int) -> int:
        """Texts of the set that begin with one of the heads, with `extra` put behind that head."""
        if NOWHERE in (heads, a):
            return NOWHERE
        accepts, following = self.rows[heads]
        steps = zip(following, self.rows[a][1], strict=True)
        rest = self.make(False, [self.slipped_in(x, extra, y) for x, y in steps])
        return self.union(rest, self.chain(extra, a)) if accepts else rest

    def repeat(self, a: int, least: int, most: int) -> int:
        """The set's texts, so many times one behind the other."""
        optional = self.union(a, self.empty_text)
        parts = [a] * least + [optional] * (most - least)
        return reduce(lambda tail, part: self.chain(part, tail), reversed(parts), self.empty_text)

    def anything(self, least: int, most: int = LONGEST) -> int:
        """All digit strings of these lengths."""
        return self.repeat(self.digits("0123456789"), least, most)


class Expression:
    r"""A regular expression of the metadata's kind: digits, `\d`, classes, groups, `|`, `?`, `{n}` and `{n,m}`."""

    def __init__(self, sets: Sets, text: str) -> None:
        self._sets = sets
        self._text = re.sub(r"\s", "", text)
        self._place = 0

    def read(self) -> int:
        """Its set. Raises ValueError where it is of another kind."""
        state = self._either()
        if self._place != len(self._text):
            raise ValueError(f"cannot read {self._text!r} from character {self._place} on")
        return state

    def _take(self, piece: str) -> bool:
        taken = self._text.startswith(piece, self._place)
        self._place += len(piece) if taken else 0
        return taken

    def _either(self) -> int:
        state = self._sequence()
        while self._take("|"):
            state = self._sets.union(state, self._sequence())
        return state

    def _sequence(self) -> int:
        parts = []
        while self._place < len(self._text) and self._text[self._place] not in "|)":
            parts.append(self._counted(self._one()))
        return reduce(lambda tail, part: self._sets.chain(part, tail), reversed(parts), self._sets.empty_text)

    def _counted(self, state: int) -> int:
        count = re.compile(r"\{(\d+)(?:,(\d+))?\}|\?").match(self._text, self._place)
        if count is None:
            return state
        self._place = count.end()
        if count[0] == "?":
            return self._sets.repeat(state, 0, 1)
        return self._sets.repeat(state, int(count[1]), int(count[2] or count[1]))

    def _one(self) -> int:
        if self._take("(?:") or self._take("("):
            state = self._either()
            if not self._take(")"):
                raise ValueError(f"no end of a group in {self._text!r}")
            return state
        if self._take("\\d"):
            return self._sets.digits("0123456789")
        if self._take("["):
            end = self._text.index("]", self._place)
            inside = self._text[self._place : end].replace("\\d", "0-9")
            self._place = end + 1
            spans = re.sub(r"(\d)-(\d)", lambda span: "".join(map(str, range(int(span[1]), int(span[2]) + 1))), inside)
            return self._sets.digits(spans)
        digit = self._text[self._place]
        if not digit.isdigit():
            raise ValueError(f"cannot read {self._text!r} from character {self._place} on")
        self._place += 1
        return self._sets.digits(digit)


@dataclass(frozen=True)
class Plan:
    """What the metadata says about one region. dialled: an expression of what may stand before a national number."""

    region: str
    code: int
    leading: str | None
    trunk: str
    dialled: str
    rule: str | None
    general: PhoneNumberDesc
    form: str
    kinds: tuple[PhoneNumberDesc | None, ...]
    formats: Sequence[NumberFormat]


def plan_of(region: str, code: int = 0) -> Plan:
    """The plan of a region; of a country code, where the region is `001` (no country's). Raises ValueError."""
    found = PhoneMetadata.metadata_for_region_or_calling_code(code or country_code_for_region(region), region)
    if found is None or found.country_code is None or found.general_desc is None:
        raise ValueError(f"the metadata has no plan of {region} {code}")
    kinds = (found.fixed_line, found.mobile, found.toll_free, found.premium_rate, found.shared_cost)
    return Plan(
        region=region,
        code=found.country_code,
        leading=found.leading_digits,
        trunk=found.national_prefix or "",
        dialled=found.national_prefix_for_parsing or "",
        rule=found.national_prefix_transform_rule,
        general=found.general_desc,
        form=found.general_desc.national_number_pattern or "",
        kinds=(*kinds, found.personal_number, found.voip, found.pager, found.uan, found.voicemail),
        formats=found.number_format,
    )


class Plans:
    """The plans of all regions, as sets."""

    def __init__(self) -> None:
        self.sets = Sets()
        self._read: dict[str, int] = {}

    def read(self, expression: str) -> int:
        """The set of a regular expression."""
        if expression not in self._read:
            self._read[expression] = Expression(self.sets, expression).read()
        return self._read[expression]

    def _desc(self, desc: PhoneNumberDesc | None, general: PhoneNumberDesc) -> int:
        if desc is None or not desc.national_number_pattern:
            return NOWHERE
        found = self.read(desc.national_number_pattern)
        lengths = desc.possible_length or general.possible_length
        if not lengths:
            return found
        fitting = [self.sets.anything(length, length) for length in lengths if length > 0]
        return self.sets.common(found, reduce(self.sets.union, fitting, NOWHERE))

    def national(self, plan: Plan) -> int:
        """National numbers without a prefix: of the general form and of one of the kinds, or kept for fiction."""
        any_kind = reduce(self.sets.union, (self._desc(kind, plan.general) for kind in plan.kinds), NOWHERE)
        found = self.sets.common(any_kind, self._desc(plan.general, plan.general))
        if plan.leading is None and plan.code in FICTION:
            found = self.sets.union(found, self.read(FICTION[plan.code]))
        return found

    def of_code(self, code: int) -> int:
        """National numbers behind a country code, of all regions that share it."""
        found = NOWHERE
        for region in COUNTRY_CODE_TO_REGION_CODE[code]:
            plan = plan_of(region, code)
            numbers = self.national(plan)
            if plan.leading is not None:
                led = self.sets.chain(self.read(plan.leading), self.sets.anything(0))
                numbers = self.sets.common(numbers, led)
            found = self.sets.union(found, numbers)
        return found

    def dialled(self, plan: Plan, numbers: int) -> int:
        """The same with the prefix that is dialled (or may be written) before them within the country."""
        prefix, rule = plan.dialled, plan.rule
        if not prefix:
            return numbers
        sets = self.sets
        if rule is None:
            return self._prefixed(plan, self.read(prefix), numbers)
        if plan.region == "AR":  # 15 behind the area code stands for 9 before it
            zero, areas = self.read("0?"), self.read(prefix.removeprefix("0?(?:").removesuffix("15)?"))
            mobiles = sets.slipped_in(areas, self.read("15"), sets.behind("9", numbers))
            return sets.union(sets.chain(zero, numbers), sets.chain(zero, mobiles))
        if plan.region == "BR":  # two digits choose the carrier
            zero = self.read("0|90")
            carrier = sets.chain(zero, self.read(re.findall(r"\((\d[^()]*)\)", prefix.replace("(?:", "", 1))[0]))
            return sets.union(self._prefixed(plan, zero, numbers), sets.chain(carrier, numbers))
        added = rule.replace("\\1", "").strip()
        local, bracket, other = prefix.partition("$")
        if not bracket:  # Gabon: a zero before some numbers
            return sets.union(numbers, sets.common(self.read(prefix), sets.chain(self.read("0"), numbers)))
        short = sets.common(self.read(local), sets.behind(added, numbers))
        longer = self._prefixed(plan, self.read(other.removeprefix("|")), numbers) if other else numbers
        return sets.union(short, longer)

    def _prefixed(self, plan: Plan, prefix: int, numbers: int) -> int:
        """Where the rest is of the country's form too, what could be a prefix is one."""
        general = self.read(plan.form)
        bare = self.sets.without(numbers, self.sets.chain(prefix, general))
        return self.sets.union(self.sets.chain(prefix, numbers), bare)

    def region(self, plan: Plan) -> int:
        """What somebody in the region may write: national, or with the country code and no plus."""
        numbers = self.of_code(plan.code)
        within = self.dialled(plan, numbers)
        general = self.read(plan.form)
        abroad = self.sets.chain(self.read(str(plan.code)), within)
        return self.sets.union(within, self.sets.without(abroad, general))

    def printed(self, plan: Plan) -> int:
        """National numbers as they are printed there: with the prefix where the country's rule of format has it."""
        left, found = self.of_code(plan.code), NOWHERE
        for form in plan.formats:
            led = self.sets.anything(0)
            if form.leading_digits_pattern:
                led = self.sets.chain(self.read(form.leading_digits_pattern[-1]), led)
            mine = self.sets.common(self.sets.common(left, led), self.read(form.pattern or ""))
            left = self.sets.without(left, mine)
            prefix = _prefix(form)
            found = self.sets.union(found, self.sets.chain(self.read(prefix), mine))
            if form.national_prefix_optional_when_formatting or plan.code in (1, 7):
                found = self.sets.union(found, mine)
        if plan.code in (1, 7):
            found = self.sets.union(found, self.sets.chain(self.read(plan.trunk), found))
        if plan.region == "AR":
            found = self.sets.union(
                found, self.sets.without(self.dialled(plan, self.national(plan)), self.national(plan))
            )
        return self.sets.common(found, self.sets.anything(FEWEST_IN_TEXT))


def _prefix(form: NumberFormat) -> str:
    r"""What the rule of format has before the number, `8 0` in `8 0\1`."""
    rule = form.national_prefix_formatting_rule or ""
    return re.sub(r"\D", "", rule.partition("\\1")[0])


def build() -> bytes:
    """The file: a line about its origin, the number of states, which states stand for what, the states' rows.

    States that accept come last, so that one comparison tells them.
    """
    plans = Plans()
    sets = plans.sets
    starts: dict[str, int] = {}
    for region in sorted(SUPPORTED_REGIONS):
        starts[region] = plans.region(plan_of(region))
    abroad = NOWHERE
    for code, regions in COUNTRY_CODE_TO_REGION_CODE.items():
        within = plans.dialled(plan_of(regions[0], code), plans.of_code(code))
        abroad = sets.union(abroad, sets.chain(plans.read(str(code)), within))
    starts["+"] = abroad
    starts["?"] = reduce(sets.union, (plans.printed(plan_of(region)) for region in IN_TEXT), NOWHERE)
    return _packed(sets, starts)


def _packed(sets: Sets, starts: dict[str, int]) -> bytes:
    used = [NOWHERE]
    seen = {NOWHERE}
    for start in starts.values():
        if start not in seen:
            seen.add(start)
            used.append(start)
    for state in used:  # grows while it is walked: everything that can be reached
        for following in sets.rows[state][1]:
            if following not in seen:
                seen.add(following)
                used.append(following)
    used.sort(key=lambda state: sets.rows[state][0])
    number = {state: place for place, state in enumerate(used)}
    print(f"{len(used)} states", file=sys.stderr)
    accepting = next(place for place, state in enumerate(used) if sets.rows[state][0])
    head = f"phone plans of {len(starts) - 2} regions, from libphonenumber's metadata {__version__}, "
    packed = bytearray((head + "Apache License 2.0\n").encode())
    packed += struct.pack("<HHH", len(used), accepting, len(starts))
    for name in sorted(starts):
        packed += struct.pack("<2sH", name.encode().ljust(2), number[starts[name]])
    for state in used:
        packed += struct.pack("<10H", *(number[following] for following in sets.rows[state][1]))
    return bytes(packed)


def main(arguments: Sequence[str]) -> None:
    """Rewrites the file."""
    target = Path(arguments[0]) if arguments else FILE
    target.write_bytes(build())


if __name__ == "__main__":
    main(sys.argv[1:])
