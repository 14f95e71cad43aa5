"""Which findings are one story? Those that share who did it, with what, or for whom, near in time."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations
from typing import Final

from custodes.records import Finding, Incident, incident_id

# How much harm a finding of each severity can mean, 0 to 1.
WEIGHTS: Final = {1: 0.1, 2: 0.25, 3: 0.5, 4: 0.75, 5: 1.0}

NEAR: Final = timedelta(days=14)

# A party named in a finding about many parties is one of its victims, not the thread of a story.
_FEW_PARTIES: Final = 3
# A finding that names more people than this is about what they share, and does not make one story of what each did.
_FEW_ACTORS: Final = 8
# Below this harm times belief a finding is a hint, not worth showing by itself (cases.budget).
HINT: Final = 0.3
# A client that this many accused actors use is a gateway or a shared machine, and links nobody.
_SHARED_CLIENT: Final = 5

_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


def fuse(findings: Sequence[Finding], gateways: Collection[str] = ()) -> list[Incident]:
    """One incident per story, gravest first. Every finding is in exactly one.

    Findings are linked when they share an actor, a client, a key, or (where they name few) a party, and their times
    overlap or lie within NEAR. A hint links nothing but what else is said of its only actor; one about several goes
    with the gravest story it touches: fifty hints about shared machines must not make one story of a company.
    Findings without anybody (misplaced data) are one incident per check and store. The
    incident's id comes from the finding raised first, so that findings added later do not change it.

    gateways: clients that many use, accused or not. They link nobody, nor do those that many of the accused use.
    """
    groups = _groups(sorted({finding.id: finding for finding in findings}.values(), key=_age), gateways)
    incidents = [_incident(group) for group in groups]
    return sorted(incidents, key=lambda incident: (-incident.score, incident.raised, incident.id))


def carry_on(incidents: Sequence[Incident], before: Sequence[Incident]) -> list[Incident]:
    """The incidents under the names they had before.

    New evidence or context can change which finding is the oldest of a story. The story that holds most of an earlier
    one's findings goes on under its name, so that the case about it, and what was decided there, stay with it.
    """
    names = {one.id for one in incidents}
    free = [one for one in before if one.id not in names]
    shared = sorted(
        (
            (-len(set(old.findings) & set(new.findings)), old.id, new.id)
            for old in free
            for new in incidents
            if new.id not in {one.id for one in before} and set(old.findings) & set(new.findings)
        ),
    )
    renamed: dict[str, str] = {}
    for _, old_id, new_id in shared:
        if new_id not in renamed and old_id not in renamed.values():
            renamed[new_id] = old_id
    return [replace(one, id=renamed.get(one.id, one.id)) for one in incidents]


def grown(incident: Incident, findings: Mapping[str, Finding]) -> list[tuple[datetime, float]]:
    """The incident's score from each moment on at which more of it was known, oldest first, the last one as it is now.

    findings: by id, those of the incident at least. Each counts from when it was raised, as sure as it is now.
    """
    group = sorted((findings[name] for name in incident.findings), key=_age)
    steps: list[tuple[datetime, float]] = []
    for finding, score in zip(group, _scores(group), strict=True):
        if not steps or score > steps[-1][1]:
            steps.append((finding.raised, score))
    return steps


def _age(finding: Finding) -> tuple[datetime, str]:
    return finding.raised, finding.id


def _groups(findings: Sequence[Finding], gateways: Collection[str]) -> list[list[Finding]]:
    leader = list(range(len(findings)))

    def find(place: int) -> int:
        while leader[place] != place:
            leader[place] = leader[leader[place]]
            place = leader[place]
        return place

    threads, hints = _tied(findings, _crowded(findings) | {("client", client) for client in gateways})
    for thread, places in threads.items():
        for one, other in combinations(places, 2):
            if thread[0] == "store" or _near(findings[one], findings[other]):
                leader[find(other)] = find(one)
    # All at once, so that the order of hints does not matter.
    joined = {place: _gravest(findings, place, threads) for place in hints}
    for place, gravest in joined.items():
        if gravest is not None:
            leader[place] = find(gravest)
    groups: dict[int, list[Finding]] = defaultdict(list)
    for place, finding in enumerate(findings):
        groups[find(place)].append(finding)
    return list(groups.values())


def _tied(
    findings: Sequence[Finding], crowded: Collection[tuple[str, str]]
) -> tuple[Mapping[tuple[str, str], list[int]], list[int]]:
    """The places of the findings on each thread, and of those hints that are on none because they name several."""
    threads: dict[tuple[str, str], list[int]] = defaultdict(list)
    hints: list[int] = []
    for place, finding in enumerate(findings):
        ties = [thread for thread in _threads(finding) if thread not in crowded]
        if _weight(finding) < HINT and len(ties) > 1:
            ties = [thread for thread in ties if thread[0] == "actor"]
            if len(ties) != 1:
                hints.append(place)
                continue
        for thread in ties:
            threads[thread].append(place)
    return threads, hints


def _gravest(findings: Sequence[Finding], place: int, threads: Mapping[tuple[str, str], Sequence[int]]) -> int | None:
    """Of the findings that a hint shares a thread with, the gravest."""
    hint = findings[place]
    met = {other for thread in _threads(hint) for other in threads.get(thread, ()) if _near(hint, findings[other])}
    return min(met, key=lambda other: (-_weight(findings[other]), _age(findings[other])), default=None)


def _weight(finding: Finding) -> float:
    return WEIGHTS[finding.severity] * finding.confidence


def _threads(finding: Finding) -> Iterator[tuple[str, str]]:
    """What can tie this finding to another."""
    named = False
    # A key that acts is an actor: `key:k9` as the actor of one finding and the key of another is the same thread.
    for name in (*finding.actors, *finding.keys):
        named = True
        if len(finding.actors) <= _FEW_ACTORS:
            yield "actor", name
    for name in finding.clients:
        named = True
        yield "client", name
    if len(finding.parties) <= _FEW_PARTIES:
        for name in finding.parties:
            named = True
            yield "party", name
    if not named and not finding.parties:
        store = finding.datasets[0].split(".", 1)[0] if finding.datasets else finding.id
        yield "store", f"{finding.check} {store}"


def _crowded(findings: Sequence[Finding]) -> set[tuple[str, str]]:
    users: dict[str, set[str]] = defaultdict(set)
    for finding in findings:
        # Many actors in one finding about one client is that finding's very point, so it counts as one user.
        for client in finding.clients:
            users[client].add("+".join(finding.actors))
    return {("client", client) for client, actors in users.items() if len(actors) >= _SHARED_CLIENT}


def _near(one: Finding, other: Finding) -> bool:
    if one.first is None or one.last is None or other.first is None or other.last is None:
        return True
    return one.first <= other.last + NEAR and other.first <= one.last + NEAR


def _incident(group: Sequence[Finding]) -> Incident:
    anchor = min(group, key=_age)
    ranked = sorted(group, key=lambda each: (-_weight(each), each.raised, each.id))
    top = ranked[0]
    firsts = [each.first for each in group if each.first is not None]
    lasts = [each.last for each in group if each.last is not None]
    return Incident(
        id=incident_id(anchor.id),
        score=_score(group),
        title=top.title,
        severity=max(each.severity for each in group),
        actors=_union(each.actors for each in ranked),
        parties=_union(each.parties for each in ranked),
        clients=_union(each.clients for each in ranked),
        subjects=max(each.subjects for each in group),
        first=min(firsts, default=None),
        last=max(lasts, default=None),
        raised=anchor.raised,
        reason=_story(ranked),
        findings=tuple(each.id for each in ranked),
    )


def _score(group: Sequence[Finding]) -> float:
    """0 to 100: noisy-or of harm times belief, over checks.

    Each check counts once, by its strongest finding: ten findings of one check are the same doubt ten times.
    """
    return list(_scores(group))[-1]


def _scores(group: Sequence[Finding]) -> Iterator[float]:
    """The score of the first finding, of the first two, and so on.

    The products of all checks up to each are kept, in the order in which the checks came: what a finding changes is
    multiplied anew and nothing before it, so that every score is to the last bit that of its findings alone.
    """
    place: dict[str, int] = {}
    strongest: list[float] = []
    calm = [1.0]  # before each check, and after the last
    for finding in group:
        here = place.setdefault(finding.check, len(strongest))
        if here == len(strongest):
            strongest.append(0.0)
            calm.append(calm[-1])
        belief = _weight(finding)
        if belief > strongest[here]:
            strongest[here] = belief
            for each in range(here, len(strongest)):
                calm[each + 1] = calm[each] * (1.0 - strongest[each])
        yield round(100 * (1.0 - calm[-1]), 1)


def _union(parts: Iterator[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in parts for name in part))


def _story(ranked: Sequence[Finding]) -> str:
    """Two sentences: what the strongest finding says, and what else belongs to it (or how unusual that is)."""
    sentences = _SENTENCE.split(ranked[0].reason)
    rest = dict.fromkeys(each.title for each in ranked[1:] if each.check != ranked[0].check)
    again = sum(each.check == ranked[0].check for each in ranked[1:])
    also = [title[:1].lower() + title[1:] for title in rest]
    if again:
        also.insert(0, f"the same {again} more time{'s' if again > 1 else ''}")
    return f"{sentences[0]} Also: {'; '.join(also)}." if also else " ".join(sentences[:2])
