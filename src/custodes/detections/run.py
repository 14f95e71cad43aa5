"""What do the detections find, and when could each finding first be known?

Each detection is asked once for every day replayed, seeing only what had happened by the end of that day: `raised` is
the first day on which a finding appears, its contents are those of the last day on which it does. So a run over history
says what a run on each of those days would have said, and nothing more.

A query may say itself from which moment each finding stands: the column `known`, for queries that judge each day by it
and what came before, so that nothing later makes a finding fall. They are asked once, for the last day. The tests
hold such queries to the replay.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Final

from custodes.detections import reason
from custodes.detections.detection import PARTICIPANTS, Detection
from custodes.engine.interface import WRITTEN_LATER, Engine, QuestionFailed
from custodes.records import EVIDENCE_LIMIT, Evidence, Finding, Skipped, finding_id

_STORE: Final = "detections"

# A check that says this many things at once says nothing: its query is wrong, or it counts ordinary work.
ROWS_LIMIT: Final = 10_000

# Who is met on a client that so many accounts are used from need not know the others.
MANY_ACCOUNTS: Final = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found, surest and gravest first, and what could not be asked.

    gateways: of the clients that findings name, those that many accounts use: an office's proxy, a shared tool.
    """

    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    gateways: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Seen:
    """One finding over the days: when it first appeared, and what the last day it appeared on says about it."""

    raised: datetime
    day: datetime
    values: Mapping[str, object]


class _Unusable(Exception):
    """A query's answer that cannot be read as findings."""


def detect(
    engine: Engine,
    detections: Sequence[Detection],
    *,
    days: Sequence[datetime],
    now: datetime,
    replay: bool = False,
    on_progress: Callable[[str, int, int], None] = lambda _detection, _done, _total: None,
) -> Outcome:
    """Ask every detection for every day. days: the moments to replay, ascending; none means `now` alone.

    replay: ask for every day even where the query says by itself when a finding was known.
    on_progress hears of every detection that begins: its id, how many are done, how many there are.
    A detection that fails, or whose context is missing, is a Skipped with the reason; the others are still asked.
    """
    moments = sorted(set(days)) or [now]
    try:
        replayed = _changed(engine, sorted({*moments, *(moment + timedelta(days=1) for moment in moments)}))
    except QuestionFailed as failure:
        # Nothing can be asked of evidence that cannot be read: every question goes unanswered, and says so.
        return Outcome((), tuple(_skipped(detection, failure.reason, failure.hint) for detection in detections))
    findings: list[Finding] = []
    skipped: list[Skipped] = []
    for place, detection in enumerate(detections):
        on_progress(detection.id, place, len(detections))
        missing = _missing(engine, detection, moments[-1])
        if missing is not None:
            skipped.append(missing)
            continue
        seen: dict[str, _Seen] = {}
        proofs: dict[tuple[str, datetime], _Proof] = {}
        try:
            once = "known" in detection.columns and not replay
            if once:
                doubles = _once(engine, detection, replayed[-1:], seen, proofs)
            else:
                doubles = _replay(engine, detection, replayed, seen)
        except (QuestionFailed, _Unusable) as failure:
            skipped.append(_skipped(detection, str(failure), getattr(failure, "hint", "correct the query")))
            continue
        if doubles:
            what = f"the query returned {doubles} rows more than there are findings; the surest of each was kept"
            skipped.append(_skipped(detection, what, "group the query by the columns under identity:"))
        try:
            if once:
                _date(seen, replayed)
            else:
                proofs = _proofs(engine, detection, seen)
            findings += [_finding(detection, name, each, proofs.get((name, each.day))) for name, each in seen.items()]
        except (QuestionFailed, _Unusable) as failure:
            skipped.append(_skipped(detection, str(failure), getattr(failure, "hint", "correct the query")))
    findings.sort(key=lambda finding: (-finding.severity, -finding.confidence, finding.id))
    return Outcome(tuple(findings), tuple(skipped), _gateways(engine, findings, moments[-1]))


def _gateways(engine: Engine, findings: Sequence[Finding], until: datetime) -> frozenset[str]:
    clients = sorted({client for finding in findings for client in finding.clients})
    if not clients:
        return frozenset()
    sql = """
        select client from event where client in (select unnest($clients))
        group by client having count(distinct actor) >= $many
    """
    answer = engine.ask(sql, {"clients": clients, "many": MANY_ACCOUNTS}, until=until)
    return frozenset(answer.column("client").to_pylist())


def _changed(engine: Engine, moments: Sequence[datetime]) -> list[datetime]:
    """The days on which there was something new to see; a day like the one before can raise nothing.

    A touch late in the evening is new twice: when it happens, and a day later, when its cases are known.
    """
    # In microseconds: what lies after the last bound is counted at the end of all time, which is no date of Python's.
    marks = {moment: (_micros(moment), _micros(moment - WRITTEN_LATER) - 1) for moment in moments}
    bounds = sorted({mark for both in marks.values() for mark in both})
    sql = "select histogram(epoch_us(time), cast($bounds as bigint[])) as counted from event"
    counted = engine.ask(sql, {"bounds": bounds}).column("counted")[0].as_py()
    fresh = dict(counted or ())
    sums = dict(zip(bounds, accumulate(fresh.get(bound, 0) for bound in bounds), strict=True))
    kept: list[datetime] = []
    before = (0, 0)
    for moment in moments:
        here = (sums[marks[moment][0]], sums[marks[moment][1]])
        if here != before:
            kept.append(moment)
            before = here
    return kept


