"""To which rules does a correlation refer, and what does it ask of their matches? From pySigma's nouns to ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sigma.correlations import (
    CorrelationConditionAND,
    CorrelationConditionItem,
    CorrelationConditionNOT,
    SigmaCorrelationConditionOperator,
    SigmaCorrelationRule,
    SigmaExtendedCorrelationCondition,
    SigmaRuleReference,
)

from custodes.sigma.rule import TEMPORAL, About, CannotCompile, Clause, Correlation, Kind, Operator, Part

_MOST_CLAUSES: Final = 256  # of an extended condition taken apart: each is a query of its own
_MOST_PARTS: Final = 50

_KINDS: Final[dict[str, Kind]] = {
    "EVENT_COUNT": "event_count",
    "VALUE_COUNT": "value_count",
    "VALUE_SUM": "value_sum",
    "VALUE_AVG": "value_avg",
    "VALUE_PERCENTILE": "value_percentile",
    "VALUE_MEDIAN": "value_median",
    "TEMPORAL": "temporal",
    "TEMPORAL_ORDERED": "temporal_ordered",
}
_OPERATORS: Final[dict[SigmaCorrelationConditionOperator, Operator]] = {
    SigmaCorrelationConditionOperator.LT: "<",
    SigmaCorrelationConditionOperator.LTE: "<=",
    SigmaCorrelationConditionOperator.GT: ">",
    SigmaCorrelationConditionOperator.GTE: ">=",
    SigmaCorrelationConditionOperator.EQ: "=",
    SigmaCorrelationConditionOperator.NEQ: "<>",
}


def referred(parsed: SigmaCorrelationRule) -> list[str]:
    """The names or ids of the rules, each once, in the order in which they are written."""
    if parsed.rules:
        return list(dict.fromkeys(str(one.reference) for one in parsed.rules))
    if isinstance(parsed.condition, SigmaExtendedCorrelationCondition):
        return parsed.condition.get_referenced_rules()
    return []


def correlation_of(about: About, parsed: SigmaCorrelationRule, known: Mapping[str, str]) -> Correlation:
    """The correlation. known: key of each rule by what it may be called. Raises CannotCompile."""
    names = referred(parsed)
    kind = _KINDS.get(parsed.type.name)
    if kind is None:
        raise CannotCompile(f"correlations of the type {parsed.type.name.lower()} are not known")
    if not names:
        raise CannotCompile("the correlation refers to no rule", "list them under rules:")
    if len(names) > _MOST_PARTS:
        raise CannotCompile(f"the correlation refers to more than {_MOST_PARTS} rules")
    for name in names:
        if name not in known:
            raise CannotCompile(
                f'the rule "{name}" is not there, or is refused', "add its file to the folder, or correct the name"
            )
    places = {name: place for place, name in enumerate(names)}
    condition = parsed.condition
    told = _Told(about, kind, tuple(_part(parsed, name, known[name]) for name in names), parsed)
    if isinstance(condition, SigmaExtendedCorrelationCondition):
        return told.correlation(clauses=_clauses(condition, places))
    field = condition.fieldref
    if isinstance(field, list):
        raise CannotCompile("a condition over several fields at once is not understood", "name one field")
    if kind not in TEMPORAL and kind != "event_count" and not field:
        raise CannotCompile(f"a {kind} needs the field it is about", "add field: under condition:")
    if kind == "value_percentile" and not 0 <= (-1 if condition.percentile is None else condition.percentile) <= 100:
        raise CannotCompile("a value_percentile needs a percentile from 0 to 100", "add percentile: under condition:")
    return told.correlation(
        operator=_OPERATORS[condition.op],
        threshold=condition.count,
        field=field if kind not in TEMPORAL and kind != "event_count" else None,
        percentile=50 if condition.percentile is None else condition.percentile,
    )


class _Told:
    """What every correlation says, whatever its condition."""

    def __init__(self, about: About, kind: Kind, parts: tuple[Part, ...], parsed: SigmaCorrelationRule) -> None:
        self._base = (about, kind, parts, tuple(parsed.group_by or ()), parsed.timespan.seconds)

    def correlation(
        self,
        *,
        operator: Operator = ">=",
        threshold: float = 1,
        field: str | None = None,
        percentile: float = 50,
        clauses: tuple[Clause, ...] = (),
    ) -> Correlation:
        return Correlation(
            *self._base, operator=operator, threshold=threshold, field=field, percentile=percentile, clauses=clauses
        )


def _part(parsed: SigmaCorrelationRule, name: str, key: str) -> Part:
    """What the aliases mean in this rule. They may name it as the correlation does, or by its key."""
    meant = {
        alias.alias: field
        for alias in parsed.aliases
        for target, field in alias.mapping.items()
        if target.reference in {name, key}
    }
    return Part(key, meant)


def _clauses(condition: SigmaExtendedCorrelationCondition, places: Mapping[str, int]) -> tuple[Clause, ...]:
    found = _terms(condition.parsed, places, negative=False)
    if any(not clause.there for clause in found):
        raise CannotCompile(
            "its condition may hold although nothing happened, and nothing is no evidence",
            "join each `not` to a rule that must match: a and not b",
        )
    return tuple(dict.fromkeys(found))


def _terms(
    node: CorrelationConditionItem | SigmaRuleReference, places: Mapping[str, int], *, negative: bool
) -> list[Clause]:
    """The condition as alternatives, each of what must be there and what must not (disjunctive normal form)."""
    if isinstance(node, SigmaRuleReference):
        place = frozenset({places[node.reference]})
        return [Clause(absent=place) if negative else Clause(there=place)]
    if isinstance(node, CorrelationConditionNOT):
        return _terms(node.args[0], places, negative=not negative)
    each = [_terms(one, places, negative=negative) for one in node.args]
    if isinstance(node, CorrelationConditionAND) == negative:  # de Morgan: `not (a and b)` is `not a or not b`
        found = [clause for clauses in each for clause in clauses]
    else:
        found = [Clause()]
        for clauses in each:
            found = [
                Clause(one.there | other.there, one.absent | other.absent)
                for one in found
                for other in clauses
                if not (one.there | other.there) & (one.absent | other.absent)
            ]
            if len(found) > _MOST_CLAUSES:
                break
    if len(found) > _MOST_CLAUSES:
        raise CannotCompile(f"its condition has more than {_MOST_CLAUSES} alternatives")
    return found
