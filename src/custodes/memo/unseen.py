"""What could we not see, and how is what we saw proven?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from custodes.memo import sources
from custodes.memo.happened import ranked_incidents
from custodes.memo.sentence import Paragraph, Sentence, count, listed, moment, name, number, say, share
from custodes.records import Overview, Skipped
from custodes.risk import Risk
from custodes.risk.measures import WINDOW_DAYS, unread, watched_days


def told(overview: Overview, risks: tuple[Risk, ...], most: int) -> tuple[Paragraph, ...]:
    """What was asked for and not covered, torn logs, short logs, an unproven ledger, and blind spots."""
    parts = (tuple(_uncovered(overview, most)), tuple(_record(overview)))
    return (*parts, tuple(_blind(overview, risks))) if overview.examined or overview.events else parts


def _uncovered(overview: Overview, most: int) -> Iterable[Sentence]:
    if overview.suppressed:
        yield say(
            "Of what the scan found, people have ruled {held} to be no personal data, which nothing here counts.",
            held=count("suppressed", len(overview.suppressed), "field"),
        )
    if overview.excepted:
        yield say(
            "Of what the checks found, people have allowed {held} for the time being, which nothing here counts.",
            held=count("excepted", len(overview.excepted), "finding"),
        )
    if not overview.skipped:
        if overview.examined or overview.events:
            yield say("Everything that was asked for was read.")
            yield say("A store or log that nobody listed would not be noticed as missing.")
        else:
            yield say("Nothing was asked for, or nothing answered: no store and no log was read.")
        return
    gaps = sorted(overview.skipped)
    if unread(overview):
        template = "Of what was asked for, {parts} went unread: {gaps}."
        yield of_unread(overview, template, gaps=_gaps(unread(overview), most))
    logs = [skip for skip in gaps if skip.room in {"ingest", "context"}]
    if logs:
        yield say(
            "Of the logs and of the lists that explain them, {parts} went unread: {gaps}.",
            parts=count("skipped.logs", len(logs), "part"),
            gaps=_gaps(logs, most),
            sources=[sources.gaps(overview)],
        )
    checks = [skip for skip in gaps if skip.room == "detect"]
    if checks:
        yield say(
            "Of the checks, {parts} could not be run: {gaps}.",
            parts=number("skipped.detect", len(checks)),
            gaps=_gaps(checks, most),
            sources=[sources.gaps(overview)],
        )


def of_unread(overview: Overview, template: str, **quoted: str) -> Sentence:
    """The template with `parts` as `1 store`, `3 datasets`, or both."""
    whole = sum(not skip.dataset for skip in unread(overview))
    stores = count("skipped.stores", whole, "store")
    datasets = count("skipped.datasets", len(unread(overview)) - whole, "dataset")
    source = [sources.gaps(overview)]
    if not datasets.value:
        return say(template.replace("{parts}", "{stores}"), stores=stores, sources=source, **quoted)
    if not stores.value:
        return say(template.replace("{parts}", "{datasets}"), datasets=datasets, sources=source, **quoted)
    both = template.replace("{parts}", "{stores} and {datasets}")
    return say(both, stores=stores, datasets=datasets, sources=source, **quoted)


def _gaps(gaps: Sequence[Skipped], most: int) -> str:
    return listed([_gap(skip) for skip in sorted(gaps)], min(most, 4), limit=130)


def _gap(skip: Skipped) -> str:
    where = ".".join(part for part in (skip.store, skip.dataset) if part)
    return f"{name(where)} ({skip.reason})"


def _record(overview: Overview) -> Iterable[Sentence]:
    if overview.logs:
        held = sum(log.quarantined for log in overview.logs)
        lines = overview.events + held
        if held:
            yield say(
                "Of {lines}, {held} ({share}) could not be understood and {wait} in quarantine; what {they} would have "
                "shown is missing here.",
                held=number("quarantined", held),
                lines=count("lines", lines, "log line"),
                share=share("quarantined.share", held, lines),
                wait="waits" if held == 1 else "wait",
                they="it" if held == 1 else "they",
                sources=[sources.logs(overview)],
            )
        else:
            yield say("Every log line that was read could be understood.", sources=[sources.logs(overview)])
        days = watched_days(overview)
        yield say(
            "The logs reach {days} of the last {window}.",
            days=number("watched_days", days),
            window=count("constant.window", WINDOW_DAYS, "day"),
            sources=[sources.logs(overview)],
        )
    yield _ledger(overview)


def _ledger(overview: Overview) -> Sentence:
    ledger = overview.ledger
    source = [sources.ledger(overview)]
    if not ledger.size:
        return say("The ledger is empty, so that no figure here can be proven to anybody else.", sources=source)
    if ledger.verified:
        return say(
            "The ledger of {entries} was verified: "
            + (
                "it was not altered since it was sealed."
                if ledger.size == 1
                else "none of them was altered since it was sealed."
            ),
            entries=count("ledger.size", ledger.size, "entry", "entries"),
            sources=source,
        )
    if not ledger.problems:
        return say("The ledger was not verified, so that alteration cannot be ruled out.", sources=source)
    return say(
        "The ledger did not pass its verification ({problems}), so that alteration cannot be ruled out: {first}.",
        problems=count("ledger.problems", len(ledger.problems), "problem"),
        first=listed(ledger.problems, 2),
        sources=source,
    )


def _blind(overview: Overview, risks: tuple[Risk, ...]) -> Iterable[Sentence]:
    spots = [spot for incident in ranked_incidents(overview) for spot in _spots_of(overview, incident.findings)]
    spots += [spot for risk in risks[:3] for spot in risk.blind_spots]
    distinct = list(dict.fromkeys(spots))[:4]
    if distinct:
        yield say("Even where everything was read, some things stay out of sight.")
        for spot in distinct:
            yield say("{spot}", spot=spot)


def _spots_of(overview: Overview, ids: tuple[str, ...]) -> Iterable[str]:
    return (spot for finding in overview.findings if finding.id in ids for spot in finding.blind_spots)


def proof(overview: Overview) -> tuple[Paragraph, ...]:
    """The ledger's state, and how a reader repeats the verification."""
    ledger = overview.ledger
    if not ledger.size:
        return ((say("The ledger was empty when this memo was written. There is nothing to verify."),),)
    state = say(
        "This memo was written over the ledger “{origin}” with {size}.",
        origin=name(ledger.origin),
        size=count("ledger.size", ledger.size, "entry", "entries"),
    )
    if ledger.checkpoint_time is not None:
        signed = say("Its checkpoint was signed on {time}.", time=moment("ledger.time", ledger.checkpoint_time))
    else:
        signed = say("It has no signed checkpoint.")
    return (
        (state, signed, _ledger(overview)),
        (
            say(
                "To check it, run “custodes ledger verify” in the folder of custodes.toml: it recomputes every entry "
                "from the sealed files and compares the result with the root below, which also stands in the signed "
                "checkpoint. A ledger that has grown since has another root; “custodes ledger verify” then proves that "
                "it contains this one unchanged. “custodes ledger prove INDEX” gives the proof for one entry by the "
                "index that a footnote names."
            ),
        ),
    )