def _micros(moment: datetime) -> int:
    return (moment - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)


def _missing(engine: Engine, detection: Detection, until: datetime) -> Skipped | None:
    for view in detection.needs:
        if view != "event" and not engine.ask(f"select 1 from {view} limit 1", until=until).num_rows:  # noqa: S608 - a view's name
            return _skipped(detection, f'it needs the table "{view}", which has no rows', _hint(view))
    return None


def _hint(view: str) -> str:
    return "run a scan first" if view == "field" else f"configure [context.{view}]"


def _skipped(detection: Detection, why: str, hint: str) -> Skipped:
    return Skipped("detect", _STORE, detection.id, why, hint)


def _once(
    engine: Engine,
    detection: Detection,
    last: Sequence[datetime],
    seen: dict[str, _Seen],
    proofs: dict[tuple[str, datetime], _Proof],
) -> int:
    """Fill `seen` and `proofs` from the last day, in one question; how many rows repeated a finding."""
    doubles = 0
    for moment in last:
        told = _asked(engine, detection, _with_proofs(detection), moment)
        doubles += _keep(detection, moment, told, seen)
        for values in told:
            proof = _proof(values)
            if proof is not None:
                proofs[_identify(detection, values), moment] = proof
    return doubles


def _replay(engine: Engine, detection: Detection, moments: Sequence[datetime], seen: dict[str, _Seen]) -> int:
    """Fill `seen` from every day; how many rows repeated a finding."""
    each = zip(moments, _each(engine, detection, moments), strict=True)
    return sum(_keep(detection, moment, rows, seen) for moment, rows in each)


def _keep(detection: Detection, moment: datetime, rows: Sequence[Mapping[str, object]], seen: dict[str, _Seen]) -> int:
    """Take up what one day says: of rows about one finding the surest. How many rows were left over."""
    doubles = 0
    found: dict[str, Mapping[str, object]] = {}
    for values in rows:
        name = _identify(detection, values)
        if name in found:
            doubles += 1
            if _confidence(found[name]) >= _confidence(values):
                continue
        found[name] = values
    for name, values in found.items():
        raised = seen[name].raised if name in seen else moment
        seen[name] = _Seen(raised, moment, values)
    return doubles


def _each(engine: Engine, detection: Detection, moments: Sequence[datetime]) -> list[list[Mapping[str, object]]]:
    """The rows of every day, two days asked at once. The last day is asked first: it costs most, and may fail."""
    if not moments:
        return []
    latest = _rows(engine, detection, moments[-1])
    with ThreadPoolExecutor(max_workers=2) as asking:
        waiting = [asking.submit(_rows, engine, detection, moment) for moment in moments[:-1]]
        try:
            return [*(each.result() for each in waiting), latest]
        except BaseException:
            # One day that cannot be answered ends the detection, and an interrupt ends the run: the rest is not asked.
            asking.shutdown(wait=False, cancel_futures=True)
            raise


def _date(seen: Mapping[str, _Seen], moments: Sequence[datetime]) -> None:
    """Each finding was raised on the first day that ended after it was known."""
    for each in seen.values():
        known = _moment(each.values["known"])
        if known is not None:
            each.raised = next((moment for moment in moments if moment >= known), each.day)


def _rows(engine: Engine, detection: Detection, until: datetime) -> list[Mapping[str, object]]:
    """The rows without their evidence, which is fetched once, for the day that counts."""
    columns = ", ".join(f'"{name}"' for name in detection.columns if name != "evidence")
    return _asked(engine, detection, f"select {columns}, confidence_ from ({_found(detection)}) as rated", until)  # noqa: S608 - the engine's gate


def _found(detection: Detection) -> str:
    return (
        f"select *, cast({detection.confidence} as double) as confidence_ "  # noqa: S608 - the engine's gate
        f"from ({detection.query}\n) as found limit {ROWS_LIMIT + 1}"
    )


def _asked(engine: Engine, detection: Detection, sql: str, until: datetime) -> list[Mapping[str, object]]:
    answer = engine.ask(sql, detection.parameters, until=until)
    if answer.num_rows > ROWS_LIMIT:
        raise _Unusable(f"the query returned more than {ROWS_LIMIT:,} findings")
    return [{name: _plain(cell) for name, cell in row.items()} for row in answer.to_pylist()]


def _plain(value: object) -> object:
    """Sums of whole numbers arrive as decimals."""
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value


def _identify(detection: Detection, values: Mapping[str, object]) -> str:
    return finding_id(detection.id, *(_word(values[column]) for column in detection.identity))


