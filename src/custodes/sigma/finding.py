"""What does a match say, and whom does it accuse? One finding for each actor a rule matches, or each group.

Nothing of a raw record is told: the actor, the times and the leaves are those of the sealed events, and a group is
known by keyed tokens of its values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from custodes.engine.interface import Tables
from custodes.records import EVIDENCE_LIMIT, Evidence, Finding, finding_id
from custodes.sigma.correlation import Asked
from custodes.sigma.rule import NUMERIC, TEMPORAL, About, Correlation, Rule

EVENTS: Final = "sealed"  # the table of matched events: eid, event_id, time, leaf, actor, subject, dataset
FINDINGS: Final = 10_000
_SHOWN: Final = 5
_NOBODY: Final = "anonymous"
_MOMENT: Final = timedelta(microseconds=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_ASKS: Final = {
    "<": "fewer than",
    "<=": "at most",
    ">": "more than",
    ">=": "at least",
    "=": "exactly",
    "<>": "anything but",
}
_COUNTED: Final = {
    "event_count": "events",
    "value_count": "different values",
    "value_sum": "as the sum",
    "value_avg": "as the average",
    "value_median": "as the median",
    "value_percentile": "as the percentile",
}


class TooMany(Exception):
    """A rule that accuses this many says nothing."""


@dataclass(frozen=True, slots=True)
class _Proof:
    """What the evidence of one finding amounts to. unnamed: whether somebody who did not sign in is among them."""

    actors: tuple[str, ...]
    unnamed: bool
    subjects: int
    events: int
    touches: int
    first: datetime
    last: datetime
    datasets: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def of_rule(tables: Tables, rule: Rule, matches: str) -> Iterator[Finding]:
    """The findings of a rule about single records. matches: a table with `eid`. Raises TooMany."""
    members = f"select distinct s.actor as root, s.eid from {matches} m join {EVENTS} s using (eid)"
    for actor, proof in _proofs(tables, members).items():
        who = "somebody who did not sign in" if actor == _NOBODY else actor
        when = f"at {_minute(proof.first)}"
        what = f"an event of {who}, {when}"
        if proof.events > 1:
            what = f"{proof.events:,} events of {who}, from {_minute(proof.first)} to {_minute(proof.last)}"
        reason = f'The rule "{rule.about.title}" matches {what}.'
        yield _finding(rule.about, (actor,), proof, reason, raised=_day_after(proof.first), seen=rule.source.name)


def of_correlation(tables: Tables, one: Correlation, asked: Asked) -> Iterator[Finding]:
    """The findings of a correlation, one for each group. Its steps are made already. Raises TooMany."""
    groups = "".join(f", any_value(g{place}) as g{place}" for place in range(len(one.group)))
    told = tables.ask(
        f"select grp, count(*) as times, min(high) as first, max(metric) as most, min(metric) as least{groups} "
        f"from {asked.alerts} group by grp order by grp limit {FINDINGS + 1}"
    ).to_pylist()
    if len(told) > FINDINGS:
        raise TooMany
    proofs = _proofs(tables, f"select root, eid from {asked.members}")
    for row in told:
        proof = proofs.get(row["grp"])
        if proof is not None:
            identity = [str(row[f"g{place}"]) for place in range(len(one.group))]
            known = _day_after(_EPOCH + row["first"] * _MOMENT)
            yield _finding(one.about, identity, proof, _together(one, row, proof), raised=known, seen="")


def _proofs(tables: Tables, members: str) -> dict[Any, _Proof]:
    rows = tables.ask(
        f"""select root, count(distinct eid) as events, count(*) as touches, count(distinct subject) as subjects,
                   min(time) as first, max(time) as last, list_sort(list(distinct actor)) as actors,
                   list_sort(list(distinct dataset)) as datasets
            from ({members}) join {EVENTS} using (eid) group by root order by root limit {FINDINGS + 1}"""
    ).to_pylist()
    if len(rows) > FINDINGS:
        raise TooMany
    evidence: dict[Any, list[Evidence]] = {}
    for row in tables.ask(
        f"""select root, event_id, leaf from ({members}) join {EVENTS} using (eid)
            qualify row_number() over (partition by root order by time, leaf) <= {EVIDENCE_LIMIT}
            order by time, leaf"""
    ).to_pylist():
        evidence.setdefault(row["root"], []).append(Evidence(row["event_id"], row["leaf"]))
    return {
        row["root"]: _Proof(
            tuple(name for name in row["actors"] if name != _NOBODY),
            _NOBODY in row["actors"],
            row["subjects"],
            row["events"],
            row["touches"],
            row["first"],
            row["last"],
            tuple(row["datasets"]),
            tuple(evidence[row["root"]]),
        )
        for row in rows
    }


def _finding(
    about: About, identity: Sequence[str], proof: _Proof, reason: str, *, raised: datetime, seen: str
) -> Finding:
    blind = [
        f"It sees only what the records of {seen or 'its rules'} say: a field that the log leaves out is no match."
    ]
    if about.innocent:
        blind.append(f"The rule's authors know as innocent: {'; '.join(about.innocent)}.")
    if about.tags:
        reason += f" Its authors file it under {', '.join(about.tags[:_SHOWN])}."
    return Finding(
        id=finding_id(about.check, *identity),
        check=about.check,
        title=about.title,
        severity=about.severity,
        confidence=about.belief,
        actors=proof.actors,
        parties=(),
        clients=(),
        keys=(),
        subjects=proof.subjects,
        first=proof.first,
        last=proof.last,
        raised=raised,
        reason=reason,
        evidence=proof.evidence,
        touches=proof.touches,
        tip=_tip(about),
        blind_spots=tuple(blind),
        datasets=proof.datasets,
        unnamed=proof.unnamed,
    )


def _tip(about: About) -> str:
    if about.innocent:
        return f"Read the events, and rule out what the rule's authors know as innocent: {'; '.join(about.innocent)}."
    return f'Read the events and what the rule is about: "custodes detections show {about.check}".'


def _together(one: Correlation, row: Mapping[str, Any], proof: _Proof) -> str:
    times = "once" if row["times"] == 1 else f"{row['times']:,} times"
    more = len(proof.actors) - _SHOWN
    who = [", ".join(proof.actors[:_SHOWN]) + (f" and {more:,} more" if more > 0 else "")] if proof.actors else []
    by = "by " + ", and ".join([*who, *(["somebody who did not sign in"] if proof.unnamed else [])])
    span = _length(one.span)
    if one.kind in TEMPORAL:
        order = " in order" if one.kind == "temporal_ordered" else ""
        what = f"of {len(one.parts)} rules {row['most']:g} match{order} within {span}"
    else:
        metric = row["least"] if one.operator in {"<", "<="} else row["most"]
        unit = f"{_COUNTED[one.kind]} of {one.field}" if one.kind in NUMERIC or one.field else _COUNTED[one.kind]
        what = f"{metric:,g} {unit} within {span}, where it asks for {_ASKS[one.operator]} {one.threshold:,g}"
    return (
        f'The rule "{one.about.title}" holds {times}, {by}: {what}; '
        f"{proof.events:,} events from {_minute(proof.first)} to {_minute(proof.last)}."
    )


def _length(seconds: int) -> str:
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds % size == 0:
            count = seconds // size
            return f"{count:,} {name}" + ("" if count == 1 else "s")
    return f"{seconds:,} seconds"


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _day_after(moment: datetime) -> datetime:
    """The end of the moment's day, by which it was known: as other detections date what they find."""
    return datetime.combine(moment.astimezone(UTC).date(), time(), UTC) + timedelta(days=1)
