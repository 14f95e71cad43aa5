"""Which findings are one story?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.cases import incidents as incidents_module
from custodes.cases.incidents import fuse, grown
from custodes.records import Finding, finding_id, incident_id

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def a_finding(check: str, day: int = 0, **changes: object) -> Finding:
    values: dict[str, object] = {
        "check": check,
        "title": check.replace("_", " ").capitalize(),
        "severity": 4,
        "confidence": 0.8,
        "actors": (),
        "parties": (),
        "clients": (),
        "keys": (),
        "subjects": 5,
        "first": NOW + timedelta(days=day),
        "last": NOW + timedelta(days=day, hours=1),
        "raised": NOW + timedelta(days=day + 1),
        "reason": f"{check} happened. It was unusual.",
        "evidence": (),
        "touches": 5,
        "tip": "ask",
        "blind_spots": (),
        **changes,
    }
    values["id"] = finding_id(
        check,
        str(day),
        str(values["actors"]),
        str(values["clients"]),
        str(values.get("datasets")),
    )
    return Finding(**values)  # type: ignore[arg-type]  # a builder for tests: any column by name


def test_one_actor_is_one_story() -> None:
    """Findings about one actor within days are one incident, worth more than either, told in two sentences."""
    reading = a_finding("bulk_reading", 0, actors=("staff:a",))
    sharing = a_finding("permission_change", 3, actors=("staff:a",), confidence=0.9, severity=5)
    (incident,) = fuse([sharing, reading])
    assert incident.id == incident_id(reading.id)
    assert incident.raised == reading.raised
    assert (incident.first, incident.last) == (reading.first, sharing.last)
    assert incident.severity == 5
    assert 90 < incident.score <= 100
    assert incident.reason == "permission_change happened. Also: bulk reading."
    assert incident.findings == (sharing.id, reading.id)


def test_threads() -> None:
    """A client, a key that acts, or one of few parties ties findings together; a victim among many parties does not."""
    assert len(fuse([a_finding("a", clients=("c1",)), a_finding("b", clients=("c1", "c2"))])) == 1
    assert len(fuse([a_finding("a", actors=("key:k1",)), a_finding("b", keys=("key:k1", "key:k2"))])) == 1
    assert len(fuse([a_finding("a", parties=("p1",)), a_finding("b", parties=("p1", "p2"))])) == 1
    many = tuple(f"p{number}" for number in range(20))
    assert (
        len(fuse([a_finding("a", clients=("c1",), parties=many), a_finding("b", actors=("x",), parties=("p1",))])) == 2
    )


def test_far_apart_is_not_one_story() -> None:
    """The same actor two months later is another incident."""
    assert len(fuse([a_finding("a", 0, actors=("x",)), a_finding("a", 60, actors=("x",))])) == 2


def test_a_gateway_links_nobody() -> None:
    """A client used by many accused actors is shared ground, not a thread."""
    findings = [a_finding("a", actors=(f"staff:{name}",), clients=("gateway",)) for name in "abcdef"]
    assert len(fuse(findings)) == 6


def test_a_client_that_many_use_links_nobody_even_where_few_of_them_are_accused() -> None:
    """Two strangers behind the proxy are two stories; one of them met twice is one, and so is a finding of both."""
    proxied = [
        a_finding("a", actors=("staff:a",), clients=("proxy",)),
        a_finding("b", actors=("staff:b",), clients=("proxy",)),
    ]
    assert len(fuse(proxied)) == 1
    assert len(fuse(proxied, {"proxy"})) == 2
    assert len(fuse([*proxied, a_finding("c", 2, actors=("staff:a",), clients=("proxy",))], {"proxy"})) == 2
    assert len(fuse([*proxied, a_finding("c", 2, actors=("staff:a", "staff:b"), clients=("proxy",))], {"proxy"})) == 1


def test_misplaced_data_is_grouped_by_store() -> None:
    """Findings without anybody are one incident per check and store, and touch no other story."""
    findings = [
        a_finding("misplaced_data", datasets=("exports.a.csv",), first=None, last=None),
        a_finding("misplaced_data", 40, datasets=("exports.b.csv",), first=None, last=None),
        a_finding("misplaced_data", datasets=("shop.main.notes",), first=None, last=None),
        a_finding("bulk_reading", actors=("staff:a",), datasets=("exports.a.csv",)),
    ]
    assert sorted(len(incident.findings) for incident in fuse(findings)) == [1, 1, 2]


def test_order_changes_nothing_and_ids_last() -> None:
    """Any order gives the same incidents; a finding raised later joins without changing the id."""
    findings = [a_finding(name, day, actors=("staff:a",)) for name, day in (("a", 0), ("b", 2), ("c", 5))]
    told = {tuple(fuse(order)) for order in permutations(findings)}
    assert len(told) == 1
    assert fuse(findings)[0].id == fuse(findings[:1])[0].id


def test_ten_findings_of_one_check_are_one_doubt() -> None:
    """Repeating a check does not make it surer; another check does."""
    one = fuse([a_finding("a", actors=("x",))])[0].score
    ten = fuse([a_finding("a", day, actors=("x",)) for day in range(10)])[0].score
    two = fuse([a_finding("a", actors=("x",)), a_finding("b", actors=("x",))])[0].score
    assert one == ten == 60.0
    assert two == 84.0


def test_nothing_found() -> None:
    """No findings, no incidents."""
    assert fuse([]) == []


def test_hints_about_what_many_share_make_no_story_of_a_company() -> None:
    """Twenty people at shared machines, a weak finding for each, and one who stalks: the stalker stands alone."""
    people = [f"staff:e{number}" for number in range(20)]
    desks = [
        a_finding("shared_client", number, actors=(people[number], people[number + 1]), clients=(f"c{number}",),
                  confidence=0.2, severity=3)
        for number in range(19)
    ]  # fmt: skip
    stalker = a_finding("familiar_lookup", 3, actors=(people[7],), confidence=0.9)
    incidents = fuse([*desks, stalker])
    assert set(incidents[0].actors) <= {people[6], people[7], people[8]}
    assert incidents[0].findings[0] == stalker.id
    assert sum(len(one.findings) for one in incidents) == 20


def test_weak_signs_of_one_person_still_add_up() -> None:
    """Three hints about the same person are one story, graver than each."""
    hints = [a_finding(check, actors=("staff:a",), confidence=0.3) for check in ("a", "b", "c")]
    (incident,) = fuse(hints)
    assert incident.score > max(fuse([one])[0].score for one in hints)


def test_a_score_counts_from_when_its_findings_were_known() -> None:
    """Weak at first, strong after a fortnight: the steps say so, and end at the score there is now."""
    hint = a_finding("a", 0, actors=("staff:a",), confidence=0.2)
    proof = a_finding("b", 13, actors=("staff:a",), confidence=0.9)
    (incident,) = fuse([hint, proof])
    steps = grown(incident, {one.id: one for one in (hint, proof)})
    assert [moment for moment, _ in steps] == [hint.raised, proof.raised]
    assert steps[0][1] == 15.0
    assert steps[-1][1] == incident.score


SIGNS = st.tuples(st.sampled_from("abcdef"), st.integers(0, 40), st.integers(1, 5), st.floats(0, 1))


@given(st.lists(SIGNS, min_size=1, max_size=30))
def test_the_score_at_each_moment_is_that_of_what_was_known_by_then(signs: list[tuple[str, int, int, float]]) -> None:
    """Whatever came first: each step is the score that the findings so far have by themselves."""
    found = [
        a_finding(check, actors=("staff:a",), keys=(f"k{place}",), subjects=place, severity=severity,
                  confidence=confidence, raised=NOW + timedelta(days=day))
        for place, (check, day, severity, confidence) in enumerate(signs)
    ]  # fmt: skip
    found = [replace(one, id=f"{place:04}") for place, one in enumerate(found)]
    (incident,) = fuse(strong(found))
    incident = replace(incident, findings=tuple(one.id for one in found))
    known = sorted(found, key=lambda one: (one.raised, one.id))
    expected: list[tuple[datetime, float]] = []
    for place, one in enumerate(known):
        score = one_by_one(known[: place + 1])
        if not expected or score > expected[-1][1]:
            expected.append((one.raised, score))
    assert grown(incident, {one.id: one for one in found}) == expected


def strong(findings: list[Finding]) -> list[Finding]:
    """So sure that all of one actor are one story."""
    return [replace(one, severity=5, confidence=1.0) for one in findings]


def one_by_one(findings: list[Finding]) -> float:
    """The score as it is defined: each check by its strongest finding, and what none of them says."""
    calm = 1.0
    for check in dict.fromkeys(one.check for one in findings):
        calm *= 1.0 - max(
            incidents_module.WEIGHTS[one.severity] * one.confidence for one in findings if one.check == check
        )
    return round(100 * (1.0 - calm), 1)


def test_a_story_of_thousands_is_weighed_once_for_each_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    """An incident of a noisy year is not weighed anew with each finding that joins it."""
    found = [replace(a_finding(f"c{place % 7}", actors=("staff:a",)), id=f"{place:04}") for place in range(2000)]
    (incident,) = fuse(found[:1])
    incident = replace(incident, findings=tuple(one.id for one in found))
    weighed: list[str] = []
    plain = incidents_module._weight

    def weigh(one: Finding) -> float:
        weighed.append(one.id)
        return plain(one)

    monkeypatch.setattr(incidents_module, "_weight", weigh)
    grown(incident, {one.id: one for one in found})
    assert len(weighed) <= 2 * len(found)