def _word(value: object) -> str:
    if isinstance(value, list):
        return "\n".join(sorted(str(item) for item in value))
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _confidence(values: Mapping[str, object]) -> float:
    value = values["confidence_"]
    if not isinstance(value, float) or not math.isfinite(value):
        raise _Unusable("the confidence of a finding is no number")
    return min(max(value, 0.0), 1.0)


@dataclass(slots=True)
class _Proof:
    touches: int
    items: list[Evidence]
    datasets: set[str]


def _with_proofs(detection: Detection) -> str:
    """The rows, each with how many touches it cites and the first EVIDENCE_LIMIT of them."""
    columns = ", ".join(f'found_."{name}"' for name in detection.columns if name != "evidence")
    same = " and ".join(f'told_."{name}" is not distinct from found_."{name}"' for name in detection.identity)
    return f"""
        with found_ as materialized ({_found(detection)}), {_cited(detection, "found_")}
        select {columns}, found_.confidence_, told_.touches_, told_.datasets_, told_.items_
        from found_ left join told_ on {same}
    """  # noqa: S608 - column names of a bound query; the engine's gate has the last word


def _cited(detection: Detection, found: str) -> str:
    """Common tables up to `told_`: by finding, how many touches it cites, in which datasets, and the first of them.

    All datasets, though only EVIDENCE_LIMIT touches are listed: what is allowed in one must not cover others beyond.
    """
    keys = ", ".join(f'"{name}"' for name in detection.identity)
    return f"""
        item_ as (
            select distinct {keys}, reference_
            from (select {keys}, unnest(evidence) as reference_ from {found}) as pairs
        ), told_ as (
            select {", ".join(f'item_."{name}"' for name in detection.identity)}, count(*) as touches_,
                   list(distinct e.dataset) as datasets_,
                   arg_min(
                       {{'event_id': e.event_id, 'leaf': e.leaf}},
                       {{'time': e.time, 'leaf': e.leaf}}, {EVIDENCE_LIMIT}) as items_
            from item_ join event e on e.{"leaf" if detection.leaves else "event_id"} = item_.reference_
            group by all
        )
    """  # noqa: S608 - column names of a bound query; the engine's gate has the last word


def _proofs(engine: Engine, detection: Detection, seen: Mapping[str, _Seen]) -> dict[tuple[str, datetime], _Proof]:
    """By finding and the last day it was seen on: its touches and the datasets they are in."""
    keys = ", ".join(f'"{name}"' for name in detection.identity)
    cited = _cited(detection, f"({detection.query}\n) as found")
    sql = f"with {cited} select {keys}, touches_, datasets_, items_ from told_"  # noqa: S608 - as above
    found: dict[tuple[str, datetime], _Proof] = {}
    for day in sorted({each.day for each in seen.values()}):
        for values in _asked(engine, detection, sql, day):
            proof = _proof(values)
            if proof is not None:
                found[_identify(detection, values), day] = proof
    return found


def _proof(values: Mapping[str, object]) -> _Proof | None:
    touches, datasets, items = values["touches_"], values["datasets_"], values["items_"]
    if not isinstance(touches, int) or not isinstance(datasets, list) or not isinstance(items, list):
        return None
    return _Proof(touches, [Evidence(item["event_id"], item["leaf"]) for item in items], set(datasets))


def _finding(detection: Detection, name: str, seen: _Seen, proof: _Proof | None) -> Finding:
    values = seen.values
    if proof is None:
        raise _Unusable("a finding has no evidence among the events")
    who = {many: _names(values, one, many) for one, many in PARTICIPANTS}
    datasets = values.get("datasets")
    return Finding(
        id=name,
        check=detection.id,
        title=detection.title,
        severity=detection.severity,
        confidence=round(_confidence(values), 4),
        actors=who["actors"],
        parties=who["parties"],
        clients=who["clients"],
        keys=who["keys"],
        subjects=_count(values.get("subjects")),
        first=_moment(values.get("first")),
        last=_moment(values.get("last")),
        raised=seen.raised,
        reason=reason.tell(detection.reason, {**detection.parameters, **values}),
        evidence=tuple(proof.items),
        touches=proof.touches,
        tip=detection.triage[0],
        blind_spots=detection.blind_spots,
        datasets=tuple(sorted(datasets if isinstance(datasets, list) else proof.datasets)),
    )


def _names(values: Mapping[str, object], one: str, many: str) -> tuple[str, ...]:
    several = values.get(many)
    found = [values.get(one), *(several if isinstance(several, list) else [several])]
    return tuple(sorted({str(item) for item in found if item is not None}))


def _count(value: object) -> int:
    if not isinstance(value, int):
        raise _Unusable('the column "subjects" is no whole number')
    return value


def _moment(value: object) -> datetime | None:
    if value is not None and not (isinstance(value, datetime) and value.tzinfo is not None):
        raise _Unusable("the columns first, last and known are no times with a zone")
    return value
