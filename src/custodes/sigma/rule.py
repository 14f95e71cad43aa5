"""What is a Sigma rule to us? Its words, where it looks, its parsed condition; or which matches must come together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from custodes.records import LogSource

if TYPE_CHECKING:
    from sigma.conditions import ConditionType

SEALED: Final = "custodes"  # the product of rules that ask about our sealed events

Kind = Literal[
    "event_count",
    "value_count",
    "value_sum",
    "value_avg",
    "value_percentile",
    "value_median",
    "temporal",
    "temporal_ordered",
]
Operator = Literal["<", "<=", ">", ">=", "=", "<>"]
NUMERIC: Final[frozenset[Kind]] = frozenset({"value_sum", "value_avg", "value_percentile", "value_median"})
TEMPORAL: Final[frozenset[Kind]] = frozenset({"temporal", "temporal_ordered"})


class CannotCompile(Exception):
    """A part of a rule that we do not understand. reason: in words. hint: the next step."""

    def __init__(self, reason: str, hint: str = "rewrite that part, or remove the rule") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


@dataclass(frozen=True, slots=True)
class About:
    """What a rule says of itself. key: its name, else its id, else its file's name. severity: OCSF 1-5.

    belief: 0 to 1, from the rule's status: how often its authors expect it to be right. innocent: what else may look
    like it (the rule's falsepositives). file: where it was read, with its folder.
    """

    key: str
    title: str
    severity: int
    belief: float
    file: str
    description: str = ""
    references: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    innocent: tuple[str, ...] = ()
    named: tuple[str, ...] = ()  # other names by which correlations may refer to it

    @property
    def check(self) -> str:
        """The id that findings carry."""
        return f"sigma.{self.key}"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule about single records. trees: parsed conditions, any of which may hold. fields: names, as written.

    keywords: whether it looks for words anywhere in a record. told: whether a match is a finding by itself (a rule that
    only feeds a correlation is not).
    """

    about: About
    source: LogSource
    trees: tuple[ConditionType, ...]
    fields: frozenset[str]
    keywords: bool
    told: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """One of the rules that a correlation refers to. fields: what the correlation's words for fields mean in it."""

    key: str
    fields: Mapping[str, str] = field(default_factory=dict)

    def field(self, name: str) -> str:
        """The rule's own name of a field that the correlation names."""
        return self.fields.get(name, name)


@dataclass(frozen=True, slots=True)
class Clause:
    """Parts (by place) that must be there, and parts that must not."""

    there: frozenset[int] = frozenset()
    absent: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Correlation:
    """Matches of other rules within a span of seconds, by group.

    Of clauses any may hold: they are an extended condition (`a and not b`) taken apart; without one there are none, and
    the metric of the kind is compared with the threshold. percentile: 0 to 100, for value_percentile.
    """

    about: About
    kind: Kind
    parts: tuple[Part, ...]
    group: tuple[str, ...]
    span: int
    operator: Operator = ">="
    threshold: float = 1
    field: str | None = None
    percentile: float = 50
    clauses: tuple[Clause, ...] = ()
    told: bool = True


@dataclass(frozen=True, slots=True, order=True)
class Refused:
    """A rule that is not asked. file: where it is. title: the rule's, empty where not even that can be read."""

    file: str
    title: str
    reason: str
    hint: str


@dataclass(frozen=True, slots=True)
class RuleSet:
    """What folders of rules hold. rules and correlations in order of their keys; a correlation after its parts."""

    rules: tuple[Rule, ...]
    correlations: tuple[Correlation, ...]
    refused: tuple[Refused, ...]

    @property
    def count(self) -> int:
        """Rules that were understood."""
        return len(self.rules) + len(self.correlations)
