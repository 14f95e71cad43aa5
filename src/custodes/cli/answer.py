"""How is an answer about touches told, with what it cannot know: as text and as JSON?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Final

from custodes.cli.show import Plain, minute, safe, uncovered_lines, uncovered_plain
from custodes.records import EVENT_COLUMNS
from custodes.records.answer import Answer, Coverage, Gap, Touch

_ACTORS_TOLD: Final = 10
_GAPS_TOLD: Final = 20
_ABOUT: Final = {
    "subject": "of {} by {}",
    "dataset": "of {} by {}",
    "party": "for {} by {}",
    "actor": "by {}",
    "key": "by {}",
}


def who_plain(answer: Answer) -> Plain:
    """Rows of AccessEvent with their ledger index and reason, counts, and what nobody can know."""
    asked, summary = answer.asked, answer.summary
    return {
        "subject": asked.name if asked.by == "subject" else None,
        "asked": asdict(asked),
        "touches": [
            {
                **{name: getattr(touch.event, name) for name in EVENT_COLUMNS},
                "ledger_index": touch.leaf,
                "explained": touch.explained,
                "reason": None if touch.reason is None else asdict(touch.reason),
                "role": touch.role,
            }
            for touch in answer.touches
        ],
        "summary": {
            "touches": summary.touches,
            "explained": summary.explained,
            "unexplained": summary.unexplained,
            "actors": [
                {"actor": actor, "touches": count, "unexplained": loose}
                for actor, (count, loose) in summary.by_actor.items()
            ],
            "actions": dict(summary.by_action),
        },
        "coverage": coverage_plain(answer.coverage),
        "uncovered": uncovered_plain(answer.uncovered),
    }


def coverage_plain(coverage: Coverage) -> Plain:
    """What each log gave in the window, and every gap."""
    return {
        "definitive": coverage.definitive,
        "since": coverage.since,
        "until": coverage.until,
        "sources": [asdict(one) for one in coverage.sources],
        "gaps": [asdict(one) for one in coverage.gaps],
    }


def who_text(answer: Answer) -> str:
    """One line per touch, then a summary, then either that this is all, or what cannot be known."""
    lines = [_touch(touch) for touch in answer.touches]
    return "\n".join(
        safe(line)
        for line in [*lines, *_summary(answer), *_coverage(answer.coverage), *uncovered_lines(answer.uncovered)]
    )


def _touch(touch: Touch) -> str:
    event, reason = touch.event, touch.reason
    if reason is None:
        why = f"case {event.case} (unexplained)" if event.case else "no case (unexplained)"
    elif reason.how == "assigned":
        why = f"no case named, {reason.case} was theirs"
    else:
        why = f"case {reason.case}"
    if reason is not None and reason.later:
        why += " (by a snapshot taken later)"
    if reason is not None and not reason.dated:
        why += f" (date not sealed of the snapshot of {minute(reason.snapshot)})"
    by = " ".join(filter(None, (event.tool, event.client)))
    return (
        f"{minute(event.time)}  {event.actor:18} {event.action:9} {event.dataset}"
        f" [{', '.join(event.fields)}]  {why}  {event.outcome}  {by + '  ' if by else ''}leaf {touch.leaf}"
    )


def _summary(answer: Answer) -> Iterator[str]:
    name, summary = answer.asked.name, answer.summary
    if answer.asked.field is not None:
        name += f", field {answer.asked.field}"
    if not answer.touches:
        yield f"no touch {_ABOUT[answer.asked.by].split(' {}')[0]} {name} in what was ingested"
        return
    actors = _count(len(summary.by_actor), "actor", "actors")
    yield (
        f"{_count(summary.touches, 'touch', 'touches')} {_ABOUT[answer.asked.by].format(name, actors)}, "
        f"{summary.unexplained:,} without an explaining case"
    )
    yield "by action: " + ", ".join(f"{action} {count:,}" for action, count in summary.by_action.items())
    if len(summary.by_actor) > 1:
        for actor, (count, loose) in list(summary.by_actor.items())[:_ACTORS_TOLD]:
            yield f"  {actor}: {_count(count, 'touch', 'touches')}, {loose:,} unexplained"
        if len(summary.by_actor) > _ACTORS_TOLD:
            yield f"  and {len(summary.by_actor) - _ACTORS_TOLD:,} more actors"


def _coverage(coverage: Coverage) -> Iterator[str]:
    window = f"{minute(coverage.since)} to {minute(coverage.until)} UTC"
    if coverage.definitive:
        yield f"definitive for {window}: each log is there without a gap that could be seen"
    else:
        yield f"not definitive for {window}; what cannot be known:"
        yield from (f"  {_gap(gap)}" for gap in coverage.gaps[:_GAPS_TOLD])
        if len(coverage.gaps) > _GAPS_TOLD:
            yield f"  and {len(coverage.gaps) - _GAPS_TOLD:,} more gaps: --json lists them all"
    for one in coverage.sources:
        records = _count(one.records, "record", "records")
        span = f", {minute(one.first)} to {minute(one.last)}" if one.first else ""
        late = f", {one.late:,} late" if one.late else ""
        numbered = ", numbered" if one.numbered else ""
        yield f"received from {one.source} ({one.kind}): {records}{span}{numbered}{late}"


def _gap(gap: Gap) -> str:
    where = gap.source or "all logs"
    if gap.since is None or gap.until is None:
        return f"{where}: {gap.reason}"
    return f"{where}, {minute(gap.since)} to {minute(gap.until)}: {gap.reason}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
