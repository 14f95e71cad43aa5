"""How bad is it, and what should be decided?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from custodes.memo import sources, unseen
from custodes.memo.sentence import Paragraph, Sentence, count, listed, name, number, say
from custodes.records import Overview
from custodes.risk import Risk
from custodes.risk.measures import misplaced, unread

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
            "In {datasets} that {were} read, {fields} {hold} personal data.",
            datasets=count("datasets", len(overview.examined), "dataset"),
            were="was" if len(overview.examined) == 1 else "were",
            fields=count("fields", len(overview.fields), "field"),
            hold="holds" if len(overview.fields) == 1 else "hold",
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
            "In {touches} on record and in the stores, the checks found {incidents}.",
            touches=touches,
            incidents=count("incidents", len(overview.incidents), "incident"),
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
            "name who investigates {incidents}, and by when it is decided "
            + ("for each of them " if len(overview.incidents) > 1 else "")
            + "whether an authority and the customers must be told; the law allows {hours} from the moment the company "
            "knows.",
            incidents=count("incidents", len(overview.incidents), "incident"),
            hours=count("constant.hours", 72, "hour"),
            sources=[sources.ledger(overview)],
        )
    if unread(overview):
        yield unseen.of_unread(overview, "have Custodes read {parts} that it has not, or state why not.")
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
