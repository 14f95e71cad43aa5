"""What happened to customers' data, who did it, and who could have?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from custodes.memo import sources
from custodes.memo.sentence import (
    Figure,
    Paragraph,
    Sentence,
    clean,
    count,
    cut,
    day,
    listed,
    name,
    number,
    say,
    sentence_case,
)
from custodes.records import SEVERITY_NAMES, Finding, Incident, Overview

REASON_LIMIT: Final = 420
_ORDINALS: Final = ("gravest", "second", "third", "fourth", "fifth")


def told(overview: Overview, most: int) -> tuple[Paragraph, ...]:
    """How much was recorded, what the checks made of it, and the gravest incidents in full."""
    opening = (*_recorded(overview), *_checked(overview))
    ranked = ranked_incidents(overview)
    stories = [_story(overview, incident, rank) for rank, incident in enumerate(ranked[:most])]
    left = len(ranked) - most
    if left > 0:
        rest = say(
            "The console shows {left}, with the evidence.",
            left=count("incidents_not_told", left, "further incident"),
            sources=[sources.ledger(overview)],
        )
        stories.append((rest,))
    return (opening, *stories)


def ranked_incidents(overview: Overview) -> list[Incident]:
    """The incidents, the gravest first."""
    return sorted(overview.incidents, key=lambda one: (-one.score, -one.severity, one.id))


def _recorded(overview: Overview) -> Iterable[Sentence]:
    if not overview.events:
        yield say(
            "No access log was read, so nobody can say from this memo what happened to customer data. That is not the "
            "same as nothing having happened.",
            sources=[sources.ledger(overview)],
        )
        return
    span = _span(overview)
    if span is not None:
        first, last = day("first", span[0]), day("last", span[1])
        yield say(
            ("On {first}" if first.text == last.text else "From {first} to {last}")
            + " the logs recorded {touches} of customer data by {actors}, concerning {subjects}.",
            first=first,
            last=last,
            touches=count("events", overview.events, "touch", "touches"),
            actors=_actors(overview),
            subjects=count("subjects", overview.subjects, "customer"),
            sources=[sources.ledger(overview)],
        )
    else:
        yield say(
            "The logs recorded {touches} of customer data.",
            touches=count("events", overview.events, "touch", "touches"),
            sources=[sources.ledger(overview)],
        )
    yield say("A touch is a person, service or key reading or changing the data of one customer in one step.")


def _actors(overview: Overview) -> Figure:
    joined = "people, services and keys" if overview.actors else "people, services or keys"
    return count("actors", overview.actors, "person, service or key", joined)


def _span(overview: Overview) -> tuple[datetime, datetime] | None:
    firsts = [log.first for log in overview.logs if log.first]
    lasts = [log.last for log in overview.logs if log.last]
    return (min(firsts), max(lasts)) if firsts and lasts else None


def _checked(overview: Overview) -> Iterable[Sentence]:
    source = [sources.ledger(overview)]
    if not overview.findings:
        if not overview.checks:
            yield say("No check was run over the record, so this memo cannot say whether any touch was misuse.")
        elif overview.events:
            yield say(
                "Touches and stores were searched by {checks} for misuse and misplaced data, without result.",
                checks=count("checks", len(overview.checks), "check"),
                sources=source,
            )
        return
    searched = count("checks", len(overview.checks), "check")
    yield say(
        "Touches and stores were searched by {checks} for misuse and misplaced data; this gave {findings}, which {add} "
        "up to {incidents}."
        if overview.checks
        else "The search for misuse and misplaced data gave {findings}, which {add} up to {incidents}.",
        findings=count("findings", len(overview.findings), "finding"),
        incidents=count("incidents", len(overview.incidents), "incident"),
        add="adds" if len(overview.findings) == 1 else "add",
        sources=source,
        **({"checks": searched} if overview.checks else {}),
    )


def _story(overview: Overview, one: Incident, rank: int) -> Paragraph:
    found = tuple(finding for finding in overview.findings if finding.id in set(one.findings))
    which = f"The {_ORDINALS[rank]} incident" if rank < len(_ORDINALS) else "A further incident"
    key = f"incident.{one.id}"
    source = [sources.incident(one, found)]
    opening = say(
        which + " is called “{title}”: {severity} in severity, with a score of {score} out of a hundred.",
        title=name(one.title),
        severity=SEVERITY_NAMES.get(one.severity, "unknown"),
        score=number(f"{key}.score", one.score),
        sources=source,
    )
    reason = say("{reason}", reason=sentence_case(cut(clean(one.reason), REASON_LIMIT)))
    return (opening, reason, *_who_and_when(one, key))


def _who_and_when(one: Incident, key: str) -> Iterable[Sentence]:
    subjects = count(f"{key}.subjects", one.subjects, "customer")
    actors = listed(one.actors, 3)
    if actors and one.subjects:
        yield say("It involves {actors} and concerns {subjects}.", actors=actors, subjects=subjects)
    elif actors:
        yield say("It involves {actors}; how many customers it concerns is not known.", actors=actors)
    elif one.subjects:
        yield say("It concerns {subjects}.", subjects=subjects)
    else:
        yield say("Whom it concerns is not known.")
    raised = day(f"{key}.raised", one.raised)
    if one.first is None:
        yield say("It could first be known on {raised}.", raised=raised)
        return
    first = day(f"{key}.first", one.first)
    days = max(0, (one.raised - one.first) // timedelta(days=1))
    if not days:
        yield say("It began on {first} and could be known within a day.", first=first)
        return
    yield say(
        "It began on {first} and could first be known on {raised}, {delay}.",
        first=first,
        raised=raised,
        delay=count(f"{key}.delay", days, "day later", "days later"),
    )


def reach(overview: Overview, most: int) -> tuple[Paragraph, ...]:
    """Who could (not known yet), who did, and whom the findings name."""
    can = say(
        "Who could reach customer data is not known yet: Custodes reads who used a permission, not who holds one. "
        "Until it does, the number of people who could is at least the number of those who did."
    )
    if not overview.events and not overview.findings:
        return ((can, say("Who did is not known either, because no access log was read.")),)
    did: list[Sentence] = []
    if overview.events:
        did.append(
            say(
                "In the logs, {actors} did, and touched the data of {subjects}.",
                actors=_actors(overview),
                subjects=count("subjects", overview.subjects, "customer"),
                sources=[sources.ledger(overview)],
            )
        )
    if not any(one.actors or one.parties or one.keys or one.clients for one in overview.findings):
        did.append(say("No finding names any of them."))
        return ((can, *did),)
    return ((can, *did), tuple(_named(overview, most)))


def _named(overview: Overview, most: int) -> Iterable[Sentence]:
    ranked = sorted(overview.findings, key=lambda one: (-one.severity, -one.confidence, one.id))
    actors = _often(ranked, "actors")
    if actors:
        yield say(
            "Findings name {number}: {actors}.",
            number=count("named_actors", len(actors), "of them", "of them"),
            actors=listed(actors, most),
            sources=[sources.findings(tuple(ranked))],
        )
        yield say("Such names are the company's own marks for accounts; Custodes keeps no names of persons.")
    for attribute, one, many in (
        ("parties", "business partner", "business partners"),
        ("keys", "access key", "access keys"),
        ("clients", "device or program", "devices or programs"),
    ):
        names = _often(ranked, attribute)
        if names:
            source = tuple(finding for finding in ranked if getattr(finding, attribute))
            yield say(
                "They also name {number}: {names}.",
                number=count(f"named_{attribute}", len(names), one, many),
                names=listed(names, min(most, 3)),
                sources=[sources.findings(source)],
            )
    widest = max(ranked, key=lambda one: (one.subjects, one.id))
    if not widest.subjects:
        return
    yield say(
        "The widest finding, “{title}”, concerns {subjects}.",
        title=name(widest.title),
        subjects=count("widest.subjects", widest.subjects, "customer"),
        sources=[sources.findings((widest,))],
    )


def _often(found: list[Finding], attribute: str) -> list[str]:
    """Distinct names, those in most findings first; ties in the order of the findings."""
    tally = Counter(value for finding in found for value in getattr(finding, attribute))
    return sorted(tally, key=lambda value: -tally[value])
