"""How bad is it, what could we not see, and what should be decided?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from custodes.memo import sources
from custodes.memo.happened import ranked_incidents
from custodes.memo.sentence import Paragraph, Sentence, count, listed, moment, name, number, say, share
from custodes.records import Overview, Skipped
from custodes.risk import Risk
from custodes.risk.measures import WINDOW_DAYS, misplaced, unread, watched_days

ASK_FROM: Final = 27  # 3 on each scale: below the middle of every scale a risk alone asks for no decision
_ORDINALS: Final = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth")


def headline(overview: Overview, risks: tuple[Risk, ...], company: str) -> Paragraph:
    """The whole memo in a few sentences."""
    if not overview.examined and not overview.events:
        return (
            say(
                "Nothing was read: no data store and no access log of {company} was open to Custodes. This memo can "
                "therefore report no finding, and its silence is no comfort.",
                company=company,
            ),
        )
    return tuple(_headlines(overview, risks))


def _headlines(overview: Overview, risks: tuple[Risk, ...]) -> Iterable[Sentence]:
    if overview.examined:
        yield say(
            "Personal data lies in {fields} of {datasets} that were read."
            if len(overview.examined) != 1
            else "Personal data lies in {fields} of {datasets} that was read.",
            fields=count("fields", len(overview.fields), "field"),
            datasets=count("datasets", len(overview.examined), "dataset"),
        )
        outside = len(misplaced(overview))
        yield say(
            "Outside the vaults, {fields} {hold} cards, credentials or specially protected data.",
            fields=count("misplaced_fields", outside, "field"),
            hold="holds" if outside == 1 else "hold",
        )
    else:
        yield say("No data store was read.")
    touches = count("events", overview.events, "touch", "touches")
    if overview.events and (overview.checks or overview.findings):
        yield say(
            "In {touches} that were recorded, {incidents} of misuse {was} found.",
            touches=touches,
            incidents=count("incidents", len(overview.incidents), "incident"),
            was="was" if len(overview.incidents) == 1 else "were",
        )
    elif overview.events:
        yield say("The logs recorded {touches}, which were not searched for misuse.", touches=touches)
    else:
        yield say("No access log was read.")
    if risks:
        yield say(
            "The highest risk is “{title}”, at {score} of {highest}.",
            title=name(risks[0].title),
            score=number(f"risk.{risks[0].id}.score", risks[0].score),
            highest=number("constant.highest", 125),
        )
    if overview.skipped:
        yield say(
            "Not covered {were} {parts} of what was asked for.",
            were="was" if len(overview.skipped) == 1 else "were",
            parts=count("skipped", len(overview.skipped), "part"),
        )


def top_risks(risks: tuple[Risk, ...], most: int) -> tuple[Paragraph, ...]:
    """How scores are made, the highest ones with their reasons, and which are unknown."""
    opening = say(
        "Each risk is scored as its impact, times its likelihood, times the weakness of our control over it, each from "
        "{low} to {high}, so that {highest} is the worst and {lowest} the best. A risk about which there is no "
        "evidence stands at the middle of the scale of likelihood, never below.",
        low=number("constant.low", 1),
        high=number("constant.high", 5),
        highest=number("constant.highest", 125),
        lowest=number("constant.lowest", 1),
        sources=[sources.register()],
    )
    if not risks:
        return ((opening, say("No risk was assessed.")),)
    paragraphs: list[Paragraph] = [(opening,)]
    paragraphs.extend(_risk(risk, rank) for rank, risk in enumerate(risks[:most]))
    unknown = [risk for risk in risks if not risk.measured]
    if unknown:
        paragraphs.append(
            (
                say(
                    "Of {all}, {unknown} could not be measured yet, among them {titles}."
                    if len(unknown) > most
                    else "Of {all}, {unknown} could not be measured yet: {titles}.",
                    all=count("risks", len(risks), "risk"),
                    unknown=number("risks_unmeasured", len(unknown)),
                    titles=listed([f"“{risk.title}”" for risk in unknown], most),
                ),
            )
        )
    return tuple(paragraphs)


def _risk(risk: Risk, rank: int) -> Paragraph:
    opening = say(
        "{rank}. “{title}” scores {score} of {highest}.",
        rank=number(f"risk.{risk.id}.rank", rank + 1),
        title=name(risk.title),
        score=number(f"risk.{risk.id}.score", risk.score),
        highest=number("constant.highest", 125),
        sources=[sources.named(risk.evidence)] if risk.evidence else [],
    )
    return (opening, *(say("{reason}", reason=reason) for reason in risk.reasons))


def unseen(overview: Overview, risks: tuple[Risk, ...], most: int) -> tuple[Paragraph, ...]:
    """What was asked for and not covered, torn logs, short logs, an unproven ledger, and blind spots."""
    told = (tuple(_uncovered(overview, most)), tuple(_record(overview)))
    return (*told, tuple(_blind(overview, risks))) if overview.examined or overview.events else told


def _uncovered(overview: Overview, most: int) -> Iterable[Sentence]:
    if not overview.skipped:
        if overview.examined or overview.events:
            yield say("Everything that was asked for was read.")
            yield say("A store or log that nobody listed would not be noticed as missing.")
        else:
            yield say("Nothing was asked for, or nothing answered: no store and no log was read.")
        return
    gaps = sorted(overview.skipped)
    if unread(overview):
        template = "Of what was asked for, {parts} could not be read: {gaps}."
        yield _of_unread(overview, template, gaps=_gaps(unread(overview), most))
    logs = [skip for skip in gaps if skip.room in {"ingest", "context"}]
    if logs:
        yield say(
            "Of the logs and of the lists that explain them, {parts} could not be read: {gaps}.",
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


def _of_unread(overview: Overview, template: str, **quoted: str) -> Sentence:
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
            "The ledger of {entries} was verified: none of them was altered since it was sealed.",
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


def decisions(overview: Overview, risks: tuple[Risk, ...], most: int) -> tuple[Paragraph, ...]:
    """What only the leadership can settle, each request with the figure that asks for it."""
    asked = list(_asks(overview, risks))[:most]
    if not asked:
        quiet = say("This memo asks for no decision: no risk reaches {from_}.", from_=number("constant.ask", ASK_FROM))
        return ((quiet,),)
    return tuple((_ordered(sentence, rank),) for rank, sentence in enumerate(asked))


def _ordered(sentence: Sentence, rank: int) -> Sentence:
    word = _ORDINALS[rank] if rank < len(_ORDINALS) else "Further"
    return Sentence(f"{word}, {sentence.text}", sentence.figures, sentence.quoted, sentence.sources)


def _asks(overview: Overview, risks: tuple[Risk, ...]) -> Iterable[Sentence]:
    if not overview.examined and not overview.events:
        yield say("name who opens the company's stores and logs to Custodes, and by when; until then it sees nothing.")
        return
    if overview.ledger.problems:
        yield say(
            "have the ledger examined by somebody who does not administer it, before any other figure is relied on.",
            sources=[sources.ledger(overview)],
        )
    if overview.incidents:
        yield say(
            "name who investigates {incidents}, and by when it is decided {for_each}whether an authority and the "
            "customers must be told; the law allows {hours} from the moment the company knows.",
            incidents=count("incidents", len(overview.incidents), "incident"),
            for_each="for each of them " if len(overview.incidents) > 1 else "",
            hours=count("constant.hours", 72, "hour"),
            sources=[sources.ledger(overview)],
        )
    if unread(overview):
        yield _of_unread(overview, "give Custodes the right to read {parts} that it could not, or state why not.")
    for risk in risks:
        if risk.score >= ASK_FROM and risk.treatments:
            yield say(
                "{treatment}: “{title}” scores {score}{unmeasured}.",
                treatment=risk.treatments[0],
                title=name(risk.title),
                score=number(f"risk.{risk.id}.score", risk.score),
                unmeasured="" if risk.measured else ", and is not measured yet",
                sources=[sources.register()],
            )


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
